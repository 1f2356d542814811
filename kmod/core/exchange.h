/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request of ours and its answer (RFC 5905, RFC 8915 5.7). */
#ifndef _NTS_CORE_EXCHANGE_H
#define _NTS_CORE_EXCHANGE_H

#include "jar.h"
#include "reply.h"
#include "source.h"

/* Random octets of one request: transmit timestamp, identifier, nonce. */
#define NTS_EXCHANGE_ENTROPY	(8 + NTS_UNIQUE_ID_MIN_LEN + NTS_NONCE_LEN)
/* What every path carries: IPv6's least MTU less IPv6 and UDP headers. */
#define NTS_EXCHANGE_MAX_LEN	1232

/* The tests of chronyc ntpdata, in its order. */
#define NTS_TEST_DUPLICATE	BIT(9)
#define NTS_TEST_ORIGIN		BIT(8)
#define NTS_TEST_STAMPS		BIT(7)
#define NTS_TEST_AUTH		BIT(6)
#define NTS_TEST_SYNC		BIT(5)
#define NTS_TEST_ROOT		BIT(4)
#define NTS_TEST_A		BIT(3)
#define NTS_TEST_B		BIT(2)
#define NTS_TEST_C		BIT(1)
#define NTS_TEST_D		BIT(0)
#define NTS_TEST_ALL		(BIT(10) - 1)
/* Those of the sample, which come last. */
#define NTS_TEST_SAMPLE		(NTS_TEST_A | NTS_TEST_B | NTS_TEST_C)

/**
 * struct nts_exchange - what is remembered of a request
 * @open: an answer may still come
 * @nts: it was authenticated
 * @transmit: random number in its transmit timestamp, as on the wire
 * @uid: its unique identifier
 * @sent: when it left, raw ns; negligibly before
 */
struct nts_exchange {
	bool open;
	bool nts;
	__be64 transmit;
	u8 uid[NTS_UNIQUE_ID_MIN_LEN];
	s64 sent;
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
 * @transmit: its transmit timestamp, ns since 1970 UTC
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
	u8 cookies;
};

u32 nts_exchange_request(struct nts_exchange *exchange, u8 *packet,
			 struct nts_jar *jar, enum nts_siv_engine engine,
			 const u8 entropy[NTS_EXCHANGE_ENTROPY]);
enum nts_reply nts_exchange_reply(struct nts_exchange *exchange, u8 *packet,
				  u32 len, struct nts_jar *jar,
				  enum nts_siv_engine engine,
				  struct nts_answer *answer);
u32 nts_answer_tests(const struct nts_answer *answer, u32 self);
void nts_exchange_sample(const struct nts_exchange *exchange,
			 const struct nts_answer *answer, s64 received, s64 freq,
			 s64 skew, s8 precision, struct nts_sample *sample);

#endif /* _NTS_CORE_EXCHANGE_H */
