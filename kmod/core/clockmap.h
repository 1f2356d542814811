/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTP time as a line over the raw monotonic clock. */
#ifndef _NTS_CORE_CLOCKMAP_H
#define _NTS_CORE_CLOCKMAP_H

#include "fixed.h"

/* No oscillator is worse than 5 %, and steering ends at 10 %. */
#define NTS_CLOCKMAP_FREQ_MAX	(50000 * NTS_FREQ_PPM)

/**
 * struct nts_clockmap - NTP time as a line over the raw clock
 * @raw: CLOCK_MONOTONIC_RAW nanoseconds where the line begins
 * @time: UTC nanoseconds since 1970 at @raw
 * @freq: how much faster than the raw clock true time runs, 2^-48; within
 *        +-NTS_CLOCKMAP_FREQ_MAX
 */
struct nts_clockmap {
	s64 raw;
	s64 time;
	s64 freq;
};

s64 nts_clockmap_time(const struct nts_clockmap *map, s64 raw);
s64 nts_clockmap_raw(const struct nts_clockmap *map, s64 time);
s64 nts_clockmap_scale(s64 interval, s64 freq);
void nts_clockmap_move(struct nts_clockmap *map, s64 raw);

#endif /* _NTS_CORE_CLOCKMAP_H */
