// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds the ports of NTP and NTS-KE? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define TCP_LISTEN 0x0a
#define UDP_UNCONNECTED 0x07

/**
 * struct holder - of a port
 * @inode: of its socket; 0 when nobody holds it
 * @pid: its process, 0 when that is not known
 * @name: of the process
 */
struct holder {
	unsigned long inode;
	pid_t pid;
	char name[32];
};

/* As /proc/net/udp and its like tell. */
static void search(const struct doctor *d, const char *table, unsigned int port,
		   unsigned int state, struct holder *holder)
{
	char path[PATH_MAX], line[512];
	FILE *f;

	doctor_path(d, path, "/proc/net/%s", table);
	f = fopen(path, "re");
	while (f && !holder->pid && fgets(line, sizeof(line), f)) {
		unsigned int local, is;
		unsigned long inode;

		if (sscanf(line, "%*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %lu",
			   &local, &is, &inode) != 3 || local != port || is != state)
			continue;
		holder->inode = inode ? inode : 1;
		holder->pid = doctor_socket_owner(d, inode, holder->name);
	}
	if (f)
		fclose(f);
}

static struct holder find_holder(const struct doctor *d, bool udp, unsigned int port)
{
	struct holder holder = { 0 };

	search(d, udp ? "udp" : "tcp", port, udp ? UDP_UNCONNECTED : TCP_LISTEN, &holder);
	search(d, udp ? "udp6" : "tcp6", port, udp ? UDP_UNCONNECTED : TCP_LISTEN, &holder);
	return holder;
}

static void say_taken(struct doctor *d, const char *what, unsigned int port,
		      const struct holder *holder)
{
	char remedy[DOCTOR_TEXT_LEN];

	if (!holder->pid) {
		doctor_problem(d, "run this as root to see who: ss -lnp",
			       "%s port %u is held by another process", what, port);
		return;
	}
	doctor_end(d, holder->pid, remedy);
	doctor_problem(d, remedy, "%s port %u is held by %s (pid %d)", what, port, holder->name,
		       (int)holder->pid);
}

static void check_ntp(struct doctor *d, unsigned int port)
{
	const bool ours = d->loaded && d->snapshot.server.enabled;
	struct holder holder;

	if (!port) {
		doctor_ok(d, "port 0: NTP is not served");
		return;
	}
	if (ours && d->snapshot.server.port == port) {
		doctor_ok(d, "UDP port %u is served by the module", port);
		return;
	}
	holder = find_holder(d, true, port);
	if (holder.inode)
		say_taken(d, "UDP", port, &holder);
	else if (d->loaded)
		doctor_problem(d, "systemctl restart ntsd; journalctl -u ntsd",
			       "UDP port %u is free, but nothing serves it", port);
	else
		doctor_ok(d, "UDP port %u is free", port);
}

static void check_ke(struct doctor *d, unsigned int port)
{
	const struct holder holder = find_holder(d, false, port);

	if (holder.pid && strcmp(holder.name, "ntsd"))
		say_taken(d, "TCP", port, &holder);
	else if (holder.pid)
		doctor_ok(d, "TCP port %u is served by ntsd", port);
	else if (holder.inode && !geteuid())
		say_taken(d, "TCP", port, &holder);
	else if (holder.inode)
		doctor_ok(d, "TCP port %u is served", port);
	else if (d->loaded && d->snapshot.daemon.state == NTS_DAEMON_STATE_ATTACHED)
		doctor_problem(d, "journalctl -u ntsd", "nobody listens at TCP port %u", port);
	else
		doctor_ok(d, "TCP port %u is free", port);
}

void doctor_ports(struct doctor *d)
{
	if (!d->has_conf)
		return;
	check_ntp(d, d->conf.ntp_port);
	if (d->conf.n_certs)
		check_ke(d, d->conf.nts_port);
}
