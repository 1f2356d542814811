/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a request, whichever way it came and will leave. */
#ifndef _NTS_PACKET_H
#define _NTS_PACKET_H

#include "server.h"

/* packet.c APIs: */
void nts_packet_begin(const struct sk_buff *skb, struct nts_turn *turn);
enum nts_verdict nts_packet_admit(struct nts_net *nn, struct sk_buff *skb,
				  struct nts_turn *turn);
void nts_packet_turn(struct sk_buff *skb);
enum nts_verdict nts_packet_answer(struct nts_net *nn, struct sk_buff *skb,
				   struct nts_turn *turn);
void nts_packet_end(struct nts_net *nn, struct sk_buff *skb, const struct nts_turn *turn,
		    enum nts_verdict verdict);

#endif /* _NTS_PACKET_H */
