/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is served by kernel and workers: keeps both told. */
#ifndef NTSD_SERVING_H
#define NTSD_SERVING_H

#include "daemon.h"

#define SERVING_TEXT_LEN 48

bool serving_push(struct daemon *d, char *err);
bool serving_open(struct daemon *d, char *err);
bool serving_say(struct daemon *d, const struct config_access *what, char *err);
bool serving_tick(struct daemon *d, uint64_t now_ms, char *err);
const char *serving_text(const struct daemon *d, char text[SERVING_TEXT_LEN]);

#endif
