// SPDX-License-Identifier: GPL-2.0-or-later
/* What chronyd has learned: frequency, cookie keys, cookies of servers. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../ntsd/driftfile.h"
#include "../../ntsd/dump.h"
#include "../../ntsd/file.h"
#include "../../ntsd/keyring.h"
#include "import.h"

#define DAMAGED "damaged, or not of algorithm 15 (AES-SIV-CMAC-256), which alone ntsd has"

static void take_drift(struct import *im)
{
	double fast_ppm, skew_ppm;
	char to[PATH_MAX];

	snprintf(to, sizeof(to), "%s/drift", im->state);
	if (!im->drift[0] || access(im->drift, F_OK))
		return;
	if (!driftfile_read(im->drift, &fast_ppm, &skew_ppm)) {
		import_say(im, "refused", "%s: no drift file: the frequency is learned anew",
			   im->drift);
		return;
	}
	if (import_may_write(im, to))
		import_written(im, im->drift, to, im->dry ? 0 :
			       driftfile_write(to, fast_ppm, skew_ppm), true);
}

static void take_keys(struct import *im)
{
	char from[PATH_MAX], to[PATH_MAX], err[PATH_MAX + 128];
	struct keyring ring;
	int ret;

	snprintf(from, sizeof(from), "%.*s/" KEYRING_FILE, PATH_MAX - 16, im->dump);
	snprintf(to, sizeof(to), "%s/" KEYRING_FILE, im->state);
	if (access(from, F_OK))
		return;
	ret = keyring_load(&ring, im->dump, 0, 0, err, sizeof(err));
	if (ret) {
		import_say(im, "refused", "%s; ntsd makes new keys, and clients exchange theirs anew",
			   err);
		return;
	}
	if (err[0])
		import_say(im, "warning", "%s", err);
	if (import_may_write(im, to))
		import_written(im, from, to, im->dry ? 0 :
			       keyring_save(&ring, im->state, 0, err, sizeof(err)),
			       true);
	keyring_wipe(&ring);
}

static void take_cookies(struct import *im, const char *file)
{
	char from[PATH_MAX], to[PATH_MAX], err[PATH_MAX + 128];
	struct dump dump;

	if (snprintf(from, sizeof(from), "%s/%s", im->dump, file) >= PATH_MAX ||
	    snprintf(to, sizeof(to), "%s/%s", im->state, file) >= PATH_MAX)
		return;
	if (!dump_load(im->dump, file, &dump)) {
		import_say(im, "refused", "%s: " DAMAGED ": keys are exchanged anew",
			   from);
		return;
	}
	if (import_may_write(im, to))
		import_written(im, from, to, im->dry ? 0 :
			       dump_save(im->state, &dump, err, sizeof(err)), true);
	explicit_bzero(&dump, sizeof(dump));
}

static int is_dump(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && !strcmp(e->d_name + len - 4, ".nts");
}

static bool make_dir(struct import *im)
{
	if (im->dry)
		return true;
	if (!mkdir(im->state, 0750) ?
	    im->owned && chown(im->state, im->uid, im->gid) : errno != EEXIST) {
		import_say(im, "failed", "%s: %s", im->state, strerror(errno));
		im->failed = true;
		return false;
	}
	return true;
}

/**
 * take_state() - convert what chronyd has learned
 * @im: the run, after convert()
 *
 * chrony's files stay. Of its cookies each may be used once only, by one of the
 * two programs.
 */
void take_state(struct import *im)
{
	struct dirent **list = NULL;
	int n;

	if (!make_dir(im))
		return;
	take_drift(im);
	if (!im->dump[0])
		return;
	take_keys(im);
	n = scandir(im->dump, &list, is_dump, alphasort);
	for (int i = 0; i < n; i++) {
		take_cookies(im, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}
