/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is served: what the configuration and ntsctl say, in the order they say
 * it, and the table that becomes of it for the kernel and for the workers.
 */
#ifndef NTSD_ACCESS_H
#define NTSD_ACCESS_H

#include <pwd.h>

#include "config.h"
#include "gate.h"
#include "helper.h"
#include "resolver.h"

/**
 * struct access_said - one allow or deny
 * @what: it
 * @addr: addresses of the name, if it is about a name
 * @n: how many are known
 * @wanted: they are to be looked for
 */
struct access_said {
	struct config_access what;
	struct address *addr;
	unsigned int n;
	bool wanted;
};

/**
 * struct access - all that was said
 * @said: it, in order
 * @n: how much
 * @room: for so much
 * @rule: what holds
 * @n_rules: how many
 * @serves: anybody is allowed
 * @changed: since the kernel was told
 * @gate: for the workers
 * @epoll: where the process that looks for names is watched
 * @tag: its epoll data
 * @user: whom it runs as
 * @resolver: that process
 * @asking: for which name
 * @next_ms: when to look for the next
 * @delay_ms: back-off after names that are not found
 */
struct access {
	struct access_said *said;
	unsigned int n;
	unsigned int room;
	struct nts_acl_rule *rule;
	uint32_t n_rules;
	bool serves;
	bool changed;
	struct gate gate;
	int epoll;
	uint64_t tag;
	const struct passwd *user;
	struct helper resolver;
	unsigned int asking;
	uint64_t next_ms;
	uint32_t delay_ms;
};

/**
 * struct access_table - what a configuration would have hold
 * @rule: to be freed
 * @n: how many
 * @serves: anybody is allowed
 */
struct access_table {
	struct nts_acl_rule *rule;
	uint32_t n;
	bool serves;
};

bool access_init(struct access *a, const struct config *conf);
bool access_plan(struct access *a, const struct config *conf, struct access_table *table);
bool access_configure(struct access *a, const struct config *conf, uint64_t now_ms);
bool access_say(struct access *a, const struct config_access *what);
void access_gate(const struct access *a, const struct config *conf, struct gate *gate);
void access_refresh(struct access *a, uint64_t now_ms);
void access_tick(struct access *a, uint64_t now_ms);
uint64_t access_due(const struct access *a);
void access_hear(struct access *a, uint64_t now_ms);
void access_stop(struct access *a);

#endif
