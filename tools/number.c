// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers that the user gives. */
#include <math.h>
#include <stdlib.h>

#include "ntsctl.h"

/**
 * number_read() - read a decimal number
 * @word: what the user wrote
 * @value: what it means
 *
 * Return: false if it is no number.
 */
bool number_read(const char *word, double *value)
{
	char *end;

	*value = strtod(word, &end);
	return end != word && !*end && isfinite(*value);
}

/**
 * number_scaled() - read a decimal number for the kernel
 * @word: what the user wrote
 * @scale: what the kernel counts in, per unit of the user
 * @min: least value, in the user's unit
 * @max: largest value, in the user's unit
 * @value: rounded to the nearest
 *
 * Return: false if it is no number or out of range.
 */
bool number_scaled(const char *word, double scale, double min, double max, int64_t *value)
{
	double number;

	if (!number_read(word, &number) || number < min || number > max)
		return false;
	*value = (int64_t)llround(number * scale);
	return true;
}
