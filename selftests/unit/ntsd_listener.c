// SPDX-License-Identifier: GPL-2.0-or-later
/* The sockets of NTS-KE that are opened while others of ours still listen. */
#include <stdio.h>

#include "../../ntsd/listener.c"
#include "ntsd_ktap.h"

static struct config conf, next;
static struct listener old, moved;
static char err[256];

/* Is somebody there? A connection that is not accepted tells, too. */
static bool answers(const char *addr, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	inet_pton(AF_INET, addr, &in.sin_addr);
	ok = !connect(fd, (struct sockaddr *)&in, sizeof(in));
	close(fd);
	return ok;
}

static uint16_t free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(in);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(fd, (struct sockaddr *)&in, sizeof(in));
	getsockname(fd, (struct sockaddr *)&in, &len);
	close(fd);
	return ntohs(in.sin_port);
}

static void begin(const char *addr)
{
	listener_close(&old);
	listener_close(&moved);
	memset(&conf, 0, sizeof(conf));
	conf.processes = 1;
	conf.connections = 10;
	conf.nts_port = free_port();
	conf.bind4_set = addr;
	if (addr)
		inet_pton(AF_INET, addr, &conf.bind4);
	EXPECT(listener_open(&old, &conf, err, sizeof(err)));
	next = conf;
}

static void another_address_of_the_same_port(void)
{
	begin(NULL);
	next.bind4_set = true;
	inet_pton(AF_INET, "127.0.0.2", &next.bind4);
	EXPECT(!listener_same(&conf, &next));
	EXPECT(listener_move(&moved, &next, &old, &conf, err, sizeof(err)));
	/* Nobody is refused meanwhile. */
	EXPECT(answers("127.0.0.1", conf.nts_port) && answers("127.0.0.2", conf.nts_port));
	listener_close(&old);
	EXPECT(!answers("127.0.0.1", conf.nts_port) && answers("127.0.0.2", conf.nts_port));
	/* And back. */
	EXPECT(listener_move(&old, &conf, &moved, &next, err, sizeof(err)));
	listener_close(&moved);
	EXPECT(answers("127.0.0.1", conf.nts_port) && answers("127.0.0.3", conf.nts_port));
}

/* Connections that wait in the other family's socket are not lost. */
static void the_family_that_stays_is_shared(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int waits, got = -1;

	begin("127.0.0.1");
	next.bind6_set = true;
	next.bind6 = in6addr_loopback;
	waits = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_port = htons(conf.nts_port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT(!connect(waits, (struct sockaddr *)&in, sizeof(in)));
	EXPECT(listener_move(&moved, &next, &old, &conf, err, sizeof(err)));
	listener_close(&old);
	EXPECT(moved.n >= 1 && moved.family[0] == AF_INET);
	if (moved.n)
		got = accept(moved.fd[0], NULL, NULL);
	EXPECT(got >= 0);
	if (got >= 0)
		close(got);
	close(waits);
}

static void somebody_else_has_the_port(void)
{
	struct listener other = { };
	struct config his;

	begin("127.0.0.1");
	his = conf;
	his.nts_port = free_port();
	EXPECT(listener_open(&other, &his, err, sizeof(err)));
	next.nts_port = his.nts_port;
	EXPECT(!listener_move(&moved, &next, &old, &conf, err, sizeof(err)));
	EXPECT(errno == EADDRINUSE && strstr(err, "another server uses it") && !moved.n);
	EXPECT(answers("127.0.0.1", conf.nts_port));
	listener_close(&other);
	/* A start is no move: two daemons of one user do not share a port. */
	EXPECT(!listener_open(&moved, &conf, err, sizeof(err)) && errno == EADDRINUSE);
	next = conf;
	strcpy(next.bind_device, "none0");
	EXPECT(!listener_move(&moved, &next, &old, &conf, err, sizeof(err)));
	EXPECT(errno == ENODEV && strstr(err, "binddevice"));
	EXPECT(answers("127.0.0.1", conf.nts_port));
}

static const struct ktap_case cases[] = {
	CASE(another_address_of_the_same_port),
	CASE(the_family_that_stays_is_shared),
	CASE(somebody_else_has_the_port),
};

KTAP_MAIN(cases)
