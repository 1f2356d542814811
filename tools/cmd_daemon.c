// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl add, cyclelogs, delete, refresh, reload sources, rekey, dump: what the daemon does. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ntsctl.h"

#define COMMAND_LEN 1024

/* One request is one line: nothing in a word may end it or begin another word. */
static bool plain(const char *word)
{
	for (; *word; word++)
		if (iscntrl((unsigned char)*word) || isspace((unsigned char)*word))
			return false;
	return true;
}

static int request(struct ctl *ctl, const char *command)
{
	char line[COMMAND_LEN];
	size_t at = (size_t)snprintf(line, sizeof(line), "%s", command);

	for (unsigned int i = 0; i < ctl->n_args; i++) {
		if (!ctl->args[i][0] || !plain(ctl->args[i]))
			return ask_fail("an argument is empty or contains spaces");
		at += (size_t)snprintf(line + at, sizeof(line) - at, " %s", ctl->args[i]);
		if (at >= sizeof(line))
			return ask_fail("this is too long");
	}
	return control_ask(ctl, line);
}

int cmd_add(struct ctl *ctl)
{
	if (ctl->n_args < 2 ||
	    (strcmp(ctl->args[0], "server") && strcmp(ctl->args[0], "pool")))
		return ask_usage("add server|pool NAME [OPTION]...");
	return request(ctl, "add");
}

int cmd_cyclelogs(struct ctl *ctl)
{
	return request(ctl, "cyclelogs");
}

int cmd_delete(struct ctl *ctl)
{
	if (ctl->n_args != 1)
		return ask_usage("delete NAME|ADDRESS");
	return request(ctl, "delete");
}

int cmd_dump(struct ctl *ctl)
{
	return request(ctl, "dump");
}

int cmd_refresh(struct ctl *ctl)
{
	return request(ctl, "refresh");
}

int cmd_rekey(struct ctl *ctl)
{
	return request(ctl, "rekey");
}

int cmd_reload(struct ctl *ctl)
{
	if (ctl->n_args != 1 || strcmp(ctl->args[0], "sources"))
		return ask_usage("reload sources");
	return request(ctl, "reload");
}
