// SPDX-License-Identifier: GPL-2.0-or-later
/* One source of time. */
#include <kunit/test.h>

#include "source.c"

#define EPOCH	(1700000000 * SECOND)

struct fixture {
	struct nts_source source;
	struct nts_discipline d;
};

static struct fixture *fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nts_discipline_config config;
	struct nts_source_options options;

	if (!f)
		return NULL;
	nts_discipline_defaults(&config);
	nts_discipline_init(&f->d, &config, 1000 * SECOND, EPOCH, 20 * NTS_FREQ_PPM,
			    5 * NTS_FREQ_PPM);
	nts_source_defaults(&options);
	nts_source_init(&f->source, &options, 0x7f000001);
	return f;
}

static struct nts_sample sample_at(s64 raw)
{
	struct nts_sample sample = {
		.raw = raw,
		.offset = EPOCH,
		.delay = 1000000,
	};

	return sample;
}

static void source_begins_unknown(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, f->source.options.minpoll, 6);
	KUNIT_EXPECT_EQ(test, f->source.options.maxpoll, 10);
	KUNIT_EXPECT_EQ(test, f->source.server.leap, NTS_NTP_LEAP_UNSYNC);
	KUNIT_EXPECT_EQ(test, nts_source_letter(f->source.state), 'M');
	KUNIT_EXPECT_EQ(test, f->source.samples.n, 0);
	KUNIT_EXPECT_EQ(test, f->source.address, 0x7f000001U);
}

static void source_reach(struct kunit *test)
{
	const struct nts_source_server server = { .leap = 1, .stratum = 2, .refid = 7 };
	struct fixture *f = fixture(test);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_source_polled(&f->source);
	KUNIT_EXPECT_EQ(test, f->source.reach, 0);
	nts_source_answered(&f->source, &server);
	KUNIT_EXPECT_EQ(test, f->source.reach, 1);
	KUNIT_EXPECT_EQ(test, f->source.server.stratum, 2);
	KUNIT_EXPECT_EQ(test, f->source.server.refid, 7U);
	nts_source_polled(&f->source);
	nts_source_polled(&f->source);
	KUNIT_EXPECT_EQ(test, f->source.reach, 4);
	KUNIT_EXPECT_EQ(test, f->source.reach_polls, 3);
	for (i = 0; i < 8; i++)
		nts_source_polled(&f->source);
	KUNIT_EXPECT_EQ(test, f->source.reach, 0);
	KUNIT_EXPECT_EQ(test, f->source.reach_polls, 8);
}

static void source_sample_taken(struct kunit *test)
{
	struct fixture *f = fixture(test);
	struct nts_sample sample = sample_at(1064 * SECOND);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.options.offset = 12345;
	KUNIT_EXPECT_TRUE(test, nts_source_sample(&f->source, &f->d, &sample));
	KUNIT_EXPECT_EQ(test, f->source.tests, 0U);
	KUNIT_EXPECT_EQ(test, f->source.samples.offset, EPOCH + 12345);
	KUNIT_EXPECT_EQ(test, f->source.error, 0LL);
	/* One sample says nothing of the frequency, but the clock does. */
	KUNIT_EXPECT_LE(test, nts_fixed_abs(f->source.samples.freq - 20 * NTS_FREQ_PPM), 1LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(f->source.samples.freq_sd - 5 * NTS_FREQ_PPM), 1LL);
	/* A second later 20 us are due, and 1 ms less came. */
	sample = sample_at(1065 * SECOND);
	sample.offset += 20000 - 1000000;
	nts_source_sample(&f->source, &f->d, &sample);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(f->source.error - 1000000), 10LL);
}

static void source_sample_dropped(struct kunit *test)
{
	struct fixture *f = fixture(test);
	struct nts_sample sample = sample_at(1064 * SECOND);

	KUNIT_ASSERT_NOT_NULL(test, f);
	sample.delay = 3 * SECOND + 1;
	KUNIT_EXPECT_FALSE(test, nts_source_sample(&f->source, &f->d, &sample));
	KUNIT_EXPECT_EQ(test, f->source.tests, NTS_SAMPLES_TEST_DELAY);
	KUNIT_EXPECT_EQ(test, f->source.samples.n, 0);
}

static void source_report(struct kunit *test)
{
	struct fixture *f = fixture(test);
	struct nts_sourcestats stats;
	struct nts_sample sample;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_source_stats(&f->source, &f->d, 2000 * SECOND, &stats);
	KUNIT_EXPECT_EQ(test, stats.np, 0U);
	KUNIT_EXPECT_EQ(test, stats.span, 0LL);
	for (i = 0; i < 5; i++) {
		/* As the clock has it, but 0.5 s ahead. */
		sample = sample_at(1000 * SECOND + 64 * SECOND * i);
		sample.offset = nts_clockmap_time(&f->d.map, sample.raw) - sample.raw + SECOND / 2;
		KUNIT_EXPECT_TRUE(test, nts_source_sample(&f->source, &f->d, &sample));
	}
	nts_source_stats(&f->source, &f->d, 1300 * SECOND, &stats);
	KUNIT_EXPECT_EQ(test, stats.np, 5U);
	KUNIT_EXPECT_EQ(test, stats.span, 256 * SECOND);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(stats.offset - SECOND / 2), 10000LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(stats.freq), NTS_FREQ_PPM / 10);
	KUNIT_EXPECT_GE(test, stats.offset_sd, 1LL);
}

static void source_letters(struct kunit *test)
{
	static const char expected[] = "MNsd~wSOTWxPD+*";
	u8 i;

	KUNIT_EXPECT_EQ(test, NTS_SOURCE_STATE_COUNT, sizeof(expected) - 1);
	for (i = 0; i < NTS_SOURCE_STATE_COUNT; i++)
		KUNIT_EXPECT_EQ(test, nts_source_letter(i), expected[i]);
	KUNIT_EXPECT_EQ(test, nts_source_letter(NTS_SOURCE_STATE_COUNT), '?');
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE(source_begins_unknown),
	KUNIT_CASE(source_reach),
	KUNIT_CASE(source_sample_taken),
	KUNIT_CASE(source_sample_dropped),
	KUNIT_CASE(source_report),
	KUNIT_CASE(source_letters),
	{ }
};

static struct kunit_suite source_suite = {
	.name = "nts_source",
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
