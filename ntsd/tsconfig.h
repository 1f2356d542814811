/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets how a network device stamps packets by ethtool netlink, since Linux 6.14. */
#ifndef NTSD_TSCONFIG_H
#define NTSD_TSCONFIG_H

#include "stamping.h"

struct tsconfig;

struct tsconfig *tsconfig_open(void);
int tsconfig_set(struct tsconfig *t, const char *name,
		 const struct stamping_mode *mode);
void tsconfig_close(struct tsconfig *t);

#endif
