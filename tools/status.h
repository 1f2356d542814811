/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where requests are answered, by what clock, and who keeps keys. */
#ifndef NTSCTL_STATUS_H
#define NTSCTL_STATUS_H

#include <arpa/inet.h>

#include <linux/nts.h>

#include "ntsctl.h"

/* In packets; chronyc's reports say 0. */
#define UNSYNCHRONISED_STRATUM 16
#define UNSYNCHRONISED_LEAP 3

struct server_state {
	uint8_t enabled;
	uint8_t families;
	uint16_t port;
	char bind4[INET_ADDRSTRLEN];
	char bind6[INET6_ADDRSTRLEN];
	unsigned int n_fastpaths;
	struct {
		char name[16];
		bool waits;	/* there is no such device that can */
	} fastpath[NTS_MAX_FASTPATHS];
};

/* What answers say of the clock, and who says so. */
struct clock_state {
	const char *mode;
	const char *text;
	uint8_t leap;
	uint8_t stratum;
	uint32_t refid;
	uint64_t root_delay;
	uint64_t root_dispersion;
	int32_t precision;
};

struct daemon_state {
	uint8_t state;
	uint32_t pid;
	uint64_t ke_accepted;
	uint64_t ke_dropped;
};

int status_server(struct ctl *ctl, struct server_state *server);
int status_clock(struct ctl *ctl, struct clock_state *state);
int status_daemon(struct ctl *ctl, struct daemon_state *daemon);

#endif
