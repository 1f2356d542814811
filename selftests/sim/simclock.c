// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine's clocks. adjtimex(2) as Linux has it, except that its phase-locked
 * loop and adjtime(3) are missing: both are how others steer, not we or chronyd.
 */
#include "simclock.h"

#include <errno.h>

#define TICK		10000		/* us, at 100 Hz */
#define TICK_RANGE	(TICK / 10)
#define MAX_FREQ	(500L << 16)
#define MAX_PHASE	16000000L	/* us: maxerror of a clock nobody knows */
#define GROWTH		500		/* us of maxerror per second */
#define ADJTIME		0x8000		/* ADJ_OFFSET_SINGLESHOT and its kin */
#define READ_ONLY	(STA_PPSSIGNAL | STA_PPSJITTER | STA_PPSWANDER | STA_PPSERROR | \
			 STA_CLOCKERR | STA_NANO | STA_MODE | STA_CLK)

void simclock_init(struct simclock *clock, double offset, double error)
{
	*clock = (struct simclock){
		.real = offset * 1e9L,
		.error = error,
		.status = STA_UNSYNC,
		.tick = TICK,
		.maxerror = MAX_PHASE,
		.esterror = MAX_PHASE,
		.constant = 2,
	};
}

/* How fast CLOCK_REALTIME runs, in true seconds per second. */
double simclock_rate(const struct simclock *clock)
{
	return (1 + clock->error) *
	       ((double)clock->tick / TICK + (double)clock->freq / 65536e6);
}

/* At midnight, once, when it was told to. */
static void leap(struct simclock *clock)
{
	if (!clock->midnight || clock->leaped)
		return;
	if ((clock->status & STA_INS) && clock->real >= clock->midnight) {
		clock->real -= 1e9L;
		clock->leaped = true;
	} else if ((clock->status & STA_DEL) && clock->real >= clock->midnight - 1e9L) {
		clock->real += 1e9L;
		clock->leaped = true;
	}
}

/* @ns of true time. */
void simclock_advance(struct simclock *clock, simtime_t ns)
{
	simtime_t raw = ns * (1 + (simtime_t)clock->error);
	simtime_t adjusted = raw * ((simtime_t)clock->tick / TICK +
				      clock->freq / 65536e6L);

	clock->raw += raw;
	clock->mono += adjusted;
	clock->real += adjusted;
	leap(clock);
}

/* What the kernel does once in a second. */
void simclock_second(struct simclock *clock)
{
	clock->maxerror += GROWTH;
	if (clock->maxerror > MAX_PHASE) {
		clock->maxerror = MAX_PHASE;
		clock->status |= STA_UNSYNC;
	}
}

/* A step, by whomever: the kernel no longer vouches for the time. */
void simclock_step(struct simclock *clock, simtime_t ns)
{
	clock->real += ns;
	clock->status |= STA_UNSYNC;
	clock->maxerror = MAX_PHASE;
	clock->esterror = MAX_PHASE;
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int step(struct simclock *clock, const struct timex *tx)
{
	long scale = tx->modes & ADJ_NANO ? 1 : 1000;

	if (tx->time.tv_usec < 0 || tx->time.tv_usec >= 1000000000 / scale)
		return refuse(EINVAL);
	simclock_step(clock, tx->time.tv_sec * 1e9L + tx->time.tv_usec * scale);
	return 0;
}

static void set(struct simclock *clock, const struct timex *tx)
{
	if (tx->modes & ADJ_STATUS)
		clock->status = (clock->status & READ_ONLY) | (tx->status & ~READ_ONLY);
	if (tx->modes & ADJ_NANO)
		clock->status |= STA_NANO;
	if (tx->modes & ADJ_MICRO)
		clock->status &= ~STA_NANO;
	if (tx->modes & ADJ_FREQUENCY) {
		clock->freq = tx->freq < -MAX_FREQ ? -MAX_FREQ : tx->freq;
		clock->freq = clock->freq > MAX_FREQ ? MAX_FREQ : clock->freq;
	}
	if (tx->modes & ADJ_MAXERROR)
		clock->maxerror = tx->maxerror;
	if (tx->modes & ADJ_ESTERROR)
		clock->esterror = tx->esterror;
	if (tx->modes & ADJ_TIMECONST)
		clock->constant = tx->constant;
	if ((tx->modes & ADJ_TAI) && tx->constant >= 0)
		clock->tai = (int)tx->constant;
	if (tx->modes & ADJ_TICK)
		clock->tick = tx->tick;
}

static void report(const struct simclock *clock, struct timex *tx, long long epoch)
{
	long long now = epoch + (long long)clock->real;

	tx->offset = 0;
	tx->freq = clock->freq;
	tx->maxerror = clock->maxerror;
	tx->esterror = clock->esterror;
	tx->status = clock->status;
	tx->constant = clock->constant;
	tx->precision = 1;
	tx->tolerance = MAX_FREQ;
	tx->tick = clock->tick;
	tx->tai = clock->tai;
	tx->time.tv_sec = now / 1000000000;
	tx->time.tv_usec = now % 1000000000 / (clock->status & STA_NANO ? 1 : 1000);
	tx->ppsfreq = 0;
	tx->jitter = 0;
	tx->shift = 0;
	tx->stabil = 0;
	tx->jitcnt = 0;
	tx->calcnt = 0;
	tx->errcnt = 0;
	tx->stbcnt = 0;
}

/* adjtimex(2); @epoch is when the simulation began, in ns since 1970. */
int simclock_adjust(struct simclock *clock, struct timex *tx, long long epoch)
{
	/* chronyd ends what others may have left to slew: nothing, here. */
	if ((tx->modes & ADJTIME) && tx->modes != ADJ_OFFSET_SS_READ && tx->offset)
		return refuse(EOPNOTSUPP);
	if ((tx->modes & ADJ_TICK) &&
	    (tx->tick < TICK - TICK_RANGE || tx->tick > TICK + TICK_RANGE))
		return refuse(EINVAL);
	if ((tx->modes & ADJ_SETOFFSET) && step(clock, tx) < 0)
		return -1;
	if (!(tx->modes & ADJTIME))
		set(clock, tx);
	report(clock, tx, epoch);
	return clock->status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
}
