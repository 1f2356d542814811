/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks of network devices, as they are mapped to the kernel's. */
#ifndef NTSCTL_HWCLOCK_H
#define NTSCTL_HWCLOCK_H

#include <net/if.h>

#include <linux/nts.h>

#include "ntsctl.h"

struct hwclock {
	uint32_t ifindex;
	uint32_t index;
	uint8_t filter;
	uint8_t usable;
	int64_t phc;
	int64_t raw;
	int64_t freq;
	uint64_t error;
	uint64_t skew;
	uint32_t valid_ms;
	int64_t rxcomp;
	int64_t txcomp;
	uint64_t rx_stamps;
	uint64_t tx_stamps;
	uint64_t rx_refused;
	uint64_t tx_refused;
	char name[IF_NAMESIZE];
};

struct hwclocks {
	struct hwclock row[NTS_MAX_PHCS];
	unsigned int n;
	bool numeric;
};

int hwclocks_read(struct ctl *ctl, struct hwclocks *clocks);
double hwclock_fast_ppm(const struct hwclock *clock);
int64_t hwclock_age_ns(const struct hwclock *clock);

#endif
