// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines go to standard error, one write(2) each, so that the lines of the
 * master and of its workers never mix. Under systemd each line starts with
 * its priority ("<3>"), which journald takes off again.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static bool log_is_debug;
static bool log_to_journal;
static char log_who[32] = "ntsd";

/**
 * log_setup() - decide once where and how much is logged
 * @debug: also print debug lines
 */
void log_setup(bool debug)
{
	log_is_debug = debug;
	log_to_journal = getenv("JOURNAL_STREAM");
}

/**
 * log_prefix() - name the process in each line
 * @who: at most 31 characters, e.g. "ntsd-ke[2]"
 */
void log_prefix(const char *who)
{
	snprintf(log_who, sizeof(log_who), "%s", who);
}

/**
 * log_line() - print one line
 * @level: its priority
 * @fmt: as for printf(3), without the newline
 */
void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERR] = "error: ",
		[LOG_LEVEL_WARN] = "warning: ",
		[LOG_LEVEL_DEBUG] = "debug: ",
	};
	char line[1024];
	const char *name;
	va_list args;
	int used, more;

	if (level == LOG_LEVEL_DEBUG && !log_is_debug)
		return;

	name = names[level] ? names[level] : "";
	if (log_to_journal)
		used = snprintf(line, sizeof(line) - 1, "<%d>%s: %s", level,
				log_who, name);
	else
		used = snprintf(line, sizeof(line) - 1, "%s: %s", log_who, name);

	va_start(args, fmt);
	more = vsnprintf(line + used, sizeof(line) - 1 - used, fmt, args);
	va_end(args);
	if (more < 0)
		return;

	used += more;
	if (used > (int)sizeof(line) - 2)
		used = sizeof(line) - 2;
	/* Text of a peer or of a file must not forge a second line. */
	for (int i = 0; i < used; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}
