/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often those of one prefix are answered: chrony's ratelimit, in fixed memory. */
#ifndef _NTS_CORE_RATELIMIT_H
#define _NTS_CORE_RATELIMIT_H

#include "acl.h"

/* Entries of a bucket: what makes it a cache line. */
#define NTS_RATELIMIT_WAYS	5

#define NTS_RATELIMIT_INTERVAL_MIN	(-19)
#define NTS_RATELIMIT_INTERVAL_MAX	12
#define NTS_RATELIMIT_LEAK_MAX		4
#define NTS_RATELIMIT_KOD_MAX		4

/* What becomes of a request. */
enum nts_ratelimit_say {
	NTS_RATELIMIT_PASS,
	NTS_RATELIMIT_KOD,	/* is told to ask less often */
	NTS_RATELIMIT_DROP,
};

/**
 * struct nts_ratelimit_options - as in chrony.conf(5)
 * @interval: log2 of the seconds between answers
 * @burst: answers that may be sent at once, 1 to 255
 * @leak: log2 of how many requests too many get one answer, 0 to 4
 * @kod: log2 of how many dropped ones get one kiss-o'-death, 0 for none
 * @prefix: bits of IPv4, of IPv6 addresses that share an allowance
 */
struct nts_ratelimit_options {
	s8 interval;
	u8 burst;
	u8 leak;
	u8 kod;
	u8 prefix[2];
};

/* What chrony does when nothing is said, but of prefixes; for NTP. */
#define NTS_RATELIMIT_DEFAULTS \
	{ .interval = 3, .burst = 8, .leak = 2, .kod = 0, .prefix = { 24, 64 } }

/**
 * struct nts_ratelimit_bucket - all places a prefix can be at
 * @lock: of all of it
 * @tag: whose each entry is: of the prefix's hash what is not the bucket's index
 * @due: when all that it used is regained, ns; in the past its burst is whole
 */
struct nts_ratelimit_bucket {
	nts_trylock_t lock;
	u32 tag[NTS_RATELIMIT_WAYS];
	u64 due[NTS_RATELIMIT_WAYS];
};

static_assert(sizeof(struct nts_ratelimit_bucket) == 64, "a cache line");

/**
 * struct nts_ratelimit - the table
 * @bucket: a power of two of them
 * @mask: their number less one
 * @options: in force
 * @secret: so that nobody can choose addresses that share a bucket
 */
struct nts_ratelimit {
	struct nts_ratelimit_bucket *bucket;
	u32 mask;
	struct nts_ratelimit_options options;
	siphash_key_t secret;
};

size_t nts_ratelimit_size(u32 clients);
void nts_ratelimit_init(struct nts_ratelimit *t, void *memory, u32 clients,
			const struct nts_ratelimit_options *options, const u64 secret[2]);
enum nts_ratelimit_say nts_ratelimit_ask(struct nts_ratelimit *t, bool v6,
					 struct nts_acl_key key, u64 now, u32 random);
void nts_ratelimit_unlock(struct nts_ratelimit *t);

#endif /* _NTS_CORE_RATELIMIT_H */
