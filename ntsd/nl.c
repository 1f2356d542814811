// SPDX-License-Identifier: GPL-2.0-or-later
/* The one file that knows libnl. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nts.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl.h"

/* The kernel answers at once: this only ends a wait for a broken one. */
#define ANSWER_S 5

struct nl {
	struct nl_sock *sock;
	struct nl_sock *news;
	int family;
	bool done;
	int ret;
	bool module_came;
	char text[256];
	struct keyring_told *told;
	size_t n_told;
};

/* The text of an extended acknowledgement, Documentation/netlink. */
static void take_text(struct nl *nl, const struct nlmsgerr *e)
{
	const struct nlmsghdr *hdr = (const void *)((const char *)e -
						    NLMSG_HDRLEN);
	size_t skip = sizeof(*e);
	const struct nlattr *attr;
	int left;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	left = (int)hdr->nlmsg_len - NLMSG_HDRLEN - (int)skip;
	attr = nla_find((const struct nlattr *)((const char *)e + skip),
			left > 0 ? left : 0, NLMSGERR_ATTR_MSG);
	if (attr)
		nla_strlcpy(nl->text, attr, sizeof(nl->text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nl *nl = arg;

	(void)from;
	take_text(nl, e);
	nl->ret = e->error;
	nl->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct nl *nl = arg;

	(void)msg;
	nl->done = true;
	return NL_STOP;
}

static void take_key(struct nl *nl, struct nlattr *nested)
{
	struct nlattr *attr[NTS_A_KEY_MAX + 1];
	struct keyring_told *told = &nl->told[nl->n_told];

	if (nl->n_told == KEYRING_SLOTS ||
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
	nl->n_told++;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *gen = genlmsg_hdr(nlmsg_hdr(msg));
	struct nlattr *attr;
	struct nl *nl = arg;
	int left;

	if (!nl->told || gen->cmd != NTS_CMD_KEYS_GET)
		return NL_OK;
	nla_for_each_attr(attr, genlmsg_attrdata(gen, 0),
			  genlmsg_attrlen(gen, 0), left)
		if (nla_type(attr) == NTS_A_KEYS_KEY)
			take_key(nl, attr);
	return NL_OK;
}

static int on_news(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *gen = genlmsg_hdr(nlmsg_hdr(msg));
	struct nlattr *name;
	struct nl *nl = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != GENL_ID_CTRL ||
	    gen->cmd != CTRL_CMD_NEWFAMILY)
		return NL_OK;
	name = nla_find(genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0),
			CTRL_ATTR_FAMILY_NAME);
	if (name && !strcmp(nla_get_string(name), NTS_FAMILY_NAME))
		nl->module_came = true;
	return NL_OK;
}

static struct nl_msg *begin(const struct nl *nl, uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				NLM_F_REQUEST | NLM_F_ACK, cmd,
				NTS_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/* Sends and frees @msg, and waits for the kernel's word. */
static int ask(struct nl *nl, struct nl_msg *msg, bool full, const char *what,
	       char *err)
{
	int ret = 0;

	nl->done = false;
	nl->ret = 0;
	nl->text[0] = '\0';
	if (!msg || full)
		ret = -NLE_NOMEM;
	else
		ret = nl_send_auto(nl->sock, msg);
	/* It held keys, perhaps. */
	if (msg)
		explicit_bzero(nlmsg_data(nlmsg_hdr(msg)),
			       nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	while (ret >= 0 && !nl->done)
		ret = nl_recvmsgs_default(nl->sock);

	if (!nl->done) {
		snprintf(err, NL_ERR_LEN, "%s: %s", what, nl_geterror(ret));
		return -EIO;
	}
	if (nl->ret)
		snprintf(err, NL_ERR_LEN, "%s: the kernel says: %s%s%s", what,
			 nl->text, nl->text[0] ? ": " : "",
			 strerror(-nl->ret));
	return nl->ret;
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

/**
 * nl_set_server() - say where NTP requests are answered
 * @nl: connected
 * @conf: directives port and bindaddress
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_server(struct nl *nl, const struct config *conf, char *err)
{
	struct nl_msg *msg = begin(nl, NTS_CMD_SERVER_SET);
	bool full = !msg;

	full = full || nla_put_u8(msg, NTS_A_SERVER_ENABLED, !!conf->ntp_port);
	if (!full && conf->ntp_port)
		full = nla_put_u16(msg, NTS_A_SERVER_PORT, conf->ntp_port);
	if (!full && conf->bind4_set)
		full = nla_put(msg, NTS_A_SERVER_BIND4, sizeof(conf->bind4),
			       &conf->bind4);
	if (!full && conf->bind6_set)
		full = nla_put(msg, NTS_A_SERVER_BIND6, sizeof(conf->bind6),
			       &conf->bind6);
	return ask(nl, msg, full, "setting the NTP port", err);
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
	struct nl_msg *msg = begin(nl, NTS_CMD_KEYS_SET);
	bool full = !msg;

	for (unsigned int slot = 0; !full && slot < KEYRING_SLOTS; slot++)
		full = !put_key(msg, ring, slot, now_ms);
	return ask(nl, msg, full, "setting the cookie keys", err);
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
	int ret;

	nl->told = told;
	nl->n_told = 0;
	ret = ask(nl, begin(nl, NTS_CMD_KEYS_GET), false,
		  "reading the cookie keys", err);
	nl->told = NULL;
	return ret ? ret : (int)nl->n_told;
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
	struct nl_msg *msg = begin(nl, NTS_CMD_CLOCK_SET);
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
	return ask(nl, msg, full, "setting the state of the clock", err);
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
	struct nl_msg *msg = begin(nl, NTS_CMD_DAEMON_SET);
	bool full;

	full = !msg ||
	       nla_put_u64(msg, NTS_A_DAEMON_KE_ACCEPTED, counts->accepted) ||
	       nla_put_u64(msg, NTS_A_DAEMON_KE_DROPPED, counts->dropped) ||
	       nla_put_u32(msg, NTS_A_DAEMON_PID, getpid());
	return ask(nl, msg, full, "reporting to the kernel", err);
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
 * Return: true if the module was loaded (again) and knows nothing.
 */
bool nl_news(struct nl *nl)
{
	nl->module_came = false;
	nl_recvmsgs_default(nl->news);
	return nl->module_came;
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
	nl->family = genl_ctrl_resolve(nl->sock, NTS_FAMILY_NAME);
	if (nl->family < 0)
		snprintf(err, NL_ERR_LEN,
			 "kernel module nts is not loaded: modprobe nts");
	return nl->family >= 0;
}

static struct nl_sock *open_sock(void)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct nl_sock *sock = nl_socket_alloc();
	const int one = 1;

	if (sock && genl_connect(sock)) {
		nl_socket_free(sock);
		return NULL;
	}
	if (sock) {
		int fd = nl_socket_get_fd(sock);

		setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
		setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	}
	return sock;
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
	int group;

	snprintf(err, NL_ERR_LEN, "netlink: %s", strerror(errno));
	if (!nl)
		return NULL;
	nl->sock = open_sock();
	nl->news = open_sock();
	if (!nl->sock || !nl->news || !nl_find_module(nl, err)) {
		nl_hang_up(nl);
		return NULL;
	}
	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_CUSTOM, on_valid, nl);
	nl_socket_modify_cb(nl->sock, NL_CB_ACK, NL_CB_CUSTOM, on_ack, nl);
	nl_socket_modify_err_cb(nl->sock, NL_CB_CUSTOM, on_error, nl);

	nl_socket_disable_seq_check(nl->news);
	nl_socket_modify_cb(nl->news, NL_CB_VALID, NL_CB_CUSTOM, on_news, nl);
	nl_socket_set_nonblocking(nl->news);
	group = genl_ctrl_resolve_grp(nl->sock, "nlctrl", "notify");
	if (group >= 0)
		nl_socket_add_membership(nl->news, group);
	return nl;
}

/**
 * nl_hang_up() - hang up: the kernel goes on by itself
 * @nl: NULL is fine
 */
void nl_hang_up(struct nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	nl_socket_free(nl->news);
	free(nl);
}
