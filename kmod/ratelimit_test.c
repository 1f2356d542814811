// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of clients of a namespace: made, used, replaced and dropped. */
#include <kunit/test.h>

#include "ratelimit.c"

#define BEGIN	(1000 * (u64)NSEC_PER_SEC)

/* None is ever answered for luck, or nearly so. */
static const struct nts_ratelimit_options strict = {
	.interval = 3, .burst = 8, .leak = NTS_RATELIMIT_LEAK_MAX, .prefix = { 24, 64 },
};

static struct nts_net *limits_set_up(struct kunit *test)
{
	struct nts_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);

	if (!nn)
		return NULL;
	mutex_init(&nn->lock);
	nn->stats = alloc_percpu(struct nts_stats);
	return nn->stats ? nn : NULL;
}

static void tear_down(struct nts_net *nn)
{
	nts_ratelimit_free(nn);
	free_percpu(nn->stats);
}

static int resize(struct nts_net *nn, u32 clients)
{
	int err;

	mutex_lock(&nn->lock);
	err = nts_ratelimit_resize(nn, clients);
	if (!err)
		nn->server.client_log = clients;
	mutex_unlock(&nn->lock);
	return err;
}

static int limit(struct nts_net *nn, const struct nts_ratelimit_options *options)
{
	int err;

	mutex_lock(&nn->lock);
	err = nts_ratelimit_set(nn, options);
	mutex_unlock(&nn->lock);
	return err;
}

/* How many of @n requests of one client are dropped. */
static u32 ask(struct nts_net *nn, u32 n)
{
	const struct nts_acl_key key = { .hi = 0x0a000001ULL << 32 };
	struct nts_clientlog_visit visit;
	enum nts_verdict verdict;
	u32 dropped = 0;

	rcu_read_lock();
	while (n--) {
		nts_ratelimit_come(nn, &visit, false, key);
		verdict = nts_ratelimit_judge(nn, &visit, BEGIN);
		nts_ratelimit_near(&visit);
		nts_ratelimit_leave(nn, &visit, BEGIN, verdict == NTS_DROP_RATE);
		dropped += verdict == NTS_DROP_RATE;
	}
	rcu_read_unlock();
	return dropped;
}

static bool first(struct nts_net *nn, struct nts_clientlog_record *record)
{
	bool is_v6;
	u32 at = 0;

	return nts_ratelimit_next(nn, &at, 0, false, &is_v6, record);
}

static void limits_need_room(struct kunit *test)
{
	struct nts_net *nn = limits_set_up(test);
	struct nts_clientlog_record record;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_EXPECT_EQ(test, ask(nn, 100), 0U);
	KUNIT_EXPECT_FALSE(test, first(nn, &record));
	/* What is asked for without room holds when there is. */
	KUNIT_ASSERT_EQ(test, limit(nn, &strict), 0);
	KUNIT_EXPECT_EQ(test, ask(nn, 100), 0U);
	KUNIT_ASSERT_EQ(test, resize(nn, 64), 0);
	KUNIT_EXPECT_GT(test, ask(nn, 1000), 800U);
	KUNIT_ASSERT_EQ(test, resize(nn, 0), 0);
	KUNIT_EXPECT_EQ(test, ask(nn, 100), 0U);
	KUNIT_EXPECT_FALSE(test, first(nn, &record));
	tear_down(nn);
}

static void limits_are_noted(struct kunit *test)
{
	struct nts_net *nn = limits_set_up(test);
	struct nts_clientlog_record record;
	u32 dropped;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, resize(nn, 64), 0);
	KUNIT_EXPECT_EQ(test, ask(nn, 100), 0U);
	KUNIT_ASSERT_EQ(test, limit(nn, &strict), 0);
	dropped = ask(nn, 100);
	KUNIT_EXPECT_GT(test, dropped, 50U);
	KUNIT_ASSERT_TRUE(test, first(nn, &record));
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_NTP].hits, 200U);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_NTP].drops, dropped);
	KUNIT_EXPECT_EQ(test, record.use[NTS_CLIENTLOG_NTP].last, BEGIN);
	tear_down(nn);
}

static void limits_stay_when_asked_for_again(struct kunit *test)
{
	struct nts_net *nn = limits_set_up(test);
	struct nts_ratelimit_options other = strict;
	void *before;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, resize(nn, 64), 0);
	KUNIT_ASSERT_EQ(test, limit(nn, &strict), 0);
	before = rcu_access_pointer(nn->ratelimit);
	KUNIT_ASSERT_EQ(test, limit(nn, &strict), 0);
	KUNIT_EXPECT_PTR_EQ(test, (void *)rcu_access_pointer(nn->ratelimit), before);
	ask(nn, 20);
	other.burst = 100;
	KUNIT_ASSERT_EQ(test, limit(nn, &other), 0);
	KUNIT_EXPECT_EQ(test, ask(nn, 100), 0U);
	KUNIT_ASSERT_EQ(test, limit(nn, NULL), 0);
	KUNIT_EXPECT_NULL(test, (void *)rcu_access_pointer(nn->ratelimit));
	tear_down(nn);
}

/* More than this machine has: refused, without a word in the log. */
static void limits_stay_without_memory(struct kunit *test)
{
	struct nts_net *nn = limits_set_up(test);
	struct nts_clientlog_record record;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, resize(nn, 64), 0);
	KUNIT_ASSERT_EQ(test, limit(nn, &strict), 0);
	ask(nn, 10);
	if (nts_clientlog_size(NTS_MAX_CLIENT_LOG) >> PAGE_SHIFT >= totalram_pages())
		KUNIT_EXPECT_EQ(test, resize(nn, NTS_MAX_CLIENT_LOG), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, first(nn, &record));
	KUNIT_EXPECT_GT(test, ask(nn, 1000), 800U);
	tear_down(nn);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(limits_need_room),
	KUNIT_CASE(limits_are_noted),
	KUNIT_CASE(limits_stay_when_asked_for_again),
	KUNIT_CASE(limits_stay_without_memory),
	{ }
};

static struct kunit_suite limits_suite = {
	.name = "nts_limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
