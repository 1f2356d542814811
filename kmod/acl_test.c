// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of who is served that come in parts, and what becomes of parts. */
#include <kunit/test.h>

#include "acl.c"

static struct nts_net *access_set_up(struct kunit *test)
{
	struct nts_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);

	if (nn)
		mutex_init(&nn->lock);
	return nn;
}

static int begin(struct nts_net *nn, u32 portid, bool start)
{
	int err;

	mutex_lock(&nn->lock);
	err = nts_acl_begin(nn, portid, start);
	mutex_unlock(&nn->lock);
	return err;
}

static struct nts_acl_key host(u32 address)
{
	return (struct nts_acl_key){ .hi = (u64)address << 32 };
}

static int allow(struct nts_net *nn, u32 address)
{
	const struct nts_acl_rule rule = { .key = host(address), .len = 32, .allow = true };
	int err;

	mutex_lock(&nn->lock);
	err = nts_acl_add(nn, &rule);
	mutex_unlock(&nn->lock);
	return err;
}

static int commit(struct nts_net *nn)
{
	int err;

	mutex_lock(&nn->lock);
	err = nts_acl_commit(nn);
	mutex_unlock(&nn->lock);
	return err;
}

static void access_serves_all_until_told(struct kunit *test)
{
	struct nts_net *nn = access_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_EXPECT_TRUE(test, nts_acl_admits(nn, false, host(1)));
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	KUNIT_ASSERT_EQ(test, commit(nn), 0);
	KUNIT_EXPECT_FALSE(test, nts_acl_admits(nn, false, host(1)));
	mutex_lock(&nn->lock);
	nts_acl_open(nn);
	mutex_unlock(&nn->lock);
	KUNIT_EXPECT_TRUE(test, nts_acl_admits(nn, false, host(1)));
	nts_acl_free(nn);
}

static void access_changes_as_one(struct kunit *test)
{
	struct nts_net *nn = access_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	KUNIT_ASSERT_EQ(test, allow(nn, 1), 0);
	KUNIT_ASSERT_EQ(test, commit(nn), 0);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	KUNIT_ASSERT_EQ(test, allow(nn, 2), 0);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, false), 0);
	KUNIT_ASSERT_EQ(test, allow(nn, 3), 0);
	KUNIT_EXPECT_TRUE(test, nts_acl_admits(nn, false, host(1)));
	KUNIT_EXPECT_FALSE(test, nts_acl_admits(nn, false, host(2)));
	KUNIT_ASSERT_EQ(test, commit(nn), 0);
	KUNIT_EXPECT_FALSE(test, nts_acl_admits(nn, false, host(1)));
	KUNIT_EXPECT_TRUE(test, nts_acl_admits(nn, false, host(2)));
	KUNIT_EXPECT_TRUE(test, nts_acl_admits(nn, false, host(3)));
	KUNIT_EXPECT_EQ(test, nts_acl_rules(nn), 2U);
	nts_acl_free(nn);
}

/* Else the last part of a table would be all of it. */
static void access_refuses_the_rest_of_what_failed(struct kunit *test)
{
	struct nts_net *nn = access_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), -EBUSY);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	mutex_lock(&nn->lock);
	nts_acl_abandon(nn);
	mutex_unlock(&nn->lock);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), -EBUSY);
	/* Nor goes it on with another one's. */
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	KUNIT_EXPECT_EQ(test, begin(nn, 2, false), -EBUSY);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), 0);
	KUNIT_ASSERT_EQ(test, begin(nn, 2, true), 0);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), -EBUSY);
	nts_acl_free(nn);
}

static void access_drops_what_a_closed_socket_left(struct kunit *test)
{
	struct nts_net *nn = access_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	nts_acl_released(nn, 1);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	KUNIT_ASSERT_EQ(test, allow(nn, 1), 0);
	nts_acl_released(nn, 2);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), 0);
	nts_acl_released(nn, 1);
	KUNIT_EXPECT_NULL(test, nn->access_draft);
	KUNIT_EXPECT_EQ(test, begin(nn, 1, false), -EBUSY);
}

static void access_takes_so_many_rules(struct kunit *test)
{
	struct nts_net *nn = access_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, begin(nn, 1, true), 0);
	for (i = 0; i < NTS_MAX_ACCESS_RULES; i++)
		KUNIT_ASSERT_EQ(test, allow(nn, i * 2), 0);
	KUNIT_EXPECT_EQ(test, allow(nn, 1), -E2BIG);
	KUNIT_ASSERT_EQ(test, commit(nn), 0);
	KUNIT_EXPECT_EQ(test, nts_acl_rules(nn), (u32)NTS_MAX_ACCESS_RULES);
	for (i = 0; i < 4096; i++)
		KUNIT_EXPECT_EQ(test, nts_acl_admits(nn, false, host(i)), !(i & 1));
	KUNIT_EXPECT_FALSE(test, nts_acl_admits(nn, false, host(NTS_MAX_ACCESS_RULES * 2)));
	KUNIT_EXPECT_FALSE(test, nts_acl_admits(nn, true, host(0)));
	nts_acl_free(nn);
}

static struct kunit_case access_cases[] = {
	KUNIT_CASE(access_serves_all_until_told),
	KUNIT_CASE(access_changes_as_one),
	KUNIT_CASE(access_refuses_the_rest_of_what_failed),
	KUNIT_CASE(access_drops_what_a_closed_socket_left),
	KUNIT_CASE(access_takes_so_many_rules),
	{ }
};

static struct kunit_suite access_suite = {
	.name = "nts_access",
	.test_cases = access_cases,
};

kunit_test_suite(access_suite);
