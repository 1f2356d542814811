// SPDX-License-Identifier: GPL-2.0-or-later
/* Time that is served without steps. */
#include <kunit/test.h>

#include "smooth.c"

/* As chrony.conf(5) has it for leap seconds. */
static struct nts_smooth leap_smear(s64 wander_ppb)
{
	return (struct nts_smooth){ .max_freq = 400 * NTS_FREQ_PPM,
				    .max_wander = wander_ppb * NTS_FREQ_PPM / 1000 };
}

/* Follows it to its end; false when it goes faster, or changes faster, than it may. */
static bool within_limits(const struct nts_smooth *smooth)
{
	s64 step = nts_smooth_left(smooth, smooth->raw) / 1000 + 1, raw = smooth->raw;
	s64 freq, before, offset, last = nts_smooth_at(smooth, raw, &before);
	s64 most = nts_fixed_scale(step, smooth->max_freq) + 2;
	s64 wander = nts_fixed_muldiv(smooth->max_wander, step, SECOND) + 2;
	int i;

	for (i = 0; i < 1002; i++) {
		raw += step;
		offset = nts_smooth_at(smooth, raw, &freq);
		if (nts_fixed_abs(freq) > smooth->max_freq + 2 ||
		    nts_fixed_abs(freq - before) > wander ||
		    nts_fixed_abs(offset - last) > most)
			return false;
		before = freq;
		last = offset;
	}
	return !offset && !freq;
}

static void smooth_nothing_is_smoothed(struct kunit *test)
{
	struct nts_smooth smooth = { 0 };

	nts_smooth_shift(&smooth, 5, SECOND, 7);
	KUNIT_EXPECT_EQ(test, nts_smooth_at(&smooth, 10, NULL), 0LL);
	KUNIT_EXPECT_EQ(test, nts_smooth_left(&smooth, 10), 0LL);
}

static void smooth_leap_second(struct kunit *test)
{
	static const struct {
		s64 wander_ppb, seconds;
	} known[] = { { 1, 63245 }, { 10, 20000 } };
	int i, sign;

	for (i = 0; i < 2; i++) {
		for (sign = -1; sign <= 1; sign += 2) {
			struct nts_smooth smooth = leap_smear(known[i].wander_ppb);
			s64 half = known[i].seconds * SECOND / 2, middle;

			nts_smooth_shift(&smooth, 77, sign * SECOND, 0);
			KUNIT_EXPECT_EQ(test, nts_smooth_at(&smooth, 77, NULL), -sign * SECOND);
			KUNIT_EXPECT_EQ(test, nts_smooth_left(&smooth, 77) / SECOND,
					known[i].seconds);
			middle = nts_smooth_at(&smooth, 77 + half, NULL);
			KUNIT_EXPECT_LE(test, nts_fixed_abs(middle + sign * SECOND / 2),
					SECOND / 1000);
			KUNIT_EXPECT_TRUE(test, within_limits(&smooth));
		}
	}
}

static void smooth_frequency_is_limited(struct kunit *test)
{
	struct nts_smooth smooth = { .max_freq = 10 * NTS_FREQ_PPM, .max_wander = NTS_FREQ_PPM };
	s64 freq;

	nts_smooth_shift(&smooth, 0, -SECOND, 0);
	/* 10 s up, 10 s down, 10 ppm between: 1 s / 10 ppm + 10 s in all. */
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_smooth_left(&smooth, 0) - 100010 * SECOND),
			SECOND / 100);
	nts_smooth_at(&smooth, 50000 * SECOND, &freq);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(freq - 10 * NTS_FREQ_PPM), 2LL);
	KUNIT_EXPECT_TRUE(test, within_limits(&smooth));
}

/* Whenever the clock is corrected, what is served goes on where it was. */
static void smooth_corrections_on_the_way(struct kunit *test)
{
	static const struct {
		s64 shift, freq, after;
	} corrections[] = {
		{ SECOND, 0, 1000 * SECOND },
		{ -3 * SECOND, 0, 5 * SECOND },
		{ 1000, 5 * NTS_FREQ_PPM, 64 * SECOND },
		{ -17, -NTS_FREQ_PPM / 100, 1 },
		{ 0, 90 * NTS_FREQ_PPM, 100000 * SECOND },
		{ 1, 0, SECOND },
		{ 0, 1, 3 },
	};
	struct nts_smooth smooth = { .max_freq = 50 * NTS_FREQ_PPM,
				     .max_wander = NTS_FREQ_PPM / 10 };
	s64 raw = 12345, before;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(corrections); i++) {
		before = nts_smooth_at(&smooth, raw, NULL);
		nts_smooth_shift(&smooth, raw, corrections[i].shift, corrections[i].freq);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_smooth_at(&smooth, raw, NULL) - before +
						    corrections[i].shift), 1LL);
		KUNIT_EXPECT_TRUE(test, within_limits(&smooth));
		raw += corrections[i].after;
	}
}

/* Nothing it is told makes it leave its limits or overflow. */
static void smooth_extremes(struct kunit *test)
{
	static const s64 all[] = { 0, 1, -1, SECOND, -SECOND, NTS_S64_MAX, NTS_S64_MIN };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		for (j = 0; j < ARRAY_SIZE(all); j++) {
			struct nts_smooth smooth = leap_smear(1);
			s64 freq;

			nts_smooth_shift(&smooth, 0, all[i], all[j]);
			nts_smooth_shift(&smooth, SECOND, all[j], all[i]);
			nts_smooth_at(&smooth, NTS_S64_MAX, &freq);
			KUNIT_EXPECT_LE(test, nts_fixed_abs(freq), smooth.max_freq + 2);
		}
	}
}

/* The frequency is what the wander has made of it, and nothing is left by a reset. */
static void smooth_wander_and_reset(struct kunit *test)
{
	struct nts_smooth smooth = leap_smear(1);
	s64 before, freq, left;

	nts_smooth_shift(&smooth, 0, -SECOND, 0);
	left = nts_smooth_left(&smooth, 0);
	KUNIT_EXPECT_EQ(test, nts_smooth_wander(&smooth, SECOND), smooth.max_wander);
	nts_smooth_at(&smooth, left - 2 * SECOND, &before);
	nts_smooth_at(&smooth, left - SECOND, &freq);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(freq - before -
					    nts_smooth_wander(&smooth, left - SECOND)), 1LL);
	KUNIT_EXPECT_LE(test, nts_smooth_wander(&smooth, left - SECOND), -1LL);
	KUNIT_EXPECT_EQ(test, nts_smooth_wander(&smooth, left), 0LL);

	nts_smooth_reset(&smooth, SECOND);
	KUNIT_EXPECT_EQ(test, nts_smooth_at(&smooth, SECOND, &freq), 0LL);
	KUNIT_EXPECT_EQ(test, freq, 0LL);
	KUNIT_EXPECT_EQ(test, nts_smooth_left(&smooth, SECOND), 0LL);
	KUNIT_EXPECT_EQ(test, nts_smooth_wander(&smooth, SECOND), 0LL);
	nts_smooth_shift(&smooth, 2 * SECOND, -SECOND, 0);
	KUNIT_EXPECT_EQ(test, nts_smooth_left(&smooth, 2 * SECOND), left);
}

static struct kunit_case smooth_cases[] = {
	KUNIT_CASE(smooth_nothing_is_smoothed),
	KUNIT_CASE(smooth_leap_second),
	KUNIT_CASE(smooth_frequency_is_limited),
	KUNIT_CASE(smooth_corrections_on_the_way),
	KUNIT_CASE(smooth_extremes),
	KUNIT_CASE(smooth_wander_and_reset),
	{}
};

static struct kunit_suite smooth_suite = {
	.name = "nts_smooth",
	.test_cases = smooth_cases,
};

kunit_test_suite(smooth_suite);

MODULE_LICENSE("GPL");
