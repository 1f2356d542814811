// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers as chronyc prints them; what it does was found by feeding it values. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include <linux/nts.h>

#include "format.h"

#define NS_PER_S INT64_C(1000000000)
#define MINUTE_S 60
#define HOUR_S (60 * MINUTE_S)
#define DAY_S (24 * HOUR_S)
#define YEAR_S (365 * DAY_S)

/*
 * Up to @below seconds a value is divided by @unit and printed with @digits
 * behind the point; the limits are where fewer digits would round up to more
 * columns.
 */
static const struct unit {
	double below;
	double unit;
	int digits;
	const char *name;
} units[] = {
	{ 9999.5e-9, 1e-9, 0, "ns" },
	{ 9999.5e-6, 1e-6, 0, "us" },
	{ 9999.5e-3, 1e-3, 0, "ms" },
	{ 999.5, 1, 1, "s" },
	{ 99999.5, 1, 0, "s" },
	{ 99999.5 * MINUTE_S, MINUTE_S, 0, "m" },
	{ 99999.5 * HOUR_S, HOUR_S, 0, "h" },
	{ 99999.5 * DAY_S, DAY_S, 0, "d" },
	{ HUGE_VAL, YEAR_S, 0, "y" },
};

static const struct unit *find_unit(double seconds)
{
	const struct unit *unit = units;

	while (!(seconds < unit->below) && unit->below < HUGE_VAL)
		unit++;
	return unit;
}

/**
 * format_ppm() - a frequency of the kernel
 * @freq: in units of 2^-48
 *
 * Return: it in parts per million.
 */
double format_ppm(int64_t freq)
{
	return ldexp((double)freq, -NTS_FREQ_SHIFT) * 1e6;
}

/**
 * format_interval() - how long, in four columns
 * @seconds: or FORMAT_NEVER
 *
 * Return: seconds, or with a letter for minutes, hours, days or years.
 */
struct text format_interval(uint32_t seconds)
{
	const uint32_t days = seconds / DAY_S;
	struct text text;

	if (seconds == FORMAT_NEVER)
		snprintf(text.s, sizeof(text.s), "   -");
	else if (seconds < 20 * MINUTE_S)
		snprintf(text.s, sizeof(text.s), "%4" PRIu32, seconds);
	else if (seconds < 10 * HOUR_S)
		snprintf(text.s, sizeof(text.s), "%3" PRIu32 "m", seconds / MINUTE_S);
	else if (seconds < 4 * DAY_S)
		snprintf(text.s, sizeof(text.s), "%3" PRIu32 "h", seconds / HOUR_S);
	else if (days < 1000)
		snprintf(text.s, sizeof(text.s), "%3" PRIu32 "d", days);
	else
		snprintf(text.s, sizeof(text.s), "%3" PRIu32 "y", days / 365);
	return text;
}

/**
 * format_bound() - a time without a sign, in six columns
 * @ns: nanoseconds
 *
 * Return: it in the unit that keeps four digits.
 */
struct text format_bound(uint64_t ns)
{
	const double seconds = (double)ns / NS_PER_S;
	const struct unit *unit = find_unit(seconds);
	struct text text;

	snprintf(text.s, sizeof(text.s), "%*.*f%s", unit->unit < 1 ? 4 : 5,
		 unit->digits, seconds / unit->unit, unit->name);
	return text;
}

/**
 * format_offset() - a time with its sign, in seven columns
 * @ns: nanoseconds
 *
 * Return: it in the unit that keeps four digits.
 */
struct text format_offset(int64_t ns)
{
	const double seconds = (double)ns / NS_PER_S;
	const struct unit *unit = find_unit(fabs(seconds));
	struct text text;

	snprintf(text.s, sizeof(text.s), "%+*.*f%s", unit->unit < 1 ? 5 : 6,
		 unit->digits, seconds / unit->unit, unit->name);
	return text;
}

/**
 * format_frequency() - a frequency in ten columns
 * @ppm: parts per million
 * @sign: print a plus, too
 *
 * Return: it with three digits behind the point while they fit.
 */
struct text format_frequency(double ppm, bool sign)
{
	const int digits = fabs(ppm) < 99999.5 ? 3 : 0;
	struct text text;

	snprintf(text.s, sizeof(text.s), sign ? "%+10.*f" : "%10.*f", digits, ppm);
	return text;
}

/**
 * format_seconds() - a time in seconds to the nanosecond
 * @ns: nanoseconds
 * @sign: print a plus, too
 *
 * Return: nine digits behind the point, none of them rounded.
 */
struct text format_seconds(int64_t ns, bool sign)
{
	const uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	struct text text;

	snprintf(text.s, sizeof(text.s), "%s%" PRIu64 ".%09" PRIu64,
		 ns < 0 ? "-" : sign ? "+" : "", size / (uint64_t)NS_PER_S,
		 size % (uint64_t)NS_PER_S);
	return text;
}

/**
 * format_options() - the options of a source that concern its selection
 * @flags: of enum nts_source_flag
 * @between: 0, or what separates them
 *
 * Return: a column for each of noselect, prefer, trust, require; the last of
 * chronyc's five is not in use.
 */
struct text format_options(uint32_t flags, char between)
{
	static const struct {
		uint32_t flag;
		char letter;
	} options[] = {
		{ NTS_SOURCE_FLAG_NOSELECT, 'N' },
		{ NTS_SOURCE_FLAG_PREFER, 'P' },
		{ NTS_SOURCE_FLAG_TRUST, 'T' },
		{ NTS_SOURCE_FLAG_REQUIRE, 'R' },
		{ 0, '-' },
	};
	struct text text;
	size_t at = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (i && between)
			text.s[at++] = between;
		text.s[at++] = flags & options[i].flag ? options[i].letter : '-';
	}
	text.s[at] = '\0';
	return text;
}

/**
 * format_refid() - the characters of a reference identifier
 * @refid: first octet in the high bits
 *
 * Return: those that can be printed.
 */
struct text format_refid(uint32_t refid)
{
	struct text text;
	size_t at = 0;

	for (int shift = 24; shift >= 0; shift -= 8) {
		const int c = refid >> shift & 0xff;

		if (isprint(c))
			text.s[at++] = (char)c;
	}
	text.s[at] = '\0';
	return text;
}

/**
 * format_date() - a time of day in UTC
 * @ns: nanoseconds since 1970 UTC
 *
 * Return: day, date and time.
 */
struct text format_date(int64_t ns)
{
	static const char * const days[] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
	};
	static const char * const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	const int64_t part = ns % NS_PER_S;
	const time_t seconds = ns / NS_PER_S - (part < 0);
	struct text text;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	snprintf(text.s, sizeof(text.s), "%s %s %02d %02d:%02d:%02d %d",
		 days[utc.tm_wday], months[utc.tm_mon], utc.tm_mday, utc.tm_hour,
		 utc.tm_min, utc.tm_sec, utc.tm_year + 1900);
	return text;
}

/**
 * format_tests() - the results of the ten tests of an answer
 * @tests: a bit for each that passed, the first one highest
 * @between: what separates the three groups
 *
 * Return: a digit for each.
 */
struct text format_tests(uint32_t tests, char between)
{
	struct text text;
	size_t at = 0;

	for (int bit = 9; bit >= 0; bit--) {
		text.s[at++] = tests >> bit & 1 ? '1' : '0';
		if (bit == 7 || bit == 4)
			text.s[at++] = between;
	}
	text.s[at] = '\0';
	return text;
}

/**
 * format_leap() - a leap indicator in words
 * @leap: 0 to 3
 *
 * Return: the words.
 */
const char *format_leap(uint8_t leap)
{
	static const char * const leaps[] = {
		"Normal", "Insert second", "Delete second", "Not synchronised",
	};

	return leap < sizeof(leaps) / sizeof(leaps[0]) ? leaps[leap] : "Invalid";
}

/**
 * format_clean() - keep a string from steering the terminal
 * @string: that came from somewhere else; control characters become question marks
 */
void format_clean(char *string)
{
	for (; *string; string++)
		if (iscntrl((unsigned char)*string))
			*string = '?';
}
