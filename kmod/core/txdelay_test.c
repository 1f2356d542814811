// SPDX-License-Identifier: GPL-2.0-or-later
/* The delay of sending is learnt from two answers, and from most, not from all. */
#include <kunit/test.h>

#include "txdelay.c"

static struct nts_txdelay *txdelay_set_up(struct kunit *test)
{
	return kunit_kzalloc(test, sizeof(struct nts_txdelay), GFP_KERNEL);
}

/* Numbers of no pattern. */
static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void txdelay_second_is_taken(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, d);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 0LL);
	nts_txdelay_learn(d, 12345);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 0LL);
	nts_txdelay_learn(d, 12355);
	KUNIT_EXPECT_GE(test, nts_txdelay_predict(d), 12345LL);
	KUNIT_EXPECT_LE(test, nts_txdelay_predict(d), 12355LL);
	nts_txdelay_learn(d, 12350);
	nts_txdelay_learn(d, 12350);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 12350LL);
}

/* The first one of a device may have waited: of few the least is true. */
static void txdelay_first_was_held_up(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, d);
	nts_txdelay_learn(d, 4900000);
	nts_txdelay_learn(d, 30000);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 30000LL);
	nts_txdelay_learn(d, 31000);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 31000LL);
}

static void txdelay_may_be_negative(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, d);
	nts_txdelay_learn(d, -70);
	nts_txdelay_learn(d, -70);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), -70LL);
}

/* At each moment it is the median of what was seen last, as sorting finds it. */
static void txdelay_is_the_median(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);
	u32 i, k, below, above, n, state = 1;
	s32 seen[300];
	s64 median;

	KUNIT_ASSERT_NOT_NULL(test, d);
	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		seen[i] = (s32)(next_random(&state) % (i < 150 ? 10000 : 7));
		nts_txdelay_learn(d, seen[i]);
		if (!i)
			continue;
		median = nts_txdelay_predict(d);
		n = i + 1 < NTS_TXDELAY_SEEN ? i + 1 : NTS_TXDELAY_SEEN;
		below = 0;
		above = 0;
		for (k = i + 1 - n; k <= i; k++) {
			below += seen[k] < median;
			above += seen[k] > median;
		}
		KUNIT_EXPECT_LE(test, 2 * below, n);
		KUNIT_EXPECT_LE(test, 2 * above, n);
	}
}

/* Each third one is held up by something. */
static void txdelay_outliers(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);
	u32 i, state = 2;

	KUNIT_ASSERT_NOT_NULL(test, d);
	for (i = 0; i < 1000; i++) {
		nts_txdelay_learn(d, i % 3 == 1 ? 4900000 : 5000 + next_random(&state) % 100);
		if (!i)
			continue;
		KUNIT_EXPECT_LE(test, nts_txdelay_predict(d), 5100LL);
		KUNIT_EXPECT_GE(test, nts_txdelay_predict(d), 5000LL);
	}
}

static void txdelay_senseless(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, d);
	/* As long as a neighbour is searched for. */
	nts_txdelay_learn(d, 252000000);
	nts_txdelay_learn(d, 1LL << 40);
	nts_txdelay_learn(d, -(1LL << 40));
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 0LL);
	for (i = 0; i < 100; i++)
		nts_txdelay_learn(d, i > 1 ? 1LL << 62 : 7);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 7LL);
}

/* Half of what it remembers later it knows. */
static void txdelay_follows(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, d);
	for (i = 0; i < 1000; i++)
		nts_txdelay_learn(d, 5000);
	for (i = 0; i < NTS_TXDELAY_SEEN / 2 + 1; i++) {
		KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 5000LL);
		nts_txdelay_learn(d, 20000);
	}
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 20000LL);
}

/* What another CPU may leave behind: any numbers; it is soon right again. */
static void txdelay_torn_by_races(struct kunit *test)
{
	struct nts_txdelay *d = txdelay_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, d);
	memset(d, 0xff, sizeof(*d));
	d->n = NTS_TXDELAY_SEEN;
	for (i = 0; i < 2 * NTS_TXDELAY_SEEN; i++)
		nts_txdelay_learn(d, 300);
	KUNIT_EXPECT_EQ(test, nts_txdelay_predict(d), 300LL);
}

static void txdelay_classes(struct kunit *test)
{
	u32 cookies, len;

	KUNIT_EXPECT_EQ(test, nts_txdelay_class(0), 0U);
	KUNIT_EXPECT_EQ(test, nts_txdelay_class(48), 0U);
	KUNIT_EXPECT_EQ(test, nts_txdelay_class(84), 1U);
	for (cookies = 1; cookies <= NTS_MAX_COOKIES; cookies++) {
		len = 48 + 36 + 40 + cookies * NTS_COOKIE_EXT_LEN;
		KUNIT_EXPECT_EQ(test, nts_txdelay_class(len), cookies + 1);
		/* Not at the edge of it. */
		KUNIT_EXPECT_EQ(test, nts_txdelay_class(len + 16), cookies + 1);
	}
	KUNIT_EXPECT_LE(test, nts_txdelay_class(NTS_MAX_PACKET), NTS_TXDELAY_CLASSES - 1U);
	KUNIT_EXPECT_EQ(test, nts_txdelay_class(~0U), NTS_TXDELAY_CLASSES - 1U);
}

static struct kunit_case txdelay_cases[] = {
	KUNIT_CASE(txdelay_second_is_taken),
	KUNIT_CASE(txdelay_first_was_held_up),
	KUNIT_CASE(txdelay_may_be_negative),
	KUNIT_CASE(txdelay_is_the_median),
	KUNIT_CASE(txdelay_outliers),
	KUNIT_CASE(txdelay_senseless),
	KUNIT_CASE(txdelay_follows),
	KUNIT_CASE(txdelay_torn_by_races),
	KUNIT_CASE(txdelay_classes),
	{ }
};

static struct kunit_suite txdelay_suite = {
	.name = "nts_txdelay",
	.test_cases = txdelay_cases,
};

kunit_test_suite(txdelay_suite);
