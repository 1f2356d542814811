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

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	struct ctl ctl = { .form = OUT_TEXT };
	char err[NLCONN_ERR_LEN];
	int ret;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			ctl.form = OUT_JSON;
		} else if (!strcmp(argv[i], "-c")) {
			ctl.form = OUT_CSV;
		} else if (!strcmp(argv[i], "-n")) {
			continue;
		} else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			usage(stdout);
			return 0;
		} else if (argv[i][0] == '-' || command) {
			fprintf(stderr, "ntsctl: %s is not understood; ntsctl --help\n",
				argv[i]);
			return 2;
		} else {
			command = find_command(argv[i]);
			if (!command) {
				fprintf(stderr, "ntsctl: no command %s; ntsctl --help lists them\n",
					argv[i]);
				return 2;
			}
		}
	}
	if (!command) {
		usage(stderr);
		return 2;
	}
	ctl.conn = nlconn_open(err);
	if (!ctl.conn)
		return ask_fail(err);
	ret = command->run(&ctl);
	nlconn_close(ctl.conn);
	return ret;
}
