// SPDX-License-Identifier: GPL-2.0-or-later
/* What NTS-KE servers answer: RFC 8915 section 4.1. */
#include "../../ntsd/ke_response.c"
#include "ntsd_ktap.h"

#define NEXT "\x80\1\0\2\0\0"
#define AEAD "\x80\4\0\2\0\x0f"
#define COOKIE "\0\5\0\4abcd"
#define END "\x80\0\0\0"

static struct ke_response res;

/* Return: "" for a good answer, why not else, "more" when it is unfinished. */
static const char *judge(const char *bytes, size_t len)
{
	/* A copy of the very size, for the sanitizer. */
	uint8_t *copy = malloc(len ? len : 1);
	bool done;

	memcpy(copy, bytes, len);
	done = ke_response_parse(copy, len, &res);
	free(copy);
	if (!done)
		return "more";
	EXPECT(res.good == !res.why[0]);
	return res.why;
}

#define JUDGE(bytes) judge(bytes, sizeof(bytes) - 1)

static void request(void)
{
	uint8_t buf[KE_REQUEST_LEN];

	EXPECT(ke_response_request(buf) == KE_REQUEST_LEN);
	EXPECT(!memcmp(buf, NEXT AEAD END, KE_REQUEST_LEN));
}

static void good_answer(void)
{
	EXPECT_STR(JUDGE(NEXT AEAD COOKIE "\0\5\0\2ef" END), "");
	EXPECT(res.n_cookies == 2 && res.cookie[0].len == 4);
	EXPECT(!memcmp(res.cookie[0].bytes, "abcd", 4));
	EXPECT(res.cookie[1].len == 2 && res.cookie[1].bytes[1] == 'f');
	EXPECT(!res.server[0] && !res.port && res.warning == -1);
	/* Any order, and records that need not be known. */
	EXPECT_STR(JUDGE(COOKIE "\4\0\0\0" AEAD "\x3f\xff\0\1x" NEXT END), "");
	/* The AEAD record need not be critical. */
	EXPECT_STR(JUDGE(NEXT "\0\4\0\2\0\x0f" COOKIE END), "");
}

static void every_prefix_is_unfinished(void)
{
	static const char whole[] = NEXT AEAD COOKIE END;

	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		EXPECT_STR(judge(whole, len), "more");
	EXPECT_STR(judge(whole, sizeof(whole) - 1), "");
}

static void server_and_port(void)
{
	EXPECT_STR(JUDGE(NEXT AEAD COOKIE "\x80\6\0\10ntp.test\x80\7\0\2\x2b\x67"
			 END), "");
	EXPECT_STR(res.server, "ntp.test");
	EXPECT(res.port == 11111);
	EXPECT_STR(JUDGE(NEXT AEAD COOKIE "\0\6\0\0132001:db8::1" END), "");
	EXPECT_STR(res.server, "2001:db8::1");
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\6\0\0" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\6\0\3a\0b" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\6\0\3a b" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\6\0\011fe80::1%1" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\6\0\1a\0\6\0\1a" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\7\0\2\0\0" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\7\0\1\1" END)[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\7\0\2\0\1\0\7\0\2\0\1" END)[0]);
}

static void errors_by_their_text(void)
{
	EXPECT_STR(JUDGE("\x80\2\0\2\0\0" END),
		   "the server answered with error 0 (unrecognized critical record)");
	EXPECT_STR(JUDGE("\x80\2\0\2\0\1" END),
		   "the server answered with error 1 (bad request)");
	EXPECT_STR(JUDGE("\x80\2\0\2\0\2" END),
		   "the server answered with error 2 (internal server error)");
	EXPECT_STR(JUDGE("\x80\2\0\2\1\2" END),
		   "the server answered with error 258 (unknown to us)");
	EXPECT_STR(JUDGE("\x80\2\0\1\0" END), "bad Error record");
	/* Whatever else there is. */
	EXPECT(JUDGE(NEXT AEAD COOKIE "\x80\2\0\2\0\2" END)[0]);
}

static void warnings_by_their_number(void)
{
	EXPECT_STR(JUDGE(NEXT AEAD COOKIE "\x80\3\0\2\1\1" END), "");
	EXPECT(res.warning == 257);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\x80\3\0\3\1\1\1" END)[0]);
}

static void nothing_in_common(void)
{
	EXPECT_STR(JUDGE("\x80\1\0\0" END), "the server does not speak NTPv4");
	EXPECT(strstr(JUDGE(NEXT "\x80\4\0\0" END), "AES-SIV-CMAC-256"));
}

static void what_was_not_offered(void)
{
	EXPECT(JUDGE(NEXT "\x80\4\0\2\0\x1e" COOKIE END)[0]);
	EXPECT(JUDGE(NEXT "\x80\4\0\4\0\x0f\0\x1e" COOKIE END)[0]);
	EXPECT(JUDGE(NEXT "\x80\4\0\1\x0f" COOKIE END)[0]);
	EXPECT(JUDGE("\x80\1\0\2\x80\0" AEAD COOKIE END)[0]);
	EXPECT(JUDGE("\x80\1\0\4\0\0\x80\0" AEAD COOKIE END)[0]);
	EXPECT(JUDGE("\0\1\0\2\0\0" AEAD COOKIE END)[0]);
}

static void records_that_lack_or_repeat(void)
{
	EXPECT(JUDGE(AEAD COOKIE END)[0]);
	EXPECT(JUDGE(NEXT COOKIE END)[0]);
	EXPECT(JUDGE(NEXT AEAD END)[0]);
	EXPECT(JUDGE(NEXT NEXT AEAD COOKIE END)[0]);
	EXPECT(JUDGE(NEXT AEAD AEAD COOKIE END)[0]);
	EXPECT(JUDGE(END)[0]);
}

static void unknown_critical_record(void)
{
	EXPECT_STR(JUDGE(NEXT AEAD COOKIE "\x84\0\0\0" END),
		   "critical record 1024, which we do not know");
}

static void ends_that_are_none(void)
{
	EXPECT(JUDGE(NEXT AEAD COOKIE "\0\0\0\0")[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE "\x80\0\0\1x")[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE END "x")[0]);
	EXPECT(JUDGE(NEXT AEAD COOKIE END END)[0]);
}

/* Appends a cookie of @len octets. */
static size_t put_cookie(char *buf, size_t at, uint16_t len, char with)
{
	buf[at] = 0;
	buf[at + 1] = 5;
	buf[at + 2] = len >> 8;
	buf[at + 3] = len & 255;
	memset(buf + at + 4, with, len);
	return at + 4 + len;
}

static void cookies_of_any_size_and_number(void)
{
	static char buf[KE_RESPONSE_MAX];
	size_t len = 0;

	memcpy(buf, NEXT AEAD, 12);
	len = put_cookie(buf, 12, 0, 'x');
	len = put_cookie(buf, len, 257, 'x');
	memcpy(buf + len, END, 4);
	EXPECT_STR(judge(buf, len + 4), "no usable cookie");
	for (int i = 0; i < 9; i++)
		len = put_cookie(buf, len, 256, 'a' + i);
	memcpy(buf + len, END, 4);
	EXPECT_STR(judge(buf, len + 4), "");
	EXPECT(res.n_cookies == 8 && res.cookie[7].len == 256);
	EXPECT(res.cookie[0].bytes[255] == 'a');
	EXPECT(res.cookie[7].bytes[255] == 'h');
}

static void answers_of_64_kilobytes(void)
{
	static char buf[KE_RESPONSE_MAX + 1];
	const size_t pad = KE_RESPONSE_MAX - 12 - 8 - 4 - 4;

	memcpy(buf, NEXT AEAD COOKIE, 20);
	buf[20] = 0x3f;
	buf[21] = 0;
	buf[22] = pad >> 8;
	buf[23] = pad & 255;
	memcpy(buf + KE_RESPONSE_MAX - 4, END, 4);
	EXPECT_STR(judge(buf, KE_RESPONSE_MAX), "");
	/* One that cannot end in time is not waited for. */
	memset(buf, 0, sizeof(buf));
	memcpy(buf, "\x3f\0\xff\xff", 4);
	EXPECT_STR(judge(buf, KE_RESPONSE_MAX - 1), "more");
	EXPECT(strstr(judge(buf, KE_RESPONSE_MAX), "longer than 65536"));
}

static const struct ktap_case cases[] = {
	CASE(request),
	CASE(good_answer),
	CASE(every_prefix_is_unfinished),
	CASE(server_and_port),
	CASE(errors_by_their_text),
	CASE(warnings_by_their_number),
	CASE(nothing_in_common),
	CASE(what_was_not_offered),
	CASE(records_that_lack_or_repeat),
	CASE(unknown_critical_record),
	CASE(ends_that_are_none),
	CASE(cookies_of_any_size_and_number),
	CASE(answers_of_64_kilobytes),
};

KTAP_MAIN(cases)
