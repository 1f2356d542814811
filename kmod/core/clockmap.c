// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP time as a line over the raw monotonic clock. */
#include "clockmap.h"

/**
 * nts_clockmap_scale() - what a frequency makes of an interval
 * @interval: nanoseconds, any
 * @freq: 2^-48, any
 *
 * Return: @interval * @freq, rounded down, nanoseconds, saturating.
 */
s64 nts_clockmap_scale(s64 interval, s64 freq)
{
	return nts_fixed_scale(interval, freq);
}

/**
 * nts_clockmap_time() - NTP time at a raw time
 * @map: the line
 * @raw: CLOCK_MONOTONIC_RAW nanoseconds, before or after the line's begin
 *
 * Context: any.
 *
 * Return: UTC nanoseconds since 1970, saturating.
 */
s64 nts_clockmap_time(const struct nts_clockmap *map, s64 raw)
{
	s64 age = nts_fixed_sub(raw, map->raw);

	return nts_fixed_add(nts_fixed_add(map->time, age),
			     nts_fixed_scale(age, map->freq));
}

/**
 * nts_clockmap_raw() - raw time at an NTP time
 * @map: the line
 * @time: UTC nanoseconds since 1970
 *
 * Return: CLOCK_MONOTONIC_RAW nanoseconds, to the nanosecond within a year of
 * the line's begin; saturating.
 */
s64 nts_clockmap_raw(const struct nts_clockmap *map, s64 time)
{
	s64 after = nts_fixed_sub(time, map->time);
	s64 age = nts_fixed_muldiv(after, 1LL << NTS_FREQ_SHIFT,
				   (1LL << NTS_FREQ_SHIFT) + map->freq);

	return nts_fixed_add(map->raw, age);
}

/**
 * nts_clockmap_move() - begin the same line elsewhere
 * @map: the line
 * @raw: CLOCK_MONOTONIC_RAW nanoseconds of the new begin
 */
void nts_clockmap_move(struct nts_clockmap *map, s64 raw)
{
	map->time = nts_clockmap_time(map, raw);
	map->raw = raw;
}
