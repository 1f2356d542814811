/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the module share. */
#ifndef _NTS_H
#define _NTS_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include <uapi/linux/nts.h>

#include "core/acl.h"
#include "core/clockmap.h"
#include "core/cookie.h"
#include "core/ratelimit.h"
#include "core/reply.h"
#include "core/respond.h"
#include "core/smooth.h"
#include "core/verdict.h"

struct socket;
struct udp_port_cfg;

/* X(IDENTIFIER, "counter-name", "text for people"): facts beside the verdicts */
#define NTS_FACTS(X) \
	X(COOKIES_SENT, "cookies-sent", "new cookies sent in answers") \
	X(COOKIES_OLD, "cookies-old-key", "cookies opened with an old key") \
	X(AES_LIBRARY, "aes-library", "NTS requests computed without AES-NI") \
	X(CLIENT_FLOODED, "client-drop-queue", "answers dropped as too many waited already") \
	X(FASTPATH, "answers-fastpath", "answers sent before the IP stack saw their requests") \
	X(INTERLEAVED, "answers-interleaved", "answers that told when the one before was sent") \
	X(LOG_DROPPED, "client-log-dropped", "clients forgotten to make room for others") \
	X(LOG_HELD, "client-log-held", "exchanges remembered for interleaved mode") \
	X(LOG_SPAN, "client-log-span", "seconds between the oldest and the newest of them") \
	X(RX_DAEMON, "rx-stamp-module", "requests stamped only when the module got them") \
	X(RX_KERNEL, "rx-stamp-kernel", "requests the network stack stamped on arrival") \
	X(RX_HARDWARE, "rx-stamp-hardware", "requests the network device stamped on arrival") \
	X(TX_DAEMON, "tx-stamp-estimate", "answers with a prediction of when they are sent") \
	X(TX_KERNEL, "tx-stamp-kernel", "interleaved answers with the network stack's stamp") \
	X(TX_HARDWARE, "tx-stamp-hardware", "interleaved answers with the network device's stamp")

/* Verdicts come first, then what became of answers to us, then facts. */
#define nts_counter_of_reply(reply) (NTS_VERDICT_COUNT + (reply))

enum nts_counter {
	NTS_COUNTER_BEFORE_FACTS = NTS_VERDICT_COUNT + NTS_REPLY_COUNT - 1,
#define NTS_FACT_ENUM(id, name, text) NTS_COUNTER_##id,
	NTS_FACTS(NTS_FACT_ENUM)
#undef NTS_FACT_ENUM
	NTS_COUNTER_COUNT
};

/* What answers cost: up to 256 ns, twice that, ... 4 ms, and the rest. */
#define NTS_COST_SHIFT		8
#define NTS_COST_BUCKETS	16

struct nts_stats {
	u64 value[NTS_COUNTER_COUNT];
	u64 cost[NTS_COST_BUCKETS];
	u64 cost_sum;	/* ns */
};

/* Where requests are answered; as netlink sets it. */
struct nts_server {
	bool enabled;
	u8 families;
	u16 port;
	__be32 bind4;
	struct in6_addr bind6;
	char device[IFNAMSIZ];	/* the only one, or "" */
	int ifindex;		/* of it, when it was named, or 0 */
	u32 client_log;
};

#define NTS_FAMILY_V4	1
#define NTS_FAMILY_V6	2

/* When mode local holds (directive local); ns. */
struct nts_local {
	u64 distance;	/* of a clock that follows sources */
	u64 activate;	/* the distance must have been less once; 0: need not */
	u64 wait_synced;	/* since the last update */
	u64 wait_unsynced;	/* since there is no synchronisation */
	bool orphan;
};

/* What netlink said of the clock, and when. */
struct nts_clock {
	struct rcu_head rcu;
	u8 mode;
	u8 leap;
	u8 stratum;
	u32 refid;
	u64 root_delay;
	u64 root_dispersion;
	s64 reftime;
	u64 set_at;	/* ktime_get_ns() when root_dispersion was true */
	struct nts_local local;
};

/* NTP time as the sources make it, for readers that may not wait. */
struct nts_timescale {
	bool valid;
	struct nts_clockmap map;
	struct nts_smooth smooth;	/* added to what is served */
	struct nts_quality quality;
	s64 updated;		/* by sources, raw */
	s64 raw;		/* when the following was true */
	s64 root_dispersion;	/* ns */
	s64 growth;		/* of that, 2^-48 */
};

/* One cookie key as netlink shows it. */
struct nts_key_info {
	u32 id;
	u8 role;
	bool keep;	/* on the way in: no bytes, use those held */
	u64 age_ms;
	u64 opened;
	u8 bytes[NTS_KEY_LEN];	/* only on the way in */
};

struct nts_access;
struct nts_access_draft;
struct nts_keyring;
struct nts_client;
struct nts_clientlog;
struct nts_interleave;
struct nts_txstamp;

/* One network namespace. */
struct nts_net {
	struct net *net;
	struct mutex lock;	/* all setters */

	struct nts_server server;
	struct socket *sock4;
	struct socket *sock6;
	__be16 fastpath_port;	/* 0 while nothing is answered */
	struct list_head fastpaths;	/* under RTNL */
	struct notifier_block fastpath_block;
	u8 dscp;	/* of all that is sent; written under the lock */

	struct nts_clock __rcu *clock;
	seqcount_t timescale_seq;
	struct nts_timescale timescale;	/* written by the client's work alone */
	s64 local_since;	/* raw time from which mode local waits without sources */
	bool local_activated;
	struct nts_keyring __rcu *keyring;
	struct nts_stats __percpu *stats;

	struct nts_client *client;

	struct list_head phcs;	/* read under RCU */
	struct work_struct phc_work;
	struct nts_txstamp *txstamp;	/* there while the sockets are */
	struct nts_interleave __rcu *interleave;

	struct nts_access __rcu *access;	/* NULL serves everybody */
	struct nts_access_draft *access_draft;
	struct nts_clientlog __rcu *clientlog;	/* as long as interleave */
	struct nts_ratelimit __rcu *ratelimit;	/* NULL limits nobody */
	bool limited;
	struct nts_ratelimit_options limits;

	u32 daemon_portid;	/* netlink port, 0 when none */
	u32 daemon_pid;
	u64 ke_accepted;
	u64 ke_dropped;

	struct delayed_work nak_work;
	u64 nak_seen;
	unsigned long nak_armed;
};

/* The octet of the IP header with the code point. */
static inline u8 nts_tos(const struct nts_net *nn)
{
	return READ_ONCE(nn->dscp) << 2;
}

/* A table of clients; kvmalloc() refuses, with a warning, what is above 2 GiB. */
static inline void *nts_table_alloc(size_t size)
{
	const gfp_t flags = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN;

	return size > INT_MAX ? __vmalloc(size, flags) : kvmalloc(size, flags);
}

/* For texts that are no literals; those go through NL_SET_ERR_MSG(). */
static inline void nts_extack(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}

/* main.c APIs: */
struct nts_net *nts_net(const struct net *net);

/* socket.c APIs: */
int nts_socket_make(struct net *net, struct udp_port_cfg *port, void *user_data,
		    int (*receive)(struct sock *sk, struct sk_buff *skb),
		    struct socket **sockp);
void nts_socket_drop(struct socket **sockp);
int nts_socket_open(struct nts_net *nn, const struct nts_server *server,
		    struct netlink_ext_ack *extack);
void nts_socket_close(struct nts_net *nn);

/* acl.c APIs: */
struct nts_acl_key nts_acl_source(const struct sk_buff *skb, bool *v6);
bool nts_acl_admits(struct nts_net *nn, bool v6, struct nts_acl_key key);
u32 nts_acl_rules(struct nts_net *nn);
int nts_acl_begin(struct nts_net *nn, u32 portid, bool start);
int nts_acl_add(struct nts_net *nn, const struct nts_acl_rule *rule);
int nts_acl_commit(struct nts_net *nn);
void nts_acl_open(struct nts_net *nn);
void nts_acl_abandon(struct nts_net *nn);
void nts_acl_released(struct nts_net *nn, u32 portid);
void nts_acl_free(struct nts_net *nn);

/* clock.c APIs: */
void nts_clock_init(void);
s64 nts_clock_read(struct nts_net *nn);
s64 nts_clock_at(struct nts_net *nn, s64 raw);
s64 nts_clock_raw(struct nts_net *nn, s64 time);
void nts_clock_quality(struct nts_net *nn, s64 now, struct nts_quality *quality);
s8 nts_clock_precision(void);
void nts_clock_publish(struct nts_net *nn, const struct nts_timescale *timescale);
int nts_clock_set(struct nts_net *nn, const struct nts_clock *settings);
bool nts_clock_is_local(struct nts_net *nn, struct nts_clock *clock);
u8 nts_clock_orphan(struct nts_net *nn);

/* keyring.c APIs: */
int nts_keyring_set(struct nts_net *nn, const struct nts_key_info *keys, u32 n,
		    struct netlink_ext_ack *extack);
u32 nts_keyring_get(struct nts_net *nn, struct nts_key_info keys[NTS_MAX_KEYS]);
const struct nts_cookie_ring *nts_keyring_ring(struct nts_net *nn);
void nts_keyring_count(const struct nts_cookie_ring *ring,
		       const struct nts_cookie_key *key);
void nts_keyring_free(struct nts_net *nn);

/* stats.c APIs: */
u64 nts_stats_read(struct nts_net *nn, u32 counter);
const char *nts_stats_name(u32 counter);
const char *nts_stats_text(u32 counter);
u8 nts_stats_kind(u32 counter);
u64 nts_stats_cost(struct nts_net *nn, u64 bucket[NTS_COST_BUCKETS]);

static inline void nts_stats_count(struct nts_net *nn, u32 counter)
{
	this_cpu_inc(nn->stats->value[counter]);
}

static inline void nts_stats_add(struct nts_net *nn, u32 counter, u64 n)
{
	this_cpu_add(nn->stats->value[counter], n);
}

static inline u32 nts_stats_bucket(u64 ns)
{
	return ns ? min_t(u32, fls64((ns - 1) >> NTS_COST_SHIFT), NTS_COST_BUCKETS - 1) : 0;
}

static inline void nts_stats_answered(struct nts_net *nn, u64 ns)
{
	this_cpu_inc(nn->stats->cost[nts_stats_bucket(ns)]);
	this_cpu_add(nn->stats->cost_sum, ns);
}

/* notify.c APIs: */
int nts_notify_init(void);
void nts_notify_exit(void);
void nts_notify_net_init(struct nts_net *nn);
void nts_notify_net_exit(struct nts_net *nn);
void nts_notify_nak(struct nts_net *nn);
void nts_notify_key(struct nts_net *nn, u32 id);
void nts_notify_phc(struct nts_net *nn, u32 ifindex, u8 news);
void nts_notify_attach(struct nts_net *nn, u32 portid, u32 pid);

/* netlink.c APIs: */
int nts_netlink_init(void);
void nts_netlink_exit(void);
struct sk_buff *nts_netlink_event(u8 cmd, void **header);
void nts_netlink_sampled(struct nts_net *nn, u32 id);
void nts_netlink_publish(struct nts_net *nn, struct sk_buff *skb, void *header);

#endif /* _NTS_H */
