// SPDX-License-Identifier: GPL-2.0-or-later
/* All that the kernel tells, read at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

/* Nobody is told when the daemon does not want to be asked. */
static void read_certs(struct snapshot *snapshot)
{
	struct cert_report *report;

	snapshot->n_certs = 0;
	if (snapshot->daemon.state != NTS_DAEMON_STATE_ATTACHED || !control_reachable())
		return;
	report = malloc(sizeof(*report));
	while (report && snapshot->n_certs < SNAPSHOT_CERTS &&
	       !certs_fetch(snapshot->n_certs, report)) {
		struct snapshot_cert *cert = &snapshot->cert[snapshot->n_certs++];

		snprintf(cert->path, sizeof(cert->path), "%s", report->cert);
		cert->not_after = report->not_after;
		cert->days = report->days;
		cert->waiting = !strcmp(report->state, "waiting");
	}
	free(report);
}

/**
 * snapshot_read() - ask the kernel for all, and the daemon for certificates
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
	if (!ret)
		ret = source_list_read(ctl, &snapshot->sources);
	if (!ret)
		read_certs(snapshot);
	return ret;
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
