// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"

static const struct config_directive *const tables[] = {
	config_access_directives, config_clock_directives,
	config_dirs_directives, config_hwtimestamp_directives, config_log_directives,
	config_server_directives, config_source_directives,
	config_trust_directives,
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

/**
 * config_take_words() - do what a line says
 * @r: the reader
 * @words: of the line, at least one, ended by NULL
 */
void config_take_words(struct config_reader *r, char **words)
{
	const struct config_directive *directive = find(words[0]);
	const struct config_entry *entry = config_table_find(words[0]);

	if (directive) {
		directive->take(r, words);
		return;
	}
	if (entry && entry->fate == CONFIG_IGNORED) {
		config_warn(r, "%s has no effect: %s", words[0], entry->text);
		return;
	}
	if (entry) {
		config_error(r, "%s is not supported: %s", words[0], entry->text);
		return;
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

/**
 * config_split() - find the words of a line
 * @r: the reader
 * @line: changed
 * @words: CONFIG_MAX_WORDS + 1 of them, filled in, ended by NULL
 *
 * Return: how many, 0 for a comment and after an error, too.
 */
int config_split(struct config_reader *r, char *line, char **words)
{
	char *save = NULL;
	int n = 0;

	for (char *word = strtok_r(line, " \t\r\n", &save); word;
	     word = strtok_r(NULL, " \t\r\n", &save)) {
		if (!n && strchr("!;#%", word[0]))
			return 0;
		if (n == CONFIG_MAX_WORDS) {
			config_error(r, "more than %d words in a line",
				     CONFIG_MAX_WORDS);
			return 0;
		}
		words[n++] = word;
	}
	words[n] = NULL;
	return n;
}

static void take_line(struct config_reader *r, char *line)
{
	char *words[CONFIG_MAX_WORDS + 1];

	if (config_split(r, line, words))
		config_take_words(r, words);
}

/**
 * config_take_file() - do what a file says
 * @r: the reader, whose place stays as it is
 * @path: the file
 */
void config_take_file(struct config_reader *r, const char *path)
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
		if (!conf->n_certs && !config_follows(conf))
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
	config_access_defaults(conf);
	config_clock_defaults(&conf->discipline);
	config_trust_defaults(conf);
	conf->refresh_s = CONFIG_REFRESH_S;
	conf->log_banner = 32;
	config_here(&r, &conf->user_place);

	config_take_file(&r, path);
	conf->n_own_sources = conf->n_sources;
	config_dirs_take_sources(&r);
	if (config_follows(conf) && !conf->clock_said)
		conf->clock = CONFIG_CLOCK_NOWHERE;
	if (!r.failed) {
		r.file = path;
		r.line = 0;
		check_pairs(&r);
	}
	if (!r.failed)
		config_server_check(&r);
	if (!r.failed)
		config_source_check(&r, 0);
	if (!r.failed) {
		r.file = path;
		r.line = 0;
		config_access_check(&r);
	}
	return !r.failed;
}

/**
 * config_reread_sources() - read the files in sourcedirs again
 * @conf: the sources of these files in it are replaced
 * @tell: is given each problem, which are warnings: what is wrong is left out
 * @arg: for @tell
 */
void config_reread_sources(struct config *conf, config_tell *tell, void *arg)
{
	struct config_reader r = { .conf = conf, .tell = tell, .arg = arg };

	conf->n_sources = conf->n_own_sources;
	config_dirs_take_sources(&r);
	config_source_check(&r, conf->n_own_sources);
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
	char *copy = strdup(line), *words[CONFIG_MAX_WORDS + 1];
	bool ok = false;

	if (conf && copy && config_split(&r, copy, words) &&
	    (!strcasecmp(words[0], "server") || !strcasecmp(words[0], "pool"))) {
		config_take_words(&r, words);
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
	config_dirs_free(conf);
	for (unsigned int i = 0; i < conf->n_access; i++)
		free(conf->access[i].name);
	free(conf->access);
	conf->access = NULL;
	conf->n_access = 0;
}
