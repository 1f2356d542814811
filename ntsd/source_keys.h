/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a source gives to the kernel, and keeps on disk. */
#ifndef NTSD_SOURCE_KEYS_H
#define NTSD_SOURCE_KEYS_H

#include "nl.h"
#include "source.h"

bool source_change(struct source *s, const struct nl_change *change);
bool source_make(struct source *s);
bool source_place(struct source *s, const struct address *addr, uint16_t port);
void source_install(struct source *s, const struct address *ntp,
		    uint64_t now_ms);
bool source_load(struct source *s, uint64_t now_ms);
void source_recall(struct source *s, uint64_t now_ms);
void source_save(struct source *s, unsigned int cookies);
void source_renew_held(struct source *s);

#endif
