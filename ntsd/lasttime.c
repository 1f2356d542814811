// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "lasttime.h"

#ifndef NTSD_BUILD_TIME
#define NTSD_BUILD_TIME 1763856000	/* 2025-11-23 */
#endif

/* What claims to be later is a mistake, not a time: it would lock us out. */
#define LATEST 4102444800LL	/* 2100 */

static bool path_of(const char *dir, char *path)
{
	return snprintf(path, PATH_MAX, "%s/" LASTTIME_FILE, dir) < PATH_MAX;
}

/**
 * lasttime_built() - when ntsd was built
 *
 * Return: seconds since 1970.
 */
time_t lasttime_built(void)
{
	return NTSD_BUILD_TIME;
}

/**
 * lasttime_read() - read the last good time
 * @dir: where the file is
 *
 * Return: seconds since 1970, 0 when it is not known.
 */
time_t lasttime_read(const char *dir)
{
	char path[PATH_MAX], text[64], *end;
	long long when;

	if (!path_of(dir, path) || file_read(path, text, sizeof(text), NULL) <= 0)
		return 0;
	errno = 0;
	when = strtoll(text, &end, 10);
	if (errno || end == text || *end != '\n' || when < 0 || when > LATEST)
		return 0;
	return when;
}

/**
 * lasttime_write() - keep a time that is known to be right
 * @dir: where the file is
 * @now: seconds since 1970
 *
 * Return: 0 or a negative errno.
 */
int lasttime_write(const char *dir, time_t now)
{
	char path[PATH_MAX], text[64];
	int len = snprintf(text, sizeof(text), "%lld\n", (long long)now);

	if (!path_of(dir, path))
		return -ENAMETOOLONG;
	return file_replace(path, text, len, 0644);
}

/**
 * lasttime_bound() - the time to check certificates with
 * @system: the system clock
 * @last: of lasttime_read()
 * @built: of lasttime_built()
 *
 * Return: the latest of them: none of them is ahead without a fault.
 */
time_t lasttime_bound(time_t system, time_t last, time_t built)
{
	time_t bound = system;

	if (last > bound)
		bound = last;
	if (built > bound)
		bound = built;
	return bound;
}
