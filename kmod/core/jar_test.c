// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookies come out in the order they went in, once each. */
#include <kunit/test.h>

#include "jar.c"

static struct nts_jar *jar_set_up(struct kunit *test)
{
	static const u8 c2s[NTS_SIV_KEY_LEN] = { 1 }, s2c[NTS_SIV_KEY_LEN] = { 2 };
	struct nts_jar *jar = kunit_kzalloc(test, sizeof(*jar), GFP_KERNEL);

	if (jar)
		nts_jar_open(jar, c2s, s2c);
	return jar;
}

/* Makes cookie number @n, of a length of its own. */
static u32 make(u8 *cookie, u8 n)
{
	u32 len = NTS_JAR_MIN_COOKIE + 4 * (n % 8);

	memset(cookie, n, len);
	return len;
}

static void jar_first_in_first_out(struct kunit *test)
{
	struct nts_jar *jar = jar_set_up(test);
	u8 in[NTS_MAX_COOKIE_LEN], out[NTS_MAX_COOKIE_LEN];
	u8 put = 0, taken = 0;
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, jar);
	/* Three in, two out: round the ring more than once. */
	while (taken < 14) {
		for (len = 0; len < 3; len++) {
			if (nts_jar_put(jar, in, make(in, put)))
				put++;
		}
		for (len = 0; len < 2; len++, taken++) {
			u32 expected = make(in, taken);

			KUNIT_ASSERT_EQ(test, nts_jar_take(jar, out), expected);
			KUNIT_EXPECT_MEMEQ(test, out, in, expected);
		}
	}
	KUNIT_EXPECT_EQ(test, (u8)(put - taken), jar->n);
}

static void jar_holds_eight(struct kunit *test)
{
	struct nts_jar *jar = jar_set_up(test);
	u8 cookie[NTS_MAX_COOKIE_LEN] = { 0 };
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, jar);
	for (i = 0; i < NTS_MAX_COOKIES; i++)
		KUNIT_EXPECT_TRUE(test, nts_jar_put(jar, cookie, 100));
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, 100));
	KUNIT_EXPECT_EQ(test, jar->n, (u8)NTS_MAX_COOKIES);
}

static void jar_lengths(struct kunit *test)
{
	struct nts_jar *jar = jar_set_up(test);
	u8 cookie[NTS_MAX_COOKIE_LEN + 4] = { 0 };

	KUNIT_ASSERT_NOT_NULL(test, jar);
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, 0));
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, 8));
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, 98));
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, NTS_MAX_COOKIE_LEN + 4));
	KUNIT_EXPECT_TRUE(test, nts_jar_put(jar, cookie, NTS_JAR_MIN_COOKIE));
	KUNIT_EXPECT_TRUE(test, nts_jar_put(jar, cookie, NTS_MAX_COOKIE_LEN));
}

static void jar_of_new_keys_is_empty(struct kunit *test)
{
	struct nts_jar *jar = jar_set_up(test);
	u8 cookie[NTS_MAX_COOKIE_LEN] = { 0 }, keys[NTS_SIV_KEY_LEN] = { 9 };

	KUNIT_ASSERT_NOT_NULL(test, jar);
	KUNIT_EXPECT_TRUE(test, nts_jar_put(jar, cookie, 100));
	nts_jar_open(jar, keys, keys);
	KUNIT_EXPECT_EQ(test, nts_jar_take(jar, cookie), 0U);
	KUNIT_EXPECT_TRUE(test, jar->keyed);
}

static void jar_wiped(struct kunit *test)
{
	struct nts_jar *jar = jar_set_up(test);
	u8 cookie[NTS_MAX_COOKIE_LEN] = { 5 };
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, jar);
	KUNIT_EXPECT_TRUE(test, nts_jar_put(jar, cookie, 100));
	nts_jar_wipe(jar);
	for (i = 0; i < sizeof(*jar); i++)
		KUNIT_ASSERT_EQ(test, ((u8 *)jar)[i], (u8)0);
	KUNIT_EXPECT_FALSE(test, nts_jar_put(jar, cookie, 100));
}

static struct kunit_case jar_cases[] = {
	KUNIT_CASE(jar_first_in_first_out),
	KUNIT_CASE(jar_holds_eight),
	KUNIT_CASE(jar_lengths),
	KUNIT_CASE(jar_of_new_keys_is_empty),
	KUNIT_CASE(jar_wiped),
	{ }
};

static struct kunit_suite jar_suite = {
	.name = "nts_jar",
	.test_cases = jar_cases,
};

kunit_test_suite(jar_suite);
