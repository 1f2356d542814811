/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sees to it that the kernel module knows all there is, also a new one. */
#ifndef NTSD_MODULE_H
#define NTSD_MODULE_H

#include "daemon.h"

bool module_push(struct daemon *d, char *err);
void module_sync(struct daemon *d);
void module_lose(struct daemon *d, const char *why);
void module_tick(struct daemon *d, uint64_t now_ms);

#endif
