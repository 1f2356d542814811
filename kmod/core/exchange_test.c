// SPDX-License-Identifier: GPL-2.0-or-later
/* Our requests against our server's core, and against those who forge. */
#include <kunit/test.h>

#include "client_test.h"
#include "exchange.c"
#include "protected.h"
#include "respond.h"

#define SENT		1000000000LL
#define SERVER_TIME	1790000000000000000LL

struct exchange_fixture {
	struct client server;		/* its ring and keys */
	struct nts_jar jar;
	struct nts_exchange exchange;
	struct nts_previous previous;
	struct nts_answer answer;
	struct nts_protected p;
	struct nts_request request;
	struct nts_quality quality;
	bool interleaved;		/* how the server answers */
	u8 entropy[NTS_EXCHANGE_ENTROPY];
	u8 packet[NTS_MAX_PACKET + 4];
	u32 len;
};

static void put_cookie(struct exchange_fixture *f, u8 n)
{
	u8 nonce[NTS_NONCE_LEN] = { n }, cookie[NTS_COOKIE_LEN];

	nts_cookie_seal(&f->server.ring.key[0], NTS_SIV_LIB, nonce, f->server.c2s,
			f->server.s2c, cookie);
	nts_jar_put(&f->jar, cookie, sizeof(cookie));
}

static struct exchange_fixture *exchange_set_up(struct kunit *test, u8 cookies)
{
	struct exchange_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u32 i;

	if (!f)
		return NULL;
	client_init(&f->server);
	nts_jar_open(&f->jar, f->server.c2s, f->server.s2c);
	for (i = 0; i < cookies; i++)
		put_cookie(f, (u8)i);
	for (i = 0; i < sizeof(f->entropy); i++)
		f->entropy[i] = (u8)(0x30 + i);
	f->quality.stratum = 2;
	f->quality.precision = -25;
	return f;
}

static void ask(struct exchange_fixture *f, bool nts)
{
	f->len = nts_exchange_request(&f->exchange, f->packet, nts ? &f->jar : NULL,
				      NTS_SIV_LIB, f->entropy, &f->previous);
	f->exchange.sent = SENT;
}

static void stamp(struct exchange_fixture *f)
{
	if (f->interleaved)
		nts_respond_interleaved(f->packet, &f->request,
					nts_ntptime_from_ns(SERVER_TIME - 900));
	else
		nts_respond_stamp(f->packet, nts_ntptime_from_ns(SERVER_TIME + 5000));
}

/* The server's answer, in the request's place. */
static void answer(struct kunit *test, struct exchange_fixture *f)
{
	u64 receive = nts_ntptime_from_ns(SERVER_TIME);

	KUNIT_ASSERT_TRUE(test, nts_verdict_answers(nts_request_parse(f->packet, f->len,
								      &f->request)));
	f->p.packet = f->packet;
	f->p.request = &f->request;
	if (f->request.nts) {
		f->p.cookies = nts_request_cookies(&f->request);
		nts_protected_open(&f->p, 1, &f->server.ring, NTS_SIV_LIB);
		KUNIT_ASSERT_NOT_NULL(test, f->p.key);
	}
	f->len = nts_respond_plain(f->packet, &f->request, &f->quality, receive);
	if (f->request.nts) {
		f->p.len = f->len;
		nts_protected_prepare(&f->p, 1, &f->server.ring.key[0], NTS_SIV_LIB);
		f->len = f->p.len;
	}
	stamp(f);
	if (f->request.nts)
		nts_protected_seal(&f->p, 1);
}

static enum nts_reply take(struct exchange_fixture *f)
{
	return nts_exchange_reply(&f->exchange, f->packet, f->len,
				  f->exchange.nts ? &f->jar : NULL, NTS_SIV_LIB, &f->answer);
}

/* A forger starts from the true answer, and knows how to make extension fields. */
static struct exchange_fixture *exchange_answered(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 7);

	if (!f)
		return NULL;
	ask(f, true);
	answer(test, f);
	return f;
}

static void request_reveals_nothing(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);
	static const u8 zero[NTS_NTP_HEADER_LEN];

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, false);
	KUNIT_EXPECT_EQ(test, f->len, (u32)NTS_NTP_HEADER_LEN);
	KUNIT_EXPECT_EQ(test, f->packet[0], (u8)0x23);
	KUNIT_EXPECT_EQ(test, f->packet[3], (u8)32);
	KUNIT_EXPECT_MEMEQ(test, f->packet + 1, zero, 2);
	KUNIT_EXPECT_MEMEQ(test, f->packet + 4, zero, 36);
	KUNIT_EXPECT_MEMEQ(test, f->packet + 40, f->entropy, 8);
}

static void request_uses_its_entropy_once(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 6);
	static const u8 zero[NTS_COOKIE_LEN];
	const u8 *uid, *placeholder, *nonce;

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, true);
	uid = f->packet + NTS_NTP_HEADER_LEN + NTS_EXT_HEADER_LEN;
	placeholder = uid + NTS_UNIQUE_ID_MIN_LEN + NTS_COOKIE_EXT_LEN;
	nonce = f->packet + f->len - NTS_SIV_TAG_LEN - NTS_NONCE_LEN;
	KUNIT_EXPECT_MEMEQ(test, f->packet + 40, f->entropy, 8);
	KUNIT_EXPECT_MEMEQ(test, uid, f->entropy + 8, NTS_UNIQUE_ID_MIN_LEN);
	KUNIT_EXPECT_MEMEQ(test, nonce, f->entropy + 8 + NTS_UNIQUE_ID_MIN_LEN,
			   NTS_NONCE_LEN);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(placeholder), (u16)NTS_EXT_PLACEHOLDER);
	KUNIT_EXPECT_MEMEQ(test, placeholder + NTS_EXT_HEADER_LEN, zero, sizeof(zero));
	KUNIT_EXPECT_MEMEQ(test, &f->jar.siv, zero, sizeof(zero));
}

static void request_transmit_is_never_zero(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	memset(f->entropy, 0, sizeof(f->entropy));
	ask(f, false);
	KUNIT_EXPECT_TRUE(test, f->exchange.transmit);
}

/* As if an answer had come. */
static void answered_before(struct exchange_fixture *f)
{
	f->previous.valid = true;
	f->previous.server_receive = cpu_to_be64(0x1122334455667789ULL);
}

static void request_of_interleaved_mode(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 7);
	static const u8 origin[8] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x89 };
	static const u8 zero[20];
	u8 basic[40];
	u32 nts;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (nts = 0; nts < 2; nts++) {
		f->previous.valid = false;
		ask(f, nts);
		memcpy(basic, f->packet, sizeof(basic));
		answered_before(f);
		ask(f, nts);
		KUNIT_EXPECT_TRUE(test, f->exchange.interleaved);
		KUNIT_EXPECT_MEMEQ(test, f->packet, basic, 4);
		KUNIT_EXPECT_MEMEQ(test, f->packet + 4, zero, 20);
		KUNIT_EXPECT_MEMEQ(test, f->packet + 24, origin, 8);
		KUNIT_EXPECT_MEMEQ(test, f->packet + 32, f->entropy + 56, 8);
		KUNIT_EXPECT_MEMEQ(test, f->packet + 40, f->entropy, 8);
	}
	/* It differs from the other, and is not "no timestamp". */
	memset(f->entropy, 0, 8);
	f->entropy[7] = 1;
	memcpy(f->entropy + 56, f->entropy, 8);
	ask(f, false);
	KUNIT_EXPECT_MEMNEQ(test, f->packet + 32, f->packet + 40, 8);
	memset(f->entropy + 56, 0, 8);
	ask(f, false);
	KUNIT_EXPECT_MEMNEQ(test, f->packet + 32, f->packet + 40, 8);
	KUNIT_EXPECT_MEMNEQ(test, f->packet + 32, zero, 8);
}

/* A server that answers no such requests may answer basic ones. */
static void request_after_lost_answers(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	answered_before(f);
	for (i = 0; i < 7; i++) {
		ask(f, false);
		KUNIT_EXPECT_EQ(test, f->exchange.interleaved, i < 4);
	}
	request_reveals_nothing(test);
}

static void request_without_cookie_or_keys(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, true);
	KUNIT_EXPECT_EQ(test, f->len, 0U);
	KUNIT_EXPECT_FALSE(test, f->exchange.open);
	put_cookie(f, 1);
	f->jar.keyed = false;
	ask(f, true);
	KUNIT_EXPECT_EQ(test, f->len, 0U);
}

static void request_refills_to_eight(struct kunit *test)
{
	struct exchange_fixture *f;
	u8 held;

	for (held = 1; held <= NTS_MAX_COOKIES; held++) {
		f = exchange_set_up(test, held);
		KUNIT_ASSERT_NOT_NULL(test, f);
		ask(f, true);
		KUNIT_EXPECT_EQ(test, f->jar.n, (u8)(held - 1));
		KUNIT_ASSERT_EQ(test, nts_request_parse(f->packet, f->len, &f->request),
				NTS_ANSWER_NTS);
		KUNIT_EXPECT_EQ(test, f->request.placeholders, (u16)(8 - held));
		answer(test, f);
		KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
		KUNIT_EXPECT_EQ(test, f->jar.n, (u8)8);
		KUNIT_EXPECT_EQ(test, f->answer.cookies, (u8)(9 - held));
	}
}

static void request_stays_below_the_least_mtu(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);
	u8 cookie[NTS_MAX_COOKIE_LEN] = { 0 };

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_TRUE(test, nts_jar_put(&f->jar, cookie, sizeof(cookie)));
	ask(f, true);
	KUNIT_EXPECT_LE(test, f->len, (u32)NTS_EXCHANGE_MAX_LEN);
	KUNIT_EXPECT_EQ(test, nts_request_parse(f->packet, f->len, &f->request),
			NTS_ANSWER_NTS);
	KUNIT_EXPECT_EQ(test, f->request.placeholders, (u16)3);
}

static void reply_tells_the_time(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->quality.leap = 1;
	f->quality.refid = 0x01020304;
	f->quality.root_delay = 0x00018000;
	f->quality.root_dispersion = 0x00004000;
	f->quality.reftime = nts_ntptime_from_ns(SERVER_TIME - 7);
	ask(f, false);
	f->packet[2] = 9;
	answer(test, f);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
	KUNIT_EXPECT_EQ(test, f->answer.poll, (s8)9);
	KUNIT_EXPECT_EQ(test, f->answer.server.leap, (u8)1);
	KUNIT_EXPECT_EQ(test, f->answer.version, (u8)4);
	KUNIT_EXPECT_EQ(test, f->answer.server.stratum, (u8)2);
	KUNIT_EXPECT_EQ(test, f->answer.precision, (s8)-25);
	KUNIT_EXPECT_EQ(test, f->answer.server.refid, 0x01020304U);
	KUNIT_EXPECT_EQ(test, f->answer.server.root_delay, 1500000000LL);
	KUNIT_EXPECT_EQ(test, f->answer.server.root_dispersion, 250000000LL);
	KUNIT_EXPECT_EQ(test, f->answer.reftime, SERVER_TIME - 7);
	KUNIT_EXPECT_EQ(test, f->answer.receive, SERVER_TIME);
	KUNIT_EXPECT_EQ(test, f->answer.transmit, SERVER_TIME + 5000);
}

/* The receive timestamp comes back as origin, but only if that was asked for. */
static void reply_in_interleaved_mode(struct kunit *test)
{
	struct exchange_fixture *f;
	u32 nts, asked;

	for (nts = 0; nts < 2; nts++) {
		for (asked = 0; asked < 2; asked++) {
			f = exchange_set_up(test, 7);
			KUNIT_ASSERT_NOT_NULL(test, f);
			if (asked)
				answered_before(f);
			ask(f, nts);
			f->interleaved = true;
			answer(test, f);
			KUNIT_EXPECT_EQ(test, take(f), asked ? NTS_REPLY_TIME : NTS_REPLY_ORIGIN);
			KUNIT_EXPECT_EQ(test, f->answer.interleaved, asked);
			if (!asked)
				continue;
			KUNIT_EXPECT_EQ(test, f->answer.receive, SERVER_TIME);
			KUNIT_EXPECT_EQ(test, f->answer.transmit, SERVER_TIME - 900);
			/* And a basic answer is always welcome. */
			ask(f, nts);
			f->interleaved = false;
			answer(test, f);
			KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
			KUNIT_EXPECT_FALSE(test, f->answer.interleaved);
		}
	}
}

static void reply_counts_once(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);
	u8 *again;

	KUNIT_ASSERT_NOT_NULL(test, f);
	again = kunit_kzalloc(test, sizeof(f->packet), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, again);
	memcpy(again, f->packet, sizeof(f->packet));
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
	memcpy(f->packet, again, sizeof(f->packet));
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_LATE);
	KUNIT_EXPECT_EQ(test, f->jar.n, (u8)8);
}

static void reply_malformed(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, f);
	len = f->len;
	f->len = NTS_NTP_HEADER_LEN - 1;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_SHORT);
	f->len = NTS_MAX_PACKET + 1;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_SHORT);
	f->len = len;
	f->packet[0] = NTS_NTP_LVM(0, 3, NTS_NTP_MODE_SERVER);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_MODE);
	f->packet[0] = NTS_NTP_LVM(0, 4, NTS_NTP_MODE_CLIENT);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_MODE);
	f->packet[0] = NTS_NTP_LVM(0, 4, NTS_NTP_MODE_SERVER);
	f->packet[24] ^= 1;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_ORIGIN);
	f->packet[24] ^= 1;
	KUNIT_EXPECT_EQ(test, f->jar.n, (u8)6);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
}

/* Any octet changed makes it no answer at all; none moves cookies or the clock. */
static void reply_tampered(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);
	enum nts_reply reply;
	u8 *answer;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	answer = kunit_kzalloc(test, f->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, answer);
	memcpy(answer, f->packet, f->len);
	for (i = 0; i < f->len; i++) {
		memcpy(f->packet, answer, f->len);
		f->packet[i] ^= 0x40;
		reply = take(f);
		KUNIT_EXPECT_NE(test, reply, NTS_REPLY_TIME);
		KUNIT_EXPECT_NE(test, reply, NTS_REPLY_NAK);
		KUNIT_ASSERT_TRUE(test, f->exchange.open);
		KUNIT_ASSERT_EQ(test, f->jar.n, (u8)6);
	}
	memcpy(f->packet, answer, f->len);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
}

static void reply_of_another_key(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->jar.s2c[3] ^= 1;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_FORGED);
}

static void reply_without_authenticator(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);
	u32 uid_end = NTS_NTP_HEADER_LEN + UID_EXT_LEN;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->len = uid_end;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_UNPROTECTED);
	/* A kiss-o'-death is nothing without one. */
	f->packet[1] = 0;
	memcpy(f->packet + 12, "DENY", 4);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_UNPROTECTED);
	f->len = NTS_NTP_HEADER_LEN;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_UID);
	KUNIT_EXPECT_TRUE(test, f->exchange.open);
}

static void reply_nak(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 3);

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, true);
	KUNIT_ASSERT_EQ(test, nts_request_parse(f->packet, f->len, &f->request),
			NTS_ANSWER_NTS);
	f->len = nts_respond_nak(f->packet, &f->request);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_NAK);
	/* Anybody could have sent it: the true answer may still come. */
	KUNIT_EXPECT_TRUE(test, f->exchange.open);
	f->packet[NTS_NTP_HEADER_LEN + 10] ^= 1;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_UID);
}

static void reply_kiss_codes(struct kunit *test)
{
	static const struct {
		u32 code;
		enum nts_reply reply;
	} kisses[] = {
		{ NTS_KOD_DENY, NTS_REPLY_DENY },
		{ NTS_KOD_RSTR, NTS_REPLY_DENY },
		{ NTS_KOD_RATE, NTS_REPLY_RATE },
		{ 0x494e4954, NTS_REPLY_KOD },
	};
	struct exchange_fixture *f = exchange_set_up(test, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < ARRAY_SIZE(kisses); i++) {
		ask(f, false);
		answer(test, f);
		f->packet[1] = 0;
		put_unaligned_be32(kisses[i].code, f->packet + 12);
		KUNIT_EXPECT_EQ(test, take(f), kisses[i].reply);
		KUNIT_EXPECT_FALSE(test, f->exchange.open);
	}
}

static void reply_without_timestamps(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, false);
	answer(test, f);
	memset(f->packet + 32, 0, 8);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_STAMPS);
	ask(f, false);
	answer(test, f);
	memset(f->packet + 40, 0, 8);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_STAMPS);
}

/* What is not covered by the authenticator does not count. */
static void reply_fields_behind_the_authenticator(struct kunit *test)
{
	struct exchange_fixture *f = exchange_answered(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	memset(nts_ext_put(f->packet + f->len, NTS_EXT_COOKIE, 104), 0, 100);
	f->len += 104;
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
	KUNIT_EXPECT_EQ(test, f->answer.cookies, (u8)2);
}

static void reply_authenticator_lengths(struct kunit *test)
{
	static const struct {
		u16 nonce;
		u16 text;
	} lengths[] = {
		{ 0xffff, 16 }, { 16, 0xffff }, { 16, 15 }, { 0xfffd, 0xfffd },
		/* The answer has two cookies: one octet, and one nonce, too many. */
		{ 16, 16 + 2 * NTS_COOKIE_EXT_LEN + 1 }, { 17, 16 + 2 * NTS_COOKIE_EXT_LEN },
		{ 32 + 2 * NTS_COOKIE_EXT_LEN + 4, 16 }, { 36 + 2 * NTS_COOKIE_EXT_LEN, 16 },
	};
	struct exchange_fixture *f = exchange_answered(test);
	u8 *body;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	body = f->packet + NTS_NTP_HEADER_LEN + UID_EXT_LEN + NTS_EXT_HEADER_LEN;
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		put_unaligned_be16(lengths[i].nonce, body);
		put_unaligned_be16(lengths[i].text, body + 2);
		KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_EXT);
	}
}

/* An answer whose encrypted part is @text, by a server that has the keys. */
static void answer_with(struct exchange_fixture *f, const u8 *text, u32 len)
{
	u32 offset = NTS_NTP_HEADER_LEN + UID_EXT_LEN;
	u8 *body = nts_ext_put(f->packet + offset, NTS_EXT_AUTH, (u16)(40 + len));
	const struct nts_span ad[] = { { f->packet, offset }, { body + 4, 16 } };

	f->packet[0] = NTS_NTP_LVM(0, 4, NTS_NTP_MODE_SERVER);
	f->packet[1] = 1;
	memcpy(f->packet + 24, &f->exchange.transmit, 8);
	memset(f->packet + 32, 1, 16);
	put_unaligned_be16(16, body);
	put_unaligned_be16((u16)(16 + len), body + 2);
	memcpy(body + 36, text, len);
	nts_siv_setkey(&f->p.s2c, f->server.s2c, NTS_SIV_LIB);
	nts_siv_seal(&f->p.s2c, ad, 2, body + 36, len, body + 20);
	f->len = offset + 40 + len;
}

static void reply_cookies_are_kept_as_they_are(struct kunit *test)
{
	struct exchange_fixture *f = exchange_set_up(test, 1);
	u8 text[2 * 24], cookie[NTS_MAX_COOKIE_LEN];

	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, true);
	memset(nts_ext_put(text, NTS_EXT_COOKIE, 20), 0xa1, 16);
	nts_ext_put(text + 20, 0x1234, 4);
	memset(nts_ext_put(text + 24, NTS_EXT_COOKIE, 24), 0xa2, 20);
	answer_with(f, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
	KUNIT_EXPECT_EQ(test, f->answer.cookies, (u8)2);
	KUNIT_EXPECT_EQ(test, nts_jar_take(&f->jar, cookie), 16U);
	KUNIT_EXPECT_MEMEQ(test, cookie, text + 4, 16);
	KUNIT_EXPECT_EQ(test, nts_jar_take(&f->jar, cookie), 20U);
	KUNIT_EXPECT_MEMEQ(test, cookie, text + 28, 20);
}

/* Authentic, yet malformed: what cannot be a field ends the search. */
static void reply_malformed_cookies(struct kunit *test)
{
	static const u16 lengths[] = { 0, 3, 22, 28, 0xfffc };
	struct exchange_fixture *f;
	u8 text[24] = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		f = exchange_set_up(test, 1);
		KUNIT_ASSERT_NOT_NULL(test, f);
		ask(f, true);
		nts_ext_put(text, NTS_EXT_COOKIE, lengths[i]);
		answer_with(f, text, sizeof(text));
		KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
		KUNIT_EXPECT_EQ(test, f->answer.cookies, (u8)0);
	}
	/* None at all is allowed, though it starves us. */
	f = exchange_set_up(test, 1);
	KUNIT_ASSERT_NOT_NULL(test, f);
	ask(f, true);
	answer_with(f, text, 0);
	KUNIT_EXPECT_EQ(test, take(f), NTS_REPLY_TIME);
}

static struct kunit_case exchange_cases[] = {
	KUNIT_CASE(request_reveals_nothing),
	KUNIT_CASE(request_uses_its_entropy_once),
	KUNIT_CASE(request_transmit_is_never_zero),
	KUNIT_CASE(request_of_interleaved_mode),
	KUNIT_CASE(request_after_lost_answers),
	KUNIT_CASE(request_without_cookie_or_keys),
	KUNIT_CASE(request_refills_to_eight),
	KUNIT_CASE(request_stays_below_the_least_mtu),
	KUNIT_CASE(reply_tells_the_time),
	KUNIT_CASE(reply_in_interleaved_mode),
	KUNIT_CASE(reply_counts_once),
	KUNIT_CASE(reply_malformed),
	KUNIT_CASE(reply_tampered),
	KUNIT_CASE(reply_of_another_key),
	KUNIT_CASE(reply_without_authenticator),
	KUNIT_CASE(reply_nak),
	KUNIT_CASE(reply_kiss_codes),
	KUNIT_CASE(reply_without_timestamps),
	KUNIT_CASE(reply_fields_behind_the_authenticator),
	KUNIT_CASE(reply_authenticator_lengths),
	KUNIT_CASE(reply_cookies_are_kept_as_they_are),
	KUNIT_CASE(reply_malformed_cookies),
	{ }
};

static struct kunit_suite exchange_suite = {
	.name = "nts_exchange",
	.test_cases = exchange_cases,
};

kunit_test_suite(exchange_suite);
