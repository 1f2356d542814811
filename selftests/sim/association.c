// SPDX-License-Identifier: GPL-2.0-or-later
/* One server that is asked for the time. */
#include "association.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/select.h>
#include <unistd.h>

static void close_request(struct association *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static void fill_random(void *buf, size_t len)
{
	if (getrandom(buf, len, 0) != (ssize_t)len)
		keeper_die("getrandom", errno);
}

/* From a fresh port each time. Not every simulator knows SOCK_CLOEXEC. */
void association_ask(struct association *a)
{
	u8 packet[NTS_EXCHANGE_MAX_LEN], entropy[NTS_EXCHANGE_ENTROPY];
	struct iovec iov = { .iov_base = packet };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	bool interleave;
	u32 random;
	u8 reached;

	fill_random(entropy, sizeof(entropy));
	fill_random(&random, sizeof(random));
	close_request(a);
	a->fd = socket(a->address.ss_family, SOCK_DGRAM, 0);
	if (a->fd >= FD_SETSIZE)
		close_request(a);
	if (a->fd >= 0 && connect(a->fd, (struct sockaddr *)&a->address, a->address_len) < 0)
		close_request(a);
	a->counts = nts_poll_counts(&a->poll);
	/* A packet that only wakes up the path is nothing to be asked about. */
	interleave = a->counts && a->source.options.flags & NTS_SOURCE_FLAG_XLEAVE;
	iov.iov_len = nts_exchange_request(&a->exchange, packet, NULL, NTS_SIV_LIB, entropy,
					   interleave ? &a->previous : NULL);
	a->exchange.sent = keeper_now(a->keeper);
	if (a->fd >= 0)
		(void)!sendmsg(a->fd, &msg, 0);
	reached = a->source.reach;
	nts_poll_sent(&a->poll, &a->source, a->source.state >= NTS_SOURCE_STATE_COMBINED,
		      a->exchange.sent, random);
	/* The last poll that was answered is too long ago. */
	if (reached && !a->source.reach)
		keeper_update(a->keeper, -1);
}

static void take_sample(struct association *a, const struct nts_answer *answer, s64 received)
{
	const struct nts_discipline *d = &a->keeper->discipline;
	struct nts_source *s = &a->source;
	struct nts_stamps stamps;
	struct nts_sample sample;
	s64 distance;
	bool good = false;

	nts_measure_stamps(&a->exchange, answer, received, NTS_STAMP_KIND_DAEMON, &a->previous,
			   &stamps);
	nts_measure_done(&a->previous, &a->exchange, answer, received, NTS_STAMP_KIND_DAEMON);
	nts_measure_sample(&stamps, answer, d->map.freq, d->skew, a->keeper->precision, &sample);
	distance = sample.delay / 2 + sample.dispersion;
	if (nts_measure_tests(&stamps, answer, 0) == (NTS_TEST_ALL & ~NTS_TEST_SAMPLE)) {
		nts_source_answered(s, &answer->server);
		good = nts_source_sample(s, d, &sample);
	}
	nts_poll_answered(&a->poll, s, good, distance, received);
	if (good)
		keeper_update(a->keeper, a->index);
}

/* There is a packet. */
void association_take_answer(struct association *a)
{
	u8 packet[NTS_MAX_PACKET + 1];
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t len = recvmsg(a->fd, &msg, MSG_DONTWAIT);
	s64 received = keeper_now(a->keeper);
	struct nts_answer answer;
	enum nts_reply reply;

	if (len < 0) {
		/* Refused: nobody will answer this request. */
		if (errno != EAGAIN && errno != EINTR)
			close_request(a);
		return;
	}
	reply = nts_exchange_reply(&a->exchange, packet, (u32)len, NULL, NTS_SIV_LIB, &answer);
	if (!a->exchange.open)
		close_request(a);
	switch (reply) {
	case NTS_REPLY_TIME:
		if (a->counts)
			take_sample(a, &answer, received);
		break;
	case NTS_REPLY_RATE:
		nts_poll_rate(&a->poll, &a->source.options, received);
		break;
	case NTS_REPLY_DENY:
		nts_poll_stop(&a->poll);
		break;
	default:
		break;
	}
}

/* What is said of a source that is selected; any number does that is its own. */
static u32 refid_of(const struct association *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->address;
	u32 hash = 0;
	int i;

	if (a->address.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr);
	for (i = 0; i < 16; i++)
		hash = hash * 31 + v6->sin6_addr.s6_addr[i];
	return hash;
}

static bool parse_address(struct association *a, const char *name, u16 port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->address;

	if (inet_pton(AF_INET, name, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		a->address_len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, name, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		a->address_len = sizeof(*v6);
		return true;
	}
	return false;
}

/* Return: false when the source is not given by an address */
bool association_init(struct association *a, struct keeper *keeper, int index)
{
	const struct config_source *conf = &keeper->conf->source[index];
	struct nts_source_options options;

	a->keeper = keeper;
	a->index = index;
	a->fd = -1;
	if (!parse_address(a, conf->name, conf->port))
		return false;
	options_of_source(keeper->conf, conf, &options);
	nts_source_init(&a->source, &options, refid_of(a));
	a->source.online = !conf->offline;
	keeper->source[index] = &a->source;
	if (a->source.online)
		nts_poll_start(&a->poll, &options, keeper_now(keeper));
	else
		nts_poll_stop(&a->poll);
	return true;
}
