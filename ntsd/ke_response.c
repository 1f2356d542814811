// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ke_response.h"

/* The 1st fault is the one that is told. */
__attribute__((format(printf, 2, 3)))
static void refuse(struct ke_response *res, const char *fmt, ...)
{
	va_list args;

	if (!res->good)
		return;
	res->good = false;
	va_start(args, fmt);
	vsnprintf(res->why, sizeof(res->why), fmt, args);
	va_end(args);
}

static int get_u16(const struct ke_record *rec, size_t at)
{
	return rec->body[at] << 8 | rec->body[at + 1];
}

static const char *error_text(int code)
{
	switch (code) {
	case KE_ERROR_CRITICAL:
		return "unrecognized critical record";
	case KE_ERROR_BAD_REQUEST:
		return "bad request";
	case KE_ERROR_INTERNAL:
		return "internal server error";
	}
	return "unknown to us";
}

static void take_protocol(struct ke_response *res, const struct ke_record *rec)
{
	if (!rec->len)
		refuse(res, "the server does not speak NTPv4");
	else if (!rec->critical || rec->len != 2 ||
		 get_u16(rec, 0) != KE_PROTOCOL_NTPV4)
		refuse(res, "bad Next Protocol record");
}

static void take_aead(struct ke_response *res, const struct ke_record *rec)
{
	if (!rec->len)
		refuse(res, "the server does not know AES-SIV-CMAC-256, which RFC 8915 asks of all");
	else if (rec->len != 2 || get_u16(rec, 0) != KE_AEAD_AES_SIV_CMAC_256)
		refuse(res, "bad AEAD record: we did not offer that");
}

static void take_error(struct ke_response *res, const struct ke_record *rec)
{
	if (rec->len != 2)
		refuse(res, "bad Error record");
	else
		refuse(res, "the server answered with error %d (%s)",
		       get_u16(rec, 0), error_text(get_u16(rec, 0)));
}

static void take_warning(struct ke_response *res, const struct ke_record *rec)
{
	if (rec->len != 2)
		refuse(res, "bad Warning record");
	else
		res->warning = get_u16(rec, 0);
}

static void take_cookie(struct ke_response *res, const struct ke_record *rec)
{
	struct ke_cookie *cookie = &res->cookie[res->n_cookies];

	/* What no packet of ours could hold is no reason to refuse the rest. */
	if (!rec->len || rec->len > KE_COOKIE_MAX ||
	    res->n_cookies == KE_COOKIES)
		return;
	cookie->len = rec->len;
	memcpy(cookie->bytes, rec->body, rec->len);
	res->n_cookies++;
}

static void take_server(struct ke_response *res, const struct ke_record *rec)
{
	char name[KE_HOST_MAX + 1];

	if (!rec->len || rec->len > KE_HOST_MAX) {
		refuse(res, "bad Server record");
		return;
	}
	memcpy(name, rec->body, rec->len);
	name[rec->len] = '\0';
	if (strlen(name) != rec->len || !ke_record_host_ok(name))
		refuse(res, "bad Server record: that is no name");
	else
		strcpy(res->server, name);
}

static void take_port(struct ke_response *res, const struct ke_record *rec)
{
	if (rec->len != 2 || !get_u16(rec, 0))
		refuse(res, "bad Port record");
	else
		res->port = get_u16(rec, 0);
}

static void take(struct ke_response *res, const struct ke_record *rec)
{
	switch (rec->type) {
	case KE_END_OF_MESSAGE:
		if (!rec->critical || rec->len)
			refuse(res, "bad End of Message record");
		break;
	case KE_NEXT_PROTOCOL:
		take_protocol(res, rec);
		break;
	case KE_ERROR:
		take_error(res, rec);
		break;
	case KE_WARNING:
		take_warning(res, rec);
		break;
	case KE_AEAD:
		take_aead(res, rec);
		break;
	case KE_NEW_COOKIE:
		take_cookie(res, rec);
		break;
	case KE_NTPV4_SERVER:
		take_server(res, rec);
		break;
	case KE_NTPV4_PORT:
		take_port(res, rec);
		break;
	default:
		if (rec->critical)
			refuse(res, "critical record %u, which we do not know",
			       rec->type);
	}
}

static void check_counts(struct ke_response *res, const unsigned int *seen)
{
	if (seen[KE_NEXT_PROTOCOL] != 1)
		refuse(res, "%u Next Protocol records instead of one",
		       seen[KE_NEXT_PROTOCOL]);
	if (seen[KE_AEAD] != 1)
		refuse(res, "%u AEAD records instead of one", seen[KE_AEAD]);
	if (seen[KE_NTPV4_SERVER] > 1 || seen[KE_NTPV4_PORT] > 1)
		refuse(res, "more than one Server or Port record");
	if (!res->n_cookies)
		refuse(res, "no usable cookie");
}

/**
 * ke_response_request() - write what a client sends (RFC 8915 section 4)
 * @buf: filled in: NTPv4 with AEAD_AES_SIV_CMAC_256, all that we speak
 *
 * Return: the length.
 */
size_t ke_response_request(uint8_t buf[KE_REQUEST_LEN])
{
	struct ke_builder b = { .buf = buf, .cap = KE_REQUEST_LEN };

	ke_record_put_u16(&b, true, KE_NEXT_PROTOCOL, KE_PROTOCOL_NTPV4);
	ke_record_put_u16(&b, true, KE_AEAD, KE_AEAD_AES_SIV_CMAC_256);
	ke_record_put_end(&b);
	return b.len;
}

/**
 * ke_response_parse() - judge a server's answer (RFC 8915 section 4.1)
 * @buf: the bytes received so far
 * @len: how many
 * @res: the verdict, valid when the return value is true
 *
 * Return: false while bytes are missing, true when @res holds a verdict.
 */
bool ke_response_parse(const uint8_t *buf, size_t len, struct ke_response *res)
{
	unsigned int seen[KE_NTPV4_PORT + 1] = { 0 };
	struct ke_record rec;
	size_t pos = 0;

	memset(res, 0, sizeof(*res));
	res->good = true;
	res->warning = -1;
	do {
		if (ke_record_next(buf, len, &pos, &rec) == KE_MORE_NEEDED) {
			/* What can no longer become whole is refused now. */
			refuse(res, "the answer is longer than %d octets",
			       KE_RESPONSE_MAX);
			return len >= KE_RESPONSE_MAX;
		}
		if (rec.type <= KE_NTPV4_PORT)
			seen[rec.type]++;
		take(res, &rec);
	} while (rec.type != KE_END_OF_MESSAGE);

	if (pos != len)
		refuse(res, "%zu octets after the end of the answer", len - pos);
	check_counts(res, seen);
	return true;
}
