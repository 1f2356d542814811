/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a request to its answer. */
#ifndef _NTS_SERVER_H
#define _NTS_SERVER_H

#include "core/clientlog.h"
#include "core/request.h"
#include "txstamp.h"

/**
 * struct nts_turn - one request on its way to being an answer
 * @begin: when it began, local_clock()
 * @request_len: octets of UDP payload
 * @request: as parsed
 * @stamp: when it came
 * @came: the same, UTC ns since 1970
 * @visit: who sent it
 * @judged: it is to be noted that he did
 * @address: of the client, IPv4 mapped into IPv6
 * @too_often: say so, instead of the time
 * @ifindex: of the device the answer is routed to
 * @expect: what is expected of its way there
 * @ticket: for the stamp of its sending, 0 when nobody will ask for it
 * @len: of the answer, octets
 */
struct nts_turn {
	u64 begin;
	u32 request_len;
	struct nts_request request;
	struct nts_stamp stamp;
	s64 came;
	struct nts_clientlog_visit visit;
	bool judged;
	u8 address[16];
	bool too_often;
	u32 ifindex;
	struct nts_txstamp_expect expect;
	u32 ticket;
	u32 len;
};

/* server.c APIs: */
int nts_server_init(void);
void nts_server_exit(void);
enum nts_verdict nts_server_answer(struct nts_net *nn, u8 *packet, struct nts_turn *turn);
int nts_server_remember(struct nts_net *nn, u32 clients);
void nts_server_forget(struct nts_net *nn);
void nts_server_count(struct nts_net *nn, u64 *held, u64 *span);

#endif /* _NTS_SERVER_H */
