/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that only one command has. */
#ifndef NTSCTL_OPTION_H
#define NTSCTL_OPTION_H

#include <getopt.h>

#include "ntsctl.h"

/**
 * typedef option_take - takes an option
 * @arg: as given
 * @option: its letter
 * @value: of the option, or NULL
 *
 * Return: false when the value is not understood; that was said.
 */
typedef bool option_take(void *arg, int option, const char *value);

bool option_parse(struct ctl *ctl, const char *shorts, const struct option *longs,
		  option_take *take, void *arg);

#endif
