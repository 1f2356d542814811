// SPDX-License-Identifier: GPL-2.0-or-later
/* How many answers who gets, and who is forgotten when there is no room. */
#include <kunit/test.h>

#include "ratelimit.c"

#define SECOND		((u64)NSEC_PER_SEC)
#define BEGIN		(1000 * SECOND)
/* Neither a leak nor a kiss-o'-death. */
#define NEVER		0xffffffff

static const struct nts_ratelimit_options usual = {
	.interval = 3, .burst = 8, .leak = 2, .prefix = { 24, 64 },
};

static struct nts_ratelimit *ratelimit_set_up(struct kunit *test, u32 clients,
					      const struct nts_ratelimit_options *options)
{
	static const u64 secret[2] = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL };
	struct nts_ratelimit *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, nts_ratelimit_size(clients), GFP_KERNEL);

	if (!t || !memory)
		return NULL;
	nts_ratelimit_init(t, memory, clients, options, secret);
	return t;
}

static struct nts_acl_key host(u32 address)
{
	return (struct nts_acl_key){ .hi = (u64)address << 32 };
}

static u32 passed(struct nts_ratelimit *t, u32 address, u64 now, u32 asked)
{
	u32 n = 0;

	while (asked--)
		n += nts_ratelimit_ask(t, false, host(address), now, NEVER) ==
		     NTS_RATELIMIT_PASS;
	return n;
}

static void ratelimit_gives_a_burst_then_the_rate(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 64, &usual);
	u32 i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000001, BEGIN, 20), 8);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000001, BEGIN + 8 * SECOND - 1, 5), 0);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000001, BEGIN + 8 * SECOND, 5), 1);
	/* One a second, for 800 seconds. */
	for (i = 9; i < 809; i++)
		n += passed(t, 0x0a000001, BEGIN + i * SECOND, 1);
	KUNIT_EXPECT_EQ(test, n, 100);
	/* After a long silence no more than a burst. */
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000001, BEGIN + 100000 * SECOND, 20), 8);
}

static void ratelimit_is_for_a_prefix(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 64, &usual);
	struct nts_acl_key key = { .hi = 0x20010db800000001ULL, .lo = 1 };
	u32 i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000001, BEGIN, 6), 6);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a0000ff, BEGIN, 6), 2);
	KUNIT_EXPECT_EQ(test, passed(t, 0x0a000101, BEGIN, 6), 6);
	for (i = 0; i < 20; i++, key.lo <<= 3)
		n += nts_ratelimit_ask(t, true, key, BEGIN, NEVER) == NTS_RATELIMIT_PASS;
	KUNIT_EXPECT_EQ(test, n, 8);
	key.hi++;
	KUNIT_EXPECT_EQ(test, nts_ratelimit_ask(t, true, key, BEGIN, NEVER),
			NTS_RATELIMIT_PASS);
}

static void ratelimit_tells_families_apart(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 64, &usual);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 0x20010d00, BEGIN, 20), 8);
	KUNIT_EXPECT_EQ(test, nts_ratelimit_ask(t, true, host(0x20010d00), BEGIN, NEVER),
			NTS_RATELIMIT_PASS);
}

static void ratelimit_takes_extreme_intervals(struct kunit *test)
{
	struct nts_ratelimit_options options = usual;
	struct nts_ratelimit *t;

	options.interval = NTS_RATELIMIT_INTERVAL_MIN;
	options.burst = 1;
	t = ratelimit_set_up(test, 64, &options);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN, 2), 1);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN + SECOND / 524288, 2), 1);

	options.interval = NTS_RATELIMIT_INTERVAL_MAX;
	options.burst = 255;
	t = ratelimit_set_up(test, 64, &options);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN, 300), 255);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN + 4095 * SECOND, 1), 0);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN + 4096 * SECOND, 2), 1);
}

static void ratelimit_leaks_and_kisses(struct kunit *test)
{
	struct nts_ratelimit_options options = usual;
	u32 say[3] = { 0 }, i, random;
	struct nts_ratelimit *t;

	options.kod = 1;
	t = ratelimit_set_up(test, 64, &options);
	KUNIT_ASSERT_NOT_NULL(test, t);
	passed(t, 1, BEGIN, 8);
	/* All that the lowest three bits can be, equally often. */
	for (i = 0; i < 800; i++) {
		random = i % 8 | i << 8;
		say[nts_ratelimit_ask(t, false, host(1), BEGIN, random)]++;
	}
	KUNIT_EXPECT_EQ(test, say[NTS_RATELIMIT_PASS], 200);
	KUNIT_EXPECT_EQ(test, say[NTS_RATELIMIT_KOD], 300);
	KUNIT_EXPECT_EQ(test, say[NTS_RATELIMIT_DROP], 300);
}

static void ratelimit_leaks_all_without_a_leak(struct kunit *test)
{
	struct nts_ratelimit_options options = usual;
	struct nts_ratelimit *t;

	/* Of leak 0 each request gets its answer, as in chrony. */
	options.leak = 0;
	t = ratelimit_set_up(test, 64, &options);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN, 100), 100);
}

static void ratelimit_drops_in_silence_by_default(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 64, &usual);

	KUNIT_ASSERT_NOT_NULL(test, t);
	passed(t, 1, BEGIN, 8);
	KUNIT_EXPECT_EQ(test, nts_ratelimit_ask(t, false, host(1), BEGIN, 1),
			NTS_RATELIMIT_DROP);
}

/* 100 are over their limits; then come 100000 that nobody ever saw. */
static void ratelimit_remembers_debtors_in_a_flood(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 4096, &usual);
	u32 i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < 100; i++)
		passed(t, 0x0a000000 + i * 256, BEGIN, 8);
	for (i = 0; i < 100000; i++)
		passed(t, 0xc0000000 + i * 256, BEGIN + i, 1);
	for (i = 0; i < 100; i++)
		n += passed(t, 0x0a000000 + i * 256, BEGIN + SECOND, 1);
	KUNIT_EXPECT_EQ(test, n, 0);
}

static void ratelimit_waits_for_nobody(struct kunit *test)
{
	struct nts_ratelimit *t = ratelimit_set_up(test, 1, &usual);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, t->mask, 0);
	KUNIT_ASSERT_TRUE(test, nts_trylock(&t->bucket[0].lock));
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN, 3), 0);
	KUNIT_EXPECT_EQ(test, nts_ratelimit_ask(t, false, host(1), BEGIN, 0),
			NTS_RATELIMIT_PASS);
	nts_tryunlock(&t->bucket[0].lock);
	KUNIT_EXPECT_EQ(test, passed(t, 1, BEGIN, 9), 8);
}

static struct kunit_case ratelimit_cases[] = {
	KUNIT_CASE(ratelimit_gives_a_burst_then_the_rate),
	KUNIT_CASE(ratelimit_is_for_a_prefix),
	KUNIT_CASE(ratelimit_tells_families_apart),
	KUNIT_CASE(ratelimit_takes_extreme_intervals),
	KUNIT_CASE(ratelimit_leaks_and_kisses),
	KUNIT_CASE(ratelimit_leaks_all_without_a_leak),
	KUNIT_CASE(ratelimit_drops_in_silence_by_default),
	KUNIT_CASE(ratelimit_remembers_debtors_in_a_flood),
	KUNIT_CASE(ratelimit_waits_for_nobody),
	{ }
};

static struct kunit_suite ratelimit_suite = {
	.name = "nts_ratelimit",
	.test_cases = ratelimit_cases,
};

kunit_test_suite(ratelimit_suite);
