// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the kernel, and saying what went wrong. */
#include <stdio.h>

#include "ntsctl.h"

/**
 * ask_fail() - say what failed
 * @err: in words
 *
 * Return: the exit status for it.
 */
int ask_fail(const char *err)
{
	fprintf(stderr, "ntsctl: %s\n", err);
	return 1;
}

/**
 * ask_kernel() - send a request without attributes
 * @ctl: connected
 * @cmd: one of enum NTS_CMD_*_GET
 * @take: called for the answer
 * @arg: for @take
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int ask_kernel(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg)
{
	char err[NLCONN_ERR_LEN];

	if (nlconn_ask(ctl->conn, nlconn_begin(ctl->conn, cmd), false, take, arg,
		       "asking the kernel", err))
		return ask_fail(err);
	return 0;
}

/**
 * ask_print_json() - print an object on one line and let go of it
 * @object: what to print
 *
 * Return: exit status.
 */
int ask_print_json(struct json_object *object)
{
	int ret = printf("%s\n", json_object_to_json_string_ext(object,
								JSON_C_TO_STRING_PLAIN));

	json_object_put(object);
	return ret < 0 || fflush(stdout) ? 1 : 0;
}
