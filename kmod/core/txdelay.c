// SPDX-License-Identifier: GPL-2.0-or-later
/* How long an answer takes from the reading of the clock to the wire. */
#include "txdelay.h"

#include "cookie.h"
#include "wire.h"

/* What took longer was held up, by the search for a neighbour say, and predicts nothing. */
#define LONGEST		5000000
/* A median of fewer may be of those held up. */
#define FEW		3

static u8 note(struct nts_txdelay *d, s32 delay)
{
	u32 next = READ_ONCE(d->next) % NTS_TXDELAY_SEEN;
	u32 n = READ_ONCE(d->n);

	WRITE_ONCE(d->seen[next], delay);
	WRITE_ONCE(d->next, (u8)((next + 1) % NTS_TXDELAY_SEEN));
	/* Filled from the beginning on: what is not written yet is not read. */
	if (n < NTS_TXDELAY_SEEN && next >= n) {
		n = next + 1;
		WRITE_ONCE(d->n, (u8)n);
	}
	return (u8)n;
}

/**
 * nts_txdelay_learn() - take in how long it took
 * @d: of the device and nts_txdelay_class()
 * @delay: from the reading of the clock to the timestamp of sending, ns
 *
 * One observation moves the median by one place at most, so that one look at
 * each is enough to find it; and as many as half of them may be anything.
 *
 * Context: any.
 */
void nts_txdelay_learn(struct nts_txdelay *d, s64 delay)
{
	u32 n, i, below = 0, above = 0;
	s32 lower, upper, median;

	if (delay > LONGEST || delay < -LONGEST)
		return;
	n = note(d, (s32)delay);
	median = READ_ONCE(d->median);
	lower = median;
	upper = median;
	for (i = 0; i < n; i++) {
		s32 seen = READ_ONCE(d->seen[i]);

		if (seen < median && (!below++ || seen > lower))
			lower = seen;
		if (seen > median && (!above++ || seen < upper))
			upper = seen;
	}
	if (2 * below > n || (below && n < FEW))
		WRITE_ONCE(d->median, lower);
	else if (2 * above > n)
		WRITE_ONCE(d->median, upper);
}

/**
 * nts_txdelay_predict() - how long it will take
 * @d: of the device and nts_txdelay_class()
 *
 * Context: any.
 *
 * The first answer of a device may be held up by all that is cold, and to tell
 * a client that the next one left too late is worse than to tell nothing.
 *
 * Return: ns; 0 before something was learned twice.
 */
s64 nts_txdelay_predict(const struct nts_txdelay *d)
{
	return READ_ONCE(d->n) < 2 ? 0 : READ_ONCE(d->median);
}

/**
 * nts_txdelay_class() - which answers take equally long
 * @len: octets of UDP payload
 *
 * Encrypting takes the longer the more cookies there are, and so does sending.
 *
 * Return: 0 to NTS_TXDELAY_CLASSES - 1.
 */
u32 nts_txdelay_class(u32 len)
{
	u32 more = len > NTS_NTP_HEADER_LEN ? len - NTS_NTP_HEADER_LEN : 0;
	u32 class = more ? (more - 1) / NTS_COOKIE_EXT_LEN + 1 : 0;

	return class < NTS_TXDELAY_CLASSES ? class : NTS_TXDELAY_CLASSES - 1;
}
