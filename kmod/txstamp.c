// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When answers really left: asked of the device for those who interleave, and
 * now and then for the others, so that what is written into an answer comes
 * true.
 */
#include <linux/delay.h>
#include <linux/errqueue.h>
#include <linux/hash.h>
#include <linux/net.h>
#include <linux/udp.h>
#include <net/sock.h>

#include "core/interleave.h"
#include "core/ntptime.h"
#include "core/txdelay.h"
#include "txstamp.h"

#define SLOT_BITS	6
/* A key in the error queue is the number of a slot above a ticket, or above 0. */
#define TICKET_BITS	(32 - SLOT_BITS)

/* Without stamps of the better kind for so long, others do. */
#define KIND_LIFE	(10 * HZ)
/* With so many on their way, or lost, the driver is asked beside its device. */
#define MANY_WAITING	64

/* One device and class of lengths. */
struct nts_txstamp_slot {
	u32 ifindex;
	u32 class;
	unsigned long asked;	/* jiffies */
	unsigned long learned;	/* jiffies */
	u8 kind;		/* of the stamps it learned from */
	u8 waiting;		/* asked of the device since its last stamp came */
	struct nts_txdelay delay;
};

/*
 * Answers that are to be stamped belong to a socket which gets the stamps, and
 * nothing else: that of the port would have to keep empty datagrams, too.
 */
struct nts_txstamp {
	struct socket *sock;
	void (*error_report)(struct sock *sk);
	struct nts_txstamp_slot slot[1 << SLOT_BITS];
};

/**
 * nts_txstamp_expect() - how long an answer will take to its wire
 * @nn: the network namespace
 * @ifindex: of the device it is routed to
 * @len: octets of UDP payload
 * @expect: filled in
 *
 * Context: softirq.
 */
void nts_txstamp_expect(struct nts_net *nn, u32 ifindex, u32 len,
			struct nts_txstamp_expect *expect)
{
	u32 class = nts_txdelay_class(len);
	struct nts_txstamp_slot *slot;

	expect->slot = hash_32(ifindex * NTS_TXDELAY_CLASSES + class, SLOT_BITS);
	slot = &nn->txstamp->slot[expect->slot];
	if (READ_ONCE(slot->ifindex) != ifindex || READ_ONCE(slot->class) != class) {
		memset(&slot->delay, 0, sizeof(slot->delay));
		WRITE_ONCE(slot->ifindex, ifindex);
		WRITE_ONCE(slot->class, class);
		WRITE_ONCE(slot->asked, jiffies - 1);
	}
	expect->delay = nts_txdelay_predict(&slot->delay);
	/* Often enough to learn, seldom enough to cost nothing. */
	expect->probe = time_after(jiffies, READ_ONCE(slot->asked));
}

/* The driver's own stamp costs as much again, and where the device has one nobody needs it. */
static u8 whom_to_ask(struct nts_txstamp_slot *slot)
{
	u8 waiting = READ_ONCE(slot->waiting);

	if (READ_ONCE(slot->kind) != NTS_STAMP_KIND_HARDWARE || waiting >= MANY_WAITING)
		return SKBTX_HW_TSTAMP | SKBTX_SW_TSTAMP;
	WRITE_ONCE(slot->waiting, waiting + 1);
	return SKBTX_HW_TSTAMP;
}

/**
 * nts_txstamp_ask() - have an answer stamped when it leaves
 * @nn: the network namespace
 * @skb: about to be sent, nobody's
 * @expect: as nts_txstamp_expect() filled in
 * @ticket: of nts_interleave_save(), or 0
 *
 * Context: softirq.
 */
void nts_txstamp_ask(struct nts_net *nn, struct sk_buff *skb,
		     const struct nts_txstamp_expect *expect, u32 ticket)
{
	struct nts_txstamp_slot *slot = &nn->txstamp->slot[expect->slot];
	struct skb_shared_info *info = skb_shinfo(skb);

	if (!ticket && !expect->probe)
		return;
	if (!ticket)
		WRITE_ONCE(slot->asked, jiffies);
	info->tx_flags |= whom_to_ask(slot);
	info->tskey = expect->slot << TICKET_BITS | ticket;
	skb_set_owner_w(skb, nn->txstamp->sock->sk);
}

/* The answer as it was sent; NULL when something on its way changed it. */
static const struct nts_ntp_header *answer_in(struct sk_buff *skb)
{
	int offset = skb_transport_offset(skb) + (int)sizeof(struct udphdr);

	if (!skb_transport_header_was_set(skb) || offset < 0 ||
	    offset + (int)sizeof(struct nts_ntp_header) > (int)skb_headlen(skb))
		return NULL;
	return (const struct nts_ntp_header *)(skb->data + offset);
}

/* @error: by how much later than predicted it left, ns */
static void learn(struct nts_txstamp_slot *slot, s64 error, u8 kind)
{
	/* The driver's stamp of a packet comes before the device's. */
	if (kind < slot->kind && time_before(jiffies, READ_ONCE(slot->learned) + KIND_LIFE))
		return;
	/* What was predicted then and what is now are all but the same. */
	error += nts_txdelay_predict(&slot->delay);
	if (kind != slot->kind)
		memset(&slot->delay, 0, sizeof(slot->delay));
	slot->kind = kind;
	WRITE_ONCE(slot->learned, jiffies);
	nts_txdelay_learn(&slot->delay, error);
}

/* When it was expected to leave, ns; 0 when that is not known any more. */
static s64 expected(struct nts_interleave *table, u32 ticket, u64 receive, u64 transmit)
{
	/* In interleaved mode it tells of another answer. */
	if ((s64)(transmit - receive) < 0)
		transmit = table ? nts_interleave_expected(table, ticket, receive) : 0;
	return transmit ? nts_ntptime_to_ns(transmit) : 0;
}

static void take_stamp(struct nts_net *nn, struct sk_buff *skb)
{
	struct nts_interleave *table = rcu_dereference(nn->interleave);
	const struct nts_ntp_header *header = answer_in(skb);
	u32 key = SKB_EXT_ERR(skb)->ee.ee_data, ticket = key & (BIT(TICKET_BITS) - 1);
	struct nts_txstamp_slot *slot = &nn->txstamp->slot[key >> TICKET_BITS];
	struct nts_stamp stamp;
	u64 receive, transmit;
	s64 expect, read, sent;

	if (!header)
		return;
	receive = be64_to_cpu(header->receive);
	transmit = be64_to_cpu(header->transmit);
	expect = expected(table, ticket, receive, transmit);
	if (!expect)
		return;
	/* It cannot have left before the clock was read for it. */
	read = expect - nts_txdelay_predict(&slot->delay);
	if (!nts_timestamp_sent(nn, skb, nts_clock_raw(nn, read), &stamp))
		return;
	if (stamp.kind == NTS_STAMP_KIND_HARDWARE)
		WRITE_ONCE(slot->waiting, 0);
	sent = nts_clock_at(nn, stamp.raw);
	if ((s64)(transmit - receive) > 0)
		learn(slot, sent - expect, stamp.kind);
	if (table && ticket)
		nts_interleave_stamp(table, ticket, receive, nts_ntptime_from_ns(sent),
				     stamp.kind);
}

/* In softirq, in hard interrupts or in a work item of the driver. */
static void error_report(struct sock *sk)
{
	struct sk_buff *skb;
	struct nts_net *nn;

	rcu_read_lock();
	nn = rcu_dereference_sk_user_data(sk);
	while ((skb = sock_dequeue_err_skb(sk))) {
		if (nn)
			take_stamp(nn, skb);
		dev_consume_skb_any(skb);
	}
	rcu_read_unlock();
}

/**
 * nts_txstamp_close() - ask for no more stamps
 * @nn: the network namespace; nothing is answered in it
 *
 * Context: process, @nn->lock held, or @nn is out of everybody's reach.
 */
void nts_txstamp_close(struct nts_net *nn)
{
	struct nts_txstamp *txstamp = nn->txstamp;
	struct sock *sk;
	int ms;

	if (!txstamp)
		return;
	sk = txstamp->sock->sk;
	rcu_assign_sk_user_data(sk, NULL);
	WRITE_ONCE(sk->sk_error_report, txstamp->error_report);
	/* A driver's work item has the answer until it has reported its stamp. */
	for (ms = 0; ms < 1000 && refcount_read(&sk->sk_wmem_alloc) > 1; ms++)
		usleep_range(1000, 2000);
	synchronize_net();
	nn->txstamp = NULL;
	sock_release(txstamp->sock);
	kfree(txstamp);
}

/**
 * nts_txstamp_open() - prepare to ask for stamps
 * @nn: the network namespace
 *
 * Context: process, @nn->lock held, nothing is answered yet.
 *
 * Return: 0, -ENOMEM, or what making a socket returned.
 */
int nts_txstamp_open(struct nts_net *nn)
{
	struct nts_txstamp *txstamp = kzalloc(sizeof(*txstamp), GFP_KERNEL);
	struct sock *sk;
	int err;

	if (!txstamp)
		return -ENOMEM;
	err = sock_create_kern(nn->net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &txstamp->sock);
	if (err)
		goto err_sock;
	err = nts_timestamp_enable(txstamp->sock);
	if (err)
		goto err_enable;
	sk = txstamp->sock->sk;
	rcu_assign_sk_user_data(sk, nn);
	txstamp->error_report = sk->sk_error_report;
	WRITE_ONCE(sk->sk_error_report, error_report);
	nn->txstamp = txstamp;
	return 0;

err_enable:
	sock_release(txstamp->sock);
err_sock:
	kfree(txstamp);
	return err;
}
