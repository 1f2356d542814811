// SPDX-License-Identifier: GPL-2.0-or-later
/* How often clients ask and are answered, in memory of a fixed size. */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "ratelimit.h"

/* Both tables begin a cache line after their heads. */
#define LIMIT_HEAD	ALIGN(sizeof(struct nts_ratelimit), 64)
#define LOG_HEAD	ALIGN(sizeof(struct nts_clientlog), 64)

/**
 * nts_ratelimit_come() - a request came
 * @nn: the network namespace
 * @visit: filled in
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 *
 * Context: softirq. The caller holds rcu_read_lock() until nts_ratelimit_leave().
 */
void nts_ratelimit_come(struct nts_net *nn, struct nts_clientlog_visit *visit, bool v6,
			struct nts_acl_key key)
{
	const struct nts_clientlog *log = rcu_dereference(nn->clientlog);

	if (log) {
		nts_clientlog_come(log, visit, v6, key);
	} else {
		visit->bucket = NULL;
		visit->key = key;
		visit->v6 = v6;
	}
}

/**
 * nts_ratelimit_judge() - say whether to answer a request
 * @nn: the network namespace
 * @visit: from nts_ratelimit_come()
 * @now: ns, CLOCK_MONOTONIC_RAW
 *
 * Context: as nts_ratelimit_come(). Neither allocates nor waits.
 *
 * Return: %NTS_ANSWER_PLAIN to answer it, %NTS_ANSWER_RATE to say that they are
 * too many, %NTS_DROP_RATE to drop it.
 */
enum nts_verdict nts_ratelimit_judge(struct nts_net *nn,
				     const struct nts_clientlog_visit *visit, u64 now)
{
	struct nts_ratelimit *limit = rcu_dereference(nn->ratelimit);

	if (!limit)
		return NTS_ANSWER_PLAIN;
	switch (nts_ratelimit_ask(limit, visit->v6, visit->key, now, get_random_u32())) {
	case NTS_RATELIMIT_KOD:
		return NTS_ANSWER_RATE;
	case NTS_RATELIMIT_DROP:
		return NTS_DROP_RATE;
	default:
		return NTS_ANSWER_PLAIN;
	}
}

/**
 * nts_ratelimit_near() - a request that was judged is going to be noted
 * @visit: from nts_ratelimit_come(), some 100 ns ago or more
 *
 * Context: as nts_ratelimit_come().
 */
void nts_ratelimit_near(const struct nts_clientlog_visit *visit)
{
	if (visit->bucket)
		nts_clientlog_near(visit);
}

/**
 * nts_ratelimit_leave() - note a request that was judged
 * @nn: the network namespace
 * @visit: from nts_ratelimit_come()
 * @now: as it was judged
 * @dropped: to limit the rate
 *
 * Nobody waits for this: call it when the answer is on its way.
 *
 * Context: as nts_ratelimit_come(). Neither allocates nor waits.
 */
void nts_ratelimit_leave(struct nts_net *nn, const struct nts_clientlog_visit *visit,
			 u64 now, bool dropped)
{
	if (visit->bucket && nts_clientlog_note(visit, NTS_CLIENTLOG_NTP, now, dropped))
		nts_stats_count(nn, NTS_COUNTER_LOG_DROPPED);
}

/**
 * nts_ratelimit_note() - the daemon says what a client asked of it
 * @nn: the network namespace
 * @v6: IPv6, or else IPv4
 * @key: the client's address
 * @use: what to add
 *
 * Context: process.
 */
void nts_ratelimit_note(struct nts_net *nn, bool v6, struct nts_acl_key key,
			const struct nts_clientlog_use *use)
{
	struct nts_clientlog *log;

	rcu_read_lock();
	log = rcu_dereference(nn->clientlog);
	if (log && nts_clientlog_merge(log, v6, key, NTS_CLIENTLOG_KE, use))
		nts_stats_count(nn, NTS_COUNTER_LOG_DROPPED);
	rcu_read_unlock();
}

/**
 * nts_ratelimit_next() - read what is known of clients, one at a time
 * @nn: the network namespace
 * @at: 0 at first, then as it was left
 * @min_hits: at one service, of those that are of interest
 * @reset: begin to count anew
 * @v6: filled in: IPv6, or else IPv4
 * @record: filled in
 *
 * Context: process.
 *
 * Return: false when there are no more.
 */
bool nts_ratelimit_next(struct nts_net *nn, u32 *at, u32 min_hits, bool reset, bool *v6,
			struct nts_clientlog_record *record)
{
	struct nts_clientlog *log;
	bool found = false;

	while (!found && *at != NTS_CLIENTLOG_END) {
		rcu_read_lock();
		log = rcu_dereference(nn->clientlog);
		if (log)
			found = nts_clientlog_next(log, at, min_hits, reset, v6, record);
		else
			*at = NTS_CLIENTLOG_END;
		rcu_read_unlock();
		cond_resched();
	}
	return found;
}

static struct nts_clientlog *make_log(u32 clients)
{
	struct nts_clientlog *log;
	u64 secret[2];

	log = nts_table_alloc(LOG_HEAD + nts_clientlog_size(clients));
	if (!log)
		return NULL;
	get_random_bytes(secret, sizeof(secret));
	nts_clientlog_init(log, (u8 *)log + LOG_HEAD, clients, secret);
	return log;
}

static struct nts_ratelimit *make_limit(u32 clients, const struct nts_ratelimit_options *options)
{
	struct nts_ratelimit *limit;
	u64 secret[2];

	limit = nts_table_alloc(LIMIT_HEAD + nts_ratelimit_size(clients));
	if (!limit)
		return NULL;
	get_random_bytes(secret, sizeof(secret));
	nts_ratelimit_init(limit, (u8 *)limit + LIMIT_HEAD, clients, options, secret);
	return limit;
}

/**
 * nts_ratelimit_resize() - say how many clients are known
 * @nn: the network namespace
 * @clients: 0 for none, and no limits; those that were known are forgotten
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or -ENOMEM with all left as it was.
 */
int nts_ratelimit_resize(struct nts_net *nn, u32 clients)
{
	struct nts_ratelimit *limit = NULL;
	struct nts_clientlog *log = NULL;

	lockdep_assert_held(&nn->lock);
	if (clients) {
		log = make_log(clients);
		if (!log)
			return -ENOMEM;
	}
	if (clients && nn->limited) {
		limit = make_limit(clients, &nn->limits);
		if (!limit) {
			kvfree(log);
			return -ENOMEM;
		}
	}
	log = rcu_replace_pointer(nn->clientlog, log, lockdep_is_held(&nn->lock));
	limit = rcu_replace_pointer(nn->ratelimit, limit, lockdep_is_held(&nn->lock));
	if (log || limit)
		synchronize_net();
	kvfree(log);
	kvfree(limit);
	return 0;
}

static bool same_options(const struct nts_ratelimit_options *a,
			 const struct nts_ratelimit_options *b)
{
	return a->interval == b->interval && a->burst == b->burst && a->leak == b->leak &&
	       a->kod == b->kod && a->prefix[0] == b->prefix[0] && a->prefix[1] == b->prefix[1];
}

/**
 * nts_ratelimit_set() - say how often clients are answered
 * @nn: the network namespace
 * @options: checked; NULL for no limits
 *
 * To ask for what is there already changes nothing.
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or -ENOMEM with all left as it was.
 */
int nts_ratelimit_set(struct nts_net *nn, const struct nts_ratelimit_options *options)
{
	struct nts_ratelimit *limit = NULL;

	lockdep_assert_held(&nn->lock);
	if (options && nn->limited && same_options(options, &nn->limits))
		return 0;
	if (options && nn->server.client_log) {
		limit = make_limit(nn->server.client_log, options);
		if (!limit)
			return -ENOMEM;
	}
	nn->limited = options;
	if (options)
		nn->limits = *options;
	limit = rcu_replace_pointer(nn->ratelimit, limit, lockdep_is_held(&nn->lock));
	if (limit)
		synchronize_net();
	kvfree(limit);
	return 0;
}

/* Nothing is answered in this namespace any more. */
void nts_ratelimit_free(struct nts_net *nn)
{
	kvfree(rcu_replace_pointer(nn->clientlog, NULL, true));
	kvfree(rcu_replace_pointer(nn->ratelimit, NULL, true));
}
