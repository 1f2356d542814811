// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One association: request, answer, sample. Everything here runs in the
 * client's work or in a netlink request, under the client's lock.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "client.h"
#include "core/ntptime.h"
#include "fpu.h"

#define WANT_INTERVAL	(60 * NSEC_PER_SEC)

static struct nts_jar *jar_of(struct nts_assoc *assoc)
{
	return assoc->source.options.flags & NTS_SOURCE_FLAG_NTS ? &assoc->jar : NULL;
}

static int index_of(const struct nts_assoc *assoc)
{
	const struct nts_client *client = assoc->client;
	u32 i;

	for (i = 0; i < client->n; i++) {
		if (client->source[i] == &assoc->source)
			return (int)i;
	}
	return -1;
}

static bool is_followed(const struct nts_assoc *assoc)
{
	return assoc->source.state == NTS_SOURCE_STATE_SELECTED ||
	       assoc->source.state == NTS_SOURCE_STATE_COMBINED;
}

/* Said again now and then: the daemon may have been away. */
static void want_keys(struct nts_assoc *assoc, u8 news, s64 raw)
{
	if (assoc->wanted_at && raw - assoc->wanted_at < WANT_INTERVAL)
		return;
	assoc->wanted_at = raw;
	nts_notify_source(assoc, news, 0);
}

static void note_reach(struct nts_assoc *assoc)
{
	bool reachable = assoc->source.reach;

	if (reachable == assoc->was_reachable)
		return;
	assoc->was_reachable = reachable;
	nts_notify_source(assoc, reachable ? NTS_SOURCE_NEWS_REACHABLE :
			  NTS_SOURCE_NEWS_UNREACHABLE, 0);
	/* Others may have to take over. */
	if (!reachable)
		nts_client_update(assoc->client, -1, ktime_get_raw_ns());
}

/* Builds the request in @packet; returns its length, 0 without a cookie. */
static u32 make_request(struct nts_assoc *assoc, struct nts_port *port, u8 *packet)
{
	bool xleave = assoc->source.options.flags & NTS_SOURCE_FLAG_XLEAVE;
	u8 entropy[NTS_EXCHANGE_ENTROPY];
	enum nts_siv_engine engine;
	u32 len;

	get_random_bytes(entropy, sizeof(entropy));
	engine = nts_fpu_begin();
	len = nts_exchange_request(&port->exchange, packet, jar_of(assoc), engine, entropy,
				   /* What is sent ahead is not measured. */
				   xleave && port->counts ? &assoc->previous : NULL);
	nts_fpu_end(engine);
	return len;
}

/**
 * nts_assoc_poll() - send the request that is due
 * @assoc: the association
 * @raw: now
 *
 * Context: process, client's lock held.
 */
void nts_assoc_poll(struct nts_assoc *assoc, s64 raw)
{
	struct nts_port *before = &assoc->port[assoc->latest];
	struct nts_port *port = &assoc->port[assoc->latest ^ 1];
	struct nts_jar *jar = jar_of(assoc);
	u8 packet[NTS_EXCHANGE_MAX_LEN];
	u32 len;

	/*
	 * Anybody could have sent that NAK, so it counts only if nothing better
	 * came. The old cookies are used on meanwhile (RFC 8915, 5.7).
	 */
	if (jar && assoc->refused)
		want_keys(assoc, NTS_SOURCE_NEWS_NAK, raw);
	if (jar && (!jar->keyed || !jar->n)) {
		want_keys(assoc, NTS_SOURCE_NEWS_NEED_KEYS, raw);
		nts_poll_skipped(&assoc->poll, &assoc->source, raw, get_random_u32());
		note_reach(assoc);
		return;
	}

	/* The one before stays open, so that late answers are seen to be late. */
	before->exchange.open = false;
	nts_port_stamp(assoc, before);
	nts_port_close(port);
	port->counts = nts_poll_counts(&assoc->poll);
	nts_poll_sent(&assoc->poll, &assoc->source, is_followed(assoc), raw,
		      get_random_u32());
	note_reach(assoc);
	if (nts_port_open(assoc, port))
		return;
	assoc->latest ^= 1;
	len = make_request(assoc, port, packet);
	if (len && !nts_port_send(port, packet, len))
		assoc->totals.tx++;
}

static void local_address(const struct sk_buff *skb, struct nts_address *local)
{
	memset(local, 0, sizeof(*local));
	local->port = ntohs(udp_hdr(skb)->dest);
	if (skb->protocol == htons(ETH_P_IPV6)) {
		local->family = AF_INET6;
		local->v6 = ipv6_hdr(skb)->daddr;
	} else {
		local->family = AF_INET;
		local->v4 = ip_hdr(skb)->daddr;
	}
}

static bool take_sample(struct nts_assoc *assoc, const struct nts_sample *sample)
{
	bool good = nts_source_sample(&assoc->source, &assoc->client->discipline, sample);
	u32 failed = assoc->source.tests;

	if (!(failed & NTS_SAMPLES_TEST_DELAY))
		assoc->last.tests |= NTS_TEST_A;
	if (!(failed & NTS_SAMPLES_TEST_RATIO))
		assoc->last.tests |= NTS_TEST_B;
	if (!(failed & NTS_SAMPLES_TEST_DEVIATION))
		assoc->last.tests |= NTS_TEST_C;
	return good;
}

/* An authentic answer that tells the time. */
static void take_time(struct nts_assoc *assoc, struct nts_port *port,
		      const struct nts_answer *answer, const struct sk_buff *skb)
{
	const struct nts_discipline *d = &assoc->client->discipline;
	s64 received = ktime_to_ns(skb->tstamp), raw;
	struct nts_last *last = &assoc->last;
	struct nts_sample sample;
	u8 kind = (u8)skb->mark;
	bool good = false;

	assoc->refused = false;
	if (jar_of(assoc) && !assoc->proven) {
		assoc->proven = true;
		nts_notify_source(assoc, NTS_SOURCE_NEWS_AUTHENTICATED, 0);
	}
	if (!port->counts)
		return;

	nts_port_stamp(assoc, port);
	nts_measure_stamps(&port->exchange, answer, received, kind, &assoc->previous,
			   &last->stamps);
	nts_measure_done(&assoc->previous, &port->exchange, answer, received, kind);
	nts_measure_sample(&last->stamps, answer, d->map.freq, d->skew, nts_clock_precision(),
			   &sample);
	last->answer = *answer;
	last->any.sample = sample;
	last->any.sample.offset = nts_fixed_add(sample.offset,
						assoc->source.options.offset);
	last->any.at = received;
	last->any.offset = nts_fixed_sub(last->any.sample.offset,
					 nts_clockmap_time(&d->map, sample.raw) - sample.raw);
	last->any.error = sample.delay / 2 + sample.dispersion;
	last->response = last->stamps.transmit - last->stamps.receive;
	local_address(skb, &last->local);
	/* Of an IPv6 address the server has only a hash to show. */
	assoc->source.local = last->local.family == AF_INET ? ntohl(last->local.v4) : 0;
	last->tests = nts_measure_tests(&last->stamps, answer, assoc->source.local);
	assoc->totals.valid++;
	if (last->tests == (NTS_TEST_ALL & ~NTS_TEST_SAMPLE)) {
		nts_source_answered(&assoc->source, &answer->server);
		good = take_sample(assoc, &sample);
	}
	raw = ktime_get_raw_ns();
	if (good) {
		last->good = last->any;
		assoc->totals.good++;
	}
	nts_poll_answered(&assoc->poll, &assoc->source, good, last->any.error, raw);
	note_reach(assoc);
	if (good)
		nts_client_update(assoc->client, index_of(assoc), raw);
	nts_netlink_sampled(assoc->client->nn, assoc->id);
}

static struct nts_port *port_of(struct nts_assoc *assoc, const struct sk_buff *skb)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(assoc->port); i++) {
		if (assoc->port[i].sock && assoc->port[i].number == udp_hdr(skb)->dest)
			return &assoc->port[i];
	}
	return NULL;
}

static void take_packet(struct nts_assoc *assoc, struct sk_buff *skb)
{
	struct nts_port *port = port_of(assoc, skb);
	u32 len = skb->len - sizeof(struct udphdr);
	enum nts_siv_engine engine;
	struct nts_answer answer;
	enum nts_reply reply;

	assoc->totals.rx++;
	assoc->totals.kernel_rx += skb->mark == NTS_STAMP_KIND_KERNEL;
	assoc->totals.hw_rx += skb->mark == NTS_STAMP_KIND_HARDWARE;
	if (!port) {
		nts_stats_count(assoc->client->nn, nts_counter_of_reply(NTS_REPLY_LATE));
		return;
	}
	engine = nts_fpu_begin();
	reply = nts_exchange_reply(&port->exchange, skb->data + sizeof(struct udphdr), len,
				   jar_of(assoc), engine, &answer);
	nts_fpu_end(engine);
	nts_stats_count(assoc->client->nn, nts_counter_of_reply(reply));

	switch (reply) {
	case NTS_REPLY_TIME:
		take_time(assoc, port, &answer, skb);
		break;
	case NTS_REPLY_NAK:
		assoc->naks++;
		assoc->refused = true;
		break;
	case NTS_REPLY_RATE:
		nts_poll_rate(&assoc->poll, &assoc->source.options, ktime_get_raw_ns());
		nts_notify_source(assoc, NTS_SOURCE_NEWS_KOD_RATE, 0);
		break;
	case NTS_REPLY_DENY:
		nts_poll_stop(&assoc->poll);
		nts_notify_source(assoc, NTS_SOURCE_NEWS_KOD_DENY, 0);
		break;
	default:
		break;
	}
}

/**
 * nts_assoc_receive() - take the answers that came
 * @assoc: the association
 *
 * Context: process, client's lock held.
 */
void nts_assoc_receive(struct nts_assoc *assoc)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&assoc->rx))) {
		/* Decrypting writes to the packet, which may be shared. */
		if (skb->len >= sizeof(struct udphdr) &&
		    !skb_ensure_writable(skb, skb->len))
			take_packet(assoc, skb);
		kfree_skb(skb);
	}
}

/**
 * nts_assoc_keys() - take over keys from NTS-KE; cookies are put in afterwards
 * @assoc: the association
 * @c2s: key of requests
 * @s2c: key of answers
 * @age: of the keys, ns
 *
 * Polling begins at once. A request under way is given up: its answer could
 * not be verified any more.
 *
 * Context: process, client's lock held.
 */
void nts_assoc_keys(struct nts_assoc *assoc, const u8 *c2s, const u8 *s2c, s64 age)
{
	nts_jar_open(&assoc->jar, c2s, s2c);
	assoc->port[assoc->latest].exchange.open = false;
	assoc->ke_count++;
	assoc->ke_at = (s64)ktime_get_boottime_ns() - age;
	assoc->naks = 0;
	assoc->refused = false;
	assoc->wanted_at = 0;
	assoc->proven = false;
}

/**
 * nts_assoc_online() - begin or stop to poll
 * @assoc: the association
 * @online: begin; without an address that waits for one
 *
 * Context: process, client's lock held.
 */
void nts_assoc_online(struct nts_assoc *assoc, bool online)
{
	assoc->source.online = online;
	memset(&assoc->previous, 0, sizeof(assoc->previous));
	if (online && assoc->address.family)
		nts_poll_start(&assoc->poll, &assoc->source.options, ktime_get_raw_ns());
	else
		nts_poll_stop(&assoc->poll);
}

/**
 * nts_assoc_options() - change what is configured
 * @assoc: the association
 * @options: copied; samples stay
 *
 * Context: process, client's lock held.
 */
void nts_assoc_options(struct nts_assoc *assoc, const struct nts_source_options *options)
{
	assoc->source.options = *options;
	assoc->source.authenticated = options->flags & NTS_SOURCE_FLAG_NTS;
	nts_poll_limits(&assoc->poll, options);
}

static bool same_place(const struct nts_address *a, const struct nts_address *b)
{
	if (a->family != b->family || a->port != b->port || a->scope != b->scope)
		return false;
	return a->family == AF_INET6 ? ipv6_addr_equal(&a->v6, &b->v6) : a->v4 == b->v4;
}

/**
 * nts_assoc_place() - tell where the server is
 * @assoc: the association
 * @address: copied; another one drops the samples, which were another clock's
 * @refid: what to say as reference identifier when it is selected
 *
 * Context: process, client's lock held.
 */
void nts_assoc_place(struct nts_assoc *assoc, const struct nts_address *address, u32 refid)
{
	bool online = assoc->source.online;

	assoc->source.address = refid;
	if (same_place(&assoc->address, address))
		return;
	assoc->address = *address;
	nts_source_reset(&assoc->source);
	assoc->source.reach = 0;
	assoc->source.reach_polls = 0;
	assoc->was_reachable = false;
	memset(&assoc->last, 0, sizeof(assoc->last));
	nts_port_close(&assoc->port[0]);
	nts_port_close(&assoc->port[1]);
	nts_assoc_online(assoc, online);
}

/**
 * nts_assoc_new() - make an association that is nowhere yet
 * @client: whose
 *
 * Context: process.
 *
 * Return: it, or NULL.
 */
struct nts_assoc *nts_assoc_new(struct nts_client *client)
{
	struct nts_assoc *assoc = kvzalloc(sizeof(*assoc), GFP_KERNEL);
	struct nts_source_options options;

	if (!assoc)
		return NULL;
	assoc->client = client;
	nts_source_defaults(&options);
	nts_source_init(&assoc->source, &options, 0);
	assoc->source.online = true;
	skb_queue_head_init(&assoc->rx);
	nts_poll_stop(&assoc->poll);
	return assoc;
}

/**
 * nts_assoc_free() - end an association
 * @assoc: out of the client's list
 *
 * Context: process. May sleep.
 */
void nts_assoc_free(struct nts_assoc *assoc)
{
	nts_port_close(&assoc->port[0]);
	nts_port_close(&assoc->port[1]);
	/* The hook may still be queueing. */
	synchronize_net();
	skb_queue_purge(&assoc->rx);
	nts_jar_wipe(&assoc->jar);
	kvfree(assoc);
}
