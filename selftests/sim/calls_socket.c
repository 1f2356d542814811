// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UDP sockets over IPv4 on the simulated network. Each is a descriptor of
 * /dev/null: a call that nobody overrides here does no harm. Sockets of other
 * families are real, except that there is no IPv6.
 */
#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS		256	/* descriptors below this */
#define FIRST_PORT	32768
#define OWN_ADDRESS	0xc0000264	/* 192.0.2.100 */

struct simsocket {
	bool used;
	bool pktinfo;
	int timestamp;		/* SO_TIMESTAMP, SO_TIMESTAMPNS or 0 */
	struct sockaddr_in self, peer;
	struct flight *queue;
};

static struct simsocket sockets[SOCKETS];

static struct simsocket *find(int fd)
{
	return fd >= 0 && fd < SOCKETS && sockets[fd].used ? &sockets[fd] : NULL;
}

bool calls_simulated(int fd)
{
	return find(fd);
}

bool calls_readable(int fd)
{
	const struct simsocket *sock = find(fd);

	return sock && sock->queue;
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

static bool accepts(const struct simsocket *sock, const struct flight *flight)
{
	return sock->used && sock->self.sin_port == flight->to.sin_port &&
	       (!sock->peer.sin_port ||
		(sock->peer.sin_port == flight->from.sin_port &&
		 sock->peer.sin_addr.s_addr == flight->from.sin_addr.s_addr));
}

/* To a connected socket rather than to one that listens to all. */
void calls_deliver(struct flight *flight)
{
	struct simsocket *best = NULL;
	struct flight **link;
	int i;

	for (i = 0; i < SOCKETS; i++)
		if (accepts(&sockets[i], flight) && (!best || sockets[i].peer.sin_port))
			best = &sockets[i];
	if (!best) {
		free(flight);
		return;
	}
	flight->next = NULL;
	for (link = &best->queue; *link; link = &(*link)->next)
		;
	*link = flight;
}

static bool port_taken(in_port_t port)
{
	int i;

	for (i = 0; i < SOCKETS; i++)
		if (sockets[i].used && sockets[i].self.sin_port == port)
			return true;
	return false;
}

static void choose_port(struct simsocket *sock)
{
	struct world *world = calls_world();

	while (!sock->self.sin_port) {
		in_port_t port = htons((in_port_t)(FIRST_PORT +
				 random_bits(&world->entropy) % (65536 - FIRST_PORT)));

		if (!port_taken(port))
			sock->self.sin_port = port;
	}
	sock->self.sin_family = AF_INET;
}

EXPORT int socket(int domain, int type, int protocol)
{
	const int flags = type & SOCK_NONBLOCK ? O_NONBLOCK : 0;
	int fd;

	calls_insist(type == SOCK_DGRAM, "flags of a socket");
	if (domain == AF_INET6)
		return refuse(EAFNOSUPPORT);
	if (domain != AF_INET)
		return REAL(socket)(domain, type, protocol);
	if ((type & 0xf) != SOCK_DGRAM)
		return refuse(EPROTONOSUPPORT);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC | flags);
	if (fd >= SOCKETS) {
		close(fd);
		return refuse(EMFILE);
	}
	if (fd >= 0)
		sockets[fd] = (struct simsocket){ .used = true };
	return fd;
}

EXPORT int close(int fd)
{
	struct simsocket *sock = find(fd);
	struct flight *flight;

	while (sock && (flight = sock->queue)) {
		sock->queue = flight->next;
		free(flight);
	}
	if (sock)
		sock->used = false;
	return REAL(close)(fd);
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t len)
{
	struct simsocket *sock = find(fd);

	if (!sock)
		return REAL(bind)(fd, address, len);
	if (len < sizeof(sock->self) || address->sa_family != AF_INET)
		return refuse(EINVAL);
	sock->self = *(const struct sockaddr_in *)address;
	choose_port(sock);
	return 0;
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	struct simsocket *sock = find(fd);

	if (!sock)
		return REAL(connect)(fd, address, len);
	if (len < sizeof(sock->peer) || address->sa_family != AF_INET)
		return refuse(EINVAL);
	sock->peer = *(const struct sockaddr_in *)address;
	sock->self.sin_addr.s_addr = htonl(OWN_ADDRESS);
	choose_port(sock);
	return 0;
}

static int name(const struct sockaddr_in *from, struct sockaddr *address, socklen_t *len)
{
	memcpy(address, from, *len < sizeof(*from) ? *len : sizeof(*from));
	*len = sizeof(*from);
	return 0;
}

EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
	struct simsocket *sock = find(fd);

	return sock ? name(&sock->self, address, len) : REAL(getsockname)(fd, address, len);
}

EXPORT int getpeername(int fd, struct sockaddr *address, socklen_t *len)
{
	struct simsocket *sock = find(fd);

	if (!sock)
		return REAL(getpeername)(fd, address, len);
	return sock->peer.sin_port ? name(&sock->peer, address, len) : refuse(ENOTCONN);
}

/* Times of arrival, not of departure. */
EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct simsocket *sock = find(fd);
	int on = 0;

	if (!sock)
		return REAL(setsockopt)(fd, level, option, value, len);
	if (len >= sizeof(on))
		memcpy(&on, value, sizeof(on));
	if (level == SOL_SOCKET && option == SO_TIMESTAMPING)
		return refuse(ENOPROTOOPT);
	if (level == SOL_SOCKET && (option == SO_TIMESTAMP || option == SO_TIMESTAMPNS))
		sock->timestamp = on ? option : 0;
	if (level == IPPROTO_IP && option == IP_PKTINFO)
		sock->pktinfo = on;
	return 0;
}

EXPORT int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	if (!find(fd))
		return REAL(getsockopt)(fd, level, option, value, len);
	if (level != SOL_SOCKET || option != SO_ERROR)
		return refuse(ENOPROTOOPT);
	memset(value, 0, *len);
	return 0;
}

/* --- sending ---------------------------------------------------------------- */

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct simsocket *sock = find(fd);
	struct world *world = calls_world();
	unsigned char packet[NETWORK_PACKET];
	const struct sockaddr_in *to;
	size_t i, len = 0;

	if (!sock)
		return REAL(sendmsg)(fd, msg, flags);
	to = msg->msg_name ? msg->msg_name : &sock->peer;
	if (!to->sin_port)
		return refuse(EDESTADDRREQ);
	for (i = 0; i < msg->msg_iovlen; i++) {
		const struct iovec *iov = &msg->msg_iov[i];

		if (iov->iov_len > sizeof(packet) - len)
			return refuse(EMSGSIZE);
		memcpy(packet + len, iov->iov_base, iov->iov_len);
		len += iov->iov_len;
	}
	choose_port(sock);
	network_send(&world->network, world->now, &sock->self, to, packet, len);
	return (ssize_t)len;
}

EXPORT ssize_t sendto(int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, socklen_t to_len)
{
	struct iovec iov = { (void *)buf, len };
	const struct msghdr msg = {
		.msg_name = (void *)to,
		.msg_namelen = to_len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	if (!find(fd))
		return REAL(sendto)(fd, buf, len, flags, to, to_len);
	return sendmsg(fd, &msg, flags);
}

EXPORT ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	return find(fd) ? sendto(fd, buf, len, flags, NULL, 0) :
			  REAL(send)(fd, buf, len, flags);
}

/* --- receiving -------------------------------------------------------------- */

struct control {
	struct msghdr *msg;
	size_t used;
};

static void add_control(struct control *control, int level, int type, const void *data,
			size_t len)
{
	struct cmsghdr *header;

	if (!control->msg->msg_control ||
	    control->used + CMSG_SPACE(len) > control->msg->msg_controllen)
		return;
	header = (struct cmsghdr *)((char *)control->msg->msg_control + control->used);
	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(header), data, len);
	control->used += CMSG_SPACE(len);
}

static void add_controls(const struct simsocket *sock, const struct flight *flight,
			 struct msghdr *msg)
{
	const long long when = calls_world()->epoch + (long long)flight->local;
	const struct timespec ts = { when / 1000000000, when % 1000000000 };
	const struct timeval tv = { ts.tv_sec, ts.tv_nsec / 1000 };
	const struct in_pktinfo info = {
		.ipi_ifindex = 2,
		.ipi_spec_dst.s_addr = htonl(OWN_ADDRESS),
		.ipi_addr.s_addr = htonl(OWN_ADDRESS),
	};
	struct control control = { msg, 0 };

	if (sock->pktinfo)
		add_control(&control, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (sock->timestamp == SO_TIMESTAMP)
		add_control(&control, SOL_SOCKET, SCM_TIMESTAMP, &tv, sizeof(tv));
	if (sock->timestamp == SO_TIMESTAMPNS)
		add_control(&control, SOL_SOCKET, SCM_TIMESTAMPNS, &ts, sizeof(ts));
	msg->msg_controllen = control.used;
}

static bool socket_ready(void *sock)
{
	return ((struct simsocket *)sock)->queue;
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct simsocket *sock = find(fd);
	struct flight *flight;
	size_t i, n, len = 0;

	if (!sock)
		return REAL(recvmsg)(fd, msg, flags);
	if (flags & MSG_ERRQUEUE)
		return refuse(EAGAIN);
	calls_insist(sock->queue, "no packet to receive");
	if (!sock->queue) {
		if ((flags & MSG_DONTWAIT) || (fcntl(fd, F_GETFL) & O_NONBLOCK))
			return refuse(EAGAIN);
		calls_wait(socket_ready, sock, -1);
	}
	flight = sock->queue;
	sock->queue = flight->next;
	for (i = 0; i < msg->msg_iovlen && len < flight->len; i++, len += n) {
		n = flight->len - len;
		if (n > msg->msg_iov[i].iov_len)
			n = msg->msg_iov[i].iov_len;
		memcpy(msg->msg_iov[i].iov_base, flight->data + len, n);
	}
	if (msg->msg_name)
		name(&flight->from, msg->msg_name, &msg->msg_namelen);
	add_controls(sock, flight, msg);
	msg->msg_flags = len < flight->len ? MSG_TRUNC : 0;
	free(flight);
	return (ssize_t)len;
}

EXPORT int recvmmsg(int fd, struct mmsghdr *vec, unsigned int n, int flags,
		    struct timespec *timeout)
{
	unsigned int i;

	if (!find(fd))
		return REAL(recvmmsg)(fd, vec, n, flags, timeout);
	for (i = 0; i < n; i++) {
		ssize_t len = recvmsg(fd, &vec[i].msg_hdr, i ? flags | MSG_DONTWAIT : flags);

		if (len < 0)
			break;
		vec[i].msg_len = (unsigned int)len;
	}
	return i ? (int)i : -1;
}

EXPORT ssize_t recvfrom(int fd, void *restrict buf, size_t len, int flags,
			struct sockaddr *restrict from, socklen_t *restrict from_len)
{
	struct iovec iov = { buf, len };
	struct msghdr msg = {
		.msg_name = from,
		.msg_namelen = from ? *from_len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t got;

	if (!find(fd))
		return REAL(recvfrom)(fd, buf, len, flags, from, from_len);
	got = recvmsg(fd, &msg, flags);
	if (got >= 0 && from)
		*from_len = msg.msg_namelen;
	return got;
}

EXPORT ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	return find(fd) ? recvfrom(fd, buf, len, flags, NULL, NULL) :
			  REAL(recv)(fd, buf, len, flags);
}
