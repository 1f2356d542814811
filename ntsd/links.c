// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "links.h"

/* The kernel answers at once: this only ends a wait for a broken one. */
#define ANSWER_S 5
/* It may change while it is read. */
#define READ_TRIES 5
/* A bond of VLANs of a bond, and no loops. */
#define DEPTH_MAX 6

static enum link_kind kind_of(const char *kind, unsigned int flags)
{
	static const char *const on_one[] = {
		"ipvlan", "ipvtap", "macsec", "macvlan", "macvtap", "vlan",
	};
	static const char *const on_many[] = {
		"bond", "bridge", "team", "vrf",
	};

	if (flags & IFF_LOOPBACK)
		return LINK_LOOPBACK;
	for (size_t i = 0; i < sizeof(on_one) / sizeof(*on_one); i++)
		if (!strcmp(kind, on_one[i]))
			return LINK_ON_ONE;
	for (size_t i = 0; i < sizeof(on_many) / sizeof(*on_many); i++)
		if (!strcmp(kind, on_many[i]))
			return LINK_ON_MANY;
	return LINK_REAL;
}

static bool parse(struct nlmsghdr *hdr, struct link *link)
{
	struct nlattr *attr[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *msg = nlmsg_data(hdr);
	char kind[32] = "";

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(hdr, sizeof(*msg), attr, IFLA_MAX, NULL) ||
	    !attr[IFLA_IFNAME])
		return false;
	memset(link, 0, sizeof(*link));
	link->index = msg->ifi_index;
	link->up = msg->ifi_flags & IFF_UP;
	nla_strlcpy(link->name, attr[IFLA_IFNAME], sizeof(link->name));
	if (attr[IFLA_LINKINFO] &&
	    !nla_parse_nested(info, IFLA_INFO_MAX, attr[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(kind, info[IFLA_INFO_KIND], sizeof(kind));
	link->kind = kind_of(kind, msg->ifi_flags);
	if (attr[IFLA_MASTER])
		link->master = nla_get_u32(attr[IFLA_MASTER]);
	if (attr[IFLA_LINK] && !attr[IFLA_LINK_NETNSID])
		link->lower = nla_get_u32(attr[IFLA_LINK]);
	return true;
}

static int on_link(struct nl_msg *msg, void *arg)
{
	struct links *l = arg;
	struct link *more, link;

	if (!parse(nlmsg_hdr(msg), &link))
		return NL_OK;
	if (l->n == l->room) {
		more = reallocarray(l->at, l->room + 32, sizeof(*more));
		if (!more)
			return NL_OK;
		l->at = more;
		l->room += 32;
	}
	l->at[l->n++] = link;
	return NL_OK;
}

static int on_news(struct nl_msg *msg, void *arg)
{
	struct links *l = arg;

	(void)msg;
	l->changed = true;
	return NL_OK;
}

static struct nl_sock *connect_socket(nl_recvmsg_msg_cb_t take, void *arg)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || nl_connect(sock, NETLINK_ROUTE)) {
		nl_socket_free(sock);
		return NULL;
	}
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take, arg);
	return sock;
}

/**
 * links_open() - get ready to read and hear
 * @l: filled in
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: false with @err set.
 */
bool links_open(struct links *l, char *err, size_t err_len)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };

	memset(l, 0, sizeof(*l));
	l->ask = connect_socket(on_link, l);
	l->news = connect_socket(on_news, l);
	if (!l->ask || !l->news ||
	    nl_socket_add_membership(l->news, RTNLGRP_LINK) ||
	    nl_socket_set_nonblocking(l->news)) {
		snprintf(err, err_len, "no list of network devices: netlink: %s",
			 strerror(errno));
		links_close(l);
		return false;
	}
	nl_socket_disable_seq_check(l->news);
	setsockopt(nl_socket_get_fd(l->ask), SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	l->changed = true;
	return true;
}

/**
 * links_fd() - what to poll
 * @l: open
 *
 * Return: a descriptor; call links_hear() when it is readable.
 */
int links_fd(const struct links *l)
{
	return nl_socket_get_fd(l->news);
}

/**
 * links_hear() - take the news; @l->changed says whether there were any
 * @l: open
 */
void links_hear(struct links *l)
{
	int ret;

	do {
		ret = nl_recvmsgs_default(l->news);
		/* What libnl makes of ENOBUFS: some were lost. */
		if (ret == -NLE_NOMEM)
			l->changed = true;
	} while (ret >= 0 || ret == -NLE_NOMEM);
}

/**
 * links_read() - read the list
 * @l: open
 *
 * Return: false when that failed; the old list may be gone then.
 */
bool links_read(struct links *l)
{
	struct ifinfomsg msg = { .ifi_family = AF_UNSPEC };
	int ret = -NLE_DUMP_INTR;

	l->changed = false;
	for (int i = 0; i < READ_TRIES && ret == -NLE_DUMP_INTR; i++) {
		l->n = 0;
		ret = nl_send_simple(l->ask, RTM_GETLINK, NLM_F_DUMP, &msg,
				     sizeof(msg));
		if (ret >= 0)
			ret = nl_recvmsgs_default(l->ask);
	}
	l->changed |= ret < 0;
	return ret >= 0;
}

static const struct link *by_index(const struct links *l, int index)
{
	for (unsigned int i = 0; i < l->n; i++)
		if (l->at[i].index == index)
			return &l->at[i];
	return NULL;
}

static unsigned int add(const struct link *link, const struct link **found,
			unsigned int n, unsigned int max)
{
	if (n < max)
		found[n++] = link;
	return n;
}

static unsigned int descend(const struct links *l, const struct link *link,
			    const struct link **found, unsigned int n,
			    unsigned int max, int depth)
{
	const struct link *lower;

	if (depth > DEPTH_MAX)
		return n;
	if (link->kind == LINK_ON_ONE) {
		lower = link->lower ? by_index(l, link->lower) : NULL;
		return lower ? descend(l, lower, found, n, max, depth + 1) : n;
	}
	if (link->kind != LINK_ON_MANY)
		return add(link, found, n, max);
	for (unsigned int i = 0; i < l->n; i++)
		if (l->at[i].master == link->index)
			n = descend(l, &l->at[i], found, n, max, depth + 1);
	return n;
}

/**
 * links_named() - find a device
 * @l: read
 * @name: of it
 *
 * Return: it, or NULL.
 */
const struct link *links_named(const struct links *l, const char *name)
{
	for (unsigned int i = 0; i < l->n; i++)
		if (!strcmp(l->at[i].name, name))
			return &l->at[i];
	return NULL;
}

/**
 * links_resolve() - find the devices that packets of one go through
 * @l: read
 * @name: of it, or "*" for all
 * @found: filled in
 * @max: room for so many
 *
 * Return: how many.
 */
unsigned int links_resolve(const struct links *l, const char *name,
			   const struct link **found, unsigned int max)
{
	const struct link *link = links_named(l, name);
	unsigned int n = 0;

	if (link)
		return descend(l, link, found, 0, max, 0);
	for (unsigned int i = 0; !strcmp(name, "*") && i < l->n; i++)
		if (l->at[i].kind == LINK_REAL)
			n = add(&l->at[i], found, n, max);
	return n;
}

/**
 * links_close() - let go of all
 * @l: open, or zeroed
 */
void links_close(struct links *l)
{
	nl_socket_free(l->ask);
	nl_socket_free(l->news);
	free(l->at);
	memset(l, 0, sizeof(*l));
}
