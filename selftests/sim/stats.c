// SPDX-License-Identifier: GPL-2.0-or-later
/* How well the clock was kept: one sample in each true second. */
#include "stats.h"

#include <math.h>
#include <stdio.h>

#define SETTLED		60	/* s within the limit make a synchronised clock */
#define FREQ_LIMIT	5e-4
#define START		2000	/* s in which an overshoot is one of the start */

void stats_init(struct stats *stats, const struct scenario *scenario)
{
	*stats = (struct stats){
		.scenario = scenario,
		.good_since = -1,
		.synced = -1,
		.first_update = -1,
	};
}

void stats_sample(struct stats *stats, double now, double offset, double freq)
{
	const struct scenario *scenario = stats->scenario;

	if (now >= scenario->from) {
		stats->squares += offset * offset;
		stats->max = fmax(stats->max, fabs(offset));
		stats->freq_squares += freq * freq;
		stats->samples++;
	}
	if (now < START && scenario->offset != 0)
		stats->overshoot = fmax(stats->overshoot, -offset / scenario->offset);
	if (now < scenario->sync_from || stats->synced >= 0)
		return;
	if (fabs(offset) > scenario->limit || fabs(freq) > FREQ_LIMIT)
		stats->good_since = -1;
	else if (stats->good_since < 0)
		stats->good_since = now;
	else if (now - stats->good_since >= SETTLED)
		stats->synced = stats->good_since - scenario->sync_from;
}

/* The process changed its clock's time or rate. */
void stats_update(struct stats *stats, double now)
{
	if (!stats->updates++)
		stats->first_update = now;
}

void stats_print(const struct stats *stats, const struct network *network)
{
	double n = stats->samples ? (double)stats->samples : NAN;
	double bounds = network->bounds ? (double)network->bounds : 1;
	double answers = network->probe_answers ? (double)network->probe_answers : 1;

	printf("{\"rms_ns\": %.0f, \"max_ns\": %.0f, \"sync_s\": %.0f, "
	       "\"freq_rms_ppb\": %.3f, \"first_update_s\": %.1f, \"overshoot\": %.4f, "
	       "\"updates\": %lu, \"sent\": %lu, \"lost\": %lu, \"probes\": %lu, "
	       "\"served\": %lu, \"served_rms_ns\": %.0f, \"served_max_ns\": %.0f, "
	       "\"outside\": %.6f, \"bound_ns\": %.0f, \"worst\": %.3f}\n",
	       sqrt(stats->squares / n) * 1e9, stats->max * 1e9, stats->synced,
	       sqrt(stats->freq_squares / n) * 1e9, stats->first_update,
	       stats->overshoot, stats->updates, network->sent, network->lost,
	       network->probes, network->probe_answers,
	       sqrt(network->probe_squares / answers), network->probe_max,
	       (double)network->outside / bounds, network->bounds_sum / answers,
	       network->worst);
	fflush(stdout);
}
