/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening sockets of NTS-KE, shared by all workers. */
#ifndef NTSD_LISTENER_H
#define NTSD_LISTENER_H

#include <pwd.h>
#include <sys/socket.h>

#include "config.h"

#define LISTENER_MAX 2

/**
 * struct listener - the sockets
 * @fd: of each
 * @family: of each
 * @n: how many
 */
struct listener {
	int fd[LISTENER_MAX];
	sa_family_t family[LISTENER_MAX];
	unsigned int n;
};

bool listener_open(struct listener *l, const struct config *conf, char *err,
		   size_t err_len);
void listener_give(const struct listener *l, const struct passwd *user);
bool listener_move(struct listener *l, const struct config *conf, const struct listener *old,
		   const struct config *old_conf, char *err, size_t err_len);
bool listener_same(const struct config *a, const struct config *b);
void listener_close(struct listener *l);

#endif
