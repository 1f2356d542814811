/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of sources and the clock, as one log line each. */
#ifndef NTSD_EVENTS_H
#define NTSD_EVENTS_H

#include "log.h"
#include "nl.h"

#define EVENTS_TEXT_LEN 512

enum log_level events_text(const struct nl_event *event,
			   char text[EVENTS_TEXT_LEN]);
void events_log(const struct nl_event *event);

#endif
