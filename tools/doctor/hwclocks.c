// SPDX-License-Identifier: GPL-2.0-or-later
/* Do network devices stamp packets, as directive hwtimestamp wants it? */
#include <inttypes.h>
#include <string.h>

#include "doctor.h"

static void check(struct doctor *d, const struct hwclock *clock)
{
	const uint64_t refused = clock->rx_refused + clock->tx_refused;

	if (!clock->usable)
		doctor_problem(d, "ethtool -T DEVICE; dmesg; or take hwtimestamp out of ntsd.conf",
			       "the clock of %s is not usable: it was not measured lately, or jumped",
			       clock->name);
	else if (refused > clock->rx_stamps + clock->tx_stamps)
		doctor_problem(d, "let nobody else set that clock: systemctl stop ptp4l phc2sys",
			       "most timestamps of %s contradict the kernel's (%" PRIu64 ")",
			       clock->name, refused);
	else
		doctor_ok(d, "%s stamps packets", clock->name);
}

void doctor_hwclocks(struct doctor *d)
{
	if (!d->loaded || !d->has_conf || !d->conf.n_hwtimestamps)
		return;
	if (!d->hwclocks.n)
		doctor_problem(d, "ethtool -T DEVICE says what it can; otherwise take hwtimestamp out of ntsd.conf",
			       "no network device has hardware timestamps, kernel's are used");
	for (unsigned int i = 0; i < d->hwclocks.n; i++)
		check(d, &d->hwclocks.row[i]);
}
