// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leaplist.h"

#define ZONE_DIR "/usr/share/zoneinfo"
#define DAY 86400
/* From 1900, where NTP begins, to 1970. */
#define NTP_EPOCH 2208988800LL
/* 1972-01-01, when UTC began to have leap seconds, 10 s behind TAI. */
#define FIRST_AT 63072000
#define FIRST_TAI 10
#define FILE_MAX_LEN 262144
/* RFC 8536: magic, version, 15 octets, and 6 counts. */
#define HEADER_LEN 44

struct counts {
	uint32_t isutc, isstd, leap, time, type, character;
};

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static int64_t get64(const uint8_t *p)
{
	return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

static bool add(struct leaplist *list, int64_t at, int tai)
{
	const unsigned int n = list->n;

	/* In order, at a midnight, one second more or less than before. */
	if (n == LEAPLIST_MAX || at % DAY ||
	    (n && (at <= list->second[n - 1].at ||
		   abs(tai - list->second[n - 1].tai) != 1)))
		return false;
	list->second[n].at = at;
	list->second[n].tai = tai;
	list->n++;
	return true;
}

static bool read_counts(const uint8_t *data, size_t len, struct counts *c)
{
	if (len < HEADER_LEN || memcmp(data, "TZif", 4))
		return false;
	c->isutc = get32(data + 20);
	c->isstd = get32(data + 24);
	c->leap = get32(data + 28);
	c->time = get32(data + 32);
	c->type = get32(data + 36);
	c->character = get32(data + 40);
	return c->isutc < 1000000 && c->isstd < 1000000 && c->leap < 1000000 &&
	       c->time < 1000000 && c->type < 1000000 && c->character < 1000000;
}

/* What comes before the leap seconds, of times that are @width octets long. */
static size_t before_leaps(const struct counts *c, size_t width)
{
	return HEADER_LEN + c->time * (width + 1) + c->type * 6 + c->character;
}

/* RFC 8536: the second half of the file has times of 64 bits. */
static bool parse_zone(struct leaplist *list, const uint8_t *data, size_t len)
{
	struct counts c;
	size_t skip;
	int before = 0;

	if (!read_counts(data, len, &c) || data[4] < '2')
		return false;
	skip = before_leaps(&c, 4) + c.leap * 8 + c.isstd + c.isutc;
	if (skip > len || !read_counts(data + skip, len - skip, &c))
		return false;
	skip += before_leaps(&c, 8);
	if (skip + (size_t)c.leap * 12 > len)
		return false;
	add(list, FIRST_AT, FIRST_TAI);
	for (uint32_t i = 0; i < c.leap; i++) {
		const uint8_t *p = data + skip + (size_t)12 * i;
		int64_t when = get64(p);
		int total = (int)get32(p + 8);

		/* Its time counts leap seconds; one that repeats is the end. */
		if (total == before) {
			list->expires = when - before;
			break;
		}
		when -= before;
		/* A second that is left out would have been the last one. */
		if (total < before)
			when++;
		if (!add(list, when, FIRST_TAI + total))
			return false;
		before = total;
	}
	/* A zone without leap seconds is not one of "right/". */
	return list->n > 1;
}

/* "#@ EXPIRY", and "TIME TAI # remark", both in NTP's seconds. */
static bool parse_list(struct leaplist *list, char *text)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\r\n", &save); line;
	     line = strtok_r(NULL, "\r\n", &save)) {
		long long when;
		int tai;

		if (!strncmp(line, "#@", 2) && sscanf(line + 2, "%lld", &when) == 1)
			list->expires = when - NTP_EPOCH;
		if (line[0] == '#' || !line[strspn(line, " \t")])
			continue;
		if (sscanf(line, "%lld %d", &when, &tai) != 2 ||
		    !add(list, when - NTP_EPOCH, tai))
			return false;
	}
	return list->n > 1;
}

static bool read_all(struct leaplist *list, const char *path, bool is_zone,
		     char *err, size_t err_len)
{
	uint8_t *data = malloc(FILE_MAX_LEN + 1);
	struct leaplist made = { .n = 0 };
	FILE *f = data ? fopen(path, "re") : NULL;
	size_t len = 0;
	bool ok;

	if (!f) {
		snprintf(err, err_len, "%s: %s%s", path, strerror(errno), is_zone ?
			 ": install tzdata-legacy, or use leapseclist" : "");
		free(data);
		return false;
	}
	len = fread(data, 1, FILE_MAX_LEN, f);
	data[len] = '\0';
	fclose(f);
	ok = is_zone ? parse_zone(&made, data, len) :
		       parse_list(&made, (char *)data);
	if (ok)
		*list = made;
	else
		snprintf(err, err_len, "%s: not a list of leap seconds", path);
	free(data);
	return ok;
}

/**
 * leaplist_read_zone() - read the leap seconds of a time zone
 * @list: filled in; unchanged on an error
 * @zone: directive leapsectz, as right/UTC; or an absolute path
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: false with @err set.
 */
bool leaplist_read_zone(struct leaplist *list, const char *zone, char *err,
			size_t err_len)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", zone[0] == '/' ? "" : ZONE_DIR "/",
		 zone);
	return read_all(list, path, true, err, err_len);
}

/**
 * leaplist_read_file() - read a file as NIST and IERS publish it
 * @list: filled in; unchanged on an error
 * @path: directive leapseclist
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: false with @err set.
 */
bool leaplist_read_file(struct leaplist *list, const char *path, char *err,
			size_t err_len)
{
	return read_all(list, path, false, err, err_len);
}

/**
 * leaplist_next() - find the next leap second
 * @list: read
 * @now: since 1970 UTC
 * @at: the midnight after it, filled in; 0 when there is none
 *
 * Return: 0 when there is none that is known, 1 when one is inserted, 2 when
 * one is left out; 3 when the list has expired, so that nobody knows.
 */
int leaplist_next(const struct leaplist *list, int64_t now, int64_t *at)
{
	*at = 0;
	for (unsigned int i = 1; i < list->n; i++) {
		if (list->second[i].at <= now)
			continue;
		*at = list->second[i].at;
		return list->second[i].tai > list->second[i - 1].tai ? 1 : 2;
	}
	return list->expires && now >= list->expires ? 3 : 0;
}

/**
 * leaplist_tai() - how far TAI is ahead
 * @list: read
 * @now: since 1970 UTC
 *
 * Return: TAI - UTC in seconds, 0 before the first entry.
 */
int leaplist_tai(const struct leaplist *list, int64_t now)
{
	int tai = 0;

	for (unsigned int i = 0; i < list->n && list->second[i].at <= now; i++)
		tai = list->second[i].tai;
	return tai;
}
