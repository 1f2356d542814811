// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a device's clock, of kernels and drivers that can more or less. */
#include <stdlib.h>

#include "../../ntsd/phc_reader.c"
#include "ntsd_ktap.h"

#define S 1000000000LL

/* A machine: each call takes its time. */
static int64_t raw;		/* CLOCK_MONOTONIC_RAW */
static double faster;		/* by how much the system clock is steered */
static int64_t ahead;		/* of the system clock, at raw 0 */
static int64_t phc_ahead;
/* What it can. */
static bool can_precise, can_raw, can_extended, can_old;
static int failure;
static int unsupported;
static int busy_after;		/* so many calls, if any */
/* It is stepped in so many calls from now. */
static int step_in, steps_left;
static int calls;

static int64_t real_now(void)
{
	return raw + ahead + (int64_t)(raw * faster);
}

static void pass(int64_t ns)
{
	raw += ns;
}

static int fake_gettime(clockid_t clock, struct timespec *ts)
{
	int64_t now = clock == CLOCK_REALTIME ? real_now() : raw;

	ts->tv_sec = now / S;
	ts->tv_nsec = now % S;
	pass(40);
	return 0;
}

static struct ptp_clock_time at(int64_t ns)
{
	struct ptp_clock_time t = { .sec = ns / S, .nsec = ns % S };

	if (ns % S < 0) {
		t.sec--;
		t.nsec += S;
	}
	return t;
}

static void maybe_step(void)
{
	if (steps_left && !--step_in) {
		ahead += S;
		steps_left--;
		step_in = 1;
	}
}

static int fake_precise(struct ptp_sys_offset_precise *got)
{
	if (!can_precise)
		return unsupported;
	if (busy_after && calls > busy_after)
		return -EBUSY;
	got->device = at(raw + phc_ahead);
	got->sys_monoraw = at(raw);
	got->sys_realtime = at(real_now());
	pass(10000);
	return 0;
}

static int fake_extended(struct ptp_sys_offset_extended *got)
{
	bool of_raw = got->rsv[0] == CLOCK_MONOTONIC_RAW;

	if (!can_extended)
		return unsupported;
	if (got->rsv[1] || got->rsv[2] || (got->rsv[0] && !(of_raw && can_raw)))
		return -EINVAL;
	EXPECT(got->n_samples == PHC_READER_MAX);
	for (unsigned int i = 0; i < got->n_samples; i++) {
		got->ts[i][0] = at(of_raw ? raw : real_now());
		pass(300);
		got->ts[i][1] = at(raw + phc_ahead);
		pass(300);
		got->ts[i][2] = at(of_raw ? raw : real_now());
	}
	return 0;
}

static int fake_old(struct ptp_sys_offset *got)
{
	if (!can_old)
		return -ENOTTY;
	EXPECT(got->n_samples == PHC_READER_MAX);
	for (unsigned int i = 0; i < got->n_samples; i++) {
		got->ts[2 * i] = at(real_now());
		pass(500);
		got->ts[2 * i + 1] = at(raw + phc_ahead);
		pass(500);
	}
	got->ts[2 * got->n_samples] = at(real_now());
	return 0;
}

static int fake_ioctl(int fd, unsigned long request, void *data)
{
	EXPECT(fd == 99);
	calls++;
	if (failure)
		return failure;
	maybe_step();
	switch (request) {
	case PTP_SYS_OFFSET_PRECISE:
		return fake_precise(data);
	case PTP_SYS_OFFSET_EXTENDED:
		return fake_extended(data);
	case PTP_SYS_OFFSET:
		return fake_old(data);
	}
	return -ENOTTY;
}

static const struct phc_reader_calls fake_calls = {
	.ioctl = fake_ioctl,
	.gettime = fake_gettime,
};

static struct phc_reader fresh(void)
{
	raw = 5000 * S;
	faster = 0;
	ahead = 1700000000 * S;
	phc_ahead = 37 * S + 123;
	can_precise = false;
	can_raw = false;
	can_extended = true;
	can_old = true;
	failure = 0;
	unsupported = -EOPNOTSUPP;
	busy_after = 0;
	steps_left = 0;
	calls = 0;
	return (struct phc_reader){ .fd = 99, .calls = &fake_calls };
}

/* All readings are of the raw clock, and right to the nanosecond or so. */
static void expect_right(struct phc_reader *r, enum phc_reader_way way, int64_t slack)
{
	struct phc_reading reading[PHC_READER_MAX];
	int n = phc_reader_read(r, reading);

	EXPECT(n == PHC_READER_MAX);
	EXPECT(r->way == way);
	for (int i = 0; i < n; i++) {
		int64_t is = reading[i].phc - phc_ahead;

		EXPECT(reading[i].before <= is + slack);
		EXPECT(reading[i].after >= is - slack);
		EXPECT(reading[i].after - reading[i].before <= 1000 + slack);
	}
}

static void the_device_reads_both(void)
{
	struct phc_reader r = fresh();

	can_precise = true;
	expect_right(&r, PHC_READER_PRECISE, 0);
	EXPECT(calls == PHC_READER_MAX);
}

static void the_kernel_reads_the_raw_clock(void)
{
	struct phc_reader r = fresh();

	can_raw = true;
	expect_right(&r, PHC_READER_RAW, 0);
	calls = 0;
	/* What does not work is not tried again. */
	expect_right(&r, PHC_READER_RAW, 0);
	EXPECT(calls == 1);
}

static void the_kernel_reads_the_system_clock(void)
{
	struct phc_reader r = fresh();

	expect_right(&r, PHC_READER_REAL, 1);
	calls = 0;
	expect_right(&r, PHC_READER_REAL, 1);
	EXPECT(calls == 1);
}

static void the_system_clock_is_slewed(void)
{
	struct phc_reader r = fresh();

	faster = 0.1;
	expect_right(&r, PHC_READER_REAL, 3);
	faster = -0.1;
	expect_right(&r, PHC_READER_REAL, 3);
	can_extended = false;
	expect_right(&r, PHC_READER_OLD, 3);
	faster = 500e-6;
	expect_right(&r, PHC_READER_OLD, 1);
}

static void the_system_clock_is_stepped(void)
{
	struct phc_reading reading[PHC_READER_MAX];
	struct phc_reader r = fresh();

	r.way = PHC_READER_REAL;
	step_in = 1;
	steps_left = 1;
	expect_right(&r, PHC_READER_REAL, 1);
	EXPECT(calls == 2);
	step_in = 1;
	steps_left = 3;
	EXPECT(phc_reader_read(&r, reading) == -EAGAIN);
	expect_right(&r, PHC_READER_REAL, 1);
}

static void only_the_oldest_way(void)
{
	struct phc_reader r = fresh();

	can_extended = false;
	expect_right(&r, PHC_READER_OLD, 1);
	/* As kernels say it that do not know the others. */
	r = fresh();
	can_extended = false;
	unsupported = -ENOTTY;
	expect_right(&r, PHC_READER_OLD, 1);
}

static void no_way_at_all(void)
{
	struct phc_reading reading[PHC_READER_MAX];
	struct phc_reader r = fresh();

	can_extended = false;
	can_old = false;
	EXPECT(phc_reader_read(&r, reading) == -ENOTTY);
	/* One that is gone is no reason to try another way. */
	r = fresh();
	failure = -ENODEV;
	EXPECT(phc_reader_read(&r, reading) == -ENODEV);
	EXPECT(calls == 1 && r.way == PHC_READER_PRECISE);
	failure = -EBUSY;
	EXPECT(phc_reader_read(&r, reading) == -EBUSY);
	EXPECT(r.way == PHC_READER_PRECISE);
}

/* A device may be too busy to go on reading both. */
static void some_are_enough(void)
{
	struct phc_reading reading[PHC_READER_MAX];
	struct phc_reader r = fresh();

	can_precise = true;
	busy_after = 4;
	EXPECT(phc_reader_read(&r, reading) == 4);
	EXPECT(reading[3].before == reading[3].after);
	EXPECT(phc_reader_read(&r, reading) == -EBUSY);
}

static void ways_have_names(void)
{
	for (int way = PHC_READER_PRECISE; way <= PHC_READER_OLD; way++)
		EXPECT(phc_reader_name(way)[0]);
}

static void no_such_clock(void)
{
	struct phc_reader r;

	EXPECT(phc_reader_open(&r, 999999, true) == -ENOENT && r.fd == -1);
	EXPECT(r.way == PHC_READER_PRECISE);
	phc_reader_close(&r);
	EXPECT(phc_reader_open(&r, 999999, false) && r.way == PHC_READER_RAW);
}

static const struct ktap_case cases[] = {
	CASE(the_device_reads_both),
	CASE(the_kernel_reads_the_raw_clock),
	CASE(the_kernel_reads_the_system_clock),
	CASE(the_system_clock_is_slewed),
	CASE(the_system_clock_is_stepped),
	CASE(only_the_oldest_way),
	CASE(no_way_at_all),
	CASE(some_are_enough),
	CASE(ways_have_names),
	CASE(no_such_clock),
};

KTAP_MAIN(cases)
