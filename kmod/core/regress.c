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

#define FLOOR_MIN	0
#define FLOOR_MAX	40
#define WANDER_MIN	(-8)
#define WANDER_MAX	24

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

	return nts_real_add(nts_real_div(nts_real_square(spread), nts_real(3)),
			    nts_real_make(1, floor));
}

/* The same belief, @dt nanoseconds later. */
static void carry(struct nts_regress_line *line, s64 dt, struct nts_real q)
{
	struct nts_real t = nts_real(dt), gained = nts_real_mul(q, t);
	struct nts_real swept = nts_real_mul(line->var_slope, t);

	line->offset = nts_real_add(line->offset, nts_real_mul(line->slope, t));
	/* P11 += 2 t P12 + t^2 P22 + q t^3/3 */
	line->var_offset = nts_real_add(line->var_offset,
					nts_real_mul(t, nts_real_add(nts_real_shift(line->covariance, 1),
								     swept)));
	line->var_offset = nts_real_add(line->var_offset,
					nts_real_div(nts_real_mul(gained, nts_real_square(t)),
						     nts_real(3)));
	/* P12 += t P22 + q t^2/2 */
	line->covariance = nts_real_add(line->covariance,
					nts_real_add(swept,
						     nts_real_shift(nts_real_mul(gained, t), -1)));
	line->var_slope = nts_real_add(line->var_slope, gained);
}

/* Take in a measurement @miss away from what was expected. */
static void correct(struct nts_regress_line *line, struct nts_real miss, struct nts_real var,
		    struct nts_real sum)
{
	struct nts_real share = nts_real_div(var, sum);
	struct nts_real gain = nts_real_div(line->covariance, sum);

	line->offset = nts_real_add(line->offset,
				    nts_real_mul(miss, nts_real_div(line->var_offset, sum)));
	line->slope = nts_real_add(line->slope, nts_real_mul(miss, gain));
	line->var_slope = nts_real_sub(line->var_slope, nts_real_mul(gain, line->covariance));
	line->var_offset = nts_real_mul(line->var_offset, share);
	line->covariance = nts_real_mul(line->covariance, share);
	/* Rounding must not make a certainty that nothing could move again. */
	if (line->var_slope.mantissa <= 0)
		line->var_slope = nts_real_make(1, -120);
}

/* Runs of one sign among the residuals from the second one on. */
static u32 count_runs(const struct nts_regress *r, u32 from)
{
	u32 i, runs = 1;

	for (i = from + 2; i < r->n; i++)
		runs += (r->residual[i] < 0) != (r->residual[i - 1] < 0);
	return runs;
}

/**
 * nts_regress_fit() - fit a line
 * @r: the measurements; takes the result
 * @from: index of the first one to use
 * @prior: what is believed of the slope before; the rest is not used
 * @tune: what is known of clock and path, adapted
 */
void nts_regress_fit(struct nts_regress *r, u32 from, const struct nts_regress_line *prior,
		     struct nts_regress_tune *tune)
{
	struct nts_real q = walk(tune), weights = NTS_REAL_ZERO, squares = NTS_REAL_ZERO;
	struct nts_regress_line *line = &r->line;
	u32 i;

	*line = *prior;
	line->offset = nts_real(r->point[from].y);
	line->var_offset = noise(&r->point[from], tune->floor);
	line->covariance = NTS_REAL_ZERO;
	r->residual[from] = 0;
	for (i = from + 1; i < r->n; i++) {
		struct nts_real var = noise(&r->point[i], tune->floor);
		struct nts_real miss, sum;

		carry(line, r->point[i].x - r->point[i - 1].x, q);
		miss = nts_real_sub(nts_real(r->point[i].y), line->offset);
		sum = nts_real_add(line->var_offset, var);
		r->residual[i] = nts_real_round(miss, 0);
		weights = nts_real_add(weights, nts_real_div(nts_real(1), sum));
		squares = nts_real_add(squares, nts_real_div(nts_real_square(miss), sum));
		correct(line, miss, var, sum);
	}
	r->runs = count_runs(r, from);
	r->sd = nts_real_round(nts_real_sqrt(nts_real_div(squares, weights)), 0);
	if (!weights.mantissa)
		r->sd = nts_real_round(nts_real_sqrt(line->var_offset), 0);
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
	if (n < 5)
		return 1;
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
		41719562, 2070912, 846922, 564308, 450076, 390464, 354419, 330388, 313328,
		300614, 290783, 282984, 276627, 271319, 266928, 263061, 259785, 256967,
		254476, 252248,
	};

	if (n < 3)
		n = 3;
	return n - 3 < ARRAY_SIZE(point) ? point[n - 3] : 229376;
}
