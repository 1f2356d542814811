// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines go to standard error, one write(2) each, so that the lines of the
 * master and of its workers never mix. Under systemd each line starts with
 * its priority ("<3>"), which journald takes off again; and the master speaks
 * with journald itself, by its native protocol, to give fields along.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

static bool log_is_debug;
static bool log_to_journal;
static char log_who[32] = "ntsd";
static int log_journal = -1;

#ifndef JOURNAL_SOCKET
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#endif

/* $JOURNAL_STREAM says which file the journal is; ours may be another one. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev && st.st_ino == ino;
}

static void open_journal(void)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX,
					.sun_path = JOURNAL_SOCKET };

	log_journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (log_journal < 0 || !connect(log_journal, (const void *)&to, sizeof(to)))
		return;
	close(log_journal);
	log_journal = -1;
}

/* Text of a peer or of a file must not forge a second line. */
static void clean(char *line, int len)
{
	for (int i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
}

static int add_field(char *to, int used, int size, const char *name,
		     const char *value)
{
	int len;

	if (used >= size)
		return used;
	len = snprintf(to + used, size - used, "%s=%s", name, value);
	if (len < 0 || len + 1 >= size - used)
		return used;
	clean(to + used, len);
	to[used + len] = '\n';
	return used + len + 1;
}

/* Return: false when the journal does not take it. */
static bool tell_journal(enum log_level level, const struct log_field *fields,
			 const char *text)
{
	char entry[4096], priority[2] = { '0' + level, '\0' };
	int len = 0;

	if (log_journal < 0)
		return false;
	len = add_field(entry, len, sizeof(entry), "MESSAGE", text);
	len = add_field(entry, len, sizeof(entry), "PRIORITY", priority);
	len = add_field(entry, len, sizeof(entry), "SYSLOG_IDENTIFIER", log_who);
	for (; fields && fields->name; fields++)
		len = add_field(entry, len, sizeof(entry), fields->name,
				fields->value);
	return send(log_journal, entry, len, MSG_NOSIGNAL | MSG_DONTWAIT) == len;
}

/**
 * log_setup() - decide once where and how much is logged
 * @debug: also print debug lines
 */
void log_setup(bool debug)
{
	log_is_debug = debug;
	log_to_journal = getenv("JOURNAL_STREAM");
	if (stderr_is_journal())
		open_journal();
}

/**
 * log_prefix() - in a process just forked: name it in each line
 * @who: at most 31 characters, e.g. "ntsd-ke[2]"
 *
 * It closes what it does not need, and has standard error.
 */
void log_prefix(const char *who)
{
	log_journal = -1;
	snprintf(log_who, sizeof(log_who), "%s", who);
}

static void print(enum log_level level, const struct log_field *fields,
		  const char *fmt, va_list args)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERR] = "error: ",
		[LOG_LEVEL_WARN] = "warning: ",
		[LOG_LEVEL_DEBUG] = "debug: ",
	};
	char text[960], line[1024];
	int used = 0;

	if (level == LOG_LEVEL_DEBUG && !log_is_debug)
		return;
	if (vsnprintf(text, sizeof(text), fmt, args) < 0 ||
	    tell_journal(level, fields, text))
		return;
	if (log_to_journal)
		used = snprintf(line, sizeof(line), "<%d>", level);
	used += snprintf(line + used, sizeof(line) - used, "%s: %s%s", log_who,
			 names[level] ? names[level] : "", text);
	if (used > (int)sizeof(line) - 2)
		used = sizeof(line) - 2;
	clean(line, used);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}

/**
 * log_line() - print one line
 * @level: its priority
 * @fmt: as for printf(3), without the newline
 */
void log_line(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(level, NULL, fmt, args);
	va_end(args);
}

/**
 * log_event() - print one line; in the journal it has fields
 * @level: its priority
 * @fields: ends with one without a name
 * @fmt: as for printf(3), without the newline
 */
void log_event(enum log_level level, const struct log_field *fields,
	       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(level, fields, fmt, args);
	va_end(args);
}

/**
 * log_problem() - print what is wrong with a file: a config_tell
 * @arg: not used
 * @is_error: or else a warning
 * @file: where
 * @line: where, 0 when it is about the whole file
 * @text: what
 */
void log_problem(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	enum log_level level = is_error ? LOG_LEVEL_ERR : LOG_LEVEL_WARN;

	(void)arg;
	if (line)
		log_line(level, "%s:%d: %s", file, line, text);
	else
		log_line(level, "%s: %s", file, text);
}
