/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the clock does, as the kernel tells. */
#ifndef NTSCTL_TRACKING_H
#define NTSCTL_TRACKING_H

#include <arpa/inet.h>

#include <linux/nts.h>

#include "ntsctl.h"

/**
 * struct tracking - the attributes of tracking-get, 0 when absent
 * @addr: of the selected source as text, empty without
 * @smooth: corrections are to be smoothed; else the following are 0
 */
struct tracking {
	char name[NTS_MAX_NAME_LEN + 1];
	char addr[INET6_ADDRSTRLEN];
	char method_reason[256];
	int64_t reftime;
	int64_t correction;
	int64_t last_offset;
	int64_t freq;
	int64_t residual_freq;
	uint64_t rms_offset;
	uint64_t skew;
	uint64_t root_delay;
	uint64_t root_dispersion;
	uint64_t update_interval;
	uint64_t updates;
	uint64_t foreign;
	uint64_t hold_off;
	uint32_t refid;
	int32_t adjust_error;
	uint8_t synchronised;
	uint8_t stratum;
	uint8_t leap;
	uint8_t method;
	uint8_t steering;
	bool smooth;
	bool smooth_active;
	int64_t smooth_offset;
	int64_t smooth_freq;
	int64_t smooth_wander;
	uint64_t smooth_age;
	uint64_t smooth_left;
};

int tracking_read(struct ctl *ctl, struct tracking *tracking);

#endif
