/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual client: keys and cookies of its own. */
#ifndef NTSLOAD_CLIENT_H
#define NTSLOAD_CLIENT_H

#include "core/exchange.h"
#include "dice.h"
#include "outcome.h"

/**
 * struct client - one of many
 * @jar: keys and cookies; the keying thread's while @keying
 * @previous: to ask in interleaved mode
 * @last_len: octets of @last, 0 when there was none yet
 * @last: the cookie that was used last
 * @index: which client it is
 * @in_flight: requests without an answer so far
 * @queued: it waits to send
 * @keying: it waits for keys
 * @stale: the server does not know its cookies any more
 * @keyed_next: the next one that got keys, or did not
 */
struct client {
	struct nts_jar jar;
	struct nts_previous previous;
	u32 last_len;
	u8 last[NTS_MAX_COOKIE_LEN];
	unsigned int index;
	unsigned int in_flight;
	bool queued;
	bool keying;
	bool stale;
	struct client *keyed_next;
};

/**
 * struct maker - what makes and reads packets, one for each thread
 * @engine: who computes
 * @plain: without NTS
 * @interleaved: asks in interleaved mode
 * @reuse: a cookie may be used again
 * @dice: chance
 * @scratch: stands for a client's jar: it stays in the processor's cache
 */
struct maker {
	enum nts_siv_engine engine;
	bool plain;
	bool interleaved;
	bool reuse;
	struct dice dice;
	struct nts_jar scratch;
};

void maker_init(struct maker *maker, bool plain, bool interleaved, bool reuse);
bool client_can_send(const struct client *c, const struct maker *maker);
u32 client_request(struct client *c, struct maker *maker, u64 stamp,
		   struct nts_exchange *exchange, u8 *packet);
enum outcome client_reply(struct client *c, struct maker *maker, struct nts_exchange *exchange,
			  u8 *packet, u32 len, bool verify, bool *interleaved);

#endif
