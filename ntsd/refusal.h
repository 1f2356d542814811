/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which line of the configuration it is that the kernel refuses, and what to do. */
#ifndef NTSD_REFUSAL_H
#define NTSD_REFUSAL_H

#include "config.h"

void refusal_tell(const struct config *conf, const struct config *old, const char *text);
void refusal_tell_listener(const struct config *conf, int why, const char *text);

#endif
