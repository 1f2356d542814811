// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A UDP socket for one request: its random port is one more number an
 * attacker would have to guess (RFC 9109).
 */
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/sock.h>
#include <net/udp_tunnel.h>

#include "client.h"

/* Answers that wait for the client's work; more than a server ever sends. */
#define RX_MAX	16
/* Room for the stamps of one request, which go to the error queue. */
#define STAMPS_SIZE	16384

/* The encap hook: stamps an answer and leaves it to the client's work. */
static int port_receive(struct sock *sk, struct sk_buff *skb)
{
	struct nts_assoc *assoc = rcu_dereference_sk_user_data(sk);
	struct nts_stamp stamp;

	if (unlikely(!assoc)) {
		kfree_skb(skb);
		return 0;
	}
	if (skb_queue_len(&assoc->rx) >= RX_MAX) {
		nts_stats_count(assoc->client->nn, NTS_COUNTER_CLIENT_FLOODED);
		kfree_skb(skb);
		return 0;
	}
	nts_timestamp_received(assoc->client->nn, skb, &stamp);
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb->tstamp = ns_to_ktime(stamp.raw);
	skb->mark = stamp.kind;
	skb_queue_tail(&assoc->rx, skb);
	nts_client_wake(assoc->client);
	return 0;
}

/**
 * nts_port_open() - get a socket with a fresh random port for one request
 * @assoc: whose server it is connected to
 * @port: filled in
 *
 * Connected, so that packets of others never reach the hook.
 *
 * Context: process.
 *
 * Return: 0, or what opening and connecting a UDP socket returns.
 */
int nts_port_open(struct nts_assoc *assoc, struct nts_port *port)
{
	const struct nts_address *address = &assoc->address;
	struct udp_port_cfg cfg = {
		.family = address->family,
		.peer_udp_port = htons(address->port),
	};
	int err;
	u8 tos;

	if (address->family == AF_INET) {
		cfg.peer_ip.s_addr = address->v4;
	} else {
		cfg.peer_ip6 = address->v6;
		cfg.bind_ifindex = address->scope;
	}
	err = nts_socket_make(assoc->client->nn->net, &cfg, assoc, port_receive,
			      &port->sock);
	if (err)
		return err;
	tos = nts_tos(assoc->client->nn);
	if (address->family == AF_INET)
		WRITE_ONCE(inet_sk(port->sock->sk)->tos, tos);
	else
		WRITE_ONCE(inet6_sk(port->sock->sk)->tclass, tos);
	port->number = inet_sk(port->sock->sk)->inet_sport;
	/* Without them our own reading of the clock has to do. */
	WRITE_ONCE(port->sock->sk->sk_rcvbuf, STAMPS_SIZE);
	(void)nts_timestamp_enable(port->sock);
	return 0;
}

/**
 * nts_port_send() - send a request
 * @port: an open one
 * @packet: UDP payload
 * @len: its octets
 *
 * Context: process.
 *
 * Return: 0, or what sending returned.
 */
int nts_port_send(struct nts_port *port, u8 *packet, u32 len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct kvec vec = { .iov_base = packet, .iov_len = len };
	int sent;

	port->exchange.sent = ktime_get_raw_ns();
	port->exchange.sent_kind = NTS_STAMP_KIND_DAEMON;
	port->asked = port->exchange.sent;
	sent = kernel_sendmsg(port->sock, &msg, &vec, 1, len);
	return sent < 0 ? sent : 0;
}

/**
 * nts_port_stamp() - look whether it is known by now when the request left
 * @assoc: whose
 * @port: one of its
 *
 * Context: process, client's lock held.
 */
void nts_port_stamp(struct nts_assoc *assoc, struct nts_port *port)
{
	struct nts_totals *totals = &assoc->totals;
	struct nts_stamp stamp;
	struct sk_buff *skb;

	if (!port->sock)
		return;
	while ((skb = sock_dequeue_err_skb(port->sock->sk))) {
		if (nts_timestamp_sent(assoc->client->nn, skb, port->asked, &stamp)) {
			totals->kernel_tx += stamp.kind == NTS_STAMP_KIND_KERNEL;
			totals->hw_tx += stamp.kind == NTS_STAMP_KIND_HARDWARE;
			nts_measure_sent(&port->exchange, &assoc->previous, stamp.raw,
					 stamp.kind);
		}
		kfree_skb(skb);
	}
}

/**
 * nts_port_close() - end a request
 * @port: open or not; what it remembers of its exchange stays
 *
 * Context: process. The hook may still run until a synchronize_net().
 */
void nts_port_close(struct nts_port *port)
{
	nts_socket_drop(&port->sock);
}
