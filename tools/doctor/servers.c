// SPDX-License-Identifier: GPL-2.0-or-later
/* Do the servers answer, NTS-KE and NTP, and if not, who is in the way? */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define TCP_WAIT_MS 3000
#define UDP_WAIT_MS 1000
#define UDP_TRIES 3
#define NTP_LEN 48
/* version 4, mode 3: a client's request */
#define NTP_REQUEST 0x23

static int finish(int fd, int err)
{
	if (fd >= 0)
		close(fd);
	return err;
}

static int try_tcp(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd one = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0;

	if (fd < 0)
		return errno;
	if (!connect(fd, to, len))
		return finish(fd, 0);
	if (errno != EINPROGRESS)
		return finish(fd, errno);
	if (poll(&one, 1, TCP_WAIT_MS) != 1)
		return finish(fd, ETIMEDOUT);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	return finish(fd, err);
}

static int try_udp(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd one = { .fd = fd, .events = POLLIN };
	const unsigned char request[NTP_LEN] = { NTP_REQUEST };
	char answer[512];

	if (fd < 0 || connect(fd, to, len))
		return finish(fd, errno);
	for (int i = 0; i < UDP_TRIES; i++) {
		if (send(fd, request, sizeof(request), 0) < 0)
			return finish(fd, errno);
		if (poll(&one, 1, UDP_WAIT_MS) == 1)
			return finish(fd, recv(fd, answer, sizeof(answer), 0) < 0 ? errno : 0);
	}
	return finish(fd, ETIMEDOUT);
}

const struct doctor_net doctor_net = {
	.resolve = getaddrinfo,
	.try_tcp = try_tcp,
	.try_udp = try_udp,
};

static void set_port(struct sockaddr *to, uint16_t port)
{
	if (to->sa_family == AF_INET6)
		((struct sockaddr_in6 *)to)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)to)->sin_port = htons(port);
}

/* Return: 0 when one of its addresses answers; else what the last one did. */
static int try_all(const struct addrinfo *list, uint16_t port,
		   int (*try)(const struct sockaddr *to, socklen_t len))
{
	int err = ENOENT;

	for (const struct addrinfo *one = list; one && err; one = one->ai_next) {
		set_port(one->ai_addr, port);
		err = try(one->ai_addr, one->ai_addrlen);
	}
	return err;
}

static void say(struct doctor *d, const char *name, const char *what, const char *protocol,
		uint16_t port, int err)
{
	char remedy[DOCTOR_TEXT_LEN];

	switch (err) {
	case 0:
		doctor_ok(d, "%s answers %s", name, what);
		return;
	case ECONNREFUSED:
		snprintf(remedy, sizeof(remedy), "take another server, or ask for its %s port",
			 what);
		doctor_problem(d, remedy, "%s has nothing at %s port %u: it does not serve %s there",
			       name, protocol, port, what);
		return;
	case ENETUNREACH:
	case EHOSTUNREACH:
		doctor_problem(d, "ip route; ping the gateway", "there is no way to %s: %s", name,
			       strerror(err));
		return;
	case EPERM:
	case EACCES:
		snprintf(remedy, sizeof(remedy), "nft insert rule inet filter output %s dport %u accept",
			 protocol, port);
		doctor_problem(d, remedy, "the firewall of this machine blocks %s port %u out",
			       protocol, port);
		return;
	default:
		snprintf(remedy, sizeof(remedy), "let %s port %u out in the firewalls on the way (test: nc %s %s %u)",
			 protocol, port, strcmp(protocol, "udp") ? "-vz" : "-vzu", name, port);
		doctor_problem(d, remedy, "%s does not answer at %s port %u: filtered on the way, or down",
			       name, protocol, port);
	}
}

/* One that was heard of late needs no test. */
static bool is_fine(const struct doctor *d, const struct config_source *source)
{
	for (unsigned int i = 0; d->loaded && i < d->snapshot.sources.n; i++) {
		const struct source *one = &d->snapshot.sources.row[i];

		if (!strcmp(one->name, source->name) && one->reach &&
		    (!source->nts || one->authenticated))
			return true;
	}
	return false;
}

static void check(struct doctor *d, const struct config_source *source)
{
	const struct addrinfo wish = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	char remedy[DOCTOR_TEXT_LEN];
	int ke = 0, ntp;

	if (is_fine(d, source)) {
		doctor_ok(d, "%s answers%s", source->name,
			  source->nts ? ", authenticated" : "");
		return;
	}
	/* Why not says another test. */
	if (d->net->resolve(source->name, "123", &wish, &found))
		return;
	if (source->nts) {
		ke = try_all(found, source->nts_port, d->net->try_tcp);
		say(d, source->name, "NTS-KE", "tcp", source->nts_port, ke);
	}
	ntp = try_all(found, source->port, d->net->try_udp);
	if (source->nts && !ke && ntp == ETIMEDOUT) {
		snprintf(remedy, sizeof(remedy), "let udp port %u out, and its answers in, in the firewalls on the way",
			 source->port);
		doctor_problem(d, remedy, "%s answers NTS-KE but no NTP: UDP port %u is filtered on the way",
			       source->name, source->port);
	} else {
		say(d, source->name, "NTP", "udp", source->port, ntp);
	}
	freeaddrinfo(found);
}

void doctor_servers(struct doctor *d)
{
	for (unsigned int i = 0; d->has_conf && i < d->conf.n_sources; i++)
		check(d, &d->conf.source[i]);
}
