// SPDX-License-Identifier: GPL-2.0-or-later
/* Other files: include, confdir and sourcedir. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_reader.h"

#define MAX_DIRS 10

/* A file of a directory, and where its directory stands in the line. */
struct found {
	char *path;
	int dir;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int compare(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int by_name = strcmp(base_name(x->path), base_name(y->path));

	return by_name ? by_name : x->dir - y->dir;
}

static size_t look_in(const char *dir, int rank, const char *suffix,
		      struct found **list, size_t n)
{
	char pattern[PATH_MAX];
	struct found *more;
	glob_t g;

	if (snprintf(pattern, sizeof(pattern), "%s/*%s", dir, suffix) >=
	    (int)sizeof(pattern) || glob(pattern, 0, NULL, &g))
		return n;
	more = reallocarray(*list, n + g.gl_pathc, sizeof(*more));
	if (more)
		*list = more;
	for (size_t i = 0; more && i < g.gl_pathc; i++) {
		more[n].path = strdup(g.gl_pathv[i]);
		more[n].dir = rank;
		n += !!more[n].path;
	}
	globfree(&g);
	return n;
}

/**
 * config_dirs_each() - find the files of directories
 * @r: for @take
 * @dirs: the directories, ended by NULL
 * @suffix: how names end
 * @take: is given each, in the order of the files' names; of 2 with the same
 *	name, that of the first directory
 */
void config_dirs_each(struct config_reader *r, char **dirs, const char *suffix,
		      void (*take)(struct config_reader *r, const char *path))
{
	struct found *list = NULL;
	size_t n = 0;

	for (int i = 0; dirs[i]; i++)
		n = look_in(dirs[i], i, suffix, &list, n);
	if (n)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++)
		if (!i || strcmp(base_name(list[i - 1].path),
				 base_name(list[i].path)))
			take(r, list[i].path);
	for (size_t i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

static bool count_ok(struct config_reader *r, char **words)
{
	int n = 0;

	while (words[1 + n])
		n++;
	if (!n || n > MAX_DIRS)
		config_error(r, "%s needs 1 to %d directories", words[0], MAX_DIRS);
	return n && n <= MAX_DIRS;
}

static bool deep(struct config_reader *r, char **words)
{
	if (r->depth >= CONFIG_MAX_DEPTH)
		config_error(r, "%s: more than %d levels", words[0],
			     CONFIG_MAX_DEPTH);
	return r->depth >= CONFIG_MAX_DEPTH;
}

static void on_include(struct config_reader *r, char **words)
{
	glob_t found;
	int ret;

	if (!words[1] || words[2]) {
		config_error(r, "include needs one path or pattern");
		return;
	}
	if (deep(r, words))
		return;
	ret = glob(words[1], GLOB_ERR, NULL, &found);
	if (!ret) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			config_take_file(r, found.gl_pathv[i]);
		globfree(&found);
	} else if (ret != GLOB_NOMATCH) {
		config_error(r, "include: the files of \"%s\" cannot be listed: %s",
			     words[1], strerror(errno));
	} else if (!strpbrk(words[1], "*?[")) {
		config_error(r, "include: no file \"%s\"", words[1]);
	}
}

static void on_confdir(struct config_reader *r, char **words)
{
	struct stat st;

	if (!count_ok(r, words) || deep(r, words))
		return;
	for (int i = 1; words[i]; i++)
		if (stat(words[i], &st) || !S_ISDIR(st.st_mode))
			config_warn(r, "confdir: no directory \"%s\"", words[i]);
	config_dirs_each(r, words + 1, ".conf", config_take_file);
}

static void on_sourcedir(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;
	struct config_source_dir *dir = &conf->source_dir[conf->n_source_dirs];
	size_t len = 0;

	if (!count_ok(r, words))
		return;
	if (conf->n_source_dirs == CONFIG_MAX_SOURCE_DIRS) {
		config_error(r, "more than %d sourcedir", CONFIG_MAX_SOURCE_DIRS);
		return;
	}
	for (int i = 1; words[i]; i++)
		len += strlen(words[i]) + 1;
	dir->dirs = calloc(1, len);
	if (!dir->dirs) {
		config_error(r, "out of memory");
		return;
	}
	for (int i = 1; words[i]; i++) {
		strcat(dir->dirs, words[i]);
		if (words[i + 1])
			strcat(dir->dirs, " ");
	}
	config_here(r, &dir->place);
	conf->n_source_dirs++;
}

static void take_source_line(struct config_reader *r, char *line)
{
	char *words[CONFIG_MAX_WORDS + 1];
	size_t len = strlen(line);

	/* Who writes the file may not be ready. */
	if (!len || line[len - 1] != '\n') {
		config_error(r, "the last line does not end: it is left out");
		return;
	}
	if (!config_split(r, line, words))
		return;
	if (strcasecmp(words[0], "server") && strcasecmp(words[0], "pool"))
		config_error(r, "%.64s: only server and pool can be in a sourcedir: it is left out",
			     words[0]);
	else
		config_take_words(r, words);
}

static void take_source_file(struct config_reader *r, const char *path)
{
	struct config_reader inner = *r;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	inner.file = path;
	inner.line = 0;
	if (!f) {
		config_error(&inner, "cannot be read: %s", strerror(errno));
		return;
	}
	while (getline(&line, &size, f) > 0) {
		inner.line++;
		take_source_line(&inner, line);
	}
	free(line);
	fclose(f);
}

const struct config_directive config_dirs_directives[] = {
	{ "confdir", on_confdir },
	{ "include", on_include },
	{ "sourcedir", on_sourcedir },
	{ }
};

/**
 * config_dirs_take_sources() - read the files of all directives sourcedir
 * @r: the reader; sources are added to its configuration
 *
 * As other programs write them, no error in them stops anything.
 */
void config_dirs_take_sources(struct config_reader *r)
{
	struct config_reader inner = *r;

	inner.lenient = true;
	for (unsigned int i = 0; i < r->conf->n_source_dirs; i++) {
		const struct config_source_dir *dir = &r->conf->source_dir[i];
		char *copy = strdup(dir->dirs), *dirs[MAX_DIRS + 1], *save = NULL;
		int n = 0;

		for (char *word = copy ? strtok_r(copy, " ", &save) : NULL;
		     word && n < MAX_DIRS; word = strtok_r(NULL, " ", &save))
			dirs[n++] = word;
		dirs[n] = NULL;
		inner.file = dir->place.file;
		inner.line = dir->place.line;
		config_dirs_each(&inner, dirs, ".sources", take_source_file);
		free(copy);
	}
}

/**
 * config_dirs_free() - forget what the directives sourcedir took
 * @conf: the configuration
 */
void config_dirs_free(struct config *conf)
{
	while (conf->n_source_dirs)
		free(conf->source_dir[--conf->n_source_dirs].dirs);
}
