// SPDX-License-Identifier: GPL-2.0-or-later
/* The directives server and pool, and whether their sources can be of use. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"
#include "ke_record.h"

#define POLL_MIN (-6)
#define POLL_MAX 24
#define NEVER_PRESEND (POLL_MAX + 1)

static const struct config_option options[] = {
#define OPTION(word, kind, field, min, max) \
	{ word, CONFIG_##kind, offsetof(struct config_source, field), min, max }
	OPTION("burst", SWITCH, burst, 0, 0),
	OPTION("certset", SET, certset, 0, UINT32_MAX),
	OPTION("iburst", SWITCH, iburst, 0, 0),
	OPTION("maxdelay", REAL, maxdelay, 0, 1e3),
	OPTION("maxdelaydevratio", REAL, maxdelaydevratio, 0, 3e4),
	OPTION("maxdelayratio", REAL, maxdelayratio, 0, 3e4),
	OPTION("maxpoll", POLL, maxpoll, POLL_MIN, POLL_MAX),
	OPTION("maxsamples", COUNT, maxsamples, 1, 64),
	OPTION("maxsources", COUNT, maxsources, 1, 16),
	OPTION("minpoll", POLL, minpoll, POLL_MIN, POLL_MAX),
	OPTION("minsamples", COUNT, minsamples, 1, 64),
	OPTION("noselect", SWITCH, noselect, 0, 0),
	OPTION("nts", SWITCH, nts, 0, 0),
	OPTION("ntsport", PORT, nts_port, 1, 65535),
	OPTION("offline", SWITCH, offline, 0, 0),
	OPTION("offset", REAL, offset, -1e6, 1e6),
	OPTION("polltarget", COUNT, polltarget, 6, 60),
	OPTION("port", PORT, port, 1, 65535),
	OPTION("prefer", SWITCH, prefer, 0, 0),
	OPTION("presend", POLL, presend, POLL_MIN, NEVER_PRESEND),
	OPTION("require", SWITCH, require, 0, 0),
	OPTION("trust", SWITCH, trust, 0, 0),
	OPTION("xleave", SWITCH, xleave, 0, 0),
};

/* chrony's, that have no effect, how many values each has, and why. */
static const struct {
	const char *name;
	int values;
	const char *why;
} without_effect[] = {
	{ "asymmetry", 1, "asymmetry of delays is not estimated" },
	{ "auto_offline", 0, "a source that cannot be reached is polled on" },
	{ "copy", 0, "this server has its own reference id and stratum" },
	{ "extfield", 1, "no such field is sent" },
	{ "filter", 1, "samples are not filtered before they are used: raise minpoll" },
	{ "maxdelayquant", 1, "use maxdelaydevratio" },
	{ "maxunreach", 1, "one that cannot be reached is not selected anyway" },
	{ "mindelay", 1, "the least delay is measured" },
	{ "minstratum", 1, "strata are believed" },
	{ "version", 1, "requests are of version 4" },
};

/* Return: how many words were taken, 0 after an error. */
static int take_option(struct config_reader *r, char **words, const char *first,
		       struct config_source *s)
{
	int taken = config_option(r, first, options,
				  sizeof(options) / sizeof(*options), s, words);
	const char *word = words[0];

	if (taken >= 0)
		return taken;
	for (size_t i = 0; i < sizeof(without_effect) / sizeof(*without_effect); i++) {
		if (strcasecmp(word, without_effect[i].name))
			continue;
		config_warn(r, "%s: option %s has no effect: %s", first,
			    word, without_effect[i].why);
		return words[1] ? 1 + without_effect[i].values : 1;
	}
	if (!strcasecmp(word, "ipv4") || !strcasecmp(word, "ipv6")) {
		s->family = word[3] == '4' ? CONFIG_FAMILY_4 : CONFIG_FAMILY_6;
		return 1;
	}
	if (!strcasecmp(word, "key"))
		config_error(r, "%s: symmetric keys are not supported: use nts instead of key",
			     first);
	else
		config_error(r, "%s: unknown option \"%.64s\"", first, word);
	return 0;
}

/**
 * config_source_defaults() - what holds when nothing is said
 * @s: filled in, but for the name
 * @pool: it is one
 */
void config_source_defaults(struct config_source *s, bool pool)
{
	memset(s, 0, sizeof(*s));
	s->pool = pool;
	s->maxsources = pool ? 4 : 1;
	s->port = 123;
	s->nts_port = 4460;
	s->minpoll = 6;
	s->maxpoll = 10;
	s->presend = NEVER_PRESEND;
	s->polltarget = 8;
	s->maxdelay = 3;
	s->maxdelaydevratio = 10;
}

static bool name_ok(const char *name)
{
	struct in6_addr addr;
	char copy[CONFIG_NAME_MAX + 1];
	char *zone;

	if (strlen(name) > CONFIG_NAME_MAX)
		return false;
	if (ke_record_host_ok(name))
		return true;
	/* A link-local address has a zone, which no certificate can name. */
	strcpy(copy, name);
	zone = strchr(copy, '%');
	if (zone)
		*zone = '\0';
	return zone && zone[1] && inet_pton(AF_INET6, copy, &addr) == 1;
}

static const struct config_source *find_same(const struct config *conf,
					     unsigned int n,
					     const struct config_source *s)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct config_source *other = &conf->source[i];

		if (!strcasecmp(other->name, s->name) && !s->pool &&
		    !other->pool && other->port == s->port &&
		    other->nts_port == s->nts_port)
			return other;
	}
	return NULL;
}

static void add(struct config_reader *r, char **words, bool pool)
{
	struct config *conf = r->conf;
	struct config_source s, *more;
	int taken;

	config_source_defaults(&s, pool);
	if (!words[1] || !name_ok(words[1])) {
		config_error(r, "%s needs a host name or an address", words[0]);
		return;
	}
	strcpy(s.name, words[1]);
	config_here(r, &s.place);
	for (char **word = words + 2; *word; word += taken) {
		taken = take_option(r, word, words[0], &s);
		if (!taken)
			return;
	}

	if (s.maxpoll < s.minpoll) {
		/* As chrony does it, in silence. */
		if (s.maxpoll != 10)
			config_warn(r, "%s: maxpoll %d is less than minpoll, which is %d: that is used",
				    words[0], s.maxpoll, s.minpoll);
		s.maxpoll = s.minpoll;
	}
	if (s.maxsamples && s.minsamples > s.maxsamples) {
		config_error(r, "%s: minsamples is more than maxsamples", words[0]);
		return;
	}
	if (s.nts && s.family == CONFIG_FAMILY_ANY && strchr(s.name, '%'))
		config_warn(r, "%s: no certificate can name an address with a zone",
			    words[0]);
	if (r->lenient && find_same(conf, conf->n_sources, &s)) {
		config_error(r, "%s is there already: it is left out", s.name);
		return;
	}
	if (conf->n_sources == CONFIG_MAX_SOURCES) {
		config_error(r, "more than %d sources", CONFIG_MAX_SOURCES);
		return;
	}
	more = reallocarray(conf->source, conf->n_sources + 1, sizeof(*more));
	if (!more) {
		config_error(r, "out of memory");
		return;
	}
	conf->source = more;
	more[conf->n_sources++] = s;
}

static void on_server(struct config_reader *r, char **words)
{
	add(r, words, false);
}

static void on_pool(struct config_reader *r, char **words)
{
	add(r, words, true);
}

static void on_refresh(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 3e9, &r->conf->refresh_s);
}

const struct config_directive config_source_directives[] = {
	{ "pool", on_pool },
	{ "refresh", on_refresh },
	{ "server", on_server },
	{ }
};

static void check_set(struct config_reader *r, const struct config_source *s)
{
	const struct config *conf = r->conf;

	if (!s->nts) {
		if (s->certset)
			config_warn(r, "certset without nts has no effect");
		return;
	}
	for (unsigned int i = 0; i < conf->n_trusted; i++)
		if (conf->trusted[i].set == s->certset)
			return;
	if (s->certset)
		config_error(r, "certset %u is empty: no ntstrustedcerts %u",
			     s->certset, s->certset);
	else if (conf->no_system_certs)
		config_error(r, "nobody is trusted: nosystemcert, and no ntstrustedcerts without a number");
}

/* A source that looks like a fallback and is none: what nobody expects. */
static void check_use(struct config_reader *r, const struct config_source *s,
		      unsigned int n_nts)
{
	enum config_auth auth = r->conf->discipline.auth;

	if (s->nts || s->noselect)
		return;
	if (auth == CONFIG_AUTH_REQUIRE)
		config_warn(r, "%s can never be used: authselectmode require, and no nts here",
			    s->name);
	else if (auth == CONFIG_AUTH_MIX && n_nts)
		config_warn(r, "%s is no fallback: with authselectmode mix it is only used beside a working nts source; authselectmode prefer makes it one",
			    s->name);
}

/**
 * config_source_check() - find sources that could never be of use
 * @r: the reader, after the last line
 * @from: the first source to look at
 *
 * Errors and warnings name the line of the source.
 */
void config_source_check(struct config_reader *r, unsigned int from)
{
	const struct config *conf = r->conf;
	unsigned int n_nts = 0, n_usable = 0;

	for (unsigned int i = 0; i < conf->n_sources; i++) {
		n_nts += conf->source[i].nts && !conf->source[i].noselect;
		n_usable += conf->source[i].noselect ? 0 :
			    conf->source[i].maxsources;
	}
	for (unsigned int i = from; i < conf->n_sources; i++) {
		const struct config_source *s = &conf->source[i], *first;

		r->lenient = i >= conf->n_own_sources;
		r->file = s->place.file;
		r->line = s->place.line;
		check_set(r, s);
		check_use(r, s, n_nts);
		first = find_same(conf, i, s);
		if (first)
			config_error(r, "%s is there already, in line %d of %s",
				     s->name, first->place.line,
				     first->place.file);
	}
	r->lenient = false;
	if (conf->n_sources && n_usable < conf->discipline.minsources)
		config_warn(r, "minsources %u, but only %u sources: the clock is never set",
			    conf->discipline.minsources, n_usable);
}
