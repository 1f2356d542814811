// SPDX-License-Identifier: GPL-2.0-or-later
/* AES-SIV-CMAC-256 against RFC 5297 and Wycheproof, through both engines. */
#include <kunit/test.h>

#include "siv.c"
#include "siv_vectors.h"

#define TEXT_MAX 1024

static const enum nts_siv_engine engines[] = { NTS_SIV_LIB, NTS_SIV_NI };

static void engine_desc(const enum nts_siv_engine *engine, char *desc)
{
	strscpy(desc, *engine == NTS_SIV_NI ? "AES-NI" : "library", KUNIT_PARAM_DESC_SIZE);
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
	static const u8 key[] = {
		0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x7a, 0x79, 0x78,
		0x77, 0x76, 0x75, 0x74, 0x73, 0x72, 0x71, 0x70,
		0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
		0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
	};
	static const u8 ad1[] = {
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
		0xde, 0xad, 0xda, 0xda, 0xde, 0xad, 0xda, 0xda,
		0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
		0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00,
	};
	static const u8 ad2[] = { 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0 };
	static const u8 nonce[] = {
		0x09, 0xf9, 0x11, 0x02, 0x9d, 0x74, 0xe3, 0x5b,
		0xd8, 0x41, 0x56, 0xc5, 0x63, 0x56, 0x88, 0xc0,
	};
	static const char text[] = "this is some plaintext to encrypt using SIV-AES";
	static const u8 tag[] = {
		0x7b, 0xdb, 0x6e, 0x3b, 0x43, 0x26, 0x67, 0xeb,
		0x06, 0xf4, 0xd1, 0x4b, 0xff, 0x2f, 0xbd, 0x0f,
	};
	static const u8 sealed[] = {
		0xcb, 0x90, 0x0f, 0x2f, 0xdd, 0xbe, 0x40, 0x43,
		0x26, 0x60, 0x19, 0x65, 0xc8, 0x89, 0xbf, 0x17,
		0xdb, 0xa7, 0x7c, 0xeb, 0x09, 0x4f, 0xa6, 0x63,
		0xb7, 0xa3, 0xf7, 0x48, 0xba, 0x8a, 0xf8, 0x29,
		0xea, 0x64, 0xad, 0x54, 0x4a, 0x27, 0x2e, 0x9c,
		0x48, 0x5b, 0x62, 0xa3, 0xfd, 0x5c, 0x0d,
	};
	static const struct nts_span ad[] = {
		{ ad1, sizeof(ad1) }, { ad2, sizeof(ad2) }, { nonce, sizeof(nonce) },
	};
	enum nts_siv_engine engine = *(const enum nts_siv_engine *)test->param_value;
	struct workspace *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	size_t len = sizeof(sealed);

	KUNIT_ASSERT_NOT_NULL(test, w);
	if (engine_absent(engine))
		return;
	nts_siv_setkey(&w->key, key, engine);
	memcpy(w->work, text, len);
	nts_siv_seal(&w->key, ad, ARRAY_SIZE(ad), w->work, len, w->made);
	KUNIT_EXPECT_MEMEQ(test, w->made, tag, sizeof(tag));
	KUNIT_EXPECT_MEMEQ(test, w->work, sealed, len);
	KUNIT_EXPECT_TRUE(test, nts_siv_open(&w->key, ad, ARRAY_SIZE(ad), w->work, len, tag));
	KUNIT_EXPECT_MEMEQ(test, w->work, text, len);
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
