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
