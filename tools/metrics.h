/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that there is to measure, in families of samples. */
#ifndef NTSCTL_METRICS_H
#define NTSCTL_METRICS_H

#include "hwclock.h"
#include "key.h"
#include "openmetrics.h"
#include "snapshot.h"

int metrics_write(struct ctl *ctl, FILE *out);

/* metrics_server.c APIs: */
void metrics_server(FILE *out, const struct snapshot *snapshot);
void metrics_keys(FILE *out, const struct keys *keys);

/* metrics_clock.c APIs: */
void metrics_clock(FILE *out, const struct snapshot *snapshot);

/* metrics_source.c APIs: */
void metrics_sources(FILE *out, const struct source_list *sources);

/* metrics_hwclock.c APIs: */
void metrics_hwclocks(FILE *out, const struct hwclocks *clocks);

#endif
