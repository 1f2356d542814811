// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics of the clocks of network devices. */
#include "metrics.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct metric_labels identify(const struct hwclock *clock)
{
	struct metric_labels labels = { "" };

	metric_label(&labels, "device", clock->name);
	return labels;
}

static double get_usable(const struct hwclock *clock)
{
	return clock->usable;
}

static double get_error(const struct hwclock *clock)
{
	return (double)clock->error / 1e9;
}

static double get_skew(const struct hwclock *clock)
{
	return format_ppm((int64_t)clock->skew);
}

static double get_age(const struct hwclock *clock)
{
	return (double)hwclock_age_ns(clock) / 1e9;
}

static const struct {
	const char *name;
	const char *unit;
	const char *help;
	double (*get)(const struct hwclock *clock);
} gauges[] = {
	{ "nts_hwclock_usable", NULL, "Whether its timestamps are used", get_usable },
	{ "nts_hwclock_frequency_ppm", "ppm", "How fast it is against CLOCK_MONOTONIC_RAW",
	  hwclock_fast_ppm },
	{ "nts_hwclock_skew_ppm", "ppm", "Bound of the error of that", get_skew },
	{ "nts_hwclock_error_seconds", "seconds", "Bound of the error of its time", get_error },
	{ "nts_hwclock_age_seconds", "seconds", "Time since it was measured", get_age },
};

static void write_stamps(FILE *out, const struct hwclocks *clocks, const char *name,
			 const char *help, bool refused)
{
	metric_family(out, name, "counter", NULL, help);
	for (unsigned int i = 0; i < clocks->n; i++) {
		const struct hwclock *clock = &clocks->row[i];
		struct metric_labels sent = identify(clock), received = sent;

		metric_label(&received, "direction", "received");
		metric_label(&sent, "direction", "sent");
		metric_count(out, name, "_total", &received,
			     refused ? clock->rx_refused : clock->rx_stamps);
		metric_count(out, name, "_total", &sent,
			     refused ? clock->tx_refused : clock->tx_stamps);
	}
}

/**
 * metrics_hwclocks() - write the metrics of the clocks of network devices
 * @out: where to write
 * @clocks: as read
 */
void metrics_hwclocks(FILE *out, const struct hwclocks *clocks)
{
	for (unsigned int i = 0; i < COUNT(gauges); i++) {
		metric_family(out, gauges[i].name, "gauge", gauges[i].unit, gauges[i].help);
		for (unsigned int j = 0; j < clocks->n; j++) {
			const struct metric_labels labels = identify(&clocks->row[j]);

			metric_value(out, gauges[i].name, &labels,
				     gauges[i].get(&clocks->row[j]));
		}
	}
	write_stamps(out, clocks, "nts_hwclock_stamps", "Timestamps of it that were used", false);
	write_stamps(out, clocks, "nts_hwclock_refused_stamps",
		     "Timestamps of it that contradicted the kernel's", true);
}
