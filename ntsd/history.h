/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the clock did in the last day, for who wants to see it. */
#ifndef NTSD_HISTORY_H
#define NTSD_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define HISTORY_PERIOD_MS 15000
#define HISTORY_POINTS 5760	/* a day of them */

/**
 * struct history_point - the clock at some time
 * @time: seconds since 1970
 * @offset_ns: how far the system clock was ahead of NTP time
 * @fast_ppm: how fast it would be if nobody corrected it
 * @skew_ppm: bound of the error of that
 */
struct history_point {
	time_t time;
	int64_t offset_ns;
	float fast_ppm;
	float skew_ppm;
};

/**
 * struct history - a ring of points
 * @point: number N is at N modulo HISTORY_POINTS
 * @total: how many there were so far
 * @due_ms: when the next one is taken
 */
struct history {
	struct history_point point[HISTORY_POINTS];
	uint64_t total;
	uint64_t due_ms;
};

void history_add(struct history *h, uint64_t now_ms, const struct history_point *point);
uint64_t history_print(const struct history *h, uint64_t from, char *text, size_t size);

#endif
