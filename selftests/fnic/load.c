// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load of interleaved NTP clients, in a card instead of in programs that
 * would take the processor from the server they measure.  Its requests come
 * in at the other end of the wire, as if this card had sent them; answers to
 * its addresses end here.
 *
 *   echo 10.9.1.1 10.9.8.0 1024 5000 >load	server, first client, clients, per second
 *   echo 10.9.1.1 10.16.0.0 65536 5000 spoof >load
 *   echo 10.9.1.1 10.64.0.0 4096 5000 replay 9999 >load	so many of the payloads,
 *							see replay.c
 *   echo stop >load
 *   cat load					what came of it, in one line
 *
 * A client does as RFC 9769 says: the first two answers are basic, the others
 * interleaved, with the moment at which the answer before was sent, which this
 * file knows better than anybody.  Spoofed addresses see no answer, but may
 * pretend to have had one.
 *
 * What is replayed comes when it is due even if the processor has not done with
 * what came before, as from a card that interrupts it.  It ends by itself: no
 * program might get the processor to end it.
 */
#include <linux/etherdevice.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <linux/uaccess.h>
#include <net/ip.h>

#include "fnic.h"

#define MAX_CLIENTS 65536
#define MAX_BEHIND 64
#define MAX_TURNS 256
#define MAX_REPLAYED 100000
/* At least, from what was replayed to the next. */
#define REPLAY_GAP_NS 8000
#define NTP_LEN 48
#define NTP_PORT 123
#define CLIENT_PORT 10123
#define NTP_TO_UNIX 2208988800LL
/* A transmit stamp that is nearer to the truth is the card's own. */
#define HARDWARE_NS 5000

/**
 * struct client - one of them
 * @theirs: the server's receive stamp in the last answer
 * @receive: what the request said it had received at
 * @transmit: and sent at
 * @sent: when the server sent the last answer, CLOCK_REALTIME
 * @answers: how many came in a row, up to 2
 * @waiting: for an answer
 * @due: when the request came, CLOCK_MONOTONIC_RAW
 * @least: a good answer to what was replayed has more octets than that; 0 if none is due
 */
struct client {
	__be64 theirs;
	__be64 receive;
	__be64 transmit;
	s64 sent;
	u8 answers;
	bool waiting;
	u64 due;
	u16 least;
};

/**
 * struct fnic_load - all of them
 * @card: whose wire they are on
 * @timer: sends the next requests
 * @lock: protects all that follows
 * @server: its address
 * @first: address of the first client
 * @clients: how many
 * @rate: requests per second
 * @begin: CLOCK_MONOTONIC, ns
 * @end: the same, 0 if it goes on
 * @turns: so many requests were due since
 * @next: client
 * @spoof: each request is of any client, as if it came back
 * @replay: so many payloads are sent one after the other; 0 if none are
 * @last: and so many requests are sent
 * @ready: them
 * @stopping: no more requests
 * @random: the next number
 * @sent: requests
 * @answered: answers
 * @unanswered: their client's turn came again before
 * @expected: answers that should be interleaved
 * @interleaved: and were
 * @hardware: of them, those with the card's stamp
 * @good: replayed requests to which an answer is due
 * @good_answered: and came
 * @client: each one
 */
struct fnic_load {
	struct fnic *card;
	struct hrtimer timer;
	/* Of the clients and what came of them. */
	spinlock_t lock;
	__be32 server;
	u32 first;
	u32 clients;
	u32 rate;
	u64 begin;
	u64 end;
	u64 turns;
	u32 next;
	bool spoof;
	u32 replay;
	u32 last;
	struct sk_buff_head ready;
	bool stopping;
	u64 random;
	u64 sent;
	u64 answered;
	u64 unanswered;
	u64 expected;
	u64 interleaved;
	u64 hardware;
	u64 good;
	u64 good_answered;
	struct client client[];
};

static DEFINE_MUTEX(changing);

/* ---- requests ---- */

/* A frame of client N, whose payload is to be filled in. */
static struct sk_buff *frame(struct fnic_load *load, u32 n, unsigned int length, gfp_t gfp,
			     u8 **payload)
{
	struct net_device *to = load->card->peer->dev;
	struct ethhdr *eth;
	struct sk_buff *skb;
	struct udphdr *udp;
	struct iphdr *ip;

	skb = __netdev_alloc_skb(to, ETH_HLEN + sizeof(*ip) + sizeof(*udp) + length, gfp);
	if (!skb)
		return NULL;
	eth = skb_put(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, to->dev_addr);
	ether_addr_copy(eth->h_source, load->card->dev->dev_addr);
	eth->h_proto = htons(ETH_P_IP);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(sizeof(*ip) + sizeof(*udp) + length);
	ip->saddr = htonl(load->first + n);
	ip->daddr = load->server;
	ip->check = ip_fast_csum(ip, ip->ihl);
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(CLIENT_PORT);
	udp->dest = htons(NTP_PORT);
	udp->len = htons(sizeof(*udp) + length);
	*payload = skb_put(skb, length);
	skb->dev = to;
	return skb;
}

static struct sk_buff *request(struct fnic_load *load, u32 n)
{
	struct client *c = &load->client[n];
	struct sk_buff *skb;
	u8 *ntp;

	skb = frame(load, n, NTP_LEN, GFP_ATOMIC, &ntp);
	if (!skb)
		return NULL;
	memset(ntp, 0, NTP_LEN);
	ntp[0] = 4 << 3 | 3;
	if (load->spoof) {
		/* Where servers mark what they received. */
		c->theirs = (__force __be64)fnic_random(&load->random) | cpu_to_be64(1);
		c->answers = 1;
	}
	c->transmit = (__force __be64)fnic_random(&load->random);
	if (c->answers) {
		c->receive = (__force __be64)fnic_random(&load->random);
		put_unaligned(c->theirs, (__be64 *)(ntp + 24));
		put_unaligned(c->receive, (__be64 *)(ntp + 32));
	}
	put_unaligned(c->transmit, (__be64 *)(ntp + 40));
	return skb;
}

/* Making them takes longer than some servers need for the answer. */
static int prepare(struct fnic_load *load)
{
	u32 i;

	for (i = 0; i < load->last; i++) {
		const struct fnic_payload *payload = fnic_replay_payload(i % load->replay);
		struct sk_buff *skb;
		u8 *data;

		skb = frame(load, i % load->clients, payload->length, GFP_KERNEL, &data);
		if (!skb)
			return -ENOMEM;
		memcpy(data, payload->data, payload->length);
		__skb_queue_tail(&load->ready, skb);
	}
	return 0;
}

static struct sk_buff *replayed(struct fnic_load *load, u32 n)
{
	const struct fnic_payload *payload = fnic_replay_payload(load->sent % load->replay);
	struct sk_buff *skb = __skb_dequeue(&load->ready);
	struct client *c = &load->client[n];

	if (!skb)
		return NULL;
	c->transmit = get_unaligned((const __be64 *)(payload->data + 40));
	c->least = payload->good ? payload->length / 2 : 0;
	load->good += !!payload->good;
	return skb;
}

static struct sk_buff *next_request(struct fnic_load *load, u64 moment)
{
	u32 n = load->spoof ? fnic_random_below(&load->random, load->clients) : load->next;
	struct client *c = &load->client[n];
	struct sk_buff *skb;

	load->next = (n + 1) % load->clients;
	if (c->waiting && !load->spoof) {
		load->unanswered++;
		if (c->answers == 2)
			load->expected++;
		c->answers = 0;
	}
	skb = load->replay ? replayed(load, n) : request(load, n);
	c->waiting = !!skb;
	c->due = moment;
	load->sent += !!skb;
	return skb;
}

/* When request N is due, after the beginning. */
static u64 due_at(struct fnic_load *load, u64 n)
{
	return fnic_muldiv(n + 1, NSEC_PER_SEC, load->rate) + 1;
}

/* In softirq; replayed ones in hard interrupt context. */
static enum hrtimer_restart requests_due(struct hrtimer *timer)
{
	struct fnic_load *load = container_of(timer, struct fnic_load, timer);
	struct fnic *to = load->card->peer;
	u64 due, interval, now = ktime_get_ns(), raw = ktime_get_raw_ns();
	int i;

	due = fnic_muldiv(now - load->begin, load->rate, NSEC_PER_SEC);
	/* Who cannot keep up sends less, not more at once. */
	if (due - load->turns > MAX_BEHIND)
		load->turns = due - MAX_BEHIND;
	for (i = 0; load->turns < due && i < MAX_TURNS; i++, load->turns++) {
		struct sk_buff *skb;
		unsigned long flags;
		u64 moment;

		moment = load->replay ? raw - (now - load->begin) + due_at(load, load->turns) :
					ktime_get_raw_ns();
		spin_lock_irqsave(&load->lock, flags);
		skb = next_request(load, moment);
		spin_unlock_irqrestore(&load->lock, flags);
		if (skb)
			fnic_netdev_receive(to, skb, moment);
	}
	if (READ_ONCE(load->stopping) || (load->replay && skb_queue_empty(&load->ready))) {
		WRITE_ONCE(load->end, now);
		return HRTIMER_NORESTART;
	}
	if (load->replay) {
		due = load->begin + due_at(load, load->turns);
		hrtimer_set_expires(timer, max_t(u64, due, ktime_get_ns() + REPLAY_GAP_NS));
		return HRTIMER_RESTART;
	}
	interval = max_t(u64, NSEC_PER_SEC / load->rate, 50 * NSEC_PER_USEC);
	hrtimer_forward_now(timer, ns_to_ktime(interval));
	return HRTIMER_RESTART;
}

/* ---- answers ---- */

static s64 from_ntp(__be64 stamp)
{
	u64 ntp = be64_to_cpu(stamp);

	return (s64)((ntp >> 32) - NTP_TO_UNIX) * NSEC_PER_SEC +
	       (s64)(((ntp & U32_MAX) * NSEC_PER_SEC) >> 32);
}

static void answer(struct fnic_load *load, u32 n, const u8 *ntp, unsigned int length, u64 raw,
		   s64 real)
{
	struct client *c = &load->client[n];
	__be64 origin = get_unaligned((const __be64 *)(ntp + 24));
	bool interleaved = c->answers && origin == c->receive;

	if (!c->waiting || (!interleaved && origin != c->transmit))
		return;
	load->answered++;
	if (load->spoof)
		return;
	if (load->replay) {
		if (c->least && length > c->least) {
			load->good_answered++;
			fnic_replay_answered(raw - c->due);
		}
		c->waiting = false;
		return;
	}
	if (c->answers == 2) {
		load->expected++;
		if (interleaved) {
			s64 off = from_ntp(get_unaligned((const __be64 *)(ntp + 40))) - c->sent;

			load->interleaved++;
			load->hardware += abs(off) < HARDWARE_NS;
		}
	} else {
		c->answers++;
	}
	c->theirs = get_unaligned((const __be64 *)(ntp + 32));
	c->sent = real;
	c->waiting = false;
}

/**
 * fnic_load_take() - look at what is for the load at the other end
 * @f: card that sends
 * @skb: frame
 * @raw: when it was sent, CLOCK_MONOTONIC_RAW
 * @real: the same, CLOCK_REALTIME
 *
 * Return: whether it is, and goes no further.
 */
bool fnic_load_take(struct fnic *f, struct sk_buff *skb, u64 raw, s64 real)
{
	struct fnic_load *load;
	unsigned long flags;
	unsigned int at;
	bool mine = false;
	u32 n;

	rcu_read_lock();
	load = rcu_dereference(f->peer->load);
	if (load) {
		skb_reset_mac_header(skb);
		if (eth_hdr(skb)->h_proto == htons(ETH_P_IP) && fnic_truth_ntp(skb, &at) &&
		    skb_headlen(skb) >= at + NTP_LEN) {
			n = ntohl(((struct iphdr *)(skb->data + ETH_HLEN))->daddr) - load->first;
			mine = n < load->clients;
			if (mine) {
				spin_lock_irqsave(&load->lock, flags);
				answer(load, n, skb->data + at, skb->len - at, raw, real);
				spin_unlock_irqrestore(&load->lock, flags);
			}
		}
	}
	rcu_read_unlock();
	return mine;
}

/* ---- its file ---- */

static void load_free(struct fnic_load *load)
{
	__skb_queue_purge(&load->ready);
	if (load->replay)
		fnic_replay_end();
	kvfree(load);
}

static int start(struct fnic *f, const char *text)
{
	struct fnic_load *load;
	char server[16], first[16], how[8] = "";
	u32 clients, rate, last = 0;
	__be32 address;
	int err;

	if (sscanf(text, "%15s %15s %u %u %7s %u", server, first, &clients, &rate, how,
		   &last) < 4 ||
	    !clients || clients > MAX_CLIENTS || !rate || rate > 10000000 || last > MAX_REPLAYED)
		return -EINVAL;
	load = kvzalloc(struct_size(load, client, clients), GFP_KERNEL);
	if (!load)
		return -ENOMEM;
	if (!in4_pton(server, -1, (u8 *)&load->server, -1, NULL) ||
	    !in4_pton(first, -1, (u8 *)&address, -1, NULL)) {
		kvfree(load);
		return -EINVAL;
	}
	load->card = f;
	load->first = ntohl(address);
	load->clients = clients;
	load->rate = rate;
	load->last = last;
	load->random = rate;
	load->spoof = !strcmp(how, "spoof");
	__skb_queue_head_init(&load->ready);
	if (!strcmp(how, "replay")) {
		load->replay = fnic_replay_begin();
		err = load->replay ? prepare(load) : -ENODATA;
		if (err) {
			load_free(load);
			return err;
		}
	}
	load->begin = ktime_get_ns();
	spin_lock_init(&load->lock);
	fnic_hrtimer_setup(&load->timer, requests_due,
			   load->replay ? HRTIMER_MODE_REL_HARD : HRTIMER_MODE_REL_SOFT);
	rcu_assign_pointer(f->load, load);
	hrtimer_start(&load->timer, 0,
		      load->replay ? HRTIMER_MODE_REL_HARD : HRTIMER_MODE_REL_SOFT);
	return 0;
}

/**
 * fnic_load_stop() - no more load on a card
 * @f: card
 */
void fnic_load_stop(struct fnic *f)
{
	struct fnic_load *load;

	mutex_lock(&changing);
	load = rcu_dereference_protected(f->load, lockdep_is_held(&changing));
	if (load) {
		WRITE_ONCE(load->stopping, true);
		hrtimer_cancel(&load->timer);
		RCU_INIT_POINTER(f->load, NULL);
		synchronize_rcu();
		load_free(load);
	}
	mutex_unlock(&changing);
}

static ssize_t load_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	struct fnic *f = ((struct seq_file *)file->private_data)->private;
	char text[80];
	int err = 0;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	fnic_load_stop(f);
	if (strncmp(text, "stop", 4)) {
		mutex_lock(&changing);
		err = rcu_access_pointer(f->load) ? -EBUSY : start(f, text);
		mutex_unlock(&changing);
	}
	return err ?: size;
}

static int load_show(struct seq_file *file, void *unused)
{
	struct fnic *f = file->private;
	struct fnic_load *load;
	unsigned long flags;

	mutex_lock(&changing);
	load = rcu_dereference_protected(f->load, lockdep_is_held(&changing));
	if (load) {
		spin_lock_irqsave(&load->lock, flags);
		seq_printf(file, "ns %llu sent %llu answered %llu unanswered %llu",
			   (load->end ?: ktime_get_ns()) - load->begin, load->sent, load->answered,
			   load->unanswered);
		seq_printf(file, " expected %llu interleaved %llu hardware %llu",
			   load->expected, load->interleaved, load->hardware);
		seq_printf(file, " good %llu good_answered %llu\n", load->good,
			   load->good_answered);
		spin_unlock_irqrestore(&load->lock, flags);
	}
	mutex_unlock(&changing);
	return 0;
}

static int load_open(struct inode *inode, struct file *file)
{
	return single_open(file, load_show, inode->i_private);
}

static const struct file_operations load_fops = {
	.owner = THIS_MODULE,
	.open = load_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
	.write = load_write,
};

void fnic_load_add_files(struct fnic *f)
{
	debugfs_create_file("load", 0600, f->dir, f, &load_fops);
}
