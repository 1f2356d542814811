// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual clients, and what they forge, against the core's own server. */
#include "../../tools/load/client.c"
#include "../../tools/load/forge.c"
#include "core/protected.h"
#include "core/respond.h"
#include "ntsd_ktap.h"

#define STAMP 0x1122334400000000ULL

static const struct nts_quality quality = { .stratum = 2 };
static struct load_fixture {
	struct nts_cookie_ring ring;
	struct client client;
	struct maker maker;
	struct nts_exchange exchange;
	u8 packet[2048];
	u32 len;
	bool interleaved;
} f;

static void put_cookie(u8 nonce_byte)
{
	u8 nonce[NTS_NONCE_LEN] = { nonce_byte }, cookie[NTS_COOKIE_LEN];

	nts_cookie_seal(&f.ring.key[0], NTS_SIV_LIB, nonce, f.client.jar.c2s, f.client.jar.s2c,
			cookie);
	EXPECT(nts_jar_put(&f.client.jar, cookie, sizeof(cookie)));
}

static void set_up(bool plain, bool interleaved, bool reuse, unsigned int cookies)
{
	static const u8 bytes[NTS_SIV_KEY_LEN] = { 9, 8, 7 };
	u8 c2s[NTS_SIV_KEY_LEN], s2c[NTS_SIV_KEY_LEN];

	memset(&f, 0, sizeof(f));
	f.ring.n = 1;
	f.ring.key[0].id = 7;
	nts_siv_setkey(&f.ring.key[0].siv[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	memset(c2s, 0x21, sizeof(c2s));
	memset(s2c, 0x42, sizeof(s2c));
	maker_init(&f.maker, plain, interleaved, reuse);
	if (plain)
		return;
	nts_jar_open(&f.client.jar, c2s, s2c);
	for (unsigned int i = 0; i < cookies; i++)
		put_cookie((u8)i);
}

static void ask(u64 stamp)
{
	EXPECT(client_can_send(&f.client, &f.maker));
	f.len = client_request(&f.client, &f.maker, stamp, &f.exchange, f.packet);
	f.client.in_flight++;
}

/* What a server does with f.packet; the answer takes its place. */
static enum nts_verdict serve(u16 *cookies)
{
	struct nts_protected some = { .packet = f.packet };
	struct nts_request request;
	enum nts_verdict verdict = nts_request_parse(f.packet, f.len, &request);

	*cookies = 0;
	if (verdict == NTS_ANSWER_PLAIN) {
		f.len = nts_respond_plain(f.packet, &request, &quality, 0x1111);
		nts_respond_stamp(f.packet, 0x2222);
	}
	if (verdict != NTS_ANSWER_NTS)
		return verdict;
	some.request = &request;
	some.cookies = nts_request_cookies(&request);
	nts_protected_open(&some, 1, &f.ring, NTS_SIV_LIB);
	if (!some.key) {
		f.len = nts_respond_nak(f.packet, &request);
		return NTS_ANSWER_NAK;
	}
	*cookies = some.cookies;
	some.len = nts_respond_plain(f.packet, &request, &quality, 0x1111);
	nts_protected_prepare(&some, 1, &f.ring.key[0], NTS_SIV_LIB);
	nts_respond_stamp(f.packet, 0x2222);
	nts_protected_seal(&some, 1);
	f.len = some.len;
	return verdict;
}

static enum outcome hear(bool verify)
{
	f.client.in_flight--;
	return client_reply(&f.client, &f.maker, &f.exchange, f.packet, f.len, verify,
			    &f.interleaved);
}

/* Cookies come back one for one; those that were lost are asked for again. */
static void cookies_are_replaced(void)
{
	unsigned int have[] = { 8, 5, 1 };
	u16 cookies;

	for (size_t i = 0; i < sizeof(have) / sizeof(*have); i++) {
		set_up(false, false, false, have[i]);
		ask(STAMP);
		EXPECT((u64)f.exchange.transmit == STAMP);
		EXPECT(f.client.jar.n == have[i] - 1);
		EXPECT(serve(&cookies) == NTS_ANSWER_NTS);
		EXPECT(cookies == 9 - have[i]);
		EXPECT(hear(true) == OUTCOME_VERIFIED);
		EXPECT(f.client.jar.n == 8 && !f.exchange.open && !f.interleaved);
	}
}

/* Several in flight ask for no more than a whole jar. */
static void in_flight_are_not_missing(void)
{
	u16 cookies;

	set_up(false, false, false, 8);
	for (int i = 0; i < 8; i++) {
		ask(STAMP + (u64)i);
		EXPECT(serve(&cookies) == NTS_ANSWER_NTS && cookies == 1);
	}
	EXPECT(!client_can_send(&f.client, &f.maker));
}

static void last_cookie_again(void)
{
	u16 cookies;

	set_up(false, false, true, 1);
	for (int i = 0; i < 3; i++) {
		ask(STAMP);
		f.client.in_flight--;
		EXPECT(!f.client.jar.n);
		EXPECT(serve(&cookies) == NTS_ANSWER_NTS);
	}
	set_up(false, false, false, 1);
	ask(STAMP);
	EXPECT(!client_can_send(&f.client, &f.maker));
}

static void what_is_false_is_bad(void)
{
	u16 cookies;

	set_up(false, false, false, 8);
	ask(STAMP);
	EXPECT(serve(&cookies) == NTS_ANSWER_NTS);
	f.packet[f.len - 1] ^= 1;
	EXPECT(hear(true) == OUTCOME_BAD);
	EXPECT(f.client.jar.n == 7 && f.exchange.open);
	/* Nobody looks, and no cookie is taken. */
	EXPECT(hear(false) == OUTCOME_UNCHECKED);
	EXPECT(f.client.jar.n == 7 && !f.exchange.open);
}

static void nak_and_kiss(void)
{
	struct nts_ntp_header header;
	u16 cookies;

	set_up(false, false, false, 8);
	f.ring.key[0].id++;
	ask(STAMP);
	EXPECT(serve(&cookies) == NTS_ANSWER_NAK);
	EXPECT(hear(true) == OUTCOME_NAK);
	memcpy(&header, f.packet, sizeof(header));
	header.refid = cpu_to_be32(NTS_KOD_RATE);
	memcpy(f.packet, &header, sizeof(header));
	EXPECT(hear(true) == OUTCOME_RATE);
	header.refid = cpu_to_be32(NTS_KOD_DENY);
	memcpy(f.packet, &header, sizeof(header));
	EXPECT(hear(true) == OUTCOME_DENY);
	header.refid = cpu_to_be32(0x58585858);
	memcpy(f.packet, &header, sizeof(header));
	EXPECT(hear(true) == OUTCOME_KISS);
	/* It tells the time without a proof. */
	header.stratum = 2;
	memcpy(f.packet, &header, sizeof(header));
	EXPECT(hear(true) == OUTCOME_BAD);
}

static void plain(void)
{
	u16 cookies;

	set_up(true, false, false, 0);
	ask(STAMP);
	EXPECT(f.len == NTS_NTP_HEADER_LEN);
	EXPECT(serve(&cookies) == NTS_ANSWER_PLAIN);
	EXPECT(hear(true) == OUTCOME_VERIFIED);
	EXPECT(hear(true) == OUTCOME_LATE);
}

/* The second request asks for it, with a number of its own. */
static void interleaved(void)
{
	struct nts_ntp_header header;
	u16 cookies;

	set_up(true, true, false, 0);
	ask(STAMP);
	EXPECT(serve(&cookies) == NTS_ANSWER_PLAIN);
	EXPECT(hear(true) == OUTCOME_VERIFIED && !f.interleaved);
	ask(STAMP + 1);
	memcpy(&header, f.packet, sizeof(header));
	EXPECT(header.origin == cpu_to_be64(0x1111));
	EXPECT((u64)header.receive == ((STAMP + 1) ^ FLIGHT_OTHER));
	header.origin = header.receive;
	header.lvm = NTS_NTP_LVM(0, 4, NTS_NTP_MODE_SERVER);
	header.stratum = 2;
	memcpy(f.packet, &header, sizeof(header));
	EXPECT(hear(true) == OUTCOME_VERIFIED && f.interleaved);
}

/* What is forged is refused, for the reason that was meant. */
static void forged(void)
{
	static const enum nts_verdict want[] = {
		[FORGE_COOKIE] = NTS_ANSWER_NAK, [FORGE_TAG] = NTS_ANSWER_NAK,
		[FORGE_SHORT] = NTS_DROP_SHORT, [FORGE_PLAIN] = NTS_ANSWER_PLAIN,
	};
	enum forge_kind kind;
	u16 cookies;

	for (unsigned int i = 0; i < FORGE_KINDS; i++) {
		set_up(!forge_needs_nts(i), false, false, 8);
		ask(STAMP);
		f.len = forge_spoil(i, f.packet, f.len);
		EXPECT(serve(&cookies) == want[i]);
		EXPECT(forge_find(forge_name(i), (unsigned int)strlen(forge_name(i)), &kind) &&
		       kind == i);
	}
	/* Of the cookie only the end is wrong, so that its key is tried. */
	set_up(false, false, false, 8);
	ask(STAMP);
	forge_spoil(FORGE_COOKIE, f.packet, f.len);
	EXPECT(!memcmp(f.packet + 48 + 36 + 4, f.client.last, NTS_COOKIE_LEN - 1));
	EXPECT(f.packet[48 + 36 + 4 + NTS_COOKIE_LEN - 1] !=
	       f.client.last[NTS_COOKIE_LEN - 1]);
}

static const struct ktap_case cases[] = {
	CASE(cookies_are_replaced),
	CASE(in_flight_are_not_missing),
	CASE(last_cookie_again),
	CASE(what_is_false_is_bad),
	CASE(nak_and_kiss),
	CASE(plain),
	CASE(interleaved),
	CASE(forged),
};

KTAP_MAIN(cases)
