/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request of ours and its answer (RFC 5905, RFC 8915 5.7, RFC 9769 2). */
#ifndef _NTS_CORE_EXCHANGE_H
#define _NTS_CORE_EXCHANGE_H

#include "jar.h"
#include "reply.h"
#include "source.h"

/* Random octets of one request: transmit timestamp, identifier, nonce, receive timestamp. */
#define NTS_EXCHANGE_ENTROPY	(8 + NTS_UNIQUE_ID_MIN_LEN + NTS_NONCE_LEN + 8)
/* What every path carries: IPv6's least MTU less IPv6 and UDP headers. */
#define NTS_EXCHANGE_MAX_LEN	1232

/* So many requests without an answer, and it is basic mode again. */
#define NTS_PREVIOUS_LOST	4

/**
 * struct nts_exchange - what is remembered of a request
 * @open: an answer may still come
 * @nts: it was authenticated
 * @interleaved: it asked for an answer in interleaved mode
 * @origin: its origin timestamp, as on the wire: the answer it refers to, or 0
 * @receive: random number in its receive timestamp, 0 in basic mode
 * @transmit: random number in its transmit timestamp
 * @uid: its unique identifier
 * @sent: when it left, raw ns
 * @sent_kind: enum nts_stamp_kind of @sent
 */
struct nts_exchange {
	bool open;
	bool nts;
	bool interleaved;
	__be64 origin;
	__be64 receive;
	__be64 transmit;
	u8 uid[NTS_UNIQUE_ID_MIN_LEN];
	s64 sent;
	u8 sent_kind;
};

/**
 * struct nts_previous - the last exchange that was answered; zero before there is one
 * @valid: there is one
 * @used: it became a measurement already
 * @lost: requests since then
 * @sent_kind: enum nts_stamp_kind of @sent
 * @received_kind: of @received
 * @transmit: its request's transmit timestamp, as on the wire
 * @server_receive: its answer's receive timestamp, as on the wire
 * @receive: the same, ns since 1970 UTC
 * @sent: when its request left, raw ns
 * @received: when its answer came, raw ns
 */
struct nts_previous {
	bool valid;
	bool used;
	u8 lost;
	u8 sent_kind;
	u8 received_kind;
	__be64 transmit;
	__be64 server_receive;
	s64 receive;
	s64 sent;
	s64 received;
};

/**
 * struct nts_answer - what a server said (RFC 5905, figure 8)
 * @server: of itself; in a kiss-o'-death the stratum is 0, the refid its code
 * @version: NTP version
 * @mode: 4
 * @poll: log2 seconds
 * @precision: log2 seconds
 * @reftime: ns since 1970 UTC
 * @receive: its receive timestamp, ns since 1970 UTC
 * @transmit: its transmit timestamp, ns since 1970 UTC; when @interleaved, that
 *	of the answer before
 * @server_receive: @receive as on the wire
 * @interleaved: it is in interleaved mode
 * @cookies: new ones it brought
 */
struct nts_answer {
	struct nts_source_server server;
	u8 version;
	u8 mode;
	s8 poll;
	s8 precision;
	s64 reftime;
	s64 receive;
	s64 transmit;
	__be64 server_receive;
	bool interleaved;
	u8 cookies;
};

u32 nts_exchange_request(struct nts_exchange *exchange, u8 *packet,
			 struct nts_jar *jar, enum nts_siv_engine engine,
			 const u8 entropy[NTS_EXCHANGE_ENTROPY],
			 struct nts_previous *previous);
enum nts_reply nts_exchange_reply(struct nts_exchange *exchange, u8 *packet,
				  u32 len, struct nts_jar *jar,
				  enum nts_siv_engine engine,
				  struct nts_answer *answer);

#endif /* _NTS_CORE_EXCHANGE_H */
