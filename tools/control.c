// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the daemon for what only it can do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ntsctl.h"

#ifndef CONTROL_PATH
#define CONTROL_PATH "/run/ntsd/control"
#endif
/* It answers at once: this only ends a wait for a broken one. */
#define ANSWER_S 10

static const char *path = CONTROL_PATH;

static int fail(const char *what)
{
	char err[NLCONN_ERR_LEN];

	snprintf(err, sizeof(err), "%s: %s", what, strerror(errno));
	return ask_fail(err);
}

static int open_socket(void)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	errno = ENAMETOOLONG;
	if (strlen(path) >= sizeof(to.sun_path))
		return -1;
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * control_use() - ask the daemon at another socket
 * @socket_path: as in its directive bindcmdaddress; is kept
 */
void control_use(const char *socket_path)
{
	path = socket_path;
}

/**
 * control_reachable() - is there a daemon's socket, and may it be asked?
 *
 * Return: true if so; the daemon may be gone nevertheless.
 */
bool control_reachable(void)
{
	return !access(path, R_OK | W_OK);
}

/**
 * control_fetch() - have the daemon answer
 * @command: in words
 * @answer: filled in with all of the answer, its first line a number and words
 * @size: of @answer
 *
 * Return: 0, or an exit status when there is no answer; why was then printed.
 */
int control_fetch(const char *command, char *answer, size_t size)
{
	const size_t len = strlen(command);
	ssize_t got = -1;
	int fd = open_socket();

	if (fd < 0)
		return fail(errno == EACCES ? "asking ntsd" :
			    "ntsd is needed for this and does not answer");
	if (send(fd, command, len, MSG_NOSIGNAL) == (ssize_t)len)
		got = recv(fd, answer, size - 1, 0);
	if (!got)
		errno = ECONNRESET;
	close(fd);
	if (got <= 0)
		return fail("asking ntsd");
	answer[got] = '\0';
	return 0;
}

/**
 * control_ask() - have the daemon do something
 * @ctl: how to print
 * @command: in words
 *
 * Return: exit status; the answer was then printed.
 */
int control_ask(const struct ctl *ctl, const char *command)
{
	char answer[CONTROL_ANSWER_LEN];
	int status = control_fetch(command, answer, sizeof(answer));

	if (status)
		return status;
	answer[strcspn(answer, "\n")] = '\0';
	if (strncmp(answer, "200", 3))
		return ask_fail(answer);
	return ask_done(ctl);
}
