/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may speak with the NTS-KE server, and how often. The master says so in
 * memory that it shares with the workers, which look there at each connection.
 */
#ifndef NTSD_GATE_H
#define NTSD_GATE_H

#include <sys/socket.h>

#include "core/acl.h"
#include "core/clientlog.h"
#include "core/ratelimit.h"

struct gate_table;

/**
 * struct gate - a process's own view of what is shared
 * @table: which of 2 tables is in force, shared; NULL lets everybody pass
 * @slot: the tables, shared; where they are is told to nobody else
 * @limited: whether @limit is to be asked
 * @limit: how often who may
 * @logged: whether @log is to be kept
 * @log: who came
 */
struct gate {
	struct gate_table *table;
	struct nts_acl *slot[2];
	bool limited;
	struct nts_ratelimit limit;
	bool logged;
	struct nts_clientlog log;
};

enum gate_say {
	GATE_OPEN,
	GATE_DENIED,
	GATE_TOO_OFTEN,
};

bool gate_make(struct gate *gate, uint32_t clients);
bool gate_put(struct gate *gate, const struct nts_acl_rule *rules, uint32_t n);
void gate_limit(struct gate *gate, const struct nts_ratelimit_options *options);
enum gate_say gate_ask(struct gate *gate, const struct sockaddr_storage *from,
		       uint64_t now_ns, uint32_t random);
void gate_unlock(struct gate *gate);
bool gate_take(struct gate *gate, uint32_t *at, bool *v6,
	       struct nts_clientlog_record *record);

#endif
