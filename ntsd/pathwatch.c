// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a path leads to changes wherever a name on its way changes: the file's,
 * that of a directory, or that of what a symbolic link leads to. So the
 * directories of all these are watched, each for the names that matter.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "pathwatch.h"

#define LINKS_MAX 40
#define NAMES (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | \
	       IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)
#define CONTENTS (NAMES | IN_MODIFY | IN_CLOSE_WRITE)

/**
 * struct pathwatch_step - a name on the way
 * @wd: of its directory
 * @index: of the path
 * @name: in that directory
 */
struct pathwatch_step {
	int wd;
	unsigned int index;
	char name[NAME_MAX + 1];
};

static void add_step(struct pathwatch *w, unsigned int index, const char *dir,
		     const char *name, bool last)
{
	struct pathwatch_step *more, *step;
	/* One that may not be read is looked at by the clock only. */
	int wd = inotify_add_watch(w->fd, dir[0] ? dir : "/", IN_ONLYDIR |
				   IN_MASK_ADD | (last ? CONTENTS : NAMES));

	if (wd < 0)
		return;
	more = reallocarray(w->step, w->n_steps + 1, sizeof(*more));
	if (!more)
		return;
	w->step = more;
	step = &w->step[w->n_steps++];
	step->wd = wd;
	step->index = index;
	snprintf(step->name, sizeof(step->name), "%s", name);
}

/* Where @dir is a physical path without a slash at its end: "" is the root. */
static bool enter(char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (!strcmp(name, "..")) {
		char *slash = strrchr(dir, '/');

		if (slash)
			*slash = '\0';
		return true;
	}
	if (len + strlen(name) + 2 > PATH_MAX)
		return false;
	snprintf(dir + len, PATH_MAX - len, "/%s", name);
	return true;
}

/* Return: false when @target does not fit before what is left of @rest. */
static bool follow(char *dir, char *rest, const char *target)
{
	char joined[2 * PATH_MAX];

	snprintf(joined, sizeof(joined), "%s/%s", target, rest);
	if (strlen(joined) >= PATH_MAX)
		return false;
	strcpy(rest, joined);
	if (target[0] == '/')
		dir[0] = '\0';
	return true;
}

static void walk(struct pathwatch *w, unsigned int index)
{
	char dir[PATH_MAX] = "", rest[PATH_MAX], target[PATH_MAX];
	char name[NAME_MAX + 1], here[PATH_MAX];
	int links = 0;

	snprintf(rest, sizeof(rest), "%s", w->path[index]);
	for (;;) {
		size_t skip = strspn(rest, "/");
		size_t len = strcspn(rest + skip, "/");
		ssize_t got;

		if (!len || len > NAME_MAX)
			return;
		memcpy(name, rest + skip, len);
		name[len] = '\0';
		memmove(rest, rest + skip + len, strlen(rest + skip + len) + 1);
		if (!strcmp(name, "."))
			continue;
		if (strcmp(name, ".."))
			add_step(w, index, dir, name,
				 !rest[strspn(rest, "/")]);
		strcpy(here, dir);
		if (!enter(here, name))
			return;
		got = strcmp(name, "..") ?
		      readlink(here, target, sizeof(target) - 1) : -1;
		if (got < 0) {
			strcpy(dir, here);
			continue;
		}
		target[got] = '\0';
		if (++links > LINKS_MAX || !follow(dir, rest, target))
			return;
	}
}

static bool is_used(const struct pathwatch *w, int wd)
{
	for (unsigned int i = 0; i < w->n_steps; i++)
		if (w->step[i].wd == wd)
			return true;
	return false;
}

/* What was watched and is on no way any more is watched no longer. */
static void walk_all(struct pathwatch *w)
{
	struct pathwatch_step *old = w->step;
	unsigned int n = w->n_steps;

	w->step = NULL;
	w->n_steps = 0;
	for (unsigned int i = 0; i < w->n; i++)
		walk(w, i);
	for (unsigned int i = 0; i < n; i++)
		if (!is_used(w, old[i].wd))
			inotify_rm_watch(w->fd, old[i].wd);
	free(old);
}

static uint32_t find(const struct pathwatch *w, const struct inotify_event *ev)
{
	const uint32_t self = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;
	uint32_t touched = 0;

	if (ev->mask & IN_Q_OVERFLOW)
		return UINT32_MAX;
	for (unsigned int i = 0; i < w->n_steps; i++) {
		const struct pathwatch_step *step = &w->step[i];

		if (step->wd == ev->wd &&
		    (ev->mask & self ||
		     (ev->len && !strcmp(step->name, ev->name))))
			touched |= 1U << step->index;
	}
	return touched;
}

/**
 * pathwatch_open() - watch nothing yet
 * @w: filled in
 *
 * Return: false with errno set; the other functions then do nothing.
 */
bool pathwatch_open(struct pathwatch *w)
{
	memset(w, 0, sizeof(*w));
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return w->fd >= 0;
}

/**
 * pathwatch_set() - watch these paths from now on
 * @w: open
 * @path: absolute; those beyond PATHWATCH_MAX are left out
 * @n: how many
 */
void pathwatch_set(struct pathwatch *w, const char *const *path, unsigned int n)
{
	if (w->fd < 0)
		return;
	for (unsigned int i = 0; i < w->n; i++)
		free(w->path[i]);
	w->n = 0;
	for (unsigned int i = 0; i < n && i < PATHWATCH_MAX; i++) {
		w->path[i] = strdup(path[i]);
		if (!w->path[i])
			break;
		w->n++;
	}
	walk_all(w);
}

/**
 * pathwatch_hear() - take what happened
 * @w: open
 *
 * Return: a mask of the paths (by their index) that may lead to something else
 * now, or to something written.
 */
uint32_t pathwatch_hear(struct pathwatch *w)
{
	_Alignas(struct inotify_event) char buf[8192];
	uint32_t touched = 0;
	ssize_t len;

	while (w->fd >= 0 && (len = read(w->fd, buf, sizeof(buf))) > 0) {
		const struct inotify_event *ev;

		for (ssize_t at = 0; at < len; at += sizeof(*ev) + ev->len) {
			ev = (const void *)(buf + at);
			touched |= find(w, ev);
		}
	}
	if (w->n < PATHWATCH_MAX)
		touched &= (1U << w->n) - 1;
	if (touched)
		walk_all(w);
	return touched;
}

/**
 * pathwatch_close() - watch nothing any more
 * @w: open or not
 */
void pathwatch_close(struct pathwatch *w)
{
	for (unsigned int i = 0; i < w->n; i++)
		free(w->path[i]);
	free(w->step);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->n = 0;
	w->n_steps = 0;
	w->step = NULL;
}
