/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One source of time: finds its address and, with NTS, its keys, and gives
 * them to the kernel's association, which does all the rest.
 */
#ifndef NTSD_SOURCE_H
#define NTSD_SOURCE_H

#include "address.h"
#include "config.h"
#include "ke_client.h"
#include "resolver.h"

struct sources;

#define SOURCE_NEVER UINT64_MAX
#define SOURCE_PROBLEM_LEN 200

enum source_phase {
	SOURCE_RESTS,
	SOURCE_RESOLVES,	/* its name */
	SOURCE_EXCHANGES,	/* keys */
	SOURCE_RESOLVES_NTP,	/* the name that NTS-KE gave */
};

/**
 * struct source - one source
 * @all: the set it belongs to
 * @index: in the set, and in epoll data
 * @conf: as configured
 * @stranger: not of the configuration, so no reload ends it
 * @id: of the kernel's association, 0 for none
 * @addr: of the NTP server, as the kernel knows it
 * @port: of the NTP server
 * @ke_addr: of the NTS-KE server that gave the keys
 * @found: addresses of the name
 * @tried: how many of them were tried in this attempt
 * @current: the one being tried
 * @phase: what it is at
 * @helper: the process that does that
 * @fd: TCP socket of the exchange, or -1
 * @until_ms: when the process is ended
 * @due_ms: when there is something to do
 * @attempts: since an authentic answer
 * @again_ms: the next attempt is not sooner (RFC 8915 section 4.2)
 * @unreachable: the kernel gets no answers
 * @got: result of the exchange while the name it gave is resolved
 * @keyed: the kernel has keys
 * @known: and these are they:
 * @ke_time: when they were established, since 1970, by the clock of then
 * @keyed_ms: the same on the master's clock
 * @held: cookies kept back for the disk
 * @n_held: how many
 * @gone: another program ended the association
 * @problem: why the last attempt failed, "" when it did not
 * @told_ms: when that was logged
 */
struct source {
	struct sources *all;
	unsigned int index;
	struct config_source conf;
	bool stranger;
	uint32_t id;
	struct address addr;
	uint16_t port;
	struct address ke_addr;
	struct resolver_answer found;
	unsigned int tried;
	struct address current;

	enum source_phase phase;
	struct helper helper;
	int fd;
	uint64_t until_ms;
	uint64_t due_ms;
	unsigned int attempts;
	uint64_t again_ms;
	bool unreachable;
	struct ke_exchange_result got;

	bool keyed;
	bool known;
	uint8_t c2s[TLS_EXPORT_LEN];
	uint8_t s2c[TLS_EXPORT_LEN];
	int64_t ke_time;
	uint64_t keyed_ms;
	struct ke_cookie held[KE_COOKIES];
	unsigned int n_held;
	bool gone;
	char problem[SOURCE_PROBLEM_LEN];
	uint64_t told_ms;
};

struct source *source_new(struct sources *all, unsigned int index,
			  const struct config_source *conf);
void source_begin(struct source *s, uint64_t now_ms);
void source_share(struct source *s, const struct resolver_answer *found,
		  uint64_t now_ms);
void source_hear(struct source *s, uint64_t now_ms);
void source_tick(struct source *s, uint64_t now_ms);
uint64_t source_due(const struct source *s);
void source_want_keys(struct source *s, uint64_t now_ms);
void source_want_address(struct source *s, uint64_t now_ms);
void source_reach(struct source *s, bool reachable, uint64_t now_ms);
void source_authenticated(struct source *s);
void source_free(struct source *s);

#endif
