// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <linux/nts.h>

#include "log.h"
#include "source_keys.h"
#include "sources.h"

#define LOOK_MS 30000
#define RENEW_MS 86400000

/* What the kernel has, taken at once: it may change while it is acted on. */
struct list {
	struct nl_source at[CONFIG_MAX_SOURCES];
	unsigned int n;
};

static struct list list;

static void take(void *arg, const struct nl_source *source)
{
	(void)arg;
	if (list.n < CONFIG_MAX_SOURCES)
		list.at[list.n++] = *source;
}

static int read_list(struct sources *all, char *err)
{
	list.n = 0;
	return nl_get_sources(all->nl, take, NULL, err);
}

static struct source *by_id(const struct sources *all, uint32_t id)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i] && all->slot[i]->id == id)
			return all->slot[i];
	return NULL;
}

static struct source *add(struct sources *all, const struct config_source *conf)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		if (all->slot[i])
			continue;
		all->slot[i] = source_new(all, i, conf);
		return all->slot[i];
	}
	return NULL;
}

static void drop(struct sources *all, struct source *s)
{
	all->slot[s->index] = NULL;
	source_free(s);
}

static bool same_server(const struct config_source *a,
			const struct config_source *b)
{
	return !strcasecmp(a->name, b->name) && a->pool == b->pool &&
	       a->nts == b->nts && a->port == b->port &&
	       a->nts_port == b->nts_port && a->certset == b->certset &&
	       a->family == b->family;
}

/* A source of before that is still wanted. */
static struct source *find_old(struct sources *all, const bool *claimed,
			       const struct config_source *conf)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i] && !claimed[i] && !all->slot[i]->stranger &&
		    same_server(&all->slot[i]->conf, conf))
			return all->slot[i];
	return NULL;
}

/* The source that an association of the kernel's is for. */
static struct source *find_owner(struct sources *all,
				 const struct nl_source *has)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (s && !s->id && s->conf.nts == has->nts &&
		    !strcasecmp(s->conf.name, has->name))
			return s;
	}
	return NULL;
}

static void adopt(struct source *s, const struct nl_source *has,
		  uint64_t now_ms)
{
	s->id = has->id;
	s->addr = has->addr;
	s->port = has->port;
	s->unreachable = !has->reach;
	s->keyed = has->keyed && has->cookies;
	s->keyed_ms = now_ms - has->ke_age_ms;
}

/* One that ntsctl made: its options are the kernel's. */
static void adopt_stranger(struct sources *all, const struct nl_source *has,
			   uint64_t now_ms)
{
	struct config_source conf;
	struct source *s;

	config_source_defaults(&conf, false);
	strcpy(conf.name, has->name);
	conf.nts = has->nts;
	if (has->port)
		conf.port = has->port;
	s = add(all, &conf);
	if (!s)
		return;
	s->stranger = true;
	adopt(s, has, now_ms);
	source_begin(s, now_ms);
}

/* Others may have made or ended associations. */
static void look(struct sources *all, uint64_t now_ms)
{
	char err[NL_ERR_LEN];

	all->look_ms = now_ms + LOOK_MS;
	if (read_list(all, err)) {
		log_debug("%s", err);
		return;
	}
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];
		unsigned int k = 0;

		if (!s || !s->id)
			continue;
		while (k < list.n && list.at[k].id != s->id)
			k++;
		if (k == list.n)
			s->gone = true;
		else
			source_reach(s, list.at[k].reach ||
				     !s->unreachable, now_ms);
	}
	for (unsigned int k = 0; k < list.n; k++)
		if (!by_id(all, list.at[k].id))
			adopt_stranger(all, &list.at[k], now_ms);
}

/**
 * sources_configure() - take the sources of a configuration
 * @all: the set, attached or not
 * @conf: which lives until the next one is given
 * @now_ms: the time
 */
void sources_configure(struct sources *all, const struct config *conf,
		       uint64_t now_ms)
{
	bool claimed[CONFIG_MAX_SOURCES] = { false };
	char err[NL_ERR_LEN];
	bool full = false;

	all->conf = conf;
	for (unsigned int i = 0; i < conf->n_sources; i++) {
		for (unsigned int k = 0; k < conf->source[i].maxsources; k++) {
			struct source *s = find_old(all, claimed,
						    &conf->source[i]);
			bool old = s;

			if (!s)
				s = add(all, &conf->source[i]);
			full |= !s;
			if (!s)
				continue;
			claimed[s->index] = true;
			s->conf = conf->source[i];
			if (all->attached && !old)
				source_begin(s, now_ms);
			else if (all->attached && s->id)
				source_make(s);
		}
	}
	if (full)
		log_warn("more than %d sources: the last ones are left out",
			 CONFIG_MAX_SOURCES);
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (!s || claimed[i] || s->stranger)
			continue;
		if (s->id && all->attached &&
		    nl_del_source(all->nl, s->id, err))
			log_warn("%s", err);
		drop(all, s);
	}
}

/**
 * sources_attach() - agree with a kernel that may have associations already
 * @all: the set, configured
 * @now_ms: the time
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Those of the same name are taken over as they are; so a daemon that starts
 * again loses no sample and makes no second association. Others end.
 *
 * Return: false with @err set.
 */
bool sources_attach(struct sources *all, uint64_t now_ms, char *err)
{
	if (all->attached)
		return true;
	if (read_list(all, err))
		return false;
	for (unsigned int k = 0; k < list.n; k++) {
		struct source *s = find_owner(all, &list.at[k]);

		if (s) {
			adopt(s, &list.at[k], now_ms);
			source_make(s);
			log_info("%s: the kernel's association goes on",
				 s->conf.name);
		} else if (nl_del_source(all->nl, list.at[k].id, err)) {
			return false;
		}
	}
	all->attached = true;
	all->look_ms = now_ms + LOOK_MS;
	all->renew_ms = now_ms + RENEW_MS;
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i])
			source_begin(all->slot[i], now_ms);
	return true;
}

/**
 * sources_detach() - the kernel has forgotten all
 * @all: the set
 */
void sources_detach(struct sources *all)
{
	all->attached = false;
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (s && s->stranger) {
			drop(all, s);
		} else if (s) {
			s->id = 0;
			s->addr.family = AF_UNSPEC;
			s->keyed = false;
			s->unreachable = false;
			/* Keys without cookies are of no use any more. */
			s->known = false;
			s->n_held = 0;
		}
	}
}

/**
 * sources_hear() - a process that works for a source has something to say
 * @all: the set
 * @index: of the source
 * @now_ms: the time
 */
void sources_hear(struct sources *all, unsigned int index, uint64_t now_ms)
{
	if (index < CONFIG_MAX_SOURCES && all->slot[index])
		source_hear(all->slot[index], now_ms);
}

/**
 * sources_take_event() - the kernel says what happened to a source
 * @all: the set
 * @event: of kind NL_EVENT_SOURCE
 * @now_ms: the time
 */
void sources_take_event(struct sources *all, const struct nl_event *event,
			uint64_t now_ms)
{
	struct source *s = by_id(all, event->id);

	if (!s || event->news == NTS_SOURCE_NEWS_REMOVED) {
		all->look_ms = now_ms;
		return;
	}
	switch (event->news) {
	case NTS_SOURCE_NEWS_NEED_KEYS:
	case NTS_SOURCE_NEWS_NAK:
		source_want_keys(s, now_ms);
		break;
	case NTS_SOURCE_NEWS_AUTHENTICATED:
		source_authenticated(s);
		break;
	case NTS_SOURCE_NEWS_REACHABLE:
		source_reach(s, true, now_ms);
		break;
	case NTS_SOURCE_NEWS_UNREACHABLE:
		source_reach(s, false, now_ms);
		break;
	default:
		break;
	}
}

/**
 * sources_tick() - do what is due
 * @all: the set
 * @now_ms: the time
 */
void sources_tick(struct sources *all, uint64_t now_ms)
{
	bool renew = now_ms >= all->renew_ms;

	if (!all->attached)
		return;
	if (now_ms >= all->look_ms)
		look(all, now_ms);
	if (renew)
		all->renew_ms = now_ms + RENEW_MS;
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (!s)
			continue;
		if (!s->gone && renew && s->keyed && !s->attempts)
			source_renew_held(s);
		if (!s->gone)
			source_tick(s, now_ms);
		if (s->gone) {
			log_info("%s: the association was ended by another program",
				 s->conf.name);
			drop(all, s);
		}
	}
}

/**
 * sources_due() - when sources_tick() has something to do
 * @all: the set
 *
 * Return: the time, SOURCE_NEVER for never.
 */
uint64_t sources_due(const struct sources *all)
{
	uint64_t due = all->look_ms;

	if (!all->attached)
		return SOURCE_NEVER;
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i] && source_due(all->slot[i]) < due)
			due = source_due(all->slot[i]);
	return due;
}

/**
 * sources_add() - add what the configuration does not name
 * @all: the set
 * @conf: a server, or a pool
 * @now_ms: the time
 *
 * Return: false when it is there already, or there is no room.
 */
bool sources_add(struct sources *all, const struct config_source *conf,
		 uint64_t now_ms)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i] && same_server(&all->slot[i]->conf, conf))
			return false;
	for (unsigned int k = 0; k < conf->maxsources; k++) {
		struct source *s = add(all, conf);

		if (!s)
			return k;
		s->stranger = true;
		if (all->attached)
			source_begin(s, now_ms);
	}
	return true;
}

/**
 * sources_delete() - end sources
 * @all: the set
 * @name: of them; or, if there are none, an address
 *
 * Those of the configuration come back at a reload.
 *
 * Return: false when there are none.
 */
bool sources_delete(struct sources *all, const char *name)
{
	char text[ADDRESS_TEXT_LEN], err[NL_ERR_LEN];
	bool found = false, by_name = false;

	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		by_name |= all->slot[i] &&
			   !strcasecmp(all->slot[i]->conf.name, name);
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (!s || (by_name ? strcasecmp(s->conf.name, name) :
			   strcmp(address_text(&s->addr, text), name)))
			continue;
		if (s->id && all->attached &&
		    nl_del_source(all->nl, s->id, err))
			log_warn("%s", err);
		drop(all, s);
		found = true;
	}
	return found;
}

/**
 * sources_refresh() - look up all names again
 * @all: the set
 * @now_ms: the time
 */
void sources_refresh(struct sources *all, uint64_t now_ms)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i])
			source_want_address(all->slot[i], now_ms);
}

/**
 * sources_save() - keep keys and half of the cookies on disk
 * @all: the set
 */
void sources_save(struct sources *all)
{
	char err[NL_ERR_LEN];

	if (!all->attached || read_list(all, err))
		return;
	for (unsigned int k = 0; k < list.n; k++) {
		struct source *s = by_id(all, list.at[k].id);

		if (s)
			source_save(s, list.at[k].cookies);
	}
}

/**
 * sources_forget_keys() - in a process that shall not know them
 * @all: the set
 */
void sources_forget_keys(struct sources *all)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (!s)
			continue;
		explicit_bzero(s->c2s, sizeof(s->c2s));
		explicit_bzero(s->s2c, sizeof(s->s2c));
		explicit_bzero(s->held, sizeof(s->held));
		explicit_bzero(&s->got, sizeof(s->got));
	}
}

/**
 * sources_stop() - end; the kernel goes on polling
 * @all: the set
 */
void sources_stop(struct sources *all)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i])
			drop(all, all->slot[i]);
	all->attached = false;
}

/**
 * sources_watch() - be told when the process of a source has something to say
 * @all: the set
 * @s: the source
 *
 * Return: false with errno set.
 */
bool sources_watch(struct sources *all, const struct source *s)
{
	struct epoll_event ev = { .events = EPOLLIN,
				  .data.u64 = all->tag | s->index };

	return !epoll_ctl(all->epoll, EPOLL_CTL_ADD, s->helper.fd, &ev);
}

/**
 * sources_unwatch() - the opposite; a process just forked may hold a copy of
 * the descriptor, so that to close it would not be enough
 * @all: the set
 * @s: the source
 */
void sources_unwatch(struct sources *all, const struct source *s)
{
	epoll_ctl(all->epoll, EPOLL_CTL_DEL, s->helper.fd, NULL);
}

/**
 * sources_has() - does another source use an address?
 * @all: the set
 * @but: the source that asks
 * @addr: the address
 *
 * Return: true if so.
 */
bool sources_has(const struct sources *all, const struct source *but,
		 const struct address *addr)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		const struct source *s = all->slot[i];

		if (!s || s == but)
			continue;
		if (address_same(&s->addr, addr) ||
		    (s->phase == SOURCE_EXCHANGES &&
		     address_same(&s->current, addr)) ||
		    (s->keyed && address_same(&s->ke_addr, addr)))
			return true;
	}
	return false;
}

/**
 * sources_resolves() - is a name being resolved for one of a pool?
 * @all: the set
 * @name: the pool
 *
 * Return: true if so.
 */
bool sources_resolves(const struct sources *all, const char *name)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all->slot[i] && all->slot[i]->conf.pool &&
		    all->slot[i]->phase == SOURCE_RESOLVES &&
		    !strcasecmp(all->slot[i]->conf.name, name))
			return true;
	return false;
}

/**
 * sources_share() - let the others of a pool have what one found
 * @all: the set
 * @from: the one
 * @now_ms: the time
 */
void sources_share(struct sources *all, const struct source *from,
		   uint64_t now_ms)
{
	if (!from->conf.pool)
		return;
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++) {
		struct source *s = all->slot[i];

		if (s && s != from && same_server(&s->conf, &from->conf))
			source_share(s, &from->found, now_ms);
	}
}
