/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for the files of a test. */
#ifndef NTSD_DIR_H
#define NTSD_DIR_H

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ntsd_ktap.h"

static char dir[] = "/tmp/ntsd_dir.XXXXXX";

static inline const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static inline void put_file(const char *name, const char *text)
{
	FILE *f;

	unlink(in_dir(name));
	f = fopen(in_dir(name), "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static inline const char *get_file(const char *name)
{
	static char text[8192];
	FILE *f = fopen(in_dir(name), "r");
	size_t len;

	if (!f)
		return "no file";
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	return text;
}

static inline int dir_run(const struct ktap_case *cases, size_t n)
{
	char command[64];
	int ret;

	if (!mkdtemp(dir))
		return 1;
	ret = ktap_run(cases, n);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}

#define DIR_MAIN(cases) \
	int main(void) \
	{ \
		return dir_run(cases, sizeof(cases) / sizeof(*(cases))); \
	}

#endif
