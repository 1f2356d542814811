// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_reader.h"

#define MAX_DEPTH 10
#define MAX_WORDS 64

static void read_file(struct config_reader *r, const char *path);

static void read_glob(struct config_reader *r, const char *pattern)
{
	glob_t found;

	if (r->depth >= MAX_DEPTH) {
		config_error(r, "include: more than %d levels", MAX_DEPTH);
		return;
	}
	if (glob(pattern, GLOB_ERR, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			read_file(r, found.gl_pathv[i]);
		globfree(&found);
	} else if (!strpbrk(pattern, "*?[")) {
		config_error(r, "include: no file \"%s\"", pattern);
	}
}

static void on_include(struct config_reader *r, char **words)
{
	if (!words[1] || words[2])
		config_error(r, "include needs one path or pattern");
	else
		read_glob(r, words[1]);
}

static void on_confdir(struct config_reader *r, char **words)
{
	char pattern[PATH_MAX];
	struct stat st;

	if (!words[1])
		config_error(r, "confdir needs a directory");
	for (int i = 1; words[i]; i++) {
		if (stat(words[i], &st) || !S_ISDIR(st.st_mode)) {
			config_warn(r, "confdir: no directory \"%s\"", words[i]);
			continue;
		}
		snprintf(pattern, sizeof(pattern), "%s/*.conf", words[i]);
		read_glob(r, pattern);
	}
}

static const struct config_directive own_directives[] = {
	{ "confdir", on_confdir },
	{ "include", on_include },
	{ }
};

static const struct config_directive *const tables[] = {
	own_directives, config_clock_directives, config_hwtimestamp_directives,
	config_server_directives, config_source_directives,
	config_trust_directives,
};

/* chrony's, that ntsd has no use for yet. */
static const char *const without_effect[] = {
	"acquisitionport", "bindacqdevice", "bindcmddevice",
	"binddevice", "broadcast", "clockprecision",
	"cmdallow", "cmddeny", "cmdport", "cmdratelimit", "dscp", "dumpdir",
	"dumponexit", "fallbackdrift", "hwclockfile",
	"hwtstimeout", "initstepslew", "keyfile", "leapseclist", "leapsectz",
	"lock_all", "log", "logbanner", "logchange", "logdir", "mailonchange",
	"manual", "maxdrift", "maxtxbuffers",
	"ntpsigndsocket", "ntsratelimit", "opencommands", "peer", "ptpdomain",
	"ptpport", "ratelimit", "refclock", "rtcautotrim", "rtcdevice",
	"rtcfile", "rtconutc", "sched_priority", "smoothtime", "sourcedir",
	"tempcomp",
};

/* What people write that chrony does not know either. */
static const struct {
	const char *name;
	const char *hint;
} hints[] = {
	{ "ntscert", "ntsservercert is meant" },
	{ "ntskey", "ntsserverkey is meant" },
	{ "nts", "it is an option of server and pool" },
};

static const struct config_directive *find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct config_directive *d = tables[i]; d->name; d++)
			if (!strcasecmp(name, d->name))
				return d;
	return NULL;
}

static void take_words(struct config_reader *r, char **words)
{
	const struct config_directive *directive = find(words[0]);

	if (directive) {
		directive->take(r, words);
		return;
	}
	for (size_t i = 0; i < sizeof(without_effect) / sizeof(char *); i++) {
		if (!strcasecmp(words[0], without_effect[i])) {
			config_warn(r, "%s has no effect yet", words[0]);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		if (!strcasecmp(words[0], hints[i].name)) {
			config_error(r, "unknown directive \"%s\": %s",
				     words[0], hints[i].hint);
			return;
		}
	}
	config_error(r, "unknown directive \"%.64s\": correct or remove it, ntsd.conf(5) lists all",
		     words[0]);
}

/* Return: how many words, 0 for a comment, too. */
static int split(struct config_reader *r, char *line, char **words)
{
	char *save = NULL;
	int n = 0;

	for (char *word = strtok_r(line, " \t\r\n", &save); word;
	     word = strtok_r(NULL, " \t\r\n", &save)) {
		if (!n && strchr("!;#%", word[0]))
			return 0;
		if (n == MAX_WORDS) {
			config_error(r, "more than %d words in a line",
				     MAX_WORDS);
			return 0;
		}
		words[n++] = word;
	}
	words[n] = NULL;
	return n;
}

static void take_line(struct config_reader *r, char *line)
{
	char *words[MAX_WORDS + 1];

	if (split(r, line, words))
		take_words(r, words);
}

static void read_file(struct config_reader *r, const char *path)
{
	struct config_reader inner = *r;
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	inner.file = path;
	inner.line = 0;
	inner.depth++;
	f = fopen(path, "re");
	if (!f) {
		config_error(&inner, "cannot be read: %s", strerror(errno));
	} else {
		errno = 0;
		while (getline(&line, &size, f) > 0) {
			inner.line++;
			take_line(&inner, line);
			errno = 0;
		}
		if (ferror(f)) {
			inner.line = 0;
			config_error(&inner, "cannot be read: %s", strerror(errno));
		}
		fclose(f);
		free(line);
	}
	r->failed = inner.failed;
}

static void check_pairs(struct config_reader *r)
{
	const struct config *conf = r->conf;
	const struct config_place *place;

	if (conf->n_certs == conf->n_keys) {
		/* Who only asks others for the time needs none. */
		if (!conf->n_certs && !conf->n_sources)
			config_warn(r, "no ntsservercert and ntsserverkey: NTS-KE is off");
		return;
	}
	place = conf->n_certs > conf->n_keys ?
		&conf->cert[conf->n_certs - 1].place :
		&conf->key[conf->n_keys - 1].place;
	r->file = place->file;
	r->line = place->line;
	config_error(r, "%u ntsservercert, but %u ntsserverkey: each needs the other",
		     conf->n_certs, conf->n_keys);
}

/**
 * config_read() - read a configuration file and what it includes
 * @conf: filled in, defaults where nothing is said; wants config_free()
 * @path: the file
 * @tell: is given each problem
 * @arg: for @tell
 *
 * Return: false when there was an error; warnings do not count.
 */
bool config_read(struct config *conf, const char *path, config_tell *tell,
		 void *arg)
{
	struct config_reader r = { .conf = conf, .tell = tell, .arg = arg,
				   .file = path };

	memset(conf, 0, sizeof(*conf));
	config_server_defaults(conf);
	config_clock_defaults(&conf->discipline);
	config_trust_defaults(conf);
	conf->refresh_s = CONFIG_REFRESH_S;
	config_here(&r, &conf->user_place);

	read_file(&r, path);
	if (conf->n_sources && !conf->clock_said)
		conf->clock = CONFIG_CLOCK_NOWHERE;
	if (!r.failed) {
		r.file = path;
		r.line = 0;
		check_pairs(&r);
	}
	if (!r.failed)
		config_source_check(&r);
	return !r.failed;
}

/**
 * config_read_source() - read a single directive server or pool
 * @line: the directive
 * @source: filled in
 * @tell: is given each problem, of no file
 * @arg: for @tell
 *
 * Return: false when there was an error.
 */
bool config_read_source(const char *line, struct config_source *source,
			config_tell *tell, void *arg)
{
	struct config *conf = calloc(1, sizeof(*conf));
	struct config_reader r = { .conf = conf, .tell = tell, .arg = arg,
				   .file = "" };
	char *copy = strdup(line), *words[MAX_WORDS + 1];
	bool ok = false;

	if (conf && copy && split(&r, copy, words) &&
	    (!strcasecmp(words[0], "server") || !strcasecmp(words[0], "pool"))) {
		take_words(&r, words);
		ok = !r.failed && conf->n_sources == 1;
	}
	if (ok)
		*source = conf->source[0];
	if (conf)
		config_free(conf);
	free(conf);
	free(copy);
	return ok;
}

/**
 * config_free() - forget what config_read() allocated
 * @conf: the configuration, not itself freed
 */
void config_free(struct config *conf)
{
	free(conf->source);
	conf->source = NULL;
	conf->n_sources = 0;
}
