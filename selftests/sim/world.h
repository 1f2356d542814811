/* SPDX-License-Identifier: GPL-2.0-or-later */
/* True time, and everything that happens in it. */
#ifndef _SIM_WORLD_H
#define _SIM_WORLD_H

#include <stdio.h>

#include "network.h"
#include "scenario.h"
#include "simclock.h"
#include "stats.h"

struct world {
	struct scenario scenario;
	long long epoch;	/* ns since 1970 when the simulation began */
	simtime_t now;	/* ns of true time since then */
	long second;		/* the next one that has not begun */
	struct simclock clock;
	struct network network;
	struct stats stats;
	struct random_stream wander, entropy;
	FILE *log;
	int ended;
	int delivered;		/* the process has learnt something */
	void (*deliver)(struct flight *flight);
};

void world_init(struct world *world, const char *words, void (*deliver)(struct flight *));
void world_advance(struct world *world, simtime_t ns);
void world_next(struct world *world, simtime_t ns);
int world_adjust(struct world *world, struct timex *tx);

#endif /* _SIM_WORLD_H */
