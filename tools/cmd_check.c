// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl check: one line and an exit status, as monitoring plugins give them. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "option.h"
#include "range.h"
#include "snapshot.h"

#define USAGE "check [-w NAME=RANGE]... [-c NAME=RANGE]... [-i SECONDS]"
#define MAX_INTERVAL_S 60
#define TEXT_LEN 4096

/* What a plugin exits with. */
enum level {
	GOOD,
	WARNING,
	CRITICAL,
	UNKNOWN,
};

static const char * const level_names[] = {
	[GOOD] = "OK", [WARNING] = "WARNING", [CRITICAL] = "CRITICAL", [UNKNOWN] = "UNKNOWN",
};

enum measure {
	OFFSET,
	DISPERSION,
	STRATUM,
	UNREACHABLE,
	COOKIES,
	NAKS,
	CERTIFICATE,
	MEASURES
};

static const struct {
	const char *name;
	const char *unit;
	const char *warning;
	const char *critical;
	int digits;
} measures[MEASURES] = {
	[OFFSET] = { "offset", "s", "0.05", "0.5", 9 },
	[DISPERSION] = { "dispersion", "s", "0.5", "1.5", 9 },
	[STRATUM] = { "stratum", "", "4", "10", 0 },
	[UNREACHABLE] = { "unreachable", "", "0", "~:", 0 },
	[COOKIES] = { "cookies", "", "4:", "1:", 0 },
	[NAKS] = { "naks", "", "1", "16", 2 },
	[CERTIFICATE] = { "certificate", "", "14:", "3:", 0 },
};

/**
 * struct check - a judgement in the making
 * @worst: so far
 * @problems: by their level, each after ", "
 * @facts: what is well
 * @perf: values, for the part that programs read
 * @warning: a range for each measure
 * @critical: likewise
 * @interval: for how many seconds NAKs are counted
 * @json: the values once more
 */
struct check {
	enum level worst;
	char problems[UNKNOWN][TEXT_LEN];
	char facts[TEXT_LEN];
	char perf[TEXT_LEN];
	struct range warning[MEASURES];
	struct range critical[MEASURES];
	double interval;
	struct json_object *json;
};

static void append(char *to, const char *between, const char *format, va_list args)
{
	size_t at = strlen(to);

	at += (size_t)snprintf(to + at, TEXT_LEN - at, "%s", at ? between : "");
	if (at < TEXT_LEN)
		vsnprintf(to + at, TEXT_LEN - at, format, args);
}

__attribute__((format(printf, 3, 4)))
static void find(struct check *check, enum level level, const char *format, ...)
{
	va_list args;

	if (level > check->worst)
		check->worst = level;
	va_start(args, format);
	append(level ? check->problems[level] : check->facts, ", ", format, args);
	va_end(args);
}

__attribute__((format(printf, 2, 3)))
static void add_perf(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(check->perf, " ", format, args);
	va_end(args);
}

/* Return: how bad the value is; it is put where programs read. */
static enum level judge(struct check *check, enum measure what, double value)
{
	const double size = what == OFFSET ? fabs(value) : value;
	const struct range *warning = &check->warning[what];
	const struct range *critical = &check->critical[what];

	add_perf(check, "%s=%.*f%s;%s;%s", measures[what].name, measures[what].digits, value,
		 measures[what].unit, warning->text, critical->text);
	object_number(check->json, measures[what].name, value, measures[what].digits);
	if (range_alarms(critical, size))
		return CRITICAL;
	return range_alarms(warning, size) ? WARNING : GOOD;
}

static bool follows_sources(const struct snapshot *s)
{
	return s->sources.n || s->tracking.updates;
}

static const struct source *selected(const struct snapshot *s)
{
	for (unsigned int i = 0; i < s->sources.n; i++)
		if (s->sources.row[i].state == '*')
			return &s->sources.row[i];
	return NULL;
}

static bool is_nts(const struct source *source)
{
	return source->flags & NTS_SOURCE_FLAG_NTS;
}

/* A source for measurements alone is nobody's problem. */
static bool counts(const struct source *source)
{
	return source->online && !(source->flags & NTS_SOURCE_FLAG_NOSELECT);
}

static void check_daemon(struct check *check, const struct snapshot *s)
{
	const bool attached = s->daemon.state == NTS_DAEMON_STATE_ATTACHED;

	object_bool(check->json, "daemon", attached);
	if (!attached)
		find(check, WARNING, "ntsd is not running");
}

static void check_synchronised(struct check *check, const struct snapshot *s)
{
	const struct source *source = selected(s);
	const bool own = follows_sources(s);
	const bool synchronised = own ? s->tracking.synchronised :
				  s->clock.leap != UNSYNCHRONISED_LEAP;

	object_bool(check->json, "synchronised", synchronised);
	if (!synchronised && own)
		find(check, CRITICAL, "not synchronised");
	else if (!synchronised)
		find(check, CRITICAL, "the system clock is not synchronised");
	else if (own)
		find(check, GOOD, "synchronised to %s", source ? source->label : "no source now");
	else
		find(check, GOOD, "time served: %s", s->clock.text);
}

/* What one configured with NTS does not get by it counts as lost. */
static void check_authenticated(struct check *check, const struct snapshot *s)
{
	const struct source *source = selected(s);
	unsigned int wanted = 0, got = 0;
	const char *why = "";

	for (unsigned int i = 0; i < s->sources.n; i++) {
		const struct source *one = &s->sources.row[i];

		if (!is_nts(one) || !counts(one))
			continue;
		wanted++;
		if (one->authenticated && one->reach)
			got++;
		else if (one->problem[0])
			why = one->problem;
	}
	if (!follows_sources(s))
		return;
	add_perf(check, "authenticated=%u;;;0;%u", got, wanted);
	object_uint(check->json, "authenticated", got);
	if (!wanted)
		find(check, WARNING, "no source is configured with NTS");
	else if (!got)
		find(check, CRITICAL, "no source is authenticated%s%s", *why ? ": " : "", why);
	else if (source && !is_nts(source))
		find(check, WARNING, "%s, which it follows, is not authenticated",
		     source->label);
	else
		find(check, GOOD, "%u of %u NTS sources authenticated", got, wanted);
}

static void check_reachable(struct check *check, const struct snapshot *s)
{
	unsigned int total = 0, silent = 0;
	const char *which = "";
	enum level level;

	for (unsigned int i = 0; i < s->sources.n; i++) {
		if (!counts(&s->sources.row[i]))
			continue;
		total++;
		if (s->sources.row[i].reach)
			continue;
		silent++;
		which = s->sources.row[i].label;
	}
	if (!total)
		return;
	level = judge(check, UNREACHABLE, silent);
	object_uint(check->json, "sources", total);
	if (silent == total)
		find(check, CRITICAL, "no source is reachable");
	else if (silent)
		find(check, level, "%u of %u sources unreachable: %s%s", silent, total, which,
		     silent > 1 ? " ..." : "");
	else
		find(check, GOOD, "%u sources reachable", total);
}

static void check_stratum(struct check *check, const struct snapshot *s)
{
	/* 16 says the same as not synchronised, which was said. */
	if (s->clock.stratum >= UNSYNCHRONISED_STRATUM)
		return;
	find(check, judge(check, STRATUM, s->clock.stratum), "stratum %u", s->clock.stratum);
}

static void check_offset(struct check *check, const struct snapshot *s)
{
	const double offset = -(double)s->tracking.correction / 1e9;

	if (!follows_sources(s) || !s->tracking.updates)
		return;
	find(check, judge(check, OFFSET, offset), "offset %+.9f s", offset);
}

static void check_dispersion(struct check *check, const struct snapshot *s)
{
	const double dispersion = (double)s->clock.root_dispersion / 1e9;
	enum level level;

	if (s->clock.stratum >= UNSYNCHRONISED_STRATUM)
		return;
	level = judge(check, DISPERSION, dispersion);
	if (level)
		find(check, level, "root dispersion %.6f s", dispersion);
}

static void check_cookies(struct check *check, const struct snapshot *s)
{
	const struct source *least = NULL;
	enum level level;

	for (unsigned int i = 0; i < s->sources.n; i++) {
		const struct source *one = &s->sources.row[i];

		if (is_nts(one) && counts(one) && (!least || one->cookies < least->cookies))
			least = one;
	}
	if (!least)
		return;
	level = judge(check, COOKIES, least->cookies);
	if (level)
		find(check, level, "%" PRIu32 " cookies for %s", least->cookies, least->label);
}

static void check_certificates(struct check *check, const struct snapshot *s)
{
	const struct snapshot_cert *first = NULL;
	enum level level;

	for (unsigned int i = 0; i < s->n_certs; i++) {
		if (s->cert[i].waiting)
			find(check, WARNING, "new files at %s are no use", s->cert[i].path);
		if (!first || s->cert[i].days < first->days)
			first = &s->cert[i];
	}
	if (!first)
		return;
	level = judge(check, CERTIFICATE, (double)first->days);
	if (first->days < 0)
		find(check, level, "certificate %s expired", first->path);
	else
		find(check, level, "certificate good for %" PRId64 " days", first->days);
}

static void check_steering(struct check *check, const struct snapshot *s)
{
	const struct tracking *t = &s->tracking;

	if (!follows_sources(s) || !t->updates)
		return;
	if (t->adjust_error)
		find(check, CRITICAL, "the system clock cannot be steered: %s",
		     strerror(t->adjust_error));
	else if (t->hold_off)
		find(check, WARNING, "another program steers the system clock");
}

static uint64_t count_naks(const struct snapshot *s)
{
	return counters_value(&s->counters, "answer-nak");
}

/* Sent, by the second, in the seconds between two looks. */
static int check_naks(struct check *check, struct ctl *ctl, const struct snapshot *s)
{
	const struct timespec pause = {
		.tv_sec = (time_t)check->interval,
		.tv_nsec = (long)(fmod(check->interval, 1) * 1e9),
	};
	struct counters later;
	enum level level;
	double rate;
	int ret;

	if (!s->server.enabled || check->interval <= 0)
		return 0;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	ret = counters_read(ctl, &later);
	if (ret)
		return ret;
	rate = (double)(counters_value(&later, "answer-nak") - count_naks(s)) / check->interval;
	level = judge(check, NAKS, rate);
	if (level)
		find(check, level, "%.0f NAKs sent each second", rate);
	return 0;
}

static int look(struct check *check, struct ctl *ctl)
{
	static void (*const looks[])(struct check *check, const struct snapshot *s) = {
		check_daemon, check_synchronised, check_authenticated, check_reachable,
		check_stratum, check_offset, check_dispersion, check_cookies, check_steering,
		check_certificates,
	};
	struct snapshot *s = malloc(sizeof(*s));
	int ret = s ? snapshot_read(ctl, s) : 1;

	for (size_t i = 0; !ret && i < sizeof(looks) / sizeof(looks[0]); i++)
		looks[i](check, s);
	if (!ret)
		ret = check_naks(check, ctl, s);
	free(s);
	return ret;
}

static void print(const struct ctl *ctl, const struct check *check)
{
	char text[UNKNOWN * TEXT_LEN] = "";
	size_t at = 0;

	for (enum level level = CRITICAL; level > GOOD; level--)
		if (check->problems[level][0])
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
					       at ? ", " : "", check->problems[level]);
	if (!at)
		snprintf(text, sizeof(text), "%s", check->facts);
	/* what begins the values for programs */
	for (char *bar = text; (bar = strchr(bar, '|')); )
		*bar = '/';
	if (ctl->form == OUT_JSON) {
		object_text(check->json, "status", level_names[check->worst]);
		object_text(check->json, "text", text);
		ask_print_json(json_object_get(check->json));
		return;
	}
	printf("NTS %s - %s%s%s\n", level_names[check->worst], text,
	       check->perf[0] ? " | " : "", check->perf);
}

static bool set_range(struct range ranges[MEASURES], const char *word)
{
	const char *is = strchr(word, '=');

	for (unsigned int i = 0; is && i < MEASURES; i++) {
		const size_t len = strlen(measures[i].name);

		if (len == (size_t)(is - word) && !strncmp(measures[i].name, word, len))
			return range_read(is + 1, &ranges[i]);
	}
	return false;
}

static bool take(void *arg, int option, const char *value)
{
	struct check *check = arg;

	switch (option) {
	case 'w':
		if (set_range(check->warning, value))
			return true;
		break;
	case 'c':
		if (set_range(check->critical, value))
			return true;
		break;
	case 'i':
		if (number_read(value, &check->interval) && check->interval >= 0 &&
		    check->interval <= MAX_INTERVAL_S)
			return true;
		break;
	}
	fprintf(stderr, "ntsctl: check: \"%s\" is not understood\n", value);
	return false;
}

static bool read_wish(struct ctl *ctl, struct check *check)
{
	static const struct option longs[] = {
		{ "warning", required_argument, NULL, 'w' },
		{ "critical", required_argument, NULL, 'c' },
		{ "interval", required_argument, NULL, 'i' },
		{ }
	};

	for (unsigned int i = 0; i < MEASURES; i++) {
		range_read(measures[i].warning, &check->warning[i]);
		range_read(measures[i].critical, &check->critical[i]);
	}
	check->interval = 1;
	return option_parse(ctl, "w:c:i:", longs, take, check) && !ctl->n_args;
}

int cmd_check(struct ctl *ctl)
{
	struct check *check = calloc(1, sizeof(*check));
	char err[NLCONN_ERR_LEN];
	enum level level;

	if (!check || !read_wish(ctl, check)) {
		ask_usage(USAGE);
		free(check);
		return UNKNOWN;
	}
	check->json = json_object_new_object();
	/* For people to read: what they called it. */
	ctl->names = true;
	if (!ask_open(ctl, err))
		find(check, CRITICAL, "%s", err);
	else if (look(check, ctl))
		check->worst = UNKNOWN;
	if (check->worst == UNKNOWN)
		puts("NTS UNKNOWN - the kernel does not answer");
	else
		print(ctl, check);
	level = fflush(stdout) ? UNKNOWN : check->worst;
	ask_close(ctl);
	json_object_put(check->json);
	free(check);
	return level;
}
