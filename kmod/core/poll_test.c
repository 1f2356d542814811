// SPDX-License-Identifier: GPL-2.0-or-later
/* When a source is asked, and how often. */
#include <kunit/test.h>

#include "poll.c"

#define SECOND	1000000000LL
#define MIDDLE	0x8000	/* random number without effect */

struct poll_fixture {
	struct nts_source source;
	struct nts_poll poll;
	s64 now;
};

static struct poll_fixture *poll_set_up(struct kunit *test, u32 flags)
{
	struct poll_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nts_source_options options;

	if (!f)
		return NULL;
	nts_source_defaults(&options);
	options.flags = flags;
	options.presend = NTS_POLL_NO_PRESEND;
	nts_source_init(&f->source, &options, 0);
	f->now = 5 * SECOND;
	nts_poll_start(&f->poll, &f->source.options, f->now);
	return f;
}

/* Time passes to the next request, which is sent. Returns how much. */
static s64 step(struct poll_fixture *f)
{
	s64 waited = f->poll.next - f->now;

	f->now = f->poll.next;
	nts_poll_sent(&f->poll, &f->source, false, f->now, MIDDLE);
	return waited;
}

static void answered(struct poll_fixture *f, bool good, s64 error, s64 distance)
{
	f->source.error = error;
	nts_poll_answered(&f->poll, &f->source, good, distance, f->now);
}

static void poll_begins_at_minpoll(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND / 5);
	KUNIT_EXPECT_EQ(test, step(f), 64 * SECOND);
	KUNIT_EXPECT_EQ(test, step(f), 64 * SECOND);
}

static void poll_iburst_ends_with_four_good(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_IBURST);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND / 5);
	for (i = 0; i < 3; i++) {
		answered(f, true, 0, 1000);
		KUNIT_EXPECT_EQ(test, step(f), 2 * SECOND);
	}
	answered(f, true, 0, 1000);
	KUNIT_EXPECT_EQ(test, step(f), 64 * SECOND);
}

static void poll_iburst_ends_with_eight_sent(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_IBURST);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	step(f);
	for (i = 0; i < 7; i++)
		KUNIT_EXPECT_EQ(test, step(f), 2 * SECOND);
	KUNIT_EXPECT_EQ(test, step(f), 64 * SECOND);
}

static void poll_burst_is_paced_by_short_intervals(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.options.minpoll = 1;
	nts_poll_start(&f->poll, &f->source.options, f->now);
	nts_poll_burst(&f->poll, 4, 8, f->now);
	step(f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND / 2);
}

static void poll_grows_while_samples_fit(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);
	u32 polls = 0;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.samples.n = 16;
	/* (16 / 8 - 1) / 8 a poll. */
	while (f->poll.poll == 6) {
		step(f);
		answered(f, true, 10, 1000);
		polls++;
		KUNIT_ASSERT_TRUE(test, polls < 100);
	}
	KUNIT_EXPECT_EQ(test, polls, 8U);
	KUNIT_EXPECT_EQ(test, step(f), 128 * SECOND);
	while (polls++ < 100) {
		step(f);
		answered(f, true, 10, 1000);
	}
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)10);
}

static void poll_shrinks_without_samples(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->poll.poll = 8;
	f->source.samples.n = 4;
	/* Twice (4 / 8 - 1) / 8 a poll, from a score of 0: at once, then after 8. */
	for (i = 0; i < 9; i++) {
		step(f);
		answered(f, true, 10, 1000);
		KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)(i < 8 ? 7 : 6));
	}
}

static void poll_shrinks_when_prediction_fails(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->poll.poll = 10;
	f->source.samples.n = 16;
	step(f);
	/* A miss by 4 distances is two steps. */
	answered(f, true, 4000, 1000);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)8);
	step(f);
	answered(f, true, NTS_S64_MAX, 0);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)6);
}

static void poll_grows_without_answers(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 4; i++)
		step(f);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)6);
	step(f);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)7);
	KUNIT_EXPECT_EQ(test, f->source.reach, (u8)0);
	for (i = 0; i < 100; i++)
		step(f);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)10);
}

static void poll_of_the_selected_grows_slower(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 8; i++)
		nts_poll_sent(&f->poll, &f->source, true, f->now, MIDDLE);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)6);
}

static void poll_shifts_reach(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.reach = 0x81;
	step(f);
	KUNIT_EXPECT_EQ(test, f->source.reach, (u8)2);
	/* The packet ahead of a request is none. */
	f->poll.ahead = true;
	step(f);
	KUNIT_EXPECT_EQ(test, f->source.reach, (u8)2);
}

static void poll_stays_at_its_limits(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->poll.poll = 12;
	nts_poll_limits(&f->poll, &f->source.options);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)10);
	/* One good reason is enough to come down again. */
	f->source.samples.n = 16;
	step(f);
	answered(f, true, 1100, 1000);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)10);
	step(f);
	answered(f, true, 2000, 1000);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)9);
	f->poll.poll = 3;
	nts_poll_limits(&f->poll, &f->source.options);
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)6);
	KUNIT_EXPECT_EQ(test, f->poll.score, 0);
}

static void poll_burst_begins_soon(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	step(f);
	f->poll.ahead = true;
	nts_poll_burst(&f->poll, 2, 3, f->now);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
	KUNIT_EXPECT_EQ(test, step(f), SECOND / 5);
	KUNIT_EXPECT_EQ(test, step(f), 2 * SECOND);
	answered(f, true, 0, 1);
	answered(f, true, 0, 1);
	KUNIT_EXPECT_EQ(test, f->poll.max_left, (u8)0);
}

static void poll_spreads_its_requests(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_poll_sent(&f->poll, &f->source, false, 0, 0);
	KUNIT_EXPECT_EQ(test, f->poll.next, 63 * SECOND);
	nts_poll_sent(&f->poll, &f->source, false, 0, 0xffff);
	KUNIT_EXPECT_TRUE(test, f->poll.next > 64 * SECOND && f->poll.next < 65 * SECOND);
}

static void poll_below_a_second_only_nearby(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.options.minpoll = -4;
	nts_poll_start(&f->poll, &f->source.options, f->now);
	step(f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND);
	f->poll.waiting = false;
	f->source.reach = 1;
	f->source.samples.min_delay = 20 * 1000 * 1000;
	step(f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND);
	f->poll.waiting = false;
	f->source.reach = 1;
	f->source.samples.min_delay = 1000 * 1000;
	step(f);
	KUNIT_EXPECT_EQ(test, step(f), SECOND / 16);
}

static void poll_presend(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->source.options.presend = 6;
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
	step(f);
	answered(f, true, 0, 1000);
	KUNIT_EXPECT_FALSE(test, nts_poll_counts(&f->poll));
	KUNIT_EXPECT_EQ(test, step(f), 62 * SECOND);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
	KUNIT_EXPECT_EQ(test, step(f), 2 * SECOND);
	/* Below the interval it is not done. */
	f->source.options.presend = 7;
	f->poll.ahead = false;
	step(f);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
}

static void poll_option_burst(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_BURST);
	u32 sent;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->poll.poll = 7;
	step(f);
	answered(f, false, 0, 0);
	/* The average stays above minpoll: two requests in 128 s. */
	for (sent = 0; f->poll.good_left; sent++)
		step(f);
	KUNIT_EXPECT_EQ(test, sent, 2U);
	f->poll.poll = 10;
	step(f);
	answered(f, false, 0, 0);
	for (sent = 0; f->poll.good_left; sent++)
		step(f);
	KUNIT_EXPECT_EQ(test, sent, 4U);
	f->poll.poll = 6;
	step(f);
	answered(f, false, 0, 0);
	KUNIT_EXPECT_FALSE(test, f->poll.good_left);
}

static void poll_rate_slows_down(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_IBURST);

	KUNIT_ASSERT_NOT_NULL(test, f);
	step(f);
	f->poll.ahead = true;
	nts_poll_rate(&f->poll, &f->source.options, f->now);
	KUNIT_EXPECT_FALSE(test, f->poll.good_left);
	KUNIT_EXPECT_FALSE(test, f->poll.max_left);
	KUNIT_EXPECT_FALSE(test, f->poll.waiting);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
	KUNIT_EXPECT_EQ(test, f->poll.poll, (s8)7);
	KUNIT_EXPECT_EQ(test, step(f), 4 * 128 * SECOND);
}

static void poll_stopped_is_never_due(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_IBURST);

	KUNIT_ASSERT_NOT_NULL(test, f);
	step(f);
	f->poll.ahead = true;
	nts_poll_stop(&f->poll);
	KUNIT_EXPECT_EQ(test, f->poll.next, NTS_POLL_NEVER);
	KUNIT_EXPECT_FALSE(test, f->poll.good_left);
	KUNIT_EXPECT_FALSE(test, f->poll.max_left);
	KUNIT_EXPECT_FALSE(test, f->poll.waiting);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
}

static void poll_skipped_is_not_answered(struct kunit *test)
{
	struct poll_fixture *f = poll_set_up(test, NTS_SOURCE_FLAG_IBURST);

	KUNIT_ASSERT_NOT_NULL(test, f);
	/* A burst waits for the means to ask. */
	nts_poll_skipped(&f->poll, &f->source, f->now, MIDDLE);
	KUNIT_EXPECT_EQ(test, f->poll.next, f->now + 2 * SECOND);
	KUNIT_EXPECT_EQ(test, f->poll.good_left, (u8)4);
	KUNIT_EXPECT_EQ(test, f->poll.max_left, (u8)8);
	f->poll.good_left = 0;
	f->poll.ahead = true;
	f->source.reach = 0xff;
	nts_poll_skipped(&f->poll, &f->source, f->now, MIDDLE);
	KUNIT_EXPECT_EQ(test, f->poll.next, f->now + 64 * SECOND);
	KUNIT_EXPECT_EQ(test, f->source.reach, (u8)0xfe);
	KUNIT_EXPECT_TRUE(test, nts_poll_counts(&f->poll));
}

static struct kunit_case poll_cases[] = {
	KUNIT_CASE(poll_begins_at_minpoll),
	KUNIT_CASE(poll_iburst_ends_with_four_good),
	KUNIT_CASE(poll_iburst_ends_with_eight_sent),
	KUNIT_CASE(poll_burst_is_paced_by_short_intervals),
	KUNIT_CASE(poll_grows_while_samples_fit),
	KUNIT_CASE(poll_shrinks_without_samples),
	KUNIT_CASE(poll_shrinks_when_prediction_fails),
	KUNIT_CASE(poll_grows_without_answers),
	KUNIT_CASE(poll_of_the_selected_grows_slower),
	KUNIT_CASE(poll_shifts_reach),
	KUNIT_CASE(poll_stays_at_its_limits),
	KUNIT_CASE(poll_burst_begins_soon),
	KUNIT_CASE(poll_spreads_its_requests),
	KUNIT_CASE(poll_below_a_second_only_nearby),
	KUNIT_CASE(poll_presend),
	KUNIT_CASE(poll_option_burst),
	KUNIT_CASE(poll_rate_slows_down),
	KUNIT_CASE(poll_stopped_is_never_due),
	KUNIT_CASE(poll_skipped_is_not_answered),
	{ }
};

static struct kunit_suite poll_suite = {
	.name = "nts_poll",
	.test_cases = poll_cases,
};

kunit_test_suite(poll_suite);
