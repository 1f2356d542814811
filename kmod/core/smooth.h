/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time that is served without steps, while the clock makes them. */
#ifndef _NTS_CORE_SMOOTH_H
#define _NTS_CORE_SMOOTH_H

#include "fixed.h"

#define NTS_SMOOTH_STAGES 3

/**
 * struct nts_smooth - what is added to the clock before it is served
 * @max_freq: frequency it may have, 2^-48; 0 when nothing is smoothed
 * @max_wander: change of the frequency, 2^-48 per second; not 0
 * @raw: CLOCK_MONOTONIC_RAW where the stages begin, ns
 * @offset: at @raw, ns
 * @freq: how fast @offset shrinks at @raw, 2^-48
 * @stage: speeding up, going on and slowing down: each changes the frequency
 *	   by @stage.wander for @stage.length nanoseconds
 */
struct nts_smooth {
	s64 max_freq;
	s64 max_wander;
	s64 raw;
	s64 offset;
	s64 freq;
	struct nts_smooth_stage {
		s64 wander;
		s64 length;
	} stage[NTS_SMOOTH_STAGES];
};

s64 nts_smooth_wander(const struct nts_smooth *smooth, s64 raw);
s64 nts_smooth_at(const struct nts_smooth *smooth, s64 raw, s64 *freq);
void nts_smooth_shift(struct nts_smooth *smooth, s64 raw, s64 shift, s64 freq);
void nts_smooth_reset(struct nts_smooth *smooth, s64 raw);
s64 nts_smooth_left(const struct nts_smooth *smooth, s64 raw);

#endif /* _NTS_CORE_SMOOTH_H */
