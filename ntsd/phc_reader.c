// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/ptp_clock.h>

#include "phc_reader.h"

#define NS_PER_S 1000000000LL
/* How often the system clock may be stepped while it is looked at. */
#define TRIES 3
/* Of several looks at two clocks that with the least time between. */
#define LOOKS 8
/* The system clock is steered by 10 % at most. */
#define STEER_MAX 0.11

/* The system clock against the raw one. */
struct moment {
	int64_t raw;
	int64_t ahead;
	int64_t width;
};

static int call_ioctl(int fd, unsigned long request, void *data)
{
	return ioctl(fd, request, data) ? -errno : 0;
}

static const struct phc_reader_calls system_calls = {
	.ioctl = call_ioctl,
	.gettime = clock_gettime,
};

static int64_t to_ns(const struct ptp_clock_time *t)
{
	return t->sec * NS_PER_S + t->nsec;
}

static int64_t read_clock(const struct phc_reader *r, clockid_t clock)
{
	struct timespec ts = { 0 };

	r->calls->gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static struct moment look(const struct phc_reader *r)
{
	struct moment best = { .width = INT64_MAX };

	for (int i = 0; i < LOOKS; i++) {
		int64_t before = read_clock(r, CLOCK_MONOTONIC_RAW);
		int64_t real = read_clock(r, CLOCK_REALTIME);
		int64_t width = read_clock(r, CLOCK_MONOTONIC_RAW) - before;

		if (width < 0 || width >= best.width)
			continue;
		best.width = width;
		best.raw = before + width / 2;
		best.ahead = real - best.raw;
	}
	return best;
}

/* The raw clock when the system clock was @real, which was steered meanwhile. */
static int64_t to_raw(int64_t real, const struct moment *a, const struct moment *b)
{
	int64_t since = real - a->raw - a->ahead;
	double faster = b->raw > a->raw ?
			(double)(b->ahead - a->ahead) / (double)(b->raw - a->raw) : 0;

	return a->raw + since - (int64_t)((double)since * faster / (1 + faster));
}

static bool stepped(const struct moment *a, const struct moment *b)
{
	int64_t change = b->ahead > a->ahead ? b->ahead - a->ahead :
					       a->ahead - b->ahead;

	return change > (b->raw - a->raw) * STEER_MAX + a->width + b->width;
}

static int read_precise(struct phc_reader *r, struct phc_reading *reading)
{
	struct ptp_sys_offset_precise got;
	int ret;

	for (int i = 0; i < PHC_READER_MAX; i++) {
		memset(&got, 0, sizeof(got));
		ret = r->calls->ioctl(r->fd, PTP_SYS_OFFSET_PRECISE, &got);
		if (ret)
			return i ? i : ret;
		reading[i].before = to_ns(&got.sys_monoraw);
		reading[i].phc = to_ns(&got.device);
		reading[i].after = reading[i].before;
	}
	return PHC_READER_MAX;
}

/* Newer kernels read the clock that is named in what was reserved before. */
static int read_extended(struct phc_reader *r, clockid_t clock,
			 struct phc_reading *reading)
{
	struct ptp_sys_offset_extended got;
	int ret;

	memset(&got, 0, sizeof(got));
	got.n_samples = PHC_READER_MAX;
	got.rsv[0] = clock;
	ret = r->calls->ioctl(r->fd, PTP_SYS_OFFSET_EXTENDED, &got);
	if (ret)
		return ret;
	for (int i = 0; i < PHC_READER_MAX; i++) {
		reading[i].before = to_ns(&got.ts[i][0]);
		reading[i].phc = to_ns(&got.ts[i][1]);
		reading[i].after = to_ns(&got.ts[i][2]);
	}
	return PHC_READER_MAX;
}

static int read_old(struct phc_reader *r, struct phc_reading *reading)
{
	struct ptp_sys_offset got;
	int ret;

	memset(&got, 0, sizeof(got));
	got.n_samples = PHC_READER_MAX;
	ret = r->calls->ioctl(r->fd, PTP_SYS_OFFSET, &got);
	if (ret)
		return ret;
	for (int i = 0; i < PHC_READER_MAX; i++) {
		reading[i].before = to_ns(&got.ts[2 * i]);
		reading[i].phc = to_ns(&got.ts[2 * i + 1]);
		reading[i].after = to_ns(&got.ts[2 * i + 2]);
	}
	return PHC_READER_MAX;
}

/* Readings of the system clock are made ones of the raw clock. */
static int read_real(struct phc_reader *r, struct phc_reading *reading)
{
	for (int i = 0; i < TRIES; i++) {
		struct moment before = look(r), after;
		int n = r->way == PHC_READER_REAL ?
			read_extended(r, CLOCK_REALTIME, reading) :
			read_old(r, reading);

		if (n < 0)
			return n;
		after = look(r);
		if (stepped(&before, &after))
			continue;
		for (int k = 0; k < n; k++) {
			reading[k].before = to_raw(reading[k].before, &before, &after);
			reading[k].after = to_raw(reading[k].after, &before, &after);
		}
		return n;
	}
	return -EAGAIN;
}

static int read_by(struct phc_reader *r, struct phc_reading *reading)
{
	switch (r->way) {
	case PHC_READER_PRECISE:
		return read_precise(r, reading);
	case PHC_READER_RAW:
		return read_extended(r, CLOCK_MONOTONIC_RAW, reading);
	default:
		return read_real(r, reading);
	}
}

/* What kernels and drivers say of a way that they do not have. */
static bool unknown(int ret)
{
	return ret == -EOPNOTSUPP || ret == -ENOTTY || ret == -EINVAL ||
	       ret == -ENOSYS;
}

/**
 * phc_reader_open() - open the clock of a device
 * @r: filled in
 * @clock: N of /dev/ptpN
 * @crossts: let the device read both clocks, if it can
 *
 * Return: 0 or a negative errno.
 */
int phc_reader_open(struct phc_reader *r, int clock, bool crossts)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/ptp%d", clock);
	r->calls = &system_calls;
	r->way = crossts ? PHC_READER_PRECISE : PHC_READER_RAW;
	/* Who may not write may not step it either. */
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	return r->fd < 0 ? -errno : 0;
}

/**
 * phc_reader_read() - read the clock many times
 * @r: open
 * @reading: filled in
 *
 * What does not work here is found out by and by, and not tried again.
 *
 * Return: how many readings, or a negative errno; -EAGAIN when it may work the
 * next time.
 */
int phc_reader_read(struct phc_reader *r, struct phc_reading reading[PHC_READER_MAX])
{
	int ret = read_by(r, reading);

	while (unknown(ret) && r->way < PHC_READER_OLD) {
		r->way++;
		ret = read_by(r, reading);
	}
	return ret;
}

/**
 * phc_reader_name() - say how a clock is read
 * @way: the way
 *
 * Return: a few words.
 */
const char *phc_reader_name(enum phc_reader_way way)
{
	static const char *const names[] = {
		[PHC_READER_PRECISE] = "cross timestamps of the device",
		[PHC_READER_RAW] = "readings between two of the raw clock",
		[PHC_READER_REAL] = "readings between two of the system clock",
		[PHC_READER_OLD] = "readings beside those of the system clock",
	};

	return names[way];
}

/**
 * phc_reader_close() - close the clock
 * @r: open or not
 */
void phc_reader_close(struct phc_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
