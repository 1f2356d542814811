// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsload: load an NTP or NTS server, and tell what it did. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "loop.h"
#include "report.h"
#include "target.h"

#define NTP_PORT 123

static struct options o;
static struct target targets[1 + OPTIONS_ALLOWED];
static unsigned int n_targets;
static struct client *clients;
static struct loop *loops;
static struct report report;

static bool complain(const char *why)
{
	fprintf(stderr, "ntsload: %s\n", why);
	return false;
}

static void on_signal(int sig)
{
	(void)sig;
	loop_stop = 1;
}

static bool find_targets(void)
{
	char why[TARGET_WHY_LEN];

	if (!target_find(o.server, o.family, o.public_ok, &targets[0], why))
		return complain(why);
	n_targets = 1;
	for (unsigned int i = 0; i < o.n_allowed; i++, n_targets++)
		if (!target_find(o.allowed[i], targets[0].addr.family, o.public_ok,
				 &targets[n_targets], why))
			return complain(why);
	report.addr = targets[0].addr;
	report.port = o.port ? o.port : NTP_PORT;
	return true;
}

static void blame_keying(void)
{
	/* What the daemon has a directive for is an option here. */
	static const char directive[] = "(ntstrustedcerts)";
	const char *why = report.keying.why, *at = strstr(why, directive);

	fprintf(stderr, "ntsload: NTS-KE with %s port %u: %.*s%s%s (%llu of %u clients)\n",
		o.server, o.ke_port, at ? (int)(at - why) : (int)strlen(why), why,
		at ? "(--trust)" : "", at ? at + strlen(directive) : "",
		(unsigned long long)report.keying.failed, o.clients);
}

/* The first keys of all clients. */
static bool get_keys(struct keying *keying)
{
	s64 begin = loop_clock();

	for (unsigned int i = 0; i < o.threads; i++)
		for (unsigned int j = 0; j < loops[i].n_clients; j++)
			keying_ask(keying, &loops[i].clients[j], &loops[i].keyed);
	keying_wait(keying);
	report.ke_ns = loop_clock() - begin;
	keying_figures(keying, &report.keying);
	if (report.keying.failed)
		blame_keying();
	return keying_server(keying, &report.addr, &report.port) && report.keying.done;
}

/* A share of a number, so that all shares are the whole. */
static u64 share(u64 whole, unsigned int i)
{
	return whole / o.threads + (i < whole % o.threads);
}

static bool set_up_loop(struct loop *l, unsigned int i, struct keying *keying)
{
	char why[CHANNEL_WHY_LEN] = "out of memory";

	l->o = &o;
	l->keying = keying;
	l->left = share(o.requests, i);
	l->rekeys = share(o.rekeys, i);
	maker_init(&l->maker, o.plain, o.interleaved, o.reuse);
	if (!flights_init(&l->flights, (u32)share(o.window, i), dice_roll(&l->maker.dice)) ||
	    !channel_open(&l->channel, &o, &report.addr, report.port, why) ||
	    !loop_prepare(l, why))
		return complain(why);
	return true;
}

/* Clients that got no keys wait for nothing. */
static void settle_clients(struct loop *l)
{
	struct client *next;

	for (struct client *c = keying_take(&l->keyed); c; c = next) {
		next = c->keyed_next;
		c->keying = false;
		c->stale = !c->jar.n;
	}
}

static bool run(struct keying *keying)
{
	const struct sigaction act = { .sa_handler = on_signal };

	/* From here on there is something to report. */
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	for (unsigned int i = 0; i < o.threads; i++) {
		settle_clients(&loops[i]);
		if (!set_up_loop(&loops[i], i, keying))
			return false;
	}
	for (unsigned int i = 0; i < o.threads; i++) {
		loops[i].running = !pthread_create(&loops[i].thread, NULL, loop_run, &loops[i]);
		if (!loops[i].running)
			loop_stop = 1;
	}
	for (unsigned int i = 0; i < o.threads; i++) {
		if (!loops[i].running)
			return complain("cannot start a thread");
		pthread_join(loops[i].thread, NULL);
		report_add(&report, &loops[i]);
	}
	return true;
}

static bool load(void)
{
	struct keying *keying = NULL;
	char why[KEYING_WHY_LEN];
	bool ok = true;

	if (!o.plain) {
		keying = keying_new(&o, targets, n_targets, why);
		if (!keying)
			return complain(why);
		ok = get_keys(keying);
	}
	ok = ok && run(keying);
	if (keying) {
		keying_figures(keying, &report.keying);
		keying_free(keying);
	}
	return ok;
}

/* Each thread has its clients beside each other. */
static bool make_clients(void)
{
	unsigned int at = 0;

	clients = calloc(o.clients, sizeof(*clients));
	loops = calloc(o.threads, sizeof(*loops));
	if (!clients || !loops)
		return complain("out of memory");
	for (unsigned int i = 0; i < o.threads; i++) {
		loops[i].clients = clients + at;
		loops[i].n_clients = (unsigned int)share(o.clients, i);
		at += loops[i].n_clients;
	}
	for (unsigned int i = 0; i < o.clients; i++)
		clients[i].index = i;
	return true;
}

static int tell(void)
{
	report.o = &o;
	report.clients = 0;
	for (unsigned int i = 0; i < o.clients; i++)
		report.clients += o.plain || clients[i].jar.keyed;
	if (o.json)
		report_json(&report, stdout);
	else
		report_text(&report, stdout);
	if (fflush(stdout)) {
		complain(strerror(errno));
		return 1;
	}
	if (report_good(&report))
		return 0;
	report_blame(&report, stderr);
	return 1;
}

int main(int argc, char **argv)
{
	char why[OPTIONS_WHY_LEN];
	bool ok;

	switch (options_read(&o, argc, argv, why)) {
	case OPTIONS_HELP:
		fputs(options_usage, stdout);
		return 0;
	case OPTIONS_VERSION:
		puts("ntsload " NTSLOAD_VERSION);
		return 0;
	case OPTIONS_BAD:
		complain(why);
		return 2;
	case OPTIONS_RUN:
		break;
	}
	signal(SIGPIPE, SIG_IGN);
	/* For an open loop that wakes up in time. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	if (!find_targets())
		return 2;
	ok = make_clients() && load();
	for (unsigned int i = 0; loops && i < o.threads; i++)
		loop_free(&loops[i]);
	return ok ? tell() : 1;
}
