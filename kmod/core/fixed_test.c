// SPDX-License-Identifier: GPL-2.0-or-later
/* Fixed point. */
#include <kunit/test.h>

#include "fixed.c"

#define SECOND 1000000000LL

static void fixed_saturates(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_fixed_add(NTS_S64_MAX, 1), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_add(NTS_S64_MIN, -1), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_fixed_add(5, -7), -2LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_sub(NTS_S64_MIN, 1), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_fixed_sub(1, NTS_S64_MIN), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_abs(NTS_S64_MIN), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_abs(-3), 3LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_clamp(9, -4, 4), 4LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_clamp(-9, -4, 4), -4LL);
}

static void fixed_scale_by_frequency(struct kunit *test)
{
	/* 1 ppm of a second is a microsecond, of 31 years is 1000 s. */
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(SECOND, NTS_FREQ_PPM), 1000LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(-SECOND, NTS_FREQ_PPM), -1001LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(1000000000 * SECOND, NTS_FREQ_PPM) / SECOND, 1000LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(NTS_S64_MAX, NTS_S64_MAX), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(NTS_S64_MAX, NTS_S64_MIN), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_fixed_scale(NTS_S64_MIN, 1LL << NTS_FREQ_SHIFT), NTS_S64_MIN);
}

static void fixed_muldiv_exactly(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(7, 9, 2), 31LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(-7, 9, 2), -31LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(7, -9, -2), 31LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(NTS_S64_MAX, NTS_S64_MAX, NTS_S64_MAX), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(NTS_S64_MAX, 1000, 1001), 9214157878975800006LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(0, 5, 0), 0LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(1, 5, 0), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(1, -5, 0), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(NTS_S64_MIN, NTS_S64_MIN, 1), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(NTS_S64_MIN, NTS_S64_MIN, NTS_S64_MIN), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_fixed_muldiv(NTS_S64_MIN, 1, -1), NTS_S64_MAX);
}

static void fixed_root(struct kunit *test)
{
	u64 root;

	KUNIT_EXPECT_EQ(test, nts_fixed_sqrt(0), 0LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_sqrt(~0ULL), 4294967295LL);
	for (root = 1; root < 4000000000ULL; root = root * 3 + 1) {
		KUNIT_EXPECT_EQ(test, nts_fixed_sqrt(root * root), (s64)root);
		KUNIT_EXPECT_EQ(test, nts_fixed_sqrt(root * root - 1), (s64)root - 1);
	}
}

static void fixed_frequency(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_fixed_freq(1000, SECOND), NTS_FREQ_PPM - 1);
	KUNIT_EXPECT_EQ(test, nts_fixed_freq(-1, 2), -(1LL << 47));
	KUNIT_EXPECT_EQ(test, nts_fixed_freq(1, 0), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_freq(NTS_S64_MAX, 1), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_fixed_ppt(NTS_FREQ_PPM), 1000000LL);
	KUNIT_EXPECT_EQ(test, nts_fixed_ppt(1LL << NTS_FREQ_SHIFT), 1000000000000LL);
}

static struct kunit_case fixed_cases[] = {
	KUNIT_CASE(fixed_saturates),
	KUNIT_CASE(fixed_scale_by_frequency),
	KUNIT_CASE(fixed_muldiv_exactly),
	KUNIT_CASE(fixed_root),
	KUNIT_CASE(fixed_frequency),
	{ }
};

static struct kunit_suite fixed_suite = {
	.name = "nts_fixed",
	.test_cases = fixed_cases,
};

kunit_test_suite(fixed_suite);
