/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket by which ntsctl asks for what only the daemon can do: one request
 * as text, one reply as text, each a packet.
 */
#ifndef NTSD_CONTROL_H
#define NTSD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONTROL_PATH "/run/ntsd/control"
#define CONTROL_TEXT_LEN 1024
#define CONTROL_REPLY_LEN 8192
#define CONTROL_CLIENTS 4

/**
 * struct control - the socket
 * @fd: that listens, or -1
 * @uid: who may change something, besides root
 * @client: connections, -1 where there is none
 * @epoll: where all of them are watched
 * @tag: or'ed to 0 for @fd, and to 1 + the index of a client
 */
struct control {
	int fd;
	uid_t uid;
	int client[CONTROL_CLIENTS];
	int epoll;
	unsigned long long tag;
};

/**
 * typedef control_do - does what is asked for
 * @arg: as given
 * @may_change: who asks is root or the daemon's user; others may only read
 * @request: text
 * @reply: CONTROL_REPLY_LEN bytes, "200 OK" or a number and why not
 */
typedef void control_do(void *arg, bool may_change, const char *request,
			char *reply);

void control_init(struct control *c);
bool control_open(struct control *c, const char *path, uid_t uid, gid_t gid,
		  char *err, size_t err_len);
void control_hear(struct control *c, unsigned int index, control_do *run,
		  void *arg);
void control_close(struct control *c);

#endif
