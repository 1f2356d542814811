/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel for the tests of ntsctl: canned answers, and what it was told. */
#ifndef NTSCTL_ASK_H
#define NTSCTL_ASK_H

#include <arpa/inet.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "../../tools/ntsctl.h"
#include "ntsd_ktap.h"

#define CANNED_MAX 16
#define TOLD_MAX 8

static struct nl_msg *canned[CANNED_MAX];
static unsigned int n_canned;
static struct nl_msg *told[TOLD_MAX];
static unsigned int n_told;
/* The next change is refused. */
static bool refusing;
static char complaint[512];

static struct nl_msg *make_message(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, 0, 0, GENL_ID_CTRL + 1, 0, 0, cmd, 1))
		abort();
	return msg;
}

/* A message that the kernel answers a command with, to put attributes in. */
static inline struct nl_msg *can_for(uint8_t cmd)
{
	if (n_canned == CANNED_MAX)
		abort();
	canned[n_canned] = make_message(cmd);
	return canned[n_canned++];
}

/* A message that it answers any command with. */
static inline struct nl_msg *can(void)
{
	return can_for(0);
}

static inline void put_text_address(struct nl_msg *msg, int attr4, int attr6, const char *text)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		nla_put(msg, attr4, 4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		nla_put(msg, attr6, 16, bytes);
	else
		abort();
}

static inline void forget(void)
{
	while (n_canned)
		nlmsg_free(canned[--n_canned]);
	while (n_told)
		nlmsg_free(told[--n_told]);
	refusing = false;
	complaint[0] = '\0';
}

/* An attribute of what the kernel was told. */
static inline struct nlattr *told_attr(unsigned int n, int attr)
{
	if (n >= n_told)
		return NULL;
	return nlmsg_find_attr(nlmsg_hdr(told[n]), GENL_HDRLEN, attr);
}

static inline int told_cmd(unsigned int n)
{
	return n < n_told ? genlmsg_hdr(nlmsg_hdr(told[n]))->cmd : -1;
}

/* There is no module. */
static bool unloaded;
/* The command has options of its own. */
static bool own_options;

bool ask_open(struct ctl *ctl, char err[NLCONN_ERR_LEN])
{
	(void)ctl;
	snprintf(err, NLCONN_ERR_LEN, "kernel module nts is not loaded: modprobe nts");
	return !unloaded;
}

void ask_close(struct ctl *ctl)
{
	(void)ctl;
}

int ask_fail(const char *err)
{
	snprintf(complaint, sizeof(complaint), "%s", err);
	return 1;
}

int ask_usage(const char *usage)
{
	snprintf(complaint, sizeof(complaint), "%s", usage);
	return 2;
}

int ask_kernel(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg)
{
	(void)ctl;
	for (unsigned int i = 0; i < n_canned; i++) {
		struct genlmsghdr *gen = genlmsg_hdr(nlmsg_hdr(canned[i]));

		if (!gen->cmd || gen->cmd == cmd)
			take(gen, arg);
	}
	return 0;
}

int ask_dump(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg, unsigned int *n)
{
	*n = 0;
	return ask_kernel(ctl, cmd, take, arg);
}

struct nl_msg *ask_begin_dump(struct ctl *ctl, uint8_t cmd)
{
	(void)ctl;
	return make_message(cmd);
}

int ask_about(struct ctl *ctl, struct nl_msg *msg, bool full, nlconn_take *take, void *arg)
{
	uint8_t cmd = genlmsg_hdr(nlmsg_hdr(msg))->cmd;

	if (n_told == TOLD_MAX || full)
		abort();
	told[n_told++] = msg;
	return refusing ? ask_fail("refused") : ask_kernel(ctl, cmd, take, arg);
}

struct nl_msg *ask_begin(struct ctl *ctl, uint8_t cmd)
{
	(void)ctl;
	return make_message(cmd);
}

int ask_change(struct ctl *ctl, struct nl_msg *msg, bool full)
{
	(void)ctl;
	if (n_told == TOLD_MAX || full)
		abort();
	told[n_told++] = msg;
	return refusing ? ask_fail("refused") : 0;
}

int ask_done(const struct ctl *ctl)
{
	puts(ctl->form == OUT_JSON ? "{\"ok\":true}" : "200 OK");
	return 0;
}

int ask_print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
	return 0;
}

/**
 * run_command() - what a command prints
 * @command: one of cmd_*()
 * @words: options and arguments, with spaces between
 * @status: exit status
 *
 * Return: its output; valid until the next call.
 */
static inline const char *run_command(int (*command)(struct ctl *ctl), const char *words,
				      int *status)
{
	static char output[65536];
	static char line[256];
	char *args[16];
	struct ctl ctl = { .args = args };
	FILE *saved = stdout;
	char *save;

	snprintf(line, sizeof(line), "%s", words);
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (own_options && strcmp(word, "--json"))
			args[ctl.n_args++] = word;
		else if (!strcmp(word, "-n"))
			ctl.numeric = true;
		else if (!strcmp(word, "-N"))
			ctl.names = true;
		else if (!strcmp(word, "-a"))
			ctl.all = true;
		else if (!strcmp(word, "-v"))
			ctl.verbose = true;
		else if (!strcmp(word, "-c"))
			ctl.form = OUT_CSV;
		else if (!strcmp(word, "--json"))
			ctl.form = OUT_JSON;
		else
			args[ctl.n_args++] = word;
	}
	memset(output, 0, sizeof(output));
	stdout = fmemopen(output, sizeof(output) - 1, "w");
	if (!stdout)
		abort();
	*status = command(&ctl);
	fclose(stdout);
	stdout = saved;
	return output;
}

#endif
