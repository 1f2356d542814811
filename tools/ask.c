// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the kernel, and saying what went wrong. */
#include <errno.h>
#include <stdio.h>

#include "ntsctl.h"

/* A list that changed while it was read is asked for again, but not for ever. */
#define DUMP_TRIES 10

/**
 * ask_open() - connect to the kernel
 * @ctl: its connection is set
 * @err: what failed, in words
 *
 * Return: false with @err set.
 */
bool ask_open(struct ctl *ctl, char err[NLCONN_ERR_LEN])
{
	ctl->conn = nlconn_open(err);
	return ctl->conn;
}

/**
 * ask_close() - end the connection
 * @ctl: connected, or not
 */
void ask_close(struct ctl *ctl)
{
	if (ctl->conn)
		nlconn_close(ctl->conn);
	ctl->conn = NULL;
}

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
 * ask_usage() - say how a command is called
 * @usage: the command and its arguments
 *
 * Return: the exit status for it.
 */
int ask_usage(const char *usage)
{
	fprintf(stderr, "usage: ntsctl %s\n", usage);
	return 2;
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
 * ask_dump() - ask for a list
 * @ctl: connected
 * @cmd: one of enum NTS_CMD_*_GET that can be dumped
 * @take: called for each item
 * @arg: for @take
 * @n: how many @take has taken; set to 0 when it all begins anew
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int ask_dump(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg, unsigned int *n)
{
	char err[NLCONN_ERR_LEN];
	int tries = DUMP_TRIES;
	int ret;

	do {
		*n = 0;
		ret = nlconn_ask(ctl->conn, nlconn_begin_dump(ctl->conn, cmd), false, take,
				 arg, "asking the kernel", err);
	} while (ret == -EAGAIN && --tries);
	return ret && ret != -EAGAIN ? ask_fail(err) : 0;
}

/**
 * ask_about() - ask with a message that says about what
 * @ctl: connected
 * @msg: as ask_begin() or ask_begin_dump() returned, with attributes
 * @full: an attribute did not fit
 * @take: called for each answer
 * @arg: for @take
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int ask_about(struct ctl *ctl, struct nl_msg *msg, bool full, nlconn_take *take, void *arg)
{
	char err[NLCONN_ERR_LEN];

	if (nlconn_ask(ctl->conn, msg, full, take, arg, "asking the kernel", err))
		return ask_fail(err);
	return 0;
}

/**
 * ask_begin_dump() - begin a request for a list, for ask_about()
 * @ctl: connected
 * @cmd: one of enum NTS_CMD_* that can be dumped
 *
 * Return: the message to put attributes in, or NULL.
 */
struct nl_msg *ask_begin_dump(struct ctl *ctl, uint8_t cmd)
{
	return nlconn_begin_dump(ctl->conn, cmd);
}

/**
 * ask_begin() - begin a request that changes something
 * @ctl: connected
 * @cmd: one of enum NTS_CMD_*
 *
 * Return: the message to put attributes in, or NULL; for ask_change() either.
 */
struct nl_msg *ask_begin(struct ctl *ctl, uint8_t cmd)
{
	return nlconn_begin(ctl->conn, cmd);
}

/**
 * ask_change() - send a request that changes something
 * @ctl: connected
 * @msg: from ask_begin(); freed here
 * @full: true if an attribute did not fit
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int ask_change(struct ctl *ctl, struct nl_msg *msg, bool full)
{
	char err[NLCONN_ERR_LEN];

	if (nlconn_ask(ctl->conn, msg, full, NULL, NULL, "asking the kernel", err))
		return ask_fail(err);
	return 0;
}

/**
 * ask_done() - say that a command did what it was to do
 * @ctl: how to say it
 *
 * Return: exit status.
 */
int ask_done(const struct ctl *ctl)
{
	if (ctl->form == OUT_JSON)
		puts("{\"ok\":true}");
	else
		puts("200 OK");
	return fflush(stdout) ? 1 : 0;
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
