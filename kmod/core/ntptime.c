// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP's number formats (RFC 5905, section 6). */
#include "ntptime.h"

/**
 * nts_ntptime_from_ns() - nanoseconds of UTC to an NTP timestamp
 * @ns: since 1970, from 1900 on; later eras wrap as RFC 5905 says
 *
 * Rounds to the nearest of the 2^-32 s units, so that the way back through
 * nts_ntptime_to_ns() gives the same nanosecond. Zero, which the protocol
 * keeps for "unknown", is never returned.
 *
 * Return: 32.32 fixed point seconds since 1900.
 */
u64 nts_ntptime_from_ns(s64 ns)
{
	u64 since_1900 = (u64)ns + NTS_NTP_EPOCH_OFFSET * NSEC_PER_SEC;
	u32 rest;
	u64 seconds = div_u64_rem(since_1900, NSEC_PER_SEC, &rest);
	u64 fraction = div_u64(((u64)rest << 32) + NSEC_PER_SEC / 2, NSEC_PER_SEC);
	u64 ntp = (seconds << 32) + fraction;

	return ntp ?: 1;
}

/**
 * nts_ntptime_to_ns() - NTP timestamp to nanoseconds of UTC
 * @ntp: 32.32 fixed point seconds; read as the era from 1970 to 2106
 *
 * Return: nanoseconds since 1970.
 */
s64 nts_ntptime_to_ns(u64 ntp)
{
	u64 seconds = (u32)((u32)(ntp >> 32) - (u32)NTS_NTP_EPOCH_OFFSET);
	u64 fraction = (u32)ntp;

	return (s64)(seconds * NSEC_PER_SEC +
		     ((fraction * NSEC_PER_SEC + (1ULL << 31)) >> 32));
}

/**
 * nts_ntptime_short() - nanoseconds to the NTP short format
 * @ns: an interval; what does not fit becomes the largest value
 *
 * Rounds up: a bound on an error must not shrink on the wire.
 *
 * Return: 16.16 fixed point seconds.
 */
u32 nts_ntptime_short(u64 ns)
{
	u32 rest;
	u64 seconds, fraction;

	seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);
	if (seconds > 0xffff)
		return ~0U;
	fraction = div_u64(((u64)rest << 16) + NSEC_PER_SEC - 1, NSEC_PER_SEC);
	return seconds == 0xffff && fraction > 0xffff ?
	       ~0U : (u32)((seconds << 16) + fraction);
}

/**
 * nts_ntptime_short_to_ns() - NTP short format to nanoseconds
 * @ntp: 16.16 fixed point seconds
 *
 * Return: nanoseconds, rounded up, at most 65536 s.
 */
s64 nts_ntptime_short_to_ns(u32 ntp)
{
	return (s64)(((u64)ntp * NSEC_PER_SEC + 0xffff) >> 16);
}

/**
 * nts_ntptime_log2_to_ns() - a precision or poll interval in nanoseconds
 * @log2: log2 seconds; beyond 2^32 s counts as that
 *
 * Return: nanoseconds, at least 1.
 */
s64 nts_ntptime_log2_to_ns(s8 log2)
{
	if (log2 >= 0)
		return (s64)NSEC_PER_SEC << (log2 > 32 ? 32 : log2);
	return log2 < -29 ? 1 : (s64)NSEC_PER_SEC >> -log2;
}

/**
 * nts_ntptime_grow() - a dispersion after some time without correction
 * @dispersion: nanoseconds
 * @age: nanoseconds since @dispersion was true; negative counts as none
 *
 * Return: nanoseconds, grown at PHI (RFC 5905, section 4).
 */
u64 nts_ntptime_grow(u64 dispersion, s64 age)
{
	u64 grown;

	if (age <= 0)
		return dispersion;
	grown = div_u64((u64)age, 1000000) * NTS_PHI_PPM;
	return dispersion > ~0ULL - grown ? ~0ULL : dispersion + grown;
}
