// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to the kernel module's netlink family. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nts.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nlconn.h"

/* The kernel answers at once: this only ends a wait for a broken one. */
#define ANSWER_S 5

struct nlconn {
	struct nl_sock *sock;
	int family;
	bool done;
	int ret;
	char text[256];
	nlconn_take *take;
	void *arg;
};

/* The text of an extended acknowledgement, linux/netlink.h. */
static void take_text(struct nlconn *conn, const struct nlmsgerr *e)
{
	const struct nlmsghdr *hdr = (const void *)((const char *)e - NLMSG_HDRLEN);
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
		nla_strlcpy(conn->text, attr, sizeof(conn->text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlconn *conn = arg;

	(void)from;
	take_text(conn, e);
	conn->ret = e->error;
	conn->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct nlconn *conn = arg;

	(void)msg;
	conn->done = true;
	return NL_STOP;
}

/* The end of a dump carries what became of it. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct nlconn *conn = arg;

	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		conn->ret = -EAGAIN;
	else if (nlmsg_datalen(hdr) >= (int)sizeof(int))
		memcpy(&conn->ret, nlmsg_data(hdr), sizeof(int));
	conn->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlconn *conn = arg;

	if (conn->take && nlmsg_hdr(msg)->nlmsg_type == conn->family)
		conn->take(genlmsg_hdr(nlmsg_hdr(msg)), conn->arg);
	return NL_OK;
}

static struct nl_msg *begin(const struct nlconn *conn, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, conn->family, 0,
				NLM_F_REQUEST | flags, cmd, NTS_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/**
 * nlconn_begin() - begin a request
 * @conn: connected
 * @cmd: one of enum NTS_CMD_*
 *
 * Return: the message to put attributes in, or NULL; for nlconn_ask() either.
 */
struct nl_msg *nlconn_begin(const struct nlconn *conn, uint8_t cmd)
{
	return begin(conn, cmd, NLM_F_ACK);
}

/**
 * nlconn_begin_dump() - begin a request for a list
 * @conn: connected
 * @cmd: one of enum NTS_CMD_* that can be dumped
 *
 * nlconn_ask() says -EAGAIN when the list changed while it was read: what was
 * taken may then miss some of it or have it twice.
 *
 * Return: the message to put attributes in, or NULL; for nlconn_ask() either.
 */
struct nl_msg *nlconn_begin_dump(const struct nlconn *conn, uint8_t cmd)
{
	return begin(conn, cmd, NLM_F_DUMP);
}

/**
 * nlconn_ask() - send a request and wait for the kernel's word
 * @conn: connected
 * @msg: from nlconn_begin(); wiped and freed here
 * @full: true if an attribute did not fit
 * @take: called for what the kernel answers, or NULL
 * @arg: for @take
 * @what: what this is, for @err
 * @err: NLCONN_ERR_LEN bytes for what failed, with the kernel's own text
 *
 * Return: 0 or a negative errno.
 */
int nlconn_ask(struct nlconn *conn, struct nl_msg *msg, bool full,
	       nlconn_take *take, void *arg, const char *what, char *err)
{
	int ret = 0;

	conn->done = false;
	conn->ret = 0;
	conn->text[0] = '\0';
	conn->take = take;
	conn->arg = arg;
	if (!msg || full)
		ret = -NLE_NOMEM;
	else
		ret = nl_send_auto(conn->sock, msg);
	/* It held keys, perhaps. */
	if (msg)
		explicit_bzero(nlmsg_data(nlmsg_hdr(msg)),
			       nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	while (ret >= 0 && !conn->done)
		ret = nl_recvmsgs_default(conn->sock);
	conn->take = NULL;

	if (!conn->done) {
		snprintf(err, NLCONN_ERR_LEN, "%s: %s", what, nl_geterror(ret));
		return -EIO;
	}
	if (conn->ret)
		snprintf(err, NLCONN_ERR_LEN, "%s: the kernel says: %s%s%s", what,
			 conn->text, conn->text[0] ? ": " : "",
			 strerror(-conn->ret));
	return conn->ret;
}

/**
 * nlconn_group() - find a multicast group
 * @conn: connected
 * @name: of the group
 *
 * Return: its number, or a negative libnl error.
 */
int nlconn_group(const struct nlconn *conn, const char *name)
{
	return genl_ctrl_resolve_grp(conn->sock, NTS_FAMILY_NAME, name);
}

/**
 * nlconn_listen() - wait for events instead of answers from now on
 * @conn: connected
 * @group: a multicast group of the family
 * @err: NLCONN_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nlconn_listen(struct nlconn *conn, const char *group, char *err)
{
	const struct timeval forever = { 0 };
	int id = nlconn_group(conn, group);
	int ret = id < 0 ? id : nl_socket_add_membership(conn->sock, id);

	if (ret < 0) {
		snprintf(err, NLCONN_ERR_LEN, "listening for %s: %s", group,
			 nl_geterror(ret));
		return -EIO;
	}
	nl_socket_disable_seq_check(conn->sock);
	setsockopt(nl_socket_get_fd(conn->sock), SOL_SOCKET, SO_RCVTIMEO, &forever,
		   sizeof(forever));
	return 0;
}

/**
 * nlconn_hear() - wait for the next events
 * @conn: listening
 * @take: called for each
 * @arg: for @take
 *
 * Return: 0 or a negative libnl error.
 */
int nlconn_hear(struct nlconn *conn, nlconn_take *take, void *arg)
{
	int ret;

	conn->take = take;
	conn->arg = arg;
	ret = nl_recvmsgs_default(conn->sock);
	conn->take = NULL;
	return ret;
}

/**
 * nlconn_find() - find the family, whose number changes with each load
 * @conn: the connection
 * @err: NLCONN_ERR_LEN bytes for what failed
 *
 * Unlike nlconn_resolve(), it only looks: to ask for a family by its name would
 * make the kernel load a module that its administrator just unloaded.
 *
 * Return: false when the module is not there.
 */
bool nlconn_find(struct nlconn *conn, char *err)
{
	struct genl_family *family;
	struct nl_cache *cache;

	snprintf(err, NLCONN_ERR_LEN,
		 "kernel module nts is not loaded: modprobe nts");
	if (genl_ctrl_alloc_cache(conn->sock, &cache))
		return false;
	family = genl_ctrl_search_by_name(cache, NTS_FAMILY_NAME);
	if (family) {
		conn->family = genl_family_get_id(family);
		genl_family_put(family);
	}
	nl_cache_free(cache);
	return family;
}

/**
 * nlconn_resolve() - find the family, and have the module loaded if need be
 * @conn: the connection
 * @err: NLCONN_ERR_LEN bytes for what failed
 *
 * Return: false when the module is not there.
 */
bool nlconn_resolve(struct nlconn *conn, char *err)
{
	conn->family = genl_ctrl_resolve(conn->sock, NTS_FAMILY_NAME);
	if (conn->family < 0)
		snprintf(err, NLCONN_ERR_LEN,
			 "kernel module nts is not loaded: modprobe nts");
	return conn->family >= 0;
}

/**
 * nlconn_close() - end the connection
 * @conn: may be NULL
 */
void nlconn_close(struct nlconn *conn)
{
	if (!conn)
		return;
	nl_socket_free(conn->sock);
	free(conn);
}

/**
 * nlconn_open() - connect to the kernel and find the module
 * @err: NLCONN_ERR_LEN bytes for what failed
 *
 * Return: the connection, or NULL with @err set.
 */
struct nlconn *nlconn_open(char *err)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct nlconn *conn = calloc(1, sizeof(*conn));
	const int one = 1;
	int fd;

	if (conn)
		conn->sock = nl_socket_alloc();
	if (!conn || !conn->sock || genl_connect(conn->sock)) {
		snprintf(err, NLCONN_ERR_LEN, "netlink: %s", strerror(errno));
		nlconn_close(conn);
		return NULL;
	}
	fd = nl_socket_get_fd(conn->sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (!nlconn_resolve(conn, err)) {
		nlconn_close(conn);
		return NULL;
	}
	nl_socket_modify_cb(conn->sock, NL_CB_VALID, NL_CB_CUSTOM, on_valid, conn);
	nl_socket_modify_cb(conn->sock, NL_CB_ACK, NL_CB_CUSTOM, on_ack, conn);
	nl_socket_modify_cb(conn->sock, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, conn);
	nl_socket_modify_err_cb(conn->sock, NL_CB_CUSTOM, on_error, conn);
	return conn;
}
