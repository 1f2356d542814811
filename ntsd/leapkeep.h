/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the kernel told of the next leap second of a list. */
#ifndef NTSD_LEAPKEEP_H
#define NTSD_LEAPKEEP_H

#include "config.h"
#include "leaplist.h"
#include "nl.h"

/**
 * struct leapkeep - what is known, and told
 * @list: of the file that is configured
 * @listed: there is one
 * @told: as leaplist_next() says it, -1 when the kernel was not told
 * @told_at: the midnight after it
 * @look_ms: when to see whether that is past
 */
struct leapkeep {
	struct leaplist list;
	bool listed;
	int told;
	int64_t told_at;
	uint64_t look_ms;
};

void leapkeep_load(struct leapkeep *keep, const struct config *conf,
		   config_tell *tell, void *arg);
bool leapkeep_attach(struct leapkeep *keep, struct nl *nl, char *err);
void leapkeep_tick(struct leapkeep *keep, struct nl *nl, uint64_t now_ms);
int leapkeep_tai(const struct leapkeep *keep);

#endif
