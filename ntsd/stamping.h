/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a network device stamps packets: what it can do, and to set it. */
#ifndef NTSD_STAMPING_H
#define NTSD_STAMPING_H

#include <stdbool.h>

#include "config.h"

/**
 * struct stamping - what a device can do
 * @clock: N of its /dev/ptpN, negative without one
 * @sent: it stamps packets it sends
 * @filters: mask of enum hwtstamp_rx_filters it knows
 */
struct stamping {
	int clock;
	bool sent;
	unsigned int filters;
};

/**
 * struct stamping_mode - what it does
 * @sent: stamp packets it sends
 * @filter: enum hwtstamp_rx_filters
 */
struct stamping_mode {
	bool sent;
	int filter;
};

int stamping_ask(int fd, const char *name, struct stamping *can);
struct stamping_mode stamping_choose(const struct stamping *can,
				     enum config_rxfilter wanted);
int stamping_set(int fd, const char *name, struct stamping_mode *mode);
int stamping_get(int fd, const char *name, struct stamping_mode *mode);
enum config_rxfilter stamping_kind(int filter);
const char *stamping_name(enum config_rxfilter filter);

#endif
