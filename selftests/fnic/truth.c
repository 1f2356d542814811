// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What really happened: a record of each NTP packet that was put on a wire,
 * in /sys/kernel/debug/fnic/truth.  Who reads takes them out; who is slow
 * misses the oldest ones, and sees that by their numbers.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "fnic.h"

#define NTP_PORT 123
#define HEADER_LEN 48
#define RECORDS 32768

/**
 * struct record - one packet; all in the machine's own order but the header
 * @number: of this record
 * @raw: CLOCK_MONOTONIC_RAW when it was put on the wire, ns
 * @real: CLOCK_REALTIME at that moment, ns
 * @arrival: CLOCK_MONOTONIC_RAW when it comes to the other end
 * @card: number of the card that sent it
 * @length: octets of UDP payload
 * @source: UDP port
 * @dest: UDP port
 * @unused: nothing
 * @header: the first octets of the payload
 */
struct record {
	u64 number;
	u64 raw;
	s64 real;
	u64 arrival;
	u32 card;
	u32 length;
	u16 source;
	u16 dest;
	u32 unused;
	u8 header[HEADER_LEN];
};

static bool truth = true;
module_param(truth, bool, 0644);
MODULE_PARM_DESC(truth, "keep a record of NTP packets");

static struct record *records;
static u64 written, taken;
static DEFINE_SPINLOCK(lock);
/* One reader at a time. */
static DEFINE_MUTEX(reading);

/**
 * fnic_truth_ntp() - is a frame that is sent an NTP packet?
 * @skb: frame, from its Ethernet header on
 * @offset: where the UDP payload begins
 *
 * Return: its UDP header, in the linear part, or NULL.
 */
struct udphdr *fnic_truth_ntp(struct sk_buff *skb, unsigned int *offset)
{
	__be16 protocol = eth_hdr(skb)->h_proto;
	unsigned int at = ETH_HLEN;
	struct udphdr *udp;

	if (protocol == htons(ETH_P_8021Q)) {
		protocol = ((struct vlan_ethhdr *)skb->data)->h_vlan_encapsulated_proto;
		at = VLAN_ETH_HLEN;
	}
	if (protocol == htons(ETH_P_IP)) {
		const struct iphdr *ip = (const struct iphdr *)(skb->data + at);

		if (skb_headlen(skb) < at + sizeof(*ip) || ip->protocol != IPPROTO_UDP ||
		    ip_is_fragment(ip))
			return NULL;
		at += ip->ihl * 4;
	} else if (protocol == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->data + at);

		if (skb_headlen(skb) < at + sizeof(*ip) || ip->nexthdr != IPPROTO_UDP)
			return NULL;
		at += sizeof(*ip);
	} else {
		return NULL;
	}
	if (skb_headlen(skb) < at + sizeof(*udp))
		return NULL;
	udp = (struct udphdr *)(skb->data + at);
	if (udp->source != htons(NTP_PORT) && udp->dest != htons(NTP_PORT))
		return NULL;
	*offset = at + sizeof(*udp);
	return udp;
}

/**
 * fnic_truth_log() - remember a packet, if it is one of NTP
 * @f: card that sends it
 * @skb: frame
 * @raw: moment of sending
 * @real: the same by CLOCK_REALTIME
 * @arrival: when it comes to the other end
 */
void fnic_truth_log(struct fnic *f, struct sk_buff *skb, u64 raw, s64 real, u64 arrival)
{
	struct udphdr *udp;
	unsigned long flags;
	unsigned int at;
	struct record *r;

	if (!READ_ONCE(truth))
		return;
	skb_reset_mac_header(skb);
	udp = fnic_truth_ntp(skb, &at);
	if (!udp || skb->len < at + HEADER_LEN)
		return;
	spin_lock_irqsave(&lock, flags);
	r = &records[written % RECORDS];
	*r = (struct record){
		.number = written++,
		.raw = raw,
		.real = real,
		.arrival = arrival,
		.card = f->index,
		.length = skb->len - at,
		.source = ntohs(udp->source),
		.dest = ntohs(udp->dest),
	};
	skb_copy_bits(skb, at, r->header, HEADER_LEN);
	spin_unlock_irqrestore(&lock, flags);
}

static bool take(struct record *r)
{
	unsigned long flags;
	bool any;

	spin_lock_irqsave(&lock, flags);
	if (written - taken > RECORDS)
		taken = written - RECORDS;
	any = taken != written;
	if (any)
		*r = records[taken++ % RECORDS];
	spin_unlock_irqrestore(&lock, flags);
	return any;
}

static ssize_t truth_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	struct record r;
	size_t done = 0;

	mutex_lock(&reading);
	while (done + sizeof(r) <= size && take(&r)) {
		if (copy_to_user(to + done, &r, sizeof(r))) {
			mutex_unlock(&reading);
			return -EFAULT;
		}
		done += sizeof(r);
	}
	mutex_unlock(&reading);
	*pos += done;
	return done;
}

static const struct file_operations truth_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = truth_read,
};

int fnic_truth_init(struct dentry *dir)
{
	records = vzalloc(array_size(RECORDS, sizeof(*records)));
	if (!records)
		return -ENOMEM;
	debugfs_create_file("truth", 0400, dir, NULL, &truth_fops);
	return 0;
}

void fnic_truth_exit(void)
{
	vfree(records);
}
