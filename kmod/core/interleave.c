// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server remembers of its clients' last exchanges (RFC 9769, section 2).
 *
 * A client proves that it gets our answers by an origin timestamp that is our
 * receive timestamp: nobody else knows that one. A flood of requests with
 * false addresses therefore replaces only what is not proven, and those who
 * come back stay; what is proven grows stale when they do not.
 */
#include "buckets.h"
#include "interleave.h"

/* Two clients' worth of places each: few buckets get more than they can hold. */
#define CLIENTS_PER_BUCKET	2
/* A ticket is one more than where the entry is. */
#define TICKET_SLOTS		8
/* An answer that took longer to send says nothing; NTP timestamp units. */
#define LONGEST_ANSWER		0x100000000ULL
/* Buckets counted at a time. */
#define COUNT_PART		1024

/**
 * nts_interleave_size() - how much memory a table takes
 * @clients: it is to remember
 *
 * Return: octets.
 */
size_t nts_interleave_size(u32 clients)
{
	return (size_t)nts_buckets_for(clients, CLIENTS_PER_BUCKET) *
	       sizeof(struct nts_interleave_bucket);
}

/**
 * nts_interleave_init() - make an empty table
 * @t: the table
 * @memory: nts_interleave_size(@clients) octets, zero
 * @clients: it is to remember
 * @secret: random
 */
void nts_interleave_init(struct nts_interleave *t, void *memory, u32 clients,
			 const u64 secret[2])
{
	memset(t, 0, sizeof(*t));
	t->bucket = memory;
	t->mask = nts_buckets_for(clients, CLIENTS_PER_BUCKET) - 1;
	t->secret.key[0] = secret[0];
	t->secret.key[1] = secret[1];
}

/**
 * nts_interleave_step() - the clock that is served was stepped
 * @t: the table
 *
 * A saved timestamp and one of today would be of two time scales: none that is
 * held is told any more. Who proved itself stays.
 *
 * Context: any.
 */
void nts_interleave_step(struct nts_interleave *t)
{
	WRITE_ONCE(t->epoch, (u16)(READ_ONCE(t->epoch) + 1));
}

static void arrive(const struct nts_interleave *t, struct nts_interleave_visit *visit,
		   const u8 address[16])
{
	u64 words[2], hash;

	memcpy(words, address, sizeof(words));
	hash = siphash_2u64(words[0], words[1], &t->secret);
	visit->index = (u32)hash & t->mask;
	visit->tag = (u32)(hash >> 32);
}

/* As much of it as tells those of one address apart. */
static u32 trace_of(u64 origin)
{
	return (u32)(origin >> 1);
}

/* The exchange of this address that began at @receive. */
static struct nts_interleave_entry *find(struct nts_interleave_bucket *b, u32 tag, u64 receive)
{
	u32 i;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
		if (b->tag[i] == tag && b->entry[i].receive == receive)
			return &b->entry[i];
	}
	return NULL;
}

/* How many are proven. Those who stay away are so no longer. */
static u32 count_proven(struct nts_interleave_bucket *b, u32 now)
{
	u32 i, proven = 0;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
		struct nts_interleave_entry *e = &b->entry[i];

		if (e->proven && now - e->used > NTS_INTERLEAVE_LIFE)
			e->proven = false;
		proven += e->proven;
	}
	return proven;
}

static u32 proven_of(const struct nts_interleave_bucket *b, u32 tag)
{
	u32 i, n = 0;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++)
		n += b->entry[i].proven && b->tag[i] == tag;
	return n;
}

/*
 * A client that starts anew, or many behind one address, may have many of the
 * places: of who has several, or is the same address, the one longest unused
 * is given up for somebody of @tag.
 */
static bool give_up(struct nts_interleave_bucket *b, u32 tag, u32 now)
{
	struct nts_interleave_entry *oldest = NULL;
	u32 i;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
		struct nts_interleave_entry *e = &b->entry[i];

		if (!e->proven || (oldest && now - e->used <= now - oldest->used))
			continue;
		if (b->tag[i] == tag || proven_of(b, b->tag[i]) > 1)
			oldest = e;
	}
	if (!oldest)
		return false;
	oldest->proven = false;
	return true;
}

static void prove(struct nts_interleave_bucket *b, struct nts_interleave_entry *e, u32 tag,
		  u32 now)
{
	if (!e->proven && (count_proven(b, now) < NTS_INTERLEAVE_PROVEN || give_up(b, tag, now)))
		e->proven = true;
}

/**
 * nts_interleave_take() - whether to answer in interleaved mode
 * @t: the table
 * @visit: filled in for nts_interleave_save()
 * @address: the client's, IPv4 mapped into IPv6; its port may change
 * @request: as parsed, and authentic if it claims to be
 * @now: s, of a clock that is never set
 * @kind: receives who made the timestamp
 *
 * A timestamp is told once: the client gets it with this answer or never.
 *
 * Context: any. Does not wait: while somebody else is at the bucket, the
 * answer is a basic one.
 *
 * Return: the transmit timestamp of the answer to which @request refers, or 0.
 */
u64 nts_interleave_take(struct nts_interleave *t, struct nts_interleave_visit *visit,
			const u8 address[16], const struct nts_request *request,
			u32 now, u8 *kind)
{
	struct nts_interleave_bucket *b;
	struct nts_interleave_entry *e;
	u64 transmit = 0;

	visit->origin = request->origin;
	visit->asked = request->origin & 1 && request->receive != request->transmit;
	if (!visit->asked)
		return 0;
	arrive(t, visit, address);
	b = &t->bucket[visit->index];
	if (!nts_trylock(&b->lock))
		return 0;
	e = find(b, visit->tag, request->origin);
	if (e) {
		prove(b, e, visit->tag, now);
		if (e->epoch == READ_ONCE(t->epoch))
			transmit = e->transmit;
		e->transmit = 0;
		*kind = e->kind;
	}
	nts_tryunlock(&b->lock);
	return transmit;
}

/*
 * What this client had. Asking twice with one origin timestamp, after its
 * answer was lost, proves nothing but is no reason to take another place.
 */
static struct nts_interleave_entry *own_entry(struct nts_interleave_bucket *b,
					      const struct nts_interleave_visit *visit)
{
	u32 i;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
		struct nts_interleave_entry *e = &b->entry[i];

		if (b->tag[i] == visit->tag &&
		    (e->receive == visit->origin || e->before == trace_of(visit->origin)))
			return e;
	}
	return NULL;
}

/*
 * A place for a newcomer: a free one, else of those not proven the oldest. There
 * always is one, as not all may be proven.
 */
static struct nts_interleave_entry *other_entry(struct nts_interleave_bucket *b, u32 now)
{
	struct nts_interleave_entry *oldest = NULL;
	u32 i;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++) {
		struct nts_interleave_entry *e = &b->entry[i];

		if (!e->receive)
			return e;
		if (!e->proven && (!oldest || now - e->used > now - oldest->used))
			oldest = e;
	}
	return oldest;
}

static u32 write_entry(struct nts_interleave *t, const struct nts_interleave_visit *visit,
		       struct nts_interleave_entry *e, u64 receive, u64 transmit, u32 now)
{
	struct nts_interleave_bucket *b = &t->bucket[visit->index];
	u32 slot = (u32)(e - b->entry);

	b->tag[slot] = visit->tag;
	e->receive = receive;
	e->transmit = transmit;
	e->before = trace_of(visit->origin);
	e->used = now;
	e->epoch = READ_ONCE(t->epoch);
	e->kind = NTS_STAMP_KIND_DAEMON;
	return visit->index * TICKET_SLOTS + slot + 1;
}

/* Receive and transmit timestamp of one answer; they may be of two NTP eras. */
static bool plausible(u64 receive, u64 transmit)
{
	return transmit && transmit - receive < LONGEST_ANSWER;
}

/**
 * nts_interleave_save() - remember an exchange
 * @t: the table
 * @visit: as nts_interleave_take() left it
 * @receive: timestamp, as in the answer
 * @transmit: what it is expected to be
 * @now: as for nts_interleave_take()
 *
 * Context: as nts_interleave_take().
 *
 * Return: a ticket for nts_interleave_stamp(); 0 when it is not remembered:
 * nobody would ask for it, or somebody else is at the bucket.
 */
u32 nts_interleave_save(struct nts_interleave *t, const struct nts_interleave_visit *visit,
			u64 receive, u64 transmit, u32 now)
{
	struct nts_interleave_bucket *b = &t->bucket[visit->index];
	struct nts_interleave_entry *e;
	u32 ticket = 0;

	receive = nts_interleave_receive(receive);
	transmit = nts_interleave_transmit(transmit, receive);
	if (!visit->asked || !plausible(receive, transmit) || !nts_trylock(&b->lock))
		return 0;
	e = find(b, visit->tag, receive);
	if (e) {
		/* Which of the two they mean could not be told. */
		e->transmit = 0;
	} else {
		e = own_entry(b, visit) ?: other_entry(b, now);
		ticket = write_entry(t, visit, e, receive, transmit, now);
	}
	nts_tryunlock(&b->lock);
	return ticket;
}

static struct nts_interleave_bucket *bucket_of(const struct nts_interleave *t, u32 ticket)
{
	u32 index = (ticket - 1) / TICKET_SLOTS, slot = (ticket - 1) % TICKET_SLOTS;

	return ticket && index <= t->mask && slot < NTS_INTERLEAVE_WAYS ? &t->bucket[index] : NULL;
}

/**
 * nts_interleave_expected() - when an answer is thought to have left
 * @t: the table
 * @ticket: of nts_interleave_save(); any number
 * @receive: timestamp in the answer
 *
 * Context: as nts_interleave_take().
 *
 * Return: the transmit timestamp as far as it is known, or 0 when it is
 * forgotten or told already.
 */
u64 nts_interleave_expected(struct nts_interleave *t, u32 ticket, u64 receive)
{
	struct nts_interleave_bucket *b = bucket_of(t, ticket);
	struct nts_interleave_entry *e;
	u64 expected = 0;

	if (!b || !nts_trylock(&b->lock))
		return 0;
	e = &b->entry[(ticket - 1) % TICKET_SLOTS];
	if (e->receive == nts_interleave_receive(receive))
		expected = e->transmit;
	nts_tryunlock(&b->lock);
	return expected;
}

/**
 * nts_interleave_stamp() - an answer's true time of sending became known
 * @t: the table
 * @ticket: of nts_interleave_save(); any number
 * @receive: timestamp in the answer
 * @transmit: when it left
 * @kind: who says so; less than what is known already changes nothing
 *
 * Context: as nts_interleave_take().
 *
 * Return: whether it will be told. Not so when it comes too late.
 */
bool nts_interleave_stamp(struct nts_interleave *t, u32 ticket, u64 receive,
			  u64 transmit, u8 kind)
{
	struct nts_interleave_bucket *b = bucket_of(t, ticket);
	struct nts_interleave_entry *e;
	bool better;

	receive = nts_interleave_receive(receive);
	transmit = nts_interleave_transmit(transmit, receive);
	if (!b || !plausible(receive, transmit) || !nts_trylock(&b->lock))
		return false;
	e = &b->entry[(ticket - 1) % TICKET_SLOTS];
	better = e->receive == receive && e->transmit && kind > e->kind &&
		 e->epoch == READ_ONCE(t->epoch);
	if (better) {
		e->transmit = transmit;
		e->kind = kind;
	}
	nts_tryunlock(&b->lock);
	return better;
}

static void count_entry(const struct nts_interleave_entry *e,
			struct nts_interleave_count *count)
{
	if (!e->receive)
		return;
	if (!count->held || (s64)(e->receive - count->oldest) < 0)
		count->oldest = e->receive;
	if (!count->held || (s64)(e->receive - count->newest) > 0)
		count->newest = e->receive;
	count->held++;
}

/**
 * nts_interleave_count() - count what is held, a part at a time
 * @t: the table
 * @from: 0, then what it returned
 * @count: zero before the first part
 *
 * Context: any.
 *
 * Return: where the next part begins, 0 after the last.
 */
u32 nts_interleave_count(struct nts_interleave *t, u32 from,
			 struct nts_interleave_count *count)
{
	u32 slot, n;

	for (n = 0; n < COUNT_PART && from <= t->mask; n++, from++) {
		struct nts_interleave_bucket *b = &t->bucket[from];

		if (!nts_trylock(&b->lock))
			continue;
		for (slot = 0; slot < NTS_INTERLEAVE_WAYS; slot++)
			count_entry(&b->entry[slot], count);
		nts_tryunlock(&b->lock);
	}
	return from <= t->mask ? from : 0;
}
