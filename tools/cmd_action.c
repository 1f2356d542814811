// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl makestep, reselect, reset sources, smoothtime, and what tunes the discipline. */
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/attr.h>

#include "ntsctl.h"

#define NS_PER_S 1e9
#define PPM ((double)(1ULL << NTS_FREQ_SHIFT) / 1e6)

static int act(struct ctl *ctl, uint8_t action)
{
	struct nl_msg *msg = ask_begin(ctl, NTS_CMD_COMMAND);
	int ret = ask_change(ctl, msg, msg && nla_put_u8(msg, NTS_A_COMMAND_ACTION, action));

	return ret ? ret : ask_done(ctl);
}

int cmd_makestep(struct ctl *ctl)
{
	int64_t threshold, limit;
	struct nl_msg *msg;
	int ret;

	if (!ctl->n_args)
		return act(ctl, NTS_ACTION_MAKESTEP);
	if (ctl->n_args != 2 || !number_scaled(ctl->args[0], NS_PER_S, 0, 1e9, &threshold) ||
	    !number_scaled(ctl->args[1], 1, -1, INT32_MAX, &limit))
		return ask_usage("makestep [THRESHOLD LIMIT]");
	msg = ask_begin(ctl, NTS_CMD_DISCIPLINE_SET);
	ret = ask_change(ctl, msg, msg &&
			 (nla_put_u64(msg, NTS_A_DISCIPLINE_MAKESTEP_THRESHOLD,
				      (uint64_t)threshold) ||
			  nla_put_s32(msg, NTS_A_DISCIPLINE_MAKESTEP_LIMIT,
				      (int32_t)limit)));
	return ret ? ret : ask_done(ctl);
}

static int tune(struct ctl *ctl, int attr, double scale, double max, const char *usage)
{
	struct nl_msg *msg;
	int64_t value;
	int ret;

	if (ctl->n_args != 1 || !number_scaled(ctl->args[0], scale, 0, max, &value))
		return ask_usage(usage);
	msg = ask_begin(ctl, NTS_CMD_DISCIPLINE_SET);
	ret = ask_change(ctl, msg, msg && nla_put_u64(msg, attr, (uint64_t)value));
	return ret ? ret : ask_done(ctl);
}

int cmd_maxupdateskew(struct ctl *ctl)
{
	return tune(ctl, NTS_A_DISCIPLINE_MAXUPDATESKEW, PPM, 1e6, "maxupdateskew PPM");
}

int cmd_reselectdist(struct ctl *ctl)
{
	return tune(ctl, NTS_A_DISCIPLINE_RESELECTDIST, NS_PER_S, 1e9,
		    "reselectdist SECONDS");
}

int cmd_reselect(struct ctl *ctl)
{
	return act(ctl, NTS_ACTION_RESELECT);
}

int cmd_smoothtime(struct ctl *ctl)
{
	const char *what = ctl->n_args == 1 ? ctl->args[0] : "";

	if (!strcmp(what, "activate"))
		return act(ctl, NTS_ACTION_SMOOTH_ACTIVATE);
	if (!strcmp(what, "reset"))
		return act(ctl, NTS_ACTION_SMOOTH_RESET);
	return ask_usage("smoothtime activate|reset");
}

int cmd_reset(struct ctl *ctl)
{
	if (ctl->n_args != 1 || strcmp(ctl->args[0], "sources"))
		return ask_usage("reset sources");
	return act(ctl, NTS_ACTION_RESET_SOURCES);
}
