// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP time as a line over the raw clock. */
#include <kunit/test.h>

#include "clockmap.c"

#define SECOND 1000000000LL

static const struct nts_clockmap line = {
	.raw = 5000 * SECOND,
	.time = 1700000000 * SECOND,
	.freq = 100 * NTS_FREQ_PPM,
};

static void clockmap_both_ways(struct kunit *test)
{
	s64 raw;

	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&line, line.raw), line.time);
	/* 100 ppm of 1000 s are 0.1 s; the unit of frequency is worth 0.02 ns here. */
	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&line, line.raw + 1000 * SECOND),
			line.time + 1000 * SECOND + SECOND / 10);
	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&line, line.raw - 1000 * SECOND),
			line.time - 1000 * SECOND - SECOND / 10 - 1);
	for (raw = 0; raw < 40000000 * SECOND; raw = raw * 3 + 12345) {
		s64 back = nts_clockmap_raw(&line, nts_clockmap_time(&line, raw));

		KUNIT_EXPECT_LE(test, nts_fixed_abs(back - raw), 1LL);
	}
}

static void clockmap_begins_elsewhere(struct kunit *test)
{
	struct nts_clockmap moved = line;
	s64 later = line.raw + 123456789012LL;

	nts_clockmap_move(&moved, line.raw + 777 * SECOND);
	KUNIT_EXPECT_EQ(test, moved.raw, line.raw + 777 * SECOND);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_clockmap_time(&moved, later) -
					    nts_clockmap_time(&line, later)), 1LL);
}

static void clockmap_saturates(struct kunit *test)
{
	struct nts_clockmap far = { .raw = NTS_S64_MIN, .time = NTS_S64_MAX,
				    .freq = NTS_CLOCKMAP_FREQ_MAX };

	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&far, NTS_S64_MAX), NTS_S64_MAX);
	far.time = NTS_S64_MIN;
	far.raw = NTS_S64_MAX;
	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&far, NTS_S64_MIN), NTS_S64_MIN);
	KUNIT_EXPECT_EQ(test, nts_clockmap_raw(&far, NTS_S64_MAX), NTS_S64_MAX);
}

static struct kunit_case clockmap_cases[] = {
	KUNIT_CASE(clockmap_both_ways),
	KUNIT_CASE(clockmap_begins_elsewhere),
	KUNIT_CASE(clockmap_saturates),
	{ }
};

static struct kunit_suite clockmap_suite = {
	.name = "nts_clockmap",
	.test_cases = clockmap_cases,
};

kunit_test_suite(clockmap_suite);
