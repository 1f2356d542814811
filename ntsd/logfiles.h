/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was measured, line by line, in the files and columns of chrony. */
#ifndef NTSD_LOGFILES_H
#define NTSD_LOGFILES_H

#include <pwd.h>
#include <time.h>

#include "nl.h"

enum logfiles_kind {
	LOGFILES_MEASUREMENTS,
	LOGFILES_SELECTION,
	LOGFILES_STATISTICS,
	LOGFILES_TRACKING,
	LOGFILES_N,
};

/* What of a source was written last. */
struct logfiles_source {
	uint32_t id;
	uint64_t total_valid;
	int64_t freq;
	uint64_t skew;
};

/**
 * struct logfiles - the files
 * @conf: directives log, logdir, logbanner
 * @fd: of each file, -1 before its first line
 * @lines: in each since it was opened
 * @failed: it cannot be opened or written; that was told
 * @source: what was written of each
 * @n: how many
 * @tracking: what was written last, with @tracked
 */
struct logfiles {
	const struct config *conf;
	int fd[LOGFILES_N];
	unsigned int lines[LOGFILES_N];
	bool failed[LOGFILES_N];
	struct logfiles_source source[CONFIG_MAX_SOURCES];
	unsigned int n;
	bool tracked;
	struct nl_tracking tracking;
	time_t tracking_at;
};

void logfiles_init(struct logfiles *l);
void logfiles_make_dir(const struct config *conf, const struct passwd *user);
void logfiles_configure(struct logfiles *l, const struct config *conf);
void logfiles_write(struct logfiles *l, uint32_t id,
		    const struct nl_sample *sample, unsigned int n,
		    const struct nl_tracking *tracking, time_t now);
void logfiles_take(struct logfiles *l, struct nl *nl, uint32_t id);
void logfiles_cycle(struct logfiles *l);

#endif
