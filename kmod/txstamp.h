/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When answers really leave. */
#ifndef _NTS_TXSTAMP_H
#define _NTS_TXSTAMP_H

#include "timestamp.h"

/* What is expected of an answer. */
struct nts_txstamp_expect {
	s64 delay;	/* from the reading of the clock to the wire, ns */
	u32 slot;
	bool probe;	/* it is time to look whether that is so */
};

/* txstamp.c APIs: */
void nts_txstamp_expect(struct nts_net *nn, u32 ifindex, u32 len,
			struct nts_txstamp_expect *expect);
void nts_txstamp_ask(struct nts_net *nn, struct sk_buff *skb,
		     const struct nts_txstamp_expect *expect, u32 ticket);
int nts_txstamp_open(struct nts_net *nn);
void nts_txstamp_close(struct nts_net *nn);

#endif /* _NTS_TXSTAMP_H */
