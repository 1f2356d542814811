// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics of the clock, and of what answers say about it. */
#include "metrics.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

static void write_method(FILE *out, const struct tracking *t)
{
	static const char name[] = "nts_clock_steered_by";
	static const char * const methods[] = {
		[NTS_ADJUST_METHOD_NONE] = "nobody",
		[NTS_ADJUST_METHOD_KERNEL] = "kernel",
		[NTS_ADJUST_METHOD_DAEMON] = "daemon",
	};

	metric_family(out, name, "stateset", NULL, "Who steers the system clock");
	for (unsigned int i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct metric_labels labels = { "" };

		metric_label(&labels, name, methods[i]);
		metric_value(out, name, &labels, t->method == i);
	}
}

static void write_served(FILE *out, const struct clock_state *clock)
{
	metric_gauge(out, "nts_clock_synchronised", NULL,
		     "Whether answers say that the clock is synchronised",
		     clock->leap != UNSYNCHRONISED_LEAP &&
		     clock->stratum < UNSYNCHRONISED_STRATUM);
	metric_gauge(out, "nts_clock_stratum", NULL, "Distance from a reference clock; 16 is none",
		     clock->stratum);
	metric_gauge(out, "nts_clock_leap", NULL,
		     "Leap indicator; 1 inserts a second, 2 deletes one, 3 is not synchronised",
		     clock->leap);
	metric_gauge(out, "nts_clock_root_delay_seconds", "seconds",
		     "Round trip to the reference clock", SECONDS(clock->root_delay));
	metric_gauge(out, "nts_clock_root_dispersion_seconds", "seconds",
		     "Bound of the error against the reference clock",
		     SECONDS(clock->root_dispersion));
}

/**
 * metrics_clock() - write the metrics of the clock
 * @out: where to write
 * @snapshot: as read
 */
void metrics_clock(FILE *out, const struct snapshot *snapshot)
{
	const struct tracking *t = &snapshot->tracking;

	write_served(out, &snapshot->clock);
	metric_gauge(out, "nts_clock_offset_seconds", "seconds",
		     "How far the system clock is ahead of NTP time", -SECONDS(t->correction));
	metric_gauge(out, "nts_clock_last_offset_seconds", "seconds",
		     "How far it was found ahead at the last correction", -SECONDS(t->last_offset));
	metric_gauge(out, "nts_clock_rms_offset_seconds", "seconds",
		     "Long-term average of that", SECONDS(t->rms_offset));
	metric_gauge(out, "nts_clock_frequency_ppm", "ppm",
		     "How fast the clock would be if nobody corrected it", format_ppm(-t->freq));
	metric_gauge(out, "nts_clock_residual_frequency_ppm", "ppm",
		     "How fast it is still found to be", format_ppm(-t->residual_freq));
	metric_gauge(out, "nts_clock_skew_ppm", "ppm", "Bound of the error of the frequency",
		     format_ppm((int64_t)t->skew));
	metric_gauge(out, "nts_clock_update_interval_seconds", "seconds",
		     "Time between the last two corrections", SECONDS(t->update_interval));
	metric_gauge(out, "nts_clock_reference_timestamp_seconds", "seconds",
		     "When the clock was last corrected, since 1970", SECONDS(t->reftime));
	metric_counter(out, "nts_clock_updates", "Corrections of the clock", t->updates);
	metric_counter(out, "nts_clock_foreign_changes",
		       "Changes of the system clock by other programs", t->foreign);
	metric_gauge(out, "nts_clock_hold_off_seconds", "seconds",
		     "How long steering still waits because of them", SECONDS(t->hold_off));
	metric_gauge(out, "nts_clock_steering", NULL, "Whether the system clock is steered",
		     t->steering);
	metric_gauge(out, "nts_clock_steering_error", NULL,
		     "errno of the last attempt to steer, 0 when it worked", t->adjust_error);
	write_method(out, t);
}
