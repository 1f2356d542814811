/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ntsctl asks the daemon for. */
#ifndef NTSD_REQUESTS_H
#define NTSD_REQUESTS_H

#include "daemon.h"

void requests_take(void *arg, bool may_change, const char *request, char *reply);

#endif
