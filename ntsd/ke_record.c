// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <string.h>

#include "ke_record.h"

#define KE_CRITICAL_BIT 0x8000

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void set_u16(uint8_t *p, uint16_t value)
{
	p[0] = value >> 8;
	p[1] = value & 0xff;
}

/* The 1st refusal is the one that is answered. */
static void refuse(struct ke_request *req, enum ke_error error)
{
	if (req->error == KE_ERROR_NONE)
		req->error = error;
}

static bool list_ok(const struct ke_record *rec)
{
	return rec->len >= 2 && rec->len % 2 == 0;
}

static void take_next_protocol(const struct ke_record *rec,
			       struct ke_request *req)
{
	if (!rec->critical || !list_ok(rec)) {
		refuse(req, KE_ERROR_BAD_REQUEST);
		return;
	}
	for (size_t i = 0; i < rec->len; i += 2)
		if (get_u16(rec->body + i) == KE_PROTOCOL_NTPV4)
			req->ntpv4 = true;
}

static void take_aead(const struct ke_record *rec, const uint16_t *aeads,
		      size_t n_aeads, struct ke_request *req)
{
	if (!list_ok(rec)) {
		refuse(req, KE_ERROR_BAD_REQUEST);
		return;
	}
	/* The client lists them by preference: its 1st that we know wins. */
	for (size_t i = 0; i < rec->len && req->aead < 0; i += 2)
		for (size_t k = 0; k < n_aeads; k++)
			if (get_u16(rec->body + i) == aeads[k])
				req->aead = aeads[k];
}

static bool label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/**
 * ke_record_next() - step over one record
 * @buf: the bytes received so far
 * @len: how many
 * @pos: where the record starts; moved behind it when it is complete
 * @rec: filled in when the record is complete, @rec->body points into @buf
 *
 * Return: KE_MORE_RECORD, or KE_MORE_NEEDED when the record is incomplete.
 */
enum ke_more ke_record_next(const uint8_t *buf, size_t len, size_t *pos,
			    struct ke_record *rec)
{
	size_t left = len - *pos;
	const uint8_t *p = buf + *pos;

	if (left < KE_HEADER_LEN)
		return KE_MORE_NEEDED;

	rec->critical = get_u16(p) & KE_CRITICAL_BIT;
	rec->type = get_u16(p) & ~KE_CRITICAL_BIT;
	rec->len = get_u16(p + 2);
	rec->body = p + KE_HEADER_LEN;
	if (left - KE_HEADER_LEN < rec->len)
		return KE_MORE_NEEDED;

	*pos += KE_HEADER_LEN + rec->len;
	return KE_MORE_RECORD;
}

/**
 * ke_record_parse() - judge a client's request (RFC 8915 section 4.1)
 * @buf: the bytes received so far
 * @len: how many
 * @aeads: the AEAD algorithms that are served
 * @n_aeads: how many
 * @req: the verdict, valid when the return value is true
 *
 * Return: false while bytes are missing, true when @req holds a verdict.
 */
bool ke_record_parse(const uint8_t *buf, size_t len, const uint16_t *aeads,
		     size_t n_aeads, struct ke_request *req)
{
	unsigned int seen[KE_NTPV4_PORT + 1] = { 0 };
	struct ke_record rec;
	size_t pos = 0;

	req->error = KE_ERROR_NONE;
	req->ntpv4 = false;
	req->aead = -1;

	do {
		if (ke_record_next(buf, len, &pos, &rec) == KE_MORE_NEEDED) {
			/* What can no longer become whole is refused now. */
			refuse(req, KE_ERROR_BAD_REQUEST);
			return len >= KE_MSG_MAX;
		}
		if (rec.type <= KE_NTPV4_PORT)
			seen[rec.type]++;

		switch (rec.type) {
		case KE_END_OF_MESSAGE:
			if (!rec.critical || rec.len || pos != len)
				refuse(req, KE_ERROR_BAD_REQUEST);
			break;
		case KE_NEXT_PROTOCOL:
			take_next_protocol(&rec, req);
			break;
		case KE_AEAD:
			take_aead(&rec, aeads, n_aeads, req);
			break;
		case KE_NTPV4_SERVER:
			/* A wish that a server may leave unheard. */
			break;
		case KE_NTPV4_PORT:
			if (rec.len != 2)
				refuse(req, KE_ERROR_BAD_REQUEST);
			break;
		case KE_ERROR:
		case KE_WARNING:
		case KE_NEW_COOKIE:
			/* Only a server may send these. */
			refuse(req, KE_ERROR_BAD_REQUEST);
			break;
		default:
			if (rec.critical)
				refuse(req, KE_ERROR_CRITICAL);
		}
	} while (rec.type != KE_END_OF_MESSAGE);

	if (seen[KE_NEXT_PROTOCOL] != 1 || seen[KE_AEAD] > 1 ||
	    seen[KE_NTPV4_SERVER] > 1 || seen[KE_NTPV4_PORT] > 1 ||
	    (req->ntpv4 && seen[KE_AEAD] != 1))
		refuse(req, KE_ERROR_BAD_REQUEST);
	return true;
}

/**
 * ke_record_put() - append a record
 * @b: where to; @b->full is set, and nothing written, when it does not fit
 * @critical: set the critical bit
 * @type: 0 to 32767
 * @body: what it carries
 * @len: length of @body in bytes, 0 to 65535
 */
void ke_record_put(struct ke_builder *b, bool critical, uint16_t type,
		   const void *body, size_t len)
{
	if (b->full || len > UINT16_MAX || b->cap - b->len < KE_HEADER_LEN ||
	    b->cap - b->len - KE_HEADER_LEN < len) {
		b->full = true;
		return;
	}
	set_u16(b->buf + b->len, type | (critical ? KE_CRITICAL_BIT : 0));
	set_u16(b->buf + b->len + 2, len);
	if (len)
		memcpy(b->buf + b->len + KE_HEADER_LEN, body, len);
	b->len += KE_HEADER_LEN + len;
}

/**
 * ke_record_put_u16() - append a record whose body is one 16-bit number
 * @b: where to
 * @critical: set the critical bit
 * @type: 0 to 32767
 * @value: the body
 */
void ke_record_put_u16(struct ke_builder *b, bool critical, uint16_t type,
		       uint16_t value)
{
	uint8_t body[2];

	set_u16(body, value);
	ke_record_put(b, critical, type, body, sizeof(body));
}

/**
 * ke_record_put_end() - append the End of Message record
 * @b: where to
 */
void ke_record_put_end(struct ke_builder *b)
{
	ke_record_put(b, true, KE_END_OF_MESSAGE, NULL, 0);
}

/**
 * ke_record_host_ok() - may this name be sent in a Server record?
 * @name: text
 *
 * RFC 8915 section 4.1.7: a dotted IPv4 address, an IPv6 address without a
 * zone, or a domain name in ASCII (A-labels).
 *
 * Return: true if it may.
 */
bool ke_record_host_ok(const char *name)
{
	size_t len = strlen(name), label = 0;
	uint8_t addr[16];

	if (inet_pton(AF_INET, name, addr) == 1 ||
	    inet_pton(AF_INET6, name, addr) == 1)
		return true;
	if (!len || len > KE_HOST_MAX || strspn(name, "0123456789.") == len)
		return false;

	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (!label_char(name[i]) || ++label > 63) {
			return false;
		}
	}
	return true;
}
