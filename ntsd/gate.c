// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workers can write to what is shared, and one of them may be a stranger's by
 * now. So the master takes no pointer and no number of elements from there.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <linux/nts.h>

#include "gate.h"

/**
 * struct gate_table - 2 tables, of which the master fills the one not in force
 * @generation: counts tables; its lowest bit says which is in force
 *
 * Whoever looks something up while a new table is put in force sees so by the
 * generation, and looks again.
 */
struct gate_table {
	uint32_t generation;
};

static void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/**
 * gate_make() - allocate what is shared, once, before the first worker
 * @gate: filled in; nobody may pass yet
 * @clients: to be remembered, and limited; may be 0
 *
 * Memory that is never used is never taken.
 *
 * Return: false when there is not enough memory.
 */
bool gate_make(struct gate *gate, uint32_t clients)
{
	const struct nts_ratelimit_options usual = NTS_RATELIMIT_DEFAULTS;
	const size_t size = nts_acl_size(NTS_MAX_ACCESS_RULES);
	void *limit, *log;
	uint64_t secret[4];
	char *tables;

	memset(gate, 0, sizeof(*gate));
	gate->table = share(sizeof(*gate->table));
	tables = share(2 * size);
	if (!gate->table || !tables)
		return false;
	gate->slot[0] = (struct nts_acl *)tables;
	gate->slot[1] = (struct nts_acl *)(tables + size);
	if (!clients)
		return true;
	limit = share(nts_ratelimit_size(clients));
	log = share(nts_clientlog_size(clients));
	if (!limit || !log || getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return false;
	nts_ratelimit_init(&gate->limit, limit, clients, &usual, secret);
	nts_clientlog_init(&gate->log, log, clients, secret + 2);
	gate->logged = true;
	return true;
}

/**
 * gate_put() - the master puts a table in force
 * @gate: made
 * @rules: as nts_acl_resolve() left them
 * @n: at most NTS_MAX_ACCESS_RULES
 *
 * Return: false when there is not enough memory; the one before stays in force.
 */
bool gate_put(struct gate *gate, const struct nts_acl_rule *rules, uint32_t n)
{
	uint32_t next = gate->table->generation + 1;
	struct nts_acl *built = malloc(nts_acl_size(n));

	if (!built)
		return false;
	/* It reads what it wrote before, so nobody else may write there. */
	nts_acl_build(built, rules, n);
	memcpy(gate->slot[next & 1], built, nts_acl_size(n));
	free(built);
	__atomic_store_n(&gate->table->generation, next, __ATOMIC_RELEASE);
	return true;
}

/**
 * gate_limit() - say how often somebody may
 * @gate: a worker's; without clients that are remembered there are no limits
 * @options: NULL for as often as he likes
 */
void gate_limit(struct gate *gate, const struct nts_ratelimit_options *options)
{
	gate->limited = options && gate->logged;
	if (gate->limited)
		gate->limit.options = *options;
}

static bool is_allowed(const struct gate *gate, bool v6, struct nts_acl_key key)
{
	const struct gate_table *table = gate->table;
	uint32_t generation;
	bool allowed;

	do {
		generation = __atomic_load_n(&table->generation, __ATOMIC_ACQUIRE);
		allowed = nts_acl_allows(gate->slot[generation & 1], v6, key);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (generation != __atomic_load_n(&table->generation, __ATOMIC_RELAXED));
	return allowed;
}

/**
 * gate_ask() - somebody connected to a worker
 * @gate: the worker's
 * @from: who
 * @now_ns: CLOCK_MONOTONIC
 * @random: nobody can foresee it
 *
 * Return: whether he may stay.
 */
enum gate_say gate_ask(struct gate *gate, const struct sockaddr_storage *from,
		       uint64_t now_ns, uint32_t random)
{
	const struct sockaddr_in6 *in6 = (const void *)from;
	const struct sockaddr_in *in4 = (const void *)from;
	bool v6 = from->ss_family == AF_INET6, pass = true;
	struct nts_acl_key key;

	key = nts_acl_key(v6, v6 ? in6->sin6_addr.s6_addr :
			  (const uint8_t *)&in4->sin_addr);
	if (gate->table && !is_allowed(gate, v6, key))
		return GATE_DENIED;
	if (gate->limited)
		pass = nts_ratelimit_ask(&gate->limit, v6, key, now_ns, random) ==
		       NTS_RATELIMIT_PASS;
	if (gate->logged)
		nts_clientlog_hit(&gate->log, v6, key, NTS_CLIENTLOG_KE, now_ns, !pass);
	return pass ? GATE_OPEN : GATE_TOO_OFTEN;
}

/**
 * gate_unlock() - a worker died in the middle of something, perhaps
 * @gate: made
 *
 * What it held locked would refuse all who share the place with those it spoke to.
 */
void gate_unlock(struct gate *gate)
{
	if (!gate->logged)
		return;
	nts_ratelimit_unlock(&gate->limit);
	nts_clientlog_unlock(&gate->log);
}

/**
 * gate_take() - the master reads who came since it did so last
 * @gate: made
 * @at: 0 at first, then as it was left
 * @v6: filled in: IPv6, or else IPv4
 * @record: filled in
 *
 * Return: false when there are no more.
 */
bool gate_take(struct gate *gate, uint32_t *at, bool *v6,
	       struct nts_clientlog_record *record)
{
	while (gate->logged && *at != NTS_CLIENTLOG_END)
		if (nts_clientlog_next(&gate->log, at, 1, true, v6, record))
			return true;
	return false;
}
