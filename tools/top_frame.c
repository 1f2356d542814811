// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsctl top shows at a time. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "top.h"

static const struct source *selected(const struct snapshot *s)
{
	for (unsigned int i = 0; i < s->sources.n; i++)
		if (s->sources.row[i].state == '*')
			return &s->sources.row[i];
	return NULL;
}

static void put_head(FILE *out, const struct snapshot *s)
{
	const struct source *source = selected(s);
	const time_t now = time(NULL);
	char when[32];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(out, "%s  ", when);
	if (s->clock.leap == UNSYNCHRONISED_LEAP)
		fputs("NOT SYNCHRONISED", out);
	else if (source)
		fprintf(out, "synchronised to %s%s", source->label,
			source->authenticated ? " (NTS)" : "");
	else
		fprintf(out, "time served: %s", s->clock.text);
	fprintf(out, ", stratum %u, ntsd %s\n", s->clock.stratum,
		s->daemon.state == NTS_DAEMON_STATE_ATTACHED ? "runs" : "DOES NOT RUN");
}

static void put_clock(FILE *out, const struct snapshot *s)
{
	const struct tracking *t = &s->tracking;

	if (!t->updates)
		return;
	fprintf(out, "Clock    offset %s  RMS %s  frequency %+.3f ppm  skew %.3f ppm  root dispersion %s%s\n",
		format_offset(-t->correction).s, format_bound(t->rms_offset).s,
		format_ppm(-t->freq), format_ppm((int64_t)t->skew),
		format_bound(t->root_dispersion).s,
		t->hold_off ? "  HELD OFF" : "");
}

/* Of a counter, by the second. */
static double rate(const struct snapshot *now, const struct snapshot *before, const char *name,
		   double seconds)
{
	return (double)(counters_value(&now->counters, name) -
			counters_value(&before->counters, name)) / seconds;
}

/* Below which so much of all answers of the interval stay; 0 without any. */
static uint64_t cost_quantile(const struct snapshot *now, const struct snapshot *before,
			      double part)
{
	uint64_t total = 0, sum = 0;
	unsigned int i;

	for (i = 0; i < now->counters.n_cost; i++)
		total += now->counters.cost[i].count - before->counters.cost[i].count;
	for (i = 0; total && i < now->counters.n_cost; i++) {
		sum += now->counters.cost[i].count - before->counters.cost[i].count;
		if ((double)sum >= part * (double)total)
			return now->counters.cost[i].below;
	}
	return 0;
}

static void put_cost(FILE *out, const char *label, uint64_t ns)
{
	if (ns == UINT64_MAX)
		fprintf(out, "  %s more", label);
	else if (ns)
		fprintf(out, "  %s <%s", label, format_bound(ns).s);
}

static void put_server(FILE *out, const struct snapshot *now, const struct snapshot *before,
		       double seconds)
{
	if (!now->server.enabled) {
		fputs("Server   does not serve\n", out);
		return;
	}
	if (!before || seconds <= 0) {
		fprintf(out, "Server   port %u  answers %" PRIu64 "  drops %" PRIu64
			"  NTS-KE %" PRIu64 " in all\n", now->server.port,
			snapshot_count(now, NTS_COUNTER_KIND_ANSWER),
			snapshot_count(now, NTS_COUNTER_KIND_DROP), now->daemon.ke_accepted);
		return;
	}
	fprintf(out, "Server   port %u  NTS %.1f/s  plain %.1f/s  NAK %.1f/s  drops %.1f/s  NTS-KE %.1f/s",
		now->server.port, rate(now, before, "answer-nts", seconds),
		rate(now, before, "answer-plain", seconds),
		rate(now, before, "answer-nak", seconds),
		(double)(snapshot_count(now, NTS_COUNTER_KIND_DROP) -
			 snapshot_count(before, NTS_COUNTER_KIND_DROP)) / seconds,
		(double)(now->daemon.ke_accepted - before->daemon.ke_accepted) / seconds);
	put_cost(out, "half", cost_quantile(now, before, 0.5));
	put_cost(out, "99%", cost_quantile(now, before, 0.99));
	fputc('\n', out);
}

static void put_source(FILE *out, const struct source *source)
{
	fprintf(out, "%c %-26.26s %2u %4d  %3o %s ", source->state ? source->state : '?',
		source->label, source->stratum, source->poll, source->reach,
		format_interval(source_seconds(source, NTS_A_SOURCE_LAST_RX,
					       source->last_rx)).s);
	if (source->has[NTS_A_SOURCE_LAST_OFFSET])
		fprintf(out, "%s +/-%s %s %s", format_offset(-source->last_offset).s,
			format_bound(source->last_error).s, format_bound(source->peer_delay).s,
			format_bound(source->std_dev).s);
	else
		fprintf(out, "%7s    %6s %6s %6s", "-", "-", "-", "-");
	if (source->flags & NTS_SOURCE_FLAG_NTS)
		fprintf(out, "  %s %u\n", source->authenticated ? "NTS" : "nts", source->cookies);
	else
		fputs("    -\n", out);
	if (source->problem[0])
		fprintf(out, "  %s\n", source->problem);
}

/**
 * top_frame() - write all that is shown at a time
 * @out: where to write
 * @now: as read just now
 * @before: as read before, or NULL
 * @seconds: between the two
 */
void top_frame(FILE *out, const struct snapshot *now, const struct snapshot *before,
	       double seconds)
{
	put_head(out, now);
	put_clock(out, now);
	put_server(out, now, before, seconds);
	if (!now->sources.n)
		return;
	fputs("\nS Source                     St Poll Rch LastRx  Offset      Error  Delay Jitter  Auth\n",
	      out);
	for (unsigned int i = 0; i < now->sources.n; i++)
		put_source(out, &now->sources.row[i]);
}
