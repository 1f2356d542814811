// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl online, offline, minpoll and others: what changes a source. */
#include <stdio.h>

#include <netlink/attr.h>

#include "source.h"

#define NS_PER_S 1e9
#define FIXED_16 65536.0

enum kind {
	S32,
	U8,
	U32,
	U64,
};

/**
 * struct option - an option of a source that can be changed while it is used
 * @usage: how the command is called
 * @attr: NTS_A_SOURCE_*
 * @kind: of its value
 * @scale: what the kernel counts in, per unit of the user
 * @min: least value, in the user's unit
 * @max: largest value
 */
struct option {
	const char *usage;
	int attr;
	enum kind kind;
	double scale;
	double min;
	double max;
};

static bool put(struct nl_msg *msg, const struct option *option, int64_t value)
{
	switch (option->kind) {
	case S32:
		return nla_put_s32(msg, option->attr, (int32_t)value);
	case U8:
		return nla_put_u8(msg, option->attr, (uint8_t)value);
	case U32:
		return nla_put_u32(msg, option->attr, (uint32_t)value);
	default:
		return nla_put_u64(msg, option->attr, (uint64_t)value);
	}
}

static int change(struct ctl *ctl, const struct source_list *list,
		  const struct option *option, int64_t value)
{
	struct nl_msg *msg;
	int ret = 0;

	for (unsigned int i = 0; !ret && i < list->n; i++) {
		msg = ask_begin(ctl, NTS_CMD_SOURCE_SET);
		ret = ask_change(ctl, msg, msg &&
				 (nla_put_u32(msg, NTS_A_SOURCE_ID, list->row[i].id) ||
				  put(msg, option, value)));
	}
	return ret ? ret : ask_done(ctl);
}

static int set(struct ctl *ctl, const struct option *option)
{
	struct source_list list;
	int64_t value;
	int ret;

	if (ctl->n_args != 2 ||
	    !number_scaled(ctl->args[1], option->scale, option->min, option->max, &value))
		return ask_usage(option->usage);
	ret = source_list_read(ctl, &list);
	if (!ret)
		ret = source_list_pick(&list, ctl->args[0]);
	return ret ? ret : change(ctl, &list, option, value);
}

static int turn(struct ctl *ctl, bool on)
{
	static const struct option online = { .attr = NTS_A_SOURCE_ONLINE, .kind = U8 };
	struct source_list list;
	int ret = source_list_read(ctl, &list);

	if (!ret && ctl->n_args)
		ret = source_list_pick(&list, ctl->args[0]);
	return ret ? ret : change(ctl, &list, &online, on);
}

int cmd_maxdelay(struct ctl *ctl)
{
	static const struct option option = {
		"maxdelay ADDRESS SECONDS", NTS_A_SOURCE_MAXDELAY, U64, NS_PER_S, 0, 1e3
	};

	return set(ctl, &option);
}

int cmd_maxdelaydevratio(struct ctl *ctl)
{
	static const struct option option = {
		"maxdelaydevratio ADDRESS RATIO", NTS_A_SOURCE_MAXDELAYDEVRATIO, U32,
		FIXED_16, 0, 65535
	};

	return set(ctl, &option);
}

int cmd_maxdelayratio(struct ctl *ctl)
{
	static const struct option option = {
		"maxdelayratio ADDRESS RATIO", NTS_A_SOURCE_MAXDELAYRATIO, U32,
		FIXED_16, 0, 65535
	};

	return set(ctl, &option);
}

int cmd_maxpoll(struct ctl *ctl)
{
	static const struct option option = {
		"maxpoll ADDRESS LOG2-SECONDS", NTS_A_SOURCE_MAXPOLL, S32, 1, -6, 24
	};

	return set(ctl, &option);
}

int cmd_minpoll(struct ctl *ctl)
{
	static const struct option option = {
		"minpoll ADDRESS LOG2-SECONDS", NTS_A_SOURCE_MINPOLL, S32, 1, -6, 24
	};

	return set(ctl, &option);
}

int cmd_offline(struct ctl *ctl)
{
	return turn(ctl, false);
}

int cmd_online(struct ctl *ctl)
{
	return turn(ctl, true);
}

int cmd_polltarget(struct ctl *ctl)
{
	static const struct option option = {
		"polltarget ADDRESS SAMPLES", NTS_A_SOURCE_POLLTARGET, U8, 1, 6, 60
	};

	return set(ctl, &option);
}
