// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntsd run, and may it do what it has to? */
#include <linux/capability.h>

#include "doctor.h"

void doctor_daemon(struct doctor *d)
{
	const pid_t pid = doctor_process(d, "ntsd");

	if (d->loaded && d->snapshot.daemon.state == NTS_DAEMON_STATE_ATTACHED) {
		doctor_ok(d, "ntsd runs (pid %u)", d->snapshot.daemon.pid);
		return;
	}
	if (!pid)
		doctor_problem(d, "systemctl start ntsd; if it ends: journalctl -u ntsd",
			       "ntsd does not run: no key exchange, no new cookies");
	else if (!doctor_capable(d, pid, CAP_NET_ADMIN))
		doctor_problem(d, "start it by its service, as root or with CAP_NET_ADMIN: systemctl restart ntsd",
			       "ntsd (pid %d) lacks CAP_NET_ADMIN and cannot configure the module",
			       (int)pid);
	else if (d->loaded)
		doctor_problem(d, "systemctl restart ntsd; journalctl -u ntsd",
			       "ntsd (pid %d) runs, but not for the module here: in another network namespace?",
			       (int)pid);
	else
		doctor_ok(d, "ntsd runs (pid %d) and waits for the module", (int)pid);
}
