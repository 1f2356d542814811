/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The OpenMetrics text format, version 1.0.0. */
#ifndef NTSCTL_OPENMETRICS_H
#define NTSCTL_OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

#define METRIC_LABELS_LEN 1200

/**
 * struct metric_labels - what tells the samples of a family apart
 * @s: as the format has them, without braces
 */
struct metric_labels {
	char s[METRIC_LABELS_LEN];
};

void metric_family(FILE *out, const char *name, const char *type, const char *unit,
		   const char *help);
void metric_value(FILE *out, const char *name, const struct metric_labels *labels,
		  double value);
void metric_count(FILE *out, const char *name, const char *suffix,
		  const struct metric_labels *labels, uint64_t value);
void metric_label(struct metric_labels *labels, const char *key, const char *value);
void metric_gauge(FILE *out, const char *name, const char *unit, const char *help,
		  double value);
void metric_counter(FILE *out, const char *name, const char *help, uint64_t value);
void metric_end(FILE *out);

#endif
