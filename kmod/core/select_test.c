// SPDX-License-Identifier: GPL-2.0-or-later
/* Selection of sources. */
#include <kunit/test.h>

#include "select.c"
#include "discipline.h"

#define SECOND	1000000000LL
#define MS	1000000LL
#define EPOCH	(1700000000 * SECOND)
#define SOURCES	5

struct fixture {
	struct nts_select select;
	struct nts_select_config config;
	struct nts_source source[SOURCES];
	struct nts_source *sources[SOURCES];
	s64 raw;
	u32 n;
};

static void make_source(struct fixture *f, u32 i, s64 offset, s64 delay)
{
	struct nts_source_options options;
	struct nts_sample sample = { 0 };
	struct nts_source *source = &f->source[i];
	u32 k;

	nts_source_defaults(&options);
	nts_source_init(source, &options, i);
	f->sources[i] = source;
	source->server.leap = 0;
	source->server.stratum = 1;
	source->reach = 0xff;
	source->reach_polls = 8;
	for (k = 1; k <= 8; k++) {
		sample.raw = f->raw - (8 - k) * 64 * SECOND;
		sample.offset = EPOCH + offset;
		sample.delay = delay;
		nts_samples_add(&source->samples, &sample);
	}
}

/* Sources with these offsets, 10 ms away. */
static struct fixture *fixture(struct kunit *test, u32 n, const s64 *offset)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nts_discipline_config config;
	u32 i;

	if (!f)
		return NULL;
	nts_discipline_defaults(&config);
	f->config = config.select;
	f->raw = 100000 * SECOND;
	f->n = n;
	nts_select_init(&f->select);
	for (i = 0; i < n; i++)
		make_source(f, i, offset[i], 10 * MS);
	return f;
}

static int select_now(struct fixture *f, int which)
{
	return nts_select(&f->select, f->sources, f->n, &f->config, which, f->raw);
}

static void expect_states(struct kunit *test, const struct fixture *f, const char *states)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		KUNIT_EXPECT_EQ(test, nts_source_letter(f->source[i].state), states[i]);
}

static const s64 agreeing[SOURCES] = { 0, 1 * MS, -1 * MS, 0, 0 };

static void select_nobody(struct kunit *test)
{
	struct fixture *f = fixture(test, 0, NULL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
}

static void select_one(struct kunit *test)
{
	struct fixture *f = fixture(test, 1, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	expect_states(test, f, "*");
	f->source[0].server.leap = NTS_NTP_LEAP_UNSYNC;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "s");
	f->source[0].server.leap = 0;
	f->source[0].server.stratum = 16;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	f->source[0].server.stratum = 1;
	f->config.maxdistance = 4 * MS;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "d");
	f->config.maxdistance = 3 * SECOND;
	f->config.maxjitter = -1;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "~");
	f->config.maxjitter = SECOND;
	f->config.minsources = 2;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "W");
	f->config.minsources = 1;
	f->source[0].options.flags = NTS_SOURCE_FLAG_NOSELECT;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "N");
	f->source[0].options.flags = 0;
	nts_source_reset(&f->source[0]);
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "M");
}

static void select_falseticker(struct kunit *test)
{
	const s64 offset[] = { 0, 50 * MS, -1 * MS };
	struct fixture *f = fixture(test, 3, offset);

	KUNIT_ASSERT_NOT_NULL(test, f);
	/* However good it looks. */
	make_source(f, 1, 50 * MS, 1 * MS);
	KUNIT_EXPECT_GE(test, select_now(f, -1), 0);
	KUNIT_EXPECT_EQ(test, f->source[1].state, NTS_SOURCE_STATE_FALSETICKER);
	KUNIT_EXPECT_EQ(test, f->select.falsetickers, 1U);
	KUNIT_EXPECT_EQ(test, f->select.combined, 2U);
}

/* Two that disagree: nobody knows who is right. */
static void select_no_majority(struct kunit *test)
{
	const s64 offset[] = { 0, 50 * MS };
	struct fixture *f = fixture(test, 2, offset);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	expect_states(test, f, "xx");
	KUNIT_EXPECT_EQ(test, f->select.falsetickers, 2U);
	/* Unless one of them is trusted. */
	f->source[1].options.flags = NTS_SOURCE_FLAG_TRUST;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 1);
	expect_states(test, f, "x*");
}

static void select_trusted(struct kunit *test)
{
	const s64 offset[] = { 0, 1 * MS, 3 * MS, 4 * MS };
	struct fixture *f = fixture(test, 4, offset);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source[0].options.flags = NTS_SOURCE_FLAG_TRUST;
	/* Its interval must lie within the trusted one. */
	make_source(f, 1, 1 * MS, 2 * MS);
	KUNIT_EXPECT_GE(test, select_now(f, -1), 0);
	KUNIT_EXPECT_EQ(test, nts_source_letter(f->source[2].state), 'T');
	KUNIT_EXPECT_TRUE(test, selectable(&f->source[0]));
	KUNIT_EXPECT_TRUE(test, selectable(&f->source[1]));
}

static void select_required_and_preferred(struct kunit *test)
{
	struct fixture *f = fixture(test, 3, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source[1].options.flags = NTS_SOURCE_FLAG_REQUIRE;
	nts_source_reset(&f->source[1]);
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	expect_states(test, f, "WMW");
	make_source(f, 1, 0, 10 * MS);
	f->source[1].options.flags = NTS_SOURCE_FLAG_REQUIRE;
	KUNIT_EXPECT_GE(test, select_now(f, -1), 0);
	f->source[2].options.flags = NTS_SOURCE_FLAG_PREFER;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 2);
	expect_states(test, f, "PP*");
}

static void select_stale(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source[0].reach = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, 1), 1);
	expect_states(test, f, "S*");
	for (i = 0; i < 2; i++)
		f->source[i].reach = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	/* One answer, and all it had said counts again. */
	f->source[0].reach = 1;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
}

static void select_sticks(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	make_source(f, 1, 0, 11 * MS);
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	/* Somewhat better now and then is no reason to change. */
	make_source(f, 1, 0, 9700000);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, select_now(f, 1), 0);
	/* Much better all the time is. */
	make_source(f, 1, 0, 5 * MS);
	for (i = 0; i < 10 && select_now(f, 1) == 0; i++)
		;
	KUNIT_EXPECT_GE(test, i, 2);
	KUNIT_EXPECT_LE(test, i, 9);
	KUNIT_EXPECT_EQ(test, f->select.selected, 1);
	/* The change does not swing back. */
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, select_now(f, 0), 1);
}

static void select_stratum_counts(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	make_source(f, 0, 0, 9 * MS);
	f->source[0].server.stratum = 3;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 1);
	nts_select_init(&f->select);
	f->config.stratumweight = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 0);
}

static void select_combines(struct kunit *test)
{
	const s64 offset[] = { 0, 2 * MS, 1 * MS };
	struct fixture *f = fixture(test, 3, offset);
	struct nts_select_estimate estimate;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	make_source(f, 2, 1 * MS, 100 * MS);
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 0);
	/* The third is more than combinelimit away. */
	expect_states(test, f, "*+D");
	nts_select_combine(&f->select, f->sources, f->n, f->raw, &estimate);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(estimate.offset - EPOCH - 1 * MS), 20000LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(estimate.freq), NTS_FREQ_PPM);
	/* Being an outlier is not forgotten at once. */
	make_source(f, 2, 1 * MS, 10 * MS);
	f->source[2].outlier = OUTLIER_PENALTY;
	for (i = 1; i < OUTLIER_PENALTY; i++)
		select_now(f, -1);
	expect_states(test, f, "*+D");
	select_now(f, -1);
	expect_states(test, f, "*++");
}

static void select_weighs_by_variance(struct kunit *test)
{
	const s64 offset[] = { 0, 2 * MS };
	struct fixture *f = fixture(test, 2, offset);
	struct nts_select_estimate estimate;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 0);
	expect_states(test, f, "*+");
	/* Both may be asymmetric by 5 ms/16; the second is noisy beside that. */
	f->source[0].samples.offset_sd = 100000;
	f->source[1].samples.offset_sd = MS;
	f->source[0].samples.freq = 0;
	f->source[1].samples.freq = NTS_FREQ_PPM;
	f->source[0].samples.freq_sd = NTS_FREQ_PPM;
	f->source[1].samples.freq_sd = NTS_FREQ_PPM / 10;
	nts_select_combine(&f->select, f->sources, f->n, f->raw, &estimate);
	KUNIT_EXPECT_GE(test, estimate.offset - EPOCH, 150000LL);
	KUNIT_EXPECT_LE(test, estimate.offset - EPOCH, 210000LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(estimate.freq - NTS_FREQ_PPM), NTS_FREQ_PPM / 50);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(estimate.freq_sd - NTS_FREQ_PPM / 10),
			NTS_FREQ_PPM / 500);
}

/* The score of a source moves with its own samples and those of the one followed. */
static void select_scores_by_news(struct kunit *test)
{
	struct fixture *f = fixture(test, 3, agreeing);
	u64 score;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	make_source(f, 1, 0, 5 * MS);
	select_now(f, 1);
	score = f->source[1].score;
	KUNIT_EXPECT_GE(test, score, SCORE_ONE + 1);
	select_now(f, 2);
	KUNIT_EXPECT_EQ(test, f->source[1].score, score);
	select_now(f, 0);
	KUNIT_EXPECT_GE(test, f->source[1].score, score + 1);
}

/* Without plain sources there is nothing to trust authenticated ones more than. */
static void select_mix_of_one_kind(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	select_now(f, -1);
	KUNIT_EXPECT_EQ(test, f->source[0].flags | f->source[1].flags, 0U);
	f->source[0].authenticated = true;
	f->source[1].authenticated = true;
	select_now(f, -1);
	KUNIT_EXPECT_EQ(test, f->source[0].flags | f->source[1].flags, 0U);
	f->source[1].authenticated = false;
	select_now(f, -1);
	KUNIT_EXPECT_EQ(test, f->source[0].flags,
			(u32)(NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_REQUIRE));
	KUNIT_EXPECT_EQ(test, f->source[1].flags, 0U);
}

static void select_leap_by_majority(struct kunit *test)
{
	struct fixture *f = fixture(test, 3, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source[0].server.leap = 1;
	select_now(f, -1);
	KUNIT_EXPECT_EQ(test, f->select.leap, 0);
	f->source[2].server.leap = 1;
	select_now(f, -1);
	KUNIT_EXPECT_EQ(test, f->select.leap, 1);
}

/* Started together: the first one that has samples waits for the other. */
static void select_waits_at_the_start(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_source_reset(&f->source[1]);
	for (i = 0; i < 2; i++) {
		f->source[i].reach = 3;
		f->source[i].reach_polls = 3;
	}
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	expect_states(test, f, "wM");
	/* Not for ever, and not for one that never answered. */
	f->source[0].reach_polls = START_POLLS + 1;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	nts_select_init(&f->select);
	f->source[0].reach_polls = 3;
	f->source[1].reach = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
}

struct auth_case {
	const char *desc;
	u8 mode;
	s64 plain;	/* offset of the two plain sources */
	bool silent;	/* the authenticated one has no samples */
	const char *states;
};

static const struct auth_case auth_cases[] = {
	{ "require", NTS_AUTHSELECT_MODE_REQUIRE, 0, false, "*NN" },
	{ "require alone", NTS_AUTHSELECT_MODE_REQUIRE, 0, true, "MNN" },
	{ "prefer", NTS_AUTHSELECT_MODE_PREFER, 0, false, "*NN" },
	{ "prefer alone", NTS_AUTHSELECT_MODE_PREFER, 0, true, "M*+" },
	{ "prefer against liars", NTS_AUTHSELECT_MODE_PREFER, SECOND, false, "*NN" },
	{ "mix", NTS_AUTHSELECT_MODE_MIX, 0, false, "*++" },
	{ "mix alone", NTS_AUTHSELECT_MODE_MIX, 0, true, "MWW" },
	{ "mix against liars", NTS_AUTHSELECT_MODE_MIX, SECOND, false, "*xx" },
	{ "ignore", NTS_AUTHSELECT_MODE_IGNORE, 0, false, "*++" },
	{ "ignore alone", NTS_AUTHSELECT_MODE_IGNORE, 0, true, "M*+" },
	{ "ignore: liars win", NTS_AUTHSELECT_MODE_IGNORE, SECOND, false, "x*+" },
};

static void auth_desc(const struct auth_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(auth, auth_cases, auth_desc);

static void select_authenticated(struct kunit *test)
{
	const struct auth_case *c = test->param_value;
	const s64 offset[] = { 0, c->plain, c->plain };
	struct fixture *f = fixture(test, 3, offset);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->config.auth = c->mode;
	f->source[0].authenticated = true;
	/* Within its interval, so that trust lets them in. */
	for (i = 1; i < 3; i++) {
		make_source(f, i, c->plain, 9 * MS);
		f->source[i].server.stratum = 2;
	}
	if (c->silent)
		nts_source_reset(&f->source[0]);
	select_now(f, -1);
	f->raw += NTS_SELECT_PATIENCE;
	select_now(f, -1);
	expect_states(test, f, c->states);
}

/* The fallback of `prefer` takes a moment, and ends at once. */
static void select_falls_back(struct kunit *test)
{
	struct fixture *f = fixture(test, 2, agreeing);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->config.auth = NTS_AUTHSELECT_MODE_PREFER;
	f->source[0].authenticated = true;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	f->source[0].server.leap = NTS_NTP_LEAP_UNSYNC;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), -1);
	f->raw += NTS_SELECT_PATIENCE - 1;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	f->raw += 1;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 1);
	expect_states(test, f, "s*");
	f->source[0].server.leap = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, 0), 0);
	expect_states(test, f, "*N");
}

static void select_random_input(struct kunit *test)
{
	struct fixture *f = fixture(test, SOURCES, agreeing);
	u64 random = 12345;
	struct nts_select_estimate estimate;
	struct nts_sample sample;
	u32 i, round;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (round = 0; round < 500; round++) {
		s64 *field = (s64 *)&sample;
		int selected;

		for (i = 0; i < sizeof(sample) / sizeof(*field); i++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			field[i] = (s64)random >> (random >> 32 & 63);
		}
		i = (u32)(random >> 40) % SOURCES;
		sample.raw = nts_fixed_add(f->source[i].samples.raw,
					   nts_fixed_abs(sample.raw) / 64);
		nts_samples_add(&f->source[i].samples, &sample);
		f->source[i].server.stratum = random >> 20 & 15;
		f->source[i].server.leap = random >> 24 & 3;
		f->source[i].options.flags = (u32)(random >> 28) & NTS_SOURCE_SELECT_FLAGS;
		f->source[i].authenticated = random >> 36 & 1;
		f->config.auth = random >> 38 & 3;
		f->raw = nts_fixed_max(f->raw, sample.raw);
		selected = select_now(f, (int)i);
		KUNIT_ASSERT_TRUE(test, selected >= -1 && selected < SOURCES);
		if (selected >= 0)
			nts_select_combine(&f->select, f->sources, f->n, f->raw, &estimate);
	}
}

/* Three servers left alone at stratum 10; the addresses of the others are 0, 1, 2. */
static void select_orphans(struct kunit *test)
{
	struct fixture *f = fixture(test, 3, agreeing);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < f->n; i++) {
		f->source[i].server.stratum = 10;
		f->source[i].address = 20 + i;
		f->source[i].local = 19;
	}
	f->config.orphan = 10;
	/* We are the one of the smallest address. */
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	expect_states(test, f, "OOO");
	for (i = 0; i < f->n; i++)
		f->source[i].local = 22;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 0);
	expect_states(test, f, "*OO");
	/* Who follows one of us is none to follow. */
	f->source[0].server.stratum = 11;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 1);
	expect_states(test, f, "O*O");
	/* An address of another family is not compared. */
	f->source[1].local = 0;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), -1);
	/* Anybody who knows better is followed. */
	f->source[2].server.stratum = 9;
	KUNIT_EXPECT_EQ(test, select_now(f, -1), 2);
	expect_states(test, f, "OO*");
	f->config.orphan = 0;
	KUNIT_EXPECT_GE(test, select_now(f, -1), 0);
	KUNIT_EXPECT_GE(test, (int)f->source[0].state, (int)NTS_SOURCE_STATE_NONPREFERRED);
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(select_nobody),
	KUNIT_CASE(select_one),
	KUNIT_CASE(select_falseticker),
	KUNIT_CASE(select_no_majority),
	KUNIT_CASE(select_trusted),
	KUNIT_CASE(select_orphans),
	KUNIT_CASE(select_required_and_preferred),
	KUNIT_CASE(select_stale),
	KUNIT_CASE(select_sticks),
	KUNIT_CASE(select_stratum_counts),
	KUNIT_CASE(select_combines),
	KUNIT_CASE(select_weighs_by_variance),
	KUNIT_CASE(select_scores_by_news),
	KUNIT_CASE(select_mix_of_one_kind),
	KUNIT_CASE(select_leap_by_majority),
	KUNIT_CASE(select_waits_at_the_start),
	KUNIT_CASE_PARAM(select_authenticated, auth_gen_params),
	KUNIT_CASE(select_falls_back),
	KUNIT_CASE(select_random_input),
	{ }
};

static struct kunit_suite select_suite = {
	.name = "nts_select",
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
