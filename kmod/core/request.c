// SPDX-License-Identifier: GPL-2.0-or-later
/* What a request asks, and whether it is authentic. */
#include "request.h"

/*
 * RFC 8915, 5.6: with a nonce shorter than the AEAD could use, the client
 * pads, so that the server has room for a full one in an answer of that length.
 */
#define NONCE_REQUIRED	NTS_NONCE_LEN

static u32 padded(u32 len)
{
	return (len + 3) & ~3U;
}

static enum nts_verdict parse_auth(const u8 *packet, struct nts_request *request)
{
	const u8 *body = packet + nts_ext_body(&request->auth);
	u32 body_len = nts_ext_body_len(&request->auth);
	u32 nonce_len = get_unaligned_be16(body);
	u32 text_len = get_unaligned_be16(body + 2);
	u32 used = NTS_AUTH_HEADER_LEN + padded(nonce_len) + padded(text_len);

	if (nonce_len == 0 || text_len < NTS_SIV_TAG_LEN || used > body_len)
		return NTS_DROP_AUTH_LENGTH;
	if (nonce_len < NONCE_REQUIRED &&
	    body_len - used < NONCE_REQUIRED - padded(nonce_len))
		return NTS_DROP_AUTH_PADDING;

	request->nonce_len = (u16)nonce_len;
	request->text_len = (u16)(text_len - NTS_SIV_TAG_LEN);
	request->text_offset = (u16)(nts_ext_body(&request->auth) +
				     NTS_AUTH_HEADER_LEN + padded(nonce_len));
	return NTS_ANSWER_NTS;
}

/* Notes one field; a field that must be alone is noted once. */
static enum nts_verdict parse_field(const struct nts_ext *ext,
				    struct nts_request *request, u16 *placeholder_len)
{
	struct nts_ext *where = NULL;

	switch (ext->type) {
	case NTS_EXT_UNIQUE_ID:
		if (nts_ext_body_len(ext) < NTS_UNIQUE_ID_MIN_LEN)
			return NTS_DROP_UID_LENGTH;
		where = &request->uid;
		break;
	case NTS_EXT_COOKIE:
		where = &request->cookie;
		break;
	case NTS_EXT_AUTH:
		where = &request->auth;
		break;
	case NTS_EXT_PLACEHOLDER:
		if (*placeholder_len && *placeholder_len != ext->len)
			return NTS_DROP_PLACEHOLDER;
		*placeholder_len = ext->len;
		request->placeholders++;
		break;
	default:
		/* RFC 7822: what is unknown is ignored. */
		return NTS_ANSWER_PLAIN;
	}
	if (where) {
		if (where->len)
			return NTS_DROP_DUPLICATE;
		*where = *ext;
	}
	return NTS_ANSWER_PLAIN;
}

static enum nts_verdict parse_fields(const u8 *packet, struct nts_request *request)
{
	u32 offset = NTS_NTP_HEADER_LEN;
	u16 placeholder_len = 0;
	enum nts_verdict verdict;
	enum nts_ext_step step;
	struct nts_ext ext;

	for (;;) {
		step = nts_ext_next(packet, request->len, &offset, &ext);
		if (step != NTS_EXT_FIELD)
			break;
		/* RFC 8915, 5.7: behind the authenticator nothing counts. */
		if (request->auth.len)
			continue;
		verdict = parse_field(&ext, request, &placeholder_len);
		if (verdict != NTS_ANSWER_PLAIN)
			return verdict;
	}
	if (step == NTS_EXT_MALFORMED)
		return NTS_DROP_EXT;

	request->nts = request->cookie.len || request->auth.len || placeholder_len;
	if (step == NTS_EXT_MAC && !request->nts)
		return NTS_DROP_MAC;
	if (!request->nts)
		return NTS_ANSWER_PLAIN;
	if (!request->uid.len)
		return NTS_DROP_UID_MISSING;
	if (!request->cookie.len)
		return NTS_DROP_COOKIE_MISSING;
	if (!request->auth.len)
		return NTS_DROP_AUTH_MISSING;
	if (placeholder_len && placeholder_len != request->cookie.len)
		return NTS_DROP_PLACEHOLDER;
	return parse_auth(packet, request);
}

static void parse_stamps(const u8 *packet, struct nts_request *request)
{
	struct nts_ntp_header header;

	memcpy(&header, packet, sizeof(header));
	request->origin = be64_to_cpu(header.origin);
	request->receive = be64_to_cpu(header.receive);
	request->transmit = be64_to_cpu(header.transmit);
}

/**
 * nts_request_parse() - find out what a packet asks
 * @packet: UDP payload, untrusted
 * @len: its octets
 * @request: filled in for answers
 *
 * Context: any. Reads @packet only.
 *
 * Return: NTS_ANSWER_PLAIN; NTS_ANSWER_NTS, still to be opened; or why to
 * drop it. RFC 5905, 7822, and 8915 sections 5.3 to 5.7.
 */
enum nts_verdict nts_request_parse(const u8 *packet, u32 len,
				   struct nts_request *request)
{
	if (len < NTS_NTP_HEADER_LEN)
		return NTS_DROP_SHORT;
	if (len > NTS_MAX_PACKET)
		return NTS_DROP_LONG;

	memset(request, 0, sizeof(*request));
	request->len = (u16)len;
	request->version = NTS_NTP_VERSION(packet[0]);
	if (request->version < 1 || request->version > 4)
		return NTS_DROP_VERSION;
	if (NTS_NTP_MODE(packet[0]) != NTS_NTP_MODE_CLIENT)
		return NTS_DROP_MODE;
	parse_stamps(packet, request);
	if (len == NTS_NTP_HEADER_LEN)
		return NTS_ANSWER_PLAIN;
	/* Extension fields came with version 4. */
	if (request->version < 4)
		return NTS_DROP_MAC;
	return parse_fields(packet, request);
}

/**
 * nts_request_cookies() - how many cookies to answer with
 * @request: as parsed, NTS_ANSWER_NTS
 *
 * One for the one used and one for each placeholder (RFC 8915, 5.7), as far
 * as they fit: an answer is never longer than its request.
 *
 * Return: 0 when not even one fits, at most NTS_MAX_COOKIES.
 */
u16 nts_request_cookies(const struct nts_request *request)
{
	u32 fixed = NTS_NTP_HEADER_LEN + request->uid.len + NTS_EXT_HEADER_LEN +
		    NTS_AUTH_HEADER_LEN + NTS_NONCE_LEN + NTS_SIV_TAG_LEN;
	u32 room, wanted = 1u + request->placeholders;

	if (request->len < fixed)
		return 0;
	room = (request->len - fixed) / NTS_COOKIE_EXT_LEN;
	if (wanted > NTS_MAX_COOKIES)
		wanted = NTS_MAX_COOKIES;
	return (u16)(room < wanted ? room : wanted);
}
