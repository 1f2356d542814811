// SPDX-License-Identifier: GPL-2.0-or-later
/* Does another program steer the clock? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

static const struct rival {
	const char *comm;	/* 15 characters at most */
	const char *called;
	const char *harmless;	/* an argument with which it only measures */
} rivals[] = {
	{ "chronyd", "chronyd", "-x" },
	{ "ntpd", "ntpd", NULL },
	{ "systemd-timesyn", "systemd-timesyncd", NULL },
	{ "ntp-daemon", "ntpd-rs", NULL },
	{ "phc2sys", "phc2sys", NULL },
	{ "timemaster", "timemaster", NULL },
};

struct look {
	struct doctor *d;
	unsigned int found;
};

static bool has_argument(const struct doctor *d, pid_t pid, const char *argument)
{
	char path[64], text[1024], full[PATH_MAX];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	doctor_path(d, full, "%s", path);
	f = fopen(full, "re");
	if (!f)
		return false;
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		if (!strcmp(text + at, argument))
			return true;
	return false;
}

static bool take(void *arg, pid_t pid, const char *name)
{
	struct look *look = arg;
	char remedy[DOCTOR_TEXT_LEN];

	for (size_t i = 0; i < sizeof(rivals) / sizeof(rivals[0]); i++) {
		const struct rival *rival = &rivals[i];

		if (strcmp(rival->comm, name) ||
		    (rival->harmless && has_argument(look->d, pid, rival->harmless)))
			continue;
		doctor_end(look->d, pid, remedy);
		doctor_problem(look->d, remedy, "%s (pid %d) steers the clock, too",
			       rival->called, (int)pid);
		look->found++;
	}
	return true;
}

void doctor_rivals(struct doctor *d)
{
	struct look look = { .d = d };

	doctor_processes(d, take, &look);
	if (!look.found)
		doctor_ok(d, "no other time daemon runs");
}

/* Who does so cannot be seen any more, but that it was done. */
void doctor_foreign(struct doctor *d)
{
	const struct tracking *t = &d->snapshot.tracking;

	if (!d->loaded)
		return;
	if (t->hold_off)
		doctor_problem(d, "find it: perf trace -e clock_adjtime,adjtimex,clock_settime,settimeofday; then stop it",
			       "another program changes the system clock (%" PRIu64
			       " times so far), steering is held off", t->foreign);
	else if (t->adjust_error)
		doctor_problem(d, "systemctl restart ntsd, and see: ntsctl tracking",
			       "the system clock cannot be steered: %s",
			       strerror(t->adjust_error));
	else if (t->foreign)
		doctor_ok(d, "nobody else changes the system clock now (%" PRIu64
			  " times since the module was loaded)", t->foreign);
	else
		doctor_ok(d, "nobody else changes the system clock");
}
