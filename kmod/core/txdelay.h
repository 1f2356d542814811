/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long an answer takes from the reading of the clock to the wire. */
#ifndef _NTS_CORE_TXDELAY_H
#define _NTS_CORE_TXDELAY_H

#include "port.h"

/* Answers by length: plain ones, NAKs, and one class for each number of cookies. */
#define NTS_TXDELAY_CLASSES	15
/* Observations whose median is taken. */
#define NTS_TXDELAY_SEEN	31

/**
 * struct nts_txdelay - what is known of one device and class of lengths
 * @median: of @seen, ns
 * @n: how many there are in @seen
 * @next: where the next one goes
 * @seen: the last observations, ns
 *
 * Anybody may learn and predict at any time, without a lock: those who learn
 * at once lose an observation.
 */
struct nts_txdelay {
	s32 median;
	u8 n;
	u8 next;
	s32 seen[NTS_TXDELAY_SEEN];
};

void nts_txdelay_learn(struct nts_txdelay *d, s64 delay);
s64 nts_txdelay_predict(const struct nts_txdelay *d);
u32 nts_txdelay_class(u32 len);

#endif /* _NTS_CORE_TXDELAY_H */
