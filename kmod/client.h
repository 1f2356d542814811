/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client half: associations, and the clock they discipline. */
#ifndef _NTS_CLIENT_H
#define _NTS_CLIENT_H

#include <linux/hrtimer.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/timex.h>
#include <linux/workqueue.h>

#include "core/discipline.h"
#include "core/measure.h"
#include "core/poll.h"
#include "core/steer.h"
#include "nts.h"
#include "timestamp.h"

/* Where a source is; family 0 while its name has no address. */
struct nts_address {
	u8 family;
	u16 port;
	u32 scope;
	union {
		__be32 v4;
		struct in6_addr v6;
	};
};

/* A socket that lives for one request, and the request. */
struct nts_port {
	struct socket *sock;
	__be16 number;
	bool counts;	/* its answer is a measurement */
	s64 asked;	/* raw time when it was not sent yet */
	struct nts_exchange exchange;
};

/* A measurement as reports show it. */
struct nts_shown {
	struct nts_sample sample;	/* with the option offset */
	s64 at;			/* raw time it came, 0 before the first */
	s64 offset;		/* against NTP time then */
	s64 error;
};

/* The last answer that told the time, and the last that became a sample. */
struct nts_last {
	struct nts_answer answer;
	struct nts_shown any;
	struct nts_shown good;
	struct nts_address local;
	s64 response;
	u32 tests;		/* NTS_TEST_* */
	struct nts_stamps stamps;
};

struct nts_totals {
	u64 tx;
	u64 rx;
	u64 valid;
	u64 good;
	u64 kernel_tx;
	u64 kernel_rx;
	u64 hw_tx;
	u64 hw_rx;
};

/* One association. All of it belongs to the client's lock but @rx. */
struct nts_assoc {
	struct list_head list;
	struct nts_client *client;
	u32 id;
	char name[NTS_MAX_NAME_LEN + 1];
	char problem[NTS_MAX_NAME_LEN + 1];
	u32 ke_attempts;
	struct nts_address address;

	struct nts_source source;
	struct nts_poll poll;
	struct nts_port port[2];	/* the last request's, and the one's before */
	u8 latest;			/* index of the last request's */
	struct nts_previous previous;	/* what an interleaved answer would refer to */
	struct sk_buff_head rx;

	struct nts_jar jar;
	u32 ke_count;
	s64 ke_at;		/* boottime, ns */
	u32 naks;
	bool refused;		/* a NAK came, and no answer since */
	s64 wanted_at;		/* raw time the daemon was told it needs keys; 0: not */
	bool proven;		/* an authentic answer came with these keys */

	bool was_reachable;
	bool was_false;
	struct nts_last last;
	struct nts_totals totals;
};

/* Whom the clock followed last. */
struct nts_reference {
	char name[NTS_MAX_NAME_LEN + 1];
	struct nts_address address;
};

/* How the system clock is steered. */
struct nts_adjuster {
	struct nts_steer steer;
	struct nts_adjust pending;	/* with the daemon */
	struct nts_steer_reading told;	/* what the daemon read last */
	u32 seq;
	bool waiting;
	s64 asked_at;		/* raw */
	s64 next;		/* raw */
	int error;
};

/* The client of one network namespace; lives as long as that. */
struct nts_client {
	struct nts_net *nn;
	struct mutex lock;	/* all below; taken inside that of @nn */
	struct work_struct work;
	struct hrtimer timer;

	struct list_head assocs;
	struct nts_source *source[NTS_MAX_SOURCES];	/* in the order of @assocs */
	u32 n;
	u32 last_id;
	u32 generation;		/* of the list, for dumps in several parts */

	struct nts_discipline discipline;
	struct nts_adjuster adjuster;
	bool steer;		/* as configured */
	bool refused;		/* the last change was larger than maxchange */
	struct nts_reference reference;
	u32 selected;		/* id of the one that was announced, 0 for none */
	s64 slept;		/* boottime less monotonic, ns */
};

static inline struct nts_assoc *nts_assoc_of(struct nts_source *source)
{
	return container_of(source, struct nts_assoc, source);
}

/* client.c APIs: */
int nts_client_init(void);
void nts_client_exit(void);
struct nts_client *nts_client_lock(struct nts_net *nn);
void nts_client_unlock(struct nts_client *client);
void nts_client_free(struct nts_net *nn);
void nts_client_wake(struct nts_client *client);
struct nts_assoc *nts_client_find(struct nts_client *client, u32 id);
struct nts_assoc *nts_client_selected(struct nts_client *client);
int nts_client_add(struct nts_client *client, struct nts_assoc *assoc);
void nts_client_remove(struct nts_client *client, struct nts_assoc *assoc);
void nts_client_update(struct nts_client *client, int which, s64 raw);
void nts_client_configure(struct nts_client *client,
			  const struct nts_discipline_config *config, bool steer);
void nts_client_drift(struct nts_client *client, s64 freq, s64 skew);
void nts_client_reset(struct nts_client *client);

/* assoc.c APIs: */
struct nts_assoc *nts_assoc_new(struct nts_client *client);
void nts_assoc_free(struct nts_assoc *assoc);
void nts_assoc_place(struct nts_assoc *assoc, const struct nts_address *address,
		     u32 refid);
void nts_assoc_options(struct nts_assoc *assoc,
		       const struct nts_source_options *options);
void nts_assoc_online(struct nts_assoc *assoc, bool online);
void nts_assoc_keys(struct nts_assoc *assoc, const u8 *c2s, const u8 *s2c,
		    s64 age);
void nts_assoc_poll(struct nts_assoc *assoc, s64 raw);
void nts_assoc_receive(struct nts_assoc *assoc);

/* port.c APIs: */
int nts_port_open(struct nts_assoc *assoc, struct nts_port *port);
int nts_port_send(struct nts_port *port, u8 *packet, u32 len);
void nts_port_stamp(struct nts_assoc *assoc, struct nts_port *port);
void nts_port_close(struct nts_port *port);

/* adjust.c APIs: */
void nts_adjust_init(void);
u8 nts_adjust_method(const struct nts_client *client);
const char *nts_adjust_reason(const struct nts_client *client);
s64 nts_adjust_hold(const struct nts_client *client, s64 raw);
void nts_adjust_run(struct nts_client *client);
void nts_adjust_stop(struct nts_client *client);
int nts_adjust_told(struct nts_client *client, u32 seq, int error,
		    const struct nts_steer_reading *reading);

/* notify.c APIs: */
void nts_notify_source(const struct nts_assoc *assoc, u8 news, s64 offset);
void nts_notify_clock(struct nts_net *nn, u8 news, s64 offset, u64 duration);
int nts_notify_adjust(struct nts_net *nn, u32 seq, const struct nts_adjust *adjust);

#endif /* _NTS_CLIENT_H */
