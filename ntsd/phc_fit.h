/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a device's clock from readings of it. */
#ifndef NTSD_PHC_FIT_H
#define NTSD_PHC_FIT_H

#include "core/regress.h"
#include "phc_reader.h"

/**
 * struct phc_sample - the best of the readings of one moment
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @phc: the device's clock then, ns
 * @delay: that the reading of it took, ns
 */
struct phc_sample {
	int64_t raw;
	int64_t phc;
	int64_t delay;
};

/**
 * struct phc_map - the device's clock as a line over the raw one
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @phc: the device's clock then, ns
 * @freq: by how much the raw clock runs faster
 * @error: bound of the error of @phc, ns
 * @skew: bound of the error of @freq
 */
struct phc_map {
	int64_t raw;
	int64_t phc;
	double freq;
	double error;
	double skew;
};

/**
 * struct phc_fit - the samples and the line through them
 * @sample: oldest first
 * @n: how many
 * @max: so many are kept
 * @min_delay: of theirs
 * @tune: what was learnt of the clock
 * @map: the line, once there are 2
 */
struct phc_fit {
	struct phc_sample sample[NTS_REGRESS_MAX];
	unsigned int n;
	unsigned int max;
	int64_t min_delay;
	struct nts_regress_tune tune;
	struct phc_map map;
};

bool phc_fit_pick(struct phc_reading *reading, int n, struct phc_sample *best);
void phc_fit_reset(struct phc_fit *fit, unsigned int max);
bool phc_fit_agrees(const struct phc_fit *fit, const struct phc_sample *s,
		    double *miss);
void phc_fit_add(struct phc_fit *fit, const struct phc_sample *s);
int64_t phc_map_raw(const struct phc_map *map, int64_t phc);

#endif
