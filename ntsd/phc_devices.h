/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that the directives hwtimestamp are about. */
#ifndef NTSD_PHC_DEVICES_H
#define NTSD_PHC_DEVICES_H

#include "links.h"
#include "phc_device.h"

/* What the kernel has room for. */
#define PHC_DEVICES_MAX 32

/**
 * struct phc_devices - all of them
 * @ops: the world
 * @arg: for @ops
 * @conf: the directives
 * @n_conf: how many
 * @told: of each, what was logged of it
 * @none: of each, it was logged that no device can
 * @device: those that are there
 * @n: how many
 */
struct phc_devices {
	const struct phc_device_ops *ops;
	void *arg;
	struct config_hwtimestamp conf[CONFIG_MAX_HWTIMESTAMPS];
	unsigned int n_conf;
	const char *told[CONFIG_MAX_HWTIMESTAMPS];
	bool none[CONFIG_MAX_HWTIMESTAMPS];
	struct phc_device *device[PHC_DEVICES_MAX];
	unsigned int n;
};

void phc_devices_configure(struct phc_devices *all,
			   const struct config_hwtimestamp *conf, unsigned int n);
void phc_devices_match(struct phc_devices *all, const struct links *links,
		       uint64_t now_ms);
struct phc_device *phc_devices_find(struct phc_devices *all, uint32_t ifindex);
uint64_t phc_devices_tick(struct phc_devices *all, uint64_t now_ms);
void phc_devices_stop(struct phc_devices *all);

#endif
