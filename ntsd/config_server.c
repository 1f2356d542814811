// SPDX-License-Identifier: GPL-2.0-or-later
/* Directives about what is served, and about the daemon itself. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"
#include "control.h"
#include "ke_record.h"
#include "keysource.h"

static void pair(struct config_reader *r, char **words, struct config_path *list,
		 unsigned int *n)
{
	if (*n == CONFIG_MAX_PAIRS) {
		config_error(r, "more than %d %s", CONFIG_MAX_PAIRS, words[0]);
		return;
	}
	config_here(r, &list[*n].place);
	config_path(r, words, list[*n].path);
	++*n;
}

static void on_cert(struct config_reader *r, char **words)
{
	pair(r, words, r->conf->cert, &r->conf->n_certs);
}

static void on_key(struct config_reader *r, char **words)
{
	pair(r, words, r->conf->key, &r->conf->n_keys);
}

static void on_port(struct config_reader *r, char **words)
{
	long long value;

	config_here(r, &r->conf->ntp_port_place);
	if (config_number(r, words, 0, 65535, &value))
		r->conf->ntp_port = value;
}

static void on_ntsport(struct config_reader *r, char **words)
{
	long long value;

	config_here(r, &r->conf->nts_port_place);
	if (config_number(r, words, 1, 65535, &value))
		r->conf->nts_port = value;
}

static void on_processes(struct config_reader *r, char **words)
{
	long long value;

	if (!config_number(r, words, 0, 1000, &value))
		return;
	if (!value)
		config_warn(r, "ntsprocesses 0: 1 is used, since the main process never holds the TLS key");
	r->conf->processes = value ? value : 1;
}

static void on_connections(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 1, 100000, &value))
		r->conf->connections = value;
}

static void on_rotate(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, INT32_MAX, &value))
		r->conf->rotate_s = value;
}

static void on_key_source(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;
	bool derived = words[1] && !strcasecmp(words[1], "derived");

	if (!words[1] || words[2] || (!derived && strcasecmp(words[1], "file"))) {
		config_error(r, "ntskeysource needs one of file, derived");
		return;
	}
	conf->derived_keys = derived;
	if (!conf->key_secret.path[0])
		config_here(r, &conf->key_secret.place);
}

static void on_key_secret(struct config_reader *r, char **words)
{
	config_here(r, &r->conf->key_secret.place);
	config_path(r, words, r->conf->key_secret.path);
}

static void on_dumpdir(struct config_reader *r, char **words)
{
	config_path(r, words, r->conf->dump_dir);
}

static void on_pidfile(struct config_reader *r, char **words)
{
	config_path(r, words, r->conf->pidfile);
	/* chrony's way to say that there shall be none. */
	if (!strcmp(r->conf->pidfile, "/"))
		r->conf->pidfile[0] = '\0';
}

static void on_ntpserver(struct config_reader *r, char **words)
{
	if (!words[1] || words[2] || !ke_record_host_ok(words[1]))
		config_error(r, "ntsntpserver needs one host name or address (no zone, ASCII)");
	else
		strcpy(r->conf->ntp_server, words[1]);
}

static void on_user(struct config_reader *r, char **words)
{
	if (!words[1] || words[2] ||
	    strlen(words[1]) >= sizeof(r->conf->user)) {
		config_error(r, "user needs one user name");
		return;
	}
	strcpy(r->conf->user, words[1]);
	config_here(r, &r->conf->user_place);
}

static void on_bindaddress(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;

	config_here(r, &conf->bind_place);
	if (words[1] && inet_pton(AF_INET, words[1], &conf->bind4) == 1)
		conf->bind4_set = true;
	else if (words[1] && inet_pton(AF_INET6, words[1], &conf->bind6) == 1)
		conf->bind6_set = true;
	else
		config_error(r, "bindaddress needs an IPv4 or IPv6 address");
}

static void on_binddevice(struct config_reader *r, char **words)
{
	config_here(r, &r->conf->bind_device_place);
	if (!words[1] || words[2] || strlen(words[1]) > CONFIG_IFNAME_MAX)
		config_error(r, "binddevice needs the name of one network device");
	else
		strcpy(r->conf->bind_device, words[1]);
}

static void on_fastpath(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;

	if (!words[1] || words[2] || strlen(words[1]) > CONFIG_IFNAME_MAX) {
		config_error(r, "fastpath needs the name of one network device");
		return;
	}
	if (conf->n_fastpaths == CONFIG_MAX_FASTPATHS) {
		config_error(r, "more than %d fastpath", CONFIG_MAX_FASTPATHS);
		return;
	}
	config_here(r, &conf->fastpath_place[conf->n_fastpaths]);
	strcpy(conf->fastpath[conf->n_fastpaths++], words[1]);
}

static void on_dscp(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, 63, &value))
		r->conf->dscp = value;
}

static void on_bindcmd(struct config_reader *r, char **words)
{
	if (!words[1] || words[1][0] != '/') {
		config_warn(r, "bindcmdaddress: commands come by a socket in the file system only");
		return;
	}
	config_path(r, words, r->conf->control);
	/* chrony's way to say that there shall be none. */
	if (!strcmp(r->conf->control, "/"))
		r->conf->control[0] = '\0';
}

static void on_lock_all(struct config_reader *r, char **words)
{
	r->conf->lock_all = config_nothing(r, words);
}

static void on_aeads(struct config_reader *r, char **words)
{
	bool known = false;

	for (int i = 1; words[i]; i++) {
		if (!strcmp(words[i], "15"))
			known = true;
		else
			config_warn(r, "ntsaeads: algorithm %s is not supported, only 15 (AES-SIV-CMAC-256) is",
				    words[i]);
	}
	if (!known)
		config_error(r, "ntsaeads: add 15 (AES-SIV-CMAC-256), every server must support it");
}

#define ORPHAN_WAIT_S 300
#define LONGEST_S 1e9

/* Return: how many words were taken, 0 after an error. */
static int local_option(struct config_reader *r, char **words)
{
	struct config_local *local = &r->conf->local;
	const struct {
		const char *name;
		double *value;
	} options[] = {
		{ "activate", &local->activate },
		{ "distance", &local->distance },
		{ "waitsynced", &local->wait_synced },
		{ "waitunsynced", &local->wait_unsynced },
	};

	if (!strcasecmp(words[0], "orphan")) {
		local->orphan = true;
		return 1;
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcasecmp(words[0], options[i].name))
			continue;
		if (config_to_real(words[1], 0, LONGEST_S, options[i].value))
			return 2;
		config_error(r, "local: %s needs a number of seconds, 0 or more", words[0]);
		return 0;
	}
	config_error(r, "local: unknown option \"%.64s\"", words[0]);
	return 0;
}

static void stratum(struct config_reader *r, char **words, bool is_local)
{
	int taken;

	for (int i = 1; words[i]; i++) {
		char *arg = words[i + 1], *end;
		long value;

		if (strcasecmp(words[i], "stratum")) {
			if (!is_local) {
				config_error(r, "%s: unknown option \"%s\"",
					     words[0], words[i]);
				return;
			}
			taken = local_option(r, &words[i]);
			if (!taken)
				return;
			i += taken - 1;
			continue;
		}
		value = arg ? strtol(arg, &end, 10) : 0;
		if (value < 1 || value > 15 || *end) {
			config_error(r, "%s: stratum needs a number from 1 to 15",
				     words[0]);
			return;
		}
		r->conf->stratum = value;
		i++;
	}
}

static void on_local(struct config_reader *r, char **words)
{
	r->conf->clock = CONFIG_CLOCK_LOCAL;
	r->conf->clock_said = true;
	r->conf->stratum = 10;
	r->conf->local = (struct config_local){ .distance = 1, .wait_unsynced = -1 };
	stratum(r, words, true);
	/* Those who start together have that long to find a real source. */
	if (r->conf->local.wait_unsynced < 0)
		r->conf->local.wait_unsynced = r->conf->local.orphan ? ORPHAN_WAIT_S : 0;
}

static void on_systemclock(struct config_reader *r, char **words)
{
	r->conf->clock = CONFIG_CLOCK_SYSTEM;
	r->conf->clock_said = true;
	stratum(r, words, false);
}

static void on_clientloglimit(struct config_reader *r, char **words)
{
	const long long octets = (long long)CONFIG_MAX_CLIENTS * CONFIG_CLIENT_OCTETS;
	uint32_t clients = 1;
	long long value;

	if (!config_number(r, words, CONFIG_CLIENT_OCTETS, 1000000000000, &value))
		return;
	if (value > octets)
		config_warn(r, "clientloglimit: %lld is used, for the most clients there can be",
			    octets);
	/* The kernel rounds up, but a limit is a limit. */
	while (clients < CONFIG_MAX_CLIENTS &&
	       clients * 2LL * CONFIG_CLIENT_OCTETS <= value)
		clients *= 2;
	r->conf->clients = clients;
}

static void on_noclientlog(struct config_reader *r, char **words)
{
	if (config_nothing(r, words))
		r->conf->clients = 0;
}

const struct config_directive config_server_directives[] = {
	{ "bindaddress", on_bindaddress },
	{ "bindcmdaddress", on_bindcmd },
	{ "binddevice", on_binddevice },
	{ "clientloglimit", on_clientloglimit },
	{ "dscp", on_dscp },
	{ "fastpath", on_fastpath },
	{ "local", on_local },
	{ "lock_all", on_lock_all },
	{ "maxntsconnections", on_connections },
	{ "noclientlog", on_noclientlog },
	{ "ntsaeads", on_aeads },
	{ "ntscachedir", on_dumpdir },
	{ "ntsdumpdir", on_dumpdir },
	{ "ntskeysecret", on_key_secret },
	{ "ntskeysource", on_key_source },
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
	{ }
};

/**
 * config_server_check() - see whether cookie keys can be derived
 * @r: the reader, after the last line
 *
 * The secret may be a credential of systemd's.
 */
void config_server_check(struct config_reader *r)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	struct config *conf = r->conf;
	struct config_path *secret = &conf->key_secret;

	r->file = secret->place.file;
	r->line = secret->place.line;
	if (!conf->derived_keys) {
		if (secret->path[0])
			config_warn(r, "ntskeysecret has no effect without: ntskeysource derived");
		return;
	}
	if (!conf->rotate_s)
		config_error(r, "ntskeysource derived needs the period of ntsrotate, which is 0: set it, equal on all servers");
	if (!secret->path[0] && credentials)
		snprintf(secret->path, sizeof(secret->path), "%.*s/%s",
			 (int)sizeof(secret->path) - 32, credentials,
			 KEYSOURCE_CREDENTIAL);
	if (!secret->path[0])
		config_error(r, "ntskeysource derived needs ntskeysecret FILE, or LoadCredential=%s:FILE in the unit",
			     KEYSOURCE_CREDENTIAL);
}

/**
 * config_server_defaults() - what holds when nothing is said
 * @conf: filled in, as far as it is about serving
 */
void config_server_defaults(struct config *conf)
{
	conf->ntp_port = 123;
	conf->nts_port = 4460;
	conf->processes = 1;
	conf->connections = 100;
	conf->rotate_s = 604800;
	conf->clock = CONFIG_CLOCK_SYSTEM;
	conf->stratum = 10;
	conf->clients = 65536;
	strcpy(conf->user, "ntsd");
	strcpy(conf->control, CONTROL_PATH);
}
