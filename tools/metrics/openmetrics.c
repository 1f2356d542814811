// SPDX-License-Identifier: GPL-2.0-or-later
/* The OpenMetrics text format, version 1.0.0. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "openmetrics.h"

/* Whole numbers as such; fifteen digits are what a double surely has. */
static void print_number(FILE *out, double value)
{
	if (!isfinite(value))
		fputs(isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf", out);
	else
		fprintf(out, "%.15g", value);
}

static void escape(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void begin_sample(FILE *out, const char *name, const char *suffix,
			 const struct metric_labels *labels)
{
	fprintf(out, "%s%s", name, suffix);
	if (labels && labels->s[0])
		fprintf(out, "{%s}", labels->s);
	fputc(' ', out);
}

/**
 * metric_family() - begin a family of samples
 * @out: where to write
 * @name: of the family; ends in @unit when that is there
 * @type: counter, gauge, info, histogram or stateset
 * @unit: or NULL
 * @help: what it is
 */
void metric_family(FILE *out, const char *name, const char *type, const char *unit,
		   const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s ", name);
	escape(out, help);
	fputc('\n', out);
}

/**
 * metric_value() - a sample of the family that was begun last
 * @out: where to write
 * @name: of the family
 * @labels: or NULL
 * @value: of the sample
 */
void metric_value(FILE *out, const char *name, const struct metric_labels *labels,
		  double value)
{
	begin_sample(out, name, "", labels);
	print_number(out, value);
	fputc('\n', out);
}

/**
 * metric_count() - a sample that is a whole number
 * @out: where to write
 * @name: of the family that was begun last
 * @suffix: _total, _bucket, _count or _info
 * @labels: or NULL
 * @value: of the sample
 */
void metric_count(FILE *out, const char *name, const char *suffix,
		  const struct metric_labels *labels, uint64_t value)
{
	begin_sample(out, name, suffix, labels);
	fprintf(out, "%" PRIu64 "\n", value);
}

/**
 * metric_label() - add a label
 * @labels: what there is already
 * @key: of the label
 * @value: of the label; what is not UTF-8 for sure becomes a question mark
 *
 * A label that does not fit is left out.
 */
void metric_label(struct metric_labels *labels, const char *key, const char *value)
{
	const size_t at = strlen(labels->s);
	char clean[METRIC_LABELS_LEN];
	size_t n = 0;
	FILE *out;

	while (*value && n + 1 < sizeof(clean)) {
		clean[n++] = *value & 0x80 ? '?' : *value;
		value++;
	}
	clean[n] = '\0';
	out = fmemopen(labels->s + at, sizeof(labels->s) - at, "w");
	if (!out)
		return;
	fprintf(out, "%s%s=\"", at ? "," : "", key);
	escape(out, clean);
	fputc('"', out);
	fclose(out);
	labels->s[sizeof(labels->s) - 1] = '\0';
	if (strlen(labels->s) + 2 >= sizeof(labels->s))
		labels->s[at] = '\0';
}

/**
 * metric_gauge() - a family of one sample that goes up and down
 * @out: where to write
 * @name: of the family
 * @unit: or NULL
 * @help: what it is
 * @value: of the sample
 */
void metric_gauge(FILE *out, const char *name, const char *unit, const char *help,
		  double value)
{
	metric_family(out, name, "gauge", unit, help);
	metric_value(out, name, NULL, value);
}

/**
 * metric_counter() - a family of one sample that only grows
 * @out: where to write
 * @name: of the family, without _total
 * @help: what it counts
 * @value: of the sample
 */
void metric_counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	metric_family(out, name, "counter", NULL, help);
	metric_count(out, name, "_total", NULL, value);
}

/**
 * metric_end() - end the text
 * @out: where to write
 */
void metric_end(FILE *out)
{
	fputs("# EOF\n", out);
}
