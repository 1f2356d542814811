// SPDX-License-Identifier: GPL-2.0-or-later
/* Who gets which timestamp. */
#include <kunit/test.h>

#include "interleave.c"
#include "interleave_test.h"

static void siphash_is_siphash(struct kunit *test)
{
	const siphash_key_t key = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } };

	/* The vectors of its authors, 16 octets. */
	KUNIT_EXPECT_EQ(test, siphash_2u64(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL, &key),
			0x3f2acc7f57c29bdbULL);
}

static void sizes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_interleave_size(1), (size_t)256);
	KUNIT_EXPECT_EQ(test, nts_interleave_size(2), (size_t)256);
	KUNIT_EXPECT_EQ(test, nts_interleave_size(3), (size_t)512);
	KUNIT_EXPECT_EQ(test, nts_interleave_size(65536), (size_t)65536 * 128);
	KUNIT_EXPECT_EQ(test, nts_interleave_size(65537), (size_t)131072 * 128);
	KUNIT_EXPECT_EQ(test, nts_interleave_size(0), (size_t)256);
}

static void stamps_are_marked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nts_interleave_receive(0x1000), 0x1001ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_receive(0x1001), 0x1001ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_transmit(0x2001, 0x1001), 0x2000ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_transmit(0x2000, 0x1001), 0x2000ULL);
	/* Answered in the same instant: not before it came. */
	KUNIT_EXPECT_EQ(test, nts_interleave_transmit(0x1001, 0x1001), 0x1002ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_transmit(0x1000, 0x1001), 0x1002ULL);
}

/* The third answer is the first that tells something, then each one does. */
static void third_answer_is_interleaved(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 64);
	struct guest g = guest(1);
	u64 before;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, visit(f, &g), 0ULL);
	KUNIT_EXPECT_EQ(test, f->ticket, 0U);
	KUNIT_EXPECT_EQ(test, held(f), 0ULL);
	KUNIT_EXPECT_EQ(test, visit(f, &g), 0ULL);
	KUNIT_EXPECT_NE(test, f->ticket, 0U);
	for (i = 0; i < 20; i++) {
		before = f->transmit;
		KUNIT_EXPECT_EQ(test, visit(f, &g), before);
		KUNIT_EXPECT_EQ(test, f->kind, (u8)NTS_STAMP_KIND_DAEMON);
		KUNIT_EXPECT_EQ(test, held(f), 1ULL);
	}
}

/* Basic clients: of the old kind, which echo our transmit timestamp, and of the new. */
static void basic_clients_take_no_place(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 64);
	struct nts_request request = { .receive = 5, .transmit = 5 };
	struct nts_interleave_visit v;
	struct guest g = guest(1);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 4; i++) {
		visit(f, &g);
		g.origin = f->transmit;
	}
	KUNIT_EXPECT_EQ(test, f->ticket, 0U);
	/* Which of the two would come back as origin timestamp could not be told. */
	settle(f, &g);
	request.origin = g.origin;
	KUNIT_EXPECT_EQ(test, nts_interleave_take(&f->table, &v, g.address, &request, f->now,
						  &f->kind), 0ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_save(&f->table, &v, f->clock | 1, f->clock + TICK,
						  f->now), 0U);
	request.receive++;
	KUNIT_EXPECT_EQ(test, nts_interleave_take(&f->table, &v, g.address, &request, f->now,
						  &f->kind), f->transmit);
}

static void origin_counts_for_its_address(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g = guest(1), other = guest(2);
	struct nts_interleave_visit v;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	other.origin = g.origin;
	KUNIT_EXPECT_EQ(test, take(f, &other, &v), 0ULL);
	other = g;
	other.origin += 2;
	KUNIT_EXPECT_EQ(test, take(f, &other, &v), 0ULL);
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), f->transmit);
}

static void told_once(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 64);
	struct guest g = guest(1);
	struct nts_interleave_visit v;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), f->transmit);
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), 0ULL);
}

/* Its answers are lost: it keeps its place, and its proof. */
static void lost_answers_cost_no_places(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g = guest(1), lost;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	lost = g;
	KUNIT_EXPECT_NE(test, visit(f, &lost), 0ULL);
	for (i = 0; i < 5; i++) {
		lost = g;
		KUNIT_EXPECT_EQ(test, visit(f, &lost), 0ULL);
		KUNIT_EXPECT_EQ(test, held(f), 1ULL);
		KUNIT_EXPECT_EQ(test, proven(f, 0), 1U);
	}
	KUNIT_EXPECT_EQ(test, visit(f, &lost), f->transmit - 2 * TICK);
}

/* To send one number twice proves nothing. */
static void repetition_is_no_proof(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g = guest(1), again;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	g.origin = 0x12345;
	for (i = 0; i < 5; i++) {
		again = g;
		visit(f, &again);
		KUNIT_EXPECT_EQ(test, held(f), 1ULL);
	}
	KUNIT_EXPECT_EQ(test, proven(f, 0), 0U);
	/* Nor does a number that fits an entry without one. */
	g.origin = 1;
	visit(f, &g);
	KUNIT_EXPECT_EQ(test, proven(f, 0), 0U);
}

static void better_stamp_replaces(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 64);
	struct nts_interleave *t = &f->table;
	struct guest g = guest(1);
	struct nts_interleave_visit v;
	u64 stamp;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	stamp = f->transmit + 0x1000;
	KUNIT_EXPECT_EQ(test, nts_interleave_expected(t, f->ticket, g.origin), f->transmit);
	KUNIT_EXPECT_EQ(test, nts_interleave_expected(t, f->ticket, g.origin + 2), 0ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_expected(t, f->ticket + 1, g.origin), 0ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_expected(t, 0, g.origin), 0ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_expected(t, ~0U, g.origin), 0ULL);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin, stamp,
						      NTS_STAMP_KIND_DAEMON));
	KUNIT_EXPECT_TRUE(test, nts_interleave_stamp(t, f->ticket, g.origin, stamp,
						     NTS_STAMP_KIND_KERNEL));
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin, stamp + 8,
						      NTS_STAMP_KIND_KERNEL));
	KUNIT_EXPECT_TRUE(test, nts_interleave_stamp(t, f->ticket, g.origin, stamp + 0x101,
						     NTS_STAMP_KIND_HARDWARE));
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin, stamp,
						      NTS_STAMP_KIND_KERNEL));
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), stamp + 0x100);
	KUNIT_EXPECT_EQ(test, f->kind, (u8)NTS_STAMP_KIND_HARDWARE);
	/* The next one begins with an estimate again. */
	visit(f, &g);
	KUNIT_EXPECT_TRUE(test, nts_interleave_stamp(t, f->ticket, g.origin, f->transmit + 8,
						     NTS_STAMP_KIND_KERNEL));
	/* What was told already is not known better. */
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), f->transmit + 8);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin, f->transmit,
						      NTS_STAMP_KIND_HARDWARE));
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), 0ULL);
}

static void late_stamp_changes_nothing(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 64);
	struct guest g = guest(1);
	struct nts_interleave_visit v;
	u64 origin;
	u32 ticket;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	origin = g.origin;
	ticket = f->ticket;
	visit(f, &g);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(&f->table, ticket, origin, origin + TICK,
						      NTS_STAMP_KIND_HARDWARE));
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), f->transmit);
}

static void senseless_stamps_and_tickets(struct kunit *test)
{
	static const u32 tickets[] = { 0, 8, 9, 256, 0x7fffffff, 0xffffffff };
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct nts_interleave *t = &f->table;
	struct guest g = guest(1);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	for (i = 0; i < ARRAY_SIZE(tickets); i++)
		KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, tickets[i], g.origin,
							      g.origin + TICK, 2));
	/* It left before it came, or a second later. */
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin, g.origin - 3, 2));
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(t, f->ticket, g.origin,
						      g.origin + (1ULL << 32) + 2, 2));
	KUNIT_EXPECT_TRUE(test, nts_interleave_stamp(t, f->ticket, g.origin, g.origin, 2));
}

/* Two requests in one instant, from one address. */
static void same_instant_is_told_to_none(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest a = guest(1), b = guest(1);
	struct nts_interleave_visit v;

	KUNIT_ASSERT_NOT_NULL(test, f);
	a.origin = 11;
	b.origin = 13;
	visit(f, &a);
	f->clock -= 2 * TICK;
	visit(f, &b);
	KUNIT_EXPECT_EQ(test, f->ticket, 0U);
	KUNIT_EXPECT_EQ(test, take(f, &a, &v), 0ULL);
	KUNIT_EXPECT_EQ(test, take(f, &b, &v), 0ULL);
}

/* While another CPU, or who was interrupted, is at the bucket. */
static void busy_bucket_is_not_waited_for(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g = guest(1);
	struct nts_interleave_visit v;
	nts_trylock_t *lock;
	u64 sent;

	KUNIT_ASSERT_NOT_NULL(test, f);
	lock = &f->table.bucket[0].lock;
	settle(f, &g);
	sent = f->transmit;
	KUNIT_ASSERT_TRUE(test, nts_trylock(lock));
	KUNIT_EXPECT_FALSE(test, nts_trylock(lock));
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), 0ULL);
	KUNIT_EXPECT_EQ(test, nts_interleave_save(&f->table, &v, f->clock, f->clock + TICK,
						  f->now), 0U);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(&f->table, f->ticket, g.origin,
						      sent + 2, 2));
	KUNIT_EXPECT_EQ(test, held(f), 0ULL);
	nts_tryunlock(lock);
	/* Nothing was lost. */
	KUNIT_EXPECT_EQ(test, take(f, &g, &v), sent);
	/* Each of them leaves the lock open. */
	KUNIT_EXPECT_NE(test, nts_interleave_save(&f->table, &v, f->clock, f->clock + TICK,
						  f->now), 0U);
	KUNIT_EXPECT_EQ(test, nts_interleave_save(&f->table, &v, f->clock, f->clock + TICK,
						  f->now), 0U);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(&f->table, 3, g.origin, sent, 2));
	KUNIT_EXPECT_EQ(test, held(f), 1ULL);
	KUNIT_EXPECT_TRUE(test, nts_trylock(lock));
}

static void stepped_clock_is_told_to_none(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 1);
	struct guest g = guest(1);

	KUNIT_ASSERT_NOT_NULL(test, f);
	settle(f, &g);
	nts_interleave_step(&f->table);
	KUNIT_EXPECT_FALSE(test, nts_interleave_stamp(&f->table, f->ticket, g.origin,
						      f->transmit + 2, 2));
	KUNIT_EXPECT_EQ(test, visit(f, &g), 0ULL);
	KUNIT_EXPECT_EQ(test, proven(f, 0), 1U);
	KUNIT_EXPECT_NE(test, visit(f, &g), 0ULL);
}

static void count_what_is_held(struct kunit *test)
{
	struct interleave_fixture *f = interleave_set_up(test, 4096);
	struct nts_interleave_count count = { 0 };
	u32 from = 0, parts = 0, i;
	u64 first = 0;
	struct guest g;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 50; i++) {
		g = guest(i);
		settle(f, &g);
		if (!i)
			first = g.origin;
		f->clock += 1ULL << 32;
	}
	do {
		from = nts_interleave_count(&f->table, from, &count);
		parts++;
	} while (from);
	KUNIT_EXPECT_EQ(test, parts, 2U);
	KUNIT_EXPECT_EQ(test, count.held, 50ULL);
	KUNIT_EXPECT_EQ(test, count.oldest, first);
	KUNIT_EXPECT_EQ(test, count.newest, g.origin);
}

static struct kunit_case interleave_cases[] = {
	KUNIT_CASE(siphash_is_siphash),
	KUNIT_CASE(sizes),
	KUNIT_CASE(stamps_are_marked),
	KUNIT_CASE(third_answer_is_interleaved),
	KUNIT_CASE(basic_clients_take_no_place),
	KUNIT_CASE(origin_counts_for_its_address),
	KUNIT_CASE(told_once),
	KUNIT_CASE(lost_answers_cost_no_places),
	KUNIT_CASE(repetition_is_no_proof),
	KUNIT_CASE(better_stamp_replaces),
	KUNIT_CASE(late_stamp_changes_nothing),
	KUNIT_CASE(senseless_stamps_and_tickets),
	KUNIT_CASE(same_instant_is_told_to_none),
	KUNIT_CASE(busy_bucket_is_not_waited_for),
	KUNIT_CASE(stepped_clock_is_told_to_none),
	KUNIT_CASE(count_what_is_held),
	{ }
};

static struct kunit_suite interleave_suite = {
	.name = "nts_interleave",
	.test_cases = interleave_cases,
};

kunit_test_suite(interleave_suite);
