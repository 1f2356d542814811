// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl counters: what became of each packet. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "ntsctl.h"

static const char * const kinds[] = {
	[NTS_COUNTER_KIND_ANSWER] = "answer",
	[NTS_COUNTER_KIND_DROP] = "drop",
	[NTS_COUNTER_KIND_INFO] = "info",
};

static void take_counter(struct nlattr *nest, struct counters *counters)
{
	struct nlattr *attr[NTS_A_COUNTER_MAX + 1];
	struct counter *row;

	if (counters->n == COUNTERS_MAX ||
	    nla_parse_nested(attr, NTS_A_COUNTER_MAX, nest, NULL) ||
	    !attr[NTS_A_COUNTER_NAME] || !attr[NTS_A_COUNTER_KIND] ||
	    !attr[NTS_A_COUNTER_VALUE])
		return;
	row = &counters->row[counters->n++];
	nla_strlcpy(row->name, attr[NTS_A_COUNTER_NAME], sizeof(row->name));
	if (attr[NTS_A_COUNTER_TEXT])
		nla_strlcpy(row->text, attr[NTS_A_COUNTER_TEXT], sizeof(row->text));
	row->kind = nla_get_u8(attr[NTS_A_COUNTER_KIND]);
	row->value = nla_get_u64(attr[NTS_A_COUNTER_VALUE]);
}

static void take_bucket(struct nlattr *nest, struct counters *counters)
{
	struct nlattr *attr[NTS_A_COST_MAX + 1];
	struct cost_bucket *bucket;

	if (counters->n_cost == COST_BUCKETS_MAX ||
	    nla_parse_nested(attr, NTS_A_COST_MAX, nest, NULL) || !attr[NTS_A_COST_COUNT])
		return;
	bucket = &counters->cost[counters->n_cost++];
	bucket->below = attr[NTS_A_COST_BELOW] ? nla_get_u64(attr[NTS_A_COST_BELOW]) :
						 UINT64_MAX;
	bucket->count = nla_get_u64(attr[NTS_A_COST_COUNT]);
}

static void take_stats(struct genlmsghdr *gen, void *arg)
{
	struct counters *counters = arg;
	struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0), left) {
		if (nla_type(attr) == NTS_A_STATS_COUNTER)
			take_counter(attr, counters);
		else if (nla_type(attr) == NTS_A_STATS_COST)
			take_bucket(attr, counters);
		else if (nla_type(attr) == NTS_A_STATS_COST_SUM)
			counters->cost_sum = nla_get_u64(attr);
	}
}

/**
 * counters_read() - all counters of this network namespace
 * @ctl: connected
 * @counters: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int counters_read(struct ctl *ctl, struct counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	return ask_kernel(ctl, NTS_CMD_STATS_GET, take_stats, counters);
}

/**
 * counters_value() - one counter by its name
 * @counters: as read
 * @name: as the kernel calls it
 *
 * Return: its value, 0 when this kernel does not have it.
 */
uint64_t counters_value(const struct counters *counters, const char *name)
{
	for (unsigned int i = 0; i < counters->n; i++)
		if (!strcmp(counters->row[i].name, name))
			return counters->row[i].value;
	return 0;
}

int cmd_counters(struct ctl *ctl)
{
	struct counters counters;
	struct json_object *object;
	int ret = counters_read(ctl, &counters);

	if (ret)
		return ret;
	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		for (unsigned int i = 0; i < counters.n; i++) {
			struct json_object *value;

			value = json_object_new_uint64(counters.row[i].value);
			json_object_object_add(object, counters.row[i].name, value);
		}
		return ask_print_json(object);
	}
	if (ctl->form == OUT_TEXT)
		printf("%-22s %-6s %20s  %s\n", "Counter", "Kind", "Value", "Meaning");
	for (unsigned int i = 0; i < counters.n; i++) {
		const struct counter *row = &counters.row[i];
		const char *kind = row->kind <= NTS_COUNTER_KIND_INFO ?
				   kinds[row->kind] : "?";

		printf(ctl->form == OUT_CSV ? "%s,%s,%" PRIu64 ",%s\n" :
		       "%-22s %-6s %20" PRIu64 "  %s\n",
		       row->name, kind, row->value, row->text);
	}
	return 0;
}
