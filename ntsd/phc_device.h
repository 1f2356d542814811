/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network device that stamps packets, and the clock it does that by. */
#ifndef NTSD_PHC_DEVICE_H
#define NTSD_PHC_DEVICE_H

#include "nl.h"
#include "phc_fit.h"
#include "stamping.h"

#define PHC_DEVICE_TEXT_LEN 256

/**
 * struct phc_device_ops - what it needs of the world, for tests to be it
 * @ask: as stamping_ask(); @arg is the device's
 * @set: as stamping_set()
 * @get: as stamping_get()
 * @open: as phc_reader_open()
 * @read: as phc_reader_read()
 * @install: give the kernel module what is known; false when it cannot take it
 * @remove: tell it that nothing is known
 */
struct phc_device_ops {
	int (*ask)(void *arg, const char *name, struct stamping *can);
	int (*set)(void *arg, const char *name, struct stamping_mode *mode);
	int (*get)(void *arg, const char *name, struct stamping_mode *mode);
	int (*open)(struct phc_reader *r, int clock, bool crossts);
	int (*read)(struct phc_reader *r, struct phc_reading *reading);
	bool (*install)(void *arg, const struct nl_phc *phc);
	void (*remove)(void *arg, uint32_t ifindex);
};

/**
 * struct phc_device - the device
 * @conf: the directive it is there for
 * @name: its own, that of @conf may be of a bond or VLAN on it
 * @ifindex: of it
 * @quiet: nobody named it: that it stamps nothing is not worth a line
 * @ops: the world
 * @arg: for @ops
 * @mode: what it does
 * @clock: N of /dev/ptpN
 * @reader: of that
 * @fit: what is known of it
 * @on: it stamps
 * @incapable: it stamps nothing, it says
 * @announced: it was said that it does
 * @installed: the kernel has what is known
 * @used: its stamps were used since the last reading
 * @missed: a reading was not where it should be
 * @doubted: its timestamps were not where they should be
 * @steps: in a row
 * @failures: readings in a row
 * @read_ms: when it was read
 * @next_ms: when it is read
 * @retry_ms: after the next failure to begin
 * @check_ms: when it is seen whether it still stamps
 * @told: what was logged last
 */
struct phc_device {
	struct config_hwtimestamp conf;
	char name[CONFIG_IFNAME_MAX + 1];
	uint32_t ifindex;
	bool quiet;
	const struct phc_device_ops *ops;
	void *arg;
	struct stamping_mode mode;
	int clock;
	struct phc_reader reader;
	struct phc_fit fit;
	bool on;
	bool incapable;
	bool announced;
	bool installed;
	bool used;
	bool missed;
	bool doubted;
	unsigned int steps;
	unsigned int failures;
	uint64_t read_ms;
	uint64_t next_ms;
	uint64_t retry_ms;
	uint64_t check_ms;
	char told[PHC_DEVICE_TEXT_LEN];
};

void phc_device_init(struct phc_device *d, const struct config_hwtimestamp *conf,
		     const struct phc_device_ops *ops, void *arg);
void phc_device_tick(struct phc_device *d, uint64_t now_ms);
void phc_device_look(struct phc_device *d, uint64_t now_ms);
void phc_device_again(struct phc_device *d, uint64_t now_ms);
void phc_device_stop(struct phc_device *d);

#endif
