// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of each file, and whether it may be written. */
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import.h"

/**
 * import_say() - one line of the report
 * @im: the run
 * @what: became of it
 * @fmt: as for printf(3)
 */
void import_say(const struct import *im, const char *what, const char *fmt, ...)
{
	va_list args;

	fprintf(im->out, "%-8s ", what);
	va_start(args, fmt);
	vfprintf(im->out, fmt, args);
	va_end(args);
	fputc('\n', im->out);
}

/**
 * import_may_write() - may a file be replaced?
 * @im: the run
 * @path: the file
 *
 * Return: false when it is there already; that was said.
 */
bool import_may_write(struct import *im, const char *path)
{
	struct stat st;

	if (im->force || lstat(path, &st))
		return true;
	import_say(im, "kept", "%s is there already: --force replaces it", path);
	return false;
}

/**
 * import_written() - a file was written, or not
 * @im: the run
 * @from: chrony's
 * @to: ours
 * @ret: 0 or a negative errno
 * @is_state: it is to belong to the user who runs ntsd
 */
void import_written(struct import *im, const char *from, const char *to, int ret,
		    bool is_state)
{
	if (ret) {
		import_say(im, "failed", "%s -> %s: %s", from, to, strerror(-ret));
		im->failed = true;
		return;
	}
	import_say(im, im->dry ? "would" : "took", "%s -> %s", from, to);
	if (is_state && im->owned && !im->dry &&
	    lchown(to, im->uid, im->gid)) {
		import_say(im, "failed", "%s: it cannot be given to its user", to);
		im->failed = true;
	}
}
