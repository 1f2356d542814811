/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of good values, as monitoring plugins write them. */
#ifndef NTSCTL_RANGE_H
#define NTSCTL_RANGE_H

#include <stdbool.h>

#define RANGE_LEN 48

/**
 * struct range - when a value is a cause for alarm
 * @low: least good value, or -INFINITY
 * @high: largest good value, or INFINITY
 * @inside: what is between them is bad, rather than what is not
 * @text: as written
 */
struct range {
	double low;
	double high;
	bool inside;
	char text[RANGE_LEN];
};

bool range_read(const char *text, struct range *range);
bool range_alarms(const struct range *range, double value);

#endif
