// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl status: where requests are answered, by what clock, and who keeps keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "source.h"
#include "status.h"
#include "tracking.h"

/* Who waits comes right behind its name. */
static void take_fastpaths(struct genlmsghdr *gen, struct server_state *server)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0), rest) {
		if (nla_type(attr) == NTS_A_SERVER_FASTPATH_WAITS && server->n_fastpaths)
			server->fastpath[server->n_fastpaths - 1].waits = true;
		if (nla_type(attr) == NTS_A_SERVER_FASTPATH &&
		    server->n_fastpaths < NTS_MAX_FASTPATHS)
			nla_strlcpy(server->fastpath[server->n_fastpaths++].name, attr,
				    sizeof(server->fastpath[0].name));
	}
}

static void take_server(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_SERVER_MAX + 1];
	struct server_state *server = arg;

	if (nla_parse(attr, NTS_A_SERVER_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_SERVER_ENABLED] || !attr[NTS_A_SERVER_PORT] ||
	    !attr[NTS_A_SERVER_FAMILIES] || !attr[NTS_A_SERVER_BIND4] ||
	    !attr[NTS_A_SERVER_BIND6])
		return;
	server->enabled = nla_get_u8(attr[NTS_A_SERVER_ENABLED]);
	server->port = nla_get_u16(attr[NTS_A_SERVER_PORT]);
	server->families = nla_get_u8(attr[NTS_A_SERVER_FAMILIES]);
	if (nla_len(attr[NTS_A_SERVER_BIND4]) == 4)
		inet_ntop(AF_INET, nla_data(attr[NTS_A_SERVER_BIND4]), server->bind4,
			  sizeof(server->bind4));
	if (nla_len(attr[NTS_A_SERVER_BIND6]) == 16)
		inet_ntop(AF_INET6, nla_data(attr[NTS_A_SERVER_BIND6]), server->bind6,
			  sizeof(server->bind6));
	take_fastpaths(gen, server);
}

static void take_clock(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_CLOCK_MAX + 1];
	struct clock_state *state = arg;

	if (nla_parse(attr, NTS_A_CLOCK_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_CLOCK_MODE] || !attr[NTS_A_CLOCK_LEAP] ||
	    !attr[NTS_A_CLOCK_STRATUM] || !attr[NTS_A_CLOCK_REFID] ||
	    !attr[NTS_A_CLOCK_ROOT_DELAY] || !attr[NTS_A_CLOCK_ROOT_DISPERSION] ||
	    !attr[NTS_A_CLOCK_PRECISION])
		return;
	if (nla_get_u8(attr[NTS_A_CLOCK_MODE]) == NTS_TIME_MODE_LOCAL) {
		state->mode = "local";
		state->text = "local, as the operator vouches";
	} else {
		state->mode = "system";
		state->text = "system clock";
	}
	state->leap = nla_get_u8(attr[NTS_A_CLOCK_LEAP]) & 3;
	state->stratum = nla_get_u8(attr[NTS_A_CLOCK_STRATUM]);
	state->refid = nla_get_u32(attr[NTS_A_CLOCK_REFID]);
	state->root_delay = nla_get_u64(attr[NTS_A_CLOCK_ROOT_DELAY]);
	state->root_dispersion = nla_get_u64(attr[NTS_A_CLOCK_ROOT_DISPERSION]);
	state->precision = (int32_t)nla_get_u32(attr[NTS_A_CLOCK_PRECISION]);
}

static void take_daemon(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_DAEMON_MAX + 1];
	struct daemon_state *daemon = arg;

	if (nla_parse(attr, NTS_A_DAEMON_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_DAEMON_STATE] || !attr[NTS_A_DAEMON_PID] ||
	    !attr[NTS_A_DAEMON_KE_ACCEPTED] || !attr[NTS_A_DAEMON_KE_DROPPED])
		return;
	daemon->state = nla_get_u8(attr[NTS_A_DAEMON_STATE]);
	daemon->pid = nla_get_u32(attr[NTS_A_DAEMON_PID]);
	daemon->ke_accepted = nla_get_u64(attr[NTS_A_DAEMON_KE_ACCEPTED]);
	daemon->ke_dropped = nla_get_u64(attr[NTS_A_DAEMON_KE_DROPPED]);
}

/**
 * status_daemon() - what the daemon last said
 * @ctl: connected
 * @daemon: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int status_daemon(struct ctl *ctl, struct daemon_state *daemon)
{
	memset(daemon, 0, sizeof(*daemon));
	return ask_kernel(ctl, NTS_CMD_DAEMON_GET, take_daemon, daemon);
}

/* Once a source was followed, answers say what is known from sources. */
static int take_sources(struct ctl *ctl, struct clock_state *state)
{
	struct tracking t;
	int ret = tracking_read(ctl, &t);

	if (ret || !t.updates)
		return ret;
	state->mode = "sources";
	state->text = "its own time sources";
	state->leap = t.leap & 3;
	state->stratum = t.stratum ? t.stratum : UNSYNCHRONISED_STRATUM;
	state->refid = t.refid;
	state->root_delay = t.root_delay;
	state->root_dispersion = t.root_dispersion;
	return 0;
}

/**
 * status_server() - where requests are answered
 * @ctl: connected
 * @server: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int status_server(struct ctl *ctl, struct server_state *server)
{
	memset(server, 0, sizeof(*server));
	return ask_kernel(ctl, NTS_CMD_SERVER_GET, take_server, server);
}

/**
 * status_clock() - what answers say of the clock
 * @ctl: connected
 * @state: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int status_clock(struct ctl *ctl, struct clock_state *state)
{
	int ret;

	*state = (struct clock_state){ .mode = "?", .text = "?" };
	ret = ask_kernel(ctl, NTS_CMD_CLOCK_GET, take_clock, state);
	return ret ? ret : take_sources(ctl, state);
}

static struct json_object *list_problems(const struct source_list *sources)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < sources->n; i++)
		if (sources->row[i].problem[0])
			json_object_array_add(array, source_object(&sources->row[i]));
	return array;
}

static struct json_object *list_fastpaths(const struct server_state *server)
{
	struct json_object *array = json_object_new_array(), *one;

	for (unsigned int i = 0; i < server->n_fastpaths; i++) {
		one = json_object_new_object();
		object_text(one, "device", server->fastpath[i].name);
		object_bool(one, "waits", server->fastpath[i].waits);
		json_object_array_add(array, one);
	}
	return array;
}

static int print_json(const struct server_state *server,
		      const struct clock_state *state,
		      const struct daemon_state *daemon, const struct source_list *sources)
{
	struct json_object *object = json_object_new_object();

	object_bool(object, "serving", server->enabled);
	object_int(object, "port", server->port);
	object_bool(object, "ipv4", server->families & 1);
	object_bool(object, "ipv6", server->families >> 1 & 1);
	object_text(object, "bind4", server->bind4);
	object_text(object, "bind6", server->bind6);
	json_object_object_add(object, "fastpath", list_fastpaths(server));
	object_text(object, "time_mode", state->mode);
	object_int(object, "leap", state->leap);
	object_int(object, "stratum", state->stratum);
	object_int(object, "refid", state->refid);
	object_uint(object, "root_delay_ns", state->root_delay);
	object_uint(object, "root_dispersion_ns", state->root_dispersion);
	object_int(object, "precision", state->precision);
	object_bool(object, "daemon_attached",
		    daemon->state == NTS_DAEMON_STATE_ATTACHED);
	object_int(object, "daemon_pid", daemon->pid);
	object_int(object, "sources", sources->n);
	json_object_object_add(object, "problems", list_problems(sources));
	return ask_print_json(object);
}

static void print_text(const struct server_state *server,
		       const struct clock_state *state,
		       const struct daemon_state *daemon, const struct source_list *sources)
{
	if (server->enabled)
		printf("Serving         : yes, UDP port %u%s%s%s%s\n", server->port,
		       server->families & 1 ? ", IPv4 " : "",
		       server->families & 1 ? server->bind4 : "",
		       server->families & 2 ? ", IPv6 " : "",
		       server->families & 2 ? server->bind6 : "");
	else
		printf("Serving         : no\n");
	for (unsigned int i = 0; i < server->n_fastpaths; i++)
		printf("Fast path       : %s%s\n", server->fastpath[i].name,
		       server->fastpath[i].waits ? ", waits for such an Ethernet device" : "");
	printf("Time source     : %s\n", state->text);
	printf("Stratum         : %u\n", state->stratum);
	printf("Leap status     : %s\n", format_leap(state->leap));
	printf("Reference ID    : %08" PRIX32 "\n", state->refid);
	printf("Root delay      : %.9f seconds\n", (double)state->root_delay / 1e9);
	printf("Root dispersion : %.9f seconds\n", (double)state->root_dispersion / 1e9);
	printf("Precision       : 2^%d seconds\n", state->precision);
	printf("Sources         : %u\n", sources->n);
	for (unsigned int i = 0; i < sources->n; i++)
		if (sources->row[i].problem[0])
			printf("Problem         : %s: %s\n", sources->row[i].name,
			       sources->row[i].problem);
	if (daemon->state == NTS_DAEMON_STATE_ATTACHED)
		printf("Daemon          : attached, pid %" PRIu32 "\n", daemon->pid);
	else
		printf("Daemon          : gone; answers go on, no key exchange\n");
}

static void print_values(const struct server_state *server,
			 const struct clock_state *state,
			 const struct daemon_state *daemon, const struct source_list *sources)
{
	unsigned int problems = 0;

	for (unsigned int i = 0; i < sources->n; i++)
		problems += sources->row[i].problem[0] != '\0';
	printf("%s,%u,%s,%s,%s,%u,%s,%08" PRIX32 ",%s,%s,%" PRId32 ",%u,%u,%" PRIu32 "\n",
	       server->enabled ? "yes" : "no", server->port,
	       server->families & 1 ? server->bind4 : "",
	       server->families & 2 ? server->bind6 : "", state->mode, state->stratum,
	       format_leap(state->leap), state->refid,
	       format_seconds((int64_t)state->root_delay, false).s,
	       format_seconds((int64_t)state->root_dispersion, false).s, state->precision,
	       sources->n, problems,
	       daemon->state == NTS_DAEMON_STATE_ATTACHED ? daemon->pid : 0);
}

int cmd_status(struct ctl *ctl)
{
	struct server_state server;
	struct clock_state state;
	struct source_list sources;
	struct daemon_state daemon;
	int ret;

	ret = status_server(ctl, &server);
	if (!ret)
		ret = status_clock(ctl, &state);
	if (!ret)
		ret = status_daemon(ctl, &daemon);
	if (!ret)
		ret = source_list_read(ctl, &sources);
	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&server, &state, &daemon, &sources);
	if (ctl->form == OUT_CSV)
		print_values(&server, &state, &daemon, &sources);
	else
		print_text(&server, &state, &daemon, &sources);
	return fflush(stdout) ? 1 : 0;
}
