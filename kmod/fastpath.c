// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fast path: a request that comes by a chosen network device is answered
 * before the IP stack sees it, back to the link-layer address it came from.
 * What is not plainly ours goes on to the stack. A packet's way is read from
 * receive().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/udp.h>

#include "fastpath.h"
#include "packet.h"

/* After the filters of operators, which are at 0 and before. */
#define PRIORITY	100

/* A device by its name, which it may get later. */
struct nts_fastpath {
	struct list_head list;	/* under RTNL */
	struct nts_net *nn;
	char name[IFNAMSIZ];
	struct net_device *dev;	/* NULL when there is none */
	struct nf_hook_ops hook;
};

/* ---- a packet ----------------------------------------------------------- */

/* Who spoofs an address is answered at the sender's end of the wire all the same. */
static bool is_peer4(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

static bool is_peer6(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr) &&
	       !ipv6_addr_is_multicast(addr);
}

static bool is_served(const struct nts_net *nn, const struct sk_buff *skb,
		      const struct udphdr *udp, u8 family)
{
	/* Published after all else of nn->server, and taken back before that changes. */
	__be16 port = smp_load_acquire(&nn->fastpath_port);

	return port && udp->dest == port && udp->source &&
	       nn->server.families & family &&
	       (!nn->server.ifindex || nn->server.ifindex == skb->dev->ifindex);
}

/*
 * Whether it is IPv4 without options or fragments from a host to an address of
 * ours: then only the UDP datagram is left of it, its checksum yet to be seen.
 */
static bool take4(struct nts_net *nn, struct sk_buff *skb)
{
	const struct udphdr *udp;
	const struct iphdr *ip;
	u32 len;

	if (!pskb_may_pull(skb, sizeof(*ip) + sizeof(*udp)))
		return false;
	ip = ip_hdr(skb);
	udp = (const struct udphdr *)(ip + 1);
	len = ntohs(ip->tot_len);
	if (ip->version != IPVERSION || ip->ihl != sizeof(*ip) / 4 ||
	    ip->protocol != IPPROTO_UDP || ip_is_fragment(ip) ||
	    len > skb->len || len < sizeof(*ip) + sizeof(*udp) ||
	    ntohs(udp->len) != len - sizeof(*ip) ||
	    !is_served(nn, skb, udp, NTS_FAMILY_V4))
		return false;
	if (nn->server.bind4 && nn->server.bind4 != ip->daddr)
		return false;
	if (!is_peer4(ip->saddr) || ip->saddr == ip->daddr ||
	    !__ip_dev_find(nn->net, ip->daddr, false))
		return false;
	if (ip_fast_csum(ip, ip->ihl) || pskb_trim_rcsum(skb, len))
		return false;
	skb_pull_rcsum(skb, sizeof(*ip));
	return true;
}

static bool take6(struct nts_net *nn, struct sk_buff *skb)
{
	const struct udphdr *udp;
	const struct ipv6hdr *ip;
	u32 len;

	if (!pskb_may_pull(skb, sizeof(*ip) + sizeof(*udp)))
		return false;
	ip = ipv6_hdr(skb);
	udp = (const struct udphdr *)(ip + 1);
	len = sizeof(*ip) + ntohs(ip->payload_len);
	if (ip->version != 6 || ip->nexthdr != IPPROTO_UDP || !udp->check ||
	    len > skb->len || len < sizeof(*ip) + sizeof(*udp) ||
	    ntohs(udp->len) != len - sizeof(*ip) ||
	    !is_served(nn, skb, udp, NTS_FAMILY_V6))
		return false;
	if (!ipv6_addr_any(&nn->server.bind6) &&
	    !ipv6_addr_equal(&nn->server.bind6, &ip->daddr))
		return false;
	if (!is_peer6(&ip->saddr) || ipv6_addr_equal(&ip->saddr, &ip->daddr) ||
	    !ipv6_chk_addr(nn->net, &ip->daddr, skb->dev, 0))
		return false;
	if (pskb_trim_rcsum(skb, len))
		return false;
	skb_pull_rcsum(skb, sizeof(*ip));
	return true;
}

/* Whether a frame is for us, and then its UDP datagram. */
static bool take(struct nts_net *nn, struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST || skb_vlan_tag_present(skb) || skb_is_gso(skb) ||
	    is_multicast_ether_addr(eth_hdr(skb)->h_source))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return take4(nn, skb);
	return skb->protocol == htons(ETH_P_IPV6) && take6(nn, skb);
}

static bool is_intact(struct sk_buff *skb)
{
	const struct udphdr *udp = udp_hdr(skb);

	if (skb->protocol == htons(ETH_P_IPV6))
		return !skb_checksum_validate(skb, IPPROTO_UDP, ip6_compute_pseudo);
	return !skb_checksum_validate_zero_check(skb, IPPROTO_UDP, udp->check,
						 inet_compute_pseudo);
}

static void turn_udp(struct sk_buff *skb)
{
	struct udphdr *udp = __skb_push(skb, sizeof(*udp));

	skb_reset_transport_header(skb);
	swap(udp->source, udp->dest);
	udp->len = htons(skb->len);
}

/* The answer is no longer than its request, which no router had to fragment. */
static void turn4(struct nts_net *nn, struct sk_buff *skb)
{
	u32 len = skb->len;
	struct iphdr *ip = __skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	swap(ip->saddr, ip->daddr);
	ip->tos = nts_tos(nn);
	ip->tot_len = htons(skb->len);
	ip->id = 0;
	ip->frag_off = htons(IP_DF);
	ip->ttl = READ_ONCE(nn->net->ipv4.sysctl_ip_default_ttl);
	ip_send_check(ip);
	udp_set_csum(false, skb, ip->saddr, ip->daddr, len);
}

static void turn6(struct nts_net *nn, struct sk_buff *skb)
{
	u32 len = skb->len;
	struct ipv6hdr *ip = __skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	swap(ip->saddr, ip->daddr);
	ip6_flow_hdr(ip, nts_tos(nn), 0);
	ip->payload_len = htons(len);
	ip->hop_limit = READ_ONCE(nn->net->ipv6.devconf_all->hop_limit);
	udp6_set_csum(false, skb, &ip->saddr, &ip->daddr, len);
}

static void turn_frame(struct sk_buff *skb)
{
	struct ethhdr *eth = __skb_push(skb, sizeof(*eth));

	skb_reset_mac_header(skb);
	ether_addr_copy(eth->h_dest, eth->h_source);
	ether_addr_copy(eth->h_source, skb->dev->dev_addr);
	eth->h_proto = skb->protocol;
}

static void send_back(struct nts_net *nn, struct sk_buff *skb)
{
	turn_udp(skb);
	if (skb->protocol == htons(ETH_P_IPV6))
		turn6(nn, skb);
	else
		turn4(nn, skb);
	turn_frame(skb);
	dev_queue_xmit(skb);
}

static enum nts_verdict answer(struct nts_net *nn, struct sk_buff *skb, struct nts_turn *turn)
{
	enum nts_verdict verdict;

	if (!is_intact(skb))
		return NTS_DROP_CHECKSUM;
	verdict = nts_packet_admit(nn, skb, turn);
	if (!nts_verdict_answers(verdict))
		return verdict;
	turn->ifindex = skb->dev->ifindex;
	nts_packet_turn(skb);
	if (skb_cow_head(skb, LL_RESERVED_SPACE(skb->dev) + sizeof(struct ipv6hdr) +
			      sizeof(struct udphdr)))
		return NTS_DROP_MEMORY;
	verdict = nts_packet_answer(nn, skb, turn);
	if (!nts_verdict_answers(verdict))
		return verdict;
	nts_stats_count(nn, NTS_COUNTER_FASTPATH);
	send_back(nn, skb);
	return verdict;
}

static unsigned int receive(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nts_net *nn = priv;
	struct nts_turn turn;

	if (!take(nn, skb))
		return NF_ACCEPT;
	skb_reset_transport_header(skb);
	nts_packet_begin(skb, &turn);
	nts_packet_end(nn, skb, &turn, answer(nn, skb, &turn));
	return NF_STOLEN;
}

/* ---- devices ------------------------------------------------------------ */

static const char *unsuitable(const struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER)
		return "fastpath: this device is not Ethernet";
	if (netif_is_bridge_port(dev) || netif_is_lag_port(dev))
		return "fastpath: this device is part of a bridge or bond, name that";
	return NULL;
}

static int attach(struct nts_fastpath *path, struct net_device *dev,
		  struct netlink_ext_ack *extack)
{
	const char *text = unsuitable(dev);
	int err;

	if (text) {
		nts_extack(extack, text);
		return -EOPNOTSUPP;
	}
	path->hook = (struct nf_hook_ops){
		.hook = receive,
		.priv = path->nn,
		.dev = dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = PRIORITY,
	};
	err = nf_register_net_hook(path->nn->net, &path->hook);
	if (err)
		nts_extack(extack, "fastpath: the kernel gives no hook of the device");
	else
		path->dev = dev;
	return err;
}

static void detach(struct nts_fastpath *path)
{
	if (!path->dev)
		return;
	nf_unregister_net_hook(path->nn->net, &path->hook);
	path->dev = NULL;
}

static struct nts_fastpath *find(const struct list_head *list, const char *name)
{
	struct nts_fastpath *path;

	list_for_each_entry(path, list, list) {
		if (!strcmp(path->name, name))
			return path;
	}
	return NULL;
}

static int add(struct nts_net *nn, struct list_head *list, const char *name,
	       struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_name(nn->net, name);
	struct nts_fastpath *path = kzalloc(sizeof(*path), GFP_KERNEL);
	int err;

	if (!path)
		return -ENOMEM;
	path->nn = nn;
	strscpy(path->name, name, sizeof(path->name));
	err = dev ? attach(path, dev, extack) : 0;
	if (err)
		kfree(path);
	else
		list_add_tail(&path->list, list);
	return err;
}

static void drop(struct list_head *list)
{
	struct nts_fastpath *path, *next;

	if (list_empty(list))
		return;
	list_for_each_entry_safe(path, next, list, list) {
		detach(path);
		list_del(&path->list);
		kfree(path);
	}
	/* A packet may still be on its way through. */
	synchronize_net();
}

/**
 * nts_fastpath_set() - say by which devices requests take the fast path
 * @nn: the network namespace
 * @names: a device that has one of them later is taken then
 * @extack: receives what is wrong
 *
 * Context: process.
 *
 * Return: 0, -EOPNOTSUPP for a device that cannot, -ENOMEM, or what the hook
 * returned; then all is as it was.
 */
int nts_fastpath_set(struct nts_net *nn, const struct nts_fastpath_names *names,
		     struct netlink_ext_ack *extack)
{
	struct nts_fastpath *path;
	LIST_HEAD(kept);
	LIST_HEAD(made);
	LIST_HEAD(gone);
	int err = 0;
	u32 i;

	rtnl_lock();
	for (i = 0; !err && i < names->n; i++) {
		path = find(&nn->fastpaths, names->name[i]);
		if (path)
			list_move_tail(&path->list, &kept);
		else if (!find(&kept, names->name[i]) && !find(&made, names->name[i]))
			err = add(nn, &made, names->name[i], extack);
	}
	if (err) {
		list_splice(&kept, &nn->fastpaths);
		list_splice(&made, &gone);
	} else {
		list_splice_init(&nn->fastpaths, &gone);
		list_splice(&made, &nn->fastpaths);
		list_splice(&kept, &nn->fastpaths);
	}
	drop(&gone);
	rtnl_unlock();
	return err;
}

/**
 * nts_fastpath_get() - tell what nts_fastpath_set() was told
 * @nn: the network namespace
 * @names: filled in
 *
 * Context: process.
 */
void nts_fastpath_get(struct nts_net *nn, struct nts_fastpath_names *names)
{
	struct nts_fastpath *path;

	names->n = 0;
	names->waits = 0;
	rtnl_lock();
	list_for_each_entry(path, &nn->fastpaths, list) {
		names->waits |= path->dev ? 0 : BIT(names->n);
		strscpy(names->name[names->n++], path->name, IFNAMSIZ);
	}
	rtnl_unlock();
}

static void adopt(struct nts_net *nn, struct net_device *dev)
{
	struct nts_fastpath *path = find(&nn->fastpaths, dev->name);
	const char *text;

	if (!path || path->dev)
		return;
	text = unsuitable(dev);
	if (text || attach(path, dev, NULL))
		net_warn_ratelimited("nts: %s: %s\n", dev->name, text ?: "fastpath: no hook");
}

static void disown(struct nts_net *nn, const struct net_device *dev, bool gone)
{
	struct nts_fastpath *path;

	list_for_each_entry(path, &nn->fastpaths, list) {
		if (path->dev == dev && (gone || strcmp(path->name, dev->name)))
			detach(path);
	}
}

static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct nts_net *nn = container_of(block, struct nts_net, fastpath_block);
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	switch (event) {
	case NETDEV_CHANGENAME:
		disown(nn, dev, false);
		fallthrough;
	case NETDEV_REGISTER:
		adopt(nn, dev);
		break;
	case NETDEV_UNREGISTER:
		disown(nn, dev, true);
		break;
	}
	return NOTIFY_DONE;
}

int nts_fastpath_net_init(struct nts_net *nn)
{
	INIT_LIST_HEAD(&nn->fastpaths);
	nn->fastpath_block.notifier_call = device_event;
	/* Of this namespace alone: others may not have their state of ours yet. */
	return register_netdevice_notifier_net(nn->net, &nn->fastpath_block);
}

/* When it returns no answer is under way on the fast path. */
void nts_fastpath_net_exit(struct nts_net *nn)
{
	const struct nts_fastpath_names none = { };

	unregister_netdevice_notifier_net(nn->net, &nn->fastpath_block);
	nts_fastpath_set(nn, &none, NULL);
}
