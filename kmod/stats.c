// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters: one for each verdict, one for each kind of reply, and some facts. */
#include <linux/percpu.h>

#include "nts.h"

static const struct {
	const char *name;
	const char *text;
	u8 kind;
} counters[NTS_COUNTER_COUNT] = {
#define NTS_VERDICT_ROW(id, label, sort, about) \
	[NTS_##id] = { .name = label, .text = about, .kind = NTS_COUNTER_KIND_##sort },
	NTS_VERDICTS(NTS_VERDICT_ROW)
#undef NTS_VERDICT_ROW
#define NTS_REPLY_ROW(id, label, sort, about) \
	[nts_counter_of_reply(NTS_##id)] = { .name = label, .text = about, \
					     .kind = NTS_COUNTER_KIND_##sort },
	NTS_REPLIES(NTS_REPLY_ROW)
#undef NTS_REPLY_ROW
#define NTS_FACT_ROW(id, label, about) \
	[NTS_COUNTER_##id] = { .name = label, .text = about, .kind = NTS_COUNTER_KIND_INFO },
	NTS_FACTS(NTS_FACT_ROW)
#undef NTS_FACT_ROW
};

/**
 * nts_stats_read() - a counter over all CPUs
 * @nn: the network namespace
 * @counter: an enum nts_verdict, nts_counter_of_reply() or an enum nts_counter
 *
 * Context: process.
 *
 * Return: its value since the namespace was set up.
 */
u64 nts_stats_read(struct nts_net *nn, u32 counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(nn->stats, cpu)->value[counter]);
	return sum;
}

/**
 * nts_stats_cost() - how long answers took, over all CPUs
 * @nn: the network namespace
 * @bucket: receives how many took at most 2^(NTS_COST_SHIFT + i) ns, but longer
 *	than those of the bucket before; the last one has no bound
 *
 * Context: process.
 *
 * Return: the nanoseconds that all of them took.
 */
u64 nts_stats_cost(struct nts_net *nn, u64 bucket[NTS_COST_BUCKETS])
{
	const struct nts_stats *stats;
	u64 sum = 0;
	int cpu, i;

	memset(bucket, 0, NTS_COST_BUCKETS * sizeof(*bucket));
	for_each_possible_cpu(cpu) {
		stats = per_cpu_ptr(nn->stats, cpu);
		sum += READ_ONCE(stats->cost_sum);
		for (i = 0; i < NTS_COST_BUCKETS; i++)
			bucket[i] += READ_ONCE(stats->cost[i]);
	}
	return sum;
}

const char *nts_stats_name(u32 counter)
{
	return counters[counter].name;
}

const char *nts_stats_text(u32 counter)
{
	return counters[counter].text;
}

u8 nts_stats_kind(u32 counter)
{
	return counters[counter].kind;
}
