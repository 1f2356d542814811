/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixed point: times and frequencies as the clock discipline counts them.
 *
 * Times, offsets, delays and dispersions are s64 nanoseconds. Frequencies and
 * skews are s64 in units of 2^-48, so that an interval times a frequency fits
 * 128 bits whatever the two are. What does not fit its type saturates: samples
 * come from the network and may be anything.
 */
#ifndef _NTS_CORE_FIXED_H
#define _NTS_CORE_FIXED_H

#include "port.h"

#define NTS_FREQ_SHIFT	48
/* 1 ppm, rounded. */
#define NTS_FREQ_PPM	281474977LL

#define NTS_S64_MAX	((s64)(~0ULL >> 1))
#define NTS_S64_MIN	(-NTS_S64_MAX - 1)

static inline s64 nts_fixed_min(s64 a, s64 b)
{
	return a < b ? a : b;
}

static inline s64 nts_fixed_max(s64 a, s64 b)
{
	return a > b ? a : b;
}

static inline s64 nts_fixed_clamp(s64 value, s64 low, s64 high)
{
	return nts_fixed_max(low, nts_fixed_min(value, high));
}

/* Absolute value; that of the smallest number saturates. */
static inline s64 nts_fixed_abs(s64 value)
{
	if (value >= 0)
		return value;
	return value == NTS_S64_MIN ? NTS_S64_MAX : -value;
}

/* Saturating sum. */
static inline s64 nts_fixed_add(s64 a, s64 b)
{
	s64 sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a < 0 ? NTS_S64_MIN : NTS_S64_MAX;
}

/* Saturating difference. */
static inline s64 nts_fixed_sub(s64 a, s64 b)
{
	s64 difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return a < 0 ? NTS_S64_MIN : NTS_S64_MAX;
}

s64 nts_fixed_scale(s64 interval, s64 freq);
s64 nts_fixed_muldiv(s64 a, s64 b, s64 c);
s64 nts_fixed_sqrt(u64 value);
s64 nts_fixed_freq(s64 change, s64 interval);
s64 nts_fixed_ppt(s64 freq);

#endif /* _NTS_CORE_FIXED_H */
