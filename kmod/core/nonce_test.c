// SPDX-License-Identifier: GPL-2.0-or-later
/* Nonces never repeat, are the same from either engine, and look random. */
#include <kunit/test.h>

#include "nonce.c"

#define CALLS	64
#define MOST	9
#define NONCE	16

struct nonce_fixture {
	struct nts_nonces nonces;
	u8 nonce[CALLS * MOST][NONCE];
	u32 n;
};

static struct nonce_fixture *nonce_set_up(struct kunit *test, u8 seed)
{
	struct nonce_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u8 bytes[NTS_SIV_KEY_LEN];

	if (!f)
		return NULL;
	memset(bytes, seed, sizeof(bytes));
	nts_siv_setkey(&f->nonces.key[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	if (NTS_HAVE_NI && nts_ni_supported())
		nts_siv_setkey(&f->nonces.key[NTS_SIV_NI], bytes, NTS_SIV_NI);
	return f;
}

/* Calls for one to MOST nonces, by turns. */
static void take_all(struct nonce_fixture *f, enum nts_siv_engine engine)
{
	u32 i, n;

	for (i = 0; i < CALLS; i++) {
		n = 1 + i % MOST;
		nts_nonce_take(&f->nonces, engine, f->nonce[f->n], n * NONCE);
		f->n += n;
	}
}

static void nonce_never_repeats(struct kunit *test)
{
	struct nonce_fixture *f = nonce_set_up(test, 1);
	u32 i, k, same = 0;

	KUNIT_ASSERT_NOT_NULL(test, f);
	take_all(f, NTS_SIV_LIB);
	for (i = 0; i < f->n; i++)
		for (k = 0; k < i; k++)
			same += !memcmp(f->nonce[i], f->nonce[k], NONCE);
	KUNIT_EXPECT_EQ(test, same, 0U);
}

/* Neither half tells which were made together. */
static void nonce_looks_random(struct kunit *test)
{
	struct nonce_fixture *f = nonce_set_up(test, 1);
	u32 i, k, same = 0, bits = 0;

	KUNIT_ASSERT_NOT_NULL(test, f);
	take_all(f, NTS_SIV_LIB);
	for (i = 0; i < f->n; i++) {
		for (k = 0; k < i; k++) {
			same += !memcmp(f->nonce[i], f->nonce[k], NONCE / 2);
			same += !memcmp(f->nonce[i] + NONCE / 2, f->nonce[k] + NONCE / 2,
					NONCE / 2);
		}
		for (k = 0; k < NONCE * 8; k++)
			bits += f->nonce[i][k / 8] >> k % 8 & 1;
	}
	KUNIT_EXPECT_EQ(test, same, 0U);
	/* Half of them within ten standard deviations. */
	KUNIT_EXPECT_GE(test, bits, f->n * NONCE * 4 - 1400);
	KUNIT_EXPECT_LE(test, bits, f->n * NONCE * 4 + 1400);
}

static void nonce_follows_its_key(struct kunit *test)
{
	struct nonce_fixture *one = nonce_set_up(test, 1), *other = nonce_set_up(test, 2);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, other);
	nts_nonce_take(&one->nonces, NTS_SIV_LIB, one->nonce[0], NONCE);
	nts_nonce_take(&other->nonces, NTS_SIV_LIB, other->nonce[0], NONCE);
	KUNIT_EXPECT_MEMNEQ(test, one->nonce[0], other->nonce[0], NONCE);
}

/* The engine may change from one answer to the next, and none repeats for that. */
static void nonce_engines_agree(struct kunit *test)
{
	struct nonce_fixture *one = nonce_set_up(test, 1), *other = nonce_set_up(test, 1);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, other);
	if (!NTS_HAVE_NI || !nts_ni_supported())
		return;
	take_all(one, NTS_SIV_LIB);
	take_all(other, NTS_SIV_NI);
	KUNIT_EXPECT_MEMEQ(test, one->nonce, other->nonce, sizeof(one->nonce));
}

static struct kunit_case nonce_cases[] = {
	KUNIT_CASE(nonce_never_repeats),
	KUNIT_CASE(nonce_looks_random),
	KUNIT_CASE(nonce_follows_its_key),
	KUNIT_CASE(nonce_engines_agree),
	{ }
};

static struct kunit_suite nonce_suite = {
	.name = "nts_nonce",
	.test_cases = nonce_cases,
};

kunit_test_suite(nonce_suite);
