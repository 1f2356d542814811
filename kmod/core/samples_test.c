// SPDX-License-Identifier: GPL-2.0-or-later
/* The register of one source. */
#include <kunit/test.h>

#include "samples.c"

#define SECOND	1000000000LL
#define EPOCH	(1700000000 * SECOND)
#define DELAY	200000

static u64 random_state;

static u64 random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Sample number @i, each 64 s, of a clock that gains 3 ppm on the raw clock. */
static struct nts_sample sample_number(u32 i)
{
	struct nts_sample sample = {
		.raw = 1000 * SECOND + 64 * SECOND * i,
		.offset = EPOCH + 3 * 64000LL * i,
		.delay = DELAY,
		.dispersion = 100,
		.root_delay = 5000000,
		.root_dispersion = 1000000,
	};

	return sample;
}

/* The same behind a path that delays requests by up to @up more, answers by @down. */
static struct nts_sample jittery_sample(u32 i, s64 up, s64 down)
{
	struct nts_sample sample = sample_number(i);
	s64 there = up ? (s64)(random_number() % (u64)up) : 0;
	s64 back = down ? (s64)(random_number() % (u64)down) : 0;

	sample.delay += there + back;
	sample.offset += (there - back) / 2;
	return sample;
}

static struct nts_samples *empty(struct kunit *test)
{
	struct nts_samples *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	random_state = 4711;
	if (s)
		nts_samples_init(s, 0, 0);
	return s;
}

static struct nts_samples *filled(struct kunit *test, u32 n, s64 jitter)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i;

	for (i = 0; s && i < n; i++) {
		sample = jittery_sample(i, jitter, jitter);
		nts_samples_add(s, &sample);
	}
	return s;
}

static void samples_follow_a_line(struct kunit *test)
{
	struct nts_samples *s = filled(test, 10, 0);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, s->n, 10);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - 3 * NTS_FREQ_PPM), NTS_FREQ_PPM / 100);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_samples_predict(s, s->raw + 100 * SECOND) -
					    (EPOCH + 3 * 64000 * 9 + 300000)), 2000LL);
	KUNIT_EXPECT_EQ(test, nts_samples_newest(s)->raw, s->raw);
	KUNIT_EXPECT_EQ(test, nts_samples_oldest(s)->raw, 1000 * SECOND);
}

static void samples_jitter_averages_out(struct kunit *test)
{
	struct nts_samples *s = filled(test, 200, 1000000);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, s->n, NTS_SAMPLES_MAX);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - (EPOCH + 3 * 64000 * 199)), 200000LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - 3 * NTS_FREQ_PPM), NTS_FREQ_PPM / 5);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - 3 * NTS_FREQ_PPM), s->skew);
	KUNIT_EXPECT_LE(test, s->offset_sd, 150000LL);
	KUNIT_EXPECT_GE(test, s->offset_sd, 10000LL);
	KUNIT_EXPECT_GE(test, s->runs, 12);
}

static void samples_few_promise_little(struct kunit *test)
{
	struct nts_samples *s = filled(test, 1, 0);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_GE(test, s->offset_sd, DELAY / 4);
	KUNIT_EXPECT_GE(test, s->skew, 100 * NTS_FREQ_PPM);
	KUNIT_EXPECT_EQ(test, nts_samples_distance(s, s->raw, 0),
			(DELAY + 5000000) / 2 + 100 + 1000000LL);
	s = empty(test);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, nts_samples_distance(s, 0, 0), NTS_S64_MAX);
	KUNIT_EXPECT_NULL(test, nts_samples_newest(s));
	KUNIT_EXPECT_NULL(test, nts_samples_oldest(s));
}

static void samples_distance_grows(struct kunit *test)
{
	struct nts_samples *s = filled(test, 20, 1000);
	s64 now, later;

	KUNIT_ASSERT_NOT_NULL(test, s);
	now = nts_samples_distance(s, s->raw, 2 * NTS_FREQ_PPM);
	later = nts_samples_distance(s, s->raw + 1000 * SECOND, 2 * NTS_FREQ_PPM);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(later - now - 2000000 -
					    nts_fixed_scale(1000 * SECOND, s->skew)), 10LL);
	now = nts_samples_offset_sd(s, s->raw);
	later = nts_samples_offset_sd(s, s->raw + 1000 * SECOND);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(later - now - nts_fixed_scale(1000 * SECOND,
									  s->freq_sd)), 10LL);
}

/* A server whose clock is noisy behind a quiet path is known for that soon. */
static void samples_learn_early(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < 40; i++) {
		sample = sample_number(i);
		sample.offset += (s64)(random_number() % 100000) - 50000;
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_GE(test, s->tune.floor, 26);
	KUNIT_EXPECT_LE(test, s->sd, 60000LL);
	KUNIT_EXPECT_GE(test, s->sd, 15000LL);
	KUNIT_EXPECT_EQ(test, s->n, 40);
}

/* What is known of the frequency helps when there is nothing else. */
static void samples_prior(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample = sample_number(0);

	KUNIT_ASSERT_NOT_NULL(test, s);
	nts_samples_prior(s, 50 * NTS_FREQ_PPM, NTS_FREQ_PPM);
	nts_samples_add(s, &sample);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - 50 * NTS_FREQ_PPM), 1LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq_sd - NTS_FREQ_PPM), 1LL);
}

static void samples_register_is_bounded(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	nts_samples_init(s, 0, 7);
	for (i = 0; i < 100; i++) {
		sample = sample_number(i);
		nts_samples_add(s, &sample);
		KUNIT_EXPECT_EQ(test, s->n, i < 7 ? i + 1 : 7);
	}
	KUNIT_EXPECT_EQ(test, nts_samples_oldest(s)->raw, sample_number(93).raw);
	/* Nonsense is brought into range. */
	nts_samples_init(s, 200, 100);
	KUNIT_EXPECT_EQ(test, s->max, NTS_SAMPLES_MAX);
	KUNIT_EXPECT_EQ(test, s->min, NTS_SAMPLES_MAX);
	nts_samples_init(s, 30, 10);
	KUNIT_EXPECT_EQ(test, s->min, 10);
}

static void samples_of_another_life(struct kunit *test)
{
	struct nts_samples *s = filled(test, 20, 0);
	struct nts_sample sample = sample_number(3);

	KUNIT_ASSERT_NOT_NULL(test, s);
	nts_samples_add(s, &sample);
	KUNIT_EXPECT_EQ(test, s->n, 1);
	KUNIT_EXPECT_EQ(test, s->raw, sample.raw);
}

static void samples_tests(struct kunit *test)
{
	const struct nts_samples_limits limits = {
		.delay = 3 * SECOND, .ratio = 2 << 16, .deviation = 10 << 16,
	};
	const struct nts_samples_limits none = { 0 };
	struct nts_samples *s = empty(test);
	struct nts_sample sample = sample_number(0);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &limits), 0U);
	sample.delay = 3 * SECOND + 1;
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &limits), NTS_SAMPLES_TEST_DELAY);
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &none), 0U);

	s = filled(test, 20, 1000);
	KUNIT_ASSERT_NOT_NULL(test, s);
	sample = sample_number(20);
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &limits), 0U);
	sample.delay = 2 * DELAY + 4000;
	sample.offset += DELAY / 2;
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &limits),
			NTS_SAMPLES_TEST_RATIO | NTS_SAMPLES_TEST_DEVIATION);
	/* No delay explains this offset: the clock itself is off. */
	sample.offset += SECOND;
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &limits), NTS_SAMPLES_TEST_RATIO);
	KUNIT_EXPECT_EQ(test, nts_samples_accept(s, &sample, &none), 0U);
}

/* All jitter is in requests: without a correction the offset is too large. */
static void samples_asymmetric_jitter(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	s64 error = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < 100; i++) {
		sample = jittery_sample(i, 10000000, 0);
		nts_samples_add(s, &sample);
		if (i >= 60)
			error += s->offset - (EPOCH + 3 * 64000LL * i);
	}
	KUNIT_EXPECT_EQ(test, s->asymmetry, ASYMMETRY_FULL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(error / 40), 150000LL);
	/* Back to a fair path: it is given up. */
	for (; i < 200; i++) {
		sample = jittery_sample(i, 10000000, 10000000);
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_EQ(test, s->asymmetry, 0);
}

/* It does not take many samples to see that, and a fair path is not taken for one. */
static void samples_asymmetry_is_seen_soon(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i, round;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (round = 0; round < 20; round++) {
		nts_samples_reset(s);
		for (i = 0; i < 12; i++) {
			sample = jittery_sample(i, round % 2 ? 0 : 10000000,
						round % 2 ? 10000000 : 0);
			nts_samples_add(s, &sample);
		}
		KUNIT_EXPECT_EQ(test, s->asymmetry, round % 2 ? -ASYMMETRY_FULL : ASYMMETRY_FULL);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - (EPOCH + 3 * 64000LL * 11)),
				1500000LL);
	}
	for (round = 0; round < 100; round++) {
		nts_samples_reset(s);
		for (i = 0; i < 20; i++) {
			sample = jittery_sample(i, 10000000, 10000000);
			nts_samples_add(s, &sample);
			KUNIT_EXPECT_EQ(test, s->asymmetry, 0);
		}
	}
}

/* What a congested path delays makes good samples no worse. */
static void samples_congestion_says_nothing(struct kunit *test)
{
	struct nts_samples *s = filled(test, 6, 100000);
	s64 sd, expected;
	struct nts_sample sample = sample_number(6);

	KUNIT_ASSERT_NOT_NULL(test, s);
	sd = nts_samples_offset_sd(s, sample.raw);
	expected = nts_samples_predict(s, sample.raw);
	/* 40 ms on the way there, 10 ms back. */
	sample.delay += 50000000;
	sample.offset += 15000000;
	nts_samples_add(s, &sample);
	KUNIT_EXPECT_EQ(test, s->n, 7);
	KUNIT_EXPECT_LE(test, s->offset_sd, 2 * sd);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - expected), sd);
}

static void samples_step_starts_anew(struct kunit *test)
{
	struct nts_samples *s = filled(test, 30, 10000);
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 30; i < 34; i++) {
		KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - sample_number(i).offset), 300000LL);
		sample = sample_number(i);
		sample.offset += 3600 * SECOND;
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_EQ(test, s->n, 4);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - sample.offset), 300000LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - 3 * NTS_FREQ_PPM), NTS_FREQ_PPM);
}

static void samples_leap(struct kunit *test)
{
	struct nts_samples *s = filled(test, 70, 10000);
	struct nts_sample sample;
	s64 freq, before;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	freq = s->freq;
	before = nts_samples_predict(s, s->raw);
	nts_samples_shift(s, -SECOND);
	KUNIT_EXPECT_EQ(test, nts_samples_predict(s, s->raw), before - SECOND);
	for (i = 70; i < 80; i++) {
		sample = sample_number(i);
		sample.offset -= SECOND;
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_EQ(test, s->n, NTS_SAMPLES_MAX);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->freq - freq), NTS_FREQ_PPM / 20);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(s->offset - sample.offset), 10000LL);
}

/* A full register keeps short round trips, and reaches farther back for it. */
static void samples_thin_out(struct kunit *test)
{
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < 150; i++) {
		sample = jittery_sample(i, 100000, 100000);
		if (i % 2)
			sample.delay += 5000000;
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_EQ(test, s->n, NTS_SAMPLES_MAX);
	KUNIT_EXPECT_GE(test, s->raw - nts_samples_oldest(s)->raw, 80 * 64 * SECOND);
	for (i = 1; i < s->n; i++)
		KUNIT_EXPECT_GE(test, at(s, i)->raw - at(s, i - 1)->raw, 1LL);
	for (i = 0; i < s->n / 4; i++)
		KUNIT_EXPECT_LE(test, at(s, i)->delay, DELAY + 200000LL);
	/* The path got longer for good: the old samples leave some time. */
	for (i = 150; i < 150 + 64 * 8; i++) {
		sample = jittery_sample(i, 100000, 100000);
		sample.delay += 20000000;
		nts_samples_add(s, &sample);
	}
	KUNIT_EXPECT_GE(test, s->min_delay, 20000000LL);
}

/* Samples come from the network: anything may be in them. */
static void samples_random_input(struct kunit *test)
{
	const struct nts_samples_limits limits = {
		.delay = 3 * SECOND, .ratio = ~0U, .deviation = ~0U,
	};
	struct nts_samples *s = empty(test);
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < 3000; i++) {
		/* Mostly ascending, by nanoseconds up to years. */
		sample.raw = nts_fixed_add(s->n ? s->raw : 0,
					   (s64)(random_number() >> (1 + random_number() % 63)));
		if (random_number() % 50 == 0)
			sample.raw = (s64)random_number();
		sample.offset = (s64)random_number() >> (random_number() % 64);
		sample.delay = (s64)random_number() >> (random_number() % 64);
		sample.dispersion = (s64)random_number() >> (random_number() % 64);
		sample.root_delay = (s64)random_number() >> (random_number() % 64);
		sample.root_dispersion = (s64)random_number() >> (random_number() % 64);
		if (i % 100 == 0)
			nts_samples_prior(s, (s64)random_number() >> 17, NTS_SAMPLES_FREQ_SD);
		nts_samples_accept(s, &sample, &limits);
		nts_samples_add(s, &sample);
		KUNIT_ASSERT_TRUE(test, s->n >= 1 && s->n <= NTS_SAMPLES_MAX);
		KUNIT_ASSERT_TRUE(test, s->sd >= 0 && s->skew > 0 && s->offset_sd >= 0);
		KUNIT_ASSERT_TRUE(test, nts_samples_distance(s, (s64)random_number(), 1) >= 0);
		KUNIT_ASSERT_TRUE(test, nts_samples_offset_sd(s, (s64)random_number()) >= 0);
	}
}

static struct kunit_case samples_cases[] = {
	KUNIT_CASE(samples_follow_a_line),
	KUNIT_CASE(samples_jitter_averages_out),
	KUNIT_CASE(samples_few_promise_little),
	KUNIT_CASE(samples_distance_grows),
	KUNIT_CASE(samples_learn_early),
	KUNIT_CASE(samples_prior),
	KUNIT_CASE(samples_register_is_bounded),
	KUNIT_CASE(samples_of_another_life),
	KUNIT_CASE(samples_tests),
	KUNIT_CASE(samples_asymmetric_jitter),
	KUNIT_CASE(samples_asymmetry_is_seen_soon),
	KUNIT_CASE(samples_congestion_says_nothing),
	KUNIT_CASE(samples_step_starts_anew),
	KUNIT_CASE(samples_leap),
	KUNIT_CASE(samples_thin_out),
	KUNIT_CASE(samples_random_input),
	{ }
};

static struct kunit_suite samples_suite = {
	.name = "nts_samples",
	.test_cases = samples_cases,
};

kunit_test_suite(samples_suite);
