/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations for tests, and what was told of them. After config.c. */
#ifndef NTSD_CONF_H
#define NTSD_CONF_H

#include <sys/stat.h>
#include <unistd.h>

#include "ntsd_ktap.h"

static char dir[] = "/tmp/ntsd_config.XXXXXX";
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

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_conf(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	fputs(text, f);
	fclose(f);
}

static bool read_conf(const char *text)
{
	write_conf("a", text);
	said[0] = '\0';
	n_errors = 0;
	config_free(&conf);
	return config_read(&conf, path_of("a"), note, said);
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
		char command[64]; \
		int ret; \
		if (!mkdtemp(dir)) \
			return 1; \
		ret = ktap_run(cases, sizeof(cases) / sizeof(*(cases))); \
		config_free(&conf); \
		snprintf(command, sizeof(command), "rm -r %s", dir); \
		return system(command) ? 1 : ret; \
	}

#endif
