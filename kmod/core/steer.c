// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system clock follows NTP time.
 *
 * Its rate against the raw clock is set by tick (100 ppm per microsecond) and
 * freq (2^-16 ppm). It runs as fast as NTP time, and for a while somewhat
 * faster or slower to make up for what it is off.
 */
#include "steer.h"

#define SECOND		1000000000LL
#define TICK		10000
/* 2^-16 ppm in 2^-48 units: 4294.967296 of them. */
#define FREQ_SCALE	4294967296LL
/* adjtimex() accepts ticks within 10 %. */
#define RATE_MAX	(99900 * NTS_FREQ_PPM)
#define CHECK_INTERVAL	(16 * SECOND)

/**
 * nts_steer_init() - nothing has been adjusted
 * @s: filled in
 */
void nts_steer_init(struct nts_steer *s)
{
	memset(s, 0, sizeof(*s));
	s->tick = TICK;
}

/* Split a rate into tick and freq. */
static void split(s64 rate, struct nts_adjust *adjust)
{
	s64 ticks, rest;

	rate = nts_fixed_clamp(rate, -RATE_MAX, RATE_MAX);
	ticks = (rate + (rate < 0 ? -50 : 50) * NTS_FREQ_PPM) / (100 * NTS_FREQ_PPM);
	rest = rate - nts_fixed_muldiv(ticks, 1LL << NTS_FREQ_SHIFT, TICK);
	adjust->tick = TICK + ticks;
	adjust->freq = nts_fixed_muldiv(rest, 1000000, FREQ_SCALE);
}

/* The rate that tick and freq make. */
static s64 rate_of(s64 tick, s64 freq)
{
	return nts_fixed_muldiv(tick - TICK, 1LL << NTS_FREQ_SHIFT, TICK) +
	       nts_fixed_muldiv(freq, FREQ_SCALE, 1000000);
}

/**
 * nts_steer_correction() - how far the system clock is off
 * @s: the steering
 * @d: the clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @real: CLOCK_REALTIME at the same time, ns
 *
 * Return: NTP time minus system time, ns; > 0: the system clock is slow.
 */
s64 nts_steer_correction(const struct nts_steer *s, const struct nts_discipline *d,
			 s64 raw, s64 real)
{
	(void)s;
	return nts_fixed_sub(nts_clockmap_time(&d->map, raw), real);
}

/**
 * nts_steer_plan() - what to do about the system clock now
 * @s: the steering
 * @d: the clock to follow
 * @now: the system clock as it is
 * @adjust: the call to make, if any, and when to plan again
 *
 * To be called after each update and at @adjust->next.
 *
 * Return: what was found, NTS_STEER_*.
 */
u32 nts_steer_plan(struct nts_steer *s, struct nts_discipline *d,
		   const struct nts_steer_reading *now, struct nts_adjust *adjust)
{
	s64 error = nts_steer_correction(s, d, now->raw, now->real);
	s64 duration = 2 * SECOND, slew;
	u32 found = 0;

	memset(adjust, 0, sizeof(*adjust));
	adjust->next = nts_fixed_add(now->raw, CHECK_INTERVAL);
	s->correction = error;
	if (!d->synchronised)
		return 0;
	adjust->modes = NTS_ADJUST_FREQUENCY | NTS_ADJUST_TICK;
	if (d->step || (d->may_step && nts_fixed_abs(error) > d->config.makestep_threshold)) {
		adjust->modes |= NTS_ADJUST_SETOFFSET | NTS_ADJUST_NANO;
		adjust->offset = error;
		error = 0;
		found |= NTS_STEER_STEP;
	}
	slew = nts_fixed_clamp(nts_fixed_freq(error, duration), -d->config.maxslewrate,
			       d->config.maxslewrate);
	if (error) {
		duration = nts_fixed_clamp(nts_fixed_abs(nts_fixed_freq(error, slew)),
					   SECOND, 10000 * SECOND);
		s->slew_end = nts_fixed_add(now->raw, duration);
		adjust->next = nts_fixed_min(adjust->next, s->slew_end);
	}
	split(nts_fixed_add(d->map.freq, slew), adjust);
	return found;
}

/**
 * nts_steer_done() - the call that was planned has been made
 * @s: the steering
 * @made: the plan
 * @error: 0, or a negative error number
 * @after: the system clock after it
 */
void nts_steer_done(struct nts_steer *s, const struct nts_adjust *made, int error,
		    const struct nts_steer_reading *after)
{
	if (error)
		return;
	s->active = true;
	s->freq = made->freq;
	s->tick = made->tick;
	s->rate = rate_of(made->tick, made->freq);
	s->raw = after->raw;
	s->real = after->real;
}
