// SPDX-License-Identifier: GPL-2.0-or-later
/* NTS-KE records: RFC 8915 section 4.1, rule by rule. */
#include "../../ntsd/ke_record.c"
#include "ntsd_ktap.h"

static const uint16_t aeads[] = { 15 };

/* Records as text: "C1:0000" is critical, type 1, body 00 00. */
static size_t build(uint8_t *buf, const char *text)
{
	struct ke_builder b = { .buf = buf, .cap = KE_MSG_MAX };
	char copy[512], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		bool critical = word[0] == 'C';
		uint8_t body[64];
		unsigned int byte;
		size_t len = 0;
		char *at;
		long type;

		type = strtol(word + critical, &at, 10);
		for (at++; *at && sscanf(at, "%2x", &byte) == 1; at += 2)
			body[len++] = byte;
		ke_record_put(&b, critical, type, body, len);
	}
	return b.len;
}

static bool parse(const char *text, struct ke_request *req)
{
	uint8_t buf[KE_MSG_MAX];
	size_t len = build(buf, text);
	/* On the heap and no longer than needed, so that ASan sees overruns. */
	uint8_t *exact = malloc(len ? len : 1);
	bool done;

	memcpy(exact, buf, len);
	done = ke_record_parse(exact, len, aeads, 1, req);
	free(exact);
	return done;
}

static int error_of(const char *text)
{
	struct ke_request req;

	return parse(text, &req) ? req.error : -99;
}

static void good_request(void)
{
	struct ke_request req;

	EXPECT(parse("C1:0000 C4:000f C0:", &req));
	EXPECT(req.error == KE_ERROR_NONE);
	EXPECT(req.ntpv4);
	EXPECT(req.aead == 15);
}

static void aead_need_not_be_critical(void)
{
	EXPECT(error_of("C1:0000 4:000f C0:") == KE_ERROR_NONE);
}

static void order_does_not_matter(void)
{
	EXPECT(error_of("C4:000f C1:0000 C0:") == KE_ERROR_NONE);
}

static void the_first_known_aead_wins(void)
{
	static const uint16_t two[] = { 15, 30 };
	struct ke_request req;
	uint8_t buf[64];
	size_t len;

	len = build(buf, "C1:0000 C4:0011001e000f C0:");
	EXPECT(ke_record_parse(buf, len, two, 2, &req));
	EXPECT(req.aead == 30);
	EXPECT(ke_record_parse(buf, len, aeads, 1, &req));
	EXPECT(req.aead == 15);
}

static void incomplete_requests_wait(void)
{
	uint8_t buf[64];
	size_t len = build(buf, "C1:0000 C4:000f C0:");
	struct ke_request req;

	for (size_t i = 0; i < len; i++)
		EXPECT(!ke_record_parse(buf, i, aeads, 1, &req));
	EXPECT(ke_record_parse(buf, len, aeads, 1, &req));
}

static void unknown_critical_is_error_0(void)
{
	EXPECT(error_of("C1:0000 C4:000f C8: C0:") == KE_ERROR_CRITICAL);
	EXPECT(error_of("C1:0000 C4:000f C1024: C0:") == KE_ERROR_CRITICAL);
	EXPECT(error_of("C32767:00 C1:0000 C4:000f C0:") == KE_ERROR_CRITICAL);
}

static void unknown_noncritical_is_ignored(void)
{
	EXPECT(error_of("C1:0000 1024: C4:000f 9:0102 C0:") == KE_ERROR_NONE);
}

static void end_of_message_rules(void)
{
	EXPECT(error_of("C1:0000 C4:000f 0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f C0:00") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f C0: C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f C0: 9:") == KE_ERROR_BAD_REQUEST);
}

static void next_protocol_rules(void)
{
	EXPECT(error_of("C4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("1:0000 C4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1: C4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:000000 C4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C1:0000 C4:000f C0:") == KE_ERROR_BAD_REQUEST);
}

static void other_protocols_are_no_error(void)
{
	struct ke_request req;

	EXPECT(parse("C1:8001 C0:", &req));
	EXPECT(req.error == KE_ERROR_NONE);
	EXPECT(!req.ntpv4);
	EXPECT(parse("C1:80010000 C4:000f C0:", &req));
	EXPECT(req.error == KE_ERROR_NONE && req.ntpv4);
}

static void aead_rules(void)
{
	struct ke_request req;

	EXPECT(error_of("C1:0000 C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4: C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:00 C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f 4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:8001 4:000f 4:000f C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(parse("C1:0000 C4:001e C0:", &req));
	EXPECT(req.error == KE_ERROR_NONE && req.aead == -1);
}

static void records_of_servers_are_refused(void)
{
	EXPECT(error_of("C1:0000 C4:000f C2:0001 C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f C3:0001 C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f 5:0102 C0:") == KE_ERROR_BAD_REQUEST);
}

static void server_and_port_are_wishes(void)
{
	EXPECT(error_of("C1:0000 C4:000f 6:6162 7:007b C0:") == KE_ERROR_NONE);
	EXPECT(error_of("C1:0000 C4:000f 7:7b C0:") == KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f 7:007b 7:007b C0:") ==
	       KE_ERROR_BAD_REQUEST);
	EXPECT(error_of("C1:0000 C4:000f 6:61 6:61 C0:") ==
	       KE_ERROR_BAD_REQUEST);
}

static void endless_requests_are_refused(void)
{
	static uint8_t buf[KE_MSG_MAX], zeros[KE_MSG_MAX];
	struct ke_builder b = { .buf = buf, .cap = sizeof(buf) };
	struct ke_request req;

	ke_record_put(&b, false, 999, zeros, 16000);
	ke_record_put(&b, false, 999, zeros, 300);
	EXPECT(!b.full);
	EXPECT(!ke_record_parse(buf, b.len, aeads, 1, &req));
	/* A header that needs more than there can ever be. */
	memset(buf + b.len, 0x7f, sizeof(buf) - b.len);
	EXPECT(ke_record_parse(buf, sizeof(buf), aeads, 1, &req));
	EXPECT(req.error == KE_ERROR_BAD_REQUEST);
}

static void requests_of_the_full_size_are_taken(void)
{
	static uint8_t buf[KE_MSG_MAX], zeros[KE_MSG_MAX];
	struct ke_builder b = { .buf = buf, .cap = sizeof(buf) };
	struct ke_request req;

	ke_record_put_u16(&b, true, KE_NEXT_PROTOCOL, 0);
	ke_record_put_u16(&b, true, KE_AEAD, 15);
	ke_record_put(&b, false, 999, zeros, sizeof(buf) - 2 * 6 - 4 - 4);
	ke_record_put_end(&b);
	EXPECT(!b.full && b.len == sizeof(buf));
	EXPECT(ke_record_parse(buf, b.len, aeads, 1, &req));
	EXPECT(req.error == KE_ERROR_NONE);
}

static void the_builder_never_overflows(void)
{
	for (size_t cap = 0; cap < 16; cap++) {
		uint8_t *buf = malloc(cap ? cap : 1);
		struct ke_builder b = { .buf = buf, .cap = cap };

		ke_record_put_u16(&b, true, KE_AEAD, 15);
		ke_record_put_end(&b);
		EXPECT(b.len <= cap);
		EXPECT(b.full == (cap < 10));
		free(buf);
	}
}

static void bytes_on_the_wire(void)
{
	static const uint8_t want[] = { 0x80, 4, 0, 2, 0, 15, 0, 7, 0, 2, 0x11,
					0x5c, 0x80, 0, 0, 0 };
	uint8_t buf[64];
	struct ke_builder b = { .buf = buf, .cap = sizeof(buf) };

	ke_record_put_u16(&b, true, KE_AEAD, 15);
	ke_record_put_u16(&b, false, KE_NTPV4_PORT, 4444);
	ke_record_put_end(&b);
	EXPECT(b.len == sizeof(want) && !memcmp(buf, want, b.len));
}

static void names_of_ntp_servers(void)
{
	char label[70];

	EXPECT(ke_record_host_ok("ntp.example.org"));
	EXPECT(ke_record_host_ok("ntp.example.org."));
	EXPECT(ke_record_host_ok("192.0.2.1"));
	EXPECT(ke_record_host_ok("2001:db8::1"));
	EXPECT(!ke_record_host_ok(""));
	EXPECT(!ke_record_host_ok("."));
	EXPECT(!ke_record_host_ok("a..b"));
	EXPECT(!ke_record_host_ok("fe80::1%eth0"));
	EXPECT(!ke_record_host_ok("n\303\244me.example"));
	EXPECT(!ke_record_host_ok("192.0.2.300"));
	memset(label, 'a', sizeof(label));
	label[64] = '\0';
	EXPECT(!ke_record_host_ok(label));
	label[63] = '\0';
	EXPECT(ke_record_host_ok(label));
}

static const struct ktap_case cases[] = {
	CASE(good_request),
	CASE(aead_need_not_be_critical),
	CASE(order_does_not_matter),
	CASE(the_first_known_aead_wins),
	CASE(incomplete_requests_wait),
	CASE(unknown_critical_is_error_0),
	CASE(unknown_noncritical_is_ignored),
	CASE(end_of_message_rules),
	CASE(next_protocol_rules),
	CASE(other_protocols_are_no_error),
	CASE(aead_rules),
	CASE(records_of_servers_are_refused),
	CASE(server_and_port_are_wishes),
	CASE(endless_requests_are_refused),
	CASE(requests_of_the_full_size_are_taken),
	CASE(the_builder_never_overflows),
	CASE(bytes_on_the_wire),
	CASE(names_of_ntp_servers),
};

KTAP_MAIN(cases)
