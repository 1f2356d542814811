/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What outlasts a restart of the machine: the clock's drift, and the time. */
#ifndef NTSD_TIMEKEEP_H
#define NTSD_TIMEKEEP_H

#include "history.h"
#include "nl.h"

/**
 * struct timekeep - the keeper
 * @last_time: lower bound of the time, seconds since 1970
 * @updates: of the clock, since the module was loaded
 * @read_ms: when the kernel is asked next
 * @write_ms: when the files are written next
 * @history: of the clock's last day
 * @warned: they could not be; that was said
 */
struct timekeep {
	time_t last_time;
	uint64_t updates;
	uint64_t read_ms;
	uint64_t write_ms;
	struct history history;
	bool warned;
};

const char *timekeep_dir(const struct config *conf);
void timekeep_load(struct timekeep *t, const struct config *conf);
bool timekeep_attach(struct nl *nl, const struct config *conf, char *err);
void timekeep_tick(struct timekeep *t, struct nl *nl, const struct config *conf,
		   uint64_t now_ms);
void timekeep_save(struct timekeep *t, struct nl *nl,
		   const struct config *conf);

#endif
