// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who asked, how often, and what became of it: what ntsctl clients shows.
 *
 * A flood of requests with false addresses replaces those that were seen but
 * once: who comes back stays, as long as he does.
 */
#include "buckets.h"
#include "clientlog.h"

/* As many clients' worth of places and more: few buckets get more than they hold. */
#define CLIENTS_PER_BUCKET	4
/* Places that are numbered for each bucket, and buckets that are read at a time. */
#define SLOTS			8
#define READ_PART		1024
/* log2 of a second in nanoseconds, in units of NTS_CLIENTLOG_SCALE. */
#define LOG2_SECOND		478
/* How much the last interval says of the next, one in so many. */
#define WEIGHT			4
/* Somebody is never at a bucket for longer. */
#define TRIES			1000

/**
 * nts_clientlog_size() - how much memory a table takes
 * @clients: it is to remember
 *
 * Return: octets.
 */
size_t nts_clientlog_size(u32 clients)
{
	return (size_t)nts_buckets_for(clients, CLIENTS_PER_BUCKET) *
	       sizeof(struct nts_clientlog_bucket);
}

/**
 * nts_clientlog_init() - make an empty table
 * @t: the table
 * @memory: nts_clientlog_size(@clients) octets, zero
 * @clients: it is to remember
 * @secret: random
 */
void nts_clientlog_init(struct nts_clientlog *t, void *memory, u32 clients,
			const u64 secret[2])
{
	memset(t, 0, sizeof(*t));
	t->bucket = memory;
	t->mask = nts_buckets_for(clients, CLIENTS_PER_BUCKET) - 1;
	t->secret.key[0] = secret[0];
	t->secret.key[1] = secret[1];
}

static u32 seconds(u64 ns)
{
	return (u32)div_u64(ns, NSEC_PER_SEC);
}

/* Log2 of an interval, its last bits by a straight line. */
static s16 log2_of(u64 ns)
{
	int whole = ilog2(ns | NTS_CLIENTLOG_SCALE);
	int part = (int)((ns | NTS_CLIENTLOG_SCALE) >> (whole - 4)) - NTS_CLIENTLOG_SCALE;

	return (s16)(whole * NTS_CLIENTLOG_SCALE + part - LOG2_SECOND);
}

static void note_interval(s16 *average, u64 ns)
{
	int one = log2_of(ns), step = one - *average;

	if (*average == NTS_CLIENTLOG_UNKNOWN)
		*average = (s16)one;
	else if (step >= WEIGHT || step <= -WEIGHT)
		*average = (s16)(*average + step / WEIGHT);
	else
		*average = (s16)one;
}

static void begin_record(struct nts_clientlog_record *record, struct nts_acl_key key)
{
	u32 i;

	memset(record, 0, sizeof(*record));
	record->key = key;
	for (i = 0; i < NTS_CLIENTLOG_SERVICES; i++) {
		record->use[i].interval = NTS_CLIENTLOG_UNKNOWN;
		record->use[i].limited = NTS_CLIENTLOG_UNKNOWN;
	}
}

/* A free place, else of those who may be forgotten the oldest, else the oldest. */
static u32 choose(const struct nts_clientlog_bucket *b, u32 now)
{
	u32 i, best = 0, best_age = 0;
	bool best_known = true;

	for (i = 0; i < NTS_CLIENTLOG_WAYS; i++) {
		/* Those of another CPU may be seen a little later than now. */
		u32 age = now > b->seen[i] ? now - b->seen[i] : 0;
		bool known = b->known & BIT(i) && age <= NTS_CLIENTLOG_LIFE;

		if (!(b->used & BIT(i)))
			return i;
		if (known == best_known ? age >= best_age : best_known) {
			best = i;
			best_age = age;
			best_known = known;
		}
	}
	return best;
}

static bool is_his(const struct nts_clientlog_bucket *b, u32 i,
		   const struct nts_clientlog_visit *visit)
{
	const struct nts_acl_key *key = &b->record[i].key;

	return b->tag[i] == visit->tag && b->used & BIT(i) &&
	       !!(b->v6 & BIT(i)) == visit->v6 && key->hi == visit->key.hi &&
	       key->lo == visit->key.lo;
}

/* With the bucket locked. Tells whether another one had to go. */
static struct nts_clientlog_record *touch(const struct nts_clientlog_visit *visit, u32 now,
					  bool *evicted)
{
	struct nts_clientlog_bucket *b = visit->bucket;
	struct nts_clientlog_record *record;
	u32 i;

	*evicted = false;
	for (i = 0; i < NTS_CLIENTLOG_WAYS; i++) {
		if (is_his(b, i, visit)) {
			if (now > b->seen[i])
				b->seen[i] = now;
			b->known |= BIT(i);
			return &b->record[i];
		}
	}
	i = choose(b, now);
	record = &b->record[i];
	*evicted = b->used & BIT(i);
	begin_record(record, visit->key);
	WRITE_ONCE(b->tag[i], visit->tag);
	b->seen[i] = now;
	b->used |= BIT(i);
	b->known &= (u8)~BIT(i);
	b->v6 = (u8)((b->v6 & ~BIT(i)) | (visit->v6 ? BIT(i) : 0));
	return record;
}

/**
 * nts_clientlog_come() - somebody is going to be noted
 * @t: the table
 * @visit: filled in
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 *
 * A large table is in no cache. What is done before he is noted is done while
 * his bucket is fetched.
 *
 * Context: any.
 */
void nts_clientlog_come(const struct nts_clientlog *t, struct nts_clientlog_visit *visit,
			bool v6, struct nts_acl_key key)
{
	u64 hash = siphash_2u64(key.hi, key.lo, &t->secret);

	visit->bucket = &t->bucket[(u32)hash & t->mask];
	visit->key = key;
	visit->tag = (u32)(hash >> 32);
	visit->v6 = v6;
	prefetchw(visit->bucket);
}

/**
 * nts_clientlog_near() - somebody is going to be noted soon
 * @visit: from nts_clientlog_come(), some time ago
 *
 * His bucket is there; so his record can be fetched.
 *
 * Context: any.
 */
void nts_clientlog_near(const struct nts_clientlog_visit *visit)
{
	const struct nts_clientlog_bucket *b = visit->bucket;
	u32 i;

	for (i = 0; i < NTS_CLIENTLOG_WAYS; i++) {
		if (READ_ONCE(b->tag[i]) == visit->tag)
			prefetchw(&b->record[i]);
	}
}

/**
 * nts_clientlog_note() - somebody asked
 * @visit: from nts_clientlog_come()
 * @service: for what
 * @now: ns, of a clock that is never set
 * @dropped: he gets no answer, to limit the rate
 *
 * Context: any. Does not wait: while somebody else is at the bucket, it is not
 * noted.
 *
 * Return: whether another client had to be forgotten for it.
 */
bool nts_clientlog_note(const struct nts_clientlog_visit *visit,
			enum nts_clientlog_service service, u64 now, bool dropped)
{
	struct nts_clientlog_bucket *b = visit->bucket;
	struct nts_clientlog_use *use;
	bool evicted;

	if (!nts_trylock(&b->lock))
		return false;
	use = &touch(visit, seconds(now), &evicted)->use[service];
	if (use->last && now >= use->last)
		note_interval(use->dropped ? &use->limited : &use->interval, now - use->last);
	use->last = now;
	use->hits++;
	use->drops += dropped;
	use->dropped = dropped;
	nts_tryunlock(&b->lock);
	return evicted;
}

/**
 * nts_clientlog_hit() - somebody asked, and nothing is to be done meanwhile
 * @t: the table
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 * @service: for what
 * @now: ns, of a clock that is never set
 * @dropped: he gets no answer, to limit the rate
 *
 * Context: as nts_clientlog_note().
 *
 * Return: as nts_clientlog_note().
 */
bool nts_clientlog_hit(struct nts_clientlog *t, bool v6, struct nts_acl_key key,
		       enum nts_clientlog_service service, u64 now, bool dropped)
{
	struct nts_clientlog_visit visit;

	nts_clientlog_come(t, &visit, v6, key);
	return nts_clientlog_note(&visit, service, now, dropped);
}

/**
 * nts_clientlog_merge() - add what another table noted of a client
 * @t: the table
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 * @service: for what
 * @use: hits and drops are added, all else takes the place of what was known
 *
 * Context: as nts_clientlog_note().
 *
 * Return: as nts_clientlog_note().
 */
bool nts_clientlog_merge(struct nts_clientlog *t, bool v6, struct nts_acl_key key,
			 enum nts_clientlog_service service,
			 const struct nts_clientlog_use *use)
{
	struct nts_clientlog_visit visit;
	struct nts_clientlog_use *mine;
	bool evicted;

	nts_clientlog_come(t, &visit, v6, key);
	if (!nts_trylock(&visit.bucket->lock))
		return false;
	mine = &touch(&visit, seconds(use->last), &evicted)->use[service];
	mine->last = use->last;
	mine->hits += use->hits;
	mine->drops += use->drops;
	mine->interval = use->interval;
	mine->limited = use->limited;
	nts_tryunlock(&visit.bucket->lock);
	return evicted;
}

static bool wait_lock(struct nts_clientlog_bucket *b)
{
	u32 i;

	for (i = 0; i < TRIES; i++)
		if (nts_trylock(&b->lock))
			return true;
	return false;
}

static bool asked(const struct nts_clientlog_record *record, u32 min_hits)
{
	return record->use[NTS_CLIENTLOG_NTP].hits >= min_hits ||
	       record->use[NTS_CLIENTLOG_KE].hits >= min_hits;
}

static void reset_counts(struct nts_clientlog_record *record)
{
	u32 i;

	for (i = 0; i < NTS_CLIENTLOG_SERVICES; i++) {
		record->use[i].hits = 0;
		record->use[i].drops = 0;
	}
}

/**
 * nts_clientlog_next() - read the table, a client at a time
 * @t: the table
 * @at: 0 at first, then as it was left; %NTS_CLIENTLOG_END after the last one
 * @min_hits: at one service, of those that are of interest
 * @reset: begin to count anew
 * @v6: filled in: IPv6, or else IPv4
 * @record: filled in
 *
 * Context: any that may take some time.
 *
 * Return: false when there was none in the part of the table that was read.
 */
bool nts_clientlog_next(struct nts_clientlog *t, u32 *at, u32 min_hits, bool reset,
			bool *v6, struct nts_clientlog_record *record)
{
	u32 until = *at / SLOTS + READ_PART;

	for (; *at / SLOTS <= t->mask && *at / SLOTS < until; ++*at) {
		struct nts_clientlog_bucket *b = &t->bucket[*at / SLOTS];
		u32 slot = *at % SLOTS;
		bool found;

		/* A glance without the lock: most are empty. */
		if (slot >= NTS_CLIENTLOG_WAYS || !(READ_ONCE(b->used) & BIT(slot)) ||
		    !wait_lock(b))
			continue;
		*record = b->record[slot];
		*v6 = b->v6 & BIT(slot);
		found = b->used & BIT(slot) && asked(record, min_hits);
		if (found && reset)
			reset_counts(&b->record[slot]);
		nts_tryunlock(&b->lock);
		if (found) {
			++*at;
			return true;
		}
	}
	if (*at / SLOTS > t->mask)
		*at = NTS_CLIENTLOG_END;
	return false;
}

/**
 * nts_clientlog_unlock() - after somebody died who shared the table
 * @t: the table
 *
 * Who is at a bucket now and lives may count wrongly, once.
 */
void nts_clientlog_unlock(struct nts_clientlog *t)
{
	u32 i;

	for (i = 0; i <= t->mask; i++)
		if (nts_trylocked(&t->bucket[i].lock))
			nts_tryunlock(&t->bucket[i].lock);
}
