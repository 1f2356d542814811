/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager is told of the daemon. */
#ifndef NTSD_STATUS_H
#define NTSD_STATUS_H

#include "daemon.h"

void status_say(const struct daemon *d);
void status_reloading(void);

#endif
