// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "history.h"

#define LINE_LEN 96

/**
 * history_add() - take a point, unless the last one is too young
 * @h: to add to; the oldest point gives way
 * @now_ms: a clock that nobody sets
 * @point: how the clock does
 */
void history_add(struct history *h, uint64_t now_ms, const struct history_point *point)
{
	if (now_ms < h->due_ms)
		return;
	h->due_ms = now_ms + HISTORY_PERIOD_MS;
	h->point[h->total++ % HISTORY_POINTS] = *point;
}

/**
 * history_print() - tell of some points
 * @h: tells
 * @from: number of the first one; those that are forgotten are passed over
 * @text: receives a line each: time, offset in nanoseconds, frequency and skew in ppm
 * @size: of @text
 *
 * Return: the number to go on from; that of no point when all was told.
 */
uint64_t history_print(const struct history *h, uint64_t from, char *text, size_t size)
{
	const uint64_t oldest = h->total > HISTORY_POINTS ? h->total - HISTORY_POINTS : 0;
	size_t at = 0;

	text[0] = '\0';
	if (from < oldest)
		from = oldest;
	for (; from < h->total && size - at > LINE_LEN; from++) {
		const struct history_point *point = &h->point[from % HISTORY_POINTS];

		at += (size_t)snprintf(text + at, size - at, "%lld %" PRId64 " %.6f %.6f\n",
				       (long long)point->time, point->offset_ns,
				       (double)point->fast_ppm, (double)point->skew_ppm);
	}
	return from;
}
