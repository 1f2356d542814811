// SPDX-License-Identifier: GPL-2.0-or-later
/* Fixed point: times and frequencies as the clock discipline counts them. */
#include "fixed.h"

/**
 * nts_fixed_scale() - what a frequency makes of an interval
 * @interval: nanoseconds, any
 * @freq: 2^-48, any
 *
 * The product of two 64-bit numbers fits 127 bits; shifted by 48 it may need
 * 79, and saturates.
 *
 * Return: @interval * @freq, rounded down, nanoseconds.
 */
s64 nts_fixed_scale(s64 interval, s64 freq)
{
	__int128 product = (__int128)interval * freq >> NTS_FREQ_SHIFT;

	if (product > NTS_S64_MAX)
		return NTS_S64_MAX;
	return product < NTS_S64_MIN ? NTS_S64_MIN : (s64)product;
}

/* |value| without overflow, as unsigned. */
static u64 magnitude(s64 value)
{
	return value < 0 ? 0 - (u64)value : (u64)value;
}

/**
 * nts_fixed_muldiv() - product of two numbers over a third
 * @a: any
 * @b: any
 * @c: any; zero gives the largest number of the product's sign
 *
 * The kernel has no 128-bit division: this one makes a bit at a time.
 *
 * Return: @a * @b / @c, rounded towards zero, saturating.
 */
s64 nts_fixed_muldiv(s64 a, s64 b, s64 c)
{
	__int128 rest = (__int128)magnitude(a) * magnitude(b);
	bool negative = (a < 0) ^ (b < 0) ^ (c < 0);
	u64 divisor = magnitude(c), quotient = 0;
	int bit;

	if (!rest)
		return 0;
	/* At most 2^126: the shifted product fits. The quotient has to be below 2^63. */
	if (!divisor || (u64)(rest >> 63) >= divisor)
		return negative ? NTS_S64_MIN : NTS_S64_MAX;
	for (bit = 62; bit >= 0; bit--) {
		if (rest >= (__int128)divisor << bit) {
			rest -= (__int128)divisor << bit;
			quotient |= 1ULL << bit;
		}
	}
	return negative ? -(s64)quotient : (s64)quotient;
}

/**
 * nts_fixed_sqrt() - square root
 * @value: any
 *
 * Return: the root, rounded down.
 */
s64 nts_fixed_sqrt(u64 value)
{
	u64 root = 0, bit = 1ULL << 62;

	while (bit > value)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (value >= root + bit) {
			value -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (s64)root;
}

/**
 * nts_fixed_freq() - the frequency that makes a change in an interval
 * @change: nanoseconds, any
 * @interval: nanoseconds, any
 *
 * Return: @change / @interval in 2^-48, saturating.
 */
s64 nts_fixed_freq(s64 change, s64 interval)
{
	return nts_fixed_muldiv(change, 1LL << NTS_FREQ_SHIFT, interval);
}

/**
 * nts_fixed_ppt() - a frequency in parts per 10^12, for reports
 * @freq: 2^-48, any
 *
 * Return: 10^-12, saturating; 1 ppm is 1000000.
 */
s64 nts_fixed_ppt(s64 freq)
{
	return nts_fixed_scale(1000000000000LL, freq);
}
