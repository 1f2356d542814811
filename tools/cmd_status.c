// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl status: where requests are answered, by what clock, and who keeps keys. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "ntsctl.h"

struct server_state {
	uint8_t enabled;
	uint8_t families;
	uint16_t port;
	char bind4[INET_ADDRSTRLEN];
	char bind6[INET6_ADDRSTRLEN];
};

struct clock_state {
	uint8_t mode;
	uint8_t leap;
	uint8_t stratum;
	uint32_t refid;
	uint64_t root_delay;
	uint64_t root_dispersion;
	int32_t precision;
};

static const char * const leaps[] = {
	"Normal", "Insert second", "Delete second", "Not synchronised",
};

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
	state->mode = nla_get_u8(attr[NTS_A_CLOCK_MODE]);
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

static int print_json(const struct server_state *server,
		      const struct clock_state *state,
		      const struct daemon_state *daemon)
{
	struct json_object *object = json_object_new_object();
	bool attached = daemon->state == NTS_DAEMON_STATE_ATTACHED;
	const char *mode = state->mode == NTS_TIME_MODE_LOCAL ? "local" : "system";

	json_object_object_add(object, "serving", json_object_new_boolean(server->enabled));
	json_object_object_add(object, "port", json_object_new_int(server->port));
	json_object_object_add(object, "ipv4", json_object_new_boolean(server->families & 1));
	json_object_object_add(object, "ipv6", json_object_new_boolean(server->families >> 1 & 1));
	json_object_object_add(object, "bind4", json_object_new_string(server->bind4));
	json_object_object_add(object, "bind6", json_object_new_string(server->bind6));
	json_object_object_add(object, "time_mode", json_object_new_string(mode));
	json_object_object_add(object, "leap", json_object_new_int(state->leap));
	json_object_object_add(object, "stratum", json_object_new_int(state->stratum));
	json_object_object_add(object, "refid", json_object_new_int64(state->refid));
	json_object_object_add(object, "root_delay_ns",
			       json_object_new_uint64(state->root_delay));
	json_object_object_add(object, "root_dispersion_ns",
			       json_object_new_uint64(state->root_dispersion));
	json_object_object_add(object, "precision", json_object_new_int(state->precision));
	json_object_object_add(object, "daemon_attached", json_object_new_boolean(attached));
	json_object_object_add(object, "daemon_pid", json_object_new_int64(daemon->pid));
	return ask_print_json(object);
}

static void print_text(const struct server_state *server,
		       const struct clock_state *state,
		       const struct daemon_state *daemon)
{
	if (server->enabled)
		printf("Serving         : yes, UDP port %u%s%s%s%s\n", server->port,
		       server->families & 1 ? ", IPv4 " : "",
		       server->families & 1 ? server->bind4 : "",
		       server->families & 2 ? ", IPv6 " : "",
		       server->families & 2 ? server->bind6 : "");
	else
		printf("Serving         : no\n");
	printf("Time source     : %s\n", state->mode == NTS_TIME_MODE_LOCAL ?
	       "local, as the operator vouches" : "system clock");
	printf("Stratum         : %u\n", state->stratum);
	printf("Leap status     : %s\n", leaps[state->leap]);
	printf("Reference ID    : %08" PRIX32 "\n", state->refid);
	printf("Root delay      : %.9f seconds\n", (double)state->root_delay / 1e9);
	printf("Root dispersion : %.9f seconds\n", (double)state->root_dispersion / 1e9);
	printf("Precision       : 2^%d seconds\n", state->precision);
	if (daemon->state == NTS_DAEMON_STATE_ATTACHED)
		printf("Daemon          : attached, pid %" PRIu32 "\n", daemon->pid);
	else
		printf("Daemon          : gone; answers go on, no key exchange\n");
}

int cmd_status(struct ctl *ctl)
{
	struct server_state server = { 0 };
	struct clock_state state = { 0 };
	struct daemon_state daemon;
	int ret;

	ret = ask_kernel(ctl, NTS_CMD_SERVER_GET, take_server, &server);
	if (!ret)
		ret = ask_kernel(ctl, NTS_CMD_CLOCK_GET, take_clock, &state);
	if (!ret)
		ret = status_daemon(ctl, &daemon);
	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&server, &state, &daemon);
	print_text(&server, &state, &daemon);
	return 0;
}
