/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who asked, how often, and what became of it: what ntsctl clients shows. */
#ifndef _NTS_CORE_CLIENTLOG_H
#define _NTS_CORE_CLIENTLOG_H

#include "acl.h"

/* Records of a bucket. */
#define NTS_CLIENTLOG_WAYS	7
/* Those who stayed away for so long, s, are remembered no better than newcomers. */
#define NTS_CLIENTLOG_LIFE	8192
/* An interval that nothing is known of. */
#define NTS_CLIENTLOG_UNKNOWN	32767
/* Where a table that was read ends. */
#define NTS_CLIENTLOG_END	0xffffffff
/* Intervals are log2 of seconds in units of one in so many. */
#define NTS_CLIENTLOG_SCALE	16

enum nts_clientlog_service {
	NTS_CLIENTLOG_NTP,
	NTS_CLIENTLOG_KE,
	NTS_CLIENTLOG_SERVICES
};

/**
 * struct nts_clientlog_use - what a client made of a service
 * @last: request, ns; 0 when there was none
 * @hits: requests
 * @drops: of those, to limit their rate
 * @interval: between requests, see %NTS_CLIENTLOG_SCALE
 * @limited: of that, after the one before was dropped
 * @dropped: the last one was
 */
struct nts_clientlog_use {
	u64 last;
	u32 hits;
	u32 drops;
	s16 interval;
	s16 limited;
	bool dropped;
};

/**
 * struct nts_clientlog_record - a client
 * @key: its address
 * @use: by enum nts_clientlog_service
 */
struct nts_clientlog_record {
	struct nts_acl_key key;
	struct nts_clientlog_use use[NTS_CLIENTLOG_SERVICES];
};

/**
 * struct nts_clientlog_bucket - all places an address can be at
 * @lock: of all of it
 * @tag: whose each record is: of the address's hash what is not the bucket's index
 * @seen: when it was touched last, s
 * @used: a bit for each that holds something
 * @v6: of those, IPv6
 * @known: of those, who came back
 * @record: clients
 */
struct nts_clientlog_bucket {
	nts_trylock_t lock;
	u32 tag[NTS_CLIENTLOG_WAYS];
	u32 seen[NTS_CLIENTLOG_WAYS];
	u8 used;
	u8 v6;
	u8 known;
	struct nts_clientlog_record record[NTS_CLIENTLOG_WAYS];
};

static_assert(sizeof(struct nts_clientlog_bucket) == 512, "eight cache lines");

/**
 * struct nts_clientlog - the table
 * @bucket: a power of two of them
 * @mask: their number less one
 * @secret: so that nobody can choose addresses that share a bucket
 */
struct nts_clientlog {
	struct nts_clientlog_bucket *bucket;
	u32 mask;
	siphash_key_t secret;
};

/**
 * struct nts_clientlog_visit - somebody asks, from nts_clientlog_come() on
 * @bucket: where he can be
 * @key: his address
 * @tag: of it
 * @v6: IPv6, or else IPv4
 */
struct nts_clientlog_visit {
	struct nts_clientlog_bucket *bucket;
	struct nts_acl_key key;
	u32 tag;
	bool v6;
};

size_t nts_clientlog_size(u32 clients);
void nts_clientlog_init(struct nts_clientlog *t, void *memory, u32 clients,
			const u64 secret[2]);
void nts_clientlog_come(const struct nts_clientlog *t, struct nts_clientlog_visit *visit,
			bool v6, struct nts_acl_key key);
void nts_clientlog_near(const struct nts_clientlog_visit *visit);
bool nts_clientlog_note(const struct nts_clientlog_visit *visit,
			enum nts_clientlog_service service, u64 now, bool dropped);
bool nts_clientlog_hit(struct nts_clientlog *t, bool v6, struct nts_acl_key key,
		       enum nts_clientlog_service service, u64 now, bool dropped);
bool nts_clientlog_merge(struct nts_clientlog *t, bool v6, struct nts_acl_key key,
			 enum nts_clientlog_service service,
			 const struct nts_clientlog_use *use);
bool nts_clientlog_next(struct nts_clientlog *t, u32 *at, u32 min_hits, bool reset,
			bool *v6, struct nts_clientlog_record *record);
void nts_clientlog_unlock(struct nts_clientlog *t);

#endif /* _NTS_CORE_CLIENTLOG_H */
