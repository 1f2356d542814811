// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers with a wide range. */
#include <kunit/test.h>

#include "real.c"

#define S64_LARGEST ((s64)(~0ULL >> 1))

static s64 whole(struct nts_real a)
{
	return nts_real_round(a, 0);
}

static void real_whole_numbers(struct kunit *test)
{
	static const s64 numbers[] = {
		0, 1, -1, 2, 3, -7, 1000000007, -(1LL << 40), (1LL << 61) - 1,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		KUNIT_EXPECT_EQ(test, whole(nts_real(numbers[i])), numbers[i]);
		for (j = 0; j < ARRAY_SIZE(numbers); j++) {
			s64 a = numbers[i], b = numbers[j];

			KUNIT_EXPECT_EQ(test, whole(nts_real_add(nts_real(a), nts_real(b))), a + b);
			KUNIT_EXPECT_EQ(test, whole(nts_real_sub(nts_real(a), nts_real(b))), a - b);
			KUNIT_EXPECT_EQ(test, nts_real_cmp(nts_real(a), nts_real(b)),
					(a > b) - (a < b));
		}
	}
	KUNIT_EXPECT_EQ(test, whole(nts_real_mul(nts_real(-1000003), nts_real(1000033))),
			-1000003LL * 1000033);
	KUNIT_EXPECT_EQ(test, whole(nts_real_div(nts_real(-1000000), nts_real(7))), -142857LL);
}

static void real_rounds_to_nearest(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, whole(nts_real_ratio(5, 3)), 2LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real_ratio(4, 3)), 1LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real_ratio(-5, 3)), -2LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real_ratio(1, 1000000)), 0LL);
	/* A third in 2^-48. */
	KUNIT_EXPECT_EQ(test, nts_real_round(nts_real_ratio(1, 3), -48), 93824992236885LL);
}

static void real_saturates(struct kunit *test)
{
	struct nts_real huge = nts_real_make(1, 4000), tiny = nts_real_make(1, -4000);
	struct nts_real none = nts_real_div(nts_real(-1), NTS_REAL_ZERO);

	KUNIT_EXPECT_EQ(test, nts_real_cmp(nts_real_mul(huge, huge), huge), 1);
	KUNIT_EXPECT_EQ(test, whole(nts_real_mul(huge, nts_real_neg(huge))), -S64_LARGEST - 1);
	KUNIT_EXPECT_EQ(test, whole(huge), S64_LARGEST);
	KUNIT_EXPECT_EQ(test, nts_real_mul(tiny, tiny).mantissa, 0LL);
	KUNIT_EXPECT_EQ(test, whole(tiny), 0LL);
	KUNIT_EXPECT_EQ(test, whole(none), -S64_LARGEST - 1);
	KUNIT_EXPECT_EQ(test, nts_real_div(NTS_REAL_ZERO, NTS_REAL_ZERO).mantissa, 0LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real(S64_LARGEST)), S64_LARGEST - 1);
	KUNIT_EXPECT_EQ(test, whole(nts_real(-S64_LARGEST - 1)), -S64_LARGEST - 1);
	/* What is too small to matter does not. */
	KUNIT_EXPECT_EQ(test, nts_real_cmp(nts_real_add(huge, tiny), huge), 0);
}

static void real_root_and_logarithm(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, whole(nts_real_sqrt(nts_real(1000000))), 1000LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real_sqrt(nts_real(2000000))), 1414LL);
	KUNIT_EXPECT_EQ(test, whole(nts_real_sqrt(nts_real_make(1, 100))) >> 40, 1LL << 10);
	KUNIT_EXPECT_EQ(test, nts_real_sqrt(nts_real(-4)).mantissa, 0LL);
	KUNIT_EXPECT_EQ(test, nts_real_log2(nts_real(8)), 3 * 65536);
	KUNIT_EXPECT_EQ(test, nts_real_log2(nts_real_ratio(1, 4)), -2 * 65536);
	KUNIT_EXPECT_EQ(test, nts_real_log2(nts_real(6)), 5 * 65536 / 2);
	KUNIT_EXPECT_LE(test, nts_real_log2(NTS_REAL_ZERO), -4096 * 65536);
}

/* (a / b) * b is a again, over the whole range. */
static void real_random(struct kunit *test)
{
	u64 random = 88172645463325252ULL;
	struct nts_real a, b, c;
	int i;

	for (i = 0; i < 20000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		a = nts_real_make((s64)random >> (random & 63), (s32)(random >> 40) % 1000);
		random = random * 6364136223846793005ULL + 1;
		b = nts_real_make((s64)random >> (random & 63), (s32)(random >> 40) % 1000);
		if (!a.mantissa || !b.mantissa)
			continue;
		c = nts_real_sub(nts_real_mul(nts_real_div(a, b), b), a);
		if (c.mantissa)
			KUNIT_ASSERT_TRUE(test, c.exponent < a.exponent - 55);
	}
}

static struct kunit_case real_cases[] = {
	KUNIT_CASE(real_whole_numbers),
	KUNIT_CASE(real_rounds_to_nearest),
	KUNIT_CASE(real_saturates),
	KUNIT_CASE(real_root_and_logarithm),
	KUNIT_CASE(real_random),
	{ }
};

static struct kunit_suite real_suite = {
	.name = "nts_real",
	.test_cases = real_cases,
};

kunit_test_suite(real_suite);
