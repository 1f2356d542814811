// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

#define BACKLOG_MAX 4096

static int open_one(const struct sockaddr *addr, socklen_t len,
		    const char *device, int backlog)
{
	bool is_v6 = addr->sa_family == AF_INET6;
	int one = 1, fd, saved;

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

static bool add(struct listener *l, const struct sockaddr *addr, socklen_t len,
		const char *device, int backlog)
{
	int fd = open_one(addr, len, device, backlog);

	if (fd >= 0)
		l->fd[l->n++] = fd;
	return fd >= 0;
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
	struct sockaddr_in in4 = { .sin_family = AF_INET,
				   .sin_port = htons(conf->nts_port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(conf->nts_port) };
	const char *device = conf->bind_device;
	int backlog = conf->processes * conf->connections, why;

	if (conf->bind4_set)
		in4.sin_addr = conf->bind4;
	if (conf->bind6_set)
		in6.sin6_addr = conf->bind6;
	if (backlog > BACKLOG_MAX || backlog < 0)
		backlog = BACKLOG_MAX;

	l->n = 0;
	if ((add(l, (void *)&in4, sizeof(in4), device, backlog) ||
	     errno == EAFNOSUPPORT) &&
	    (add(l, (void *)&in6, sizeof(in6), device, backlog) ||
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
 * listener_same() - do 2 configurations listen alike?
 * @a: one
 * @b: the other
 *
 * Return: true if the sockets need not be opened anew.
 */
bool listener_same(const struct config *a, const struct config *b)
{
	return a->nts_port == b->nts_port &&
	       !strcmp(a->bind_device, b->bind_device) && a->bind4_set == b->bind4_set &&
	       a->bind6_set == b->bind6_set &&
	       !memcmp(&a->bind4, &b->bind4, sizeof(a->bind4)) &&
	       !memcmp(&a->bind6, &b->bind6, sizeof(a->bind6));
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
