// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl burst: a quick series of measurements. */
#include <stdio.h>

#include <netlink/attr.h>

#include "source.h"

#define USAGE "burst GOOD/MAX [ADDRESS|NAME|ADDRESS/BITS|MASK/ADDRESS]"

static bool read_counts(const char *word, unsigned int *good, unsigned int *limit)
{
	char rest;

	return sscanf(word, "%3u/%3u%c", good, limit, &rest) == 2 && *good &&
	       *good <= *limit && *limit <= UINT8_MAX;
}

int cmd_burst(struct ctl *ctl)
{
	unsigned int good, limit;
	struct source_list list;
	struct nl_msg *msg;
	int ret;

	if (!ctl->n_args || !read_counts(ctl->args[0], &good, &limit))
		return ask_usage(USAGE);
	ret = source_list_read(ctl, &list);
	if (!ret && ctl->n_args > 1)
		ret = source_list_pick(&list, ctl->args[1]);
	for (unsigned int i = 0; !ret && i < list.n; i++) {
		if (!list.row[i].family)
			continue;
		msg = ask_begin(ctl, NTS_CMD_COMMAND);
		ret = ask_change(ctl, msg, msg &&
				 (nla_put_u8(msg, NTS_A_COMMAND_ACTION, NTS_ACTION_BURST) ||
				  nla_put_u32(msg, NTS_A_COMMAND_ID, list.row[i].id) ||
				  nla_put_u8(msg, NTS_A_COMMAND_GOOD, (uint8_t)good) ||
				  nla_put_u8(msg, NTS_A_COMMAND_LIMIT, (uint8_t)limit)));
	}
	return ret ? ret : ask_done(ctl);
}
