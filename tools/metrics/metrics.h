/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that there is to measure, in families of samples. */
#ifndef NTSCTL_METRICS_H
#define NTSCTL_METRICS_H

#include "../hwclock.h"
#include "../key.h"
#include "../snapshot.h"
#include "openmetrics.h"

int metrics_write(struct ctl *ctl, FILE *out);

/* server.c APIs: */
void metrics_server(FILE *out, const struct snapshot *snapshot);
void metrics_keys(FILE *out, const struct keys *keys);

/* clock.c APIs: */
void metrics_clock(FILE *out, const struct snapshot *snapshot);

/* source.c APIs: */
void metrics_sources(FILE *out, const struct source_list *sources);

/* hwclock.c APIs: */
void metrics_hwclocks(FILE *out, const struct hwclocks *clocks);

#endif
