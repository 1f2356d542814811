// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl sourcestats: in the layout of chronyc sourcestats. */
#include <inttypes.h>
#include <stdio.h>

#include "source.h"

/* What chronyd assumes before it knows. */
#define UNKNOWN_SKEW_PPM 2000.0
#define UNKNOWN_DEVIATION_NS 4000000000

/* What our clock gains on the source is positive here. */
static double residual(const struct source *source)
{
	return format_ppm(-source->freq);
}

static double skew(const struct source *source)
{
	return source->samples ? format_ppm((int64_t)source->skew) : UNKNOWN_SKEW_PPM;
}

static uint64_t deviation(const struct source *source)
{
	return source->samples ? source->std_dev : UNKNOWN_DEVIATION_NS;
}

/* The span of no samples is nothing, not unknown. */
static uint32_t span(const struct source *source)
{
	return source->samples ?
	       source_seconds(source, NTS_A_SOURCE_SPAN, source->span) : 0;
}

static void print_row(const struct source *source)
{
	printf("%-25s %3" PRIu32 " %3" PRIu32 "  %s %s %s  %s  %s\n", source->label,
	       source->samples, source->runs, format_interval(span(source)).s,
	       format_frequency(residual(source), true).s,
	       format_frequency(skew(source), false).s,
	       format_offset(-source->est_offset).s, format_bound(deviation(source)).s);
}

static void print_values(const struct source *source)
{
	printf("%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%.3f,%.3f,%s,%s\n", source->label,
	       source->samples, source->runs, span(source), residual(source), skew(source),
	       format_seconds(-source->est_offset, false).s,
	       format_seconds((int64_t)deviation(source), false).s);
}

static void add_values(struct json_object *one, const struct source *source)
{
	object_uint(one, "samples", source->samples);
	object_uint(one, "runs", source->runs);
	object_uint(one, "span_ns", source->span);
	object_number(one, "residual_freq_ppm", residual(source), 6);
	object_number(one, "skew_ppm", skew(source), 6);
	object_int(one, "offset_ns", -source->est_offset);
	object_uint(one, "std_dev_ns", deviation(source));
}

static const struct source_report report = {
	.name = "sourcestats",
	.legend =
	"NP         samples in use\n"
	"NR         runs of residuals that have the same sign\n"
	"Span       time between the first sample and the last\n"
	"Frequency  what our clock still gains on the source, ppm\n"
	"Freq Skew  bound of the error of Frequency, ppm\n"
	"Offset     of our clock, positive when it is ahead of the source\n"
	"Std Dev    deviation of the samples\n"
	"\n",
	.heading = "Name/IP Address            NP  NR  Span  Frequency  Freq Skew"
		   "  Offset  Std Dev",
	.width = 78,
	.row = print_row,
	.values = print_values,
	.add = add_values,
};

int cmd_sourcestats(struct ctl *ctl)
{
	return source_report(ctl, &report);
}
