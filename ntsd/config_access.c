// SPDX-License-Identifier: GPL-2.0-or-later
/* Directives about who is served, and how often. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <linux/nts.h>

#include "config_reader.h"

#define TOO_MANY "more than %d lines allow and deny: name larger subnets"

/**
 * config_read_access() - read an allow or deny
 * @words: of the line, the first of them "allow" or "deny"
 * @access: filled in; its name points into @words
 * @why: filled in when it is none: text of what to do
 *
 * Return: false with @why set.
 */
bool config_read_access(char **words, struct config_access *access, const char **why)
{
	char **word = words + 1;

	memset(access, 0, sizeof(*access));
	access->allow = !strcasecmp(words[0], "allow");
	if (*word && !strcasecmp(*word, "all")) {
		access->all = true;
		word++;
	}
	if (!*word) {
		access->every = true;
		return true;
	}
	*why = "takes one address, subnet or name: begin a new line for each";
	if (word[1])
		return false;
	switch (subnet_parse(*word, &access->subnet)) {
	case SUBNET_PREFIX:
		return true;
	case SUBNET_NAME:
		access->name = *word;
		return true;
	default:
		*why = "needs an address, a subnet like 192.0.2.0/24, 192.0.2 or "
		       "2001:db8::/32, or a name";
		return false;
	}
}

static void add(struct config_reader *r, const struct config_access *access)
{
	struct config *conf = r->conf;
	struct config_access *list = conf->access;

	/* Room for a power of 2 of them. */
	if (!(conf->n_access & (conf->n_access - 1)))
		list = reallocarray(list, conf->n_access ? 2 * conf->n_access : 1, sizeof(*list));
	if (!list) {
		config_error(r, "out of memory");
		return;
	}
	conf->access = list;
	list[conf->n_access] = *access;
	if (access->name) {
		list[conf->n_access].name = strdup(access->name);
		if (!list[conf->n_access].name) {
			config_error(r, "out of memory");
			return;
		}
	}
	conf->n_access++;
}

static void on_access(struct config_reader *r, char **words)
{
	struct config_access access;
	const char *why;

	if (!config_read_access(words, &access, &why))
		config_error(r, "%s %s", words[0], why);
	else if (r->conf->n_access == NTS_MAX_ACCESS_RULES)
		config_error(r, TOO_MANY, NTS_MAX_ACCESS_RULES);
	else
		add(r, &access);
}

static void limit(struct config_reader *r, char **words, struct config_ratelimit *limit,
		  int interval)
{
	static const struct config_option options[] = {
		{ "interval", CONFIG_POLL, offsetof(struct config_ratelimit, interval), -19, 12 },
		{ "burst", CONFIG_COUNT, offsetof(struct config_ratelimit, burst), 1, 255 },
		{ "leak", CONFIG_COUNT, offsetof(struct config_ratelimit, leak), 1, 4 },
		{ "kod", CONFIG_COUNT, offsetof(struct config_ratelimit, kod), 0, 4 },
	};
	const size_t n = sizeof(options) / sizeof(*options);

	*limit = (struct config_ratelimit){
		.on = true, .interval = interval, .burst = 8, .leak = 2,
	};
	for (char **word = words + 1; *word; ) {
		int taken = config_option(r, words[0], options, n, limit, word);

		if (taken < 0)
			config_error(r, "%s: unknown option \"%s\": interval, burst, leak and kod are known",
				     words[0], *word);
		if (taken <= 0)
			return;
		word += taken;
	}
}

static void on_ratelimit(struct config_reader *r, char **words)
{
	limit(r, words, &r->conf->ratelimit, 3);
}

static void on_ntsratelimit(struct config_reader *r, char **words)
{
	limit(r, words, &r->conf->nts_ratelimit, 6);
	/* TLS has no word for it. */
	if (r->conf->nts_ratelimit.kod)
		config_warn(r, "ntsratelimit: kod has no effect, connections are closed");
}

static void on_prefix4(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 1, 32, &value))
		r->conf->ratelimit_prefix4 = value;
}

static void on_prefix6(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 1, 128, &value))
		r->conf->ratelimit_prefix6 = value;
}

const struct config_directive config_access_directives[] = {
	{ "allow", on_access },
	{ "deny", on_access },
	{ "ntsratelimit", on_ntsratelimit },
	{ "ratelimit", on_ratelimit },
	{ "ratelimitprefix4", on_prefix4 },
	{ "ratelimitprefix6", on_prefix6 },
	{ }
};

/**
 * config_access_check() - tell what all directives together make of access
 * @r: at the end of the configuration
 */
void config_access_check(struct config_reader *r)
{
	const struct config *conf = r->conf;
	bool limited = conf->ratelimit.on || conf->nts_ratelimit.on;
	bool allowed = false, every = false;

	for (unsigned int i = 0; i < conf->n_access; i++) {
		allowed |= conf->access[i].allow;
		every |= conf->access[i].every;
	}
	/* That is a prefix of each family. */
	if (every && conf->n_access == NTS_MAX_ACCESS_RULES)
		config_error(r, TOO_MANY, NTS_MAX_ACCESS_RULES - 1);
	/* Others may be clients only, and want it so. */
	if (!allowed && (conf->n_certs || conf->clock == CONFIG_CLOCK_LOCAL))
		config_warn(r, "no allow: nobody is served, neither NTP nor NTS-KE; \"allow\" alone allows all");
	if (limited && !conf->clients)
		config_warn(r, "ratelimit has no effect without memory of clients: remove noclientlog");
}

/**
 * config_access_defaults() - what holds when nothing is said
 * @conf: filled in, as far as it is about access
 */
void config_access_defaults(struct config *conf)
{
	conf->ratelimit_prefix4 = 24;
	conf->ratelimit_prefix6 = 64;
}
