/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that has network devices stamp packets and measures their clocks.
 *
 * It is one of its own since drivers may take long, or for ever, to read a clock,
 * and since it needs a right that the master is better without: to open the
 * clocks of devices that come later. It hears no stranger, has no keys, and
 * speaks with the kernel alone; to the master it is bound by its end.
 */
#ifndef NTSD_PHC_H
#define NTSD_PHC_H

#include "config.h"
#include "helper.h"

bool phc_start(struct helper *h, const struct config *conf,
	       const struct passwd *user);
void phc_configure(struct helper *h, const struct config *conf);
void phc_hear(struct helper *h);

#endif
