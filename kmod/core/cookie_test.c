// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookies open with the key that sealed them, and with no other. */
#include <kunit/test.h>

#include "cookie.c"

struct cookie_fixture {
	struct nts_cookie_ring ring;
	u8 nonce[NTS_NONCE_LEN], c2s[NTS_SIV_KEY_LEN], s2c[NTS_SIV_KEY_LEN];
	u8 cookie[NTS_COOKIE_LEN], keys[2 * NTS_SIV_KEY_LEN];
};

static struct cookie_fixture *cookie_set_up(struct kunit *test)
{
	struct cookie_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u8 bytes[NTS_SIV_KEY_LEN];
	u32 i;

	if (!f)
		return NULL;
	f->ring.n = 3;
	f->ring.current_key = 1;
	for (i = 0; i < f->ring.n; i++) {
		memset(bytes, (int)i + 1, sizeof(bytes));
		f->ring.key[i].id = 0x01020300 + i;
		nts_siv_setkey(&f->ring.key[i].siv[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	}
	memset(f->nonce, 0xaa, sizeof(f->nonce));
	memset(f->c2s, 0xbb, sizeof(f->c2s));
	memset(f->s2c, 0xcc, sizeof(f->s2c));
	nts_cookie_seal(&f->ring.key[1], NTS_SIV_LIB, f->nonce, f->c2s, f->s2c, f->cookie);
	return f;
}

static void cookie_round_trip(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(f->cookie), 0x01020301U);
	KUNIT_EXPECT_MEMEQ(test, f->cookie + 4, f->nonce, NTS_NONCE_LEN);
	KUNIT_EXPECT_PTR_EQ(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
						  NTS_COOKIE_LEN, f->keys),
			    &f->ring.key[1]);
	KUNIT_EXPECT_MEMEQ(test, f->keys, f->c2s, NTS_SIV_KEY_LEN);
	KUNIT_EXPECT_MEMEQ(test, f->keys + NTS_SIV_KEY_LEN, f->s2c, NTS_SIV_KEY_LEN);
}

static void cookie_hides_the_keys(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i + 16 <= NTS_COOKIE_LEN; i++) {
		KUNIT_EXPECT_MEMNEQ(test, f->cookie + i, f->c2s, 16);
		KUNIT_EXPECT_MEMNEQ(test, f->cookie + i, f->s2c, 16);
	}
}

static void cookie_wrong_length(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (len = 0; len < NTS_COOKIE_LEN; len++)
		KUNIT_EXPECT_NULL(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
							len, f->keys));
}

static void cookie_no_such_key(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_NULL(test, nts_cookie_open(NULL, NTS_SIV_LIB, f->cookie,
						NTS_COOKIE_LEN, f->keys));
	f->ring.key[1].id++;
	f->ring.key[2].id = 0;
	KUNIT_EXPECT_NULL(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
						NTS_COOKIE_LEN, f->keys));
	/* A slot beyond the count is not looked at. */
	f->ring.key[1].id--;
	f->ring.n = 1;
	KUNIT_EXPECT_NULL(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
						NTS_COOKIE_LEN, f->keys));
}

/* The key id alone does not make it authentic: each octet counts. */
static void cookie_tampered(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < NTS_COOKIE_LEN; i++) {
		f->cookie[i] ^= 0x10;
		KUNIT_EXPECT_NULL(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
							NTS_COOKIE_LEN, f->keys));
		f->cookie[i] ^= 0x10;
	}
}

static void cookie_id_of_another_key(struct kunit *test)
{
	struct cookie_fixture *f = cookie_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	put_unaligned_be32(f->ring.key[0].id, f->cookie);
	KUNIT_EXPECT_NULL(test, nts_cookie_open(&f->ring, NTS_SIV_LIB, f->cookie,
						NTS_COOKIE_LEN, f->keys));
}

static struct kunit_case cookie_cases[] = {
	KUNIT_CASE(cookie_round_trip),
	KUNIT_CASE(cookie_hides_the_keys),
	KUNIT_CASE(cookie_wrong_length),
	KUNIT_CASE(cookie_no_such_key),
	KUNIT_CASE(cookie_tampered),
	KUNIT_CASE(cookie_id_of_another_key),
	{ }
};

static struct kunit_suite cookie_suite = {
	.name = "nts_cookie",
	.test_cases = cookie_cases,
};

kunit_test_suite(cookie_suite);
