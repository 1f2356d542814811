// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper.h"
#include "log.h"
#include "requests.h"
#include "serving.h"

static void tell_reply(void *arg, bool is_error, const char *file, int line,
		       const char *text)
{
	(void)file;
	(void)line;
	if (is_error)
		snprintf(arg, CONTROL_TEXT_LEN, "400 %.900s", text);
}

static void add_source(struct daemon *d, const char *line, char *reply)
{
	struct config_source source;

	snprintf(reply, CONTROL_TEXT_LEN, "400 add needs server or pool");
	if (!config_read_source(line, &source, tell_reply, reply))
		return;
	if (sources_add(&d->sources, &source, daemon_now_ms()))
		snprintf(reply, CONTROL_TEXT_LEN, "200 OK");
	else
		snprintf(reply, CONTROL_TEXT_LEN, "511 Source already present");
}

static void delete_source(struct daemon *d, const char *name, char *reply)
{
	if (!sources_delete(&d->sources, name))
		snprintf(reply, CONTROL_TEXT_LEN, "503 No such source");
}

/* Names are for who asks to look up: here nobody may wait for name servers. */
static void change_access(struct daemon *d, const char *request, char *reply)
{
	char line[CONTROL_TEXT_LEN], err[NL_ERR_LEN];
	const char *why;
	struct config_access what;
	char *words[5], *save;
	int n = 0;

	snprintf(line, sizeof(line), "%s", request);
	for (char *word = strtok_r(line, " ", &save); word && n < 4;
	     word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	words[n] = NULL;
	if (!config_read_access(words, &what, &why))
		snprintf(reply, CONTROL_TEXT_LEN, "400 %s %s", words[0], why);
	else if (what.name)
		snprintf(reply, CONTROL_TEXT_LEN, "400 %s needs an address, not a name",
			 words[0]);
	else if (!serving_say(d, &what, err))
		snprintf(reply, CONTROL_TEXT_LEN, "500 %.500s", err);
}

static bool is_about(const char *request, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(request, word, len) && (!request[len] || request[len] == ' ');
}

static void print_certs(struct daemon *d, const char *word, char *reply)
{
	static const char ok[] = "200 OK\n";
	unsigned long index;
	char *end;

	index = strtoul(word, &end, 10);
	strcpy(reply, ok);
	if (*end || end == word || index >= CONFIG_MAX_PAIRS ||
	    !certs_print(&d->certs, d->conf, index, reply + strlen(ok),
			 CONTROL_REPLY_LEN - strlen(ok)))
		snprintf(reply, CONTROL_REPLY_LEN, "404 No such pair");
}

static void print_history(const struct daemon *d, const char *word, char *reply)
{
	unsigned long long from;
	char text[CONTROL_REPLY_LEN - 64], *end;
	uint64_t next;

	from = strtoull(word, &end, 10);
	if (*end || end == word) {
		snprintf(reply, CONTROL_REPLY_LEN, "400 history needs a number");
		return;
	}
	next = history_print(&d->timekeep.history, from, text, sizeof(text));
	snprintf(reply, CONTROL_REPLY_LEN, "200 OK %" PRIu64 "\n%s", next, text);
}

static void rekey(struct daemon *d, char *reply)
{
	const char *why = keeper_rekey(d);

	if (why)
		snprintf(reply, CONTROL_TEXT_LEN, "400 Keys are not read: %s", why);
}

/**
 * requests_take() - do what ntsctl asks for: a control_do
 * @arg: the daemon
 * @may_change: who asks may have more than reports
 * @request: its words are separated by single spaces
 * @reply: filled in
 */
void requests_take(void *arg, bool may_change, const char *request, char *reply)
{
	struct daemon *d = arg;

	log_debug("request: %s", request);
	if (!strncmp(request, "certs ", 6)) {
		print_certs(d, request + 6, reply);
		return;
	}
	if (!strncmp(request, "history ", 8)) {
		print_history(d, request + 8, reply);
		return;
	}
	if (!may_change) {
		snprintf(reply, CONTROL_REPLY_LEN, "501 Not authorised");
		return;
	}
	if (!d->serving || !d->attached) {
		snprintf(reply, CONTROL_TEXT_LEN,
			 "502 The daemon is not ready, or without kernel module");
		return;
	}
	snprintf(reply, CONTROL_TEXT_LEN, "200 OK");
	if (!strncmp(request, "add ", 4))
		add_source(d, request + 4, reply);
	else if (!strncmp(request, "delete ", 7))
		delete_source(d, request + 7, reply);
	else if (is_about(request, "allow") || is_about(request, "deny"))
		change_access(d, request, reply);
	else if (!strcmp(request, "refresh"))
		daemon_refresh(d);
	else if (!strcmp(request, "reload sources"))
		daemon_reload_sources(d);
	else if (!strcmp(request, "rekey"))
		rekey(d, reply);
	else if (!strcmp(request, "cyclelogs"))
		daemon_cycle_logs(d);
	else if (!strcmp(request, "dump"))
		daemon_dump(d);
	else
		snprintf(reply, CONTROL_TEXT_LEN, "400 Unknown request");
}
