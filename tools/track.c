// SPDX-License-Identifier: GPL-2.0-or-later
/* How the clock did: points of the past, from the daemon or from a log. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ntsctl.h"
#include "track.h"

static bool add(struct track *track, const struct track_point *point)
{
	struct track_point *more;

	if (track->n == track->room) {
		track->room = track->room ? 2 * track->room : 1024;
		more = reallocarray(track->point, track->room, sizeof(*more));
		if (!more)
			return false;
		track->point = more;
	}
	track->point[track->n++] = *point;
	return true;
}

static bool take_answer(struct track *track, char *text)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct track_point point;

		if (sscanf(line, "%lf %lf %lf", &point.time, &point.offset, &point.fast_ppm) != 3)
			continue;
		point.offset /= 1e9;
		if (!add(track, &point))
			return false;
	}
	return true;
}

/**
 * track_fetch() - ask the daemon for the past
 * @track: empty; filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int track_fetch(struct track *track)
{
	char answer[CONTROL_ANSWER_LEN], command[48], *lines;
	uint64_t from = 0;
	int ret;

	for (;;) {
		snprintf(command, sizeof(command), "history %" PRIu64, from);
		ret = control_fetch(command, answer, sizeof(answer));
		if (ret)
			return ret;
		lines = strchr(answer, '\n');
		if (sscanf(answer, "200 OK %" SCNu64, &from) != 1 || !lines)
			return ask_fail(answer);
		if (!lines[1])
			return 0;
		if (!take_answer(track, lines + 1))
			return ask_fail("out of memory");
	}
}

/**
 * track_read_log() - read a tracking log as chrony writes it
 * @track: empty; filled in
 * @path: of the file
 *
 * Lines that are none of it, such as headings, are passed over.
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int track_read_log(struct track *track, const char *path)
{
	char line[512], err[NLCONN_ERR_LEN];
	FILE *f = fopen(path, "re");

	if (!f) {
		snprintf(err, sizeof(err), "%s: %s", path, strerror(errno));
		return ask_fail(err);
	}
	while (fgets(line, sizeof(line), f)) {
		struct track_point point;
		struct tm tm = { 0 };

		/* date, time, address, stratum, frequency, its bound, offset */
		if (sscanf(line, "%d-%d-%d %d:%d:%d %*s %*d %lf %*f %lf", &tm.tm_year, &tm.tm_mon,
			   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &point.fast_ppm,
			   &point.offset) != 8)
			continue;
		tm.tm_year -= 1900;
		tm.tm_mon--;
		point.time = (double)timegm(&tm);
		if (!add(track, &point)) {
			fclose(f);
			return ask_fail("out of memory");
		}
	}
	fclose(f);
	return 0;
}

/**
 * track_cut() - keep the last part
 * @track: to cut
 * @seconds: how long before its last point
 */
void track_cut(struct track *track, double seconds)
{
	size_t kept = 0;

	for (size_t i = 0; i < track->n; i++)
		if (track->point[i].time >= track->point[track->n - 1].time - seconds)
			track->point[kept++] = track->point[i];
	track->n = kept;
}

double track_get(const struct track_point *point, enum track_value value)
{
	return value == TRACK_OFFSET ? point->offset : point->fast_ppm;
}

/**
 * track_range() - where values lie
 * @track: not empty
 * @value: which
 * @low: the least, with some room
 * @high: the largest, with some room
 */
void track_range(const struct track *track, enum track_value value, double *low, double *high)
{
	double room;

	*low = INFINITY;
	*high = -INFINITY;
	for (size_t i = 0; i < track->n; i++) {
		*low = fmin(*low, track_get(&track->point[i], value));
		*high = fmax(*high, track_get(&track->point[i], value));
	}
	room = (*high - *low) / 20;
	if (room <= 0)
		room = fmax(fabs(*high) / 20, value == TRACK_OFFSET ? 1e-9 : 1e-3);
	*low -= room;
	*high += room;
}

const char *track_title(enum track_value value)
{
	return value == TRACK_OFFSET ? "Offset of the system clock" : "Frequency of the clock";
}

/**
 * track_label() - a value as an axis has it
 * @value: which
 * @number: of it
 * @span: of the axis, which says how precise
 * @text: receives it
 */
void track_label(enum track_value value, double number, double span, char text[24])
{
	static const struct {
		double from;
		const char *name;
	} units[] = { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "us" }, { 1e-9, "ns" } };
	size_t i = 0;
	int digits;

	if (value == TRACK_FREQUENCY) {
		digits = (int)fmin(fmax(2 - floor(log10(span)), 0), 6);
		snprintf(text, 24, "%+.*f ppm", digits, number);
		return;
	}
	while (i < 3 && span < 2 * units[i].from)
		i++;
	snprintf(text, 24, "%+.1f %s", number / units[i].from, units[i].name);
}

void track_free(struct track *track)
{
	free(track->point);
	*track = (struct track){ 0 };
}
