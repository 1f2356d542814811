// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl sources: in the layout of chronyc sources. */
#include <inttypes.h>
#include <stdio.h>

#include "source.h"

/* What selectdata tells apart, chronyc sources shows as a few kinds. */
static char column(const struct source *source)
{
	switch (source->state) {
	case '*':
	case '+':
	case 'x':
	case '~':
		return (char)source->state;
	case 'W':
	case 'P':
	case 'U':
	case 'D':
		return '-';
	default:
		return '?';
	}
}

static void print_row(const struct source *source)
{
	const uint32_t age = source_seconds(source, NTS_A_SOURCE_LAST_RX, source->last_rx);

	/* Ahead of the source is positive here. */
	printf("^%c %-27s  %2u  %2" PRId32 "   %3o  %s  %s[%s] +/- %s\n", column(source),
	       source->label, source->stratum, source->poll, source->reach,
	       format_interval(age).s, format_offset(-source->last_offset).s,
	       format_offset(-source->last_offset_measured).s,
	       format_bound(source->last_error).s);
}

static void print_values(const struct source *source)
{
	const uint32_t age = source_seconds(source, NTS_A_SOURCE_LAST_RX, source->last_rx);

	printf("^,%c,%s,%u,%" PRId32 ",%o,%" PRIu32 ",%s,%s,%s\n", column(source),
	       source->label, source->stratum, source->poll, source->reach, age,
	       format_seconds(-source->last_offset, false).s,
	       format_seconds(-source->last_offset_measured, false).s,
	       format_seconds((int64_t)source->last_error, false).s);
}

static void add_values(struct json_object *one, const struct source *source)
{
	const char state[] = { column(source), '\0' };

	object_text(one, "mode", "server");
	object_text(one, "state", state);
	object_bool(one, "online", source->online);
	object_int(one, "stratum", source->stratum);
	object_int(one, "poll", source->poll);
	object_int(one, "reach", source->reach);
	if (source->has[NTS_A_SOURCE_NEXT_TX])
		object_int(one, "next_tx_ns", source->next_tx);
	if (!source->has[NTS_A_SOURCE_LAST_RX])
		return;
	object_uint(one, "last_rx_ns", source->last_rx);
	object_int(one, "offset_ns", -source->last_offset);
	object_int(one, "offset_measured_ns", -source->last_offset_measured);
	object_uint(one, "error_ns", source->last_error);
}

static const struct source_report report = {
	.name = "sources",
	.legend =
	"M            kind of source: '^' is a server\n"
	"S            '*' selected, '+' combined with it, '-' selectable but not in use,\n"
	"             'x' falseticker, '~' varies too much, '?' not selectable\n"
	"Poll         log2 of the polling interval in seconds\n"
	"Reach        the last eight polls in octal: 377 when each was answered\n"
	"LastRx       how long ago the last good answer came\n"
	"Last sample  offset now [as it was measured] +/- bound of its error;\n"
	"             positive when our clock is ahead of the source\n"
	"\n",
	.heading = "MS Name/IP address         Stratum Poll Reach LastRx Last sample"
		   "               ",
	.width = 79,
	.row = print_row,
	.values = print_values,
	.add = add_values,
};

int cmd_sources(struct ctl *ctl)
{
	return source_report(ctl, &report);
}
