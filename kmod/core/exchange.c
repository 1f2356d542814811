// SPDX-License-Identifier: GPL-2.0-or-later
/* One request of ours and its answer (RFC 5905, RFC 8915 5.7, RFC 9769 2). */
#include "exchange.h"
#include "ext.h"
#include "ntptime.h"

#define UID_EXT_LEN	(NTS_EXT_HEADER_LEN + NTS_UNIQUE_ID_MIN_LEN)
#define AUTH_EXT_LEN	(NTS_EXT_HEADER_LEN + NTS_AUTH_HEADER_LEN + NTS_NONCE_LEN + \
			 NTS_SIV_TAG_LEN)
/* Says nothing of our clock: the largest value that is still a precision. */
#define SILENT_PRECISION	32

static u32 put_cookies(u8 *packet, u32 len, struct nts_jar *jar)
{
	u8 cookie[NTS_MAX_COOKIE_LEN];
	u32 cookie_len = nts_jar_take(jar, cookie);
	u32 field_len = NTS_EXT_HEADER_LEN + cookie_len, n;

	memcpy(nts_ext_put(packet + len, NTS_EXT_COOKIE, (u16)field_len), cookie,
	       cookie_len);
	len += field_len;

	/* The answer brings one for this one, and one for each placeholder. */
	for (n = jar->n + 1; n < NTS_MAX_COOKIES; n++) {
		if (len + field_len + AUTH_EXT_LEN > NTS_EXCHANGE_MAX_LEN)
			break;
		memset(nts_ext_put(packet + len, NTS_EXT_PLACEHOLDER, (u16)field_len), 0,
		       cookie_len);
		len += field_len;
	}
	return len;
}

/* Encrypts nothing: what a request needs secret it does not carry. */
static u32 put_auth(u8 *packet, u32 len, struct nts_jar *jar,
		    enum nts_siv_engine engine, const u8 nonce[NTS_NONCE_LEN])
{
	const struct nts_span ad[] = {
		{ packet, len },
		{ nonce, NTS_NONCE_LEN },
	};
	u8 *body = nts_ext_put(packet + len, NTS_EXT_AUTH, AUTH_EXT_LEN);
	u8 *tag = body + NTS_AUTH_HEADER_LEN + NTS_NONCE_LEN;

	put_unaligned_be16(NTS_NONCE_LEN, body);
	put_unaligned_be16(NTS_SIV_TAG_LEN, body + 2);
	memcpy(body + NTS_AUTH_HEADER_LEN, nonce, NTS_NONCE_LEN);
	nts_siv_setkey(&jar->siv, jar->c2s, engine);
	nts_siv_seal(&jar->siv, ad, ARRAY_SIZE(ad), tag + NTS_SIV_TAG_LEN, 0, tag);
	memzero_explicit(&jar->siv, sizeof(jar->siv));
	return len + AUTH_EXT_LEN;
}

/* A random number for a timestamp that is to come back. Zero means "no timestamp". */
static __be64 choose_stamp(const u8 random[8], __be64 other)
{
	__be64 stamp;

	memcpy(&stamp, random, sizeof(stamp));
	if (!stamp || stamp == other)
		stamp = other == cpu_to_be64(1) ? cpu_to_be64(2) : cpu_to_be64(1);
	return stamp;
}

/* Ask when the answer before was sent: one that is known to have come. */
static void ask_interleaved(struct nts_exchange *exchange, const u8 random[8],
			    struct nts_previous *previous)
{
	if (!previous || !previous->valid || previous->lost >= NTS_PREVIOUS_LOST)
		return;
	previous->lost++;
	exchange->interleaved = true;
	exchange->origin = previous->server_receive;
	exchange->receive = choose_stamp(random, exchange->transmit);
}

/**
 * nts_exchange_request() - make a request
 * @exchange: filled in but for @sent, which is the caller's to set
 * @packet: receives it, room for NTS_EXCHANGE_MAX_LEN octets
 * @jar: keys and cookies, or NULL for a plain request
 * @engine: who computes
 * @entropy: random octets, never used before
 * @previous: to ask in interleaved mode as soon as that is possible, else NULL
 *
 * Reveals nothing but that time is wanted: all fields are zero, and the
 * transmit timestamp is random (it comes back as origin timestamp). In
 * interleaved mode the receive timestamp is random too, and the server's own
 * receive timestamp tells which answer is meant.
 *
 * Context: any; for NTS_SIV_NI in the kernel, inside an FPU section.
 *
 * Return: octets of the request, or 0 when @jar has no cookie.
 */
u32 nts_exchange_request(struct nts_exchange *exchange, u8 *packet,
			 struct nts_jar *jar, enum nts_siv_engine engine,
			 const u8 entropy[NTS_EXCHANGE_ENTROPY],
			 struct nts_previous *previous)
{
	const u8 *uid = entropy + sizeof(exchange->transmit);
	const u8 *nonce = uid + sizeof(exchange->uid);
	struct nts_ntp_header header = {
		.lvm = NTS_NTP_LVM(0, 4, NTS_NTP_MODE_CLIENT),
		.precision = SILENT_PRECISION,
	};
	u32 len = NTS_NTP_HEADER_LEN;

	if (jar && (!jar->keyed || !jar->n))
		return 0;

	memset(exchange, 0, sizeof(*exchange));
	exchange->nts = jar;
	exchange->transmit = choose_stamp(entropy, 0);
	ask_interleaved(exchange, nonce + NTS_NONCE_LEN, previous);
	header.origin = exchange->origin;
	header.receive = exchange->receive;
	header.transmit = exchange->transmit;
	memcpy(packet, &header, sizeof(header));

	if (jar) {
		memcpy(exchange->uid, uid, sizeof(exchange->uid));
		memcpy(nts_ext_put(packet + len, NTS_EXT_UNIQUE_ID, UID_EXT_LEN),
		       exchange->uid, sizeof(exchange->uid));
		len = put_cookies(packet, len + UID_EXT_LEN, jar);
		len = put_auth(packet, len, jar, engine, nonce);
	}
	exchange->open = true;
	return len;
}

static void read_header(const u8 *packet, struct nts_answer *answer)
{
	struct nts_ntp_header header;

	memcpy(&header, packet, sizeof(header));
	memset(answer, 0, sizeof(*answer));
	answer->server.leap = header.lvm >> 6;
	answer->version = NTS_NTP_VERSION(header.lvm);
	answer->mode = NTS_NTP_MODE(header.lvm);
	answer->server.stratum = header.stratum;
	answer->poll = header.poll;
	answer->precision = header.precision;
	answer->server.refid = be32_to_cpu(header.refid);
	answer->server.root_delay = nts_ntptime_short_to_ns(be32_to_cpu(header.root_delay));
	answer->server.root_dispersion =
		nts_ntptime_short_to_ns(be32_to_cpu(header.root_dispersion));
	answer->reftime = nts_ntptime_to_ns(be64_to_cpu(header.reftime));
	answer->receive = nts_ntptime_to_ns(be64_to_cpu(header.receive));
	answer->transmit = nts_ntptime_to_ns(be64_to_cpu(header.transmit));
	answer->server_receive = header.receive;
}

/* Which of the two numbers only the server can know came back. */
static bool read_origin(const struct nts_exchange *exchange, __be64 origin,
			struct nts_answer *answer)
{
	answer->interleaved = exchange->interleaved && origin == exchange->receive;
	return answer->interleaved || origin == exchange->transmit;
}

/* The fields that count: those before the authenticator, and itself. */
static enum nts_reply find_fields(const u8 *packet, u32 len,
				  struct nts_ext *uid, struct nts_ext *auth)
{
	u32 offset = NTS_NTP_HEADER_LEN;
	enum nts_ext_step step;
	struct nts_ext ext;

	memset(uid, 0, sizeof(*uid));
	memset(auth, 0, sizeof(*auth));
	while ((step = nts_ext_next(packet, len, &offset, &ext)) == NTS_EXT_FIELD) {
		if (ext.type == NTS_EXT_UNIQUE_ID && !uid->len)
			*uid = ext;
		if (ext.type == NTS_EXT_AUTH) {
			*auth = ext;
			return NTS_REPLY_TIME;
		}
	}
	return step == NTS_EXT_MALFORMED ? NTS_REPLY_EXT : NTS_REPLY_TIME;
}

/* Takes cookies out of what was encrypted; anything else there is ignored. */
static void take_cookies(const u8 *text, u32 len, struct nts_jar *jar,
			 struct nts_answer *answer)
{
	u32 field_len;

	for (; len >= NTS_EXT_HEADER_LEN; text += field_len, len -= field_len) {
		field_len = get_unaligned_be16(text + 2);
		if (field_len < NTS_EXT_HEADER_LEN || field_len > len || field_len % 4)
			return;
		if (get_unaligned_be16(text) == NTS_EXT_COOKIE &&
		    nts_jar_put(jar, text + NTS_EXT_HEADER_LEN,
				field_len - NTS_EXT_HEADER_LEN))
			answer->cookies++;
	}
}

static enum nts_reply open_answer(u8 *packet, const struct nts_ext *auth,
				  struct nts_jar *jar, enum nts_siv_engine engine,
				  struct nts_answer *answer)
{
	u32 room = nts_ext_body_len(auth) - NTS_AUTH_HEADER_LEN;
	u8 *body = packet + nts_ext_body(auth);
	u32 nonce_len = get_unaligned_be16(body);
	u32 text_len = get_unaligned_be16(body + 2);
	u32 nonce_room = (nonce_len + 3) & ~3U;
	u8 *nonce = body + NTS_AUTH_HEADER_LEN, *tag = nonce + nonce_room;
	const struct nts_span ad[] = {
		{ packet, auth->offset },
		{ nonce, nonce_len },
	};
	bool authentic;

	if (nonce_room > room || text_len > room - nonce_room ||
	    text_len < NTS_SIV_TAG_LEN)
		return NTS_REPLY_EXT;
	text_len -= NTS_SIV_TAG_LEN;
	nts_siv_setkey(&jar->siv, jar->s2c, engine);
	authentic = nts_siv_open(&jar->siv, ad, ARRAY_SIZE(ad), tag + NTS_SIV_TAG_LEN,
				 text_len, tag);
	memzero_explicit(&jar->siv, sizeof(jar->siv));
	if (!authentic)
		return NTS_REPLY_FORGED;
	take_cookies(tag + NTS_SIV_TAG_LEN, text_len, jar, answer);
	return NTS_REPLY_TIME;
}

static enum nts_reply verify(const struct nts_exchange *exchange, u8 *packet, u32 len,
			     struct nts_jar *jar, enum nts_siv_engine engine,
			     struct nts_answer *answer)
{
	struct nts_ext uid, auth;
	enum nts_reply reply;

	if (!exchange->nts)
		return NTS_REPLY_TIME;
	reply = find_fields(packet, len, &uid, &auth);
	if (reply != NTS_REPLY_TIME)
		return reply;
	if (!uid.len || nts_ext_body_len(&uid) != sizeof(exchange->uid) ||
	    memcmp(packet + nts_ext_body(&uid), exchange->uid, sizeof(exchange->uid)))
		return NTS_REPLY_UID;
	if (auth.len)
		return open_answer(packet, &auth, jar, engine, answer);
	/* RFC 8915, 5.7: the one answer that cannot be authentic. */
	if (!answer->server.stratum && answer->server.refid == NTS_KOD_NAK)
		return NTS_REPLY_NAK;
	return NTS_REPLY_UNPROTECTED;
}

/**
 * nts_exchange_reply() - find out what came in answer to a request
 * @exchange: as nts_exchange_request() left it; closed by the answer that
 *	counts, so that the next one is late
 * @packet: UDP payload, untrusted; what is encrypted is decrypted in place
 * @len: its octets
 * @jar: keys, and where new cookies go; NULL for a plain request
 * @engine: who computes
 * @answer: filled in unless the result is NTS_REPLY_SHORT
 *
 * A NAK leaves the exchange open: anybody could have sent it, and the true
 * answer may still come.
 *
 * Context: any; for NTS_SIV_NI in the kernel, inside an FPU section.
 *
 * Return: NTS_REPLY_TIME when @answer is authentic and tells the time, or
 * what else it is. RFC 5905 sections 7.4 and 8, RFC 8915 section 5.7, RFC 9769
 * section 2.
 */
enum nts_reply nts_exchange_reply(struct nts_exchange *exchange, u8 *packet,
				  u32 len, struct nts_jar *jar,
				  enum nts_siv_engine engine,
				  struct nts_answer *answer)
{
	struct nts_ntp_header header;
	enum nts_reply reply;

	if (len < NTS_NTP_HEADER_LEN || len > NTS_MAX_PACKET)
		return NTS_REPLY_SHORT;
	memcpy(&header, packet, sizeof(header));
	read_header(packet, answer);
	if (answer->mode != NTS_NTP_MODE_SERVER || answer->version != 4)
		return NTS_REPLY_MODE;
	if (!read_origin(exchange, header.origin, answer))
		return NTS_REPLY_ORIGIN;
	if (!exchange->open)
		return NTS_REPLY_LATE;

	reply = verify(exchange, packet, len, jar, engine, answer);
	if (reply != NTS_REPLY_TIME)
		return reply;
	exchange->open = false;
	if (!answer->server.stratum) {
		switch (answer->server.refid) {
		case NTS_KOD_DENY:
		case NTS_KOD_RSTR:
			return NTS_REPLY_DENY;
		case NTS_KOD_RATE:
			return NTS_REPLY_RATE;
		default:
			return NTS_REPLY_KOD;
		}
	}
	if (!header.receive || !header.transmit)
		return NTS_REPLY_STAMPS;
	return NTS_REPLY_TIME;
}
