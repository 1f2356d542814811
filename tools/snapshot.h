/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that the kernel tells, read at once. */
#ifndef NTSCTL_SNAPSHOT_H
#define NTSCTL_SNAPSHOT_H

#include "source.h"
#include "status.h"
#include "tracking.h"

#define SNAPSHOT_CERTS 8

/* A certificate of the server: where it is, how long it is good. */
struct snapshot_cert {
	char path[256];
	int64_t not_after;
	int64_t days;
	bool waiting;	/* newer files are there, but no use */
};

/**
 * struct snapshot - how server and client do
 * @server: where requests are answered
 * @clock: what answers say of it
 * @daemon: what it last said
 * @tracking: how the clock does
 * @counters: of packets
 * @sources: of time
 * @cert: as the daemon tells of them, when it may be asked
 * @n_certs: how many
 */
struct snapshot {
	struct server_state server;
	struct clock_state clock;
	struct daemon_state daemon;
	struct tracking tracking;
	struct counters counters;
	struct source_list sources;
	struct snapshot_cert cert[SNAPSHOT_CERTS];
	unsigned int n_certs;
};

int snapshot_read(struct ctl *ctl, struct snapshot *snapshot);
uint64_t snapshot_count(const struct snapshot *snapshot, uint8_t kind);

#endif
