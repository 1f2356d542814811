/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line through measurements of unequal worth. */
#ifndef _NTS_CORE_REGRESS_H
#define _NTS_CORE_REGRESS_H

#include "fixed.h"
#include "real.h"

#define NTS_REGRESS_MAX 64

/**
 * struct nts_regress_tune - what is learnt of a clock and the path to it
 * @wander: index of the random walk of the frequency; see regress.c
 * @floor: index of the error a sample has at the shortest delay
 */
struct nts_regress_tune {
	s8 wander;
	s8 floor;
};

/**
 * struct nts_regress_point - one measurement
 * @x: when, ns after the first point; not before the point before it
 * @y: what, ns
 * @spread: largest error its delay suggests, ns
 */
struct nts_regress_point {
	s64 x;
	s64 y;
	s64 spread;
};

/**
 * struct nts_regress_line - what is believed of offset and slope at a time
 * @offset: ns
 * @slope: ns per ns
 * @var_offset: variance of @offset
 * @var_slope: variance of @slope
 * @covariance: of the two
 */
struct nts_regress_line {
	struct nts_real offset;
	struct nts_real slope;
	struct nts_real var_offset;
	struct nts_real var_slope;
	struct nts_real covariance;
};

/**
 * struct nts_regress - scratch and result of a fit
 * @point: the measurements, oldest first
 * @n: how many
 * @begin: the first one to use; moved up where the clock was stepped
 * @jump: the frequency jumped before this point; 0 = it did not
 * @line: result, at the time of the last point
 * @runs: result: runs of residuals of one sign
 * @signs: result: residuals that have a sign, for which that was counted
 * @likelihood: result: of the measurements, log2, 16.16
 * @sd: result: deviation of the points about the line, ns
 * @residual: result: each point's distance from where it was expected, ns
 */
struct nts_regress {
	struct nts_regress_point point[NTS_REGRESS_MAX];
	u32 n;
	u32 begin;
	u32 jump;
	struct nts_regress_line line;
	u32 runs;
	u32 signs;
	s64 likelihood;
	s64 sd;
	s64 residual[NTS_REGRESS_MAX];
};

void nts_regress_fit(struct nts_regress *r, const struct nts_regress_line *prior,
		     const struct nts_regress_tune *tune);
void nts_regress_tune(struct nts_regress *r, const struct nts_regress_line *prior,
		      struct nts_regress_tune *tune);
void nts_regress_find_jump(struct nts_regress *r, const struct nts_regress_line *prior,
			   const struct nts_regress_tune *tune);
u32 nts_regress_critical_runs(u32 n);
s64 nts_regress_t(u32 n);

#endif /* _NTS_CORE_REGRESS_H */
