// SPDX-License-Identifier: GPL-2.0-or-later
/* Can ntsd's user read and write what it must? */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"

#define GROUPS_MAX 64

struct user {
	const char *name;
	uid_t uid;
	gid_t group[GROUPS_MAX];
	int n_groups;
};

static bool find_user(const char *name, struct user *user)
{
	const struct passwd *found = getpwnam(name);

	if (!found)
		return false;
	user->name = name;
	user->uid = found->pw_uid;
	user->n_groups = GROUPS_MAX;
	if (getgrouplist(name, found->pw_gid, user->group, &user->n_groups) < 0)
		user->n_groups = GROUPS_MAX;
	return true;
}

/* @right: 4 reads, 2 writes, 1 enters */
static bool may(const struct user *user, const struct stat *st, unsigned int right)
{
	unsigned int shift = 0;

	if (!user->uid)
		return true;
	if (st->st_uid == user->uid)
		shift = 6;
	for (int i = 0; !shift && i < user->n_groups; i++)
		if (st->st_gid == user->group[i])
			shift = 3;
	return (st->st_mode >> shift & right) == right;
}

struct look {
	const struct doctor *d;
	bool found;
	bool reads;
};

static bool take_reader(void *arg, pid_t pid, const char *name)
{
	struct look *look = arg;

	if (strcmp(name, "ntsd"))
		return true;
	look->found = true;
	look->reads = doctor_capable(look->d, pid, CAP_DAC_READ_SEARCH);
	return !look->reads;
}

/*
 * Keys may be root's alone: the process that reads them gets a capability for
 * it from root, or from the unit. One that was started without shows that.
 */
static bool reads_all(const struct doctor *d)
{
	struct look look = { .d = d };

	doctor_processes(d, take_reader, &look);
	return look.reads || !look.found;
}

/* Looks at each directory on the way, too. */
static void check_path(struct doctor *d, const struct user *user, const char *path,
		       unsigned int right)
{
	char full[PATH_MAX], part[PATH_MAX], remedy[DOCTOR_TEXT_LEN];
	/* no capability to write is kept */
	const bool all = !(right & 2) && reads_all(d);
	struct stat st;

	snprintf(part, sizeof(part), "%s", path);
	for (char *slash = part; (slash = strchr(slash + 1, '/')); *slash = '/') {
		*slash = '\0';
		doctor_path(d, full, "%s", part);
		if (stat(full, &st) || all || may(user, &st, 1))
			continue;
		snprintf(remedy, sizeof(remedy), "chgrp %s %.300s && chmod g+x %.300s", user->name,
			 part, part);
		doctor_problem(d, remedy, "user %s may not enter %s, on the way to %s",
			       user->name, part, path);
		return;
	}
	doctor_path(d, full, "%s", path);
	if (stat(full, &st)) {
		snprintf(remedy, sizeof(remedy), right & 2 ?
			 "install -d -o %s -g %s -m 0750 %.300s" :
			 "put it there (user %s, group %s): %.300s", user->name, user->name, path);
		doctor_problem(d, remedy, "%s: %s", path, strerror(errno));
		return;
	}
	if (!all && !may(user, &st, right)) {
		snprintf(remedy, sizeof(remedy), right & 2 ? "chown -R %s: %.300s" :
			 "chgrp %s %.300s && chmod g+r %.300s", user->name, path, path);
		doctor_problem(d, remedy, "user %s may not %s %s", user->name,
			       right & 2 ? "write in" : "read", path);
		return;
	}
	if (!(right & 2) && strstr(path, "key") && st.st_mode & 4) {
		snprintf(remedy, sizeof(remedy), "chmod o-r %.300s", path);
		doctor_problem(d, remedy, "everybody may read the key %s", path);
	}
}

void doctor_files(struct doctor *d)
{
	const unsigned int before = d->n;
	char remedy[DOCTOR_TEXT_LEN];
	struct user user;

	if (!d->has_conf)
		return;
	if (!find_user(d->conf.user, &user)) {
		snprintf(remedy, sizeof(remedy), "useradd --system --user-group --home-dir /var/lib/ntsd --shell /usr/sbin/nologin %s",
			 d->conf.user);
		doctor_problem(d, remedy, "user %s does not exist", d->conf.user);
		return;
	}
	for (unsigned int i = 0; i < d->conf.n_certs; i++)
		check_path(d, &user, d->conf.cert[i].path, 4);
	for (unsigned int i = 0; i < d->conf.n_keys; i++)
		check_path(d, &user, d->conf.key[i].path, 4);
	if (d->conf.dump_dir[0])
		check_path(d, &user, d->conf.dump_dir, 7);
	if (d->n == before)
		doctor_ok(d, "user %s may read and write what it has to", user.name);
}
