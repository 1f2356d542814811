// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often those of one prefix are answered: chrony's ratelimit, in fixed memory.
 *
 * Of a prefix one number is kept: when its allowance will be whole again. Each
 * answer moves that on by the interval, and there is none when it would move
 * further than the burst from now. Who has his allowance whole needs no entry.
 * So a newcomer takes the place of who is nearest to that, and a flood of false
 * addresses cannot make room for those who are being limited.
 */
#include "buckets.h"
#include "ratelimit.h"

/* Prefixes are fewer than their clients. */
#define CLIENTS_PER_BUCKET	8

/**
 * nts_ratelimit_size() - how much memory a table takes
 * @clients: it is made for
 *
 * Return: octets.
 */
size_t nts_ratelimit_size(u32 clients)
{
	return (size_t)nts_buckets_for(clients, CLIENTS_PER_BUCKET) *
	       sizeof(struct nts_ratelimit_bucket);
}

/**
 * nts_ratelimit_init() - make a table in which everybody has his burst
 * @t: the table
 * @memory: nts_ratelimit_size(@clients) octets, zero
 * @clients: it is made for
 * @options: checked
 * @secret: random
 */
void nts_ratelimit_init(struct nts_ratelimit *t, void *memory, u32 clients,
			const struct nts_ratelimit_options *options, const u64 secret[2])
{
	memset(t, 0, sizeof(*t));
	t->bucket = memory;
	t->mask = nts_buckets_for(clients, CLIENTS_PER_BUCKET) - 1;
	t->options = *options;
	t->secret.key[0] = secret[0];
	t->secret.key[1] = secret[1];
}

/* Nanoseconds that one answer takes of the allowance. */
static u64 cost_of(const struct nts_ratelimit_options *options)
{
	if (options->interval >= 0)
		return (u64)NSEC_PER_SEC << options->interval;
	return (u64)NSEC_PER_SEC >> -options->interval;
}

/* Its entry, or the one that has the least to lose, then made its own. */
static u64 *find(struct nts_ratelimit_bucket *b, u32 tag)
{
	u32 i, least = 0;

	for (i = 0; i < NTS_RATELIMIT_WAYS; i++) {
		if (b->tag[i] == tag)
			return &b->due[i];
		if (b->due[i] < b->due[least])
			least = i;
	}
	b->tag[least] = tag;
	b->due[least] = 0;
	return &b->due[least];
}

/* One in 2^@log2 times; uses up bits of @random. */
static bool sometimes(u32 *random, u8 log2)
{
	bool yes = !(*random & ((1U << log2) - 1));

	*random >>= log2;
	return yes;
}

static enum nts_ratelimit_say refuse(const struct nts_ratelimit_options *options, u32 random)
{
	if (sometimes(&random, options->leak))
		return NTS_RATELIMIT_PASS;
	if (options->kod && sometimes(&random, options->kod))
		return NTS_RATELIMIT_KOD;
	return NTS_RATELIMIT_DROP;
}

/**
 * nts_ratelimit_ask() - whether to answer one more
 * @t: the table
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 * @now: ns, of a clock that is never set
 * @random: nobody can foresee it
 *
 * Context: any. Does not wait: while somebody else is at the bucket it is as if
 * the limit were reached, so that asking on many CPUs at once gains nothing.
 *
 * Return: what to do with the request.
 */
enum nts_ratelimit_say nts_ratelimit_ask(struct nts_ratelimit *t, bool v6,
					 struct nts_acl_key key, u64 now, u32 random)
{
	const struct nts_ratelimit_options *options = &t->options;
	u64 cost = cost_of(options), hash, *due;
	struct nts_ratelimit_bucket *b;
	bool pass;

	key = nts_acl_prefix(key, options->prefix[v6]);
	hash = siphash_2u64(key.hi, key.lo, &t->secret);
	b = &t->bucket[(u32)hash & t->mask];
	if (!nts_trylock(&b->lock))
		return refuse(options, random);
	due = find(b, (u32)(hash >> 32) + v6);
	if (*due < now)
		*due = now;
	pass = *due + cost <= now + cost * options->burst;
	if (pass)
		*due += cost;
	nts_tryunlock(&b->lock);
	return pass ? NTS_RATELIMIT_PASS : refuse(options, random);
}

/**
 * nts_ratelimit_unlock() - after somebody died who shared the table
 * @t: the table
 *
 * Who is at a bucket now and lives may count wrongly, once.
 */
void nts_ratelimit_unlock(struct nts_ratelimit *t)
{
	u32 i;

	for (i = 0; i <= t->mask; i++)
		if (nts_trylocked(&t->bucket[i].lock))
			nts_tryunlock(&t->bucket[i].lock);
}
