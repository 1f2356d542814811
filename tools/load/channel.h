/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A socket that sends and receives many datagrams in one system call. */
#ifndef NTSLOAD_CHANNEL_H
#define NTSLOAD_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../../ntsd/address.h"
#include "core/exchange.h"
#include "options.h"

#define CHANNEL_IN_LEN 2048
#define CHANNEL_WHY_LEN 256

/**
 * struct channel_out - a datagram to be sent
 * @packet: where it is, not changed by sending
 * @buffer: room for one
 * @len: its octets
 * @place: of its flight, or FLIGHT_NONE
 */
struct channel_out {
	const u8 *packet;
	u8 buffer[NTS_EXCHANGE_MAX_LEN];
	u32 len;
	u32 place;
};

/**
 * struct channel - the socket
 * @fd: the socket
 * @to: the server; the socket is connected to it unless there are @sources
 * @to_len: octets of @to
 * @sources: the first address that datagrams come from, or none
 * @n_sources: how many, 0 if the kernel chooses
 * @batch: datagrams at most in one call
 * @refused: times that ICMP said: nobody listens there
 * @errors: datagrams that could not be sent, or not delivered, says ICMP
 * @error: errno of the last of them
 * @n_out: datagrams in @out
 * @out: to be sent
 * @in: received
 * @in_len: octets of each
 */
struct channel {
	int fd;
	struct sockaddr_storage to;
	socklen_t to_len;
	struct subnet sources;
	uint64_t n_sources;
	unsigned int batch;
	uint64_t refused;
	uint64_t errors;
	int error;
	unsigned int n_out;
	struct channel_out out[OPTIONS_MAX_BATCH];
	struct mmsghdr message[OPTIONS_MAX_BATCH];
	struct iovec iov[OPTIONS_MAX_BATCH];
	struct sockaddr_storage from[OPTIONS_MAX_BATCH];
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control[OPTIONS_MAX_BATCH];
	u8 in[OPTIONS_MAX_BATCH][CHANNEL_IN_LEN];
	u32 in_len[OPTIONS_MAX_BATCH];
};

uint64_t channel_sources(const struct options *o);
bool channel_open(struct channel *ch, const struct options *o, const struct address *addr,
		  uint16_t port, char *why);
void channel_close(struct channel *ch);
struct channel_out *channel_room(struct channel *ch);
void channel_add(struct channel *ch, unsigned int client);
void channel_flush(struct channel *ch);
unsigned int channel_receive(struct channel *ch, bool wait);
void channel_wait(const struct channel *ch, int64_t ns);
uint64_t channel_overflows(const struct channel *ch);

#endif
