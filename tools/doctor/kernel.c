// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the kernel one that the module is for? */
#include <stdio.h>

#include "doctor.h"

#define OLDEST_MAJOR 5
#define OLDEST_MINOR 14

void doctor_kernel(struct doctor *d)
{
	unsigned int major, minor;
	char release[128];

	if (!doctor_read(d, "/proc/sys/kernel/osrelease", release, sizeof(release)) ||
	    sscanf(release, "%u.%u", &major, &minor) != 2) {
		doctor_unknown(d, "mount -t proc proc /proc", "which kernel runs is not known");
		return;
	}
	if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR))
		doctor_problem(d, "install a newer kernel of your distribution and reboot",
			       "Linux %s is too old: the module needs %u.%u", release,
			       OLDEST_MAJOR, OLDEST_MINOR);
	else
		doctor_ok(d, "Linux %s", release);
}
