// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "ke_record.h"

#define MAX_DEPTH 10
#define MAX_WORDS 32

struct reader {
	struct config *conf;
	config_tell *tell;
	void *arg;
	const char *file;
	int line;
	int depth;
	bool failed;
};

static void read_file(struct reader *r, const char *path);

__attribute__((format(printf, 3, 4)))
static void say(struct reader *r, bool is_error, const char *fmt, ...)
{
	char text[PATH_MAX + 256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	r->tell(r->arg, is_error, r->file, r->line, text);
	if (is_error)
		r->failed = true;
}

#define error(r, ...) say(r, true, __VA_ARGS__)
#define warn(r, ...) say(r, false, __VA_ARGS__)

static void here(const struct reader *r, struct config_place *place)
{
	snprintf(place->file, sizeof(place->file), "%s", r->file);
	place->line = r->line;
}

static bool number(struct reader *r, char **words, long long min, long long max,
		   long long *value)
{
	char *end;

	errno = 0;
	*value = words[1] ? strtoll(words[1], &end, 10) : 0;
	if (!words[1] || errno || end == words[1] || *end || *value < min ||
	    *value > max) {
		error(r, "%s needs a number from %lld to %lld", words[0], min,
		      max);
		return false;
	}
	if (words[2])
		warn(r, "%s takes one number: \"%s\" is ignored", words[0],
		     words[2]);
	return true;
}

static void path(struct reader *r, char **words, char *to)
{
	if (!words[1] || words[2])
		error(r, "%s needs one path", words[0]);
	else if (words[1][0] != '/')
		error(r, "%s: \"%s\" is no absolute path", words[0], words[1]);
	else if (strlen(words[1]) >= PATH_MAX)
		error(r, "%s: the path is too long", words[0]);
	else
		strcpy(to, words[1]);
}

static void pair(struct reader *r, char **words, struct config_path *list,
		 unsigned int *n)
{
	if (*n == CONFIG_MAX_PAIRS) {
		error(r, "more than %d %s", CONFIG_MAX_PAIRS, words[0]);
		return;
	}
	here(r, &list[*n].place);
	path(r, words, list[*n].path);
	++*n;
}

static void on_cert(struct reader *r, char **words)
{
	pair(r, words, r->conf->cert, &r->conf->n_certs);
}

static void on_key(struct reader *r, char **words)
{
	pair(r, words, r->conf->key, &r->conf->n_keys);
}

static void on_port(struct reader *r, char **words)
{
	long long value;

	if (number(r, words, 0, 65535, &value))
		r->conf->ntp_port = value;
}

static void on_ntsport(struct reader *r, char **words)
{
	long long value;

	if (number(r, words, 1, 65535, &value))
		r->conf->nts_port = value;
}

static void on_processes(struct reader *r, char **words)
{
	long long value;

	if (!number(r, words, 0, 1000, &value))
		return;
	if (!value)
		warn(r, "ntsprocesses 0: 1 is used, since the main process never holds the TLS key");
	r->conf->processes = value ? value : 1;
}

static void on_connections(struct reader *r, char **words)
{
	long long value;

	if (number(r, words, 1, 100000, &value))
		r->conf->connections = value;
}

static void on_rotate(struct reader *r, char **words)
{
	long long value;

	if (number(r, words, 0, INT32_MAX, &value))
		r->conf->rotate_s = value;
}

static void on_dumpdir(struct reader *r, char **words)
{
	path(r, words, r->conf->dump_dir);
}

static void on_pidfile(struct reader *r, char **words)
{
	path(r, words, r->conf->pidfile);
	/* chrony's way to say that there shall be none. */
	if (!strcmp(r->conf->pidfile, "/"))
		r->conf->pidfile[0] = '\0';
}

static void on_ntpserver(struct reader *r, char **words)
{
	if (!words[1] || words[2] || !ke_record_host_ok(words[1]))
		error(r, "ntsntpserver needs one host name or address (no zone, ASCII)");
	else
		strcpy(r->conf->ntp_server, words[1]);
}

static void on_user(struct reader *r, char **words)
{
	if (!words[1] || words[2] ||
	    strlen(words[1]) >= sizeof(r->conf->user)) {
		error(r, "user needs one user name");
		return;
	}
	strcpy(r->conf->user, words[1]);
	here(r, &r->conf->user_place);
}

static void on_bindaddress(struct reader *r, char **words)
{
	struct config *conf = r->conf;

	if (words[1] && inet_pton(AF_INET, words[1], &conf->bind4) == 1)
		conf->bind4_set = true;
	else if (words[1] && inet_pton(AF_INET6, words[1], &conf->bind6) == 1)
		conf->bind6_set = true;
	else
		error(r, "bindaddress needs an IPv4 or IPv6 address");
}

static void on_aeads(struct reader *r, char **words)
{
	bool known = false;

	for (int i = 1; words[i]; i++) {
		if (!strcmp(words[i], "15"))
			known = true;
		else
			warn(r, "ntsaeads: algorithm %s is not supported, only 15 (AES-SIV-CMAC-256) is",
			     words[i]);
	}
	if (!known)
		error(r, "ntsaeads: add 15 (AES-SIV-CMAC-256), every server must support it");
}

static void stratum(struct reader *r, char **words, bool is_local)
{
	for (int i = 1; words[i]; i++) {
		char *arg = words[i + 1], *end;
		long value;

		if (strcasecmp(words[i], "stratum")) {
			if (!is_local) {
				error(r, "%s: unknown option \"%s\"", words[0],
				      words[i]);
				return;
			}
			warn(r, "local: option \"%s\" has no effect yet",
			     words[i]);
			continue;
		}
		value = arg ? strtol(arg, &end, 10) : 0;
		if (value < 1 || value > 15 || *end) {
			error(r, "%s: stratum needs a number from 1 to 15",
			      words[0]);
			return;
		}
		r->conf->stratum = value;
		i++;
	}
}

static void on_local(struct reader *r, char **words)
{
	r->conf->clock = CONFIG_CLOCK_LOCAL;
	r->conf->stratum = 10;
	stratum(r, words, true);
}

static void on_systemclock(struct reader *r, char **words)
{
	r->conf->clock = CONFIG_CLOCK_SYSTEM;
	stratum(r, words, false);
}

static void on_allow(struct reader *r, char **words)
{
	if (words[1] && strcmp(words[1], "all"))
		warn(r, "allow %s: everyone is allowed, access control has no effect yet",
		     words[1]);
}

static void on_deny(struct reader *r, char **words)
{
	(void)words;
	warn(r, "deny: nobody is denied, access control has no effect yet");
}

static void on_nocerttimecheck(struct reader *r, char **words)
{
	long long value;

	if (number(r, words, 0, INT32_MAX, &value))
		warn(r, "nocerttimecheck has no effect yet");
}

static void read_glob(struct reader *r, const char *pattern)
{
	glob_t found;

	if (r->depth >= MAX_DEPTH) {
		error(r, "include: more than %d levels", MAX_DEPTH);
		return;
	}
	if (glob(pattern, GLOB_ERR, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			read_file(r, found.gl_pathv[i]);
		globfree(&found);
	} else if (!strpbrk(pattern, "*?[")) {
		error(r, "include: no file \"%s\"", pattern);
	}
}

static void on_include(struct reader *r, char **words)
{
	if (!words[1] || words[2])
		error(r, "include needs one path or pattern");
	else
		read_glob(r, words[1]);
}

static void on_confdir(struct reader *r, char **words)
{
	char pattern[PATH_MAX];
	struct stat st;

	if (!words[1])
		error(r, "confdir needs a directory");
	for (int i = 1; words[i]; i++) {
		if (stat(words[i], &st) || !S_ISDIR(st.st_mode)) {
			warn(r, "confdir: no directory \"%s\"", words[i]);
			continue;
		}
		snprintf(pattern, sizeof(pattern), "%s/*.conf", words[i]);
		read_glob(r, pattern);
	}
}

static const struct {
	const char *name;
	void (*take)(struct reader *r, char **words);
} directives[] = {
	{ "allow", on_allow },
	{ "bindaddress", on_bindaddress },
	{ "confdir", on_confdir },
	{ "deny", on_deny },
	{ "include", on_include },
	{ "local", on_local },
	{ "maxntsconnections", on_connections },
	{ "nocerttimecheck", on_nocerttimecheck },
	{ "ntsaeads", on_aeads },
	{ "ntscachedir", on_dumpdir },
	{ "ntsdumpdir", on_dumpdir },
	{ "ntsntpserver", on_ntpserver },
	{ "ntsport", on_ntsport },
	{ "ntsprocesses", on_processes },
	{ "ntsrotate", on_rotate },
	{ "ntsservercert", on_cert },
	{ "ntsserverkey", on_key },
	{ "pidfile", on_pidfile },
	{ "port", on_port },
	{ "systemclock", on_systemclock },
	{ "user", on_user },
};

/* chrony's, that ntsd has no use for yet. */
static const char *const without_effect[] = {
	"acquisitionport", "authselectmode", "bindacqaddress", "bindacqdevice",
	"bindcmdaddress", "bindcmddevice", "binddevice", "broadcast",
	"clientloglimit", "clockprecision", "cmdallow", "cmddeny", "cmdport",
	"cmdratelimit", "combinelimit", "corrtimeratio", "driftfile", "dscp",
	"dumpdir", "dumponexit", "fallbackdrift", "hwclockfile", "hwtimestamp",
	"hwtstimeout", "initstepslew", "keyfile", "leapseclist", "leapsecmode",
	"leapsectz", "lock_all", "log", "logbanner", "logchange", "logdir",
	"mailonchange", "makestep", "manual", "maxchange", "maxclockerror",
	"maxdistance", "maxdrift", "maxjitter", "maxntsretry", "maxsamples",
	"maxslewrate", "maxtxbuffers", "maxupdateskew", "minsamples",
	"minsources", "noclientlog", "nosystemcert", "ntpsigndsocket",
	"ntsratelimit", "ntsrefresh", "ntstrustedcerts", "opencommands", "peer",
	"pool", "ptpdomain", "ptpport", "ratelimit", "refclock", "refresh",
	"reselectdist", "rtcautotrim", "rtcdevice", "rtcfile", "rtconutc",
	"rtcsync", "sched_priority", "server", "smoothtime", "sourcedir",
	"stratumweight", "tempcomp",
};

/* What people write that chrony does not know either. */
static const struct {
	const char *name;
	const char *hint;
} hints[] = {
	{ "ntstimeout", "chrony never had it; remove the line (retries: maxntsretry)" },
	{ "ntscert", "ntsservercert is meant" },
	{ "ntskey", "ntsserverkey is meant" },
	{ "nts", "it is an option of server and pool" },
};

static void take_words(struct reader *r, char **words)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		if (!strcasecmp(words[0], directives[i].name)) {
			directives[i].take(r, words);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(without_effect) / sizeof(char *); i++) {
		if (!strcasecmp(words[0], without_effect[i])) {
			warn(r, "%s has no effect yet", words[0]);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		if (!strcasecmp(words[0], hints[i].name)) {
			error(r, "unknown directive \"%s\": %s", words[0],
			      hints[i].hint);
			return;
		}
	}
	error(r, "unknown directive \"%.64s\": correct or remove it, ntsd.conf(5) lists all",
	      words[0]);
}

static void take_line(struct reader *r, char *line)
{
	char *words[MAX_WORDS + 1], *save = NULL;
	int n = 0;

	for (char *word = strtok_r(line, " \t\r\n", &save); word;
	     word = strtok_r(NULL, " \t\r\n", &save)) {
		if (!n && strchr("!;#%", word[0]))
			return;
		if (n == MAX_WORDS) {
			error(r, "more than %d words in a line", MAX_WORDS);
			return;
		}
		words[n++] = word;
	}
	words[n] = NULL;
	if (n)
		take_words(r, words);
}

static void read_file(struct reader *r, const char *path)
{
	struct reader inner = *r;
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	inner.file = path;
	inner.line = 0;
	inner.depth++;
	f = fopen(path, "re");
	if (!f) {
		error(&inner, "cannot be read: %s", strerror(errno));
	} else {
		errno = 0;
		while (getline(&line, &size, f) > 0) {
			inner.line++;
			take_line(&inner, line);
			errno = 0;
		}
		if (ferror(f)) {
			inner.line = 0;
			error(&inner, "cannot be read: %s", strerror(errno));
		}
		fclose(f);
		free(line);
	}
	r->failed = inner.failed;
}

static void check_pairs(struct reader *r)
{
	const struct config *conf = r->conf;
	const struct config_place *place;

	if (conf->n_certs == conf->n_keys) {
		if (!conf->n_certs)
			warn(r, "no ntsservercert and ntsserverkey: NTS-KE is off");
		return;
	}
	place = conf->n_certs > conf->n_keys ?
		&conf->cert[conf->n_certs - 1].place :
		&conf->key[conf->n_keys - 1].place;
	r->file = place->file;
	r->line = place->line;
	error(r, "%u ntsservercert, but %u ntsserverkey: each needs the other",
	      conf->n_certs, conf->n_keys);
}

/**
 * config_read() - read a configuration file and what it includes
 * @conf: filled in, defaults where nothing is said
 * @path: the file
 * @tell: is given each problem
 * @arg: for @tell
 *
 * Return: false when there was an error; warnings do not count.
 */
bool config_read(struct config *conf, const char *path, config_tell *tell,
		 void *arg)
{
	struct reader r = { .conf = conf, .tell = tell, .arg = arg,
			    .file = path };

	memset(conf, 0, sizeof(*conf));
	conf->ntp_port = 123;
	conf->nts_port = 4460;
	conf->processes = 1;
	conf->connections = 100;
	conf->rotate_s = 604800;
	conf->clock = CONFIG_CLOCK_SYSTEM;
	conf->stratum = 10;
	strcpy(conf->user, "ntsd");
	here(&r, &conf->user_place);

	read_file(&r, path);
	if (!r.failed) {
		r.file = path;
		r.line = 0;
		check_pairs(&r);
	}
	return !r.failed;
}
