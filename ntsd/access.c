// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <linux/nts.h>

#include "access.h"
#include "log.h"

/* Clients of NTS-KE that are remembered at most: each connection is a TCP handshake. */
#define KE_CLIENTS 16384
#define RETRY_FIRST_MS 2000
#define RETRY_MAX_MS 600000

/**
 * access_init() - nobody is allowed yet
 * @a: zero, with @epoll, @tag, @user and no @resolver
 * @conf: clientloglimit
 *
 * Return: false when there is not enough memory.
 */
bool access_init(struct access *a, const struct config *conf)
{
	a->next_ms = UINT64_MAX;
	return gate_make(&a->gate, conf->clients < KE_CLIENTS ? conf->clients : KE_CLIENTS);
}

static void forget(struct access_said *said)
{
	free(said->what.name);
	free(said->addr);
	memset(said, 0, sizeof(*said));
}

static void forget_all(struct access_said *said, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		forget(&said[i]);
	free(said);
}

static bool make_room(struct access *a)
{
	unsigned int room = a->room ? 2 * a->room : 16;
	struct access_said *said;

	if (a->n < a->room)
		return true;
	said = reallocarray(a->said, room, sizeof(*said));
	if (!said)
		return false;
	a->said = said;
	a->room = room;
	return true;
}

static bool append(struct access *a, const struct config_access *what)
{
	struct access_said *said;

	if (!make_room(a))
		return false;
	said = &a->said[a->n];
	memset(said, 0, sizeof(*said));
	said->what = *what;
	said->wanted = what->name;
	if (what->name) {
		said->what.name = strdup(what->name);
		if (!said->what.name)
			return false;
	}
	a->n++;
	return true;
}

static void add_rule(struct nts_acl_rule *rule, uint32_t *n, const struct config_access *what,
		     const struct subnet *subnet)
{
	rule[*n].key = subnet->key;
	rule[*n].len = subnet->len;
	rule[*n].v6 = subnet->v6;
	rule[*n].allow = what->allow;
	rule[*n].all = what->all;
	rule[*n].order = *n;
	++*n;
}

static void add_address(struct nts_acl_rule *rule, uint32_t *n,
			const struct config_access *what, const struct address *addr)
{
	struct subnet subnet = { .v6 = addr->family == AF_INET6 };

	subnet.len = nts_acl_bits(subnet.v6);
	subnet.key = nts_acl_key(subnet.v6, addr->bytes);
	add_rule(rule, n, what, &subnet);
}

static uint32_t add_rules(const struct access *a, struct nts_acl_rule *rule)
{
	const struct subnet every4 = { .v6 = false }, every6 = { .v6 = true };
	uint32_t n = 0;

	for (unsigned int i = 0; i < a->n; i++) {
		const struct access_said *said = &a->said[i];

		if (said->what.every) {
			add_rule(rule, &n, &said->what, &every4);
			add_rule(rule, &n, &said->what, &every6);
		} else if (!said->what.name) {
			add_rule(rule, &n, &said->what, &said->what.subnet);
		}
		for (unsigned int k = 0; k < said->n; k++)
			add_address(rule, &n, &said->what, &said->addr[k]);
	}
	return n;
}

static void stop_resolver(struct access *a)
{
	/* A process just forked may hold a copy, so close() is not enough. */
	if (a->resolver.fd >= 0)
		epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->resolver.fd, NULL);
	helper_stop(&a->resolver);
}

/* Return: what is to hold, NULL when it cannot; that was told. */
static struct nts_acl_rule *make_rules(const struct access *a, uint32_t *n)
{
	struct nts_acl_rule *rule;
	size_t room = 1;

	for (unsigned int i = 0; i < a->n; i++)
		room += 2 + a->said[i].n;
	rule = calloc(room, sizeof(*rule));
	if (!rule) {
		log_err("allow and deny: out of memory");
		return NULL;
	}
	*n = nts_acl_resolve(rule, add_rules(a, rule));
	if (*n <= NTS_MAX_ACCESS_RULES)
		return rule;
	log_err("allow and deny: %u prefixes, at most %d are possible: name larger subnets",
		*n, NTS_MAX_ACCESS_RULES);
	free(rule);
	return NULL;
}

static bool anybody(const struct nts_acl_rule *rule, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (rule[i].allow)
			return true;
	return false;
}

/* What was said becomes what holds; the workers know it when this returns. */
static bool rebuild(struct access *a)
{
	struct nts_acl_rule *rule;
	uint32_t n;

	rule = make_rules(a, &n);
	if (!rule)
		return false;
	if (!gate_put(&a->gate, rule, n)) {
		log_err("allow and deny: out of memory");
		free(rule);
		return false;
	}
	a->serves = anybody(rule, n);
	free(a->rule);
	a->rule = rule;
	a->n_rules = n;
	a->changed = true;
	return true;
}

static bool append_all(struct access *a, const struct config *conf)
{
	for (unsigned int i = 0; i < conf->n_access; i++)
		if (!append(a, &conf->access[i]))
			return false;
	return true;
}

/* Names that were known before are known. */
static void move_addresses(struct access_said *new, unsigned int n_new, struct access_said *old,
			   unsigned int n_old)
{
	for (unsigned int i = 0; i < n_new; i++) {
		struct access_said *said = &new[i];

		for (unsigned int k = 0; said->what.name && !said->n && k < n_old; k++) {
			if (!old[k].n || strcasecmp(old[k].what.name, said->what.name))
				continue;
			said->addr = old[k].addr;
			said->n = old[k].n;
			old[k].addr = NULL;
			old[k].n = 0;
		}
	}
}

/**
 * access_gate() - what workers are born with
 * @a: the access rules
 * @conf: ntsratelimit, ratelimitprefix4, ratelimitprefix6 and clientloglimit
 * @gate: filled in
 */
void access_gate(const struct access *a, const struct config *conf, struct gate *gate)
{
	const struct nts_ratelimit_options limits = {
		.interval = (s8)conf->nts_ratelimit.interval,
		.burst = (u8)conf->nts_ratelimit.burst,
		.leak = (u8)conf->nts_ratelimit.leak,
		.prefix = { (u8)conf->ratelimit_prefix4, (u8)conf->ratelimit_prefix6 },
	};

	*gate = a->gate;
	gate->logged &= conf->clients != 0;
	gate_limit(gate, conf->nts_ratelimit.on ? &limits : NULL);
}

/**
 * access_plan() - what access_configure() would put in force
 * @a: the access rules; not changed
 * @conf: the configuration
 * @table: filled in
 *
 * Return: false when there are too many, or too little memory; that was told.
 */
bool access_plan(struct access *a, const struct config *conf, struct access_table *table)
{
	struct access next = { };

	table->rule = NULL;
	if (append_all(&next, conf)) {
		move_addresses(next.said, next.n, a->said, a->n);
		table->rule = make_rules(&next, &table->n);
		move_addresses(a->said, a->n, next.said, next.n);
	} else {
		log_err("allow and deny: out of memory");
	}
	forget_all(next.said, next.n);
	table->serves = table->rule && anybody(table->rule, table->n);
	return table->rule;
}

/**
 * access_configure() - what the configuration says takes the place of all
 * @a: the access rules
 * @conf: the configuration
 * @now_ms: the time
 *
 * Return: false when there are too many, or too little memory, which was told;
 * what was in force then stays.
 */
bool access_configure(struct access *a, const struct config *conf, uint64_t now_ms)
{
	struct access_said *old = a->said;
	unsigned int n_old = a->n, room_old = a->room;
	bool ok;

	a->said = NULL;
	a->n = 0;
	a->room = 0;
	ok = append_all(a, conf);
	move_addresses(a->said, a->n, old, n_old);
	if (!ok || !rebuild(a)) {
		move_addresses(old, n_old, a->said, a->n);
		forget_all(a->said, a->n);
		a->said = old;
		a->n = n_old;
		a->room = room_old;
		return false;
	}
	forget_all(old, n_old);
	stop_resolver(a);
	a->delay_ms = 0;
	a->next_ms = now_ms;
	return true;
}

/* Is what @old says without effect once @what is said? */
static bool overrides(const struct config_access *what, const struct config_access *old)
{
	const struct subnet *a = &what->subnet, *b = &old->subnet;
	bool same = !old->name && what->every == old->every &&
		    (what->every || (a->v6 == b->v6 && a->len == b->len &&
				     a->key.hi == b->key.hi && a->key.lo == b->key.lo));

	/* An "all" of old still keeps out what was said before it. */
	if (same && (what->all || !old->all))
		return true;
	return what->all && what->every;
}

/**
 * access_say() - allow or deny, from now on
 * @a: the access rules
 * @what: to be added to what was said; no name
 *
 * Return: false when there are too many, or too little memory; nothing changed.
 */
bool access_say(struct access *a, const struct config_access *what)
{
	unsigned int kept = 0;

	if (!append(a, what))
		return false;
	if (!rebuild(a)) {
		forget(&a->said[--a->n]);
		return false;
	}
	/* So that saying it again and again does not fill memory. */
	for (unsigned int i = 0; i < a->n; i++) {
		if (i + 1 < a->n && overrides(what, &a->said[i].what))
			forget(&a->said[i]);
		else
			a->said[kept++] = a->said[i];
	}
	/* Who is looking for a name would give it to the wrong one. */
	if (kept < a->n && a->resolver.fd >= 0) {
		stop_resolver(a);
		a->next_ms = 0;
	}
	a->n = kept;
	return true;
}

/**
 * access_refresh() - look for all names again
 * @a: the access rules
 * @now_ms: the time
 *
 * Addresses that are known are used until others are.
 */
void access_refresh(struct access *a, uint64_t now_ms)
{
	for (unsigned int i = 0; i < a->n; i++)
		a->said[i].wanted = a->said[i].what.name;
	a->delay_ms = 0;
	if (a->resolver.fd < 0)
		a->next_ms = now_ms;
}

/* The next name to look for, from the one after that asked for last. */
static struct access_said *next_wanted(struct access *a)
{
	for (unsigned int i = 0; i < a->n; i++) {
		unsigned int at = (a->asking + 1 + i) % a->n;

		if (a->said[at].wanted) {
			a->asking = at;
			return &a->said[at];
		}
	}
	return NULL;
}

/**
 * access_tick() - look for a name, when it is time
 * @a: the access rules
 * @now_ms: the time
 */
void access_tick(struct access *a, uint64_t now_ms)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = a->tag };
	struct access_said *said;

	if (now_ms < a->next_ms)
		return;
	if (a->resolver.fd >= 0)
		log_warn("allow and deny: no answer about a name");
	stop_resolver(a);
	a->next_ms = UINT64_MAX;
	said = next_wanted(a);
	if (!said)
		return;
	a->next_ms = now_ms + RESOLVER_TIMEOUT_MS;
	if (!resolver_start(&a->resolver, said->what.name, CONFIG_FAMILY_ANY, a->user) ||
	    epoll_ctl(a->epoll, EPOLL_CTL_ADD, a->resolver.fd, &ev)) {
		stop_resolver(a);
		a->next_ms = now_ms + RETRY_FIRST_MS;
	}
}

/**
 * access_due() - when access_tick() has something to do
 * @a: the access rules
 *
 * Return: the time, or UINT64_MAX.
 */
uint64_t access_due(const struct access *a)
{
	return a->next_ms;
}

static bool learn(struct access_said *said, const struct resolver_answer *answer)
{
	struct address *addr = calloc(answer->n, sizeof(*addr));

	if (!addr)
		return false;
	memcpy(addr, answer->addr, answer->n * sizeof(*addr));
	free(said->addr);
	said->addr = addr;
	said->n = answer->n;
	said->wanted = false;
	return true;
}

/**
 * access_hear() - the process that looks for a name has to say something
 * @a: the access rules
 * @now_ms: the time
 */
void access_hear(struct access *a, uint64_t now_ms)
{
	struct resolver_answer answer;
	struct access_said *said;

	if (a->resolver.fd < 0)
		return;
	epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->resolver.fd, NULL);
	said = a->asking < a->n ? &a->said[a->asking] : NULL;
	if (!resolver_hear(&a->resolver, &answer)) {
		if (!a->delay_ms)
			log_warn("allow and deny: %s; it is tried again", answer.why);
		a->delay_ms = a->delay_ms ? 2 * a->delay_ms : RETRY_FIRST_MS;
		if (a->delay_ms > RETRY_MAX_MS)
			a->delay_ms = RETRY_MAX_MS;
		a->next_ms = now_ms + a->delay_ms;
		return;
	}
	a->next_ms = now_ms;
	if (said && said->wanted && learn(said, &answer))
		rebuild(a);
}

/**
 * access_stop() - end
 * @a: the access rules
 */
void access_stop(struct access *a)
{
	stop_resolver(a);
	forget_all(a->said, a->n);
	free(a->rule);
	a->said = NULL;
	a->rule = NULL;
	a->n = 0;
}
