// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of a request, whichever way it came and will leave: the UDP
 * socket's or the fast path's.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sched/clock.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "packet.h"
#include "ratelimit.h"
#include "trace.h"

/**
 * nts_packet_begin() - a packet is ours
 * @skb: skb->data is at its UDP header
 * @turn: prepared for the functions below
 *
 * Context: softirq.
 */
void nts_packet_begin(const struct sk_buff *skb, struct nts_turn *turn)
{
	/* Softirq stays on its CPU, and there this is the cheapest clock. */
	turn->begin = local_clock();
	turn->request_len = skb->len - sizeof(struct udphdr);
	turn->len = 0;
	turn->judged = false;
}

/* Makes the payload, and headers before it, ours to write. */
static enum nts_verdict own_packet(struct sk_buff *skb)
{
	u32 len = skb->len - sizeof(struct udphdr);

	if (skb->len < sizeof(struct udphdr) + NTS_NTP_HEADER_LEN)
		return NTS_DROP_SHORT;
	if (len > NTS_MAX_PACKET)
		return NTS_DROP_LONG;
	/* Allocates only if fragmented, or shared with a packet tap. */
	if (skb_ensure_writable(skb, skb->len))
		return NTS_DROP_MEMORY;
	return NTS_ANSWER_PLAIN;
}

static void tell_address(struct nts_turn *turn, const struct sk_buff *skb)
{
	struct in6_addr *address = (struct in6_addr *)turn->address;

	if (skb->protocol == htons(ETH_P_IPV6))
		*address = ipv6_hdr(skb)->saddr;
	else
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, address);
}

/**
 * nts_packet_admit() - say whether a packet is a request that is to be answered
 * @nn: the network namespace
 * @skb: skb->data is at its UDP header, the checksum was verified
 * @turn: from nts_packet_begin(); @stamp, @request, @address and @too_often are
 *	filled in
 *
 * Context: softirq, rcu_read_lock() held until nts_packet_end().
 *
 * Return: whether it is, or why not.
 */
enum nts_verdict nts_packet_admit(struct nts_net *nn, struct sk_buff *skb,
				  struct nts_turn *turn)
{
	struct nts_acl_key source;
	enum nts_verdict verdict;
	bool v6;

	nts_timestamp_received(nn, skb, &turn->stamp);
	tell_address(turn, skb);
	source = nts_acl_source(skb, &v6);
	if (!nts_acl_admits(nn, v6, source))
		return NTS_DROP_DENIED;
	nts_ratelimit_come(nn, &turn->visit, v6, source);
	verdict = own_packet(skb);
	if (!nts_verdict_answers(verdict))
		return verdict;
	verdict = nts_request_parse(skb->data + sizeof(struct udphdr),
				    skb->len - sizeof(struct udphdr), &turn->request);
	if (!nts_verdict_answers(verdict))
		return verdict;
	verdict = nts_ratelimit_judge(nn, &turn->visit, (u64)turn->stamp.raw);
	turn->judged = true;
	turn->too_often = verdict == NTS_ANSWER_RATE;
	return verdict;
}

/**
 * nts_packet_turn() - take away what a packet carries of its arrival
 * @skb: skb->data is at its UDP header; then it is at the payload
 *
 * Context: softirq.
 */
void nts_packet_turn(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	memset(skb_hwtstamps(skb), 0, sizeof(*skb_hwtstamps(skb)));
	skb->ip_summed = CHECKSUM_NONE;
	__skb_pull(skb, sizeof(struct udphdr));
}

/**
 * nts_packet_answer() - make a request its answer
 * @nn: the network namespace
 * @skb: from nts_packet_turn(); its payload becomes the answer
 * @turn: from nts_packet_admit(), with @ifindex
 *
 * Context: softirq. Neither allocates nor waits.
 *
 * Return: the final verdict; when it answers @skb is to be sent at once.
 */
enum nts_verdict nts_packet_answer(struct nts_net *nn, struct sk_buff *skb,
				   struct nts_turn *turn)
{
	enum nts_verdict verdict;

	nts_ratelimit_near(&turn->visit);
	verdict = nts_server_answer(nn, skb->data, turn);
	if (!nts_verdict_answers(verdict))
		return verdict;
	__skb_trim(skb, turn->len);
	nts_txstamp_ask(nn, skb, &turn->expect, turn->ticket);
	return verdict;
}

/**
 * nts_packet_end() - count what became of a packet
 * @nn: the network namespace
 * @skb: freed unless it was answered
 * @turn: from nts_packet_begin()
 * @verdict: what it was
 *
 * Context: softirq.
 */
void nts_packet_end(struct nts_net *nn, struct sk_buff *skb, const struct nts_turn *turn,
		    enum nts_verdict verdict)
{
	u64 cost = local_clock() - turn->begin;

	nts_stats_count(nn, verdict);
	if (nts_verdict_answers(verdict))
		nts_stats_answered(nn, cost);
	else
		kfree_skb(skb);
	if (turn->judged)
		nts_ratelimit_leave(nn, &turn->visit, (u64)turn->stamp.raw,
				    verdict == NTS_DROP_RATE);
	trace_nts_answer(verdict, turn->request_len, turn->len, cost);
}
