/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arithmetic of fnic, in the kernel and in its unit test alike.
 *
 * A clock is a straight line over CLOCK_MONOTONIC_RAW.  Rates are counted in
 * units in which both a part in 1e9 and the scaled ppm of adjfine() are whole
 * numbers, and what is less than a nanosecond is kept as a remainder: nothing
 * is ever rounded twice, however long a clock runs and however often it is set.
 */
#ifndef FNIC_CLOCK_H
#define FNIC_CLOCK_H

#ifdef __KERNEL__
#include <linux/math64.h>
#include <linux/types.h>

static inline u64 fnic_muldiv(u64 a, u64 b, u64 divisor)
{
	return mul_u64_u64_div_u64(a, b, divisor);
}
#else
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;

static inline u64 fnic_muldiv(u64 a, u64 b, u64 divisor)
{
	return (__uint128_t)a * b / divisor;
}
#endif

/* One unit of rate is 1 / FNIC_UNIT. */
#define FNIC_UNIT (65536 * 1000000000LL)
#define FNIC_PER_PPB 65536LL		/* 1e-9 */
#define FNIC_PER_SCALED_PPM 1000LL	/* 1e-6 / 2^16 */
#define FNIC_MAX_PPB 100000000

/**
 * struct fnic_clock - a clock that runs over the raw one
 * @raw: moment of the raw clock, ns
 * @phase: what it read then, ns, rounded down
 * @rest: what rounding left, in 1 / FNIC_UNIT ns
 * @error_ppb: how much too fast the oscillator is
 * @adjusted: what adjfine() set, scaled ppm
 */
struct fnic_clock {
	u64 raw;
	s64 phase;
	u64 rest;
	s64 error_ppb;
	s64 adjusted;
};

static inline u64 fnic_abs(s64 n)
{
	return n < 0 ? -(u64)n : (u64)n;
}

/* What is gained on the raw clock in one unit of time. */
static inline s64 fnic_clock_rate(const struct fnic_clock *c)
{
	return c->error_ppb * FNIC_PER_PPB + c->adjusted * FNIC_PER_SCALED_PPM;
}

/**
 * fnic_clock_read() - what a clock reads at a moment
 * @c: clock
 * @raw: moment, before or after @c->raw
 * @rest: what rounding down leaves, in 1 / FNIC_UNIT ns
 *
 * Return: ns.
 */
static inline s64 fnic_clock_read(const struct fnic_clock *c, u64 raw, u64 *rest)
{
	s64 rate = fnic_clock_rate(c);
	s64 passed = raw - c->raw;
	u64 whole = fnic_muldiv(fnic_abs(passed), fnic_abs(rate), FNIC_UNIT);
	/* Less than FNIC_UNIT, so that wrapping does no harm. */
	u64 part = fnic_abs(passed) * fnic_abs(rate) - whole * FNIC_UNIT;
	s64 gained = whole;

	if ((passed ^ rate) < 0) {
		gained = -gained;
		if (part) {
			gained--;
			part = FNIC_UNIT - part;
		}
	}
	part += c->rest;
	if (part >= FNIC_UNIT) {
		gained++;
		part -= FNIC_UNIT;
	}
	*rest = part;
	return c->phase + passed + gained;
}

static inline s64 fnic_clock_at(const struct fnic_clock *c, u64 raw)
{
	u64 rest;

	return fnic_clock_read(c, raw, &rest);
}

/* From here on another line may go on, without a jump. */
static inline void fnic_clock_turn(struct fnic_clock *c, u64 raw)
{
	u64 rest;

	c->phase = fnic_clock_read(c, raw, &rest);
	c->rest = rest;
	c->raw = raw;
}

static inline void fnic_clock_set(struct fnic_clock *c, u64 raw, s64 ns)
{
	c->raw = raw;
	c->phase = ns;
	c->rest = 0;
}

static inline void fnic_clock_step(struct fnic_clock *c, s64 ns)
{
	c->phase += ns;
}

static inline void fnic_clock_adjust(struct fnic_clock *c, u64 raw, s64 scaled_ppm)
{
	fnic_clock_turn(c, raw);
	c->adjusted = scaled_ppm;
}

static inline void fnic_clock_err(struct fnic_clock *c, u64 raw, s64 ppb)
{
	fnic_clock_turn(c, raw);
	c->error_ppb = ppb;
}

/* The same numbers in each run: splitmix64. */
static inline u64 fnic_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Uniform in 0..limit-1, or 0; @limit less than 2^32. */
static inline u64 fnic_random_below(u64 *state, u64 limit)
{
	return (fnic_random(state) >> 32) * limit >> 32;
}

/**
 * struct fnic_wire - one direction of a wire
 * @delay: of every frame, ns
 * @jitter: up to so much more, uniform, ns
 * @last: when the last frame arrived; none overtakes another
 */
struct fnic_wire {
	u64 delay;
	u64 jitter;
	u64 last;
};

/* When a frame arrives that is put on the wire at the moment @sent. */
static inline u64 fnic_wire_arrival(struct fnic_wire *w, u64 sent, u64 *random)
{
	u64 moment = sent + w->delay + fnic_random_below(random, w->jitter);

	if ((s64)(moment - w->last) < 0)
		moment = w->last;
	w->last = moment;
	return moment;
}

#endif /* FNIC_CLOCK_H */
