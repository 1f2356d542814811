/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations for tests, and what was told of them. After config.c. */
#ifndef NTSD_CONF_H
#define NTSD_CONF_H

#include "ntsd_dir.h"

static struct config conf;
static char said[4096];
static int n_errors;

/* "FILE:LINE error" or "FILE:LINE warning", file without the directory. */
static void note(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	size_t used = strlen(said);

	EXPECT(arg == said);
	EXPECT(text[0]);
	n_errors += is_error;
	if (strrchr(file, '/'))
		file = strrchr(file, '/') + 1;
	snprintf(said + used, sizeof(said) - used, "%s%s:%d %s", used ? " " : "",
		 file, line, is_error ? "error" : "warning");
}

static bool read_conf(const char *text)
{
	put_file("a", text);
	said[0] = '\0';
	n_errors = 0;
	config_free(&conf);
	return config_read(&conf, in_dir("a"), note, said);
}

/* Of one bad line between 2 good ones. */
static bool bad(const char *line)
{
	char text[512];

	snprintf(text, sizeof(text), "port 123\n%s\nntsport 4460\n", line);
	return !read_conf(text) && !strcmp(said, "a:2 error");
}

#define CONF_MAIN(cases) \
	int main(void) \
	{ \
		int ret = dir_run(cases, sizeof(cases) / sizeof(*(cases))); \
		config_free(&conf); \
		return ret; \
	}

#endif
