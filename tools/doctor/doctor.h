/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What finds out by test why something does not work. */
#ifndef NTSCTL_DOCTOR_H
#define NTSCTL_DOCTOR_H

#include <limits.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "../../ntsd/config.h"
#include "../hwclock.h"
#include "../snapshot.h"

#define DOCTOR_TEXT_LEN 768
#define DOCTOR_MAX 256

enum doctor_result {
	DOCTOR_OK,
	DOCTOR_PROBLEM,
	DOCTOR_UNKNOWN,	/* it could not be tested */
};

/**
 * struct doctor_finding - what one test found
 * @check: that made it
 * @result: of it
 * @text: what is so
 * @remedy: what to do, as a command where there is one
 */
struct doctor_finding {
	const char *check;
	enum doctor_result result;
	char text[DOCTOR_TEXT_LEN];
	char remedy[DOCTOR_TEXT_LEN];
};

struct addrinfo;

/**
 * struct doctor_net - how the network is tested
 * @resolve: getaddrinfo(3)
 * @try_tcp: connect: 0 or an errno
 * @try_udp: have a request answered: 0 or an errno
 */
struct doctor_net {
	int (*resolve)(const char *name, const char *service, const struct addrinfo *wish,
		       struct addrinfo **found);
	int (*try_tcp)(const struct sockaddr *to, socklen_t len);
	int (*try_udp)(const struct sockaddr *to, socklen_t len);
};

/**
 * struct doctor - an examination
 * @root: ahead of each path that is looked at, empty on a real machine
 * @path: of the configuration, without @root
 * @conf: what it says
 * @has_conf: whether it could be read
 * @loaded: whether the module answered, so that the next two are there
 * @snapshot: of the kernel
 * @hwclocks: of the kernel
 * @net: how the network is tested
 * @check: that runs now
 * @finding: all so far
 * @n: how many
 */
struct doctor {
	char root[PATH_MAX / 2];
	const char *path;
	struct config conf;
	bool has_conf;
	bool loaded;
	struct snapshot snapshot;
	struct hwclocks hwclocks;
	const struct doctor_net *net;
	const char *check;
	struct doctor_finding finding[DOCTOR_MAX];
	unsigned int n;
};

typedef void doctor_check(struct doctor *d);

/* doctor.c APIs: */
__attribute__((format(printf, 2, 3)))
void doctor_ok(struct doctor *d, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void doctor_problem(struct doctor *d, const char *remedy, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void doctor_unknown(struct doctor *d, const char *remedy, const char *format, ...);
void doctor_path(const struct doctor *d, char path[PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool doctor_exists(const struct doctor *d, const char *path);
bool doctor_read(const struct doctor *d, const char *path, char *text, size_t size);
char *doctor_run(const struct doctor *d, char *const argv[], int *status);
const char *doctor_apt_or_dnf(const struct doctor *d, const char *debian, const char *fedora);

/* process.c APIs: */
typedef bool doctor_take_process(void *arg, pid_t pid, const char *name);
void doctor_processes(const struct doctor *d, doctor_take_process *take, void *arg);
pid_t doctor_process(const struct doctor *d, const char *name);
pid_t doctor_socket_owner(const struct doctor *d, unsigned long inode, char name[32]);
void doctor_end(const struct doctor *d, pid_t pid, char remedy[DOCTOR_TEXT_LEN]);
bool doctor_capable(const struct doctor *d, pid_t pid, unsigned int capability);

/* Each in a file of its name. */
doctor_check doctor_kernel;
doctor_check doctor_module;
doctor_check doctor_rivals;
doctor_check doctor_foreign;
doctor_check doctor_ports;
doctor_check doctor_firewall;
doctor_check doctor_config;
doctor_check doctor_files;
doctor_check doctor_daemon;
doctor_check doctor_clock;
doctor_check doctor_names;
doctor_check doctor_servers;
doctor_check doctor_sources;
doctor_check doctor_hwclocks;

extern const struct doctor_net doctor_net;

#endif
