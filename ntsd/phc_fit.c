// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line is that of the module's own sources, kmod/core/regress.c: a clock
 * whose frequency wanders, and readings whose error is as large as they took
 * longer than the shortest one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "phc_fit.h"

/* Of the readings of one moment the best part counts. */
#define BEST_PART 5
/* No clock of a device runs as wrong as that, they say. */
#define FREQ_MAX 1e-3
/* As many deviations bound an error. */
#define DEVIATIONS 4
/* Variance of a clock's frequency, per ns: 1e-9 after a second. */
#define WALK 1e-27

static int by_delay(const void *a, const void *b)
{
	const struct phc_reading *x = a, *y = b;
	int64_t dx = x->after - x->before, dy = y->after - y->before;

	return (dx > dy) - (dx < dy);
}

/**
 * phc_fit_pick() - make one sample of the readings of one moment
 * @reading: as they came; sorted here
 * @n: how many
 * @best: filled in
 *
 * What took long may have waited anywhere, so that only the quickest fifth
 * counts. Both clocks are lines: the mean of each is a point of both.
 *
 * Return: false when none makes sense.
 */
bool phc_fit_pick(struct phc_reading *reading, int n, struct phc_sample *best)
{
	double raw = 0, phc = 0;
	int first = 0, used;

	if (n <= 0)
		return false;
	qsort(reading, n, sizeof(*reading), by_delay);
	/* A clock that goes back makes no reading. */
	while (first < n && reading[first].after < reading[first].before)
		first++;
	n -= first;
	reading += first;
	if (!n)
		return false;
	used = (n + BEST_PART - 1) / BEST_PART;
	for (int i = 0; i < used; i++) {
		raw += (reading[i].before - reading[0].before) +
		       (reading[i].after - reading[i].before) / 2.0;
		phc += reading[i].phc - reading[0].phc;
	}
	best->raw = reading[0].before + llround(raw / used);
	best->phc = reading[0].phc + llround(phc / used);
	best->delay = reading[used - 1].after - reading[used - 1].before;
	return true;
}

/**
 * phc_fit_reset() - forget all
 * @fit: filled in
 * @max: keep so many samples
 */
void phc_fit_reset(struct phc_fit *fit, unsigned int max)
{
	memset(fit, 0, sizeof(*fit));
	fit->max = max < NTS_REGRESS_MAX ? max : NTS_REGRESS_MAX;
	fit->tune.floor = 8;
}

static double to_double(struct nts_real a)
{
	return ldexp((double)a.mantissa, a.exponent);
}

static struct nts_real square_of(double a)
{
	return nts_real_make(llround(ldexp(a * a, 80)), -80);
}

/* By how much the device's clock gained on the raw one since the first sample. */
static int64_t gain(const struct phc_fit *fit, const struct phc_sample *s)
{
	return (s->phc - fit->sample[0].phc) - (s->raw - fit->sample[0].raw);
}

/* Where the line is at @raw, and what bounds its error there. */
static double expect(const struct phc_fit *fit, int64_t raw, double *bound)
{
	double dt = raw - fit->map.raw;

	*bound = fit->map.error + fit->map.skew * fabs(dt) +
		 DEVIATIONS * sqrt(ldexp(WALK, fit->tune.wander) *
				   fabs(dt) * dt * dt / 3);
	return dt - dt * fit->map.freq / (1 + fit->map.freq);
}

/**
 * phc_fit_agrees() - see whether a sample is where it should be
 * @fit: what is known
 * @s: the sample
 * @miss: by how much the clock is ahead, ns; filled in
 *
 * Return: false when neither its error nor that of the line explains it: one of
 * the clocks was stepped.
 */
bool phc_fit_agrees(const struct phc_fit *fit, const struct phc_sample *s,
		    double *miss)
{
	const struct phc_sample *last = &fit->sample[fit->n ? fit->n - 1 : 0];
	double bound, dt = s->raw - last->raw;

	*miss = 0;
	if (!fit->n)
		return true;
	if (fit->n == 1) {
		*miss = (double)(s->phc - last->phc) - dt;
		bound = last->delay / 2.0 + FREQ_MAX * fabs(dt);
	} else {
		*miss = (double)(s->phc - fit->map.phc) -
			expect(fit, s->raw, &bound);
	}
	/* A nanosecond is what both are told in. */
	return dt >= 0 && fabs(*miss) <= bound + s->delay / 2.0 + 2;
}

static void fit_line(struct phc_fit *fit)
{
	const struct phc_sample *last = &fit->sample[fit->n - 1];
	static struct nts_regress r;
	struct nts_regress_line prior = { .var_slope = square_of(FREQ_MAX) };
	double slope, line;

	r.n = fit->n;
	r.begin = 0;
	r.jump = 0;
	for (unsigned int i = 0; i < fit->n; i++) {
		r.point[i].x = fit->sample[i].raw - fit->sample[0].raw;
		r.point[i].y = gain(fit, &fit->sample[i]);
		r.point[i].spread = (fit->sample[i].delay - fit->min_delay) / 2;
	}
	nts_regress_tune(&r, &prior, &fit->tune);
	nts_regress_find_jump(&r, &prior, &fit->tune);
	nts_regress_fit(&r, &prior, &fit->tune);
	slope = to_double(r.line.slope);
	line = to_double(r.line.offset);

	fit->map.raw = last->raw;
	fit->map.phc = fit->sample[0].phc + (last->raw - fit->sample[0].raw) +
		       llround(line);
	fit->map.freq = -slope / (1 + slope);
	fit->map.skew = DEVIATIONS * sqrt(to_double(r.line.var_slope));
	fit->map.error = fit->min_delay / 2.0 +
			 DEVIATIONS * sqrt(to_double(r.line.var_offset));
}

/**
 * phc_fit_add() - learn from a sample
 * @fit: what is known; its map is that of this moment then
 * @s: later than those before
 */
void phc_fit_add(struct phc_fit *fit, const struct phc_sample *s)
{
	if (fit->n == fit->max) {
		fit->n--;
		memmove(fit->sample, fit->sample + 1,
			fit->n * sizeof(*fit->sample));
	}
	fit->sample[fit->n++] = *s;
	fit->min_delay = s->delay;
	for (unsigned int i = 0; i < fit->n; i++)
		if (fit->sample[i].delay < fit->min_delay)
			fit->min_delay = fit->sample[i].delay;
	if (fit->n > 1)
		fit_line(fit);
}

/**
 * phc_map_raw() - what the raw clock was
 * @map: the line
 * @phc: when the device's clock was that, ns
 *
 * Return: CLOCK_MONOTONIC_RAW, ns.
 */
int64_t phc_map_raw(const struct phc_map *map, int64_t phc)
{
	int64_t since = phc - map->phc;

	return map->raw + since + llround((double)since * map->freq);
}
