// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <sys/random.h>

#include "client.h"
#include "flight.h"

/**
 * maker_init() - prepare to make packets
 * @maker: filled in
 * @plain: without NTS
 * @interleaved: ask in interleaved mode
 * @reuse: use cookies again
 */
void maker_init(struct maker *maker, bool plain, bool interleaved, bool reuse)
{
	memset(maker, 0, sizeof(*maker));
	maker->engine = NTS_HAVE_NI && nts_ni_supported() ? NTS_SIV_NI : NTS_SIV_LIB;
	maker->plain = plain;
	maker->interleaved = interleaved;
	maker->reuse = reuse;
	/* Up to 256 octets are always there once the kernel has any. */
	if (getrandom(&maker->dice, sizeof(maker->dice), 0) != sizeof(maker->dice))
		abort();
}

/**
 * client_can_send() - has it all that a request needs?
 * @c: the client
 * @maker: what makes the request
 *
 * Return: true if so.
 */
bool client_can_send(const struct client *c, const struct maker *maker)
{
	if (c->keying || c->stale)
		return false;
	return maker->plain || c->jar.n || (maker->reuse && c->last_len);
}

/* One jar for all clients: only the cookie and the keys are copied into it. */
static void fill_scratch(struct client *c, struct nts_jar *scratch)
{
	u32 have;

	if (c->jar.n)
		c->last_len = nts_jar_take(&c->jar, c->last);
	memcpy(scratch->c2s, c->jar.c2s, sizeof(scratch->c2s));
	scratch->keyed = true;
	scratch->first = 0;
	scratch->cookie[0].len = (u16)c->last_len;
	memcpy(scratch->cookie[0].body, c->last, c->last_len);
	/* What is on its way is not missing. */
	have = c->jar.n + c->in_flight + 1;
	scratch->n = (u8)(have < NTS_MAX_COOKIES ? have : NTS_MAX_COOKIES);
}

/**
 * client_request() - make a request
 * @c: client_can_send()
 * @maker: what makes it
 * @stamp: number by which its answer is known
 * @exchange: filled in
 * @packet: receives it, room for NTS_EXCHANGE_MAX_LEN octets
 *
 * Return: its octets.
 */
u32 client_request(struct client *c, struct maker *maker, u64 stamp,
		   struct nts_exchange *exchange, u8 *packet)
{
	u64 other = stamp ^ FLIGHT_OTHER;
	u8 entropy[NTS_EXCHANGE_ENTROPY];
	u8 *random = entropy + sizeof(stamp);
	size_t n_random = sizeof(entropy) - sizeof(stamp) - sizeof(other);

	memcpy(entropy, &stamp, sizeof(stamp));
	dice_fill(&maker->dice, random, n_random);
	memcpy(random + n_random, &other, sizeof(other));
	if (!maker->plain)
		fill_scratch(c, &maker->scratch);
	return nts_exchange_request(exchange, packet, maker->plain ? NULL : &maker->scratch,
				    maker->engine, entropy,
				    maker->interleaved ? &c->previous : NULL);
}

/* RFC 9769: the next request may ask when this answer was sent. */
static void remember(struct client *c, const struct nts_exchange *exchange,
		     const struct nts_answer *answer)
{
	c->previous.valid = true;
	c->previous.lost = 0;
	c->previous.transmit = exchange->transmit;
	c->previous.server_receive = answer->server_receive;
}

/**
 * client_reply() - read an answer
 * @c: the client
 * @maker: what made the request
 * @exchange: of the request
 * @packet: what came
 * @len: its octets
 * @verify: or else look at its header only
 * @interleaved: told whether it is in interleaved mode
 *
 * Return: what came of it. If @exchange is open afterwards and it is no NAK and
 * no kiss, a better one may come.
 */
enum outcome client_reply(struct client *c, struct maker *maker, struct nts_exchange *exchange,
			  u8 *packet, u32 len, bool verify, bool *interleaved)
{
	struct nts_jar *scratch = &maker->scratch;
	u8 cookie[NTS_MAX_COOKIE_LEN];
	struct nts_answer answer = { };
	enum outcome outcome;
	u32 cookie_len;

	*interleaved = false;
	if (!verify)
		exchange->nts = false;
	scratch->n = 0;
	if (exchange->nts)
		memcpy(scratch->s2c, c->jar.s2c, sizeof(scratch->s2c));
	outcome = outcome_of(nts_exchange_reply(exchange, packet, len, scratch, maker->engine,
						&answer), &answer);
	if (outcome != OUTCOME_VERIFIED)
		return outcome;
	while ((cookie_len = nts_jar_take(scratch, cookie)))
		nts_jar_put(&c->jar, cookie, cookie_len);
	if (maker->interleaved)
		remember(c, exchange, &answer);
	*interleaved = answer.interleaved;
	return verify ? OUTCOME_VERIFIED : OUTCOME_UNCHECKED;
}
