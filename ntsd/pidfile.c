// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "pidfile.h"

/**
 * pidfile_write() - say which process this is
 * @path: absolute; "" for nowhere
 *
 * Root may write it where others may, too: a link that is there is replaced.
 *
 * Return: true when it was written, and is to be removed at the end.
 */
bool pidfile_write(const char *path)
{
	char text[16];
	int len, ret;

	if (!path[0])
		return false;
	len = snprintf(text, sizeof(text), "%d\n", getpid());
	ret = file_replace(path, text, len, 0644);
	if (ret)
		log_warn("%s: %s", path, strerror(-ret));
	return !ret;
}

/**
 * pidfile_remove() - the daemon ends
 * @path: written by pidfile_write()
 */
void pidfile_remove(const char *path)
{
	if (unlink(path) && errno != ENOENT)
		log_debug("%s: %s", path, strerror(errno));
}
