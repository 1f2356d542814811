// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hardware clocks of network devices: the daemon measures them against
 * CLOCK_MONOTONIC_RAW, and their stamps become moments of that.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/busy_poll.h>

#include "timestamp.h"

/* Queues of a device that are known by their number. */
#define MAX_NAPIS	64
/* So long a packet may wait until the kernel looks at it; ns. */
#define MAX_WAIT	(100 * NSEC_PER_MSEC)
/* What clocks that are read one after the other may differ by; ns. */
#define SLACK		1000

/* Lives while its device has a mapping; what is below @seq is written under it. */
struct nts_phc {
	struct list_head list;
	struct rcu_head rcu;
	u32 ifindex;
	atomic64_t count[NTS_PHC_COUNTS];
	bool contradicted;	/* since the last mapping */
	bool expired;		/* and a stamp was not taken for it */
	bool told;

	seqcount_t seq;
	struct nts_phc_mapping mapping;
	u32 napi[MAX_NAPIS];
	u32 n_napis;
};

static struct nts_phc *find(struct nts_net *nn, u32 ifindex)
{
	struct nts_phc *phc;

	list_for_each_entry_rcu(phc, &nn->phcs, list, lockdep_is_held(&nn->lock)) {
		if (phc->ifindex == ifindex)
			return phc;
	}
	return NULL;
}

/* The queue knows the device; skb->dev may be a bond or a VLAN above it. */
static struct nts_phc *find_receiver(struct nts_net *nn, struct sk_buff *skb)
{
#ifdef CONFIG_NET_RX_BUSY_POLL
	struct nts_phc *phc;
	u32 i;

	list_for_each_entry_rcu(phc, &nn->phcs, list) {
		for (i = 0; i < READ_ONCE(phc->n_napis); i++) {
			if (READ_ONCE(phc->napi[i]) == skb->napi_id)
				return phc;
		}
	}
#endif
	return skb->dev ? find(nn, skb->dev->ifindex) : NULL;
}

static void read_mapping(const struct nts_phc *phc, struct nts_phc_mapping *mapping)
{
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&phc->seq);
		*mapping = phc->mapping;
	} while (read_seqcount_retry(&phc->seq, seq));
}

static bool is_valid(const struct nts_phc *phc, const struct nts_phc_mapping *mapping,
		     s64 raw)
{
	return !READ_ONCE(phc->contradicted) &&
	       raw - mapping->map.time < mapping->valid_ns;
}

/* Reads the mapping for a stamp of @raw, if it may be used. */
static bool get_mapping(struct nts_net *nn, struct nts_phc *phc, s64 raw,
			struct nts_phc_mapping *mapping)
{
	read_mapping(phc, mapping);
	if (is_valid(phc, mapping, raw))
		return true;
	if (!READ_ONCE(phc->contradicted) && !READ_ONCE(phc->expired)) {
		WRITE_ONCE(phc->expired, true);
		schedule_work(&nn->phc_work);
	}
	return false;
}

/* Hardware and software cannot both be right: it is the mapping that is trusted least. */
static void contradict(struct nts_net *nn, struct nts_phc *phc, enum nts_phc_count count)
{
	atomic64_inc(&phc->count[count]);
	if (READ_ONCE(phc->contradicted))
		return;
	WRITE_ONCE(phc->contradicted, true);
	schedule_work(&nn->phc_work);
}

/* Some drivers keep it in a form of their own until somebody asks. */
static s64 hardware_stamp(const struct nts_net *nn, const struct nts_phc *phc,
			  struct sk_buff *skb)
{
#ifdef NTS_HAS_NETDEV_TSTAMP
	struct net_device *dev;

	if (skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV) {
		dev = dev_get_by_index_rcu(nn->net, phc->ifindex);
		return dev ? ktime_to_ns(netdev_get_tstamp(dev, skb_hwtstamps(skb), false)) : 0;
	}
#endif
	return ktime_to_ns(skb_hwtstamps(skb)->hwtstamp);
}

/**
 * nts_phc_received() - the moment a packet came in, by the device's clock
 * @nn: the network namespace
 * @skb: as received, with a hardware stamp
 * @latest: when the kernel had it, raw ns
 * @raw: receives the moment
 *
 * Context: softirq.
 *
 * Return: false without a mapping that can be trusted.
 */
bool nts_phc_received(struct nts_net *nn, struct sk_buff *skb, s64 latest, s64 *raw)
{
	struct nts_phc_mapping m;
	struct nts_phc *phc;
	bool good = false;
	s64 at, margin;

	rcu_read_lock();
	phc = find_receiver(nn, skb);
	if (!phc || !get_mapping(nn, phc, latest, &m))
		goto out;
	at = nts_clockmap_time(&m.map, hardware_stamp(nn, phc, skb));
	margin = SLACK + m.error + nts_clockmap_scale(latest - m.map.time, m.skew);
	if (at > latest + margin) {
		contradict(nn, phc, NTS_PHC_RX_REFUSED);
		goto out;
	}
	/* A busy machine, or a clock set back: what is sent will tell. */
	if (at < latest - MAX_WAIT) {
		atomic64_inc(&phc->count[NTS_PHC_RX_REFUSED]);
		goto out;
	}
	atomic64_inc(&phc->count[NTS_PHC_RX]);
	*raw = at - m.rxcomp;
	good = true;
out:
	rcu_read_unlock();
	return good;
}

/**
 * nts_phc_sent() - the moment a packet left, by the device's clock
 * @nn: the network namespace
 * @ifindex: of the device
 * @stamp: its stamp, ns
 * @earliest: when the packet was not sent yet, raw ns
 * @latest: when it was, raw ns
 * @raw: receives the moment
 *
 * Context: any but NMI.
 *
 * Return: false without a mapping that can be trusted.
 */
bool nts_phc_sent(struct nts_net *nn, u32 ifindex, s64 stamp, s64 earliest, s64 latest,
		  s64 *raw)
{
	struct nts_phc_mapping m;
	struct nts_phc *phc;
	bool good = false;
	s64 at, margin;

	rcu_read_lock();
	phc = find(nn, ifindex);
	if (!phc || !get_mapping(nn, phc, latest, &m))
		goto out;
	at = nts_clockmap_time(&m.map, stamp);
	margin = SLACK + m.error + nts_clockmap_scale(latest - m.map.time, m.skew);
	if (at < earliest - margin || at > latest + margin) {
		contradict(nn, phc, NTS_PHC_TX_REFUSED);
		goto out;
	}
	atomic64_inc(&phc->count[NTS_PHC_TX]);
	*raw = at + m.txcomp;
	good = true;
out:
	rcu_read_unlock();
	return good;
}

/* By which queues the device's packets come in. */
static void note_queues(struct nts_net *nn, struct nts_phc *phc)
{
	struct napi_struct *napi;
	struct net_device *dev;
	u32 n = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(nn->net, phc->ifindex);
	if (dev) {
		list_for_each_entry_rcu(napi, &dev->napi_list, dev_list) {
			if (n < MAX_NAPIS && napi->napi_id)
				WRITE_ONCE(phc->napi[n++], napi->napi_id);
		}
	}
	rcu_read_unlock();
	WRITE_ONCE(phc->n_napis, n);
}

static struct nts_phc *add(struct nts_net *nn, u32 ifindex, struct netlink_ext_ack *extack)
{
	struct nts_phc *phc;
	u32 n = 0;

	list_for_each_entry(phc, &nn->phcs, list)
		n++;
	if (n == NTS_MAX_PHCS) {
		nts_extack(extack, "ifindex: too many hardware clocks, delete one");
		return ERR_PTR(-ENOSPC);
	}
	phc = kzalloc(sizeof(*phc), GFP_KERNEL);
	if (!phc)
		return ERR_PTR(-ENOMEM);
	phc->ifindex = ifindex;
	seqcount_init(&phc->seq);
	return phc;
}

/**
 * nts_phc_set() - take over a mapping
 * @nn: the network namespace
 * @mapping: copied
 * @extack: receives what is wrong
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int nts_phc_set(struct nts_net *nn, const struct nts_phc_mapping *mapping,
		struct netlink_ext_ack *extack)
{
	struct nts_phc *phc;
	unsigned long flags;
	bool fresh = false;

	lockdep_assert_held(&nn->lock);
	phc = find(nn, mapping->ifindex);
	if (!phc) {
		phc = add(nn, mapping->ifindex, extack);
		if (IS_ERR(phc))
			return PTR_ERR(phc);
		fresh = true;
	}
	note_queues(nn, phc);
	/* Stamps of packets sent may come in hard interrupts. */
	local_irq_save(flags);
	write_seqcount_begin(&phc->seq);
	phc->mapping = *mapping;
	write_seqcount_end(&phc->seq);
	local_irq_restore(flags);
	WRITE_ONCE(phc->contradicted, false);
	WRITE_ONCE(phc->expired, false);
	phc->told = false;
	if (fresh)
		list_add_tail_rcu(&phc->list, &nn->phcs);
	return 0;
}

static void drop(struct nts_phc *phc)
{
	list_del_rcu(&phc->list);
	kfree_rcu(phc, rcu);
}

/**
 * nts_phc_del() - use a device's stamps no more
 * @nn: the network namespace
 * @ifindex: of the device
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or -ENOENT.
 */
int nts_phc_del(struct nts_net *nn, u32 ifindex)
{
	struct nts_phc *phc;

	lockdep_assert_held(&nn->lock);
	phc = find(nn, ifindex);
	if (!phc)
		return -ENOENT;
	drop(phc);
	return 0;
}

/**
 * nts_phc_next() - tell of one mapping after the other
 * @nn: the network namespace
 * @after: ifindex of the one before, 0 for the first
 * @report: filled in
 *
 * Context: process, @nn->lock held.
 *
 * Return: false when there are no more.
 */
bool nts_phc_next(struct nts_net *nn, u32 after, struct nts_phc_report *report)
{
	struct nts_phc *phc, *next = NULL;
	int i;

	lockdep_assert_held(&nn->lock);
	list_for_each_entry(phc, &nn->phcs, list) {
		if (phc->ifindex > after && (!next || phc->ifindex < next->ifindex))
			next = phc;
	}
	if (!next)
		return false;
	report->mapping = next->mapping;
	report->usable = is_valid(next, &next->mapping, ktime_get_raw_ns());
	for (i = 0; i < NTS_PHC_COUNTS; i++)
		report->count[i] = atomic64_read(&next->count[i]);
	return true;
}

static void tell(struct work_struct *work)
{
	struct nts_net *nn = container_of(work, struct nts_net, phc_work);
	struct nts_phc *phc;

	mutex_lock(&nn->lock);
	list_for_each_entry(phc, &nn->phcs, list) {
		if (phc->told || !(READ_ONCE(phc->contradicted) || READ_ONCE(phc->expired)))
			continue;
		phc->told = true;
		nts_notify_phc(nn, phc->ifindex, READ_ONCE(phc->contradicted) ?
			       NTS_PHC_NEWS_STEPPED : NTS_PHC_NEWS_EXPIRED);
	}
	mutex_unlock(&nn->lock);
}

void nts_phc_net_init(struct nts_net *nn)
{
	INIT_LIST_HEAD(&nn->phcs);
	INIT_WORK(&nn->phc_work, tell);
}

/* Nobody looks for a stamp in this namespace any more. */
void nts_phc_net_exit(struct nts_net *nn)
{
	struct nts_phc *phc, *next;

	cancel_work_sync(&nn->phc_work);
	list_for_each_entry_safe(phc, next, &nn->phcs, list)
		drop(phc);
}
