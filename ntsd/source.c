// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"
#include "lasttime.h"
#include "log.h"
#include "source.h"
#include "sources.h"
#include "source_keys.h"

/* How often a name is looked up again while its server does not answer. */
#define UNREACHABLE_MS 300000
/* When another source of the pool is asking for the same name. */
#define SIBLING_MS 500
/* The process ends by itself before; this is for one that does not. */
#define GRACE_MS 2000
#define TELL_MS 3600000

static void rest(struct source *s)
{
	if (s->helper.fd >= 0)
		sources_unwatch(s->all, s);
	helper_stop(&s->helper);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->phase = SOURCE_RESTS;
	explicit_bzero(&s->got, sizeof(s->got));
}

/* Tells reports how the attempts go. */
static void tell_problem(struct source *s)
{
	const struct nl_change change = { .id = s->id, .problem = s->problem,
					  .attempts = s->attempts };

	if (s->id)
		source_change(s, &change);
}

static void fail(struct source *s, uint64_t now_ms, const char *what,
		 const char *why)
{
	uint64_t wait = backoff_ms(s->attempts, s->all->conf->max_nts_retry);
	bool same = !strncmp(s->problem, why, sizeof(s->problem) - 1);

	/* What goes on failing for one reason is said once an hour. */
	if (same && now_ms < s->told_ms + TELL_MS) {
		log_debug("%s: the same again; tried again in %llu s",
			  s->conf.name, (unsigned long long)wait / 1000);
	} else {
		log_warn("%s: %s: %s; tried again in %llu s", s->conf.name, what,
			 why, (unsigned long long)wait / 1000);
		s->told_ms = now_ms;
	}
	snprintf(s->problem, sizeof(s->problem), "%s", why);
	rest(s);
	s->again_ms = now_ms + wait;
	s->due_ms = s->again_ms;
	tell_problem(s);
}

static void fail_exchange(struct source *s, uint64_t now_ms, const char *why)
{
	char what[ADDRESS_TEXT_LEN + 32], addr[ADDRESS_TEXT_LEN];

	snprintf(what, sizeof(what), "NTS-KE with %s failed",
		 address_text(&s->current, addr));
	fail(s, now_ms, what, why);
}

/* The next address to try: not that of another source of the same pool. */
static bool pick(struct source *s)
{
	while (s->tried < s->found.n) {
		s->current = s->found.addr[s->tried++];
		if (!s->conf.pool || !sources_has(s->all, s, &s->current))
			return true;
	}
	return false;
}

static bool is_found(const struct source *s, const struct address *addr)
{
	for (unsigned int i = 0; i < s->found.n; i++)
		if (address_same(&s->found.addr[i], addr))
			return true;
	return false;
}

/* Without NTS: which of the addresses is to be asked from now on? */
static bool choose(struct source *s)
{
	unsigned int n = s->found.n;

	if (s->addr.family != AF_UNSPEC && !s->unreachable &&
	    is_found(s, &s->addr)) {
		s->current = s->addr;
		return true;
	}
	/* One that does not answer gives way to the one after it. */
	for (unsigned int i = 0; i < n; i++) {
		if (!address_same(&s->found.addr[i], &s->addr))
			continue;
		for (unsigned int k = 1; k < n; k++) {
			s->current = s->found.addr[(i + k) % n];
			if (!s->conf.pool ||
			    !sources_has(s->all, s, &s->current))
				return true;
		}
		s->current = s->addr;
		return true;
	}
	return pick(s);
}

/* When the name of a server that answers is looked up again. */
static uint64_t refresh_at(const struct source *s, uint64_t now_ms)
{
	double refresh_s = s->all->conf->refresh_s;

	return refresh_s > 0 ? now_ms + (uint64_t)(refresh_s * 1e3) :
			       SOURCE_NEVER;
}

static void take_address(struct source *s, uint64_t now_ms)
{
	char text[ADDRESS_TEXT_LEN];

	if (!choose(s)) {
		/* A pool of fewer servers than maxsources is no failure. */
		log_debug("%s: no address is left", s->conf.name);
		rest(s);
		s->due_ms = now_ms + (uint64_t)(CONFIG_REFRESH_S * 1e3);
		return;
	}
	rest(s);
	s->problem[0] = '\0';
	s->attempts = 0;
	s->due_ms = s->unreachable ? now_ms + UNREACHABLE_MS :
				     refresh_at(s, now_ms);
	if (address_same(&s->current, &s->addr) && s->id) {
		tell_problem(s);
		return;
	}
	address_text(&s->current, text);
	if (source_place(s, &s->current, s->conf.port) &&
	    strcmp(text, s->conf.name))
		log_info("%s is %s", s->conf.name, text);
}

static int open_socket(const struct source *s)
{
	const struct config *conf = s->all->conf;
	struct address from = { .family = s->current.family };
	struct sockaddr_storage to;
	socklen_t len;
	int fd, saved;
	int one = 1;

	fd = socket(s->current.family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* The request follows the end of the handshake, confirmed or not. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (from.family == AF_INET)
		memcpy(from.bytes, &conf->bind_acq4, 4);
	else
		memcpy(from.bytes, &conf->bind_acq6, 16);
	len = address_to_socket(&from, 0, &to);
	if ((from.family == AF_INET ? conf->bind_acq4_set : conf->bind_acq6_set) &&
	    bind(fd, (void *)&to, len))
		goto fail;
	len = address_to_socket(&s->current, s->conf.nts_port, &to);
	if (!connect(fd, (void *)&to, len) || errno == EINPROGRESS)
		return fd;
fail:
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static bool start_exchange(struct source *s, uint64_t now_ms)
{
	const struct sources *all = s->all;
	struct ke_client_job job = {
		.name = s->conf.name,
		.conf = all->conf,
		.certset = s->conf.certset,
		.now = lasttime_bound(time(NULL), all->last_time,
				      lasttime_built()),
		.any_time = all->updates < all->conf->no_cert_time_check,
		.timeout_ms = (uint32_t)(all->conf->nts_timeout_s * 1e3),
		.user = all->user,
	};

	s->fd = open_socket(s);
	if (s->fd < 0)
		return false;
	job.fd = s->fd;
	if (!ke_client_start(&s->helper, &job) || !sources_watch(s->all, s)) {
		rest(s);
		return false;
	}
	/* The process has its own. */
	close(s->fd);
	s->fd = -1;
	s->phase = SOURCE_EXCHANGES;
	s->until_ms = now_ms + job.timeout_ms + GRACE_MS;
	return true;
}

/* Tries addresses until one can at least be tried. */
static void exchange(struct source *s, uint64_t now_ms, const char *why)
{
	char text[128];

	while (pick(s)) {
		/* Reports show where it is, though it does not work yet. */
		if (s->addr.family == AF_UNSPEC)
			source_place(s, &s->current, s->conf.port);
		if (start_exchange(s, now_ms))
			return;
		snprintf(text, sizeof(text), "TCP: %s", strerror(errno));
		why = text;
	}
	if (!why && s->conf.pool) {
		take_address(s, now_ms);	/* which finds none either */
		return;
	}
	fail_exchange(s, now_ms, why ? why : "no address");
}

static void resolved(struct source *s, uint64_t now_ms)
{
	if (!s->conf.nts)
		take_address(s, now_ms);
	else
		exchange(s, now_ms, NULL);
}

static void hear_name(struct source *s, uint64_t now_ms)
{
	bool ok;

	sources_unwatch(s->all, s);
	ok = resolver_hear(&s->helper, &s->found);
	s->phase = SOURCE_RESTS;
	if (!ok) {
		fail(s, now_ms, "cannot resolve the name", s->found.why);
		return;
	}
	sources_share(s->all, s, now_ms);
	resolved(s, now_ms);
}

static void hear_ntp_name(struct source *s, uint64_t now_ms)
{
	struct resolver_answer answer;
	unsigned int i = 0;

	sources_unwatch(s->all, s);
	if (!resolver_hear(&s->helper, &answer)) {
		fail_exchange(s, now_ms, answer.why);
		return;
	}
	/* RFC 8915 section 4.1.7: rather the family that is known to work. */
	while (i < answer.n && answer.addr[i].family != s->current.family)
		i++;
	source_install(s, &answer.addr[i < answer.n ? i : 0], now_ms);
	rest(s);
}

static void hear_keys(struct source *s, uint64_t now_ms)
{
	char text[ADDRESS_TEXT_LEN], why[KE_EXCHANGE_WHY_LEN];
	const char *server = s->got.res.server;
	struct address ntp;

	sources_unwatch(s->all, s);
	if (!ke_client_hear(&s->helper, &s->got)) {
		memcpy(why, s->got.why, sizeof(why));
		s->phase = SOURCE_RESTS;
		if (s->got.no_tls && s->tried < s->found.n) {
			log_debug("%s: %s: %s", s->conf.name,
				  address_text(&s->current, text), why);
			exchange(s, now_ms, why);
		} else {
			fail_exchange(s, now_ms, why);
		}
		return;
	}
	if (s->got.res.warning >= 0)
		log_warn("%s: NTS-KE with %s: warning %d", s->conf.name,
			 address_text(&s->current, text), s->got.res.warning);
	if (!server[0]) {
		source_install(s, &s->current, now_ms);
	} else if (address_parse(server, &ntp)) {
		source_install(s, &ntp, now_ms);
	} else if (resolver_start(&s->helper, server, s->conf.family,
				  s->all->user) && sources_watch(s->all, s)) {
		s->phase = SOURCE_RESOLVES_NTP;
		s->until_ms = now_ms + RESOLVER_TIMEOUT_MS;
		return;
	}
	rest(s);
}

static void begin_attempt(struct source *s, uint64_t now_ms)
{
	s->attempts++;
	s->tried = 0;
	s->found.n = 1;
	if (address_parse(s->conf.name, &s->found.addr[0])) {
		resolved(s, now_ms);
		return;
	}
	s->found.n = 0;
	if (!resolver_start(&s->helper, s->conf.name, s->conf.family,
			    s->all->user) || !sources_watch(s->all, s)) {
		fail(s, now_ms, "cannot resolve the name", strerror(errno));
		return;
	}
	s->phase = SOURCE_RESOLVES;
	s->until_ms = now_ms + RESOLVER_TIMEOUT_MS;
}

/**
 * source_new() - make a source, which does nothing yet
 * @all: the set it is to belong to
 * @index: in the set
 * @conf: copied
 *
 * Return: the source, or NULL when out of memory.
 */
struct source *source_new(struct sources *all, unsigned int index,
			  const struct config_source *conf)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->all = all;
	s->index = index;
	s->conf = *conf;
	s->helper.fd = -1;
	s->fd = -1;
	s->due_ms = SOURCE_NEVER;
	return s;
}

/**
 * source_begin() - find out what the kernel lacks
 * @s: with @id, @addr, @keyed of the kernel's association, if there is one
 * @now_ms: the time
 */
void source_begin(struct source *s, uint64_t now_ms)
{
	/* Those of a pool appear as they are found. */
	if (!s->id && !s->conf.pool)
		source_make(s);
	if (!s->conf.nts) {
		s->due_ms = s->addr.family == AF_UNSPEC || s->unreachable ?
			    now_ms : refresh_at(s, now_ms);
		if (s->addr.family != AF_UNSPEC && s->port != s->conf.port)
			source_place(s, &s->addr, s->conf.port);
		return;
	}
	if (s->keyed)
		source_recall(s, now_ms);
	else if (!source_load(s, now_ms))
		source_want_keys(s, now_ms);
}

/**
 * source_share() - take addresses that another of the same pool found
 * @s: the source
 * @found: the addresses
 * @now_ms: the time
 */
void source_share(struct source *s, const struct resolver_answer *found,
		  uint64_t now_ms)
{
	if (s->phase != SOURCE_RESTS || s->due_ms > now_ms + SIBLING_MS)
		return;
	s->attempts++;
	s->tried = 0;
	s->found = *found;
	resolved(s, now_ms);
}

/**
 * source_hear() - the process that works for it has something to say
 * @s: the source
 * @now_ms: the time
 */
void source_hear(struct source *s, uint64_t now_ms)
{
	switch (s->phase) {
	case SOURCE_RESOLVES:
		hear_name(s, now_ms);
		break;
	case SOURCE_RESOLVES_NTP:
		hear_ntp_name(s, now_ms);
		break;
	case SOURCE_EXCHANGES:
		hear_keys(s, now_ms);
		break;
	case SOURCE_RESTS:
		break;
	}
}

/**
 * source_tick() - do what is due
 * @s: the source
 * @now_ms: the time
 */
void source_tick(struct source *s, uint64_t now_ms)
{
	if (s->phase != SOURCE_RESTS) {
		if (now_ms < s->until_ms)
			return;
		if (s->phase == SOURCE_RESOLVES)
			fail(s, now_ms, "cannot resolve the name", "timeout");
		else
			fail_exchange(s, now_ms, "timeout");
		return;
	}
	if (now_ms < s->due_ms)
		return;
	if (s->conf.pool && sources_resolves(s->all, s->conf.name)) {
		s->due_ms = now_ms + SIBLING_MS;
		return;
	}
	begin_attempt(s, now_ms);
}

/**
 * source_due() - when source_tick() has something to do
 * @s: the source
 *
 * Return: the time, SOURCE_NEVER for never.
 */
uint64_t source_due(const struct source *s)
{
	return s->phase == SOURCE_RESTS ? s->due_ms : s->until_ms;
}

/**
 * source_want_keys() - exchange keys as soon as RFC 8915 section 4.2 allows
 * @s: the source
 * @now_ms: the time
 */
void source_want_keys(struct source *s, uint64_t now_ms)
{
	if (!s->conf.nts || s->phase != SOURCE_RESTS)
		return;
	s->due_ms = s->again_ms > now_ms ? s->again_ms : now_ms;
}

/**
 * source_reach() - the kernel gets answers, or it gets none
 * @s: the source
 * @reachable: which
 * @now_ms: the time
 *
 * One with NTS needs nothing here: it soon runs out of cookies, and then
 * wants keys, by which its name is resolved again.
 */
void source_reach(struct source *s, bool reachable, uint64_t now_ms)
{
	if (s->unreachable == !reachable)
		return;
	s->unreachable = !reachable;
	if (s->conf.nts || s->phase != SOURCE_RESTS)
		return;
	s->due_ms = reachable ? refresh_at(s, now_ms) : now_ms;
}

/**
 * source_want_address() - look up its name again
 * @s: the source
 * @now_ms: the time
 */
void source_want_address(struct source *s, uint64_t now_ms)
{
	if (!s->conf.nts && s->phase == SOURCE_RESTS)
		s->due_ms = now_ms;
}

/**
 * source_authenticated() - its keys were good for an answer
 * @s: the source
 *
 * Only now the next attempts may come sooner again (RFC 8915 section 4.2).
 */
void source_authenticated(struct source *s)
{
	s->attempts = 0;
	s->again_ms = 0;
	s->problem[0] = '\0';
	tell_problem(s);
}

/**
 * source_free() - forget a source; the kernel's association stays
 * @s: NULL is fine
 */
void source_free(struct source *s)
{
	if (!s)
		return;
	rest(s);
	explicit_bzero(s, sizeof(*s));
	free(s);
}
