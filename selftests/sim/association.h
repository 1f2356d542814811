/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One server that is asked for the time. */
#ifndef _SIM_ASSOCIATION_H
#define _SIM_ASSOCIATION_H

#include <sys/socket.h>

#include "core/measure.h"
#include "core/poll.h"
#include "keeper.h"

/**
 * struct association - one server that is asked for the time
 * @keeper: whose clock it is for
 * @index: among its sources
 * @address: of the server
 * @address_len: of that
 * @fd: of the request sent last, or -1 when no answer is expected
 * @counts: its answer is a sample
 * @exchange: the request
 * @previous: the last one that was answered
 * @poll: when to ask
 * @source: what was measured
 */
struct association {
	struct keeper *keeper;
	int index;
	struct sockaddr_storage address;
	socklen_t address_len;
	int fd;
	bool counts;
	struct nts_exchange exchange;
	struct nts_previous previous;
	struct nts_poll poll;
	struct nts_source source;
};

bool association_init(struct association *a, struct keeper *keeper, int index);
void association_ask(struct association *a);
void association_take_answer(struct association *a);

#endif /* _SIM_ASSOCIATION_H */
