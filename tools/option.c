// SPDX-License-Identifier: GPL-2.0-or-later
/* Options that only one command has. */
#include <getopt.h>
#include <stdlib.h>

#include "option.h"

/**
 * option_parse() - read the options among the words of a command
 * @ctl: its words; what is left are those that are no options
 * @shorts: as for getopt(3)
 * @longs: as for getopt_long(3)
 * @take: is given each option; false ends it
 * @arg: for @take
 *
 * What is wrong is said by getopt_long(), or by @take.
 *
 * Return: false when the words are not understood.
 */
bool option_parse(struct ctl *ctl, const char *shorts, const struct option *longs,
		  option_take *take, void *arg)
{
	static char program[] = "ntsctl";
	char **argv = calloc(ctl->n_args + 2, sizeof(*argv));
	bool ok = argv;
	int c;

	if (!argv)
		return false;
	argv[0] = program;
	for (unsigned int i = 0; i < ctl->n_args; i++)
		argv[i + 1] = ctl->args[i];
	/* glibc begins anew by this */
	optind = 0;
	while (ok) {
		c = getopt_long((int)ctl->n_args + 1, argv, shorts, longs, NULL);
		if (c == -1)
			break;
		ok = c != '?' && take(arg, c, optarg);
	}
	for (unsigned int i = 0; i < ctl->n_args; i++)
		ctl->args[i] = argv[i + 1];
	ctl->args += optind - 1;
	ctl->n_args -= (unsigned int)optind - 1;
	free(argv);
	return ok;
}
