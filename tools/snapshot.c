// SPDX-License-Identifier: GPL-2.0-or-later
/* All that the kernel tells, read at once. */
#include <string.h>

#include "snapshot.h"

/**
 * snapshot_read() - ask the kernel for all
 * @ctl: connected
 * @snapshot: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int snapshot_read(struct ctl *ctl, struct snapshot *snapshot)
{
	int ret = status_server(ctl, &snapshot->server);

	if (!ret)
		ret = status_clock(ctl, &snapshot->clock);
	if (!ret)
		ret = status_daemon(ctl, &snapshot->daemon);
	if (!ret)
		ret = tracking_read(ctl, &snapshot->tracking);
	if (!ret)
		ret = counters_read(ctl, &snapshot->counters);
	return ret ? ret : source_list_read(ctl, &snapshot->sources);
}

/**
 * snapshot_count() - the sum of some counters
 * @snapshot: as read
 * @kind: NTS_COUNTER_KIND_*
 *
 * Return: the sum of all of the kind that are about requests to the server.
 */
uint64_t snapshot_count(const struct snapshot *snapshot, uint8_t kind)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < snapshot->counters.n; i++) {
		const struct counter *counter = &snapshot->counters.row[i];

		if (counter->kind == kind && strncmp(counter->name, "client-", 7))
			sum += counter->value;
	}
	return sum;
}
