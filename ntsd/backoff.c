// SPDX-License-Identifier: GPL-2.0-or-later
#include "backoff.h"

#define FIRST_MS 10000
#define CEILING_MS 432000000ULL

/**
 * backoff_ms() - how long to wait before NTS-KE is tried again
 * @attempts: that were made since one led to an authentic NTP answer, from 1
 * @max_log2_s: directive maxntsretry, 6 to 24
 *
 * RFC 8915 section 4.2: 10 s * 1.5^(n-1), at most 432,000 s.
 *
 * Return: milliseconds.
 */
uint64_t backoff_ms(unsigned int attempts, unsigned int max_log2_s)
{
	uint64_t max = 1000ULL << max_log2_s, wait = FIRST_MS;

	if (max > CEILING_MS)
		max = CEILING_MS;
	while (attempts-- > 1 && wait < max)
		wait += wait / 2;
	return wait < max ? wait : max;
}
