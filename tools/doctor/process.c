// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes, and whose a socket is. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

/**
 * doctor_processes() - look at each process
 * @d: the examination
 * @take: is given each; false ends it
 * @arg: for @take
 */
void doctor_processes(const struct doctor *d, doctor_take_process *take, void *arg)
{
	char path[PATH_MAX], name[32];
	const struct dirent *entry;
	DIR *dir;

	doctor_path(d, path, "/proc");
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/comm", entry->d_name);
		if (doctor_read(d, path, name, sizeof(name)) &&
		    !take(arg, (pid_t)atoi(entry->d_name), name))
			break;
	}
	if (dir)
		closedir(dir);
}

struct search {
	const char *name;
	pid_t pid;
};

static bool take_name(void *arg, pid_t pid, const char *name)
{
	struct search *search = arg;

	if (strcmp(search->name, name))
		return true;
	search->pid = pid;
	return false;
}

/**
 * doctor_process() - find a process by its name
 * @d: the examination
 * @name: at most 15 characters, as the kernel keeps it
 *
 * Return: its process id, 0 when there is none.
 */
pid_t doctor_process(const struct doctor *d, const char *name)
{
	struct search search = { .name = name };

	doctor_processes(d, take_name, &search);
	return search.pid;
}

struct owner {
	const struct doctor *d;
	char link[48];
	char *name;
	pid_t pid;
};

static bool take_owner(void *arg, pid_t pid, const char *name)
{
	char path[PATH_MAX], target[64];
	struct owner *owner = arg;
	const struct dirent *entry;
	size_t at;
	DIR *dir;

	doctor_path(owner->d, path, "/proc/%d/fd", (int)pid);
	at = strlen(path);
	dir = opendir(path);
	while (dir && !owner->pid && (entry = readdir(dir))) {
		ssize_t len;

		snprintf(path + at, sizeof(path) - at, "/%.20s", entry->d_name);
		len = readlink(path, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		if (strcmp(target, owner->link))
			continue;
		owner->pid = pid;
		snprintf(owner->name, 32, "%.31s", name);
	}
	if (dir)
		closedir(dir);
	return !owner->pid;
}

/**
 * doctor_socket_owner() - whose socket it is
 * @d: the examination
 * @inode: of the socket
 * @name: receives what the process is called
 *
 * Return: the process, 0 when none that may be looked at holds it.
 */
pid_t doctor_socket_owner(const struct doctor *d, unsigned long inode, char name[32])
{
	struct owner owner = { .d = d, .name = name };

	snprintf(owner.link, sizeof(owner.link), "socket:[%lu]", inode);
	doctor_processes(d, take_owner, &owner);
	return owner.pid;
}

/* The service that systemd started it as: the end of its path of control groups. */
static bool find_unit(const struct doctor *d, pid_t pid, char unit[128])
{
	char path[64], text[4096], *save;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	doctor_read(d, path, text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *name = strrchr(line, '/');
		const size_t len = name ? strlen(++name) : 0;

		if (len <= strlen(".service") || len >= 128 ||
		    strcmp(name + len - strlen(".service"), ".service"))
			continue;
		memcpy(unit, name, len + 1);
		return true;
	}
	return false;
}

/**
 * doctor_end() - how to be rid of a process
 * @d: the examination
 * @pid: of it
 * @remedy: receives the command; services go by the name they have here
 */
void doctor_end(const struct doctor *d, pid_t pid, char remedy[DOCTOR_TEXT_LEN])
{
	char unit[128];

	if (find_unit(d, pid, unit))
		snprintf(remedy, DOCTOR_TEXT_LEN, "systemctl disable --now %s", unit);
	else
		snprintf(remedy, DOCTOR_TEXT_LEN, "kill %d (no service of systemd: see who started it)",
			 (int)pid);
}

/**
 * doctor_capable() - has it a capability?
 * @d: the examination
 * @pid: of the process
 * @capability: a number as CAP_NET_ADMIN
 *
 * Return: false when it is known not to.
 */
bool doctor_capable(const struct doctor *d, pid_t pid, unsigned int capability)
{
	char path[64], status[8192];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (!doctor_read(d, path, status, sizeof(status)))
		return true;
	line = strstr(status, "\nCapEff:");
	return !line || strtoull(line + 8, NULL, 16) >> capability & 1;
}
