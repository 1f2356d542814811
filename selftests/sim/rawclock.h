/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A clock that nobody adjusts, made from one that we adjust. */
#ifndef _SIM_RAWCLOCK_H
#define _SIM_RAWCLOCK_H

#include "core/steer.h"

/**
 * struct rawclock - raw time by undoing what was done to CLOCK_REALTIME
 * @raw: ns, where the adjustment in force began
 * @real: CLOCK_REALTIME then, ns
 * @freq: in force, 2^-16 ppm
 * @tick: in force, us
 * @last_real: of the last comparison with CLOCK_MONOTONIC
 * @last_mono: of the last comparison
 * @agreed: how often the two agreed since the start
 * @steps: by other programs
 */
struct rawclock {
	long double raw;
	s64 real;
	s64 freq;
	s64 tick;
	s64 last_real;
	s64 last_mono;
	unsigned int agreed;
	unsigned int steps;
};

int rawclock_init(struct rawclock *clock);
s64 rawclock_now(const struct rawclock *clock);
s64 rawclock_real(const struct rawclock *clock, s64 raw_interval);
void rawclock_notice_step(struct rawclock *clock);
int rawclock_watch(struct rawclock *clock, struct nts_steer_reading *reading);
int rawclock_adjust(struct rawclock *clock, const struct nts_adjust *adjust,
		    struct nts_steer_reading *after);

#endif /* _SIM_RAWCLOCK_H */
