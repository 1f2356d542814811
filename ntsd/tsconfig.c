// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/ethtool_netlink.h>
#include <linux/net_tstamp.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "tsconfig.h"

/* A driver may reset its device for that. */
#define ANSWER_S 10

/* Headers of older kernels do not have these. */
#define MSG_TSCONFIG_SET 47
#define A_TSCONFIG_HEADER 1
#define A_TSCONFIG_TX_TYPES 3
#define A_TSCONFIG_RX_FILTERS 4

struct tsconfig {
	struct nl_sock *sock;
	int family;
	bool done;
	int ret;
};

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct tsconfig *t = arg;

	(void)from;
	t->ret = e->error;
	t->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct tsconfig *t = arg;

	(void)msg;
	t->done = true;
	return NL_STOP;
}

/* This bit, and no other. */
static bool put_bit(struct nl_msg *msg, int type, uint32_t index)
{
	struct nlattr *set, *bits, *bit;

	set = nla_nest_start(msg, type | NLA_F_NESTED);
	if (!set || nla_put_flag(msg, ETHTOOL_A_BITSET_NOMASK))
		return false;
	bits = nla_nest_start(msg, ETHTOOL_A_BITSET_BITS | NLA_F_NESTED);
	if (!bits)
		return false;
	bit = nla_nest_start(msg, ETHTOOL_A_BITSET_BITS_BIT | NLA_F_NESTED);
	if (!bit || nla_put_u32(msg, ETHTOOL_A_BITSET_BIT_INDEX, index))
		return false;
	nla_nest_end(msg, bit);
	nla_nest_end(msg, bits);
	nla_nest_end(msg, set);
	return true;
}

static bool fill(struct nl_msg *msg, int family, const char *name,
		 const struct stamping_mode *mode)
{
	struct nlattr *header;

	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
			 NLM_F_REQUEST | NLM_F_ACK, MSG_TSCONFIG_SET,
			 ETHTOOL_GENL_VERSION))
		return false;
	header = nla_nest_start(msg, A_TSCONFIG_HEADER | NLA_F_NESTED);
	if (!header || nla_put_string(msg, ETHTOOL_A_HEADER_DEV_NAME, name) ||
	    nla_put_u32(msg, ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_OMIT_REPLY))
		return false;
	nla_nest_end(msg, header);
	return put_bit(msg, A_TSCONFIG_TX_TYPES,
		       mode->sent ? HWTSTAMP_TX_ON : HWTSTAMP_TX_OFF) &&
	       put_bit(msg, A_TSCONFIG_RX_FILTERS, mode->filter);
}

/**
 * tsconfig_open() - get ready
 *
 * Return: NULL when this kernel has no ethtool netlink.
 */
struct tsconfig *tsconfig_open(void)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct tsconfig *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->sock = nl_socket_alloc();
	if (!t->sock || genl_connect(t->sock))
		goto fail;
	t->family = genl_ctrl_resolve(t->sock, ETHTOOL_GENL_NAME);
	if (t->family < 0)
		goto fail;
	setsockopt(nl_socket_get_fd(t->sock), SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	nl_socket_modify_cb(t->sock, NL_CB_ACK, NL_CB_CUSTOM, on_ack, t);
	nl_socket_modify_err_cb(t->sock, NL_CB_CUSTOM, on_error, t);
	return t;
fail:
	tsconfig_close(t);
	return NULL;
}

/**
 * tsconfig_set() - have a device stamp packets
 * @t: open, or NULL
 * @name: of the device
 * @mode: what to do
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP when the kernel or the driver does
 * not know this way.
 */
int tsconfig_set(struct tsconfig *t, const char *name,
		 const struct stamping_mode *mode)
{
	struct nl_msg *msg;
	int ret = -1;

	if (!t)
		return -EOPNOTSUPP;
	msg = nlmsg_alloc();
	if (!msg)
		return -ENOMEM;
	t->done = false;
	t->ret = 0;
	if (fill(msg, t->family, name, mode))
		ret = nl_send_auto(t->sock, msg);
	nlmsg_free(msg);
	while (ret >= 0 && !t->done)
		ret = nl_recvmsgs_default(t->sock);
	return t->done ? t->ret : -EIO;
}

/**
 * tsconfig_close() - let go
 * @t: may be NULL
 */
void tsconfig_close(struct tsconfig *t)
{
	if (!t)
		return;
	nl_socket_free(t->sock);
	free(t);
}
