// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raw time from CLOCK_REALTIME, which every clock simulator has, whereas few
 * have CLOCK_MONOTONIC_RAW. Where CLOCK_MONOTONIC proves to run along with
 * it, steps by other programs show as a difference of the two.
 */
#include "rawclock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#define BEGIN		1000000000000LL	/* any, but not 0 */
#define TICK		10000		/* us, nominal */
#define AGREEMENTS	8		/* make CLOCK_MONOTONIC a witness */
#define AGREE_NS	10000
#define LONG_ENOUGH_NS	100000000

static s64 read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (s64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static long double rate(const struct rawclock *clock)
{
	return (long double)clock->tick / TICK + (long double)clock->freq / 65536e6L;
}

static long double raw_at(const struct rawclock *clock, s64 real)
{
	return clock->raw + (long double)(real - clock->real) / rate(clock);
}

/* What was done so far is done with at @real, which becomes @new_real. */
static void begin(struct rawclock *clock, s64 real, s64 new_real, s64 freq, s64 tick)
{
	clock->raw = raw_at(clock, real);
	clock->real = new_real;
	clock->freq = freq;
	clock->tick = tick;
}

/* Return: 0 or -errno */
int rawclock_init(struct rawclock *clock)
{
	struct timex tx = { .modes = 0 };

	if (adjtimex(&tx) < 0)
		return -errno;
	memset(clock, 0, sizeof(*clock));
	clock->raw = BEGIN;
	clock->real = read_clock(CLOCK_REALTIME);
	clock->freq = tx.freq;
	clock->tick = tx.tick;
	clock->last_real = clock->real;
	clock->last_mono = read_clock(CLOCK_MONOTONIC);
	return 0;
}

/* Return: raw time, ns */
s64 rawclock_now(const struct rawclock *clock)
{
	return (s64)raw_at(clock, read_clock(CLOCK_REALTIME));
}

/* Return: how long @raw_interval is by the system's clocks */
s64 rawclock_real(const struct rawclock *clock, s64 raw_interval)
{
	return (s64)((long double)raw_interval * rate(clock));
}

/* To be called after each wait, before the clock is used. */
void rawclock_notice_step(struct rawclock *clock)
{
	s64 mono = read_clock(CLOCK_MONOTONIC), real = read_clock(CLOCK_REALTIME);
	s64 passed = mono - clock->last_mono;
	s64 step = real - clock->last_real - passed;

	if (passed < LONG_ENOUGH_NS && clock->agreed < AGREEMENTS)
		return;
	clock->last_mono = mono;
	clock->last_real = real;
	if (llabs(step) < AGREE_NS) {
		clock->agreed++;
	} else if (clock->agreed < AGREEMENTS) {
		clock->agreed = 0;
	} else {
		clock->real += step;
		clock->steps++;
	}
}

/*
 * Looks for what others did to the clock, and reads it.
 * Return: 0 or -errno
 */
int rawclock_watch(struct rawclock *clock, struct nts_steer_reading *reading)
{
	struct timex tx = { .modes = 0 };

	rawclock_notice_step(clock);
	if (adjtimex(&tx) < 0)
		return -errno;
	reading->real = read_clock(CLOCK_REALTIME);
	if (tx.freq != clock->freq || tx.tick != clock->tick)
		begin(clock, reading->real, reading->real, tx.freq, tx.tick);
	reading->raw = (s64)raw_at(clock, reading->real);
	reading->known = true;
	reading->freq = tx.freq;
	reading->tick = tx.tick;
	reading->status = tx.status;
	return 0;
}

/* Return: 0 or -errno */
int rawclock_adjust(struct rawclock *clock, const struct nts_adjust *adjust,
		    struct nts_steer_reading *after)
{
	struct timex tx = {
		.modes = adjust->modes,
		.freq = adjust->freq,
		.tick = adjust->tick,
		.status = adjust->status,
		.maxerror = adjust->maxerror,
		.esterror = adjust->esterror,
	};
	s64 step = 0, before;

	if (adjust->modes & NTS_ADJUST_SETOFFSET) {
		step = adjust->offset;
		tx.modes |= ADJ_NANO;
		tx.time.tv_sec = step / NSEC_PER_SEC;
		tx.time.tv_usec = step % NSEC_PER_SEC;
		if (tx.time.tv_usec < 0) {
			tx.time.tv_sec--;
			tx.time.tv_usec += NSEC_PER_SEC;
		}
	}
	before = read_clock(CLOCK_REALTIME);
	if (adjtimex(&tx) < 0)
		return -errno;
	begin(clock, before, before + step, tx.freq, tx.tick);
	clock->last_real += step;
	after->real = read_clock(CLOCK_REALTIME);
	after->raw = (s64)raw_at(clock, after->real);
	after->known = true;
	after->freq = tx.freq;
	after->tick = tx.tick;
	after->status = tx.status;
	return 0;
}
