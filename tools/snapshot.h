/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that the kernel tells, read at once. */
#ifndef NTSCTL_SNAPSHOT_H
#define NTSCTL_SNAPSHOT_H

#include "source.h"
#include "status.h"
#include "tracking.h"

/**
 * struct snapshot - how server and client do
 * @server: where requests are answered
 * @clock: what answers say of it
 * @daemon: what it last said
 * @tracking: how the clock does
 * @counters: of packets
 * @sources: of time
 */
struct snapshot {
	struct server_state server;
	struct clock_state clock;
	struct daemon_state daemon;
	struct tracking tracking;
	struct counters counters;
	struct source_list sources;
};

int snapshot_read(struct ctl *ctl, struct snapshot *snapshot);
uint64_t snapshot_count(const struct snapshot *snapshot, uint8_t kind);

#endif
