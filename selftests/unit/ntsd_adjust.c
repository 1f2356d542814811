// SPDX-License-Identifier: GPL-2.0-or-later
/* The numbers of the kernel as clock_adjtime(2) takes them. */
static int calls;
static int fails_with;
static int told_seq, told_result;
static long told_freq;

#define clock_adjtime fake_clock_adjtime
#include "../../ntsd/adjust.c"
#undef clock_adjtime
#include "ntsd_ktap.h"

static struct timex got;

int fake_clock_adjtime(clockid_t id, struct timex *tx)
{
	EXPECT(id == CLOCK_REALTIME);
	calls++;
	got = *tx;
	tx->freq = 77;
	errno = fails_with;
	return fails_with ? -1 : 0;
}

int nl_tell_adjust(struct nl *nl, uint32_t seq, int result,
		   const struct timex *tx, char *err)
{
	(void)nl;
	(void)err;
	told_seq = seq;
	told_result = result;
	told_freq = tx->freq;
	return 0;
}

static void adjust(uint32_t modes, int64_t step_ns)
{
	const struct nl_event event = {
		.kind = NL_EVENT_ADJUST, .seq = 5, .modes = modes,
		.step_ns = step_ns, .freq = 11, .tick = 10001, .status = 0x40,
		.maxerror = 3, .esterror = 4,
	};

	calls = 0;
	adjust_clock(NULL, &event);
	EXPECT(calls == 1 && told_seq == 5);
}

static void frequency_and_state(void)
{
	adjust(ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS | ADJ_MAXERROR |
	       ADJ_ESTERROR, 0);
	EXPECT(got.modes == (ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS |
			     ADJ_MAXERROR | ADJ_ESTERROR));
	EXPECT(got.freq == 11 && got.tick == 10001 && got.status == 0x40);
	EXPECT(got.maxerror == 3 && got.esterror == 4);
	EXPECT(!told_result && told_freq == 77);
}

static void steps(void)
{
	adjust(ADJ_SETOFFSET, 1500000000);
	EXPECT(got.modes == (ADJ_SETOFFSET | ADJ_NANO));
	EXPECT(got.time.tv_sec == 1 && got.time.tv_usec == 500000000);
	adjust(ADJ_SETOFFSET, -1500000000);
	EXPECT(got.time.tv_sec == -2 && got.time.tv_usec == 500000000);
	adjust(ADJ_SETOFFSET, -1);
	EXPECT(got.time.tv_sec == -1 && got.time.tv_usec == 999999999);
	adjust(ADJ_SETOFFSET, -2000000000);
	EXPECT(got.time.tv_sec == -2 && got.time.tv_usec == 0);
}

static void failures_are_reported(void)
{
	fails_with = EPERM;
	adjust(ADJ_FREQUENCY, 0);
	EXPECT(told_result == EPERM && !told_freq);
	fails_with = 0;
	adjust(ADJ_FREQUENCY, 0);
	EXPECT(!told_result);
}

static const struct ktap_case cases[] = {
	CASE(frequency_and_state),
	CASE(steps),
	CASE(failures_are_reported),
};

KTAP_MAIN(cases)
