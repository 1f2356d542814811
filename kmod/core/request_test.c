// SPDX-License-Identifier: GPL-2.0-or-later
/* What is answered, what is refused and what is dropped in silence. */
#include <kunit/test.h>

#include "client_test.h"
#include "protected.h"
#include "request.c"

static void make_plain_v4(struct client *c)
{
	client_header(c, 4);
}

static void make_plain_v1(struct client *c)
{
	client_header(c, 1);
}

static void make_version_0(struct client *c)
{
	client_header(c, 0);
}

static void make_version_5(struct client *c)
{
	client_header(c, 5);
}

static void make_mode_4(struct client *c)
{
	client_header(c, 4);
	c->packet[0] = NTS_NTP_LVM(0, 4, 4);
}

static void make_mode_6(struct client *c)
{
	client_header(c, 2);
	c->packet[0] = NTS_NTP_LVM(0, 2, 6);
}

static void make_47_octets(struct client *c)
{
	client_header(c, 4);
	c->len--;
}

static void make_too_long(struct client *c)
{
	client_header(c, 4);
	client_field(c, 0x2005, NTS_MAX_PACKET - NTS_NTP_HEADER_LEN, 0);
}

static void make_longest(struct client *c)
{
	client_header(c, 4);
	client_field(c, 0x2005, NTS_MAX_PACKET - NTS_NTP_HEADER_LEN - 4, 0);
}

static void make_v3_with_mac(struct client *c)
{
	client_header(c, 3);
	c->len += 20;
}

static void make_v3_with_field(struct client *c)
{
	client_header(c, 3);
	client_uid(c);
}

static void make_v4_with_mac(struct client *c)
{
	client_header(c, 4);
	c->len += 24;
}

static void make_plain_uid(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
}

static void make_unknown_field(struct client *c)
{
	client_header(c, 4);
	client_field(c, 0x2005, 28, 0);
}

static void make_broken_field(struct client *c)
{
	make_plain_uid(c);
	c->packet[51]++;
}

static void make_short_uid(struct client *c)
{
	client_header(c, 4);
	client_field(c, NTS_EXT_UNIQUE_ID, 28, 1);
}

static void make_nts(struct client *c)
{
	client_request(c, 0);
}

static void make_nts_7(struct client *c)
{
	client_request(c, 7);
}

static void make_no_uid(struct client *c)
{
	client_header(c, 4);
	client_cookie(c);
	client_auth(c, 16, 0);
}

static void make_uid_behind_auth(struct client *c)
{
	make_no_uid(c);
	client_uid(c);
}

static void make_no_cookie(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_auth(c, 16, 0);
}

static void make_no_auth(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
}

static void make_only_placeholder(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0);
}

static void make_two_uids(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_uid(c);
	client_cookie(c);
	client_auth(c, 16, 0);
}

static void make_two_cookies(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	client_cookie(c);
	client_auth(c, 16, 0);
}

static void make_two_auths(struct client *c)
{
	client_request(c, 0);
	client_auth(c, 16, 0);
}

static void make_short_placeholder(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN - 4, 0);
	client_auth(c, 16, 0);
}

static void make_unlike_placeholders(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN + 4, 0);
	client_cookie(c);
	client_auth(c, 16, 0);
}

static void make_growing_placeholders(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN - 4, 0);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0);
	client_auth(c, 16, 0);
}

static void make_full_placeholder(struct client *c)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0xff);
	client_auth(c, 16, 0);
}

static void make_auth(struct client *c, u16 nonce_len, u16 padding)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	client_auth(c, nonce_len, padding);
}

static void make_no_nonce(struct client *c)
{
	make_auth(c, 0, 16);
}

static void make_nonce_12_unpadded(struct client *c)
{
	make_auth(c, 12, 0);
}

static void make_nonce_9_padded(struct client *c)
{
	make_auth(c, 9, 4);
}

static void make_nonce_8_short(struct client *c)
{
	make_auth(c, 8, 4);
}

static void make_nonce_1_padded(struct client *c)
{
	make_auth(c, 1, 12);
}

static void make_nonce_32(struct client *c)
{
	make_auth(c, 32, 0);
}

static void make_nonce_beyond(struct client *c)
{
	client_request(c, 0);
	put_unaligned_be16(0xfffd, c->packet + c->len - 36);
}

static void make_text_beyond(struct client *c)
{
	client_request(c, 0);
	put_unaligned_be16(0xffff, c->packet + c->len - 34);
}

static void make_text_without_tag(struct client *c)
{
	client_request(c, 0);
	put_unaligned_be16(15, c->packet + c->len - 34);
}

static void make_garbage_behind_auth(struct client *c)
{
	client_request(c, 0);
	client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN + 40, 0);
	client_field(c, NTS_EXT_COOKIE, 60, 0);
}

static void make_broken_behind_auth(struct client *c)
{
	client_request(c, 0);
	client_field(c, 0x2005, 29, 0);
}

static void make_mac_behind_auth(struct client *c)
{
	client_request(c, 0);
	c->len += 20;
}

struct parse_case {
	const char *name;
	void (*make)(struct client *c);
	enum nts_verdict verdict;
};

static const struct parse_case parse_params[] = {
	{ "version 4", make_plain_v4, NTS_ANSWER_PLAIN },
	{ "version 1", make_plain_v1, NTS_ANSWER_PLAIN },
	{ "version 0", make_version_0, NTS_DROP_VERSION },
	{ "version 5", make_version_5, NTS_DROP_VERSION },
	{ "an answer", make_mode_4, NTS_DROP_MODE },
	{ "a control message", make_mode_6, NTS_DROP_MODE },
	{ "47 octets", make_47_octets, NTS_DROP_SHORT },
	{ "too long", make_too_long, NTS_DROP_LONG },
	{ "as long as may be", make_longest, NTS_ANSWER_PLAIN },
	{ "version 3 with MAC", make_v3_with_mac, NTS_DROP_MAC },
	{ "version 3 with a field", make_v3_with_field, NTS_DROP_MAC },
	{ "version 4 with MAC", make_v4_with_mac, NTS_DROP_MAC },
	{ "plain with unique identifier", make_plain_uid, NTS_ANSWER_PLAIN },
	{ "unknown field", make_unknown_field, NTS_ANSWER_PLAIN },
	{ "broken field", make_broken_field, NTS_DROP_EXT },
	{ "short unique identifier", make_short_uid, NTS_DROP_UID_LENGTH },
	{ "NTS", make_nts, NTS_ANSWER_NTS },
	{ "NTS with 7 placeholders", make_nts_7, NTS_ANSWER_NTS },
	{ "no unique identifier", make_no_uid, NTS_DROP_UID_MISSING },
	{ "unique identifier behind authenticator", make_uid_behind_auth, NTS_DROP_UID_MISSING },
	{ "no cookie", make_no_cookie, NTS_DROP_COOKIE_MISSING },
	{ "no authenticator", make_no_auth, NTS_DROP_AUTH_MISSING },
	{ "only a placeholder", make_only_placeholder, NTS_DROP_COOKIE_MISSING },
	{ "two unique identifiers", make_two_uids, NTS_DROP_DUPLICATE },
	{ "two cookies", make_two_cookies, NTS_DROP_DUPLICATE },
	{ "two authenticators, the second does not count", make_two_auths, NTS_ANSWER_NTS },
	{ "placeholder shorter than cookie", make_short_placeholder, NTS_DROP_PLACEHOLDER },
	{ "placeholders of two lengths", make_unlike_placeholders, NTS_DROP_PLACEHOLDER },
	{ "placeholders, only the last as long as the cookie", make_growing_placeholders,
	  NTS_DROP_PLACEHOLDER },
	{ "placeholder's contents are ignored", make_full_placeholder, NTS_ANSWER_NTS },
	{ "no nonce", make_no_nonce, NTS_DROP_AUTH_LENGTH },
	{ "nonce of 12 without padding", make_nonce_12_unpadded, NTS_DROP_AUTH_PADDING },
	{ "nonce of 9 with padding", make_nonce_9_padded, NTS_ANSWER_NTS },
	{ "nonce of 8 with too little padding", make_nonce_8_short, NTS_DROP_AUTH_PADDING },
	{ "nonce of 1 with padding", make_nonce_1_padded, NTS_ANSWER_NTS },
	{ "nonce of 32", make_nonce_32, NTS_ANSWER_NTS },
	{ "nonce longer than its field", make_nonce_beyond, NTS_DROP_AUTH_LENGTH },
	{ "ciphertext longer than its field", make_text_beyond, NTS_DROP_AUTH_LENGTH },
	{ "ciphertext shorter than a tag", make_text_without_tag, NTS_DROP_AUTH_LENGTH },
	{ "unauthenticated fields", make_garbage_behind_auth, NTS_ANSWER_NTS },
	{ "broken field behind authenticator", make_broken_behind_auth, NTS_DROP_EXT },
	{ "MAC behind authenticator", make_mac_behind_auth, NTS_ANSWER_NTS },
};

static void parse_desc(const struct parse_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse, parse_params, parse_desc);

static void request_parse(struct kunit *test)
{
	const struct parse_case *param = test->param_value;
	struct client *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct nts_protected *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct nts_request request;
	u8 *packet;

	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_ASSERT_NOT_NULL(test, p);
	client_init(c);
	param->make(c);
	packet = kunit_kzalloc(test, c->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	memcpy(packet, c->packet, c->len);

	KUNIT_EXPECT_EQ(test, nts_request_parse(packet, c->len, &request), param->verdict);
	KUNIT_EXPECT_MEMEQ(test, packet, c->packet, c->len);
	/* All that parse as NTS here are authentic. */
	if (param->verdict == NTS_ANSWER_NTS) {
		p->packet = packet;
		p->request = &request;
		nts_protected_open(p, 1, &c->ring, NTS_SIV_LIB);
		KUNIT_EXPECT_PTR_EQ(test, p->key, &c->ring.key[0]);
	}
}

/* Every truncation is refused or answered, never read beyond. */
static void request_truncated(struct kunit *test)
{
	struct client *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct nts_request request;
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, c);
	client_init(c);
	client_request(c, 1);
	for (len = 0; len < c->len; len++) {
		u8 *packet = kunit_kzalloc(test, len + 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, packet);
		memcpy(packet + 1, c->packet, len);
		KUNIT_EXPECT_NE(test, nts_request_parse(packet + 1, len, &request),
				NTS_ANSWER_NTS);
	}
}

struct cookies_case {
	const char *name;
	u16 placeholders;
	u16 cookies;
};

static const struct cookies_case cookies_params[] = {
	{ "no placeholder", 0, 1 },
	{ "1 placeholder", 1, 2 },
	{ "6 placeholders", 6, 7 },
	{ "7 placeholders", 7, 8 },
	{ "8 placeholders", 8, 8 },
	{ "10 placeholders", 10, 8 },
};

static void cookies_desc(const struct cookies_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(cookies, cookies_params, cookies_desc);

static void request_cookies(struct kunit *test)
{
	const struct cookies_case *param = test->param_value;
	struct client *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct nts_request request;

	KUNIT_ASSERT_NOT_NULL(test, c);
	client_init(c);
	client_request(c, param->placeholders);
	KUNIT_ASSERT_EQ(test, nts_request_parse(c->packet, c->len, &request), NTS_ANSWER_NTS);
	KUNIT_EXPECT_EQ(test, nts_request_cookies(&request), param->cookies);
}

/* With a short cookie the answer would be longer than the request. */
static void request_without_room(struct kunit *test)
{
	struct client *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct nts_request request;

	KUNIT_ASSERT_NOT_NULL(test, c);
	client_init(c);
	client_header(c, 4);
	client_uid(c);
	client_field(c, NTS_EXT_COOKIE, NTS_COOKIE_LEN - 4, 0);
	client_auth(c, 16, 0);
	KUNIT_ASSERT_EQ(test, nts_request_parse(c->packet, c->len, &request), NTS_ANSWER_NTS);
	KUNIT_EXPECT_EQ(test, nts_request_cookies(&request), (u16)0);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE_PARAM(request_parse, parse_gen_params),
	KUNIT_CASE(request_truncated),
	KUNIT_CASE_PARAM(request_cookies, cookies_gen_params),
	KUNIT_CASE(request_without_room),
	{ }
};

static struct kunit_suite request_suite = {
	.name = "nts_request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
