// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network device of a card.  What is said of moments is worked out from
 * the model, not from when a timer ran: a frame is sent when ndo_start_xmit()
 * hands it over, and arrives when the wire says.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/net_tstamp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "fnic.h"

#define QUEUE_LIMIT 4096
#define PTP_EVENT_PORT 319

/* ---- queues ---- */

/* Under the lock: when the next thing is to be done. */
static bool next_due(struct fnic *f, u64 *due)
{
	struct sk_buff *rx = skb_peek(&f->rx_queue), *tx = skb_peek(&f->tx_queue);

	if (!rx && !tx)
		return false;
	*due = rx ? fnic_frame(rx)->due : fnic_frame(tx)->due;
	if (rx && tx && (s64)(fnic_frame(tx)->due - *due) < 0)
		*due = fnic_frame(tx)->due;
	return true;
}

static void wake(struct fnic *f)
{
	unsigned long flags;
	bool any;
	s64 wait;
	u64 due;

	spin_lock_irqsave(&f->lock, flags);
	any = f->open && next_due(f, &due);
	if (any) {
		wait = due - ktime_get_raw_ns();
		if (wait > 0)
			hrtimer_start(&f->timer, ns_to_ktime(wait), HRTIMER_MODE_REL);
		else
			napi_schedule(&f->napi);
	}
	spin_unlock_irqrestore(&f->lock, flags);
}

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct fnic *f = container_of(timer, struct fnic, timer);

	napi_schedule(&f->napi);
	return HRTIMER_NORESTART;
}

static void enqueue(struct fnic *f, struct sk_buff_head *queue, struct sk_buff *skb, u64 due)
{
	unsigned long flags;
	bool first;

	fnic_frame(skb)->due = due;
	spin_lock_irqsave(&f->lock, flags);
	if (!f->open || skb_queue_len(queue) >= QUEUE_LIMIT) {
		spin_unlock_irqrestore(&f->lock, flags);
		dev_kfree_skb_any(skb);
		DEV_STATS_INC(f->dev, rx_dropped);
		return;
	}
	first = skb_queue_empty(queue);
	__skb_queue_tail(queue, skb);
	spin_unlock_irqrestore(&f->lock, flags);
	if (first)
		wake(f);
}

static struct sk_buff *dequeue(struct fnic *f, struct sk_buff_head *queue, u64 now)
{
	struct sk_buff *skb;
	unsigned long flags;

	spin_lock_irqsave(&f->lock, flags);
	skb = skb_peek(queue);
	if (skb && (s64)(fnic_frame(skb)->due - now) <= 0)
		__skb_unlink(skb, queue);
	else
		skb = NULL;
	spin_unlock_irqrestore(&f->lock, flags);
	return skb;
}

static bool lost(struct fnic *f, u64 per_mille)
{
	unsigned long flags;
	bool is;

	if (!per_mille)
		return false;
	spin_lock_irqsave(&f->lock, flags);
	is = fnic_random_below(&f->random, 1000) < per_mille;
	spin_unlock_irqrestore(&f->lock, flags);
	return is;
}

/* ---- receiving ---- */

static bool is_ptp(struct sk_buff *skb)
{
	struct iphdr *ip, ip_buffer;
	struct udphdr *udp, udp_buffer;

	if (skb->protocol == htons(ETH_P_1588))
		return true;
	if (skb->protocol != htons(ETH_P_IP))
		return false;
	ip = skb_header_pointer(skb, 0, sizeof(ip_buffer), &ip_buffer);
	if (!ip || ip->protocol != IPPROTO_UDP || ip_is_fragment(ip))
		return false;
	udp = skb_header_pointer(skb, ip->ihl * 4, sizeof(udp_buffer), &udp_buffer);
	return udp && udp->dest == htons(PTP_EVENT_PORT);
}

static void stamp_received(struct fnic *f, struct sk_buff *skb)
{
	int filter = READ_ONCE(f->rx_filter);
	s64 ns = fnic_phc_at(f, fnic_frame(skb)->due);

	memset(skb->cb, 0, sizeof(skb->cb));
	if (filter == HWTSTAMP_FILTER_NONE || (filter != HWTSTAMP_FILTER_ALL && !is_ptp(skb)))
		return;
	if (lost(f, READ_ONCE(f->rx_loss)))
		return;
	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(ns);
	WRITE_ONCE(f->rx_stamps, f->rx_stamps + 1);
}

static void tell_sent(struct fnic *f, struct sk_buff *skb)
{
	struct skb_shared_hwtstamps stamps = {
		.hwtstamp = ns_to_ktime(fnic_frame(skb)->stamp),
	};

	skb_tstamp_tx(skb, &stamps);
	WRITE_ONCE(f->tx_stamps, f->tx_stamps + 1);
	dev_consume_skb_any(skb);
}

static int poll(struct napi_struct *napi, int budget)
{
	struct fnic *f = container_of(napi, struct fnic, napi);
	u64 now = ktime_get_raw_ns();
	struct sk_buff *skb;
	int done = 0;

	while ((skb = dequeue(f, &f->tx_queue, now)))
		tell_sent(f, skb);
	while (done < budget && (skb = dequeue(f, &f->rx_queue, now))) {
		stamp_received(f, skb);
		dev_sw_netstats_rx_add(f->dev, skb->len + ETH_HLEN);
		napi_gro_receive(napi, skb);
		done++;
	}
	if (done < budget && napi_complete_done(napi, done))
		wake(f);
	return done;
}

/**
 * fnic_netdev_receive() - let a frame come in
 * @f: card
 * @skb: frame, from its Ethernet header on; consumed
 * @moment: when it arrives
 */
void fnic_netdev_receive(struct fnic *f, struct sk_buff *skb, u64 moment)
{
	skb_orphan(skb);
	skb_shinfo(skb)->tx_flags = 0;
	memset(skb_hwtstamps(skb), 0, sizeof(*skb_hwtstamps(skb)));
	/* Says itself what it drops. */
	if (__dev_forward_skb(f->dev, skb))
		DEV_STATS_INC(f->dev, rx_dropped);
	else
		enqueue(f, &f->rx_queue, skb, moment);
}

/* ---- sending ---- */

static bool wants_stamp(struct fnic *f, struct sk_buff *skb)
{
	return skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP &&
	       READ_ONCE(f->tx_type) == HWTSTAMP_TX_ON && READ_ONCE(f->ptp);
}

static netdev_tx_t start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fnic *f = netdev_priv(dev);
	struct sk_buff *sent = NULL;
	unsigned long flags;
	u64 raw, arrival;
	bool mine;
	s64 real;

	/* As drivers do: who waits for the card's stamp gets no other one, unless it asked. */
	if (wants_stamp(f, skb)) {
		skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
		sent = skb;
	}
	skb_tx_timestamp(skb);
	fnic_now(&raw, &real);

	spin_lock_irqsave(&f->lock, flags);
	arrival = fnic_wire_arrival(&f->wire, raw, &f->random);
	spin_unlock_irqrestore(&f->lock, flags);
	fnic_truth_log(f, skb, raw, real, arrival);
	dev_sw_netstats_tx_add(dev, 1, skb->len);

	mine = fnic_load_take(f, skb, raw, real);
	if (sent) {
		/* The card still has it when the wire's end does, too. */
		skb = mine ? NULL : skb_copy(sent, GFP_ATOMIC);
		if (lost(f, READ_ONCE(f->tx_loss))) {
			dev_consume_skb_any(sent);
		} else {
			fnic_frame(sent)->stamp = fnic_phc_at(f, raw);
			enqueue(f, &f->tx_queue, sent, raw + READ_ONCE(f->tx_late));
		}
	} else if (mine) {
		dev_consume_skb_any(skb);
	}
	if (mine || !skb)
		return NETDEV_TX_OK;
	if (lost(f, READ_ONCE(f->frame_loss)))
		dev_consume_skb_any(skb);
	else
		fnic_netdev_receive(f->peer, skb, arrival);
	return NETDEV_TX_OK;
}

/* ---- up and down ---- */

static int open(struct net_device *dev)
{
	struct fnic *f = netdev_priv(dev);

	napi_enable(&f->napi);
	spin_lock_irq(&f->lock);
	f->open = true;
	spin_unlock_irq(&f->lock);
	netif_carrier_on(dev);
	netif_start_queue(dev);
	return 0;
}

static int stop(struct net_device *dev)
{
	struct fnic *f = netdev_priv(dev);

	netif_stop_queue(dev);
	netif_carrier_off(dev);
	spin_lock_irq(&f->lock);
	f->open = false;
	spin_unlock_irq(&f->lock);
	napi_disable(&f->napi);
	hrtimer_cancel(&f->timer);
	skb_queue_purge(&f->rx_queue);
	skb_queue_purge(&f->tx_queue);
	return 0;
}

/* ---- stamping ---- */

/**
 * fnic_netdev_forget_stamping() - as a driver's reset does
 * @f: card
 */
void fnic_netdev_forget_stamping(struct fnic *f)
{
	WRITE_ONCE(f->tx_type, HWTSTAMP_TX_OFF);
	WRITE_ONCE(f->rx_filter, HWTSTAMP_FILTER_NONE);
}

/* What is asked for may become more, as drivers do. */
static int set_stamping(struct fnic *f, int tx_type, int *rx_filter)
{
	if (tx_type != HWTSTAMP_TX_OFF && tx_type != HWTSTAMP_TX_ON)
		return -ERANGE;
	if (!f->ptp)
		return -EOPNOTSUPP;
	switch (*rx_filter) {
	case HWTSTAMP_FILTER_NONE:
		break;
	case HWTSTAMP_FILTER_ALL:
	case HWTSTAMP_FILTER_SOME:
	case HWTSTAMP_FILTER_NTP_ALL:
		if (f->ptp_only)
			return -ERANGE;
		*rx_filter = HWTSTAMP_FILTER_ALL;
		break;
	default:
		*rx_filter = f->ptp_only ? HWTSTAMP_FILTER_PTP_V2_EVENT : HWTSTAMP_FILTER_ALL;
	}
	WRITE_ONCE(f->tx_type, tx_type);
	WRITE_ONCE(f->rx_filter, *rx_filter);
	return 0;
}

#ifdef FNIC_HAS_NDO_HWTSTAMP
static int hwtstamp_get(struct net_device *dev, struct kernel_hwtstamp_config *config)
{
	struct fnic *f = netdev_priv(dev);

	config->tx_type = f->tx_type;
	config->rx_filter = f->rx_filter;
	return 0;
}

static int hwtstamp_set(struct net_device *dev, struct kernel_hwtstamp_config *config,
			struct netlink_ext_ack *extack)
{
	return set_stamping(netdev_priv(dev), config->tx_type, &config->rx_filter);
}
#else
static int eth_ioctl(struct net_device *dev, struct ifreq *request, int cmd)
{
	struct fnic *f = netdev_priv(dev);
	struct hwtstamp_config config = { .tx_type = f->tx_type, .rx_filter = f->rx_filter };
	int err;

	if (cmd == SIOCSHWTSTAMP) {
		if (copy_from_user(&config, request->ifr_data, sizeof(config)))
			return -EFAULT;
		err = set_stamping(f, config.tx_type, &config.rx_filter);
		if (err)
			return err;
	} else if (cmd != SIOCGHWTSTAMP) {
		return -EOPNOTSUPP;
	}
	return copy_to_user(request->ifr_data, &config, sizeof(config)) ? -EFAULT : 0;
}
#endif

static int get_ts_info(struct net_device *dev, struct kernel_ethtool_ts_info *info)
{
	struct fnic *f = netdev_priv(dev);

	info->so_timestamping = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
				SOF_TIMESTAMPING_SOFTWARE;
	info->phc_index = -1;
	if (!f->ptp)
		return 0;
	info->so_timestamping |= SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
				 SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = ptp_clock_index(f->ptp);
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) |
			   BIT(f->ptp_only ? HWTSTAMP_FILTER_PTP_V2_EVENT : HWTSTAMP_FILTER_ALL);
	return 0;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "fnic", sizeof(info->driver));
}

/* ---- coming and going ---- */

static const struct net_device_ops netdev_ops = {
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = start_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_get_stats64 = dev_get_tstats64,
#ifdef FNIC_HAS_NDO_HWTSTAMP
	.ndo_hwtstamp_get = hwtstamp_get,
	.ndo_hwtstamp_set = hwtstamp_set,
#else
	.ndo_eth_ioctl = eth_ioctl,
#endif
};

static const struct ethtool_ops ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = get_ts_info,
};

static void setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &ethtool_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
}

/**
 * fnic_netdev_alloc() - make a card
 * @index: its number
 *
 * Return: the card, or NULL.
 */
struct fnic *fnic_netdev_alloc(unsigned int index)
{
	char name[IFNAMSIZ];
	struct net_device *dev;
	struct fnic *f;

	snprintf(name, sizeof(name), "fnic%u", index);
	dev = alloc_netdev(sizeof(*f), name, NET_NAME_ENUM, setup);
	if (!dev)
		return NULL;
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats) {
		free_netdev(dev);
		return NULL;
	}
	f = netdev_priv(dev);
	f->dev = dev;
	f->index = index;
	f->random = index + 1;
	f->wire.delay = 50 * NSEC_PER_USEC;
	spin_lock_init(&f->clock_lock);
	spin_lock_init(&f->lock);
	skb_queue_head_init(&f->rx_queue);
	skb_queue_head_init(&f->tx_queue);
	fnic_hrtimer_setup(&f->timer, timer_fires, HRTIMER_MODE_REL);
	netif_napi_add(dev, &f->napi, poll);
	return f;
}

void fnic_netdev_join(struct fnic *one, struct fnic *other)
{
	one->peer = other;
	other->peer = one;
}

int fnic_netdev_register(struct fnic *f)
{
	netif_carrier_off(f->dev);
	return register_netdev(f->dev);
}

/**
 * fnic_netdev_free() - the last of a card, which is unregistered
 * @f: card
 */
void fnic_netdev_free(struct fnic *f)
{
	free_percpu(f->dev->tstats);
	free_netdev(f->dev);
}
