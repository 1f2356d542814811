// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl: shows and steers the NTS server and client in the kernel. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ntsctl.h"

#define MAX_ARGS 64

#ifndef NTSCTL_VERSION
#define NTSCTL_VERSION "0.1"
#endif

/* Where a command is carried out. */
enum place {
	KERNEL,
	DAEMON,
	/* it opens its connections itself, and has options of its own */
	ITSELF,
};

static const struct command {
	const char *name;
	int (*run)(struct ctl *ctl);
	enum place place;
	unsigned int max_args;
	const char *args;
	const char *help;
} commands[] = {
	{ "tracking", cmd_tracking, KERNEL, 0, "", "how the clock does, and who steers it" },
	{ "sources", cmd_sources, KERNEL, 0, "[-a] [-v]", "the time sources" },
	{ "sourcestats", cmd_sourcestats, KERNEL, 0, "[-a] [-v]",
	  "what was estimated from their samples" },
	{ "selectdata", cmd_selectdata, KERNEL, 0, "[-a] [-v]", "how they were selected" },
	{ "authdata", cmd_authdata, KERNEL, 0, "[-a] [-v]", "how they are authenticated" },
	{ "ntpdata", cmd_ntpdata, KERNEL, 1, "[ADDRESS]", "the last answer of each" },
	{ "sourcename", cmd_sourcename, KERNEL, 1, "ADDRESS", "what a source is called" },
	{ "activity", cmd_activity, KERNEL, 0, "", "how many are online" },
	{ "waitsync", cmd_waitsync, KERNEL, 4, "[TRIES [OFFSET [SKEW [PAUSE]]]]",
	  "wait until synchronised" },
	{ "makestep", cmd_makestep, KERNEL, 2, "[THRESHOLD LIMIT]",
	  "step the clock now, or later" },
	{ "smoothing", cmd_smoothing, KERNEL, 0, "", "served time while corrections come slowly" },
	{ "smoothtime", cmd_smoothtime, KERNEL, 1, "activate|reset",
	  "smooth corrections from now on" },
	{ "burst", cmd_burst, KERNEL, 2, "GOOD/MAX [ADDRESS]", "measure quickly" },
	{ "online", cmd_online, KERNEL, 1, "[ADDRESS]", "ask sources again" },
	{ "offline", cmd_offline, KERNEL, 1, "[ADDRESS]", "ask sources no more" },
	{ "reselect", cmd_reselect, KERNEL, 0, "", "select the best source afresh" },
	{ "reselectdist", cmd_reselectdist, KERNEL, 1, "SECONDS", "reluctance to do so" },
	{ "reset", cmd_reset, KERNEL, 1, "sources", "forget all measurements" },
	{ "add", cmd_add, DAEMON, MAX_ARGS, "server|pool NAME [OPTION]...", "add a source" },
	{ "delete", cmd_delete, DAEMON, 1, "NAME|ADDRESS", "remove a source" },
	{ "refresh", cmd_refresh, DAEMON, 0, "", "look up the names of sources again" },
	{ "rekey", cmd_rekey, DAEMON, 0, "", "read cookie keys that others manage again" },
	{ "reload", cmd_reload, DAEMON, 1, "sources", "read the source files again" },
	{ "cyclelogs", cmd_cyclelogs, DAEMON, 0, "", "open log files again" },
	{ "dump", cmd_dump, DAEMON, 0, "", "write keys and cookies to disk" },
	{ "cert", cmd_cert, ITSELF, MAX_ARGS, "new [--name NAME]... [OPTION]...",
	  "make a certificate and its key, to try out" },
	{ "certs", cmd_certs, DAEMON, 0, "", "certificates: names, days left, what they wait for" },
	{ "minpoll", cmd_minpoll, KERNEL, 2, "ADDRESS N", "shortest interval, log2 s" },
	{ "maxpoll", cmd_maxpoll, KERNEL, 2, "ADDRESS N", "longest interval, log2 s" },
	{ "polltarget", cmd_polltarget, KERNEL, 2, "ADDRESS N", "samples to aim for" },
	{ "maxdelay", cmd_maxdelay, KERNEL, 2, "ADDRESS SECONDS", "longest round trip" },
	{ "maxdelayratio", cmd_maxdelayratio, KERNEL, 2, "ADDRESS RATIO",
	  "over the shortest one" },
	{ "maxdelaydevratio", cmd_maxdelaydevratio, KERNEL, 2, "ADDRESS RATIO",
	  "over the deviation" },
	{ "maxupdateskew", cmd_maxupdateskew, KERNEL, 1, "PPM", "largest skew to learn from" },
	{ "serverstats", cmd_serverstats, KERNEL, 0, "", "packets, in chronyc's layout" },
	{ "clients", cmd_clients, ITSELF, MAX_ARGS, "[-k] [-p PACKETS] [-r]",
	  "who asked, how often; -k of NTS-KE, -r counts anew" },
	{ "allow", cmd_allow, DAEMON, 2, "[all] [SUBNET]", "serve these addresses" },
	{ "deny", cmd_deny, DAEMON, 2, "[all] [SUBNET]", "serve them no more" },
	{ "accheck", cmd_accheck, KERNEL, 1, "ADDRESS", "whether it is served" },
	{ "hwclocks", cmd_hwclocks, KERNEL, 0, "[-v]", "clocks of network devices that stamp" },
	{ "counters", cmd_counters, KERNEL, 0, "", "each answer and drop by its reason" },
	{ "keys", cmd_keys, KERNEL, 0, "", "cookie keys: id, role, age; never their bytes" },
	{ "status", cmd_status, KERNEL, 0, "", "where it serves, its clock, its daemon" },
	{ "monitor", cmd_monitor, KERNEL, 0, "", "events as they happen" },
	{ "top", cmd_top, ITSELF, MAX_ARGS, "[-d SECONDS] [-n FRAMES]",
	  "clock, sources and server, live" },
	{ "plot", cmd_plot, ITSELF, MAX_ARGS, "[-t HOURS] [-l FILE] [-s FILE] [-a]",
	  "offset and frequency over the last hours" },
	{ "check", cmd_check, ITSELF, MAX_ARGS, "[-w NAME=RANGE]... [-c NAME=RANGE]...",
	  "judge it all, for monitoring systems" },
	{ "doctor", cmd_doctor, ITSELF, MAX_ARGS, "[-f FILE]",
	  "find out why something does not work" },
	{ "metrics", cmd_metrics, ITSELF, 0, "", "every number, as OpenMetrics text" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	fprintf(to, "usage: ntsctl [--json | -c] [-n | -N] COMMAND [-a] [-v] [ARGUMENT]...\n\n"
		"  --json  print JSON      -c  print comma separated values\n"
		"  -n  print addresses     -N  print names as configured\n"
		"  -a  sources without an address, too\n"
		"  -v  with a legend and what is wrong with sources\n"
		"  --socket=PATH  the daemon whose bindcmdaddress that is\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *command = &commands[i];
		const int width = 40 - (int)strlen(command->name);

		fprintf(to, "  %s %-*s %s\n", command->name, width, command->args,
			command->help);
	}
}

#define SOCKET_OPTION "--socket="

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int misunderstood(const char *word, const char *why)
{
	fprintf(stderr, "ntsctl: %s %s; ntsctl --help lists what there is\n", word, why);
	return 2;
}

static int run(const struct command *command, struct ctl *ctl)
{
	char err[NLCONN_ERR_LEN];
	int ret;

	if (command->place != KERNEL)
		return command->run(ctl);
	if (!ask_open(ctl, err))
		return ask_fail(err);
	ret = command->run(ctl);
	ask_close(ctl);
	return ret;
}

/* A negative number is no option. */
static bool is_option(const char *word)
{
	return word[0] == '-' && !isdigit((unsigned char)word[1]) && word[1] != '.';
}

/* Only how to print means the same everywhere. */
static bool is_own(const struct command *command, const char *word)
{
	return command->place == ITSELF && strcmp(word, "--json");
}

static bool take_option(struct ctl *ctl, const char *word)
{
	if (!strcmp(word, "--json"))
		ctl->form = OUT_JSON;
	else if (!strcmp(word, "-c"))
		ctl->form = OUT_CSV;
	else if (!strcmp(word, "-n"))
		ctl->numeric = true;
	else if (!strcmp(word, "-N"))
		ctl->names = true;
	else if (!strcmp(word, "-a"))
		ctl->all = true;
	else if (!strcmp(word, "-v"))
		ctl->verbose = true;
	else if (!strncmp(word, SOCKET_OPTION "/", strlen(SOCKET_OPTION) + 1))
		control_use(word + strlen(SOCKET_OPTION));
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	struct ctl ctl = { .form = OUT_TEXT };
	char *args[MAX_ARGS];

	ctl.args = args;
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];

		if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
			usage(stdout);
			return 0;
		}
		if (!strcmp(word, "--version")) {
			puts("ntsctl " NTSCTL_VERSION);
			return 0;
		}
		if (is_option(word) && !(command && is_own(command, word))) {
			if (!take_option(&ctl, word))
				return misunderstood(word, "is not understood");
		} else if (!command) {
			command = find_command(word);
			if (!command)
				return misunderstood(word, "is no command");
		} else {
			if (ctl.n_args == command->max_args || ctl.n_args == MAX_ARGS)
				return misunderstood(word, "is one word too many");
			args[ctl.n_args++] = word;
		}
	}
	if (!command) {
		usage(stderr);
		return 2;
	}
	return run(command, &ctl);
}
