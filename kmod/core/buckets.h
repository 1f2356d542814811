/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large the tables of clients are. */
#ifndef _NTS_CORE_BUCKETS_H
#define _NTS_CORE_BUCKETS_H

#include "port.h"

/**
 * nts_buckets_for() - of how many buckets a table is made
 * @clients: it is to remember
 * @per_bucket: for how many of them one bucket is
 *
 * Return: a power of two, at most 2^28.
 */
static inline u32 nts_buckets_for(u32 clients, u32 per_bucket)
{
	u32 n = 1;

	while (n < 1U << 28 && (u64)n * per_bucket < clients)
		n *= 2;
	return n;
}

#endif /* _NTS_CORE_BUCKETS_H */
