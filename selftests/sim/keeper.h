/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that is kept: raw clock, discipline, and the system clock that follows. */
#ifndef _SIM_KEEPER_H
#define _SIM_KEEPER_H

#include <stdio.h>

#include "core/steer.h"
#include "options.h"
#include "rawclock.h"

/**
 * struct keeper - the clock
 * @conf: as read
 * @hands_off: the system clock is left alone
 * @raw: the raw clock
 * @precision: of it, log2 seconds
 * @discipline: NTP time
 * @steer: the system clock's
 * @steer_next: when it wants to plan again, raw ns
 * @drift_next: when the drift file is written again, raw ns
 * @source: all sources, as many as @conf has
 * @tracking: where a line is written at each update, or NULL
 */
struct keeper {
	const struct config *conf;
	bool hands_off;
	struct rawclock raw;
	s8 precision;
	struct nts_discipline discipline;
	struct nts_steer steer;
	s64 steer_next;
	s64 drift_next;
	struct nts_source *source[CONFIG_MAX_SOURCES];
	FILE *tracking;
};

void keeper_say(const char *what, const char *of);
_Noreturn void keeper_die(const char *what, int error);
void keeper_start(struct keeper *keeper, const struct config *conf, bool hands_off);
void keeper_stop(struct keeper *keeper);
void keeper_update(struct keeper *keeper, int which);
void keeper_do_what_is_due(struct keeper *keeper);
s64 keeper_next(const struct keeper *keeper);
s64 keeper_now(const struct keeper *keeper);
s64 keeper_utc(const struct keeper *keeper, s64 raw);

#endif /* _SIM_KEEPER_H */
