// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is allowed, against a search of all rules one by one. */
#include <kunit/test.h>

#include "acl.c"

#define MAX_RULES 2048

struct acl_fixture {
	struct nts_acl_rule said[MAX_RULES];
	struct nts_acl_rule left[MAX_RULES];
	u32 n;
	u32 n_left;
	u64 seed;
	struct nts_acl *acl;
};

static struct acl_fixture *acl_set_up(struct kunit *test)
{
	struct acl_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	f->seed = 88172645463325252ULL;
	f->acl = kunit_kzalloc(test, nts_acl_size(MAX_RULES), GFP_KERNEL);
	return f->acl ? f : NULL;
}

static u32 draw(struct acl_fixture *f, u32 below)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return (u32)(f->seed >> 32) % below;
}

static struct nts_acl_key v4(u8 a, u8 b, u8 c, u8 d)
{
	const u8 bytes[] = { a, b, c, d };

	return nts_acl_key(false, bytes);
}

static struct nts_acl_key v6(u16 first, u16 last)
{
	u8 bytes[16] = { (u8)(first >> 8), (u8)first };

	put_unaligned_be16(last, bytes + 14);
	return nts_acl_key(true, bytes);
}

static void say(struct acl_fixture *f, bool allow, bool all, bool is_v6,
		struct nts_acl_key key, u8 len)
{
	struct nts_acl_rule *rule = &f->said[f->n];

	rule->key = key;
	rule->len = len;
	rule->v6 = is_v6;
	rule->all = all;
	rule->allow = allow;
	rule->order = f->n++;
}

static void put_in_force(struct acl_fixture *f)
{
	memcpy(f->left, f->said, sizeof(f->said));
	f->n_left = nts_acl_resolve(f->left, f->n);
	nts_acl_build(f->acl, f->left, f->n_left);
}

/* By the words of chrony.conf(5), the slow way. */
static bool expected(const struct acl_fixture *f, bool is_v6, struct nts_acl_key key)
{
	bool allow = false;
	int best = -1;
	u32 i, j;

	for (i = 0; i < f->n; i++) {
		const struct nts_acl_rule *rule = &f->said[i];
		bool overridden = false;

		if (rule->v6 != is_v6 || rule->len < best ||
		    compare_keys(nts_acl_prefix(key, rule->len),
				 nts_acl_prefix(rule->key, rule->len)))
			continue;
		for (j = i + 1; j < f->n; j++) {
			const struct nts_acl_rule *later = &f->said[j];

			if (later->all && later->v6 == is_v6 && later->len <= rule->len &&
			    !compare_keys(nts_acl_prefix(rule->key, later->len),
					  nts_acl_prefix(later->key, later->len)))
				overridden = true;
		}
		if (overridden)
			continue;
		best = rule->len;
		allow = rule->allow;
	}
	return allow;
}

static void acl_denies_all_at_first(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	put_in_force(f);
	KUNIT_EXPECT_FALSE(test, nts_acl_any(f->acl));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(127, 0, 0, 1)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, true, v6(0, 1)));
}

/* The two examples of chrony.conf(5), in all orders of the first. */
static void acl_longest_prefix_decides(struct kunit *test)
{
	static const u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		struct acl_fixture *f = acl_set_up(test);

		KUNIT_ASSERT_NOT_NULL(test, f);
		for (j = 0; j < 3; j++) {
			if (orders[i][j] == 0)
				say(f, true, false, false, v4(1, 2, 3, 4), 32);
			else if (orders[i][j] == 1)
				say(f, false, false, false, v4(1, 2, 3, 0), 24);
			else
				say(f, true, false, false, v4(1, 2, 0, 0), 16);
		}
		put_in_force(f);
		KUNIT_EXPECT_EQ(test, f->n_left, 3);
		KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(1, 2, 3, 4)));
		KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(1, 2, 3, 5)));
		KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(1, 2, 3, 255)));
		KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(1, 2, 4, 0)));
		KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(1, 2, 255, 255)));
		KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(1, 3, 0, 0)));
		KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, true, v6(0x102, 0)));
	}
}

static void acl_all_overrides_what_was_said(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	say(f, true, false, false, v4(1, 2, 3, 4), 32);
	say(f, false, false, false, v4(1, 2, 3, 0), 24);
	say(f, false, false, false, v4(1, 3, 0, 0), 16);
	say(f, true, true, false, v4(1, 2, 0, 0), 16);
	say(f, false, false, false, v4(1, 2, 9, 0), 24);
	/* Said again without "all", the prefix keeps those out that were swept. */
	say(f, true, false, false, v4(1, 2, 0, 0), 16);
	put_in_force(f);
	KUNIT_EXPECT_EQ(test, f->n_left, 3);
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(1, 2, 3, 5)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(1, 2, 9, 5)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(1, 3, 0, 5)));
}

static void acl_knows_both_ends(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	say(f, true, false, false, v4(0, 0, 0, 0), 0);
	say(f, false, false, false, v4(255, 255, 255, 255), 32);
	say(f, false, false, false, v4(0, 0, 0, 0), 32);
	say(f, true, false, true, v6(0, 0), 0);
	say(f, false, false, true, v6(0xffff, 0), 16);
	say(f, false, false, true, v6(0x2001, 0xffff), 128);
	put_in_force(f);
	KUNIT_EXPECT_TRUE(test, nts_acl_any(f->acl));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(0, 0, 0, 0)));
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(0, 0, 0, 1)));
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, false, v4(255, 255, 255, 254)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, false, v4(255, 255, 255, 255)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, true, v6(0xffff, 0xffff)));
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, true, v6(0xfffe, 0xffff)));
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, true, v6(0x2001, 0xfffe)));
	KUNIT_EXPECT_FALSE(test, nts_acl_allows(f->acl, true, v6(0x2001, 0xffff)));
	KUNIT_EXPECT_TRUE(test, nts_acl_allows(f->acl, true, v6(0x2002, 0)));
}

static void acl_treats_all_alike_without_edges(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	say(f, true, true, false, v4(0, 0, 0, 0), 0);
	say(f, true, false, false, v4(10, 0, 0, 0), 8);
	say(f, true, true, true, v6(0, 0), 0);
	put_in_force(f);
	KUNIT_EXPECT_EQ(test, f->acl->n[0], 1);
	KUNIT_EXPECT_EQ(test, f->acl->n[1], 1);
}

/* Few bits are drawn, so that prefixes nest. */
static struct nts_acl_key draw_key(struct acl_fixture *f, bool is_v6)
{
	struct nts_acl_key key = v4((u8)draw(f, 3), (u8)draw(f, 3), (u8)draw(f, 256), 1);

	if (!is_v6)
		return key;
	key.hi |= draw(f, 4);
	key.lo = (u64)draw(f, 4) << 62 | draw(f, 256);
	return key;
}

static void acl_agrees_with_a_search(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);
	u32 round, i, wrong = 0, allowed = 0;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (round = 0; round < 40; round++) {
		f->n = 0;
		for (i = draw(f, 60); i > 0; i--) {
			bool is_v6 = draw(f, 2);

			say(f, draw(f, 2), !draw(f, 5), is_v6, draw_key(f, is_v6),
			    (u8)draw(f, nts_acl_bits(is_v6) + 1));
		}
		put_in_force(f);
		for (i = 0; i < 400; i++) {
			bool is_v6 = draw(f, 2);
			struct nts_acl_key key = draw_key(f, is_v6);
			bool allow = nts_acl_allows(f->acl, is_v6, key);

			wrong += allow != expected(f, is_v6, key);
			allowed += allow;
		}
		/* Edges are where it is easy to be wrong by one. */
		for (i = 0; i < f->acl->n[0] + f->acl->n[1]; i++) {
			struct nts_acl_key key = f->acl->edge[i];
			bool is_v6 = i >= f->acl->n[0];

			wrong += nts_acl_allows(f->acl, is_v6, key) != expected(f, is_v6, key);
		}
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_GE(test, allowed, 2000);
}

/* What is left may be said again, in any order. */
static void acl_resolves_once(struct kunit *test)
{
	struct acl_fixture *f = acl_set_up(test);
	u32 i, n;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < MAX_RULES; i++) {
		bool is_v6 = draw(f, 2);

		say(f, draw(f, 2), !draw(f, 500), is_v6, draw_key(f, is_v6),
		    (u8)(8 + draw(f, 17)));
	}
	put_in_force(f);
	memcpy(f->said, f->left, sizeof(f->said));
	n = f->n_left;
	KUNIT_EXPECT_TRUE(test, n > 100 && n < MAX_RULES);
	KUNIT_EXPECT_EQ(test, nts_acl_resolve(f->left, n), n);
	KUNIT_EXPECT_MEMEQ(test, f->left, f->said, n * sizeof(f->said[0]));
	KUNIT_EXPECT_LE(test, f->acl->n[0] + f->acl->n[1], 2 * n);
}

static struct kunit_case acl_cases[] = {
	KUNIT_CASE(acl_denies_all_at_first),
	KUNIT_CASE(acl_longest_prefix_decides),
	KUNIT_CASE(acl_all_overrides_what_was_said),
	KUNIT_CASE(acl_knows_both_ends),
	KUNIT_CASE(acl_treats_all_alike_without_edges),
	KUNIT_CASE(acl_agrees_with_a_search),
	KUNIT_CASE(acl_resolves_once),
	{ }
};

static struct kunit_suite acl_suite = {
	.name = "nts_acl",
	.test_cases = acl_cases,
};

kunit_test_suite(acl_suite);
