// SPDX-License-Identifier: GPL-2.0-or-later
/* AES-SIV-CMAC-256 against RFC 5297 and Wycheproof, through both engines. */
#include <kunit/test.h>

#include "siv.c"
#include "siv_vectors.h"

#define TEXT_MAX 1024

static const enum nts_siv_engine engines[] = { NTS_SIV_LIB, NTS_SIV_NI };

static void engine_desc(const enum nts_siv_engine *engine, char *desc)
{
	strcpy(desc, *engine == NTS_SIV_NI ? "AES-NI" : "library");
}

KUNIT_ARRAY_PARAM(engine, engines, engine_desc);

static bool engine_absent(enum nts_siv_engine engine)
{
	return engine == NTS_SIV_NI && !(NTS_HAVE_NI && nts_ni_supported());
}

static u8 nibble(char c)
{
	return (u8)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static size_t unhex(u8 *to, const char *hex)
{
	size_t n = 0;

	for (; *hex; hex += 2)
		to[n++] = (u8)(nibble(hex[0]) << 4 | nibble(hex[1]));
	return n;
}

struct workspace {
	struct nts_siv_key key;
	u8 bytes[NTS_SIV_KEY_LEN];
	u8 aad[TEXT_MAX], iv[TEXT_MAX], text[TEXT_MAX], sealed[TEXT_MAX];
	u8 work[TEXT_MAX], tag[NTS_SIV_TAG_LEN], made[NTS_SIV_TAG_LEN];
};

static void check_vector(struct kunit *test, struct workspace *w,
			 const struct siv_vector *v, enum nts_siv_engine engine)
{
	struct nts_span ad[2] = { { w->aad, 0 }, { w->iv, 0 } };
	unsigned int n_ad = v->iv ? 2 : 1;
	size_t len, sealed_len;
	bool opened;

	unhex(w->bytes, v->key);
	ad[0].len = unhex(w->aad, v->aad);
	ad[1].len = v->iv ? unhex(w->iv, v->iv) : 0;
	len = unhex(w->text, v->text);
	sealed_len = unhex(w->sealed, v->sealed);
	unhex(w->tag, v->tag);
	nts_siv_setkey(&w->key, w->bytes, engine);

	if (v->valid) {
		memcpy(w->work, w->text, len);
		nts_siv_seal(&w->key, ad, n_ad, w->work, len, w->made);
		KUNIT_EXPECT_MEMEQ(test, w->made, w->tag, NTS_SIV_TAG_LEN);
		KUNIT_EXPECT_MEMEQ(test, w->work, w->sealed, len);
	}
	memcpy(w->work, w->sealed, sealed_len);
	opened = nts_siv_open(&w->key, ad, n_ad, w->work, sealed_len, w->tag);
	if (opened != v->valid)
		KUNIT_EXPECT_EQ(test, v->id, -1);	/* shows which */
	if (v->valid)
		KUNIT_EXPECT_MEMEQ(test, w->work, w->text, len);
}

static void siv_wycheproof(struct kunit *test)
{
	enum nts_siv_engine engine = *(const enum nts_siv_engine *)test->param_value;
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (engine_absent(engine))
		return;
	for (i = 0; i < ARRAY_SIZE(wycheproof_siv); i++)
		check_vector(test, w, &wycheproof_siv[i], engine);
	for (i = 0; i < ARRAY_SIZE(wycheproof_aead); i++)
		check_vector(test, w, &wycheproof_aead[i], engine);
	KUNIT_EXPECT_GE(test, ARRAY_SIZE(wycheproof_siv), (size_t)140);
	KUNIT_EXPECT_GE(test, ARRAY_SIZE(wycheproof_aead), (size_t)290);
}

static void siv_rfc5297_a1(struct kunit *test)
{
	static const struct siv_vector a1 = {
		1, true,
		"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		"101112131415161718191a1b1c1d1e1f2021222324252627",
		NULL,
		"112233445566778899aabbccddee",
		"85632d07c6e8f37f950acd320a2ecc93",
		"40c02b9690c4dc04daef7f6afe5c"
	};
	enum nts_siv_engine engine = *(const enum nts_siv_engine *)test->param_value;
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (!engine_absent(engine))
		check_vector(test, w, &a1, engine);
}

/* Three components of associated data, which no vector above has. */
static void siv_rfc5297_a2(struct kunit *test)
{
	enum nts_siv_engine engine = *(const enum nts_siv_engine *)test->param_value;
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	u8 ad1[40], ad2[10], nonce[16];
	struct nts_span ad[3] = { { ad1, 0 }, { ad2, 0 }, { nonce, 0 } };
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (engine_absent(engine))
		return;
	unhex(w->bytes, "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f");
	ad[0].len = unhex(ad1, "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100");
	ad[1].len = unhex(ad2, "102030405060708090a0");
	ad[2].len = unhex(nonce, "09f911029d74e35bd84156c5635688c0");
	len = unhex(w->text, "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553");
	unhex(w->tag, "7bdb6e3b432667eb06f4d14bff2fbd0f");
	unhex(w->sealed, "cb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d");

	nts_siv_setkey(&w->key, w->bytes, engine);
	memcpy(w->work, w->text, len);
	nts_siv_seal(&w->key, ad, 3, w->work, len, w->made);
	KUNIT_EXPECT_MEMEQ(test, w->made, w->tag, NTS_SIV_TAG_LEN);
	KUNIT_EXPECT_MEMEQ(test, w->work, w->sealed, len);
	KUNIT_EXPECT_TRUE(test, nts_siv_open(&w->key, ad, 3, w->work, len, w->tag));
	KUNIT_EXPECT_MEMEQ(test, w->work, w->text, len);
}

/* Both engines agree at each length around block boundaries. */
static void siv_engines_agree(struct kunit *test)
{
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct nts_span ad[2] = { { w->aad, 0 }, { w->iv, 16 } };
	u8 tag[NTS_SIV_TAG_LEN];
	size_t len, i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (engine_absent(NTS_SIV_NI))
		return;
	for (i = 0; i < TEXT_MAX; i++) {
		w->text[i] = (u8)(i * 7);
		w->aad[i] = (u8)(i * 13);
	}
	/* All ones in the counter: the cleared bits matter. */
	memset(w->iv, 0xff, 16);
	for (len = 0; len <= 200; len++) {
		ad[0].len = 200 - len;
		nts_siv_setkey(&w->key, w->text, NTS_SIV_LIB);
		memcpy(w->sealed, w->text, len);
		nts_siv_seal(&w->key, ad, 2, w->sealed, len, w->tag);
		nts_siv_setkey(&w->key, w->text, NTS_SIV_NI);
		memcpy(w->work, w->text, len);
		nts_siv_seal(&w->key, ad, 2, w->work, len, tag);
		KUNIT_EXPECT_MEMEQ(test, tag, w->tag, NTS_SIV_TAG_LEN);
		KUNIT_EXPECT_MEMEQ(test, w->work, w->sealed, len);
		KUNIT_EXPECT_TRUE(test, nts_siv_open(&w->key, ad, 2, w->work, len, tag));
	}
}

/* Any bit changed anywhere: refused, and no plaintext is left behind. */
static void siv_open_refuses_tampering(struct kunit *test)
{
	enum nts_siv_engine engine = *(const enum nts_siv_engine *)test->param_value;
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	static const u8 zeros[20];
	struct nts_span ad[1] = { { w->aad, 20 } };
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (engine_absent(engine))
		return;
	memset(w->text, 'x', 20);
	nts_siv_setkey(&w->key, w->bytes, engine);
	memcpy(w->sealed, w->text, 20);
	nts_siv_seal(&w->key, ad, 1, w->sealed, 20, w->tag);
	for (i = 0; i < 8 * (16 + 20 + 20); i++) {
		u8 *octet = i < 128 ? &w->tag[i / 8] :
			    i < 128 + 160 ? &w->work[i / 8 - 16] : &w->aad[i / 8 - 36];

		memcpy(w->work, w->sealed, 20);
		*octet ^= (u8)(1 << i % 8);
		KUNIT_EXPECT_FALSE(test, nts_siv_open(&w->key, ad, 1, w->work, 20, w->tag));
		KUNIT_EXPECT_MEMEQ(test, w->work, zeros, 20);
		if (octet < w->work || octet >= w->work + 20)
			*octet ^= (u8)(1 << i % 8);
	}
	memcpy(w->work, w->sealed, 20);
	KUNIT_EXPECT_TRUE(test, nts_siv_open(&w->key, ad, 1, w->work, 20, w->tag));
}

static struct kunit_case siv_cases[] = {
	KUNIT_CASE_PARAM(siv_rfc5297_a1, engine_gen_params),
	KUNIT_CASE_PARAM(siv_rfc5297_a2, engine_gen_params),
	KUNIT_CASE_PARAM(siv_wycheproof, engine_gen_params),
	KUNIT_CASE(siv_engines_agree),
	KUNIT_CASE_PARAM(siv_open_refuses_tampering, engine_gen_params),
	{ }
};

static struct kunit_suite siv_suite = {
	.name = "nts_siv",
	.test_cases = siv_cases,
};
kunit_test_suite(siv_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of the NTS core");
