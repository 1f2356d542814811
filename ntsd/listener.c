// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

#define BACKLOG_MAX 4096

/* What a listener is to become, and the one of ours whose port it takes over. */
struct plan {
	const struct config *conf;
	const struct listener *old;
	const struct config *old_conf;
};

static int find(const struct listener *l, sa_family_t family)
{
	for (unsigned int i = 0; l && i < l->n; i++)
		if (l->family[i] == family)
			return l->fd[i];
	return -1;
}

static bool same(const struct config *a, const struct config *b, sa_family_t family)
{
	if (a->nts_port != b->nts_port || strcmp(a->bind_device, b->bind_device))
		return false;
	if (family == AF_INET)
		return a->bind4_set == b->bind4_set &&
		       !memcmp(&a->bind4, &b->bind4, sizeof(a->bind4));
	return a->bind6_set == b->bind6_set &&
	       !memcmp(&a->bind6, &b->bind6, sizeof(a->bind6));
}

static int open_one(const struct plan *plan, const struct sockaddr *addr, socklen_t len,
		    int backlog)
{
	int old = find(plan->old, addr->sa_family), one = 1, fd, saved;
	const char *device = plan->conf->bind_device;
	bool is_v6 = addr->sa_family == AF_INET6;

	if (old >= 0 && same(plan->conf, plan->old_conf, addr->sa_family))
		return fcntl(old, F_DUPFD_CLOEXEC, 0);

	fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* At boot the address may not be there yet. */
	if (is_v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
	else
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	/* 0.0.0.0 and one address of ours, say, on one port, until the old is closed. */
	if (old >= 0 && plan->conf->nts_port == plan->old_conf->nts_port) {
		setsockopt(old, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	}
	/* Answers are one small write: never wait for more. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if ((device[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				     strlen(device))) ||
	    (is_v6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one))) ||
	    bind(fd, addr, len) || listen(fd, backlog)) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static bool add(struct listener *l, const struct plan *plan, const struct sockaddr *addr,
		socklen_t len, int backlog)
{
	int fd = open_one(plan, addr, len, backlog);

	if (fd >= 0) {
		l->family[l->n] = addr->sa_family;
		l->fd[l->n++] = fd;
	}
	return fd >= 0;
}

static bool open_all(struct listener *l, const struct plan *plan, char *err, size_t err_len)
{
	const struct config *conf = plan->conf;
	struct sockaddr_in in4 = { .sin_family = AF_INET,
				   .sin_port = htons(conf->nts_port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(conf->nts_port) };
	int backlog = conf->processes * conf->connections, why;

	if (conf->bind4_set)
		in4.sin_addr = conf->bind4;
	if (conf->bind6_set)
		in6.sin6_addr = conf->bind6;
	if (backlog > BACKLOG_MAX || backlog < 0)
		backlog = BACKLOG_MAX;

	l->n = 0;
	if ((add(l, plan, (void *)&in4, sizeof(in4), backlog) ||
	     errno == EAFNOSUPPORT) &&
	    (add(l, plan, (void *)&in6, sizeof(in6), backlog) ||
	     errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL) && l->n)
		return true;

	why = errno;
	snprintf(err, err_len, "cannot listen on TCP port %u: %s%s",
		 conf->nts_port, why == ENODEV ? "binddevice: no such device" :
		 strerror(why),
		 why == EADDRINUSE ?
		 ": another server uses it (chronyd?), stop it or set ntsport" : "");
	listener_close(l);
	errno = why;
	return false;
}

/**
 * listener_open() - listen for NTS-KE clients
 * @l: filled in
 * @conf: bindaddress, binddevice and ntsport
 * @err: text of what failed
 * @err_len: room for it
 *
 * As in chrony, naming an address of one family leaves the other open to all.
 * A kernel without IPv6 (or IPv4) is served by the other alone.
 *
 * Return: false with @err and errno set when nothing listens.
 */
bool listener_open(struct listener *l, const struct config *conf, char *err,
		   size_t err_len)
{
	const struct plan plan = { .conf = conf };

	return open_all(l, &plan, err, err_len);
}

/**
 * listener_give() - let a user's process open others beside these later
 * @l: open
 * @user: whose they become, if this is root
 */
void listener_give(const struct listener *l, const struct passwd *user)
{
	/* Without, listener_move() says that the port is in use. */
	for (unsigned int i = 0; i < l->n; i++)
		if (fchown(l->fd[i], user->pw_uid, user->pw_gid))
			return;
}

/**
 * listener_move() - listen elsewhere, while the old sockets still listen
 * @l: filled in; what need not move is shared with @old
 * @conf: bindaddress, binddevice and ntsport of now
 * @old: the sockets, to be closed when @l is in use
 * @old_conf: what they were opened by
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: as listener_open(); @old goes on either way.
 */
bool listener_move(struct listener *l, const struct config *conf, const struct listener *old,
		   const struct config *old_conf, char *err, size_t err_len)
{
	const struct plan plan = { .conf = conf, .old = old, .old_conf = old_conf };

	return open_all(l, &plan, err, err_len);
}

/**
 * listener_same() - do 2 configurations listen alike?
 * @a: one
 * @b: the other
 *
 * Return: true if the sockets need not be opened anew.
 */
bool listener_same(const struct config *a, const struct config *b)
{
	return same(a, b, AF_INET) && same(a, b, AF_INET6);
}

/**
 * listener_close() - close the sockets
 * @l: open or not
 */
void listener_close(struct listener *l)
{
	while (l->n)
		close(l->fd[--l->n]);
}
