// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl activity: in the layout of chronyc activity. */
#include <stdio.h>

#include "source.h"

enum {
	ONLINE,
	OFFLINE,
	BURST_ONLINE,
	BURST_OFFLINE,
	UNRESOLVED,
	STATES
};

static const struct {
	const char *label;
	const char *key;
} states[STATES] = {
	[ONLINE] = { "online", "online" },
	[OFFLINE] = { "offline", "offline" },
	[BURST_ONLINE] = { "doing burst (return to online)", "burst_online" },
	[BURST_OFFLINE] = { "doing burst (return to offline)", "burst_offline" },
	[UNRESOLVED] = { "with unknown address", "unresolved" },
};

static unsigned int state(const struct source *source)
{
	if (!source->family)
		return UNRESOLVED;
	if (source->burst)
		return source->online ? BURST_ONLINE : BURST_OFFLINE;
	return source->online ? ONLINE : OFFLINE;
}

int cmd_activity(struct ctl *ctl)
{
	unsigned int count[STATES] = { 0 };
	struct json_object *object;
	struct source_list list;
	int ret = source_list_read(ctl, &list);

	if (ret)
		return ret;
	for (unsigned int i = 0; i < list.n; i++)
		count[state(&list.row[i])]++;
	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		for (unsigned int i = 0; i < STATES; i++)
			object_uint(object, states[i].key, count[i]);
		return ask_print_json(object);
	}
	if (ctl->form == OUT_TEXT)
		puts("200 OK");
	for (unsigned int i = 0; i < STATES; i++) {
		if (ctl->form == OUT_CSV)
			printf("%u%c", count[i], i + 1 < STATES ? ',' : '\n');
		else
			printf("%u sources %s\n", count[i], states[i].label);
	}
	return fflush(stdout) ? 1 : 0;
}
