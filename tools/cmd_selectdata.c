// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl selectdata: in the layout of chronyc selectdata. */
#include <inttypes.h>
#include <stdio.h>

#include "source.h"

#define UNKNOWN_LEAP 3

static char state(const struct source *source)
{
	/* Before the first selection nothing was measured. */
	return source->has[NTS_A_SOURCE_STATE] && source->state ? (char)source->state : 'M';
}

static uint8_t leap(const struct source *source)
{
	return source->has[NTS_A_SOURCE_LAST_RX] ? source->leap & 3 : UNKNOWN_LEAP;
}

static double score(const struct source *source)
{
	return source->has[NTS_A_SOURCE_SCORE] ? source->score / 65536.0 : 1.0;
}

static bool authenticates(const struct source *source)
{
	return source->flags & NTS_SOURCE_FLAG_NTS;
}

static void print_row(const struct source *source)
{
	const uint32_t age = source_seconds(source, NTS_A_SOURCE_LAST_RX, source->last_rx);

	/* Ahead of the source is positive here, which turns the interval round. */
	printf("%c %-25s %c %s %s %s %5.1f %s %s  %c\n", state(source), source->label,
	       authenticates(source) ? 'Y' : 'N', format_options(source->flags, 0).s,
	       format_options(source->effective_flags, 0).s, format_interval(age).s,
	       score(source), format_offset(-source->interval_high).s,
	       format_offset(-source->interval_low).s, "N+-?"[leap(source)]);
}

static void print_values(const struct source *source)
{
	const uint32_t age = source_seconds(source, NTS_A_SOURCE_LAST_RX, source->last_rx);

	printf("%c,%s,%c,%s,%s,%" PRIu32 ",%.1f,%s,%s,%s\n", state(source), source->label,
	       authenticates(source) ? 'Y' : 'N', format_options(source->flags, ',').s,
	       format_options(source->effective_flags, ',').s, age, score(source),
	       format_seconds(-source->interval_high, false).s,
	       format_seconds(-source->interval_low, false).s, format_leap(leap(source)));
}

static void add_options(struct json_object *one, const char *key, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} options[] = {
		{ NTS_SOURCE_FLAG_NOSELECT, "noselect" },
		{ NTS_SOURCE_FLAG_PREFER, "prefer" },
		{ NTS_SOURCE_FLAG_TRUST, "trust" },
		{ NTS_SOURCE_FLAG_REQUIRE, "require" },
	};
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (flags & options[i].flag)
			json_object_array_add(array,
					      json_object_new_string(options[i].name));
	json_object_object_add(one, key, array);
}

static void add_values(struct json_object *one, const struct source *source)
{
	const char letter[] = { state(source), '\0' };

	object_text(one, "state", letter);
	object_bool(one, "authenticated", authenticates(source));
	add_options(one, "options", source->flags);
	add_options(one, "effective_options", source->effective_flags);
	if (source->has[NTS_A_SOURCE_LAST_RX])
		object_uint(one, "last_rx_ns", source->last_rx);
	object_number(one, "score", score(source), 3);
	object_int(one, "interval_low_ns", -source->interval_high);
	object_int(one, "interval_high_ns", -source->interval_low);
	object_text(one, "leap_status", format_leap(leap(source)));
}

static const struct source_report report = {
	.name = "selectdata",
	.legend =
	"S         in use: '*' selected, '+' combined with it\n"
	"          selectable: 'W' waits for more sources, 'P' another one is preferred,\n"
	"          'U' waits for a measurement, 'D' is too distant to be combined\n"
	"          not selectable: 'N' noselect, 's' not synchronised, 'M' too few samples,\n"
	"          'd' distance, '~' jitter, 'w' waits for others, 'S' older samples,\n"
	"          'O' orphan, 'T' disagrees with trusted ones, 'x' falseticker\n"
	"Auth      Y when its answers must be authentic\n"
	"COpts     options configured: N noselect, P prefer, T trust, R require\n"
	"EOpts     options in force, after authselectmode\n"
	"Last      how long ago the last good answer came\n"
	"Score     against the selected one; at 10 this one takes over\n"
	"Interval  the offset of our clock is between these\n"
	"Leap      N none, + second to insert, - second to delete, ? not known\n"
	"\n",
	.heading = "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap",
	.width = 71,
	.row = print_row,
	.values = print_values,
	.add = add_values,
};

int cmd_selectdata(struct ctl *ctl)
{
	return source_report(ctl, &report);
}
