// SPDX-License-Identifier: GPL-2.0-or-later
/* What one source's clock was measured to be, and the line through it. */
#include "samples.h"

/* A delay or dispersion of more than a minute says nothing. */
#define NTS_SAMPLES_LARGEST	64000000000LL

/* So much more likely has an asymmetry to make the samples: 2^10 times. */
#define ASYMMETRY_BITS		(10 << 16)
#define ASYMMETRY_SAMPLES	6
/* Half of the delay's rise, 16.16. */
#define ASYMMETRY_FULL		32768
/* What is left of the error of a delay: a part in so many. */
#define ASYMMETRY_REST		8

/* Of two exponential delays one in a hundred exceeds the mean of the shorter half so much. */
#define RISE_MOST		8

/* How many times as long as its newer half the register may become. */
#define THIN_SPAN		8

/* A full register is learnt from at each such sample. */
#define LEARN_EVERY		4

static const struct nts_sample *at(const struct nts_samples *s, u32 i)
{
	return &s->ring[(s->first + i) % NTS_SAMPLES_MAX];
}

/**
 * nts_samples_newest() - the last sample added
 * @s: the register
 *
 * Return: the sample, or NULL if there is none.
 */
const struct nts_sample *nts_samples_newest(const struct nts_samples *s)
{
	return s->n ? at(s, s->n - 1u) : NULL;
}

/**
 * nts_samples_oldest() - the oldest sample in use
 * @s: the register
 *
 * Return: the sample, or NULL if there is none.
 */
const struct nts_sample *nts_samples_oldest(const struct nts_samples *s)
{
	return s->n ? at(s, 0) : NULL;
}

/**
 * nts_samples_predict() - where the source's clock is
 * @s: the register, not empty
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: expected UTC time of the source minus @raw, ns.
 */
s64 nts_samples_predict(const struct nts_samples *s, s64 raw)
{
	return nts_fixed_add(s->offset, nts_fixed_scale(nts_fixed_sub(raw, s->raw), s->freq));
}

/**
 * nts_samples_offset_sd() - how exactly nts_samples_predict() is known
 * @s: the register, not empty
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: standard deviation, ns.
 */
s64 nts_samples_offset_sd(const struct nts_samples *s, s64 raw)
{
	s64 age = nts_fixed_abs(nts_fixed_sub(raw, s->raw));

	return nts_fixed_add(s->offset_sd, nts_fixed_scale(age, s->freq_sd));
}

/* Root distance of one sample at a time. */
static s64 distance_of(const struct nts_samples *s, const struct nts_sample *sample,
		       s64 raw, s64 clock_error)
{
	s64 age = nts_fixed_abs(nts_fixed_sub(raw, sample->raw));
	s64 half = nts_fixed_add(sample->delay, sample->root_delay) / 2;
	s64 dispersion = nts_fixed_add(sample->dispersion, sample->root_dispersion);

	return nts_fixed_add(nts_fixed_add(half, dispersion),
			     nts_fixed_scale(age, nts_fixed_add(s->skew, clock_error)));
}

/**
 * nts_samples_distance() - how far from true time the source can be
 * @s: the register
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @clock_error: how fast our clock may go astray, 2^-48
 *
 * Return: root distance of the best sample, ns; the largest number if there is
 * no sample.
 */
s64 nts_samples_distance(const struct nts_samples *s, s64 raw, s64 clock_error)
{
	s64 best = NTS_S64_MAX;
	u32 i;

	for (i = 0; i < s->n; i++)
		best = nts_fixed_min(best, distance_of(s, at(s, i), raw, clock_error));
	return best;
}

/*
 * By how much round trips are longer than the shortest one, in the mean. What a
 * few that met with congestion took counts only so far as the shorter half of
 * all lets expect.
 */
static s64 usual_rise(struct nts_samples *s)
{
	/* Not in use before the fit. */
	s64 *rise = s->work.residual, sum = 0, most, next;
	u32 i, j, half = s->n / 2u + 1;

	for (i = 0; i < s->n; i++) {
		next = at(s, i)->delay - s->min_delay;
		for (j = i; j && rise[j - 1] > next; j--)
			rise[j] = rise[j - 1];
		rise[j] = next;
	}
	for (i = 0; i < half; i++)
		sum += rise[i];
	most = sum / i * RISE_MOST;
	for (; i < s->n; i++)
		sum += nts_fixed_min(rise[i], most);
	return sum / s->n;
}

/*
 * Round trips longer than the shortest possible one by x have an error of up
 * to x/2. The shortest of n jittery ones is not the shortest possible, but for
 * the sum of two exponential delays about their mean over the root of n longer;
 * of few nothing is known at all.
 */
static s64 unseen_spread(struct nts_samples *s)
{
	s64 n = s->n;

	/* 120/256 */
	return usual_rise(s) * 120 / nts_fixed_sqrt((u64)n << 16) + s->min_delay / (2 * n * n);
}

/* Drop the oldest samples. */
static void drop(struct nts_samples *s, u32 n)
{
	s->first = (u8)((s->first + n) % NTS_SAMPLES_MAX);
	s->n = (u8)(s->n - n);
}

/* Hand the samples over to the regression. */
static void fill(struct nts_samples *s)
{
	const struct nts_sample *newest = nts_samples_newest(s);
	struct nts_regress *r = &s->work;
	s64 unseen;
	u32 i;

	s->min_delay = NTS_S64_MAX;
	for (i = 0; i < s->n; i++)
		s->min_delay = nts_fixed_min(s->min_delay, at(s, i)->delay);
	unseen = unseen_spread(s);
	r->n = s->n;
	r->begin = 0;
	r->jump = 0;
	for (i = 0; i < r->n; i++) {
		const struct nts_sample *sample = at(s, i);

		if (s->jumped && sample->raw == s->jump)
			r->jump = i;
	}
	for (i = 0; i < r->n; i++) {
		const struct nts_sample *sample = at(s, i);
		s64 spread = (sample->delay - s->min_delay) / 2;

		r->point[i].x = nts_fixed_sub(sample->raw, at(s, 0)->raw);
		r->point[i].y = nts_fixed_sub(nts_fixed_sub(sample->offset, newest->offset),
					      spread * s->asymmetry / ASYMMETRY_FULL);
		/* Once taken out, it is not an error any more, or not much of one. */
		if (s->asymmetry)
			spread /= ASYMMETRY_REST;
		r->point[i].spread = spread + unseen + sample->dispersion;
	}
}

/*
 * If jitter is all in one direction, offsets rise or fall by just half of what
 * delays do. When that explains the samples it is taken out of them.
 */
static void find_asymmetry(struct nts_samples *s, const struct nts_regress_line *prior)
{
	struct nts_regress *r = &s->work;
	s32 found = 0, sign;
	s64 needed;

	s->asymmetry = 0;
	if (s->n < ASYMMETRY_SAMPLES)
		return;
	fill(s);
	nts_regress_fit(r, prior, &s->tune);
	needed = r->likelihood + ASYMMETRY_BITS;
	for (sign = -1; sign <= 1; sign += 2) {
		s->asymmetry = sign * ASYMMETRY_FULL;
		fill(s);
		nts_regress_fit(r, prior, &s->tune);
		if (r->likelihood > needed) {
			needed = r->likelihood;
			found = s->asymmetry;
		}
	}
	s->asymmetry = found;
}

/* Fit the line again. */
static void estimate(struct nts_samples *s)
{
	struct nts_regress_line prior = { 0 };
	struct nts_regress *r = &s->work;
	const struct nts_sample *newest;

	prior.slope = nts_real_make(s->prior_freq, -NTS_FREQ_SHIFT);
	prior.var_slope = nts_real_square(nts_real_make(s->prior_sd, -NTS_FREQ_SHIFT));
	/* With all these samples little changes by one. */
	s->adds++;
	if (s->n < s->max || s->adds % LEARN_EVERY == 0) {
		find_asymmetry(s, &prior);
		fill(s);
		nts_regress_tune(r, &prior, &s->tune);
	} else {
		fill(s);
	}
	nts_regress_find_jump(r, &prior, &s->tune);
	nts_regress_fit(r, &prior, &s->tune);
	/* Residuals that keep their sign: the oldest samples do not belong here. */
	while (r->n - r->begin > s->min &&
	       r->runs < nts_regress_critical_runs(r->signs)) {
		r->begin++;
		nts_regress_fit(r, &prior, &s->tune);
	}
	newest = nts_samples_newest(s);
	s->jumped = r->jump > r->begin;
	if (s->jumped)
		s->jump = at(s, r->jump)->raw;
	s->raw = newest->raw;
	s->offset = nts_fixed_add(newest->offset, nts_real_round(r->line.offset, 0));
	s->offset_sd = nts_real_round(nts_real_sqrt(r->line.var_offset), 0);
	s->freq = nts_real_round(r->line.slope, -NTS_FREQ_SHIFT);
	s->freq_sd = nts_real_round(nts_real_sqrt(r->line.var_slope), -NTS_FREQ_SHIFT);
	drop(s, r->begin);
	s->skew = nts_fixed_clamp(nts_fixed_muldiv(s->freq_sd, nts_regress_t(s->n), 65536),
				  NTS_FREQ_PPM / 1000000, 1LL << NTS_FREQ_SHIFT);
	s->runs = (u8)r->runs;
	s->sd = r->sd;
}

/**
 * nts_samples_reset() - forget the samples
 * @s: the register
 */
void nts_samples_reset(struct nts_samples *s)
{
	s->n = 0;
	s->first = 0;
	s->runs = 0;
	s->asymmetry = 0;
	s->jumped = false;
	s->freq = s->prior_freq;
	s->freq_sd = s->prior_sd;
	s->skew = 1LL << NTS_FREQ_SHIFT;
	s->offset_sd = NTS_SAMPLES_LARGEST;
	s->sd = NTS_SAMPLES_LARGEST;
	s->min_delay = 0;
}

/**
 * nts_samples_prior() - what to expect of the frequency
 * @s: the register
 * @freq: against the raw clock, 2^-48
 * @sd: standard deviation of that, 2^-48; not negative
 */
void nts_samples_prior(struct nts_samples *s, s64 freq, s64 sd)
{
	s->prior_freq = freq;
	s->prior_sd = sd;
}

/**
 * nts_samples_init() - an empty register
 * @s: the register
 * @min: as many samples are kept even if they do not fit; 0 = default
 * @max: no more are kept; 0 = default
 */
void nts_samples_init(struct nts_samples *s, u8 min, u8 max)
{
	memset(s, 0, sizeof(*s));
	s->min = min ? (u8)nts_fixed_clamp(min, 4, NTS_SAMPLES_MAX) : NTS_SAMPLES_MIN_DEFAULT;
	s->max = max ? (u8)nts_fixed_clamp(max, 4, NTS_SAMPLES_MAX) : NTS_SAMPLES_MAX;
	if (s->max < s->min)
		s->min = s->max;
	nts_samples_prior(s, 0, NTS_SAMPLES_FREQ_SD);
	nts_samples_reset(s);
}

/**
 * nts_samples_accept() - whether a sample is worth adding
 * @s: the register
 * @sample: the sample
 * @limits: of the source
 *
 * Return: the tests it fails, NTS_SAMPLES_TEST_*; 0 when it is.
 */
u32 nts_samples_accept(const struct nts_samples *s, const struct nts_sample *sample,
		       const struct nts_samples_limits *limits)
{
	u32 failed = 0;
	s64 rise, miss, allowed, age;

	if (limits->delay > 0 && sample->delay > limits->delay)
		failed |= NTS_SAMPLES_TEST_DELAY;
	if (!s->n)
		return failed;
	if (limits->ratio && sample->delay > nts_fixed_muldiv(s->min_delay, limits->ratio, 65536))
		failed |= NTS_SAMPLES_TEST_RATIO;
	if (limits->deviation && s->n >= 6) {
		rise = nts_fixed_sub(sample->delay, s->min_delay) / 2;
		age = nts_fixed_abs(nts_fixed_sub(sample->raw, s->raw));
		allowed = nts_fixed_muldiv(s->sd, limits->deviation, 65536);
		allowed = nts_fixed_add(allowed, nts_fixed_scale(age, nts_fixed_add(s->skew,
										    NTS_FREQ_PPM)));
		miss = nts_fixed_abs(nts_fixed_sub(sample->offset,
						   nts_samples_predict(s, sample->raw)));
		/* An error larger than the delay explains is one of the clock. */
		if (rise > allowed && miss <= nts_fixed_add(rise, allowed))
			failed |= NTS_SAMPLES_TEST_DEVIATION;
	}
	return failed;
}

/*
 * Make room. Of the older half the sample with the longest round trip says
 * least and goes; with it the rest reaches farther back. Paths change, though:
 * what is too old goes whatever it is.
 */
static void thin(struct nts_samples *s)
{
	s64 usual = nts_fixed_sub(s->raw, at(s, s->n / 2u)->raw);
	s64 age = nts_fixed_sub(s->raw, at(s, 0)->raw);
	u32 i, worst = 0;

	if (age / THIN_SPAN < usual)
		for (i = 1; i < s->n / 2u; i++)
			if (at(s, i)->delay > at(s, worst)->delay)
				worst = i;
	for (i = worst; i; i--)
		s->ring[(s->first + i) % NTS_SAMPLES_MAX] = *at(s, i - 1);
	drop(s, 1);
}

/**
 * nts_samples_add() - take in a sample
 * @s: the register
 * @sample: any content; one that is older than the newest replaces all
 */
void nts_samples_add(struct nts_samples *s, const struct nts_sample *sample)
{
	struct nts_sample *place;

	/* Raw time never goes back: these are from another life. */
	if (s->n && sample->raw <= s->raw)
		nts_samples_reset(s);
	if (s->n >= s->max)
		thin(s);
	place = &s->ring[(s->first + s->n) % NTS_SAMPLES_MAX];
	*place = *sample;
	place->delay = nts_fixed_clamp(place->delay, 1, NTS_SAMPLES_LARGEST);
	place->dispersion = nts_fixed_clamp(place->dispersion, 0, NTS_SAMPLES_LARGEST);
	place->root_delay = nts_fixed_clamp(place->root_delay, 0, 4 * NTS_SAMPLES_LARGEST);
	place->root_dispersion = nts_fixed_clamp(place->root_dispersion, 0,
						 4 * NTS_SAMPLES_LARGEST);
	s->n++;
	estimate(s);
}

/**
 * nts_samples_shift() - the source's time scale was shifted, by a leap second
 * @s: the register
 * @ns: added to all offsets
 */
void nts_samples_shift(struct nts_samples *s, s64 ns)
{
	u32 i;

	for (i = 0; i < NTS_SAMPLES_MAX; i++)
		s->ring[i].offset = nts_fixed_add(s->ring[i].offset, ns);
	s->offset = nts_fixed_add(s->offset, ns);
}
