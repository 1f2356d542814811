// SPDX-License-Identifier: GPL-2.0-or-later
/* What is remembered of clients, and of which when there is no room. */
#include <kunit/test.h>

#include "clientlog.c"

#define SECOND		((u64)NSEC_PER_SEC)
#define BEGIN		(1000 * SECOND)

static struct nts_clientlog *clientlog_set_up(struct kunit *test, u32 clients)
{
	static const u64 secret[2] = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL };
	struct nts_clientlog *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, nts_clientlog_size(clients), GFP_KERNEL);

	if (!t || !memory)
		return NULL;
	nts_clientlog_init(t, memory, clients, secret);
	return t;
}

static struct nts_acl_key host(u32 address)
{
	return (struct nts_acl_key){ .hi = (u64)address << 32 };
}

static bool hit(struct nts_clientlog *t, u32 address, u64 now, bool dropped)
{
	return nts_clientlog_hit(t, false, host(address), NTS_CLIENTLOG_NTP, now, dropped);
}

static bool next(struct nts_clientlog *t, u32 *at, u32 min_hits, bool reset, bool *is_v6,
		 struct nts_clientlog_record *record)
{
	while (*at != NTS_CLIENTLOG_END)
		if (nts_clientlog_next(t, at, min_hits, reset, is_v6, record))
			return true;
	return false;
}

static bool look_up(struct nts_clientlog *t, u32 address, struct nts_clientlog_record *record)
{
	bool is_v6;
	u32 at = 0;

	while (next(t, &at, 0, false, &is_v6, record))
		if (!is_v6 && record->key.hi == host(address).hi)
			return true;
	return false;
}

static int rounded(s16 interval)
{
	return (interval + 8 * (interval < 0 ? -1 : 1)) / NTS_CLIENTLOG_SCALE;
}

static void clientlog_measures_intervals(struct kunit *test)
{
	static const struct {
		u64 ns;
		int log2;
	} cases[] = {
		{ SECOND / 64, -6 }, { SECOND, 0 }, { 2 * SECOND, 1 }, { 64 * SECOND, 6 },
		{ 1024 * SECOND, 10 }, { 1, -26 },
	};
	struct nts_clientlog *t = clientlog_set_up(test, 64);
	struct nts_clientlog_record record;
	u32 i, j;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		hit(t, i, BEGIN, false);
		KUNIT_ASSERT_TRUE(test, look_up(t, i, &record));
		KUNIT_EXPECT_EQ(test, record.use[0].interval, NTS_CLIENTLOG_UNKNOWN);
		for (j = 1; j < 9; j++)
			hit(t, i, BEGIN + j * cases[i].ns, false);
		KUNIT_ASSERT_TRUE(test, look_up(t, i, &record));
		KUNIT_EXPECT_EQ(test, rounded(record.use[0].interval), cases[i].log2);
		KUNIT_EXPECT_EQ(test, record.use[0].limited, NTS_CLIENTLOG_UNKNOWN);
		KUNIT_EXPECT_EQ(test, record.use[0].hits, 9);
		KUNIT_EXPECT_EQ(test, record.use[1].hits, 0);
	}
}

/* Every other one is dropped; then he waits twice as long. */
static void clientlog_measures_what_limiting_does(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 64);
	struct nts_clientlog_record record;
	u64 now = BEGIN;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < 32; i++) {
		hit(t, 1, now, i & 1);
		now += (i & 1 ? 4 : 2) * SECOND;
	}
	KUNIT_ASSERT_TRUE(test, look_up(t, 1, &record));
	KUNIT_EXPECT_EQ(test, record.use[0].drops, 16);
	KUNIT_EXPECT_EQ(test, rounded(record.use[0].interval), 1);
	KUNIT_EXPECT_EQ(test, rounded(record.use[0].limited), 2);
	KUNIT_EXPECT_EQ(test, record.use[0].last, now - 4 * SECOND);
}

static void clientlog_tells_families_apart(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 64);
	struct nts_clientlog_record record;
	bool is_v6, seen[2] = { };
	u32 at = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	hit(t, 0x0a000001, BEGIN, false);
	nts_clientlog_hit(t, true, host(0x0a000001), NTS_CLIENTLOG_NTP, BEGIN, false);
	while (next(t, &at, 0, false, &is_v6, &record)) {
		KUNIT_EXPECT_EQ(test, record.use[0].hits, 1);
		seen[is_v6] = true;
	}
	KUNIT_EXPECT_TRUE(test, seen[0] && seen[1]);
}

static void clientlog_keeps_who_comes_back(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 1024);
	struct nts_clientlog_record record;
	u32 i, j, held = 0, evicted = 0, found = 0, at = 0;
	bool is_v6;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < 300; i++)
		for (j = 0; j < 2; j++)
			hit(t, i, BEGIN + j * SECOND, false);
	for (i = 0; i < 100000; i++)
		evicted += hit(t, 0xc0000000 + i, BEGIN + SECOND + i * 1000000ULL, false);
	for (i = 0; i < 300; i++)
		found += look_up(t, i, &record);
	/* Of a bucket that was full of them one had to go. */
	KUNIT_EXPECT_GE(test, found, 295);
	while (next(t, &at, 0, false, &is_v6, &record))
		held++;
	KUNIT_EXPECT_EQ(test, held, 256 * NTS_CLIENTLOG_WAYS);
	KUNIT_EXPECT_EQ(test, evicted, 100300 - held);
	/* Who stayed away for long gives way like anybody. */
	for (i = 0; i < 100000; i++)
		hit(t, 0xc0000000 + i, BEGIN + 100000 * SECOND + i, false);
	for (i = 0, found = 0; i < 300; i++)
		found += look_up(t, i, &record);
	KUNIT_EXPECT_EQ(test, found, 0);
}

/* A table that is read in parts, with little in it. */
static void clientlog_reads_large_tables(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 5000);
	struct nts_clientlog_record record;
	u32 i, found = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < 20; i++)
		hit(t, i, BEGIN, false);
	for (i = 0; i < 21; i++)
		found += look_up(t, i, &record);
	KUNIT_EXPECT_EQ(test, found, 20);
}

static void clientlog_counts_anew(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 64);
	struct nts_clientlog_record record;
	u32 at = 0, n = 0, i;
	bool is_v6;

	KUNIT_ASSERT_NOT_NULL(test, t);
	hit(t, 1, BEGIN, false);
	for (i = 0; i < 5; i++)
		hit(t, 2, BEGIN + i, true);
	while (next(t, &at, 2, true, &is_v6, &record)) {
		KUNIT_EXPECT_EQ(test, record.use[0].hits, 5);
		KUNIT_EXPECT_EQ(test, record.use[0].drops, 5);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 1);
	KUNIT_ASSERT_TRUE(test, look_up(t, 2, &record));
	KUNIT_EXPECT_EQ(test, record.use[0].hits, 0);
	KUNIT_EXPECT_EQ(test, record.use[0].drops, 0);
	KUNIT_EXPECT_EQ(test, record.use[0].last, BEGIN + 4);
	KUNIT_ASSERT_TRUE(test, look_up(t, 1, &record));
	KUNIT_EXPECT_EQ(test, record.use[0].hits, 1);
}

static void clientlog_merges(struct kunit *test)
{
	const struct nts_clientlog_use use = {
		.last = BEGIN + SECOND, .hits = 3, .drops = 1, .interval = 32,
		.limited = NTS_CLIENTLOG_UNKNOWN,
	};
	struct nts_clientlog *t = clientlog_set_up(test, 64);
	struct nts_clientlog_record record;

	KUNIT_ASSERT_NOT_NULL(test, t);
	hit(t, 1, BEGIN, false);
	nts_clientlog_merge(t, false, host(1), NTS_CLIENTLOG_KE, &use);
	nts_clientlog_merge(t, false, host(1), NTS_CLIENTLOG_KE, &use);
	KUNIT_ASSERT_TRUE(test, look_up(t, 1, &record));
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_NTP].hits, 1);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_KE].hits, 6);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_KE].drops, 2);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_KE].interval, 32);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_KE].last, BEGIN + SECOND);
}

/* Among those of one bucket, while others take and leave their places. */
static void clientlog_notes_who_came_before(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 1);
	struct nts_clientlog_visit visit[2];
	struct nts_clientlog_record record;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	hit(t, 1, BEGIN, false);
	nts_clientlog_come(t, &visit[0], false, host(1));
	nts_clientlog_come(t, &visit[1], false, host(2));
	nts_clientlog_near(&visit[1]);
	nts_clientlog_near(&visit[0]);
	for (i = 0; i < NTS_CLIENTLOG_WAYS; i++)
		hit(t, 100 + i, BEGIN + SECOND, false);
	KUNIT_EXPECT_FALSE(test, look_up(t, 1, &record));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, i == 0,
				nts_clientlog_note(&visit[1], NTS_CLIENTLOG_NTP,
						   BEGIN + (2 + i) * SECOND, i == 1));
	KUNIT_EXPECT_TRUE(test, nts_clientlog_note(&visit[0], NTS_CLIENTLOG_NTP,
						   BEGIN + 5 * SECOND, false));
	KUNIT_ASSERT_TRUE(test, look_up(t, 2, &record));
	KUNIT_EXPECT_EQ(test, record.use[0].hits, 3);
	KUNIT_EXPECT_EQ(test, record.use[0].drops, 1);
	KUNIT_EXPECT_EQ(test, record.use[0].last, BEGIN + 4 * SECOND);
	KUNIT_ASSERT_TRUE(test, look_up(t, 1, &record));
	KUNIT_EXPECT_EQ(test, record.use[0].hits, 1);
}

/* Packets of two CPUs, or with stamps of hardware, are noted in any order. */
static void clientlog_takes_times_out_of_order(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 1);
	struct nts_clientlog_record record;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < NTS_CLIENTLOG_WAYS; i++)
		hit(t, i, i ? BEGIN + SECOND : BEGIN - 5 * SECOND, false);
	hit(t, 100, BEGIN, false);
	KUNIT_EXPECT_TRUE(test, look_up(t, 100, &record));
	KUNIT_EXPECT_FALSE(test, look_up(t, 0, &record));
	for (i = 1; i < NTS_CLIENTLOG_WAYS; i++)
		KUNIT_EXPECT_TRUE(test, look_up(t, i, &record));
}

static void clientlog_waits_for_nobody(struct kunit *test)
{
	struct nts_clientlog *t = clientlog_set_up(test, 1);
	struct nts_clientlog_record record;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_TRUE(test, nts_trylock(&t->bucket[0].lock));
	hit(t, 1, BEGIN, false);
	KUNIT_EXPECT_FALSE(test, look_up(t, 1, &record));
	nts_tryunlock(&t->bucket[0].lock);
	KUNIT_EXPECT_FALSE(test, look_up(t, 1, &record));
	hit(t, 1, BEGIN, false);
	KUNIT_EXPECT_TRUE(test, look_up(t, 1, &record));
}

static struct kunit_case clientlog_cases[] = {
	KUNIT_CASE(clientlog_measures_intervals),
	KUNIT_CASE(clientlog_measures_what_limiting_does),
	KUNIT_CASE(clientlog_tells_families_apart),
	KUNIT_CASE(clientlog_keeps_who_comes_back),
	KUNIT_CASE(clientlog_reads_large_tables),
	KUNIT_CASE(clientlog_counts_anew),
	KUNIT_CASE(clientlog_merges),
	KUNIT_CASE(clientlog_notes_who_came_before),
	KUNIT_CASE(clientlog_takes_times_out_of_order),
	KUNIT_CASE(clientlog_waits_for_nobody),
	{ }
};

static struct kunit_suite clientlog_suite = {
	.name = "nts_clientlog",
	.test_cases = clientlog_cases,
};

kunit_test_suite(clientlog_suite);
