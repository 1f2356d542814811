// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UDP: a request comes in through the socket's encap hook, and the same skb
 * goes out as its answer. A packet's way is read from nts_socket_receive(),
 * last in this file.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "packet.h"

/* Where an answer goes: the request's addresses, swapped, and the route. */
struct way {
	struct dst_entry *dst;
	union {
		struct {
			__be32 saddr;
			__be32 daddr;
			__be16 id;
		} v4;
		struct {
			struct in6_addr saddr;
			struct in6_addr daddr;
		} v6;
	};
	__be16 sport;
	__be16 dport;
	u8 tos;
	bool is_v6;
};

static struct dst_entry *route4(struct sock *sk, const struct way *way)
{
	struct flowi4 fl4 = {
		.flowi4_oif = sk->sk_bound_dev_if,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = way->v4.daddr,
		.saddr = way->v4.saddr,
		.fl4_dport = way->dport,
		.fl4_sport = way->sport,
	};
	struct rtable *rt = ip_route_output_flow(sock_net(sk), &fl4, sk);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

/*
 * Like what a socket without path MTU discovery sends: it may be fragmented on
 * its way. Before the clock is read, as random numbers come in batches, and
 * who takes the last one of a batch waits for the next.
 */
static __be16 choose_id(struct net *net, const struct way *way)
{
	struct iphdr ip = {
		.protocol = IPPROTO_UDP,
		.saddr = way->v4.saddr,
		.daddr = way->v4.daddr,
	};

	__ip_select_ident(net, &ip, 1);
	return ip.id;
}

static struct dst_entry *route6(struct sock *sk, const struct sk_buff *skb,
				const struct way *way)
{
	struct flowi6 fl6 = {
		.flowi6_oif = sk->sk_bound_dev_if,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = way->v6.daddr,
		.saddr = way->v6.saddr,
		.fl6_dport = way->dport,
		.fl6_sport = way->sport,
	};

	/* A link-local address means nothing without its link. */
	if (ipv6_addr_type(&way->v6.daddr) & IPV6_ADDR_LINKLOCAL)
		fl6.flowi6_oif = skb->skb_iif;
	return ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
}

/* Finds the way back; the dst in it is then the caller's to release. */
static enum nts_verdict find_way(struct sock *sk, const struct sk_buff *skb,
				 struct way *way)
{
	const struct udphdr *udp = udp_hdr(skb);

	/* Never answer what went to many, or would come from or go to no port. */
	if (skb->pkt_type != PACKET_HOST || !udp->source)
		return NTS_DROP_ADDRESS;
	way->sport = udp->dest;
	way->dport = udp->source;
	way->is_v6 = skb->protocol == htons(ETH_P_IPV6);
	if (way->is_v6) {
		way->v6.saddr = ipv6_hdr(skb)->daddr;
		way->v6.daddr = ipv6_hdr(skb)->saddr;
		if (ipv6_addr_is_multicast(&way->v6.saddr) ||
		    ipv6_addr_any(&way->v6.daddr))
			return NTS_DROP_ADDRESS;
		way->dst = route6(sk, skb, way);
	} else {
		way->v4.saddr = ip_hdr(skb)->daddr;
		way->v4.daddr = ip_hdr(skb)->saddr;
		if (ipv4_is_multicast(way->v4.saddr) ||
		    ipv4_is_lbcast(way->v4.saddr) ||
		    ipv4_is_zeronet(way->v4.daddr))
			return NTS_DROP_ADDRESS;
		way->v4.id = choose_id(sock_net(sk), way);
		way->dst = route4(sk, way);
	}
	return IS_ERR(way->dst) ? NTS_DROP_ROUTE : NTS_ANSWER_PLAIN;
}

/* Takes what the skb carries of its arrival away, and makes room in front. */
static enum nts_verdict turn_packet(struct sk_buff *skb, const struct way *way)
{
	u32 headers = way->is_v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);

	nts_packet_turn(skb);
	/* What came in fragments may have to leave in fragments, over IPv6 too. */
	skb->ignore_df = 1;
	/* Else the tunnel code would count on the receiving device. */
	skb->dev = NULL;
	if (skb_cow_head(skb, LL_RESERVED_SPACE(way->dst->dev) + headers +
			      sizeof(struct udphdr)))
		return NTS_DROP_MEMORY;
	return NTS_ANSWER_PLAIN;
}

static void send4(struct sock *sk, struct sk_buff *skb, const struct way *way)
{
	struct udphdr *udp;
	struct iphdr *ip;

	udp = __skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	udp->source = way->sport;
	udp->dest = way->dport;
	udp->len = htons(skb->len);
	udp_set_csum(false, skb, way->v4.saddr, way->v4.daddr, skb->len);

	ip = __skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	*ip = (struct iphdr) {
		.version = IPVERSION,
		.ihl = sizeof(*ip) / 4,
		.tos = way->tos,
		.id = way->v4.id,
		.ttl = ip4_dst_hoplimit(way->dst),
		.protocol = IPPROTO_UDP,
		.saddr = way->v4.saddr,
		.daddr = way->v4.daddr,
	};
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb_dst_set(skb, way->dst);
	ip_local_out(sock_net(sk), sk, skb);
}

static void send6(struct sock *sk, struct sk_buff *skb, struct way *way)
{
	nts_tunnel6_xmit(way->dst, sk, skb, NULL, &way->v6.saddr, &way->v6.daddr, way->tos,
			 ip6_dst_hoplimit(way->dst), 0, way->sport, way->dport, false);
}

/* Hands skb and dst over to the stack. */
static void send_packet(struct sock *sk, struct sk_buff *skb, struct way *way)
{
	if (way->is_v6)
		send6(sk, skb, way);
	else
		send4(sk, skb, way);
}

static enum nts_verdict answer(struct nts_net *nn, struct sock *sk, struct sk_buff *skb,
			       struct nts_turn *turn)
{
	enum nts_verdict verdict;
	struct way way;

	verdict = nts_packet_admit(nn, skb, turn);
	if (!nts_verdict_answers(verdict))
		return verdict;
	way.tos = nts_tos(nn);
	verdict = find_way(sk, skb, &way);
	if (!nts_verdict_answers(verdict))
		return verdict;
	verdict = turn_packet(skb, &way);
	if (!nts_verdict_answers(verdict))
		goto release;
	turn->ifindex = way.dst->dev->ifindex;
	verdict = nts_packet_answer(nn, skb, turn);
	if (!nts_verdict_answers(verdict))
		goto release;
	send_packet(sk, skb, &way);
	return verdict;

release:
	dst_release(way.dst);
	return verdict;
}

/*
 * The encap hook. Returns 0: the packet is ours, answered or dropped. Nothing
 * is passed up, as nobody reads from this socket.
 */
static int nts_socket_receive(struct sock *sk, struct sk_buff *skb)
{
	struct nts_net *nn = rcu_dereference_sk_user_data(sk);
	struct nts_turn turn;

	/* The socket is being closed. */
	if (unlikely(!nn)) {
		kfree_skb(skb);
		return 0;
	}
	nts_packet_begin(skb, &turn);
	nts_packet_end(nn, skb, &turn, answer(nn, sk, skb, &turn));
	return 0;
}

static const char *open_error(int err)
{
	switch (err) {
	case -EADDRINUSE:
		return "port: in use, stop the other time server or choose another port";
	case -EACCES:
		return "port: one below 1024 needs CAP_NET_BIND_SERVICE";
	case -EADDRNOTAVAIL:
		return "bind4/bind6: not an address of this host";
	default:
		return "cannot open the UDP socket";
	}
}

/**
 * nts_socket_make() - open a UDP socket whose packets go to a hook
 * @net: the network namespace
 * @port: where; with a peer it is connected
 * @user_data: the hook finds it by rcu_dereference_sk_user_data(), or NULL
 *	while the socket is being closed
 * @receive: the hook, called in softirq with skb->data at the UDP header and
 *	the checksum verified; what it returns 0 for is its own to free
 * @sockp: receives the socket
 *
 * Context: process.
 *
 * Return: 0, or what opening a UDP socket returns.
 */
int nts_socket_make(struct net *net, struct udp_port_cfg *port, void *user_data,
		    int (*receive)(struct sock *sk, struct sk_buff *skb),
		    struct socket **sockp)
{
	struct udp_tunnel_sock_cfg hook = {
		.sk_user_data = user_data,
		.encap_type = 1,
		.encap_rcv = receive,
	};
	int err;

	port->use_udp_checksums = 1;
	port->use_udp6_tx_checksums = 1;
	port->use_udp6_rx_checksums = 1;
	port->ipv6_v6only = 1;
	err = udp_sock_create(net, port, sockp);
	if (err)
		return err;
	/* Empty datagrams bypass the hook; nobody reads them, so keep none. */
	WRITE_ONCE((*sockp)->sk->sk_rcvbuf, 0);
	nts_tunnel_setup(net, *sockp, &hook);
	return 0;
}

/**
 * nts_socket_drop() - close a socket
 * @sockp: as nts_socket_make() gave it, or NULL in it; left NULL
 *
 * Its hook may still be running until a synchronize_net().
 *
 * Context: process.
 */
void nts_socket_drop(struct socket **sockp)
{
	if (!*sockp)
		return;
	nts_tunnel_release(*sockp);
	*sockp = NULL;
}

static int open_one(struct nts_net *nn, const struct nts_server *server, u8 family,
		    struct socket **sockp, struct netlink_ext_ack *extack)
{
	struct udp_port_cfg port = {
		.family = family,
		.local_udp_port = htons(server->port),
		.bind_ifindex = server->ifindex,
	};
	int err;

	if (family == AF_INET)
		port.local_ip.s_addr = server->bind4;
	else
		port.local_ip6 = server->bind6;
	err = nts_socket_make(nn->net, &port, nn, nts_socket_receive, sockp);
	if (err)
		nts_extack(extack, open_error(err));
	return err;
}

/**
 * nts_socket_close() - answer no more
 * @nn: the network namespace
 *
 * When it returns no answer is under way any more.
 *
 * Context: process, @nn->lock held, or @nn is out of everybody's reach.
 */
void nts_socket_close(struct nts_net *nn)
{
	if (!nn->sock4 && !nn->sock6)
		return;
	WRITE_ONCE(nn->fastpath_port, 0);
	nts_socket_drop(&nn->sock6);
	nts_socket_drop(&nn->sock4);
	synchronize_net();
	net_disable_timestamp();
	nts_txstamp_close(nn);
	nn->server.enabled = false;
}

/**
 * nts_socket_open() - answer at the given place, and there only
 * @nn: the network namespace
 * @server: where
 * @extack: receives what is wrong
 *
 * Asking for what is already there leaves it alone, so that a restarted
 * daemon costs no answer. Anything else closes the old sockets first, and
 * puts them back if the new ones cannot be had.
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or what opening a UDP socket returns.
 */
int nts_socket_open(struct nts_net *nn, const struct nts_server *server,
		    struct netlink_ext_ack *extack)
{
	struct nts_server before = nn->server;
	int err = 0;

	lockdep_assert_held(&nn->lock);
	if (before.enabled && before.port == server->port &&
	    before.families == server->families && before.bind4 == server->bind4 &&
	    before.ifindex == server->ifindex &&
	    ipv6_addr_equal(&before.bind6, &server->bind6))
		return 0;

	nts_socket_close(nn);
	err = nts_txstamp_open(nn);
	if (!err && server->families & NTS_FAMILY_V4)
		err = open_one(nn, server, AF_INET, &nn->sock4, extack);
	if (!err && server->families & NTS_FAMILY_V6) {
		err = open_one(nn, server, AF_INET6, &nn->sock6, extack);
		/* A host without IPv6 still serves IPv4. */
		if (err == -EAFNOSUPPORT && nn->sock4)
			err = 0;
	}
	if (err) {
		nts_socket_drop(&nn->sock4);
		nts_txstamp_close(nn);
		if (before.enabled)
			nts_socket_open(nn, &before, NULL);
		return err;
	}
	net_enable_timestamp();
	nn->server = *server;
	nn->server.client_log = before.client_log;
	nn->server.enabled = true;
	/* Who sees it sees the rest. */
	smp_store_release(&nn->fastpath_port, htons(server->port));
	return 0;
}
