// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl clients: who asked, in the layout of chronyc clients. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "option.h"

/* An interval that is not known, as chronyc -c prints it. */
#define UNKNOWN 127
#define NAME_LEN 256

/* One of the services that a client can ask for. */
struct use {
	uint32_t hits;
	uint32_t drops;
	int interval;
	int limited;
	uint32_t age_s;
};

struct visitor {
	bool is_v6;
	uint8_t address[16];
	struct use ntp;
	struct use ke;
};

struct clients {
	struct ctl *ctl;
	bool ke;
	bool reset;
	uint32_t min_hits;
	struct visitor *list;
	unsigned int n;
	unsigned int room;
};

static int interval_of(const struct nlattr *attr)
{
	int32_t value;

	if (!attr)
		return UNKNOWN;
	value = nla_get_s32(attr);
	value += value < 0 ? -NTS_INTERVAL_SCALE / 2 : NTS_INTERVAL_SCALE / 2;
	return value / NTS_INTERVAL_SCALE;
}

static uint32_t count_of(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static uint32_t age_of(const struct nlattr *attr)
{
	uint64_t age_s = attr ? nla_get_u64(attr) / 1000 : FORMAT_NEVER;

	return age_s < FORMAT_NEVER ? (uint32_t)age_s : FORMAT_NEVER;
}

static struct visitor *add(struct clients *clients)
{
	unsigned int room = clients->room ? 2 * clients->room : 64;
	struct visitor *list;

	if (clients->n == clients->room) {
		list = reallocarray(clients->list, room, sizeof(*list));
		if (!list)
			return NULL;
		clients->list = list;
		clients->room = room;
	}
	memset(&clients->list[clients->n], 0, sizeof(*list));
	return &clients->list[clients->n++];
}

static void take_visitor(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_VISITOR_MAX + 1], *address;
	struct visitor *v;

	if (nla_parse(attr, NTS_A_VISITOR_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	address = attr[NTS_A_VISITOR_ADDR6] ? attr[NTS_A_VISITOR_ADDR6] :
		  attr[NTS_A_VISITOR_ADDR4];
	if (!address || nla_len(address) != (attr[NTS_A_VISITOR_ADDR6] ? 16 : 4))
		return;
	v = add(arg);
	if (!v)
		return;
	v->is_v6 = attr[NTS_A_VISITOR_ADDR6];
	memcpy(v->address, nla_data(address), (size_t)nla_len(address));
	v->ntp.hits = count_of(attr[NTS_A_VISITOR_NTP_HITS]);
	v->ntp.drops = count_of(attr[NTS_A_VISITOR_NTP_DROPS]);
	v->ntp.interval = interval_of(attr[NTS_A_VISITOR_NTP_INTERVAL]);
	v->ntp.limited = interval_of(attr[NTS_A_VISITOR_NTP_LIMITED]);
	v->ntp.age_s = age_of(attr[NTS_A_VISITOR_NTP_AGE_MS]);
	v->ke.hits = count_of(attr[NTS_A_VISITOR_KE_HITS]);
	v->ke.drops = count_of(attr[NTS_A_VISITOR_KE_DROPS]);
	v->ke.interval = interval_of(attr[NTS_A_VISITOR_KE_INTERVAL]);
	v->ke.age_s = age_of(attr[NTS_A_VISITOR_KE_AGE_MS]);
}

/* As names are for people, programs get addresses unless they ask for names. */
static void name(const struct clients *clients, const struct visitor *v, char text[NAME_LEN])
{
	const struct ctl *ctl = clients->ctl;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	int ret;

	if (!ctl->numeric && (ctl->form == OUT_TEXT || ctl->names)) {
		memcpy(&in6.sin6_addr, v->address, 16);
		memcpy(&in4.sin_addr, v->address, 4);
		ret = v->is_v6 ? getnameinfo((void *)&in6, sizeof(in6), text, NAME_LEN, NULL, 0,
					     NI_NAMEREQD) :
				 getnameinfo((void *)&in4, sizeof(in4), text, NAME_LEN, NULL, 0,
					     NI_NAMEREQD);
		if (!ret) {
			format_clean(text);
			return;
		}
	}
	inet_ntop(v->is_v6 ? AF_INET6 : AF_INET, v->address, text, NAME_LEN);
}

static struct text interval_text(int interval)
{
	struct text text;

	if (interval == UNKNOWN)
		snprintf(text.s, sizeof(text.s), " -");
	else
		snprintf(text.s, sizeof(text.s), "%2d", interval);
	return text;
}

static void print_text(const struct clients *clients)
{
	/* Commands come by netlink and by a socket in the file system: of nobody. */
	const struct use none = { .interval = UNKNOWN, .age_s = FORMAT_NEVER };
	char who[NAME_LEN];

	printf("Hostname                      NTP   Drop Int IntL Last  %6s   Drop Int  Last\n"
	       "===============================================================================\n",
	       clients->ke ? "NTS-KE" : "Cmd");
	for (unsigned int i = 0; i < clients->n; i++) {
		const struct visitor *v = &clients->list[i];
		const struct use *other = clients->ke ? &v->ke : &none;

		name(clients, v, who);
		printf("%-25.*s  %6" PRIu32 "  %5" PRIu32 "  %s  %s  %s  %6" PRIu32 "  %5" PRIu32 "  %s  %s\n",
		       clients->ctl->numeric ? NAME_LEN : 25, who, v->ntp.hits, v->ntp.drops,
		       interval_text(v->ntp.interval).s, interval_text(v->ntp.limited).s,
		       format_interval(v->ntp.age_s).s, other->hits, other->drops,
		       interval_text(other->interval).s, format_interval(other->age_s).s);
	}
}

static void print_csv(const struct clients *clients)
{
	const struct use none = { .interval = UNKNOWN, .age_s = FORMAT_NEVER };
	char who[NAME_LEN];

	for (unsigned int i = 0; i < clients->n; i++) {
		const struct visitor *v = &clients->list[i];
		const struct use *other = clients->ke ? &v->ke : &none;

		name(clients, v, who);
		printf("%s,%" PRIu32 ",%" PRIu32 ",%d,%d,%" PRIu32, who, v->ntp.hits, v->ntp.drops,
		       v->ntp.interval, v->ntp.limited, v->ntp.age_s);
		printf(",%" PRIu32 ",%" PRIu32 ",%d,%" PRIu32 "\n", other->hits, other->drops,
		       other->interval, other->age_s);
	}
}

static struct json_object *use_object(const struct use *use, bool limited)
{
	struct json_object *object = json_object_new_object();

	object_uint(object, "hits", use->hits);
	object_uint(object, "drops", use->drops);
	if (use->interval != UNKNOWN)
		object_int(object, "interval", use->interval);
	if (limited && use->limited != UNKNOWN)
		object_int(object, "limited_interval", use->limited);
	if (use->age_s != FORMAT_NEVER)
		object_uint(object, "last_s", use->age_s);
	return object;
}

static int print_json(const struct clients *clients)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	char who[NAME_LEN];

	for (unsigned int i = 0; i < clients->n; i++) {
		const struct visitor *v = &clients->list[i];
		struct json_object *object = json_object_new_object();

		name(clients, v, who);
		object_text(object, "client", who);
		json_object_object_add(object, "ntp", use_object(&v->ntp, true));
		json_object_object_add(object, "nts_ke", use_object(&v->ke, false));
		json_object_array_add(list, object);
	}
	json_object_object_add(all, "clients", list);
	return ask_print_json(all);
}

static bool take_option(void *arg, int option, const char *value)
{
	struct clients *clients = arg;
	double number;

	switch (option) {
	case 'k':
		clients->ke = true;
		return true;
	case 'r':
		clients->reset = true;
		return true;
	case 'p':
		if (!number_read(value, &number) || number < 0 || number > UINT32_MAX) {
			ask_fail("-p needs a number of packets");
			return false;
		}
		clients->min_hits = (uint32_t)number;
		return true;
	case 'c':
		clients->ctl->form = OUT_CSV;
		return true;
	case 'n':
		clients->ctl->numeric = true;
		return true;
	case 'N':
		clients->ctl->names = true;
		return true;
	default:
		return false;
	}
}

static int read_clients(struct clients *clients)
{
	struct ctl *ctl = clients->ctl;
	char err[NLCONN_ERR_LEN];
	struct nl_msg *msg;
	int ret;

	if (!ask_open(ctl, err))
		return ask_fail(err);
	msg = ask_begin_dump(ctl, clients->reset ? NTS_CMD_VISITOR_TAKE : NTS_CMD_VISITOR_GET);
	ret = ask_about(ctl, msg,
			msg && nla_put_u32(msg, NTS_A_VISITOR_MIN_HITS, clients->min_hits),
			take_visitor, clients);
	ask_close(ctl);
	return ret;
}

int cmd_clients(struct ctl *ctl)
{
	static const struct option longs[] = { { } };
	struct clients clients = { .ctl = ctl };
	int ret;

	if (!option_parse(ctl, "kp:rcnN", longs, take_option, &clients) || ctl->n_args)
		return ask_usage("clients [-k] [-p PACKETS] [-r]");
	ret = read_clients(&clients);
	if (!ret && ctl->form == OUT_JSON)
		ret = print_json(&clients);
	else if (!ret && ctl->form == OUT_CSV)
		print_csv(&clients);
	else if (!ret)
		print_text(&clients);
	free(clients.list);
	return ret;
}
