// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl: shows and steers the NTS server in the kernel. */
#include <stdio.h>
#include <string.h>

#include "ntsctl.h"

static const struct command {
	const char *name;
	int (*run)(struct ctl *ctl);
	const char *help;
} commands[] = {
	{ "serverstats", cmd_serverstats, "packets, in chronyc's layout" },
	{ "counters", cmd_counters, "each answer and drop by its reason" },
	{ "keys", cmd_keys, "cookie keys: id, role, age; never their bytes" },
	{ "status", cmd_status, "where it serves, its clock, its daemon" },
	{ "monitor", cmd_monitor, "events as they happen" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	fprintf(to, "usage: ntsctl [--json | -c] [-n] COMMAND\n\n"
		"  --json  print JSON     -c  print comma separated values\n"
		"  -n      as chronyc has it: no names are looked up in any case\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].help);
}

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

	ctl->conn = nlconn_open(err);
	if (!ctl->conn)
		return ask_fail(err);
	ret = command->run(ctl);
	nlconn_close(ctl->conn);
	return ret;
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	struct ctl ctl = { .form = OUT_TEXT };

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
			usage(stdout);
			return 0;
		}
		if (!strcmp(word, "--json")) {
			ctl.form = OUT_JSON;
		} else if (!strcmp(word, "-c")) {
			ctl.form = OUT_CSV;
		} else if (word[0] != '-' && !command) {
			command = find_command(word);
			if (!command)
				return misunderstood(word, "is no command");
		} else if (strcmp(word, "-n")) {
			return misunderstood(word, "is not understood");
		}
	}
	if (!command) {
		usage(stderr);
		return 2;
	}
	return run(command, &ctl);
}
