// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/sock_diag.h>

#include "channel.h"
#include "flight.h"

/* What the kernel keeps for us while we are busy. */
#define RECEIVE_BUFFER (8 << 20)
/* How long a call waits before the clock is looked at again. */
#define WAIT_US 10000

/* Addresses of a network that are no host's: the first, and in IPv4 the last. */
static unsigned int nobodys(const struct subnet *net)
{
	if (nts_acl_bits(net->v6) - net->len < 2)
		return 0;
	return net->v6 ? 1 : 2;
}

/**
 * channel_sources() - count the addresses that requests come from
 * @o: option --source
 *
 * Return: how many, 0 when the kernel chooses.
 */
uint64_t channel_sources(const struct options *o)
{
	unsigned int bits;

	if (!o->sources)
		return 0;
	bits = nts_acl_bits(o->source.v6) - o->source.len;
	if (bits > 32)
		bits = 32;
	return ((uint64_t)1 << bits) - nobodys(&o->source);
}

static void source_of(const struct channel *ch, unsigned int client, struct address *addr)
{
	bool v6 = ch->sources.v6;
	uint64_t n = client % ch->n_sources + (nobodys(&ch->sources) > 0);
	struct nts_acl_key key = ch->sources.key;
	uint64_t word[2];

	if (v6)
		key.lo += n;
	else
		key.hi += n << 32;
	word[0] = htobe64(key.hi);
	word[1] = htobe64(key.lo);
	addr->family = v6 ? AF_INET6 : AF_INET;
	addr->scope = 0;
	memcpy(addr->bytes, word, sizeof(addr->bytes));
}

static bool say(char *why, const char *what)
{
	snprintf(why, CHANNEL_WHY_LEN, "%s: %s", what, strerror(errno));
	return false;
}

static bool set_up(struct channel *ch, char *why)
{
	const struct timeval wait = { .tv_usec = WAIT_US };
	int size = RECEIVE_BUFFER, on = 1;
	bool v6 = ch->to.ss_family == AF_INET6;

	/* As root beyond the limit of the system, else up to it. */
	if (setsockopt(ch->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(ch->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(ch->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		return say(why, "SO_RCVTIMEO");
	/* Of many datagrams in one call nobody learns which error the second one met. */
	if (v6 ? setsockopt(ch->fd, SOL_IPV6, IPV6_RECVERR, &on, sizeof(on)) :
		 setsockopt(ch->fd, SOL_IP, IP_RECVERR, &on, sizeof(on)))
		return say(why, "RECVERR");
	if (!ch->n_sources)
		return !connect(ch->fd, (void *)&ch->to, ch->to_len) || say(why, "connect");
	/* A route of type "local" makes a whole network ours. */
	if (v6 ? setsockopt(ch->fd, SOL_IPV6, IPV6_FREEBIND, &on, sizeof(on)) :
		 setsockopt(ch->fd, SOL_IP, IP_FREEBIND, &on, sizeof(on)))
		return say(why, "FREEBIND");
	return true;
}

/* An own port, so that the answers are not spread over the sockets. */
static bool bind_any(struct channel *ch, char *why)
{
	struct sockaddr_storage any = { .ss_family = ch->to.ss_family };

	return !bind(ch->fd, (void *)&any, ch->to_len) || say(why, "bind");
}

/**
 * channel_open() - make a socket for a server
 * @ch: zero; filled in
 * @o: options
 * @addr: of the server
 * @port: of the server
 * @why: CHANNEL_WHY_LEN octets for what is wrong
 *
 * Return: false with @why set; channel_close() is due anyway.
 */
bool channel_open(struct channel *ch, const struct options *o, const struct address *addr,
		  uint16_t port, char *why)
{
	ch->to_len = address_to_socket(addr, port, &ch->to);
	ch->batch = o->batch;
	ch->sources = o->source;
	ch->n_sources = channel_sources(o);
	ch->fd = socket(addr->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ch->fd < 0)
		return say(why, "socket");
	return set_up(ch, why) && (!ch->n_sources || bind_any(ch, why));
}

/**
 * channel_close() - close the socket
 * @ch: was given to channel_open()
 */
void channel_close(struct channel *ch)
{
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
}

/**
 * channel_room() - find room for a datagram
 * @ch: the socket
 *
 * Return: where to make it, or NULL when channel_flush() is due.
 */
struct channel_out *channel_room(struct channel *ch)
{
	struct channel_out *out;

	if (ch->n_out == ch->batch)
		return NULL;
	out = &ch->out[ch->n_out];
	out->packet = out->buffer;
	out->place = FLIGHT_NONE;
	return out;
}

static void set_source(struct channel *ch, struct msghdr *hdr, unsigned int client)
{
	struct cmsghdr *c = &ch->control[ch->n_out].header;
	struct in6_pktinfo info6 = { };
	struct in_pktinfo info4 = { };
	struct address addr;

	source_of(ch, client, &addr);
	if (addr.family == AF_INET6) {
		memcpy(&info6.ipi6_addr, addr.bytes, 16);
		c->cmsg_level = SOL_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info6));
		memcpy(CMSG_DATA(c), &info6, sizeof(info6));
		hdr->msg_controllen = CMSG_SPACE(sizeof(info6));
	} else {
		memcpy(&info4.ipi_spec_dst, addr.bytes, 4);
		c->cmsg_level = SOL_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info4));
		memcpy(CMSG_DATA(c), &info4, sizeof(info4));
		hdr->msg_controllen = CMSG_SPACE(sizeof(info4));
	}
	hdr->msg_control = c;
	hdr->msg_name = &ch->to;
	hdr->msg_namelen = ch->to_len;
}

/**
 * channel_add() - have a datagram sent with the next channel_flush()
 * @ch: the socket
 * @client: whose it is: that chooses the address it comes from
 *
 * It is the one of channel_room().
 */
void channel_add(struct channel *ch, unsigned int client)
{
	struct channel_out *out = &ch->out[ch->n_out];
	struct msghdr *hdr = &ch->message[ch->n_out].msg_hdr;

	ch->iov[ch->n_out] = (struct iovec){ (void *)out->packet, out->len };
	*hdr = (struct msghdr){ .msg_iov = &ch->iov[ch->n_out], .msg_iovlen = 1 };
	if (ch->n_sources)
		set_source(ch, hdr, client);
	ch->n_out++;
}

static void count_error(struct channel *ch, int error)
{
	if (error == ECONNREFUSED) {
		ch->refused++;
	} else {
		ch->errors++;
		ch->error = error;
	}
}

/* Return: the error that ICMP reported, or 0. */
static int read_error(struct msghdr *hdr)
{
	struct sock_extended_err err;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c; c = CMSG_NXTHDR(hdr, c)) {
		if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			memcpy(&err, CMSG_DATA(c), sizeof(err));
			return (int)err.ee_errno;
		}
	}
	return 0;
}

/* What ICMP says of the datagrams of before. */
static void take_errors(struct channel *ch)
{
	union {
		struct cmsghdr header;
		char room[256];
	} control;
	struct msghdr hdr;
	int error;

	for (unsigned int i = 0; i < OPTIONS_MAX_WINDOW; i++) {
		hdr = (struct msghdr){ .msg_control = &control, .msg_controllen = sizeof(control) };
		if (recvmsg(ch->fd, &hdr, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		error = read_error(&hdr);
		if (error)
			count_error(ch, error);
	}
}

/* Return: is it worth another try? */
static bool excuse(struct channel *ch, int error, unsigned int tries)
{
	struct pollfd poll_out = { .fd = ch->fd, .events = POLLOUT };

	switch (error) {
	case EINTR:
		return true;
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
		/* Of the datagram before, perhaps. */
		take_errors(ch);
		return tries < 8;
	case EAGAIN:
	case ENOBUFS:
		/* The device's queue is full: the load is what it takes. */
		poll(&poll_out, 1, 1);
		return tries < 100;
	}
	return false;
}

/**
 * channel_flush() - send what was added
 * @ch: the socket
 *
 * What cannot be sent is counted, and is lost like any other.
 */
void channel_flush(struct channel *ch)
{
	unsigned int at = 0, tries = 0;
	int n, error;

	while (at < ch->n_out) {
		n = sendmmsg(ch->fd, ch->message + at, ch->n_out - at, 0);
		error = errno;
		if (n > 0) {
			at += (unsigned int)n;
			tries = 0;
			if (at < ch->n_out)
				take_errors(ch);
		} else if (!excuse(ch, error, tries++)) {
			count_error(ch, error);
			at++;
			tries = 0;
		}
	}
	ch->n_out = 0;
}

static bool is_from_server(const struct channel *ch, unsigned int i)
{
	const struct sockaddr_in *to4 = (const void *)&ch->to;
	const struct sockaddr_in *from4 = (const void *)&ch->from[i];
	const struct sockaddr_in6 *to6 = (const void *)&ch->to;
	const struct sockaddr_in6 *from6 = (const void *)&ch->from[i];

	if (!ch->n_sources)
		return true;
	if (ch->from[i].ss_family != ch->to.ss_family)
		return false;
	if (ch->to.ss_family == AF_INET)
		return to4->sin_port == from4->sin_port &&
		       to4->sin_addr.s_addr == from4->sin_addr.s_addr;
	return to6->sin6_port == from6->sin6_port &&
	       !memcmp(&to6->sin6_addr, &from6->sin6_addr, sizeof(to6->sin6_addr));
}

/**
 * channel_receive() - take datagrams of the server
 * @ch: the socket, with nothing to be sent
 * @wait: for a while, if there is none
 *
 * Return: how many are in @ch->in; one of length 0 is none.
 */
unsigned int channel_receive(struct channel *ch, bool wait)
{
	struct msghdr *hdr;
	int n;

	for (unsigned int i = 0; i < ch->batch; i++) {
		ch->iov[i] = (struct iovec){ ch->in[i], CHANNEL_IN_LEN };
		hdr = &ch->message[i].msg_hdr;
		*hdr = (struct msghdr){ .msg_iov = &ch->iov[i], .msg_iovlen = 1 };
		if (ch->n_sources) {
			hdr->msg_name = &ch->from[i];
			hdr->msg_namelen = sizeof(ch->from[i]);
		}
	}
	n = recvmmsg(ch->fd, ch->message, ch->batch, wait ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			take_errors(ch);
		return 0;
	}
	for (int i = 0; i < n; i++)
		ch->in_len[i] = is_from_server(ch, (unsigned int)i) ? ch->message[i].msg_len : 0;
	return (unsigned int)n;
}

/**
 * channel_wait() - wait for a datagram
 * @ch: the socket
 * @ns: so long at most
 */
void channel_wait(const struct channel *ch, int64_t ns)
{
	struct pollfd poll_in = { .fd = ch->fd, .events = POLLIN };
	struct timespec ts = { .tv_nsec = ns };

	if (ns > WAIT_US * 1000)
		ts.tv_nsec = WAIT_US * 1000;
	ppoll(&poll_in, 1, &ts, NULL);
}

/**
 * channel_overflows() - count the answers that we were too slow to take
 * @ch: the socket
 *
 * Return: datagrams the kernel dropped because the socket's buffer was full.
 */
uint64_t channel_overflows(const struct channel *ch)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (ch->fd < 0 || getsockopt(ch->fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return 0;
	return info[SK_MEMINFO_DROPS];
}
