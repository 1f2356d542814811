// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP's number formats. */
#include <kunit/test.h>

#include "ntptime.c"

#define SECOND 1000000000LL

static void ntptime_epoch(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(0), 2208988800ULL << 32);
	/* RFC 5905, figure 4: first day of UTC, 1972-01-01. */
	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(63072000 * SECOND), 2272060800ULL << 32);
	KUNIT_EXPECT_EQ(test, nts_ntptime_to_ns(2208988800ULL << 32), (s64)0);
}

static void ntptime_fraction(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (u32)nts_ntptime_from_ns(SECOND / 2), 1U << 31);
	KUNIT_EXPECT_EQ(test, (u32)nts_ntptime_from_ns(SECOND / 4), 1U << 30);
	/* 8.59 units are nearer to 9. */
	KUNIT_EXPECT_EQ(test, (u32)nts_ntptime_from_ns(2), 9U);
	/* 0.999999999 s must not become the next second. */
	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(SECOND - 1) >> 32, 2208988800ULL);
}

/* Figure 4: era 1 begins on 2036-02-07 06:28:16 UTC. */
static void ntptime_era(struct kunit *test)
{
	s64 era1 = 2085978496 * SECOND;

	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(era1 - SECOND) >> 32, 0xffffffffULL);
	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(era1 + SECOND) >> 32, 1ULL);
	/* Zero means unknown: the era's first instant is one unit late. */
	KUNIT_EXPECT_EQ(test, nts_ntptime_from_ns(era1), 1ULL);
	KUNIT_EXPECT_EQ(test, nts_ntptime_to_ns(1ULL << 32), era1 + SECOND);
}

static void ntptime_round_trip(struct kunit *test)
{
	s64 ns = 1795434836123456789LL;
	int i;

	for (i = 0; i < 2000; i++) {
		KUNIT_ASSERT_EQ(test, nts_ntptime_to_ns(nts_ntptime_from_ns(ns)), ns);
		ns += 7919999983LL;
		/* A later time is a later stamp. */
		KUNIT_ASSERT_TRUE(test, nts_ntptime_from_ns(ns) < nts_ntptime_from_ns(ns + 1));
	}
}

static void ntptime_short_rounds_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(0), 0U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(1), 1U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(15259), 2U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(SECOND), 1U << 16);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(SECOND / 2), 1U << 15);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(65535ULL * SECOND), 0xffff0000U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(65536ULL * SECOND), ~0U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(65536ULL * SECOND - 1), ~0U);
	KUNIT_EXPECT_EQ(test, nts_ntptime_short(~0ULL), ~0U);
}

static void ntptime_grow_at_phi(struct kunit *test)
{
	/* 15 ppm: 1000 s make 15 ms. */
	KUNIT_EXPECT_EQ(test, nts_ntptime_grow(7, 1000 * SECOND), 15000007ULL);
	KUNIT_EXPECT_EQ(test, nts_ntptime_grow(7, 0), 7ULL);
	KUNIT_EXPECT_EQ(test, nts_ntptime_grow(7, -SECOND), 7ULL);
	KUNIT_EXPECT_EQ(test, nts_ntptime_grow(~0ULL - 1, SECOND), ~0ULL);
}

static struct kunit_case ntptime_cases[] = {
	KUNIT_CASE(ntptime_epoch),
	KUNIT_CASE(ntptime_fraction),
	KUNIT_CASE(ntptime_era),
	KUNIT_CASE(ntptime_round_trip),
	KUNIT_CASE(ntptime_short_rounds_up),
	KUNIT_CASE(ntptime_grow_at_phi),
	{ }
};

static struct kunit_suite ntptime_suite = {
	.name = "nts_ntptime",
	.test_cases = ntptime_cases,
};

kunit_test_suite(ntptime_suite);
