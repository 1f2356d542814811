// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsd and the kernel module tell each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/nts.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl_internal.h"

_Static_assert(NL_ERR_LEN >= NLCONN_ERR_LEN, "what fails can be told");

struct told_keys {
	struct keyring_told *told;
	size_t n;
};

static void take_key(struct told_keys *keys, struct nlattr *nested)
{
	struct nlattr *attr[NTS_A_KEY_MAX + 1];
	struct keyring_told *told = &keys->told[keys->n];

	if (keys->n == KEYRING_SLOTS ||
	    nla_parse_nested(attr, NTS_A_KEY_MAX, nested, NULL) ||
	    !attr[NTS_A_KEY_ID] || !attr[NTS_A_KEY_ROLE])
		return;
	told->id = nla_get_u32(attr[NTS_A_KEY_ID]);
	switch (nla_get_u8(attr[NTS_A_KEY_ROLE])) {
	case NTS_KEY_ROLE_NEXT:
		told->role = KEYRING_NEXT;
		break;
	case NTS_KEY_ROLE_CURRENT:
		told->role = KEYRING_CURRENT;
		break;
	default:
		told->role = KEYRING_OLD;
	}
	told->age_ms = attr[NTS_A_KEY_AGE_MS] ?
		       nla_get_u64(attr[NTS_A_KEY_AGE_MS]) : 0;
	keys->n++;
}

static void take_keys(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr;
	int left;

	if (gen->cmd != NTS_CMD_KEYS_GET)
		return;
	nla_for_each_attr(attr, genlmsg_attrdata(gen, 0),
			  genlmsg_attrlen(gen, 0), left)
		if (nla_type(attr) == NTS_A_KEYS_KEY)
			take_key(arg, attr);
}

static int on_news(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *gen = genlmsg_hdr(nlmsg_hdr(msg));
	struct nlattr *name;
	struct nl *nl = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != GENL_ID_CTRL) {
		if (nl->take)
			nl_event_parse(gen, nl->take, nl->arg);
		return NL_OK;
	}
	if (gen->cmd != CTRL_CMD_NEWFAMILY && gen->cmd != CTRL_CMD_DELFAMILY)
		return NL_OK;
	name = nla_find(genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0),
			CTRL_ATTR_FAMILY_NAME);
	if (name && !strcmp(nla_get_string(name), NTS_FAMILY_NAME))
		nl->heard = gen->cmd == CTRL_CMD_NEWFAMILY ? NL_NEWS_CAME :
							     NL_NEWS_GONE;
	return NL_OK;
}

static bool put_key(struct nl_msg *msg, const struct keyring *ring,
		    unsigned int slot, int64_t now_ms)
{
	static const uint8_t roles[] = {
		[KEYRING_NEXT] = NTS_KEY_ROLE_NEXT,
		[KEYRING_CURRENT] = NTS_KEY_ROLE_CURRENT,
		[KEYRING_OLD] = NTS_KEY_ROLE_OLD,
	};
	const struct keyring_key *key = &ring->key[slot];
	struct nlattr *nested = nla_nest_start(msg, NTS_A_KEYS_KEY);
	int64_t age_ms = now_ms - key->born_ms;

	if (!nested ||
	    nla_put_u32(msg, NTS_A_KEY_ID, key->id) ||
	    nla_put_u8(msg, NTS_A_KEY_ROLE, roles[keyring_role(ring, slot)]) ||
	    nla_put_u16(msg, NTS_A_KEY_AEAD, NTS_AEAD_AES_SIV_CMAC_256) ||
	    nla_put_u64(msg, NTS_A_KEY_AGE_MS, age_ms > 0 ? age_ms : 0))
		return false;
	if (!key->held &&
	    nla_put(msg, NTS_A_KEY_BYTES, sizeof(key->bytes), key->bytes))
		return false;
	nla_nest_end(msg, nested);
	return true;
}

_Static_assert(CONFIG_MAX_FASTPATHS == NTS_MAX_FASTPATHS,
	       "all devices of fastpath fit");

/**
 * nl_set_server() - say where NTP requests are answered
 * @nl: connected
 * @conf: directives port, bindaddress, binddevice, dscp, fastpath and
 *	clientloglimit
 * @serves: somebody is allowed; else no port is opened
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_server(struct nl *nl, const struct config *conf, bool serves,
		  char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_SERVER_SET);
	bool full = !msg;

	full = full || nla_put_u8(msg, NTS_A_SERVER_ENABLED, conf->ntp_port && serves) ||
	       nla_put_u8(msg, NTS_A_SERVER_DSCP, conf->dscp) ||
	       nla_put_u32(msg, NTS_A_SERVER_CLIENT_LOG, conf->clients);
	if (!full && conf->bind_device[0])
		full = nla_put_string(msg, NTS_A_SERVER_DEVICE,
				      conf->bind_device);
	for (unsigned int i = 0; !full && i < conf->n_fastpaths; i++)
		full = nla_put_string(msg, NTS_A_SERVER_FASTPATH,
				      conf->fastpath[i]);
	if (!full && conf->ntp_port)
		full = nla_put_u16(msg, NTS_A_SERVER_PORT, conf->ntp_port);
	if (!full && conf->bind4_set)
		full = nla_put(msg, NTS_A_SERVER_BIND4, sizeof(conf->bind4),
			       &conf->bind4);
	if (!full && conf->bind6_set)
		full = nla_put(msg, NTS_A_SERVER_BIND6, sizeof(conf->bind6),
			       &conf->bind6);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "setting the NTP port",
			  err);
}

/**
 * nl_set_keys() - replace the kernel's cookie keys by these
 * @nl: connected
 * @ring: the keys; of a held one only the id is said
 * @now_ms: the time
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_keys(struct nl *nl, const struct keyring *ring, int64_t now_ms,
		char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_KEYS_SET);
	bool full = !msg;

	for (unsigned int slot = 0; !full && slot < KEYRING_SLOTS; slot++)
		full = !put_key(msg, ring, slot, now_ms);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "setting the cookie keys",
			  err);
}

/**
 * nl_get_keys() - ask which cookie keys the kernel holds
 * @nl: connected
 * @told: filled in
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: how many, or a negative errno.
 */
int nl_get_keys(struct nl *nl, struct keyring_told told[KEYRING_SLOTS],
		char *err)
{
	struct told_keys keys = { .told = told };
	int ret;

	ret = nlconn_ask(nl->conn, nlconn_begin(nl->conn, NTS_CMD_KEYS_GET),
			 false, take_keys, &keys, "reading the cookie keys",
			 err);
	return ret ? ret : (int)keys.n;
}

static int put_s(struct nl_msg *msg, int attr, double seconds)
{
	return nla_put_u64(msg, attr, (uint64_t)(seconds * 1e9));
}

/**
 * nl_set_clock() - say what answers tell of the clock
 * @nl: connected
 * @feed: the state
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_clock(struct nl *nl, const struct clockfeed *feed, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_CLOCK_SET);
	int64_t reftime = feed->reftime_ns;
	bool full;

	full = !msg ||
	       nla_put_u8(msg, NTS_A_CLOCK_MODE, feed->local ?
			  NTS_TIME_MODE_LOCAL : NTS_TIME_MODE_SYSTEM) ||
	       nla_put_u8(msg, NTS_A_CLOCK_LEAP, feed->leap) ||
	       nla_put_u8(msg, NTS_A_CLOCK_STRATUM, feed->stratum) ||
	       nla_put_u32(msg, NTS_A_CLOCK_REFID, feed->refid) ||
	       nla_put_u64(msg, NTS_A_CLOCK_ROOT_DELAY, feed->root_delay_ns) ||
	       nla_put_u64(msg, NTS_A_CLOCK_ROOT_DISPERSION,
			   feed->root_dispersion_ns) ||
	       nla_put(msg, NTS_A_CLOCK_REFTIME, sizeof(reftime), &reftime);
	if (!full && feed->local)
		full = put_s(msg, NTS_A_CLOCK_LOCAL_DISTANCE, feed->when.distance) ||
		       put_s(msg, NTS_A_CLOCK_LOCAL_ACTIVATE, feed->when.activate) ||
		       put_s(msg, NTS_A_CLOCK_LOCAL_WAIT_SYNCED, feed->when.wait_synced) ||
		       put_s(msg, NTS_A_CLOCK_LOCAL_WAIT_UNSYNCED, feed->when.wait_unsynced) ||
		       nla_put_u8(msg, NTS_A_CLOCK_LOCAL_ORPHAN, feed->when.orphan);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "setting the state of the clock",
			  err);
}

/**
 * nl_set_daemon() - say that ntsd is here and what its workers counted
 * @nl: connected; while it is open the kernel knows that ntsd lives
 * @counts: of all workers
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_daemon(struct nl *nl, const struct worker_counts *counts, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_DAEMON_SET);
	bool full;

	full = !msg ||
	       nla_put_u64(msg, NTS_A_DAEMON_KE_ACCEPTED, counts->accepted) ||
	       nla_put_u64(msg, NTS_A_DAEMON_KE_DROPPED, counts->dropped) ||
	       nla_put_u32(msg, NTS_A_DAEMON_PID, getpid());
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "reporting to the kernel",
			  err);
}

/**
 * nl_news_fd() - what to poll
 * @nl: the connection
 *
 * Return: a descriptor; call nl_news() when it is readable.
 */
int nl_news_fd(const struct nl *nl)
{
	return nl_socket_get_fd(nl->news);
}

/**
 * nl_news() - read what the kernel multicasts
 * @nl: the connection
 *
 * Return: what happened to the module last.
 */
enum nl_news nl_news(struct nl *nl)
{
	nl->heard = NL_NEWS_NONE;
	while (nl_recvmsgs_default(nl->news) >= 0)
		;
	return nl->heard;
}

/* The group's number changes with each load, like the family's. */
static void join(struct nl *nl, const char *name, bool wanted, int *joined)
{
	int group = wanted ? nlconn_group(nl->conn, name) : -1;

	if (group == *joined)
		return;
	if (*joined >= 0)
		nl_socket_drop_membership(nl->news, *joined);
	*joined = group;
	if (group >= 0)
		nl_socket_add_membership(nl->news, group);
}

static void join_events(struct nl *nl)
{
	join(nl, NTS_MCGRP_EVENTS, true, &nl->group);
	join(nl, NTS_MCGRP_SAMPLES, nl->samples, &nl->samples_group);
}

/**
 * nl_hear_events() - let someone have the module's events
 * @nl: the connection
 * @take: called for each, from nl_news()
 * @arg: for @take
 */
void nl_hear_events(struct nl *nl, nl_event_take *take, void *arg)
{
	nl->take = take;
	nl->arg = arg;
	join_events(nl);
}

/**
 * nl_hear_samples() - have an event for each sample, or not
 * @nl: the connection, with nl_hear_events()
 * @on: have them
 */
void nl_hear_samples(struct nl *nl, bool on)
{
	nl->samples = on;
	join_events(nl);
}

/**
 * nl_find_module() - find the family, whose number changes with each load
 * @nl: the connection
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false when the module is not there.
 */
bool nl_find_module(struct nl *nl, char *err)
{
	if (!nlconn_find(nl->conn, err))
		return false;
	join_events(nl);
	return true;
}

/* "nlctrl" tells when families come; without it the module is looked for. */
static bool open_news(struct nl *nl)
{
	int group;

	nl->news = nl_socket_alloc();
	if (!nl->news || genl_connect(nl->news))
		return false;
	group = genl_ctrl_resolve_grp(nl->news, "nlctrl", "notify");
	if (group >= 0)
		nl_socket_add_membership(nl->news, group);
	nl_socket_disable_seq_check(nl->news);
	nl_socket_modify_cb(nl->news, NL_CB_VALID, NL_CB_CUSTOM, on_news, nl);
	return !nl_socket_set_nonblocking(nl->news);
}

/**
 * nl_open() - connect to the kernel and find the module
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: the connection, or NULL with @err set.
 */
struct nl *nl_open(char *err)
{
	struct nl *nl = calloc(1, sizeof(*nl));

	snprintf(err, NL_ERR_LEN, "netlink: no socket");
	if (!nl)
		return NULL;
	nl->group = -1;
	nl->samples_group = -1;
	if (open_news(nl))
		nl->conn = nlconn_open(err);
	if (!nl->conn) {
		nl_hang_up(nl);
		return NULL;
	}
	/* It may have been loaded for this very call: no news. */
	nl_news(nl);
	return nl;
}

/**
 * nl_hang_up() - the kernel goes on by itself
 * @nl: NULL is fine
 */
void nl_hang_up(struct nl *nl)
{
	if (!nl)
		return;
	nlconn_close(nl->conn);
	nl_socket_free(nl->news);
	free(nl);
}
