// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chrony's configuration, with what it includes in its place, becomes one file
 * of ours. Each line that is changed or left out stays in it as a remark.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../ntsd/config_reader.h"
#include "../../ntsd/file.h"
#include "import.h"

#define SOURCES_DIR "sources.d"
#define TEXT_LEN (PATH_MAX + 256)

/**
 * struct conversion - the file in the making
 * @im: the run
 * @to: its text
 * @scratch: one line at a time is tried on
 * @level: of files that include files
 * @own_sources: files of a sourcedir were copied
 */
struct conversion {
	struct import *im;
	FILE *to;
	struct config *scratch;
	int level;
	bool own_sources;
};

/* What a line made ntsd say. */
struct verdict {
	bool error;
	char text[TEXT_LEN];
};

static void take_file(struct conversion *c, const char *path);

static void note(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	struct verdict *v = arg;

	(void)file;
	(void)line;
	if (v->text[0] && !is_error)
		return;
	v->error |= is_error;
	snprintf(v->text, sizeof(v->text), "%s", text);
}

static void try_line(struct conversion *c, char **words, struct verdict *v)
{
	struct config_reader r = { .conf = c->scratch, .tell = note, .arg = v,
				   .file = "" };

	memset(v, 0, sizeof(*v));
	memset(c->scratch, 0, sizeof(*c->scratch));
	config_take_words(&r, words);
	config_free(c->scratch);
}

static void write_line(struct conversion *c, char **words)
{
	for (int i = 0; words[i]; i++)
		fprintf(c->to, "%s%s", i ? " " : "", words[i]);
	fputc('\n', c->to);
}

static void leave_out(struct conversion *c, char **words, const char *what,
		      const char *why)
{
	fprintf(c->to, "# %s: %s\n# ", what, why);
	write_line(c, words);
}

/* "from" what chrony wrote, "to" what it is now. */
static void replace(struct conversion *c, char **words, const char *place,
		    const char *name, const char *to)
{
	fputs("# ", c->to);
	write_line(c, words);
	fprintf(c->to, "%s %s\n", name, to);
	import_say(c->im, "changed", "%s: %s is now %s %s", place, words[0], name, to);
}

static void count_keys(struct conversion *c, const char *path)
{
	char *line = NULL;
	unsigned int n = 0;
	size_t size = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return;
	while (getline(&line, &size, f) > 0) {
		const char *at = line + strspn(line, " \t\r\n");

		n += *at && !strchr("!;#%", *at);
	}
	if (line)
		explicit_bzero(line, size);
	free(line);
	fclose(f);
	if (n)
		import_say(c->im, "refused", "%s: %u symmetric keys: ntsd has none, its clients and sources use NTS",
			   path, n);
}

static void copy_sources(struct conversion *c, const char *dir)
{
	char pattern[PATH_MAX], to[PATH_MAX], text[65536];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/*.sources", dir);
	if (glob(pattern, 0, NULL, &g))
		return;
	snprintf(to, sizeof(to), "%s/" SOURCES_DIR, c->im->etc);
	if (!c->im->dry && ((mkdir(c->im->etc, 0755) && errno != EEXIST) ||
			    (mkdir(to, 0755) && errno != EEXIST)))
		import_say(c->im, "failed", "%s: %s", to, strerror(errno));
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *path = g.gl_pathv[i];
		ssize_t len = file_read(path, text, sizeof(text), NULL);

		snprintf(to, sizeof(to), "%s/" SOURCES_DIR "%s", c->im->etc,
			 strrchr(path, '/'));
		if (len < 0) {
			import_written(c->im, path, to, (int)len, false);
			continue;
		}
		if (import_may_write(c->im, to))
			import_written(c->im, path, to, c->im->dry ? 0 :
				       file_replace(to, text, len, 0644), false);
	}
	globfree(&g);
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && path[len] == '/';
}

/* Those beside chrony's configuration are copied; what programs write is not. */
static void take_source_dirs(struct conversion *c, char **words, const char *place)
{
	char etc[PATH_MAX], to[PATH_MAX];
	char *slash;

	snprintf(etc, sizeof(etc), "%s", c->im->from);
	slash = strrchr(etc, '/');
	if (slash)
		*slash = '\0';
	snprintf(to, sizeof(to), "%s/" SOURCES_DIR, c->im->etc);
	for (int i = 1; words[i]; i++) {
		if (!is_below(words[i], etc)) {
			fprintf(c->to, "sourcedir %s\n", words[i]);
			continue;
		}
		copy_sources(c, words[i]);
		if (!c->own_sources)
			fprintf(c->to, "sourcedir %s\n", to);
		c->own_sources = true;
		import_say(c->im, "changed", "%s: sourcedir %s is now %s", place,
			   words[i], to);
	}
}

static void take_files_of(struct config_reader *r, const char *path)
{
	take_file(r->arg, path);
}

static void expand(struct conversion *c, char **words)
{
	struct config_reader r = { .conf = c->scratch, .arg = c };
	glob_t g;

	fputs("# ", c->to);
	write_line(c, words);
	if (c->level >= CONFIG_MAX_DEPTH) {
		import_say(c->im, "failed", "more than %d levels of files",
			   CONFIG_MAX_DEPTH);
		c->im->failed = true;
	} else if (!strcasecmp(words[0], "confdir")) {
		config_dirs_each(&r, words + 1, ".conf", take_files_of);
	} else if (words[1] && !glob(words[1], 0, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			take_file(c, g.gl_pathv[i]);
		globfree(&g);
	}
}

/* Directives about places that are others for ntsd. Return: it was one. */
static bool move_place(struct conversion *c, char **words, const char *place)
{
	struct import *im = c->im;
	char to[PATH_MAX];

	if (!strcasecmp(words[0], "driftfile") && words[1]) {
		snprintf(im->drift, sizeof(im->drift), "%s", words[1]);
		snprintf(to, sizeof(to), "%s/drift", im->state);
		replace(c, words, place, "driftfile", to);
	} else if (words[1] && (!strcasecmp(words[0], "ntsdumpdir") ||
				!strcasecmp(words[0], "ntscachedir"))) {
		snprintf(im->dump, sizeof(im->dump), "%s", words[1]);
		replace(c, words, place, "ntsdumpdir", im->state);
	} else if (!strcasecmp(words[0], "logdir") && words[1]) {
		replace(c, words, place, "logdir", "/var/log/ntsd");
	} else if (!strcasecmp(words[0], "user") ||
		   !strcasecmp(words[0], "pidfile") ||
		   !strcasecmp(words[0], "bindcmdaddress")) {
		leave_out(c, words, "ntsd has its own", words[0]);
		import_say(im, "left out", "%s: %s: ntsd has its own", place, words[0]);
	} else if (!strcasecmp(words[0], "sourcedir")) {
		take_source_dirs(c, words, place);
	} else {
		return false;
	}
	return true;
}

static void take_words(struct conversion *c, const char *line, char **words,
		       const char *place)
{
	const struct config_entry *entry = config_table_find(words[0]);
	struct verdict v;

	if (!strcasecmp(words[0], "include") || !strcasecmp(words[0], "confdir")) {
		expand(c, words);
		return;
	}
	if (move_place(c, words, place))
		return;
	if (!strcasecmp(words[0], "keyfile") && words[1])
		count_keys(c, words[1]);
	try_line(c, words, &v);
	if (v.error) {
		leave_out(c, words, "refused", v.text);
		import_say(c->im, "refused", "%s: %s", place, v.text);
	} else if (entry && entry->fate == CONFIG_IGNORED) {
		leave_out(c, words, "left out", v.text);
		import_say(c->im, "left out", "%s: %s", place, v.text);
	} else {
		fputs(line, c->to);
		if (v.text[0])
			import_say(c->im, "warning", "%s: %s", place, v.text);
	}
}

static void take_file(struct conversion *c, const char *path)
{
	char *words[CONFIG_MAX_WORDS + 1], *line = NULL, *copy;
	struct config_reader r = { .conf = c->scratch, .tell = note };
	char place[PATH_MAX + 16];
	FILE *f = fopen(path, "re");
	struct verdict v = { 0 };
	size_t size = 0;

	if (!f) {
		import_say(c->im, "failed", "%s: %s", path, strerror(errno));
		c->im->failed = true;
		return;
	}
	fprintf(c->to, "# ---- from %s\n", path);
	c->level++;
	r.arg = &v;
	for (int n = 1; getline(&line, &size, f) > 0; n++) {
		copy = strdup(line);
		snprintf(place, sizeof(place), "%s:%d", path, n);
		if (copy && config_split(&r, copy, words))
			take_words(c, line, words, place);
		else
			fprintf(c->to, "%s%s", v.error ? "# too long: " : "", line);
		v.error = false;
		free(copy);
	}
	c->level--;
	free(line);
	fclose(f);
}

static void tell(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	struct import *im = arg;

	import_say(im, is_error ? "failed" : "warning", "%s:%d: %s", file, line, text);
	im->failed |= is_error;
}

static void write_conf(struct import *im, const char *text, size_t len,
		       struct config *scratch)
{
	char to[PATH_MAX], new[PATH_MAX], old[PATH_MAX];
	int ret;

	snprintf(to, sizeof(to), "%s/ntsd.conf", im->etc);
	snprintf(new, sizeof(new), "%s/ntsd.conf.new", im->etc);
	snprintf(old, sizeof(old), "%s/ntsd.conf.old", im->etc);
	if (!import_may_write(im, to))
		return;
	if (im->dry) {
		import_written(im, im->from, to, 0, false);
		return;
	}
	if (mkdir(im->etc, 0755) && errno != EEXIST)
		ret = -errno;
	else
		ret = file_replace(new, text, len, 0644);
	if (ret) {
		import_written(im, im->from, new, ret, false);
		return;
	}
	/* As a whole it may be wrong where no line alone is. */
	if (!config_read(scratch, new, tell, im)) {
		import_say(im, "failed", "%s is not put in force: correct it, and name it ntsd.conf",
			   new);
		config_free(scratch);
		return;
	}
	config_free(scratch);
	/* There is a whole file of that name at any time. */
	if ((unlink(old) && errno != ENOENT) || (link(to, old) && errno != ENOENT) ||
	    rename(new, to))
		ret = -errno;
	import_written(im, im->from, to, ret, false);
}

/**
 * convert() - make a configuration of ours from chrony's
 * @im: the run; finds out where chrony keeps its state
 */
void convert(struct import *im)
{
	struct conversion c = { .im = im };
	char *text = NULL;
	size_t len = 0;

	c.scratch = calloc(1, sizeof(*c.scratch));
	c.to = open_memstream(&text, &len);
	if (c.scratch && c.to) {
		take_file(&c, im->from);
		fclose(c.to);
		if (!im->failed)
			write_conf(im, text, len, c.scratch);
	} else {
		im->failed = true;
	}
	free(c.scratch);
	free(text);
}
