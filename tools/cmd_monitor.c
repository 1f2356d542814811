// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl monitor: events as they happen, until interrupted. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "ntsctl.h"

struct event {
	const char *name;
	const char *text;
	struct json_object *detail;
};

static void add_number(struct event *event, const char *name, uint64_t value)
{
	json_object_object_add(event->detail, name, json_object_new_uint64(value));
}

static void read_key(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *nest, *id;

	nest = nla_find(genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0), NTS_A_KEYS_KEY);
	id = nest ? nla_find(nla_data(nest), nla_len(nest), NTS_A_KEY_ID) : NULL;
	event->name = "key-rotated";
	event->text = "another key seals cookies now";
	if (id)
		add_number(event, "id", nla_get_u32(id));
}

static void read_nak(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *attr[NTS_A_NAK_MAX + 1];

	event->name = "nak-burst";
	event->text = "many requests could not be opened";
	if (nla_parse(attr, NTS_A_NAK_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_NAK_COUNT])
		add_number(event, "count", nla_get_u64(attr[NTS_A_NAK_COUNT]));
	if (attr[NTS_A_NAK_INTERVAL_MS])
		add_number(event, "interval_ms", nla_get_u32(attr[NTS_A_NAK_INTERVAL_MS]));
}

static void read_daemon(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *attr[NTS_A_DAEMON_MAX + 1];
	bool attached = false;

	if (!nla_parse(attr, NTS_A_DAEMON_MAX, genlmsg_attrdata(gen, 0),
		       genlmsg_attrlen(gen, 0), NULL)) {
		attached = attr[NTS_A_DAEMON_STATE] &&
			   nla_get_u8(attr[NTS_A_DAEMON_STATE]) == NTS_DAEMON_STATE_ATTACHED;
		if (attr[NTS_A_DAEMON_PID])
			add_number(event, "pid", nla_get_u32(attr[NTS_A_DAEMON_PID]));
	}
	event->name = attached ? "daemon-attached" : "daemon-gone";
	event->text = attached ? "key exchange is served" :
				 "answers go on, no key exchange";
}

static void print_event(const struct ctl *ctl, const struct event *event)
{
	char when[32];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (ctl->form == OUT_JSON) {
		json_object_object_add(event->detail, "event",
				       json_object_new_string(event->name));
		json_object_object_add(event->detail, "time", json_object_new_string(when));
		ask_print_json(json_object_get(event->detail));
		return;
	}
	printf("%s %s: %s", when, event->name, event->text);
	json_object_object_foreach(event->detail, name, value)
		printf(", %s %s", name, json_object_to_json_string(value));
	putchar('\n');
	fflush(stdout);
}

static void take_event(struct genlmsghdr *gen, void *arg)
{
	struct event event = { .detail = json_object_new_object() };

	switch (gen->cmd) {
	case NTS_CMD_KEY_EVENT:
		read_key(gen, &event);
		break;
	case NTS_CMD_NAK_EVENT:
		read_nak(gen, &event);
		break;
	case NTS_CMD_DAEMON_EVENT:
		read_daemon(gen, &event);
		break;
	default:
		event.name = "unknown";
		event.text = "this ntsctl is older than the module";
	}
	print_event(arg, &event);
	json_object_put(event.detail);
}

int cmd_monitor(struct ctl *ctl)
{
	char err[NLCONN_ERR_LEN];

	if (nlconn_listen(ctl->conn, NTS_MCGRP_EVENTS, err))
		return ask_fail(err);
	while (nlconn_hear(ctl->conn, take_event, ctl) >= 0)
		;
	return ask_fail("the kernel ended the connection");
}
