// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "file.h"
#include "log.h"

static bool watch(struct control *c, int fd, unsigned int index)
{
	struct epoll_event ev = { .events = EPOLLIN,
				  .data.u64 = c->tag | index };

	return !epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &ev);
}

static void hang_up(struct control *c, int *fd)
{
	if (*fd < 0)
		return;
	/* A process just forked may hold a copy, so close() is not enough. */
	epoll_ctl(c->epoll, EPOLL_CTL_DEL, *fd, NULL);
	close(*fd);
	*fd = -1;
}

static bool may_change(const struct control *c, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	       (peer.uid == 0 || peer.uid == c->uid);
}

static void admit(struct control *c)
{
	int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	unsigned int i = 0;

	if (fd < 0)
		return;
	while (i < CONTROL_CLIENTS && c->client[i] >= 0)
		i++;
	/* All are taken: the one that has been silent gives way. */
	if (i == CONTROL_CLIENTS)
		hang_up(c, &c->client[--i]);
	c->client[i] = fd;
	if (!watch(c, fd, 1 + i))
		hang_up(c, &c->client[i]);
}

/* Does somebody listen there? */
static bool is_alive(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool alive;

	alive = fd >= 0 && !connect(fd, (const void *)addr, sizeof(*addr));
	if (fd >= 0)
		close(fd);
	return alive;
}

static bool make_directory(const char *path, gid_t gid)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	errno = -file_make_dir(dirname(copy), 0750, 0, gid);
	return !errno;
}

/* Made with its mode, as its name may lead elsewhere a moment later. */
static bool make_socket(int fd, const struct sockaddr_un *addr, gid_t gid)
{
	mode_t old = umask(0117);
	bool ok = !bind(fd, (const void *)addr, sizeof(*addr));

	umask(old);
	return ok && (geteuid() || !lchown(addr->sun_path, 0, gid));
}

/**
 * control_init() - nothing is open yet
 * @c: @epoll and @tag are left as they are
 */
void control_init(struct control *c)
{
	c->fd = -1;
	for (unsigned int i = 0; i < CONTROL_CLIENTS; i++)
		c->client[i] = -1;
}

/**
 * control_open() - listen
 * @c: with @epoll and @tag
 * @path: where
 * @uid: who may change something, besides root
 * @gid: who may ask for reports
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: false with @err set; a daemon of another network namespace may
 * listen there already.
 */
bool control_open(struct control *c, const char *path, uid_t uid, gid_t gid,
		  char *err, size_t err_len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	c->uid = uid;
	errno = ENAMETOOLONG;
	if (strlen(path) >= sizeof(addr.sun_path))
		goto fail;
	strcpy(addr.sun_path, path);
	if (!make_directory(path, gid))
		goto fail;
	errno = EADDRINUSE;
	if (is_alive(&addr) || (unlink(path) && errno != ENOENT))
		goto fail;
	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || !make_socket(c->fd, &addr, gid) ||
	    listen(c->fd, CONTROL_CLIENTS) || !watch(c, c->fd, 0))
		goto fail;
	return true;
fail:
	snprintf(err, err_len, "%s: %s: ntsctl cannot ask this daemon", path,
		 strerror(errno));
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	return false;
}

/**
 * control_hear() - somebody has something to say
 * @c: open
 * @index: as in the epoll data
 * @run: does what is asked for
 * @arg: for @run
 */
void control_hear(struct control *c, unsigned int index, control_do *run,
		  void *arg)
{
	char request[CONTROL_TEXT_LEN], reply[CONTROL_REPLY_LEN];
	ssize_t len;
	int *fd;

	if (!index) {
		admit(c);
		return;
	}
	if (index > CONTROL_CLIENTS || c->client[index - 1] < 0)
		return;
	fd = &c->client[index - 1];
	len = recv(*fd, request, sizeof(request) - 1, MSG_DONTWAIT | MSG_TRUNC);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0 && len < (ssize_t)sizeof(request)) {
		request[len] = '\0';
		run(arg, may_change(c, *fd), request, reply);
		send(*fd, reply, strlen(reply), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	hang_up(c, fd);
}

/**
 * control_close() - listen no more
 * @c: open or not
 *
 * The name stays: its directory belongs to root.
 */
void control_close(struct control *c)
{
	for (unsigned int i = 0; i < CONTROL_CLIENTS; i++)
		hang_up(c, &c->client[i]);
	hang_up(c, &c->fd);
}
