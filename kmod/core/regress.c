// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line through measurements of unequal worth.
 *
 * The offset of a clock is a line whose slope, the frequency, walks at random.
 * Weighted least squares for that model is a recursion over the measurements
 * (a Kalman filter): carry on the belief to the time of the next one, add what
 * the walk may have done, weigh the two against each other.
 *
 * A measurement whose round trip took x longer than the shortest one has an
 * error somewhere between -x/2 and +x/2, by how the x was shared by the two
 * directions; a variance of x^2/12. Few measurements with short round trips
 * are therefore worth more than all the others.
 */
#include "regress.h"

/* Steps of a factor of two in the walk's and the floor's variance. */
#define WANDER_MIN	(-16)
#define WANDER_MAX	24
#define FLOOR_MAX	48
#define TUNE_TRIES	10

/* A miss beyond 5 deviations is not chance. */
#define JUMP_VARIANCES	25
/* How unlikely such an event is, twice log2. */
#define JUMP_BITS	20
/*
 * No clock's frequency changes by more from one measurement to the next: 100 ppm,
 * as that of a virtual machine that moves to another host.
 */
#define JUMP_SLOPE	100
/* As many points in a row must agree that the clock was stepped. */
#define STEP_POINTS	4

/* Variance that a walk of the frequency by 1e-9 in a second gains, per ns. */
static struct nts_real walk(const struct nts_regress_tune *tune)
{
	/* 1e-18 per 1e9 ns, and a power of two for each step. */
	struct nts_real unit = nts_real_div(nts_real_ratio(1, 1000000000000000000LL),
					    nts_real(1000000000LL));

	return nts_real_shift(unit, tune->wander);
}

/* Variance of a measurement, ns^2. */
static struct nts_real noise(const struct nts_regress_point *point, s8 floor)
{
	struct nts_real spread = nts_real(point->spread);

	return nts_real_add(nts_real_mul(nts_real_square(spread), NTS_REAL_THIRD),
			    nts_real_make(1, floor));
}

/* The same belief, @dt nanoseconds later. */
static void carry(struct nts_regress_line *line, s64 dt, struct nts_real q)
{
	struct nts_real t = nts_real(dt), gained = nts_real_mul(q, t);
	struct nts_real swept = nts_real_mul(line->var_slope, t), change;

	line->offset = nts_real_add(line->offset, nts_real_mul(line->slope, t));
	/* P11 += 2 t P12 + t^2 P22 + q t^3/3 */
	change = nts_real_add(nts_real_shift(line->covariance, 1), swept);
	change = nts_real_add(change, nts_real_mul(nts_real_mul(gained, t), NTS_REAL_THIRD));
	line->var_offset = nts_real_add(line->var_offset, nts_real_mul(t, change));
	/* P12 += t P22 + q t^2/2 */
	line->covariance = nts_real_add(line->covariance,
					nts_real_add(swept,
						     nts_real_shift(nts_real_mul(gained, t), -1)));
	line->var_slope = nts_real_add(line->var_slope, gained);
}

/* Take in a measurement @miss away from what was expected, by @weight = 1/sum. */
static void correct(struct nts_regress_line *line, struct nts_real miss, struct nts_real var,
		    struct nts_real weight)
{
	struct nts_real share = nts_real_mul(var, weight);
	struct nts_real gain = nts_real_mul(line->covariance, weight);

	miss = nts_real_mul(miss, weight);
	line->offset = nts_real_add(line->offset, nts_real_mul(miss, line->var_offset));
	line->slope = nts_real_add(line->slope, nts_real_mul(miss, line->covariance));
	line->var_slope = nts_real_sub(line->var_slope, nts_real_mul(gain, line->covariance));
	line->var_offset = nts_real_mul(line->var_offset, share);
	line->covariance = nts_real_mul(line->covariance, share);
	/* Rounding must not make a certainty that nothing could move again. */
	if (line->var_slope.mantissa <= 0)
		line->var_slope = nts_real_make(1, -120);
}

/* Expectation carried on to a point, and the variance of a miss there. */
static struct nts_real expect(struct nts_regress_line *line, s64 dt, struct nts_real q,
			      const struct nts_regress_point *point, struct nts_real var,
			      struct nts_real *sum)
{
	carry(line, dt, q);
	*sum = nts_real_add(line->var_offset, var);
	return nts_real_sub(nts_real(point->y), line->offset);
}

static bool surprising(struct nts_real miss, struct nts_real sum)
{
	return nts_real_cmp(nts_real_square(miss),
			    nts_real_mul(sum, nts_real(JUMP_VARIANCES))) > 0;
}

static struct nts_real jump_variance(void)
{
	return nts_real_square(nts_real_ratio(JUMP_SLOPE, 1000000));
}

/* Does the point after @i lie where it should if @i were not there? */
static bool alone(const struct nts_regress *r, u32 i, struct nts_real q, s8 floor)
{
	struct nts_regress_line line = r->line;
	struct nts_real miss, sum;

	if (i + 1 >= r->n)
		return false;
	miss = expect(&line, r->point[i + 1].x - r->point[i].x, q, &r->point[i + 1],
		      noise(&r->point[i + 1], floor), &sum);
	return !surprising(miss, sum);
}

/*
 * A point is far from where it should be. Either it is wrong alone, or the
 * frequency jumped, or one of the two clocks was stepped; the latter is only
 * believed when more points say so. Returns whether the point is to be used.
 */
static bool explain(struct nts_regress *r, u32 i, s64 dt, struct nts_real q, s8 floor,
		    struct nts_real miss, struct nts_real *sum)
{
	struct nts_regress_line *line = &r->line;
	struct nts_real t = nts_real(dt), slope = nts_real_div(miss, t), var;

	if (alone(r, i, q, floor))
		return false;
	if (nts_real_cmp(nts_real_square(slope), jump_variance()) <= 0) {
		/* As if the walk had taken such a step before. */
		var = nts_real_square(slope);
		line->var_slope = nts_real_add(line->var_slope, var);
		var = nts_real_mul(var, t);
		line->covariance = nts_real_add(line->covariance, var);
		var = nts_real_mul(var, t);
		line->var_offset = nts_real_add(line->var_offset, var);
		*sum = nts_real_add(*sum, var);
		return true;
	}
	if (r->n - i < STEP_POINTS)
		return false;
	r->begin = i;
	line->offset = nts_real(r->point[i].y);
	line->var_offset = noise(&r->point[i], floor);
	line->covariance = NTS_REAL_ZERO;
	return false;
}

/* Count runs of one sign; what is next to nothing has none. */
static void count_run(struct nts_regress *r, struct nts_real miss, struct nts_real sum, s8 *last)
{
	s8 sign = miss.mantissa < 0 ? -1 : 1;

	if (nts_real_cmp(nts_real_square(miss), nts_real_shift(sum, -4)) < 0)
		return;
	r->signs++;
	r->runs += sign != *last;
	*last = sign;
}

/*
 * How unlikely clock and path are to be such, log2, 16.16: the frequency of
 * most clocks walks by about 1e-9 in a second.
 */
static s64 penalty(const struct nts_regress_tune *tune)
{
	s64 wander = tune->wander < 0 ? -tune->wander : tune->wander;

	/* Nobody knows much about the odd ones: beyond 2^4 it is linear. */
	wander = wander <= 4 ? wander * wander : 16 + 2 * (wander - 4);
	return wander * 20000 + (s64)tune->floor * 3000;
}

/**
 * nts_regress_fit() - fit a line
 * @r: the measurements, from @r->begin on; takes the result
 * @prior: what is believed of the slope before; the rest is not used
 * @tune: what is known of clock and path
 *
 * Moves @r->begin up to where the clock was stepped last. The residuals are
 * distances from what the points before made expect: if the model holds they
 * are independent, and there are as many runs of one sign among them as chance
 * gives.
 */
void nts_regress_fit(struct nts_regress *r, const struct nts_regress_line *prior,
		     const struct nts_regress_tune *tune)
{
	struct nts_real q = walk(tune), weights = NTS_REAL_ZERO, squares = NTS_REAL_ZERO;
	const struct nts_real largest = nts_real(JUMP_VARIANCES);
	struct nts_regress_line *line = &r->line;
	struct nts_real var, miss, sum, square, weight;
	u32 i, first = r->begin;
	s64 bits = r->jump ? JUMP_BITS * 65536 : 0, dt;
	s8 last = 0;
	bool use;

	r->runs = 0;
	r->signs = 0;
	*line = *prior;
	line->offset = nts_real(r->point[first].y);
	line->var_offset = noise(&r->point[first], tune->floor);
	line->covariance = NTS_REAL_ZERO;
	r->residual[first] = 0;
	for (i = first + 1; i < r->n; i++) {
		dt = r->point[i].x - r->point[i - 1].x;
		var = noise(&r->point[i], tune->floor);
		if (i == r->jump)
			line->var_slope = nts_real_add(line->var_slope, jump_variance());
		miss = expect(line, dt, q, &r->point[i], var, &sum);
		r->residual[i] = nts_real_round(miss, 0);
		use = true;
		if (i >= r->begin + STEP_POINTS && surprising(miss, sum)) {
			use = explain(r, i, dt, q, tune->floor, miss, &sum);
			bits += JUMP_BITS * 65536;
		}
		count_run(r, miss, sum, &last);
		weight = nts_real_div(nts_real(1), sum);
		square = nts_real_mul(nts_real_square(miss), weight);
		bits += nts_real_log2(sum);
		if (nts_real_cmp(square, largest) > 0) {
			/* Far out the normal distribution is no model any more. */
			bits += 2 * (nts_real_log2(square) - nts_real_log2(largest));
			square = largest;
		}
		squares = nts_real_add(squares, square);
		weights = nts_real_add(weights, weight);
		if (use)
			correct(line, miss, var, weight);
	}
	/* log2(e) is 94548/65536 */
	r->likelihood = -(bits + nts_real_round(nts_real_mul(squares, nts_real(94548)), 0)) / 2 -
			penalty(tune);
	r->sd = nts_real_round(nts_real_sqrt(weights.mantissa ? nts_real_div(squares, weights) :
						line->var_offset), 0);
}

/* Other assumptions worth trying; returns how many. */
static u32 neighbours(const struct nts_regress *r, const struct nts_regress_tune *tune,
		      struct nts_regress_tune try[TUNE_TRIES])
{
	static const struct {
		s8 wander, floor;
		bool clean;
	} step[] = {
		{ 1, 0, false }, { -1, 0, false }, { 4, 0, false }, { -4, 0, false },
		{ 0, 2, false }, { 0, -2, false },
		/* All that is seen may be a restless clock behind a clean path, */
		{ 0, 0, true }, { 4, 0, true }, { 8, 0, true },
	};
	s32 noise_bits = nts_real_log2(nts_real_square(nts_real(r->sd))) / 65536;
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(step); i++) {
		s32 wander = tune->wander + step[i].wander;
		s32 floor = step[i].clean ? 0 : tune->floor + step[i].floor;

		if (wander < WANDER_MIN || wander > WANDER_MAX || floor < 0 || floor > FLOOR_MAX)
			continue;
		try[n].wander = (s8)wander;
		try[n++].floor = (s8)floor;
	}
	/* or noise of the two clocks. */
	try[n].wander = 0;
	try[n++].floor = (s8)nts_fixed_clamp(noise_bits, 0, FLOOR_MAX);
	return n;
}

/**
 * nts_regress_tune() - learn what clock and path are like
 * @r: the measurements
 * @prior: as for nts_regress_fit()
 * @tune: what was known, adapted
 *
 * Looks whether the measurements are more likely under assumptions somewhat
 * different from those that were made so far. Spoils the result of the fit.
 */
void nts_regress_tune(struct nts_regress *r, const struct nts_regress_line *prior,
		      struct nts_regress_tune *tune)
{
	struct nts_regress_tune try[TUNE_TRIES], best = *tune;
	u32 i, n, begin = r->begin;
	s64 likelihood;

	nts_regress_fit(r, prior, tune);
	likelihood = r->likelihood;
	n = neighbours(r, tune, try);
	for (i = 0; i < n; i++) {
		r->begin = begin;
		nts_regress_fit(r, prior, &try[i]);
		if (r->likelihood > likelihood) {
			likelihood = r->likelihood;
			best = try[i];
		}
	}
	r->begin = begin;
	*tune = best;
}

/**
 * nts_regress_find_jump() - see whether the frequency jumped
 * @r: the measurements; @r->jump is where it did as was found before, or 0
 * @prior: as for nts_regress_fit()
 * @tune: what is known of clock and path
 *
 * A jump too small to be seen in one measurement makes all those after it less
 * likely than they are with it.
 */
void nts_regress_find_jump(struct nts_regress *r, const struct nts_regress_line *prior,
			   const struct nts_regress_tune *tune)
{
	static const u8 back[] = { 2, 3, 4, 6, 9, 13, 19, 28 };
	u32 i, begin = r->begin, before = r->jump, best = 0;
	s64 likelihood;

	r->jump = 0;
	nts_regress_fit(r, prior, tune);
	likelihood = r->likelihood;
	for (i = 0; i <= ARRAY_SIZE(back); i++) {
		if (i < ARRAY_SIZE(back))
			r->jump = r->n > back[i] ? r->n - back[i] : 0;
		else
			r->jump = before;
		if (r->jump < begin + STEP_POINTS)
			continue;
		r->begin = begin;
		nts_regress_fit(r, prior, tune);
		if (r->likelihood > likelihood) {
			likelihood = r->likelihood;
			best = r->jump;
		}
	}
	r->begin = begin;
	r->jump = best;
}

/**
 * nts_regress_critical_runs() - fewest runs of one sign that chance explains
 * @n: number of residuals
 *
 * Return: fewer are seen with a probability of less than 5 % if the signs are
 * independent and equally likely.
 */
u32 nts_regress_critical_runs(u32 n)
{
	/* mean (n + 1)/2, deviation sqrt(n - 1)/2, 5 % is 1.645 deviations */
	if (n < 8)
		return 0;
	return (u32)(((s64)(n + 1) * 500 -
		      nts_fixed_sqrt((u64)(n - 1) * 1000000) * 1645 / 2000) / 1000);
}

/**
 * nts_regress_t() - how many deviations of a slope bound its error
 * @n: number of points, 3 or more; fewer count as 3
 *
 * Return: two-sided 0.1 % point of Student's distribution with @n - 2 degrees
 * of freedom, 16.16.
 */
s64 nts_regress_t(u32 n)
{
	static const u32 point[] = {
		41721469, 2070867, 846993, 564283, 450162, 390512, 354430, 330381, 313334,
		300608, 290789, 282992, 276661, 271299, 266917, 263124, 259862, 256997,
		254506, 252271,
	};

	if (n < 3)
		n = 3;
	return n - 3 < ARRAY_SIZE(point) ? point[n - 3] : 229376;
}
