/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When packets came and went: by hardware, by the kernel, or by our own clock. */
#ifndef _NTS_TIMESTAMP_H
#define _NTS_TIMESTAMP_H

#include <linux/skbuff.h>

#include "core/clockmap.h"
#include "nts.h"

/* A moment, CLOCK_MONOTONIC_RAW, and who tells: enum nts_stamp_kind. */
struct nts_stamp {
	s64 raw;
	u8 kind;
};

enum nts_phc_count {
	NTS_PHC_RX,
	NTS_PHC_TX,
	NTS_PHC_RX_REFUSED,
	NTS_PHC_TX_REFUSED,
	NTS_PHC_COUNTS
};

/* What netlink says of the clock of a network device. */
struct nts_phc_mapping {
	u32 ifindex;
	u32 index;
	u8 filter;
	struct nts_clockmap map;	/* the PHC is its raw clock, ours its time */
	s64 error;
	s64 skew;
	s64 valid_ns;			/* from the line's begin */
	s64 rxcomp;
	s64 txcomp;
};

struct nts_phc_report {
	struct nts_phc_mapping mapping;
	bool usable;
	u64 count[NTS_PHC_COUNTS];
};

/* phc.c APIs: */
int nts_phc_set(struct nts_net *nn, const struct nts_phc_mapping *mapping,
		struct netlink_ext_ack *extack);
int nts_phc_del(struct nts_net *nn, u32 ifindex);
bool nts_phc_next(struct nts_net *nn, u32 after, struct nts_phc_report *report);
bool nts_phc_received(struct nts_net *nn, struct sk_buff *skb, s64 latest, s64 *raw);
bool nts_phc_sent(struct nts_net *nn, u32 ifindex, s64 phc, s64 earliest, s64 latest,
		  s64 *raw);
void nts_phc_net_init(struct nts_net *nn);
void nts_phc_net_exit(struct nts_net *nn);

/* timestamp.c APIs: */
void nts_timestamp_received(struct nts_net *nn, struct sk_buff *skb,
			    struct nts_stamp *stamp);
bool nts_timestamp_sent(struct nts_net *nn, struct sk_buff *skb, s64 earliest,
			struct nts_stamp *stamp);
int nts_timestamp_enable(struct socket *sock);

#endif /* _NTS_TIMESTAMP_H */
