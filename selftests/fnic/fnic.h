/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FNIC_H
#define FNIC_H

#include <linux/debugfs.h>
#include <linux/netdevice.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/skbuff.h>

#include "clock.h"
#include "compat.h"

struct fnic_load;

/**
 * struct fnic - one card of a pair
 * @dev: its network device
 * @peer: what is at the other end of the wire
 * @index: number, as in the name at the start
 * @dir: its directory in debugfs
 *
 * @clock_lock: protects @clock
 * @clock: the hardware clock
 * @ptp_info: what it offers
 * @ptp: the same registered, NULL while it is gone; changed under RTNL
 *
 * @tx_type: HWTSTAMP_TX_*
 * @rx_filter: HWTSTAMP_FILTER_*
 * @ptp_only: can stamp received frames of PTP, and no other
 * @tx_loss: of so many of 1000 frames the stamp of sending is lost
 * @rx_loss: of so many the stamp of receiving
 * @tx_late: a stamp of sending comes so much after its moment, ns
 * @frame_loss: so many of 1000 sent frames are lost
 * @tx_stamps: given
 * @rx_stamps: given
 *
 * @lock: protects all that follows
 * @wire: the way out
 * @random: the next number
 * @open: frames may come
 * @rx_queue: frames that are on the wire or have arrived, by moments of arrival
 * @tx_queue: sent frames whose stamps are to be told
 * @napi: receives, and tells stamps
 * @timer: for the next moment of either queue
 * @load: a load of requests instead of a peer, or NULL
 */
struct fnic {
	struct net_device *dev;
	struct fnic *peer;
	unsigned int index;
	struct dentry *dir;

	/* Of the clock alone. */
	spinlock_t clock_lock;
	struct fnic_clock clock;
	struct ptp_clock_info ptp_info;
	struct ptp_clock *ptp;

	int tx_type;
	int rx_filter;
	u64 ptp_only;
	u64 tx_loss;
	u64 rx_loss;
	u64 tx_late;
	u64 frame_loss;
	u64 tx_stamps;
	u64 rx_stamps;

	/* Of the wire and the queues. */
	spinlock_t lock;
	struct fnic_wire wire;
	u64 random;
	bool open;
	struct sk_buff_head rx_queue;
	struct sk_buff_head tx_queue;
	struct napi_struct napi;
	struct hrtimer timer;
	struct fnic_load __rcu *load;
};

/**
 * struct fnic_frame - what a frame's control block holds in a queue
 * @due: moment of arrival, or when its stamp is to be told
 * @stamp: when it was sent by the card's clock, in the queue of sent ones
 */
struct fnic_frame {
	u64 due;
	s64 stamp;
};

static inline struct fnic_frame *fnic_frame(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct fnic_frame) > sizeof(skb->cb));
	return (struct fnic_frame *)skb->cb;
}

/* netdev.c */
struct fnic *fnic_netdev_alloc(unsigned int index);
void fnic_netdev_join(struct fnic *one, struct fnic *other);
int fnic_netdev_register(struct fnic *f);
void fnic_netdev_free(struct fnic *f);
void fnic_netdev_forget_stamping(struct fnic *f);
void fnic_netdev_receive(struct fnic *f, struct sk_buff *skb, u64 moment);

/* phc.c */
int fnic_phc_add(struct fnic *f);
void fnic_phc_remove(struct fnic *f);
s64 fnic_phc_at(struct fnic *f, u64 raw);
void fnic_phc_step(struct fnic *f, s64 ns);
void fnic_phc_err(struct fnic *f, s64 ppb);

/* truth.c */
struct udphdr *fnic_truth_ntp(struct sk_buff *skb, unsigned int *offset);
void fnic_truth_log(struct fnic *f, struct sk_buff *skb, u64 raw, s64 real, u64 arrival);
int fnic_truth_init(struct dentry *dir);
void fnic_truth_exit(void);

/* load.c */
bool fnic_load_take(struct fnic *f, struct sk_buff *skb, u64 raw, s64 real);
void fnic_load_add_files(struct fnic *f);
void fnic_load_stop(struct fnic *f);

/* replay.c */
/**
 * struct fnic_payload - a datagram to send
 * @length: octets of @data
 * @good: an answer is due that is more than half as long
 * @data: of which the first are an NTP header
 */
struct fnic_payload {
	u16 length;
	u16 good;
	u8 data[508];
};

u32 fnic_replay_begin(void);
void fnic_replay_end(void);
const struct fnic_payload *fnic_replay_payload(u32 n);
void fnic_replay_answered(u64 ns);
int fnic_replay_init(struct dentry *dir);
void fnic_replay_exit(void);

#endif /* FNIC_H */
