/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the next request is due, where that does not depend on answers. */
#ifndef NTSLOAD_PACE_H
#define NTSLOAD_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "dice.h"

/**
 * struct pace - a schedule
 * @interval: mean time between requests, ns; 0 when there is no schedule
 * @poisson: the intervals are random
 * @next: when the next is due, ns
 */
struct pace {
	double interval;
	bool poisson;
	double next;
};

void pace_start(struct pace *pace, double rate, bool poisson, int64_t now, struct dice *dice);
void pace_advance(struct pace *pace, struct dice *dice);

static inline bool pace_due(const struct pace *pace, int64_t now)
{
	return pace->next <= (double)now;
}

#endif
