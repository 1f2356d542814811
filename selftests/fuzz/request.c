// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way from a packet to its answer. The first octet of the input says
 * whether the packet, where it has the fields for it, is made authentic before
 * it is looked at: else nothing behind the authenticator would ever be reached;
 * and whether it refers to an answer of ours.
 */
#include <stdlib.h>

#include "core/interleave.h"
#include "core/protected.h"
#include "core/respond.h"

#define CHECK(cond) do { if (!(cond)) abort(); } while (0)

#define AUTHENTIC	1
#define REFERS		2

/* The stamps of the answer before. */
#define RECEIVE		0x1001
#define TRANSMIT	0x2000

static struct nts_cookie_ring ring;
static struct nts_interleave table;
static struct nts_interleave_bucket bucket;
static u8 c2s[NTS_SIV_KEY_LEN], s2c[NTS_SIV_KEY_LEN], entropy[NTS_ENTROPY_MAX];

static void set_up(void)
{
	static const u8 bytes[NTS_SIV_KEY_LEN] = { 1 };
	int e;

	if (ring.n)
		return;
	ring.n = 1;
	ring.key[0].id = 7;
	for (e = 0; e < NTS_SIV_ENGINES; e++)
		nts_siv_setkey(&ring.key[0].siv[e], bytes, e);
	memset(c2s, 2, sizeof(c2s));
	memset(s2c, 3, sizeof(s2c));
	memset(entropy, 4, sizeof(entropy));
}

static void make_authentic(u8 *packet, const struct nts_request *request)
{
	const struct nts_span ad[] = {
		{ packet, request->auth.offset },
		{ packet + nts_ext_body(&request->auth) + NTS_AUTH_HEADER_LEN,
		  request->nonce_len },
	};
	struct nts_siv_key key;

	if (nts_ext_body_len(&request->cookie) != NTS_COOKIE_LEN)
		return;
	nts_cookie_seal(&ring.key[0], NTS_SIV_NI, entropy, c2s, s2c,
			packet + nts_ext_body(&request->cookie));
	nts_siv_setkey(&key, c2s, NTS_SIV_NI);
	nts_siv_seal(&key, ad, 2, packet + request->text_offset + NTS_SIV_TAG_LEN,
		     request->text_len, packet + request->text_offset);
}

static void answer_before(void)
{
	static const struct nts_request request = { .origin = 1, .transmit = 1 };
	static const u8 address[16];
	static const u64 secret[2];
	struct nts_interleave_visit visit;
	u8 kind;

	memset(&bucket, 0, sizeof(bucket));
	nts_interleave_init(&table, &bucket, 1, secret);
	CHECK(!nts_interleave_take(&table, &visit, address, &request, 0, &kind));
	CHECK(nts_interleave_save(&table, &visit, RECEIVE, TRANSMIT, 0));
}

/* RFC 9769: in the mode that was asked for, and each stamp once. */
static void stamp(u8 *packet, const struct nts_request *request, const u8 *first)
{
	const bool may = request->receive != request->transmit;
	static const u8 address[16];
	struct nts_interleave_visit visit;
	u64 told;
	u8 kind;

	told = nts_interleave_take(&table, &visit, address, request, 1, &kind);
	CHECK(told == (may && request->origin == RECEIVE ? TRANSMIT : 0));
	CHECK(!nts_interleave_take(&table, &visit, address, request, 1, &kind));
	if (told)
		nts_respond_interleaved(packet, request, told);
	else
		nts_respond_stamp(packet, 2);
	CHECK(!memcmp(packet + 24, first + (told ? 32 : 40), 8));
	CHECK(!!nts_interleave_save(&table, &visit, 0x3001, 0x3004, 1) ==
	      (may && request->origin & 1));
}

/* What the client would check: RFC 8915, 5.7. */
static void check_answer(u8 *packet, u32 len, u16 cookies)
{
	u32 offset = NTS_NTP_HEADER_LEN, at;
	struct nts_siv_key key;
	struct nts_ext ext;
	u8 keys[2 * NTS_SIV_KEY_LEN];
	u16 seen = 0;

	CHECK(nts_ext_next(packet, len, &offset, &ext) == NTS_EXT_FIELD);
	CHECK(ext.type == NTS_EXT_UNIQUE_ID);
	CHECK(nts_ext_next(packet, len, &offset, &ext) == NTS_EXT_FIELD);
	CHECK(ext.type == NTS_EXT_AUTH && offset == len);
	at = ext.offset + 8u;
	{
		const struct nts_span ad[] = {
			{ packet, ext.offset }, { packet + at, NTS_NONCE_LEN },
		};

		nts_siv_setkey(&key, s2c, NTS_SIV_LIB);
		CHECK(nts_siv_open(&key, ad, 2, packet + at + 32, len - at - 32,
				   packet + at + 16));
	}
	for (at += 32; at < len; at += NTS_COOKIE_EXT_LEN, seen++) {
		CHECK(get_unaligned_be16(packet + at) == NTS_EXT_COOKIE);
		CHECK(get_unaligned_be16(packet + at + 2) == NTS_COOKIE_EXT_LEN);
		CHECK(nts_cookie_open(&ring, NTS_SIV_LIB, packet + at + 4,
				      NTS_COOKIE_LEN, keys));
		CHECK(!memcmp(keys, c2s, 32) && !memcmp(keys + 32, s2c, 32));
	}
	CHECK(seen == cookies);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct nts_quality quality = { .stratum = 1 };
	struct nts_request request;
	struct nts_protected p = { .request = &request };
	enum nts_verdict verdict;
	u8 *packet, first[NTS_NTP_HEADER_LEN];
	u16 cookies;
	u32 len;

	set_up();
	if (size < 1)
		return 0;
	/* Of its very size, so that one octet too far is seen. */
	packet = malloc(size);
	memcpy(packet, data + 1, size - 1);
	answer_before();
	if (data[0] & REFERS && size > NTS_NTP_HEADER_LEN)
		memcpy(packet + 24, &(__be64){ cpu_to_be64(RECEIVE) }, 8);
	verdict = nts_request_parse(packet, (u32)size - 1, &request);
	CHECK(verdict < NTS_VERDICT_COUNT && verdict != NTS_ANSWER_NAK);
	if (!nts_verdict_answers(verdict))
		goto out;
	memcpy(first, packet, sizeof(first));
	if (verdict == NTS_ANSWER_PLAIN) {
		CHECK(!request.nts);
		len = nts_respond_plain(packet, &request, &quality, 1);
		stamp(packet, &request, first);
		CHECK(len <= size - 1);
		goto out;
	}
	CHECK(request.nts);
	cookies = nts_request_cookies(&request);
	CHECK(cookies <= NTS_MAX_COOKIES && cookies <= 1 + request.placeholders);
	if (data[0] & AUTHENTIC)
		make_authentic(packet, &request);
	p.packet = packet;
	p.cookies = cookies;
	nts_protected_open(&p, 1, &ring, NTS_SIV_NI);
	if (!p.key) {
		len = nts_respond_nak(packet, &request);
		CHECK(len <= size - 1);
		goto out;
	}
	CHECK(data[0] & AUTHENTIC);
	if (!cookies)
		goto out;
	memcpy(p.entropy, entropy, sizeof(entropy));
	p.len = nts_respond_plain(packet, &request, &quality, 1);
	nts_protected_prepare(&p, 1, &ring.key[0], NTS_SIV_NI);
	len = p.len;
	CHECK(len <= size - 1);
	stamp(packet, &request, first);
	nts_protected_seal(&p, 1);
	check_answer(packet, len, cookies);
out:
	free(packet);
	return 0;
}
