// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the configuration one that ntsd takes, with its certificates and keys? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* What to do about a line of ntsd --check that does not say so itself. */
static const struct {
	const char *word;
	const char *remedy;
} remedies[] = {
	{ "certificate expire",
	  "renew it, and give the new files to the same paths: ntsctl certs" },
	{ "not yet valid",
	  "set the clock: date -u -s 'YYYY-MM-DD HH:MM', then systemctl restart ntsd" },
	{ "does not match", "put certificate and key of the same pair there" },
	{ "does not belong", "put certificate and key of the same pair there" },
	{ "ermission denied", "let ntsd's user read it: chgrp ntsd FILE && chmod g+r FILE" },
	{ "No such file", "put the file there, or: ntsctl cert new" },
	{ "name", "get a certificate for the name that clients use" },
};

static const char *remedy_for(const char *line)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strstr(line, remedies[i].word))
			return remedies[i].remedy;
	return "mend that line, then: systemctl reload ntsd";
}

void doctor_config(struct doctor *d)
{
	static char ntsd[] = "ntsd", check[] = "--check", file[] = "-f";
	char path[PATH_MAX], *save, *text;
	unsigned int problems = 0;
	char *argv[] = { ntsd, check, file, path, NULL };
	int status;

	doctor_path(d, path, "%s", d->path);
	if (!doctor_exists(d, d->path)) {
		doctor_problem(d, "write one, see ntsd.conf(5), or take over chrony's: ntsd-import",
			       "%s: %s", d->path, strerror(errno));
		return;
	}
	text = doctor_run(d, argv, &status);
	if (!text) {
		doctor_problem(d, doctor_apt_or_dnf(d, "apt install ./ntsd_*.deb, or: tools/run --host",
						    "dnf install ./ntsd-*.rpm"),
			       "ntsd is not installed");
		return;
	}
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *shown = strncmp(line, d->root, strlen(d->root)) ?
				    line : line + strlen(d->root);

		/* A directive without effect does no harm. */
		if (strstr(line, ": warning: ") && !strstr(line, "ertificate")) {
			doctor_ok(d, "%s", shown);
			continue;
		}
		doctor_problem(d, remedy_for(line), "%s", shown);
		problems++;
	}
	if (status && !problems)
		doctor_problem(d, "ntsd --check", "ntsd --check ended with status %d", status);
	else if (!problems)
		doctor_ok(d, "%s is good, with all it names", d->path);
	free(text);
}
