/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers with a wide range, from integers alone.
 *
 * Variances and weights of samples span more than 128 bits: jitter squared is
 * 1 ns^2 on a wire and 10^20 over a satellite, squares of ages 10^30. These
 * numbers keep 62 significant bits and saturate at the ends of their range
 * instead of overflowing, so that statistics over arbitrary input need no
 * bounds of their own. Division by zero gives the largest number.
 */
#ifndef _NTS_CORE_REAL_H
#define _NTS_CORE_REAL_H

#include "port.h"

/**
 * struct nts_real - a number, mantissa * 2^exponent
 * @mantissa: 0, or |mantissa| from 2^61 to 2^62 - 1
 * @exponent: within +-NTS_REAL_EXPONENT; 0 when @mantissa is 0
 */
struct nts_real {
	s64 mantissa;
	s32 exponent;
};

#define NTS_REAL_EXPONENT 4096
#define NTS_REAL_ZERO ((struct nts_real){ 0, 0 })
#define NTS_REAL_THIRD ((struct nts_real){ 0x2aaaaaaaaaaaaaaa, -63 })

struct nts_real nts_real_make(s64 value, s32 exponent);
struct nts_real nts_real_add(struct nts_real a, struct nts_real b);
struct nts_real nts_real_mul(struct nts_real a, struct nts_real b);
struct nts_real nts_real_div(struct nts_real a, struct nts_real b);
struct nts_real nts_real_sqrt(struct nts_real a);
s32 nts_real_log2(struct nts_real a);
s64 nts_real_round(struct nts_real a, s32 exponent);

/* An integer. */
static inline struct nts_real nts_real(s64 value)
{
	return nts_real_make(value, 0);
}

/* A ratio of two integers; the second is not 0. */
static inline struct nts_real nts_real_ratio(s64 a, s64 b)
{
	return nts_real_div(nts_real_make(a, 0), nts_real_make(b, 0));
}

static inline struct nts_real nts_real_neg(struct nts_real a)
{
	a.mantissa = -a.mantissa;
	return a;
}

static inline struct nts_real nts_real_sub(struct nts_real a, struct nts_real b)
{
	return nts_real_add(a, nts_real_neg(b));
}

static inline struct nts_real nts_real_square(struct nts_real a)
{
	return nts_real_mul(a, a);
}

/* a * 2^n, n small. */
static inline struct nts_real nts_real_shift(struct nts_real a, s32 n)
{
	return nts_real_make(a.mantissa, a.exponent + n);
}

/* Less than zero, zero or greater as a is less than, equal to or greater than b. */
static inline int nts_real_cmp(struct nts_real a, struct nts_real b)
{
	s64 sign = nts_real_sub(a, b).mantissa;

	return (sign > 0) - (sign < 0);
}

#endif /* _NTS_CORE_REAL_H */
