/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steers the system clock as the kernel module says, where it cannot itself. */
#ifndef NTSD_ADJUST_H
#define NTSD_ADJUST_H

#include "nl.h"

void adjust_clock(struct nl *nl, const struct nl_event *event);

#endif
