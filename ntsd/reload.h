/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration is read again, and put in force as a whole or not at all. */
#ifndef NTSD_RELOAD_H
#define NTSD_RELOAD_H

#include "daemon.h"

void reload_begin(struct daemon *d);
void reload_go_on(struct daemon *d);
void reload_commit(struct daemon *d);
void reload_refuse(struct daemon *d);
void reload_end(struct daemon *d);

#endif
