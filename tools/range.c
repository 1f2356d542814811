// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges of good values, as monitoring plugins write them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "range.h"

static bool read_end(const char *text, size_t len, double *value)
{
	char copy[RANGE_LEN], *end;

	memcpy(copy, text, len);
	copy[len] = '\0';
	*value = strtod(copy, &end);
	return len && !*end && isfinite(*value);
}

/**
 * range_read() - read a range
 * @text: HIGH, LOW:, LOW:HIGH or ~:HIGH, where LOW is 0 when it is not said;
 *	with @ ahead what is inside is bad
 * @range: filled in
 *
 * Return: false when it is no range.
 */
bool range_read(const char *text, struct range *range)
{
	const char *colon;

	if (strlen(text) >= sizeof(range->text))
		return false;
	strcpy(range->text, text);
	range->low = 0;
	range->high = INFINITY;
	range->inside = *text == '@';
	text += range->inside;
	colon = strchr(text, ':');
	if (!colon)
		return read_end(text, strlen(text), &range->high) && range->high >= 0;
	if (colon == text + 1 && *text == '~')
		range->low = -INFINITY;
	else if (!read_end(text, (size_t)(colon - text), &range->low))
		return false;
	if (colon[1] && !read_end(colon + 1, strlen(colon + 1), &range->high))
		return false;
	return range->low <= range->high;
}

/**
 * range_alarms() - judge a value
 * @range: as read
 * @value: to judge
 *
 * Return: true when it is bad.
 */
bool range_alarms(const struct range *range, double value)
{
	return (value >= range->low && value <= range->high) == range->inside;
}
