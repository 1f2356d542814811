/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server remembers of its clients' last exchanges (RFC 9769, section 2). */
#ifndef _NTS_CORE_INTERLEAVE_H
#define _NTS_CORE_INTERLEAVE_H

#include "request.h"

/* Entries of a bucket, and how many of them those who came back may hold. */
#define NTS_INTERLEAVE_WAYS	7
#define NTS_INTERLEAVE_PROVEN	6
/* Those who did not come back for so long are nobody's friends: 8 polls of 2^10 s. */
#define NTS_INTERLEAVE_LIFE	8192

/**
 * struct nts_interleave_entry - one exchange
 * @receive: our receive timestamp; 0 in an entry that was never used
 * @transmit: our transmit timestamp, 0 when it was told already
 * @before: of the origin timestamp it was asked with, by which a client is
 *	known whose answer was lost
 * @used: when, s
 * @epoch: the clock's that was served then
 * @kind: enum nts_stamp_kind of @transmit
 * @proven: the client showed that it gets our answers
 * @spare: makes it half a cache line
 */
struct nts_interleave_entry {
	u64 receive;
	u64 transmit;
	u32 before;
	u32 used;
	u16 epoch;
	u8 kind;
	bool proven;
	u32 spare;
};

/**
 * struct nts_interleave_bucket - all places an address can be at
 * @lock: of all of it
 * @tag: whose each entry is: of the address's hash what is not the bucket's index
 * @entry: exchanges
 */
struct nts_interleave_bucket {
	nts_trylock_t lock;
	u32 tag[NTS_INTERLEAVE_WAYS];
	struct nts_interleave_entry entry[NTS_INTERLEAVE_WAYS];
};

static_assert(sizeof(struct nts_interleave_bucket) == 256, "four cache lines");

/**
 * struct nts_interleave - the table
 * @bucket: a power of two of them
 * @mask: their number less one
 * @epoch: counts steps of the clock that is served
 * @secret: so that nobody can choose addresses that share a bucket
 */
struct nts_interleave {
	struct nts_interleave_bucket *bucket;
	u32 mask;
	u16 epoch;
	siphash_key_t secret;
};

/**
 * struct nts_interleave_visit - a request, from nts_interleave_take() on
 * @asked: it may be one of a client that interleaves
 * @index: of its bucket
 * @tag: its address's
 * @origin: its origin timestamp
 */
struct nts_interleave_visit {
	bool asked;
	u32 index;
	u32 tag;
	u64 origin;
};

/**
 * struct nts_interleave_count - how full the table is
 * @held: exchanges
 * @oldest: the first one's receive timestamp
 * @newest: the last one's
 */
struct nts_interleave_count {
	u64 held;
	u64 oldest;
	u64 newest;
};

/*
 * Our receive timestamps are odd, our transmit timestamps even. So no two of
 * them are equal, as RFC 9769 demands; and who sends an even origin timestamp
 * does not interleave, and needs no place in the table.
 */
static inline u64 nts_interleave_receive(u64 stamp)
{
	return stamp | 1;
}

/* No earlier than @receive for being rounded. */
static inline u64 nts_interleave_transmit(u64 stamp, u64 receive)
{
	stamp &= ~1ULL;
	return stamp + 1 == receive ? receive + 1 : stamp;
}

size_t nts_interleave_size(u32 clients);
void nts_interleave_init(struct nts_interleave *t, void *memory, u32 clients,
			 const u64 secret[2]);
void nts_interleave_step(struct nts_interleave *t);
u64 nts_interleave_take(struct nts_interleave *t, struct nts_interleave_visit *visit,
			const u8 address[16], const struct nts_request *request,
			u32 now, u8 *kind);
u32 nts_interleave_save(struct nts_interleave *t, const struct nts_interleave_visit *visit,
			u64 receive, u64 transmit, u32 now);
u64 nts_interleave_expected(struct nts_interleave *t, u32 ticket, u64 receive);
bool nts_interleave_stamp(struct nts_interleave *t, u32 ticket, u64 receive,
			  u64 transmit, u8 kind);
u32 nts_interleave_count(struct nts_interleave *t, u32 from,
			 struct nts_interleave_count *count);

#endif /* _NTS_CORE_INTERLEAVE_H */
