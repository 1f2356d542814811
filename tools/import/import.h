/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ntsd-import takes from where, and what it says about it. */
#ifndef NTSD_IMPORT_H
#define NTSD_IMPORT_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct import - one run
 * @from: chrony's configuration
 * @etc: directory of ours
 * @state: directory of what ntsd keeps
 * @force: replace what is there
 * @dry: write nothing
 * @owner: user and group of what ntsd keeps, if @owned
 * @out: where it is told what was done
 * @drift: chrony's drift file, "" when none is named
 * @dump: chrony's directory of keys and cookies, "" when none is named
 * @failed: something could not be written, or read
 */
struct import {
	const char *from;
	const char *etc;
	const char *state;
	bool force;
	bool dry;
	bool owned;
	uid_t uid;
	gid_t gid;
	FILE *out;
	char drift[PATH_MAX];
	char dump[PATH_MAX];
	bool failed;
};

void import_say(const struct import *im, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool import_may_write(struct import *im, const char *path);
void import_written(struct import *im, const char *from, const char *to, int ret,
		    bool is_state);

void convert(struct import *im);
void take_state(struct import *im);

#endif
