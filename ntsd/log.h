/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NTSD_LOG_H
#define NTSD_LOG_H

#include <stdbool.h>

/* The priorities of syslog(3), so that journald sorts the lines. */
enum log_level {
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/**
 * struct log_field - a field of an entry in the journal
 * @name: capital letters, "NTS_" first; NULL ends a list
 * @value: text
 */
struct log_field {
	const char *name;
	const char *value;
};

void log_setup(bool debug);
void log_prefix(const char *who);
void log_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void log_problem(void *arg, bool is_error, const char *file, int line,
		 const char *text);

void log_event(enum log_level level, const struct log_field *fields,
	       const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define log_err(...) log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
