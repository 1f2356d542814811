// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl monitor: events as they happen, until interrupted. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <time.h>

#include <linux/nts.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>

#include "ntsctl.h"

struct event {
	const char *name;
	const char *text;
	struct json_object *detail;
};

struct news {
	const char *name;
	const char *text;
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct news source_news[] = {
	[NTS_SOURCE_NEWS_SELECTED] = { "source-selected", "the clock follows it" },
	[NTS_SOURCE_NEWS_UNSELECTED] = { "source-unselected", "the clock follows nobody" },
	[NTS_SOURCE_NEWS_FALSETICKER] = { "source-falseticker", "most others disagree" },
	[NTS_SOURCE_NEWS_TRUECHIMER] = { "source-truechimer", "no falseticker any more" },
	[NTS_SOURCE_NEWS_REACHABLE] = { "source-reachable", "it answers" },
	[NTS_SOURCE_NEWS_UNREACHABLE] = { "source-unreachable",
					  "eight polls without an answer" },
	[NTS_SOURCE_NEWS_NEED_KEYS] = { "source-needs-keys", "no keys or cookies are left" },
	[NTS_SOURCE_NEWS_NAK] = { "source-nak", "its server could not open a cookie" },
	[NTS_SOURCE_NEWS_KOD_DENY] = { "source-denied", "its server denies service" },
	[NTS_SOURCE_NEWS_KOD_RATE] = { "source-rate", "its server wants to be asked less" },
	[NTS_SOURCE_NEWS_AUTHENTICATED] = { "source-authenticated",
					    "the first authentic answer" },
	[NTS_SOURCE_NEWS_STEP] = { "source-step", "its time jumped" },
	[NTS_SOURCE_NEWS_ADDED] = { "source-added", "it is used from now on" },
	[NTS_SOURCE_NEWS_REMOVED] = { "source-removed", "it is used no more" },
};

static const struct news clock_news[] = {
	[NTS_CLOCK_NEWS_SYNCHRONISED] = { "clock-synchronised", "it follows a source" },
	[NTS_CLOCK_NEWS_UNSYNCHRONISED] = { "clock-unsynchronised",
					    "no source is selectable" },
	[NTS_CLOCK_NEWS_STEPPED] = { "clock-stepped", "the system clock was set" },
	[NTS_CLOCK_NEWS_FOREIGN] = { "clock-foreign",
				     "another program steers the system clock" },
	[NTS_CLOCK_NEWS_RESUMED] = { "clock-resumed", "we steer the system clock again" },
	[NTS_CLOCK_NEWS_REFUSED] = { "clock-refused", "a change above maxchange" },
	[NTS_CLOCK_NEWS_LEAP] = { "clock-leap", "a leap second was applied" },
	[NTS_CLOCK_NEWS_PLAIN_FALLBACK] = { "clock-plain",
					    "sources without authentication are used" },
	[NTS_CLOCK_NEWS_AUTHENTICATED_AGAIN] = { "clock-authenticated",
						 "authenticated sources are used again" },
	[NTS_CLOCK_NEWS_SUSPENDED] = { "clock-suspended", "the machine slept" },
};

static const struct news phc_news[] = {
	[NTS_PHC_NEWS_STEPPED] = { "hwclock-stepped",
				   "timestamps of a network device are wrong, and not used" },
	[NTS_PHC_NEWS_EXPIRED] = { "hwclock-expired",
				   "the clock of a network device is not measured any more" },
};

static const struct news unknown_news = {
	"unknown", "this ntsctl is older than the module"
};

static void add_number(struct event *event, const char *name, uint64_t value)
{
	object_uint(event->detail, name, value);
}

static void set_news(struct event *event, const struct news *list, size_t n, uint8_t which)
{
	const struct news *news = which < n && list[which].name ? &list[which] : &unknown_news;

	event->name = news->name;
	event->text = news->text;
}

static void read_key(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *nest, *id;

	nest = nla_find(genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0), NTS_A_KEYS_KEY);
	id = nest ? nla_find(nla_data(nest), nla_len(nest), NTS_A_KEY_ID) : NULL;
	event->name = "key-rotated";
	event->text = "another key seals cookies now";
	if (id)
		object_key_id(event->detail, nla_get_u32(id));
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

static void read_address(struct nlattr *attr, int family, int len, struct event *event)
{
	char text[INET6_ADDRSTRLEN];

	if (attr && nla_len(attr) == len &&
	    inet_ntop(family, nla_data(attr), text, sizeof(text)))
		object_text(event->detail, "address", text);
}

static void read_source(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *attr[NTS_A_SOURCE_NOTE_MAX + 1];
	char name[NTS_MAX_NAME_LEN + 1];

	set_news(event, NULL, 0, 0);
	if (nla_parse(attr, NTS_A_SOURCE_NOTE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_SOURCE_NOTE_NEWS])
		set_news(event, source_news, COUNT(source_news),
			 nla_get_u8(attr[NTS_A_SOURCE_NOTE_NEWS]));
	if (attr[NTS_A_SOURCE_NOTE_ID])
		add_number(event, "id", nla_get_u32(attr[NTS_A_SOURCE_NOTE_ID]));
	if (attr[NTS_A_SOURCE_NOTE_NAME]) {
		nla_strlcpy(name, attr[NTS_A_SOURCE_NOTE_NAME], sizeof(name));
		format_clean(name);
		object_text(event->detail, "name", name);
	}
	read_address(attr[NTS_A_SOURCE_NOTE_ADDR4], AF_INET, 4, event);
	read_address(attr[NTS_A_SOURCE_NOTE_ADDR6], AF_INET6, 16, event);
	if (attr[NTS_A_SOURCE_NOTE_OFFSET])
		object_int(event->detail, "offset_ns",
			   nla_get_s64(attr[NTS_A_SOURCE_NOTE_OFFSET]));
	if (attr[NTS_A_SOURCE_NOTE_AUTHENTICATED])
		object_bool(event->detail, "authenticated",
			    nla_get_u8(attr[NTS_A_SOURCE_NOTE_AUTHENTICATED]));
}

static void read_clock(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *attr[NTS_A_CLOCK_NOTE_MAX + 1];

	set_news(event, NULL, 0, 0);
	if (nla_parse(attr, NTS_A_CLOCK_NOTE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_CLOCK_NOTE_NEWS])
		set_news(event, clock_news, COUNT(clock_news),
			 nla_get_u8(attr[NTS_A_CLOCK_NOTE_NEWS]));
	if (attr[NTS_A_CLOCK_NOTE_OFFSET])
		object_int(event->detail, "offset_ns",
			   nla_get_s64(attr[NTS_A_CLOCK_NOTE_OFFSET]));
	if (attr[NTS_A_CLOCK_NOTE_DURATION])
		add_number(event, "duration_ns",
			   nla_get_u64(attr[NTS_A_CLOCK_NOTE_DURATION]));
}

static void read_phc(struct genlmsghdr *gen, struct event *event)
{
	struct nlattr *attr[NTS_A_PHC_MAX + 1];
	char name[IF_NAMESIZE];
	uint32_t index;

	set_news(event, NULL, 0, 0);
	if (nla_parse(attr, NTS_A_PHC_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_PHC_NEWS])
		set_news(event, phc_news, COUNT(phc_news), nla_get_u8(attr[NTS_A_PHC_NEWS]));
	if (!attr[NTS_A_PHC_IFINDEX])
		return;
	index = nla_get_u32(attr[NTS_A_PHC_IFINDEX]);
	add_number(event, "ifindex", index);
	if (if_indextoname(index, name)) {
		format_clean(name);
		object_text(event->detail, "device", name);
	}
}

static void read_adjust(struct genlmsghdr *gen, struct event *event)
{
	static const struct {
		int attr;
		const char *key;
	} fields[] = {
		{ NTS_A_ADJUST_STEP, "step_ns" },
		{ NTS_A_ADJUST_FREQ, "freq" },
		{ NTS_A_ADJUST_TICK, "tick" },
		{ NTS_A_ADJUST_MAXERROR, "maxerror" },
		{ NTS_A_ADJUST_ESTERROR, "esterror" },
	};
	struct nlattr *attr[NTS_A_ADJUST_MAX + 1];

	event->name = "adjust";
	event->text = "the daemon is to steer the system clock";
	if (nla_parse(attr, NTS_A_ADJUST_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_ADJUST_SEQ])
		add_number(event, "seq", nla_get_u32(attr[NTS_A_ADJUST_SEQ]));
	if (attr[NTS_A_ADJUST_MODES])
		add_number(event, "modes", nla_get_u32(attr[NTS_A_ADJUST_MODES]));
	for (size_t i = 0; i < COUNT(fields); i++)
		if (attr[fields[i].attr])
			object_int(event->detail, fields[i].key,
				   nla_get_s64(attr[fields[i].attr]));
	if (attr[NTS_A_ADJUST_STATUS])
		object_int(event->detail, "status", nla_get_s32(attr[NTS_A_ADJUST_STATUS]));
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
	if (ctl->form == OUT_CSV)
		printf("%s,%s", when, event->name);
	else
		printf("%s %s: %s", when, event->name, event->text);
	json_object_object_foreach(event->detail, name, value)
		printf(ctl->form == OUT_CSV ? ",%s,%s" : ", %s %s", name,
		       json_object_get_string(value));
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
	case NTS_CMD_SOURCE_EVENT:
		read_source(gen, &event);
		break;
	case NTS_CMD_CLOCK_EVENT:
		read_clock(gen, &event);
		break;
	case NTS_CMD_ADJUST_EVENT:
		read_adjust(gen, &event);
		break;
	case NTS_CMD_PHC_EVENT:
		read_phc(gen, &event);
		break;
	default:
		set_news(&event, NULL, 0, 0);
	}
	print_event(arg, &event);
	json_object_put(event.detail);
}

/* Events came faster than they were read. */
static void print_lost(const struct ctl *ctl)
{
	struct event event = {
		.name = "lost",
		.text = "some events were not seen",
		.detail = json_object_new_object(),
	};

	print_event(ctl, &event);
	json_object_put(event.detail);
}

int cmd_monitor(struct ctl *ctl)
{
	char err[NLCONN_ERR_LEN];
	int ret;

	if (nlconn_listen(ctl->conn, NTS_MCGRP_EVENTS, err))
		return ask_fail(err);
	do {
		ret = nlconn_hear(ctl->conn, take_event, ctl);
		/* what libnl makes of ENOBUFS */
		if (ret == -NLE_NOMEM)
			print_lost(ctl);
	} while (ret >= 0 || ret == -NLE_NOMEM);
	return ask_fail("the kernel ended the connection");
}
