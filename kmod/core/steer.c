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
/* The clock is looked at so often, which also bounds what another program hides. */
#define CHECK_INTERVAL	(16 * SECOND)
/* Steering ends for so long after a foreign act; longer when it comes again. */
#define HOLD_MIN	(64 * SECOND)
#define HOLD_MAX	(3600 * SECOND)
/* What the system clock may be from where it should be: reading, rounding. */
#define STEP_TOLERANCE	1000000
/* Offsets below this are not worth a slew of their own. */
#define NEGLIGIBLE	20
/* The clock is left alone for so long on both sides of a leap second. */
#define LEAP_MARGIN	(2 * SECOND)
/*
 * A usual correction takes corrtimeratio/2 of the update interval, as in chrony.
 * Those of the first updates are larger than the ones to come: they take less.
 */
#define SPREAD_SHARE	2
#define SPREAD_UPDATES	16
/* What we never set. */
#define FOREIGN_STATUS	(NTS_ADJUST_STA_PLL | NTS_ADJUST_STA_FLL | \
			 NTS_ADJUST_STA_PPSFREQ | NTS_ADJUST_STA_PPSTIME)

/**
 * nts_steer_init() - nothing has been adjusted
 * @s: filled in
 */
void nts_steer_init(struct nts_steer *s)
{
	memset(s, 0, sizeof(*s));
	s->tick = TICK;
	s->hold = HOLD_MIN;
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
	return nts_fixed_add(nts_fixed_muldiv(nts_fixed_sub(tick, TICK), 1LL << NTS_FREQ_SHIFT,
					      TICK),
			     nts_fixed_muldiv(freq, FREQ_SCALE, 1000000));
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

/* Has anybody else set the clock since we looked last? */
static bool foreign_act(const struct nts_steer *s, const struct nts_steer_reading *now)
{
	s64 age = nts_fixed_sub(now->raw, s->raw), moved;

	if (now->known && (nts_fixed_abs(nts_fixed_sub(now->freq, s->freq)) > 1 ||
			   now->tick != s->tick || (now->status & FOREIGN_STATUS)))
		return true;
	moved = nts_fixed_sub(nts_fixed_sub(now->real, s->real),
			      nts_fixed_add(age, nts_fixed_scale(age, s->rate)));
	return nts_fixed_abs(moved) >
	       nts_fixed_add(STEP_TOLERANCE, nts_fixed_scale(age, NTS_FREQ_PPM));
}

/* Look at the clock; see whether another program steers it. */
static u32 watch(struct nts_steer *s, const struct nts_discipline *d,
		 const struct nts_steer_reading *now)
{
	bool shifted = s->shifts != d->shifts;
	u32 found = 0;

	if (s->active && s->seen && !shifted && foreign_act(s, now)) {
		/* Again after we took over: it was not a single act. */
		if (!s->held && s->foreign_count &&
		    nts_fixed_sub(now->raw, s->foreign_until) < 2 * s->hold)
			s->hold = nts_fixed_min(2 * s->hold, HOLD_MAX);
		else if (!s->held)
			s->hold = HOLD_MIN;
		if (!s->held)
			found = NTS_STEER_FOREIGN;
		s->held = true;
		s->foreign_until = nts_fixed_add(now->raw, s->hold);
		s->slew_end = 0;
		s->foreign_count++;
	} else if (s->held && now->raw >= s->foreign_until) {
		s->held = false;
		found = NTS_STEER_RESUMED;
	}
	if (now->known && s->held) {
		s->freq = now->freq;
		s->tick = now->tick;
		s->status = now->status & ~FOREIGN_STATUS;
		s->rate = rate_of(now->tick, now->freq);
	}
	s->shifts = d->shifts;
	s->seen = true;
	s->raw = now->raw;
	s->real = now->real;
	return found;
}

/*
 * How long to take over making up for an error. Of the size that is usual it
 * is spread over the update interval and more, so that the frequency stays
 * calm; a larger one is made up for the faster, as in chrony.
 */
static s64 slew_duration(const struct nts_steer *s, const struct nts_discipline *d, s64 error)
{
	s64 usual = nts_fixed_max(nts_fixed_min(d->rms_offset, d->offset_sd), 1);
	s64 part = (s64)d->config.corrtimeratio * nts_fixed_min(d->updates, SPREAD_UPDATES);
	s64 duration = nts_fixed_muldiv(d->interval, part, SPREAD_SHARE * SPREAD_UPDATES * 65536);
	s64 shortest = nts_fixed_max(SECOND, nts_fixed_muldiv(s->late, 5, 1));

	error = nts_fixed_abs(error);
	if (error > usual)
		duration = nts_fixed_muldiv(duration, usual, error);
	return nts_fixed_clamp(duration, shortest, 10000 * SECOND);
}

/* Is a leap second about to happen, or has just done so? */
static bool near_leap(const struct nts_discipline *d, s64 raw)
{
	s64 now = nts_clockmap_time(&d->map, raw);

	return (d->leap && nts_fixed_abs(nts_fixed_sub(now, d->leap_at)) < LEAP_MARGIN) ||
	       (d->leap_done && nts_fixed_abs(nts_fixed_sub(now, d->leap_done)) < LEAP_MARGIN);
}

/* STA_* that shall be in force. */
static int status_of(const struct nts_discipline *d)
{
	int status = d->config.rtcsync ? 0 : NTS_ADJUST_STA_UNSYNC;

	if (d->config.leap_mode == NTS_LEAPSEC_MODE_SYSTEM && d->leap)
		status |= d->leap == 2 ? NTS_ADJUST_STA_DEL : NTS_ADJUST_STA_INS;
	return status;
}

/* The rate at which the clock shall run now; when that ends. */
static s64 choose_rate(struct nts_steer *s, const struct nts_discipline *d, s64 raw,
		       s64 error, bool fresh, s64 *next)
{
	s64 left = s->slew_end ? nts_fixed_sub(s->slew_end, raw) : 0, slew;

	if (nts_fixed_abs(error) < NEGLIGIBLE) {
		s->slew_end = 0;
		return d->map.freq;
	}
	if (fresh || left < SECOND / 4)
		left = slew_duration(s, d, error);
	slew = nts_fixed_freq(error, left);
	if (nts_fixed_abs(slew) > d->config.maxslewrate) {
		slew = slew < 0 ? -d->config.maxslewrate : d->config.maxslewrate;
		left = nts_fixed_abs(nts_fixed_freq(error, slew));
	}
	s->slew_end = nts_fixed_add(raw, left);
	*next = nts_fixed_min(*next, s->slew_end);
	return nts_fixed_add(d->map.freq, slew);
}

/* Say what the clock is worth, in microseconds. */
static void state_errors(const struct nts_discipline *d, s64 raw, s64 error,
			 struct nts_adjust *adjust)
{
	s64 distance = nts_fixed_add(d->root_delay / 2, nts_discipline_dispersion(d, raw));

	error = nts_fixed_abs(error);
	adjust->modes |= NTS_ADJUST_MAXERROR | NTS_ADJUST_ESTERROR;
	adjust->maxerror = nts_fixed_add(distance, error) / 1000;
	adjust->esterror = nts_fixed_add(d->offset_sd, error) / 1000;
}

/* How late this plan is made; forgotten slowly. */
static void note_lateness(struct nts_steer *s, s64 raw)
{
	s64 late = s->due ? nts_fixed_max(0, nts_fixed_sub(raw, s->due)) : 0;

	s->late = nts_fixed_max(late, s->late - s->late / 16);
	s->due = 0;
}

/**
 * nts_steer_plan() - what to do about the system clock now
 * @s: the steering
 * @d: the clock to follow; its step is done with when the plan is one
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
	bool fresh = s->update != d->updates;
	u32 found = watch(s, d, now);
	int status = status_of(d);

	memset(adjust, 0, sizeof(*adjust));
	adjust->next = nts_fixed_add(now->raw, CHECK_INTERVAL);
	s->correction = error;
	if (!d->synchronised || s->held) {
		s->slew_end = 0;
		s->due = 0;
		return found;
	}
	note_lateness(s, now->raw);
	/* The kernel makes the leap by its own clock, not at the same instant. */
	if (d->config.leap_mode == NTS_LEAPSEC_MODE_SYSTEM && s->active &&
	    near_leap(d, now->raw)) {
		s->seen = false;
		adjust->next = nts_fixed_add(now->raw, SECOND);
		return found;
	}
	s->update = d->updates;
	if (d->step || (fresh && d->may_step &&
			nts_fixed_abs(error) > d->config.makestep_threshold)) {
		adjust->modes = NTS_ADJUST_SETOFFSET | NTS_ADJUST_NANO;
		adjust->offset = error;
		error = 0;
		found |= NTS_STEER_STEP;
		d->step = false;
	}
	split(choose_rate(s, d, now->raw, error, fresh, &adjust->next), adjust);
	adjust->status = status;
	if (!s->active || adjust->freq != s->freq || adjust->tick != s->tick)
		adjust->modes |= NTS_ADJUST_FREQUENCY | NTS_ADJUST_TICK;
	if (!s->active || fresh || status != s->status) {
		adjust->modes |= NTS_ADJUST_STATUS;
		state_errors(d, now->raw, error, adjust);
	}
	s->due = adjust->next;
	return found;
}

/**
 * nts_steer_stop() - leave the system clock alone from now on
 * @s: the steering
 * @d: the clock that was followed
 * @now: the system clock as it is
 * @adjust: the call to make, if any: no slew is left in progress
 *
 * After it, and nts_steer_done(), nts_steer_plan() may be called again.
 */
void nts_steer_stop(struct nts_steer *s, const struct nts_discipline *d,
		    const struct nts_steer_reading *now, struct nts_adjust *adjust)
{
	memset(adjust, 0, sizeof(*adjust));
	adjust->next = NTS_S64_MAX;
	watch(s, d, now);
	s->slew_end = 0;
	s->due = 0;
	if (!s->active || s->held)
		return;
	split(d->map.freq, adjust);
	if (adjust->freq != s->freq || adjust->tick != s->tick)
		adjust->modes = NTS_ADJUST_FREQUENCY | NTS_ADJUST_TICK;
}

/**
 * nts_steer_done() - the call that was planned has been made
 * @s: the steering
 * @made: the plan
 * @error: 0, or a negative error number
 * @after: the system clock after it, with what the call returned if that is
 *         known
 */
void nts_steer_done(struct nts_steer *s, const struct nts_adjust *made, int error,
		    const struct nts_steer_reading *after)
{
	if (error) {
		/* What is in force now is anybody's guess. */
		s->active = false;
		return;
	}
	if (made->modes & NTS_ADJUST_FREQUENCY) {
		/* The kernel rounds it; what it holds is what must not change. */
		s->freq = after->known ? after->freq : made->freq;
		s->tick = made->tick;
		s->rate = rate_of(made->tick, made->freq);
	}
	if (made->modes & NTS_ADJUST_STATUS)
		s->status = made->status;
	s->active = true;
	s->seen = true;
	s->raw = after->raw;
	s->real = after->real;
}
