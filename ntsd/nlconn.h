/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to the kernel module's netlink family. */
#ifndef NTSD_NLCONN_H
#define NTSD_NLCONN_H

#include <stdbool.h>
#include <stdint.h>

#define NLCONN_ERR_LEN 512

struct genlmsghdr;
struct nl_msg;
struct nlconn;

/**
 * typedef nlconn_take - called for each message that is no acknowledgement
 * @gen: the message; its attributes follow
 * @arg: as given
 */
typedef void nlconn_take(struct genlmsghdr *gen, void *arg);

struct nlconn *nlconn_open(char *err);
bool nlconn_resolve(struct nlconn *conn, char *err);
bool nlconn_find(struct nlconn *conn, char *err);
struct nl_msg *nlconn_begin(const struct nlconn *conn, uint8_t cmd);
struct nl_msg *nlconn_begin_dump(const struct nlconn *conn, uint8_t cmd);
int nlconn_ask(struct nlconn *conn, struct nl_msg *msg, bool full,
	       nlconn_take *take, void *arg, const char *what, char *err);
int nlconn_group(const struct nlconn *conn, const char *name);
int nlconn_listen(struct nlconn *conn, const char *group, char *err);
int nlconn_hear(struct nlconn *conn, nlconn_take *take, void *arg);
void nlconn_close(struct nlconn *conn);

#endif
