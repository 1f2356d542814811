// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>

#include "events.h"

static double to_s(int64_t ns)
{
	return ns / 1e9;
}

/* "ntp.test (192.0.2.1)", or only one of them. */
static void print_source(const struct nl_event *event, char *text, size_t size)
{
	char addr[ADDRESS_TEXT_LEN];

	address_text(&event->addr, addr);
	if (event->addr.family == AF_UNSPEC || !strcmp(addr, event->name))
		snprintf(text, size, "%s", event->name);
	else
		snprintf(text, size, "%s (%s)", event->name, addr);
}

static const struct {
	enum log_level level;
	const char *text;
} source_lines[] = {
	[NTS_SOURCE_NEWS_SELECTED] = { LOG_LEVEL_NOTICE, "selected" },
	[NTS_SOURCE_NEWS_UNSELECTED] = {
		LOG_LEVEL_WARN, "no longer selected, and nobody else is"
	},
	[NTS_SOURCE_NEWS_FALSETICKER] = {
		LOG_LEVEL_WARN, "falseticker: most other sources disagree with it"
	},
	[NTS_SOURCE_NEWS_TRUECHIMER] = {
		LOG_LEVEL_NOTICE, "agrees with the other sources again"
	},
	[NTS_SOURCE_NEWS_REACHABLE] = { LOG_LEVEL_INFO, "reachable" },
	[NTS_SOURCE_NEWS_UNREACHABLE] = {
		LOG_LEVEL_WARN, "unreachable: no answer to 8 requests"
	},
	[NTS_SOURCE_NEWS_NEED_KEYS] = {
		LOG_LEVEL_DEBUG, "needs keys"
	},
	[NTS_SOURCE_NEWS_NAK] = {
		LOG_LEVEL_NOTICE,
		"it no longer knows our cookies (NTS NAK), new keys are asked for"
	},
	[NTS_SOURCE_NEWS_KOD_DENY] = {
		LOG_LEVEL_ERR, "it refuses to serve us (kiss-o'-death DENY or RSTR), so it is not asked any more"
	},
	[NTS_SOURCE_NEWS_KOD_RATE] = {
		LOG_LEVEL_WARN, "it wants to be asked less often (kiss-o'-death RATE)"
	},
	[NTS_SOURCE_NEWS_AUTHENTICATED] = {
		LOG_LEVEL_INFO, "first authentic answer with these keys"
	},
	[NTS_SOURCE_NEWS_ADDED] = { LOG_LEVEL_DEBUG, "added" },
	[NTS_SOURCE_NEWS_REMOVED] = { LOG_LEVEL_DEBUG, "removed" },
	[NTS_SOURCE_NEWS_STEP] = { LOG_LEVEL_WARN, "its time jumped" },
};

static enum log_level source_text(const struct nl_event *event, char *text)
{
	char source[CONFIG_NAME_MAX + ADDRESS_TEXT_LEN + 4];
	size_t n = sizeof(source_lines) / sizeof(*source_lines);

	print_source(event, source, sizeof(source));
	if (event->news >= n || !source_lines[event->news].text) {
		snprintf(text, EVENTS_TEXT_LEN, "%s: news %u", source,
			 event->news);
		return LOG_LEVEL_DEBUG;
	}
	if (event->news == NTS_SOURCE_NEWS_STEP && event->offset_ns)
		snprintf(text, EVENTS_TEXT_LEN, "%s: %s by %+.6f s", source,
			 source_lines[event->news].text, to_s(event->offset_ns));
	else
		snprintf(text, EVENTS_TEXT_LEN, "%s: %s", source,
			 source_lines[event->news].text);
	return source_lines[event->news].level;
}

static enum log_level clock_text(const struct nl_event *event, char *text)
{
	const size_t size = EVENTS_TEXT_LEN;

	switch (event->news) {
	case NTS_CLOCK_NEWS_SYNCHRONISED:
		snprintf(text, size, "the clock is synchronised");
		return LOG_LEVEL_NOTICE;
	case NTS_CLOCK_NEWS_UNSYNCHRONISED:
		snprintf(text, size,
			 "no source is selectable: the clock goes on without one");
		return LOG_LEVEL_WARN;
	case NTS_CLOCK_NEWS_STEPPED:
		snprintf(text, size, "the system clock was stepped by %+.9f s",
			 to_s(event->offset_ns));
		return LOG_LEVEL_WARN;
	case NTS_CLOCK_NEWS_FOREIGN:
		snprintf(text, size,
			 "another program (chronyd, ntpd, systemd-timesyncd?) steers the system clock: ours holds off for %.0f s",
			 to_s(event->duration_ns));
		return LOG_LEVEL_WARN;
	case NTS_CLOCK_NEWS_RESUMED:
		snprintf(text, size,
			 "the other program is quiet: the system clock is steered again");
		return LOG_LEVEL_NOTICE;
	case NTS_CLOCK_NEWS_REFUSED:
		snprintf(text, size,
			 "the clock is not changed by %+.6f s: that is more than maxchange allows",
			 to_s(event->offset_ns));
		return LOG_LEVEL_ERR;
	case NTS_CLOCK_NEWS_LEAP:
		snprintf(text, size, "a leap second was applied");
		return LOG_LEVEL_NOTICE;
	case NTS_CLOCK_NEWS_PLAIN_FALLBACK:
		snprintf(text, size,
			 "fallback: no authenticated source is selectable, plain ones are used");
		return LOG_LEVEL_WARN;
	case NTS_CLOCK_NEWS_AUTHENTICATED_AGAIN:
		snprintf(text, size,
			 "the fallback is over: authenticated sources are used again");
		return LOG_LEVEL_NOTICE;
	case NTS_CLOCK_NEWS_SUSPENDED:
		snprintf(text, size,
			 "the machine slept for %.3f s: earlier samples are dropped",
			 to_s(event->duration_ns));
		return LOG_LEVEL_NOTICE;
	}
	snprintf(text, size, "clock: news %u", event->news);
	return LOG_LEVEL_DEBUG;
}

/* By which the journal can be searched; as in uapi/nts.yaml. */
static const char *events_name(const struct nl_event *event)
{
	static const char *const sources[] = {
		[NTS_SOURCE_NEWS_SELECTED] = "selected",
		[NTS_SOURCE_NEWS_UNSELECTED] = "unselected",
		[NTS_SOURCE_NEWS_FALSETICKER] = "falseticker",
		[NTS_SOURCE_NEWS_TRUECHIMER] = "truechimer",
		[NTS_SOURCE_NEWS_REACHABLE] = "reachable",
		[NTS_SOURCE_NEWS_UNREACHABLE] = "unreachable",
		[NTS_SOURCE_NEWS_NEED_KEYS] = "need-keys",
		[NTS_SOURCE_NEWS_NAK] = "nak",
		[NTS_SOURCE_NEWS_KOD_DENY] = "kod-deny",
		[NTS_SOURCE_NEWS_KOD_RATE] = "kod-rate",
		[NTS_SOURCE_NEWS_AUTHENTICATED] = "authenticated",
		[NTS_SOURCE_NEWS_STEP] = "step",
		[NTS_SOURCE_NEWS_ADDED] = "added",
		[NTS_SOURCE_NEWS_REMOVED] = "removed",
	};
	static const char *const clocks[] = {
		[NTS_CLOCK_NEWS_SYNCHRONISED] = "synchronised",
		[NTS_CLOCK_NEWS_UNSYNCHRONISED] = "unsynchronised",
		[NTS_CLOCK_NEWS_STEPPED] = "stepped",
		[NTS_CLOCK_NEWS_FOREIGN] = "foreign",
		[NTS_CLOCK_NEWS_RESUMED] = "resumed",
		[NTS_CLOCK_NEWS_REFUSED] = "refused",
		[NTS_CLOCK_NEWS_LEAP] = "leap",
		[NTS_CLOCK_NEWS_PLAIN_FALLBACK] = "plain-fallback",
		[NTS_CLOCK_NEWS_AUTHENTICATED_AGAIN] = "authenticated-again",
		[NTS_CLOCK_NEWS_SUSPENDED] = "suspended",
	};
	bool source = event->kind == NL_EVENT_SOURCE;
	size_t n = source ? sizeof(sources) / sizeof(*sources) :
			    sizeof(clocks) / sizeof(*clocks);
	const char *name = NULL;

	if (event->news < n)
		name = source ? sources[event->news] : clocks[event->news];
	return name ? name : "other";
}

/**
 * events_text() - say an event in words
 * @event: of kind NL_EVENT_SOURCE or NL_EVENT_CLOCK
 * @text: filled in
 *
 * Return: how much it matters.
 */
enum log_level events_text(const struct nl_event *event,
			   char text[EVENTS_TEXT_LEN])
{
	return event->kind == NL_EVENT_SOURCE ? source_text(event, text) :
						clock_text(event, text);
}

/**
 * events_log() - log an event
 * @event: of kind NL_EVENT_SOURCE or NL_EVENT_CLOCK
 */
void events_log(const struct nl_event *event)
{
	char text[EVENTS_TEXT_LEN], addr[ADDRESS_TEXT_LEN] = "", name[48], offset[32];
	enum log_level level = events_text(event, text);
	bool source = event->kind == NL_EVENT_SOURCE;
	const struct log_field clock_fields[] = {
		{ "NTS_EVENT", name }, { "NTS_OFFSET", offset }, { }
	};
	const struct log_field source_fields[] = {
		{ "NTS_EVENT", name }, { "NTS_OFFSET", offset },
		{ "NTS_SOURCE", event->name }, { "NTS_ADDRESS", addr }, { }
	};

	if (event->addr.family != AF_UNSPEC)
		address_text(&event->addr, addr);
	snprintf(name, sizeof(name), "%s-%s", source ? "source" : "clock",
		 events_name(event));
	snprintf(offset, sizeof(offset), "%.9f", to_s(event->offset_ns));
	log_event(level, source ? source_fields : clock_fields, "%s", text);
}
