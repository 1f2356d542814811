/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sees to it that disk, kernel and workers have the cookie keys they should. */
#ifndef NTSD_KEEPER_H
#define NTSD_KEEPER_H

#include "daemon.h"

bool keeper_load(struct daemon *d);
bool keeper_push(struct daemon *d, char *err);
void keeper_save(const struct daemon *d);
void keeper_rotate(struct daemon *d);
bool keeper_prepare(struct daemon *d, const struct config *conf);
void keeper_commit(struct daemon *d, const struct config *old);
void keeper_announce(struct daemon *d);
const char *keeper_rekey(struct daemon *d);
bool keeper_due(const struct daemon *d, uint64_t now_ms);

#endif
