// SPDX-License-Identifier: GPL-2.0-or-later
/* Events by multicast: keys, daemon, sources, clock. */
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "client.h"

/* So many NAKs within one interval are worth an event. */
#define NAK_BURST	16
#define NAK_INTERVAL	HZ

static void publish_daemon(struct nts_net *nn, u8 state, u32 pid)
{
	struct sk_buff *skb;
	void *header;

	skb = nts_netlink_event(NTS_CMD_DAEMON_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u8(skb, NTS_A_DAEMON_STATE, state) ||
	    nla_put_u32(skb, NTS_A_DAEMON_PID, pid)) {
		nlmsg_free(skb);
		return;
	}
	nts_netlink_publish(nn, skb, header);
}

static void publish_naks(struct work_struct *work)
{
	struct nts_net *nn = container_of(to_delayed_work(work), struct nts_net,
					  nak_work);
	u64 sent = nts_stats_read(nn, NTS_ANSWER_NAK);
	u64 count = sent - nn->nak_seen;
	struct sk_buff *skb;
	void *header;

	nn->nak_seen = sent;
	clear_bit(0, &nn->nak_armed);
	if (count < NAK_BURST)
		return;
	skb = nts_netlink_event(NTS_CMD_NAK_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u64_64bit(skb, NTS_A_NAK_COUNT, count, NTS_A_NAK_PAD) ||
	    nla_put_u32(skb, NTS_A_NAK_INTERVAL_MS, jiffies_to_msecs(NAK_INTERVAL))) {
		nlmsg_free(skb);
		return;
	}
	nts_netlink_publish(nn, skb, header);
}

/**
 * nts_notify_phc() - tell that a hardware clock is not what it was
 * @nn: the network namespace
 * @ifindex: of its device
 * @news: enum nts_phc_news
 *
 * Context: process.
 */
void nts_notify_phc(struct nts_net *nn, u32 ifindex, u8 news)
{
	struct sk_buff *skb;
	void *header;

	skb = nts_netlink_event(NTS_CMD_PHC_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u32(skb, NTS_A_PHC_IFINDEX, ifindex) ||
	    nla_put_u8(skb, NTS_A_PHC_NEWS, news)) {
		nlmsg_free(skb);
		return;
	}
	nts_netlink_publish(nn, skb, header);
}

/**
 * nts_notify_nak() - note that a NAK goes out
 * @nn: the network namespace
 *
 * Context: softirq. The first one of an interval arms a work item, which
 * counts at its end; the others cost one test of a bit.
 */
void nts_notify_nak(struct nts_net *nn)
{
	if (test_bit(0, &nn->nak_armed) || test_and_set_bit(0, &nn->nak_armed))
		return;
	schedule_delayed_work(&nn->nak_work, NAK_INTERVAL);
}

/**
 * nts_notify_key() - tell that another key seals cookies now
 * @nn: the network namespace
 * @id: of that key
 *
 * Context: process.
 */
void nts_notify_key(struct nts_net *nn, u32 id)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	void *header;

	skb = nts_netlink_event(NTS_CMD_KEY_EVENT, &header);
	if (!skb)
		return;
	nest = nla_nest_start(skb, NTS_A_KEYS_KEY);
	if (!nest || nla_put_u32(skb, NTS_A_KEY_ID, id) ||
	    nla_put_u8(skb, NTS_A_KEY_ROLE, NTS_KEY_ROLE_CURRENT)) {
		nlmsg_free(skb);
		return;
	}
	nla_nest_end(skb, nest);
	nts_netlink_publish(nn, skb, header);
}

/**
 * nts_notify_attach() - note which netlink socket is the daemon's
 * @nn: the network namespace
 * @portid: of the socket
 * @pid: of the daemon, as it says
 *
 * The last to attach is the daemon; that of one before going away is then no
 * event.
 *
 * Context: process, @nn->lock held.
 */
void nts_notify_attach(struct nts_net *nn, u32 portid, u32 pid)
{
	bool changed = READ_ONCE(nn->daemon_portid) != portid;

	lockdep_assert_held(&nn->lock);
	nn->daemon_pid = pid;
	WRITE_ONCE(nn->daemon_portid, portid);
	if (changed)
		publish_daemon(nn, NTS_DAEMON_STATE_ATTACHED, pid);
}

/**
 * nts_notify_source() - tell what happened to a source
 * @assoc: the association
 * @news: enum nts_source_news
 * @offset: ns, where it matters
 *
 * Context: process.
 */
void nts_notify_source(const struct nts_assoc *assoc, u8 news, s64 offset)
{
	const struct nts_address *address = &assoc->address;
	struct sk_buff *skb;
	void *header;

	skb = nts_netlink_event(NTS_CMD_SOURCE_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u8(skb, NTS_A_SOURCE_NOTE_NEWS, news) ||
	    nla_put_u32(skb, NTS_A_SOURCE_NOTE_ID, assoc->id) ||
	    nla_put_string(skb, NTS_A_SOURCE_NOTE_NAME, assoc->name) ||
	    nla_put_s64(skb, NTS_A_SOURCE_NOTE_OFFSET, offset, NTS_A_SOURCE_NOTE_PAD) ||
	    nla_put_u8(skb, NTS_A_SOURCE_NOTE_AUTHENTICATED, assoc->source.authenticated) ||
	    (address->family == AF_INET &&
	     nla_put_in_addr(skb, NTS_A_SOURCE_NOTE_ADDR4, address->v4)) ||
	    (address->family == AF_INET6 &&
	     nla_put_in6_addr(skb, NTS_A_SOURCE_NOTE_ADDR6, &address->v6))) {
		nlmsg_free(skb);
		return;
	}
	nts_netlink_publish(assoc->client->nn, skb, header);
}

/**
 * nts_notify_clock() - tell what happened to the clock
 * @nn: the network namespace
 * @news: enum nts_clock_news
 * @offset: ns, where it matters
 * @duration: ns, where it matters
 *
 * Context: process.
 */
void nts_notify_clock(struct nts_net *nn, u8 news, s64 offset, u64 duration)
{
	struct sk_buff *skb;
	void *header;

	skb = nts_netlink_event(NTS_CMD_CLOCK_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u8(skb, NTS_A_CLOCK_NOTE_NEWS, news) ||
	    nla_put_s64(skb, NTS_A_CLOCK_NOTE_OFFSET, offset, NTS_A_CLOCK_NOTE_PAD) ||
	    nla_put_u64_64bit(skb, NTS_A_CLOCK_NOTE_DURATION, duration,
			      NTS_A_CLOCK_NOTE_PAD)) {
		nlmsg_free(skb);
		return;
	}
	nts_netlink_publish(nn, skb, header);
}

/**
 * nts_notify_adjust() - have the daemon adjust the system clock
 * @nn: the network namespace
 * @seq: comes back with the result
 * @adjust: the call
 *
 * Context: process.
 *
 * Return: 0, -ENOTCONN without a daemon, -ENOMEM.
 */
int nts_notify_adjust(struct nts_net *nn, u32 seq, const struct nts_adjust *adjust)
{
	struct sk_buff *skb;
	void *header;

	if (!READ_ONCE(nn->daemon_portid))
		return -ENOTCONN;
	skb = nts_netlink_event(NTS_CMD_ADJUST_EVENT, &header);
	if (!skb)
		return -ENOMEM;
	if (nla_put_u32(skb, NTS_A_ADJUST_SEQ, seq) ||
	    nla_put_u32(skb, NTS_A_ADJUST_MODES, adjust->modes) ||
	    nla_put_s64(skb, NTS_A_ADJUST_STEP, adjust->offset, NTS_A_ADJUST_PAD) ||
	    nla_put_s64(skb, NTS_A_ADJUST_FREQ, adjust->freq, NTS_A_ADJUST_PAD) ||
	    nla_put_s64(skb, NTS_A_ADJUST_TICK, adjust->tick, NTS_A_ADJUST_PAD) ||
	    nla_put_s32(skb, NTS_A_ADJUST_STATUS, adjust->status) ||
	    nla_put_s64(skb, NTS_A_ADJUST_MAXERROR, adjust->maxerror, NTS_A_ADJUST_PAD) ||
	    nla_put_s64(skb, NTS_A_ADJUST_ESTERROR, adjust->esterror, NTS_A_ADJUST_PAD)) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	nts_netlink_publish(nn, skb, header);
	return 0;
}

/* A netlink socket was released; whose it was only its port tells. */
static int netlink_released(struct notifier_block *block, unsigned long action,
			    void *data)
{
	const struct netlink_notify *released = data;
	struct nts_net *nn;

	if (action != NETLINK_URELEASE || released->protocol != NETLINK_GENERIC ||
	    !released->portid)
		return NOTIFY_DONE;
	nn = nts_net(released->net);
	nts_acl_released(nn, released->portid);
	if (cmpxchg(&nn->daemon_portid, released->portid, 0) == released->portid)
		publish_daemon(nn, NTS_DAEMON_STATE_GONE, READ_ONCE(nn->daemon_pid));
	return NOTIFY_DONE;
}

static struct notifier_block released_block = {
	.notifier_call = netlink_released,
};

void nts_notify_net_init(struct nts_net *nn)
{
	INIT_DELAYED_WORK(&nn->nak_work, publish_naks);
}

/* Call when no answer is under way any more: nothing can arm the work again. */
void nts_notify_net_exit(struct nts_net *nn)
{
	cancel_delayed_work_sync(&nn->nak_work);
}

int nts_notify_init(void)
{
	return netlink_register_notifier(&released_block);
}

void nts_notify_exit(void)
{
	netlink_unregister_notifier(&released_block);
}
