// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is remembered when there is no room for all. */
#include "interleave_test.h"

/* Large tables are for user space: there is less memory in a test kernel. */
#ifdef __KERNEL__
#define MANY	4096
#else
#define MANY	65536
#endif

/* Behind one address, as many as there are places. */
static void several_behind_one_address(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g[NTS_INTERLEAVE_WAYS];
	u64 sent[NTS_INTERLEAVE_WAYS];
	u32 i, round;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (round = 0; round < 6; round++) {
		for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
			if (!round)
				g[i] = guest(1);
			KUNIT_EXPECT_EQ(test, visit(f, &g[i]), round < 2 ? 0 : sent[i]);
			sent[i] = f->transmit;
		}
		f->now += 64;
	}
}

/* A flood of others, all of them new. */
static void flood(struct interleave_fixture *f, u32 n)
{
	struct guest g;
	u32 i;

	for (i = 0; i < n; i++) {
		g = guest(0x80000000 + i);
		g.origin = f->clock | 1;
		visit(f, &g);
	}
}

static void flood_replaces_the_unproven(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest old = guest(1), fresh = guest(2);
	u64 sent;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &old);
	sent = f->transmit;
	visit(f, &fresh);
	visit(f, &fresh);
	flood(f, 1000);
	KUNIT_EXPECT_EQ(test, proven(f, 0), 1U);
	KUNIT_EXPECT_EQ(test, held(f), (u64)NTS_INTERLEAVE_WAYS);
	KUNIT_EXPECT_EQ(test, visit(f, &old), sent);
	KUNIT_EXPECT_EQ(test, visit(f, &fresh), 0ULL);
}

/* Of the unproven the oldest goes, also when the seconds wrap. */
static void oldest_goes_first(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g[NTS_INTERLEAVE_WAYS];
	struct nts_interleave_visit v;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++, f->now += 4) {
		g[i] = guest(i);
		visit(f, &g[i]);
		visit(f, &g[i]);
	}
	for (i = 0; i < NTS_INTERLEAVE_WAYS - 1; i++, f->now += 4)
		flood(f, 1);
	KUNIT_EXPECT_NE(test, take(f, &g[i], &v), 0ULL);
	for (i = 0; i < NTS_INTERLEAVE_WAYS - 1; i++)
		KUNIT_EXPECT_EQ(test, take(f, &g[i], &v), 0ULL);
}

/* A place is left for those who have yet to prove themselves. */
static void newcomers_have_a_place(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g[NTS_INTERLEAVE_WAYS + 3];
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < ARRAY_SIZE(g); i++) {
		g[i] = guest(i);
		settle(f, &g[i]);
		KUNIT_EXPECT_NE(test, f->ticket, 0U);
	}
	KUNIT_EXPECT_EQ(test, proven(f, 0), (u32)NTS_INTERLEAVE_PROVEN);
	for (i = 0; i < NTS_INTERLEAVE_PROVEN; i++)
		KUNIT_EXPECT_NE(test, visit(f, &g[i]), 0ULL);
}

/* Who begins anew again and again does not take the places of others. */
static void starting_anew_uses_up_no_places(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest restless = guest(1), g[NTS_INTERLEAVE_PROVEN - 1];
	u64 sent[ARRAY_SIZE(g)];
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 2 * NTS_INTERLEAVE_WAYS; i++, f->now++) {
		restless.origin = 0;
		settle(f, &restless);
	}
	KUNIT_EXPECT_EQ(test, proven(f, 0), (u32)NTS_INTERLEAVE_PROVEN);
	for (i = 0; i < ARRAY_SIZE(g); i++, f->now++) {
		g[i] = guest(10 + i);
		settle(f, &g[i]);
		sent[i] = f->transmit;
	}
	/* Not the last place of anybody, whoever it is. */
	restless.origin = 0;
	settle(f, &restless);
	flood(f, 100);
	for (i = 0; i < ARRAY_SIZE(g); i++)
		KUNIT_EXPECT_EQ(test, visit(f, &g[i]), sent[i]);
}

static void proof_grows_stale(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g[NTS_INTERLEAVE_PROVEN], fresh = guest(99);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < ARRAY_SIZE(g); i++) {
		g[i] = guest(i);
		settle(f, &g[i]);
	}
	f->now += NTS_INTERLEAVE_LIFE;
	settle(f, &fresh);
	KUNIT_EXPECT_EQ(test, proven(f, 0), (u32)NTS_INTERLEAVE_PROVEN);
	f->now++;
	/* Who comes back before he is needed to go is none of the stale. */
	KUNIT_EXPECT_NE(test, visit(f, &g[0]), 0ULL);
	KUNIT_EXPECT_NE(test, visit(f, &fresh), 0ULL);
	KUNIT_EXPECT_EQ(test, proven(f, 0), 2U);
	flood(f, 100);
	KUNIT_EXPECT_NE(test, visit(f, &g[0]), 0ULL);
	KUNIT_EXPECT_NE(test, visit(f, &fresh), 0ULL);
	KUNIT_EXPECT_EQ(test, visit(f, &g[1]), 0ULL);
}

/* As many clients as the table is for, and fifteen times as many false ones. */
static void flood_of_a_full_table(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, MANY);
	struct guest *g = kunit_kzalloc(test, MANY * sizeof(*g), GFP_KERNEL);
	u32 i, before = 0, after = 0;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_NOT_NULL(test, g);
	for (i = 0; i < MANY; i++) {
		g[i] = guest(i);
		settle(f, &g[i]);
	}
	for (i = 0; i < MANY; i++)
		before += !!visit(f, &g[i]);
	flood(f, MANY * 15 + MANY / 4);
	for (i = 0; i < MANY; i++)
		after += !!visit(f, &g[i]);
	/* The rest had the bad luck to share a bucket with six. */
	KUNIT_EXPECT_GE(test, before, MANY - MANY / 400);
	KUNIT_EXPECT_GE(test, after, MANY - MANY / 200);
}

static struct kunit_case interleave_places_cases[] = {
	KUNIT_CASE(several_behind_one_address),
	KUNIT_CASE(flood_replaces_the_unproven),
	KUNIT_CASE(oldest_goes_first),
	KUNIT_CASE(newcomers_have_a_place),
	KUNIT_CASE(starting_anew_uses_up_no_places),
	KUNIT_CASE(proof_grows_stale),
	KUNIT_CASE(flood_of_a_full_table),
	{ }
};

static struct kunit_suite interleave_places_suite = {
	.name = "nts_interleave_places",
	.test_cases = interleave_places_cases,
};

kunit_test_suite(interleave_places_suite);
