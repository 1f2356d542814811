/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well the clock was kept. */
#ifndef _SIM_STATS_H
#define _SIM_STATS_H

#include "network.h"
#include "scenario.h"

struct stats {
	const struct scenario *scenario;
	double squares, max;		/* of the offset, s */
	double freq_squares;
	unsigned long samples;
	double good_since, synced;	/* s, < 0: not */
	double first_update;		/* s, < 0: none */
	double overshoot;		/* in proportion to the offset at first */
	unsigned long updates;
};

void stats_init(struct stats *stats, const struct scenario *scenario);
void stats_sample(struct stats *stats, double now, double offset, double freq);
void stats_update(struct stats *stats, double now);
void stats_print(const struct stats *stats, const struct network *network);

#endif /* _SIM_STATS_H */
