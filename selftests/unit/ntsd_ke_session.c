// SPDX-License-Identifier: GPL-2.0-or-later
/* The NTS-KE exchange: RFC 8915 section 4, without sockets or a clock. */
#include "../../ntsd/ke_session.c"
#include "ntsd_ktap.h"

static const uint8_t good[] = { 0x80, 1, 0, 2, 0, 0, 0x80, 4, 0, 2, 0, 15,
				0x80, 0, 0, 0 };

static struct ke_policy policy;
static struct ke_session s;

static void begin(void)
{
	memset(&policy, 0, sizeof(policy));
	policy.timeout_ms = 2000;
	policy.aeads[0] = 15;
	policy.n_aeads = 1;
	policy.ntp_port = 123;
	memset(&s, 0xa5, sizeof(s));
	ke_session_init(&s, &policy, 1000);
	ke_session_encrypted(&s);
}

static void feed(const uint8_t *bytes, size_t len)
{
	size_t room;
	uint8_t *to = ke_session_room(&s, &room);

	EXPECT(len <= room);
	memcpy(to, bytes, len);
	ke_session_input(&s, len);
}

static void give_cookies(size_t len)
{
	struct ke_cookie cookies[KE_COOKIES];

	for (int i = 0; i < KE_COOKIES; i++) {
		cookies[i].len = len;
		memset(cookies[i].bytes, i, len);
	}
	ke_session_cookies(&s, cookies, KE_COOKIES);
}

/* The answer as text: "C1:2 C4:2 5:100 ..."; bodies of 2 as numbers. */
static const char *answer(void)
{
	static char text[1024];
	struct ke_record rec;
	const uint8_t *buf;
	size_t len, pos = 0, used = 0;

	text[0] = '\0';
	if (s.want != KE_WANT_WRITE)
		return "none";
	buf = ke_session_output(&s, &len);
	while (pos < len) {
		if (ke_record_next(buf, len, &pos, &rec) == KE_MORE_NEEDED)
			return "broken";
		used += snprintf(text + used, sizeof(text) - used, "%s%s%u",
				 used ? " " : "", rec.critical ? "C" : "",
				 rec.type);
		if (rec.len == 2)
			used += snprintf(text + used, sizeof(text) - used,
					 "=%u", rec.body[0] << 8 | rec.body[1]);
		else if (rec.len)
			used += snprintf(text + used, sizeof(text) - used,
					 "[%u]", rec.len);
	}
	return text;
}

#define EIGHT "5[100] 5[100] 5[100] 5[100] 5[100] 5[100] 5[100] 5[100]"

static void eight_cookies(void)
{
	begin();
	feed(good, sizeof(good));
	EXPECT(s.want == KE_WANT_COOKIES);
	EXPECT(s.req.aead == 15);
	give_cookies(100);
	EXPECT_STR(answer(), "C1=0 C4=15 " EIGHT " C0");
}

static void byte_by_byte(void)
{
	begin();
	for (size_t i = 0; i < sizeof(good); i++) {
		EXPECT(s.want == KE_WANT_READ);
		feed(good + i, 1);
	}
	EXPECT(s.want == KE_WANT_COOKIES);
}

static void server_and_port_are_named(void)
{
	begin();
	policy.ntp_port = 11123;
	strcpy(policy.ntp_server, "ntp.test");
	feed(good, sizeof(good));
	give_cookies(100);
	EXPECT_STR(answer(), "C1=0 C4=15 C6[8] C7=11123 " EIGHT " C0");
}

static void the_longest_answer_fits(void)
{
	begin();
	policy.ntp_port = 1;
	memset(policy.ntp_server, 'a', KE_HOST_MAX);
	feed(good, sizeof(good));
	give_cookies(KE_COOKIE_MAX);
	EXPECT(s.out_len > 8 * KE_COOKIE_MAX);
	EXPECT(!strncmp(answer(), "C1=0 C4=15 C6[255] C7=1 5[256]", 29));
}

static void no_common_protocol(void)
{
	static const uint8_t other[] = { 0x80, 1, 0, 2, 0x80, 1, 0x80, 0, 0, 0 };

	begin();
	feed(other, sizeof(other));
	EXPECT_STR(answer(), "C1 C0");
}

static void no_common_aead(void)
{
	static const uint8_t other[] = { 0x80, 1, 0, 2, 0, 0, 0x80, 4, 0, 2, 0,
					 17, 0x80, 0, 0, 0 };

	begin();
	feed(other, sizeof(other));
	EXPECT_STR(answer(), "C1=0 C4 C0");
}

static void unknown_critical_record(void)
{
	static const uint8_t bad[] = { 0x80, 99, 0, 0, 0x80, 0, 0, 0 };

	begin();
	feed(bad, sizeof(bad));
	EXPECT_STR(answer(), "C2=0 C0");
}

static void bad_request(void)
{
	static const uint8_t bad[] = { 0x80, 0, 0, 0 };

	begin();
	feed(bad, sizeof(bad));
	EXPECT_STR(answer(), "C2=1 C0");
}

static void internal_error(void)
{
	begin();
	feed(good, sizeof(good));
	ke_session_fail(&s);
	EXPECT_STR(answer(), "C2=2 C0");
}

static void endless_request(void)
{
	static const uint8_t junk[1024] = { 0x7f, 0xff, 0x03, 0xfc };

	begin();
	for (int i = 0; i < 16; i++) {
		EXPECT(s.want == KE_WANT_READ);
		feed(junk, sizeof(junk));
	}
	EXPECT_STR(answer(), "C2=1 C0");
}

static void late_request(void)
{
	begin();
	feed(good, sizeof(good) - 1);
	ke_session_tick(&s, 2999);
	EXPECT(s.want == KE_WANT_READ);
	ke_session_tick(&s, 3000);
	EXPECT_STR(answer(), "C2=1 C0");
	/* It gets a little time to read that, and no more. */
	EXPECT(s.deadline_ms == 3000 + KE_GRACE_MS);
	ke_session_tick(&s, s.deadline_ms);
	EXPECT(s.want == KE_WANT_CLOSE);
}

static void late_handshake(void)
{
	begin();
	s.encrypted = false;
	ke_session_tick(&s, 3000);
	EXPECT(s.want == KE_WANT_CLOSE);
}

static void late_reader(void)
{
	begin();
	feed(good, sizeof(good));
	give_cookies(100);
	ke_session_tick(&s, 3000);
	EXPECT(s.want == KE_WANT_CLOSE);
}

static void closed_early(void)
{
	begin();
	feed(good, sizeof(good) - 1);
	ke_session_eof(&s);
	EXPECT_STR(answer(), "C2=1 C0");

	begin();
	ke_session_eof(&s);
	EXPECT(s.want == KE_WANT_BYE);

	begin();
	s.encrypted = false;
	ke_session_eof(&s);
	EXPECT(s.want == KE_WANT_CLOSE);
}

static void sent_in_parts(void)
{
	const uint8_t *first, *rest;
	size_t len, left;

	begin();
	feed(good, sizeof(good));
	give_cookies(100);
	first = ke_session_output(&s, &len);
	ke_session_sent(&s, 10);
	EXPECT(s.want == KE_WANT_WRITE);
	rest = ke_session_output(&s, &left);
	EXPECT(rest == first + 10 && left == len - 10);
	ke_session_sent(&s, left);
	EXPECT(s.want == KE_WANT_BYE);
	ke_session_bye(&s);
	EXPECT(s.want == KE_WANT_DRAIN);
	ke_session_eof(&s);
	EXPECT(s.want == KE_WANT_CLOSE);
}

static const struct ktap_case cases[] = {
	CASE(eight_cookies),
	CASE(byte_by_byte),
	CASE(server_and_port_are_named),
	CASE(the_longest_answer_fits),
	CASE(no_common_protocol),
	CASE(no_common_aead),
	CASE(unknown_critical_record),
	CASE(bad_request),
	CASE(internal_error),
	CASE(endless_request),
	CASE(late_request),
	CASE(late_handshake),
	CASE(late_reader),
	CASE(closed_early),
	CASE(sent_in_parts),
};

KTAP_MAIN(cases)
