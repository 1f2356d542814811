// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics of each time source. */
#include <math.h>
#include <string.h>

#include "metrics.h"

#define SECONDS(ns) ((double)(ns) / 1e9)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The same name may stand for several addresses, and an address have none. */
static struct metric_labels identify(const struct source *source)
{
	struct metric_labels labels = { "" };
	char id[16];

	snprintf(id, sizeof(id), "%u", source->id);
	metric_label(&labels, "id", id);
	metric_label(&labels, "source", source->name);
	metric_label(&labels, "address", source->addr);
	return labels;
}

static void write_state(FILE *out, const struct source_list *sources)
{
	static const char name[] = "nts_source_state";
	static const struct {
		const char *name;
		const char *letters;	/* of selectdata */
	} states[] = {
		{ "selected", "*" },
		{ "combined", "+" },
		{ "selectable", "-WPUD" },
		{ "falseticker", "xT" },
		{ "unselectable", "" },
	};

	metric_family(out, name, "stateset", NULL, "What the selection makes of a source");
	for (unsigned int i = 0; i < sources->n; i++) {
		const struct source *source = &sources->row[i];
		unsigned int at = 0;

		while (at + 1 < COUNT(states) &&
		       !(source->state && strchr(states[at].letters, source->state)))
			at++;
		for (unsigned int j = 0; j < COUNT(states); j++) {
			struct metric_labels labels = identify(source);

			metric_label(&labels, name, states[j].name);
			metric_value(out, name, &labels, j == at);
		}
	}
}

/* Each has a function to tell the value, and an attribute that must be told. */
#define VALUE(name, expression) \
	static double get_##name(const struct source *source) { return expression; }
#define GAUGES(X) \
	X(reach, NULL, REACH, source->reach, \
	  "The last eight polls, a bit for each that was answered") \
	X(reachable, NULL, REACH, source->reach != 0, \
	  "Whether one of the last eight polls was answered") \
	X(authenticated, NULL, AUTHENTICATED, source->authenticated, \
	  "Whether its last answer was authenticated") \
	X(online, NULL, ONLINE, source->online, "Whether it is asked at all") \
	X(problem, NULL, ID, source->problem[0] != '\0', \
	  "Whether its last lookup or key exchange failed") \
	X(stratum, NULL, STRATUM, source->stratum, "Its distance from a reference clock") \
	X(leap, NULL, LEAP, source->leap, "Its leap indicator") \
	X(poll_interval_seconds, "seconds", POLL, ldexp(1, source->poll), \
	  "Time between two requests") \
	X(last_answer_seconds, "seconds", LAST_RX, SECONDS(source->last_rx), \
	  "Time since its last good answer") \
	X(offset_seconds, "seconds", LAST_OFFSET, -SECONDS(source->last_offset), \
	  "How far the clock is ahead of it by the last sample, corrections included") \
	X(measured_offset_seconds, "seconds", LAST_OFFSET_MEASURED, \
	  -SECONDS(source->last_offset_measured), "The same as it was measured") \
	X(error_seconds, "seconds", LAST_ERROR, SECONDS(source->last_error), \
	  "Bound of the error of the last sample") \
	X(delay_seconds, "seconds", PEER_DELAY, SECONDS(source->peer_delay), \
	  "Round trip of its last answer") \
	X(dispersion_seconds, "seconds", PEER_DISPERSION, SECONDS(source->peer_dispersion), \
	  "Dispersion of its last answer") \
	X(jitter_seconds, "seconds", STD_DEV, SECONDS(source->std_dev), \
	  "Standard deviation of its samples") \
	X(root_delay_seconds, "seconds", ROOT_DELAY, SECONDS(source->root_delay), \
	  "Its round trip to its reference clock") \
	X(root_dispersion_seconds, "seconds", ROOT_DISPERSION, \
	  SECONDS(source->root_dispersion), "Its error against its reference clock") \
	X(response_seconds, "seconds", RESPONSE_TIME, SECONDS(source->response_time), \
	  "How long it took to answer") \
	X(frequency_ppm, "ppm", FREQ, format_ppm(-source->freq), \
	  "Residual frequency of the clock against it") \
	X(skew_ppm, "ppm", SKEW, format_ppm((int64_t)source->skew), \
	  "Bound of the error of that") \
	X(samples, NULL, SAMPLES, source->samples, "Samples in use") \
	X(interleaved, NULL, INTERLEAVED, source->interleaved, \
	  "Whether its last answer was in interleaved mode") \
	X(cookies, NULL, COOKIES, source->cookies, "Cookies left for it") \
	X(cookie_bytes, "bytes", COOKIE_LEN, source->cookie_len, "Length of a cookie of it") \
	X(ke_age_seconds, "seconds", KE_AGE, SECONDS(source->ke_age), \
	  "Time since keys were established with it") \
	X(ke_attempts, NULL, KE_ATTEMPTS, source->ke_attempts, \
	  "Attempts to establish keys since then") \
	X(naks, NULL, NAKS, source->naks, "NAKs from it since then")
#define COUNTERS(X) \
	X(requests, TOTAL_TX, source->total_tx, "Requests sent to it") \
	X(answers, TOTAL_RX, source->total_rx, "Packets that came from it") \
	X(valid_answers, TOTAL_VALID, source->total_valid, "Answers of it that were valid") \
	X(good_answers, TOTAL_GOOD, source->total_good, "Answers of it that were used") \
	X(ke_sessions, KE_COUNT, source->ke_count, "Times keys were established with it")

#define GAUGE_VALUE(name, unit, attr, expression, help) VALUE(name, expression)
#define COUNTER_VALUE(name, attr, expression, help) VALUE(name, (double)expression)
GAUGES(GAUGE_VALUE)
COUNTERS(COUNTER_VALUE)

static const struct family {
	const char *name;
	const char *unit;
	const char *help;
	int attr;
	double (*get)(const struct source *source);
} gauges[] = {
#define GAUGE_ROW(name, unit, attr, expression, help) \
	{ "nts_source_" #name, unit, help, NTS_A_SOURCE_##attr, get_##name },
	GAUGES(GAUGE_ROW)
}, counters[] = {
#define COUNTER_ROW(name, attr, expression, help) \
	{ "nts_source_" #name, NULL, help, NTS_A_SOURCE_##attr, get_##name },
	COUNTERS(COUNTER_ROW)
};

static void write_family(FILE *out, const struct source_list *sources,
			 const struct family *family, bool counter)
{
	metric_family(out, family->name, counter ? "counter" : "gauge", family->unit,
		      family->help);
	for (unsigned int i = 0; i < sources->n; i++) {
		const struct source *source = &sources->row[i];
		const struct metric_labels labels = identify(source);

		if (!source->has[family->attr])
			continue;
		if (counter)
			metric_count(out, family->name, "_total", &labels,
				     (uint64_t)family->get(source));
		else
			metric_value(out, family->name, &labels, family->get(source));
	}
}

static void write_stamps(FILE *out, const struct source_list *sources)
{
	static const char name[] = "nts_source_stamps";

	metric_family(out, name, "counter", NULL,
		      "Timestamps of ours that the kernel or the device took");
	for (unsigned int i = 0; i < sources->n; i++) {
		const struct source *source = &sources->row[i];
		const struct {
			const char *direction;
			const char *kind;
			uint64_t value;
		} rows[] = {
			{ "sent", "kernel", source->total_kernel_tx },
			{ "received", "kernel", source->total_kernel_rx },
			{ "sent", "hardware", source->total_hw_tx },
			{ "received", "hardware", source->total_hw_rx },
		};

		for (unsigned int j = 0; j < COUNT(rows); j++) {
			struct metric_labels labels = identify(source);

			metric_label(&labels, "direction", rows[j].direction);
			metric_label(&labels, "kind", rows[j].kind);
			metric_count(out, name, "_total", &labels, rows[j].value);
		}
	}
}

/**
 * metrics_sources() - write the metrics of all sources
 * @out: where to write
 * @sources: as read
 */
void metrics_sources(FILE *out, const struct source_list *sources)
{
	metric_gauge(out, "nts_sources", NULL, "Time sources there are", sources->n);
	metric_family(out, "nts_source", "info", NULL, "How a source is authenticated");
	for (unsigned int i = 0; i < sources->n; i++) {
		struct metric_labels labels = identify(&sources->row[i]);

		metric_label(&labels, "authentication",
			     sources->row[i].flags & NTS_SOURCE_FLAG_NTS ? "nts" : "none");
		metric_count(out, "nts_source", "_info", &labels, 1);
	}
	write_state(out, sources);
	for (unsigned int i = 0; i < COUNT(gauges); i++)
		write_family(out, sources, &gauges[i], false);
	for (unsigned int i = 0; i < COUNT(counters); i++)
		write_family(out, sources, &counters[i], true);
	write_stamps(out, sources);
}
