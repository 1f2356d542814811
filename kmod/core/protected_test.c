// SPDX-License-Identifier: GPL-2.0-or-later
/* RFC 8915's protection of answers, one by one and several side by side. */
#include <kunit/test.h>

#include "client_test.h"
#include "protected.c"
#include "respond.h"

#define BATCH	NTS_PROTECTED_BATCH

static const struct nts_quality good = { .stratum = 2, .precision = -25 };

struct protected_fixture {
	struct client client;
	struct nts_request request[BATCH];
	struct nts_protected some[BATCH];
	u8 packet[BATCH][2048];
	u32 asked[BATCH];
	u8 alone[BATCH][2048];
	struct nts_siv_key key;
	enum nts_siv_engine engine;
};

static struct protected_fixture *protected_set_up(struct kunit *test)
{
	static const u8 bytes[NTS_SIV_KEY_LEN] = { 9, 8, 7 };
	struct protected_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	client_init(&f->client);
	f->engine = test->param_value ? *(const enum nts_siv_engine *)test->param_value :
					NTS_SIV_LIB;
	nts_siv_setkey(&f->client.ring.key[0].siv[f->engine], bytes, f->engine);
	return f;
}

/* The request that f->client holds becomes one of the batch. */
static void join(struct kunit *test, struct protected_fixture *f, u32 i)
{
	struct nts_protected *p = &f->some[i];
	u32 k;

	f->asked[i] = f->client.len;
	memcpy(f->packet[i], f->client.packet, f->client.len);
	KUNIT_ASSERT_EQ(test, nts_request_parse(f->packet[i], f->client.len, &f->request[i]),
			NTS_ANSWER_NTS);
	p->packet = f->packet[i];
	p->request = &f->request[i];
	p->cookies = nts_request_cookies(&f->request[i]);
	for (k = 0; k < sizeof(p->entropy); k++)
		p->entropy[k] = (u8)(i + k);
}

static void answer_batch(struct protected_fixture *f, struct nts_protected *some, u32 n)
{
	u32 i;

	nts_protected_open(some, n, &f->client.ring, f->engine);
	for (i = 0; i < n; i++) {
		if (some[i].key)
			some[i].len = nts_respond_plain(some[i].packet, some[i].request, &good,
							0x1111);
	}
	nts_protected_prepare(some, n, &f->client.ring.key[0], f->engine);
	for (i = 0; i < n; i++) {
		if (some[i].key)
			nts_respond_stamp(some[i].packet, 0x2222);
	}
	nts_protected_seal(some, n);
}

/* As the client reads it: unique identifier, S2C, cookies that work. */
static void is_authentic(struct kunit *test, struct protected_fixture *f, u32 i)
{
	u8 *packet = f->packet[i], *text = packet + 84 + 8 + 32;
	const struct nts_span ad[] = { { packet, 84 }, { packet + 84 + 8, 16 } };
	u8 keys[2 * NTS_SIV_KEY_LEN];
	struct client *c = &f->client;
	u16 n;

	nts_siv_setkey(&f->key, c->s2c, NTS_SIV_LIB);
	KUNIT_ASSERT_TRUE(test, nts_siv_open(&f->key, ad, 2, text, packet + f->some[i].len - text,
					     text - 16));
	for (n = 0; text < packet + f->some[i].len; n++) {
		KUNIT_EXPECT_EQ(test, get_unaligned_be16(text), (u16)NTS_EXT_COOKIE);
		KUNIT_ASSERT_NOT_NULL(test, nts_cookie_open(&c->ring, NTS_SIV_LIB, text + 4,
							    NTS_COOKIE_LEN, keys));
		KUNIT_EXPECT_MEMEQ(test, keys, c->c2s, 32);
		KUNIT_EXPECT_MEMEQ(test, keys + 32, c->s2c, 32);
		/* Each with a nonce of its own. */
		KUNIT_EXPECT_MEMEQ(test, text + 8, f->some[i].entropy + 16 * (n + 1), 16);
		text += NTS_COOKIE_EXT_LEN;
	}
	KUNIT_EXPECT_EQ(test, n, f->some[i].cookies);
}

static void protected_one(struct kunit *test)
{
	struct protected_fixture *f = protected_set_up(test);
	u16 placeholders;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (placeholders = 0; placeholders < 8; placeholders++) {
		client_request(&f->client, placeholders);
		join(test, f, 0);
		answer_batch(f, f->some, 1);
		KUNIT_ASSERT_NOT_NULL(test, f->some[0].key);
		KUNIT_EXPECT_EQ(test, f->some[0].len, f->client.len);
		KUNIT_EXPECT_EQ(test, f->some[0].cookies, (u16)(placeholders + 1));
		is_authentic(test, f, 0);
	}
}

/* One bit changed anywhere before the tag's end is never authentic. */
static void protected_tampered(struct kunit *test)
{
	struct protected_fixture *f = protected_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	client_request(&f->client, 1);
	for (i = 0; i < f->client.len; i++) {
		memcpy(f->packet[0], f->client.packet, f->client.len);
		f->packet[0][i] ^= 1;
		if (nts_request_parse(f->packet[0], f->client.len, &f->request[0]) !=
		    NTS_ANSWER_NTS)
			continue;
		f->some[0].packet = f->packet[0];
		f->some[0].request = &f->request[0];
		nts_protected_open(f->some, 1, &f->client.ring, NTS_SIV_LIB);
		KUNIT_EXPECT_NULL(test, f->some[0].key);
	}
}

/* Whatever order and extra fields the client chooses. */
static void protected_never_longer(struct kunit *test)
{
	struct protected_fixture *f = protected_set_up(test);
	u16 shape;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (shape = 0; shape < 64; shape++) {
		struct client *c = &f->client;
		u16 i;

		client_header(c, 4);
		if (shape & 1)
			client_field(c, 0x2005, 12 + 4 * (shape >> 4), 0);
		if (shape & 2)
			client_cookie(c);
		client_field(c, NTS_EXT_UNIQUE_ID, 32 + 4 * (shape >> 3), 0x5a);
		if (!(shape & 2))
			client_cookie(c);
		for (i = 0; i < shape >> 3; i++)
			client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0);
		client_auth(c, shape & 4 ? 4 : 16, shape & 4 ? 12 : 0);
		join(test, f, 0);
		answer_batch(f, f->some, 1);
		KUNIT_EXPECT_LE(test, f->some[0].len, c->len);
		KUNIT_EXPECT_GE(test, f->some[0].len, 48U + 36 + 40 + 104);
	}
}

/* What the batch is made of: all sorts, with the broken ones in between. */
static void gather(struct kunit *test, struct protected_fixture *f, u32 n, u32 broken)
{
	u32 i;

	for (i = 0; i < n; i++) {
		client_request(&f->client, broken ? i % 3 : 0);
		join(test, f, i);
		if (!(broken & 1u << i))
			continue;
		switch (i % 4) {
		case 0:	/* a cookie that was changed */
			f->packet[i][f->request[i].cookie.offset + 60] ^= 1;
			break;
		case 1:	/* a cookie of a key that is gone */
			f->packet[i][f->request[i].cookie.offset + 4] ^= 1;
			break;
		case 2:	/* a request that was changed */
			f->packet[i][0] ^= 0x40;
			break;
		case 3:	/* no room, as far as the caller is concerned */
			f->some[i].cookies = 0;
			break;
		}
	}
}

/* Side by side each becomes what it becomes alone, whoever its neighbours are. */
static void protected_side_by_side(struct kunit *test)
{
	struct protected_fixture *f = protected_set_up(test);
	u32 n, i, broken;

	KUNIT_ASSERT_NOT_NULL(test, f);
	if (f->engine == NTS_SIV_NI && !(NTS_HAVE_NI && nts_ni_supported()))
		return;
	for (n = 1; n <= BATCH; n++) {
		for (broken = 0; broken < 1u << n; broken += n < 6 ? 1 : 13) {
			gather(test, f, n, broken);
			for (i = 0; i < n; i++)
				answer_batch(f, &f->some[i], 1);
			memcpy(f->alone, f->packet, sizeof(f->alone));
			gather(test, f, n, broken);
			answer_batch(f, f->some, n);
			for (i = 0; i < n; i++) {
				bool whole = !(broken & 1u << i) || i % 4 == 3;

				KUNIT_EXPECT_EQ(test, !!f->some[i].key, whole);
				KUNIT_EXPECT_MEMEQ(test, f->packet[i], f->alone[i], f->asked[i]);
				if (whole && f->some[i].cookies)
					is_authentic(test, f, i);
			}
		}
	}
}

static void protected_wiped(struct kunit *test)
{
	struct protected_fixture *f = protected_set_up(test);
	const u8 *zeros;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	zeros = f->alone[0];
	gather(test, f, 2, 0);
	answer_batch(f, f->some, 2);
	nts_protected_wipe(f->some, 2);
	for (i = 0; i < 2; i++) {
		struct nts_protected *p = &f->some[i];

		KUNIT_EXPECT_MEMEQ(test, p->keys, zeros, sizeof(p->keys));
		KUNIT_EXPECT_MEMEQ(test, &p->c2s.lib, zeros, sizeof(p->c2s.lib));
		KUNIT_EXPECT_MEMEQ(test, &p->s2c.lib, zeros, sizeof(p->s2c.lib));
	}
}

static const enum nts_siv_engine engines[] = { NTS_SIV_LIB, NTS_SIV_NI };

static void engine_name(const enum nts_siv_engine *engine, char *name)
{
	strscpy(name, *engine == NTS_SIV_NI ? "AES-NI" : "library", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(engines, engines, engine_name);

static struct kunit_case protected_cases[] = {
	KUNIT_CASE(protected_one),
	KUNIT_CASE(protected_tampered),
	KUNIT_CASE(protected_never_longer),
	KUNIT_CASE_PARAM(protected_side_by_side, engines_gen_params),
	KUNIT_CASE(protected_wiped),
	{ }
};

static struct kunit_suite protected_suite = {
	.name = "nts_protected",
	.test_cases = protected_cases,
};

kunit_test_suite(protected_suite);
