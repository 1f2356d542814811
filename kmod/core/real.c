// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers with a wide range, from integers alone. */
#include "real.h"

#define MANTISSA_BITS 62

/* Bits needed to write @value; 0 for 0. */
static int bits_of(u64 value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/**
 * nts_real_make() - a number of a mantissa and an exponent
 * @value: any
 * @exponent: any within +-2^30
 *
 * Return: @value * 2^@exponent, saturating, or zero when it is too small.
 */
struct nts_real nts_real_make(s64 value, s32 exponent)
{
	u64 bits = value < 0 ? 0 - (u64)value : (u64)value;
	int shift = MANTISSA_BITS - bits_of(bits);
	struct nts_real r;

	if (!value)
		return NTS_REAL_ZERO;
	bits = shift >= 0 ? bits << shift : bits >> -shift;
	exponent -= shift;
	if (exponent < -NTS_REAL_EXPONENT)
		return NTS_REAL_ZERO;
	if (exponent > NTS_REAL_EXPONENT) {
		exponent = NTS_REAL_EXPONENT;
		bits = (1ULL << MANTISSA_BITS) - 1;
	}
	r.mantissa = value < 0 ? -(s64)bits : (s64)bits;
	r.exponent = exponent;
	return r;
}

/**
 * nts_real_add() - sum
 * @a: any
 * @b: any
 *
 * Two mantissas below 2^62 add up to less than 2^63.
 *
 * Return: @a + @b.
 */
struct nts_real nts_real_add(struct nts_real a, struct nts_real b)
{
	struct nts_real high = a, low = b;
	int shift;

	if (!a.mantissa)
		return b;
	if (!b.mantissa)
		return a;
	if (a.exponent < b.exponent) {
		high = b;
		low = a;
	}
	shift = high.exponent - low.exponent;
	if (shift > MANTISSA_BITS)
		return high;
	return nts_real_make(high.mantissa + (low.mantissa >> shift), high.exponent);
}

/**
 * nts_real_mul() - product
 * @a: any
 * @b: any
 *
 * The product of two mantissas is below 2^124; its upper 62 bits are kept.
 *
 * Return: @a * @b.
 */
struct nts_real nts_real_mul(struct nts_real a, struct nts_real b)
{
	__int128 product = (__int128)a.mantissa * b.mantissa;

	return nts_real_make((s64)(product >> MANTISSA_BITS),
			     a.exponent + b.exponent + MANTISSA_BITS);
}

/**
 * nts_real_div() - quotient
 * @a: any
 * @b: any; zero gives the largest number of @a's sign
 *
 * The kernel has no 128-bit division, so the quotient is made with an inverse
 * of the divisor's upper 32 bits, and made better with what that leaves over.
 * The inverse is 2^31 to 2^32 and right to 2^-30. So the first quotient is at
 * most 2^62, leaves less than 2^95 of 2^123, and is moved by less than 2^34.
 *
 * Return: @a / @b, to 58 significant bits.
 */
struct nts_real nts_real_div(struct nts_real a, struct nts_real b)
{
	s64 divisor = b.mantissa < 0 ? -b.mantissa : b.mantissa;
	s64 dividend = b.mantissa < 0 ? -a.mantissa : a.mantissa;
	s64 inverse, quotient;
	__int128 rest;

	if (!dividend)
		return NTS_REAL_ZERO;
	if (!divisor)
		return nts_real_make(a.mantissa, 4 * NTS_REAL_EXPONENT);
	inverse = (s64)((1ULL << 63) / (u64)(divisor >> 30));
	quotient = (s64)((__int128)dividend * inverse >> 32);
	rest = (__int128)dividend * (1LL << (MANTISSA_BITS - 1)) -
	       (__int128)quotient * divisor;
	quotient += (s64)((rest >> 32) * inverse >> 61);
	return nts_real_make(quotient, a.exponent - b.exponent - (MANTISSA_BITS - 1));
}

/**
 * nts_real_sqrt() - square root
 * @a: any; a negative number gives zero
 *
 * Return: the root, to 31 significant bits.
 */
struct nts_real nts_real_sqrt(struct nts_real a)
{
	u64 value = (u64)a.mantissa, root = 0, bit = 1ULL << 62;
	s32 exponent = a.exponent;

	if (a.mantissa <= 0)
		return NTS_REAL_ZERO;
	if (exponent & 1) {
		value <<= 1;
		exponent--;
	}
	for (; bit; bit >>= 2) {
		if (value >= root + bit) {
			value -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return nts_real_make((s64)root, exponent / 2);
}

/**
 * nts_real_log2() - logarithm
 * @a: greater than zero; anything else gives the smallest logarithm
 *
 * Linear between the powers of two, which is at most 0.09 too small.
 *
 * Return: log2 of @a, 16.16 fixed point.
 */
s32 nts_real_log2(struct nts_real a)
{
	s32 fraction;

	if (a.mantissa <= 0)
		return -NTS_REAL_EXPONENT * 65536;
	fraction = (s32)(((u64)a.mantissa >> (MANTISSA_BITS - 1 - 16)) - 65536);
	return (a.exponent + MANTISSA_BITS - 1) * 65536 + fraction;
}

/**
 * nts_real_round() - to an integer
 * @a: any
 * @exponent: of the unit, 2^@exponent; small
 *
 * Return: @a / 2^@exponent, to the nearest, saturating.
 */
s64 nts_real_round(struct nts_real a, s32 exponent)
{
	s32 shift = a.exponent - exponent;

	if (shift >= 0) {
		/* The mantissa has 62 bits: one more fits. */
		if (shift <= 1)
			return a.mantissa * (1 + shift);
		return a.mantissa < 0 ? -(s64)(~0ULL >> 1) - 1 :
		       a.mantissa > 0 ? (s64)(~0ULL >> 1) : 0;
	}
	if (shift < -MANTISSA_BITS)
		return 0;
	return (a.mantissa + (1LL << (-shift - 1))) >> -shift;
}
