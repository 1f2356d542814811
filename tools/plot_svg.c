// SPDX-License-Identifier: GPL-2.0-or-later
/* Curves as a picture. */
#include <math.h>
#include <time.h>

#include "track.h"

#define WIDTH 1000
#define HEIGHT 300	/* of each curve */
#define LEFT 110
#define RIGHT 20
#define TOP 40
#define BOTTOM 40
#define TICKS 5

/* Where the points of a curve lie. */
struct frame {
	double begin, span;
	double low, high;
	double top;
};

static double place_x(const struct frame *frame, double time)
{
	return LEFT + (time - frame->begin) / frame->span * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct frame *frame, double value)
{
	return frame->top + TOP +
	       (frame->high - value) / (frame->high - frame->low) * (HEIGHT - TOP - BOTTOM);
}

static void put_axes(const struct frame *frame, FILE *out, enum track_value value)
{
	const double bottom = frame->top + HEIGHT - BOTTOM;

	fprintf(out, "<text class=\"t\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT,
		frame->top + TOP - 14, track_title(value));
	for (int i = 0; i <= TICKS; i++) {
		const double at = frame->low + (frame->high - frame->low) * i / TICKS;
		const time_t when = (time_t)(frame->begin + frame->span * i / TICKS);
		const double x = place_x(frame, frame->begin + frame->span * i / TICKS);
		char label[24], clock[32];
		struct tm tm;

		localtime_r(&when, &tm);
		strftime(clock, sizeof(clock), i ? "%H:%M" : "%Y-%m-%d %H:%M", &tm);
		track_label(value, at, frame->high - frame->low, label);
		fprintf(out, "<path class=\"g\" d=\"M%d %.1fH%d\"/>\n", LEFT, place_y(frame, at),
			WIDTH - RIGHT);
		fprintf(out, "<text class=\"e\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8,
			place_y(frame, at) + 4, label);
		fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
			i == TICKS ? "e" : i ? "m" : "b", x, bottom + 20, clock);
	}
}

/* A new stroke begins behind a gap, and where the clock was set back. */
static void put_curve(const struct frame *frame, const struct track *track, FILE *out,
		      enum track_value value)
{
	double last = -INFINITY;

	fputs("<path class=\"c\" d=\"", out);
	for (size_t i = 0; i < track->n; i++) {
		const struct track_point *point = &track->point[i];
		const double since = point->time - last;

		fprintf(out, "%c%.1f %.1f", since < 0 || since > TRACK_GAP_S ? 'M' : 'L',
			place_x(frame, point->time), place_y(frame, track_get(point, value)));
		last = point->time;
	}
	fputs("\"/>\n", out);
}

/**
 * plot_svg() - draw offset and frequency as SVG
 * @track: not empty
 * @out: where to write
 *
 * Return: exit status.
 */
int plot_svg(const struct track *track, FILE *out)
{
	struct frame frame = {
		.begin = track->point[0].time,
		.span = fmax(track->point[track->n - 1].time - track->point[0].time, 1),
	};

	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		"<style>text{font:13px sans-serif;fill:#333}.t{font-weight:bold}.e{text-anchor:end}"
		".m{text-anchor:middle}.g{stroke:#ddd;fill:none}.c{stroke:#06c;stroke-width:1.3;fill:none}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, TRACK_VALUES * HEIGHT, WIDTH, TRACK_VALUES * HEIGHT);
	for (enum track_value value = 0; value < TRACK_VALUES; value++) {
		frame.top = (double)value * HEIGHT;
		track_range(track, value, &frame.low, &frame.high);
		put_axes(&frame, out, value);
		put_curve(&frame, track, out, value);
	}
	fputs("</svg>\n", out);
	return ferror(out) ? 1 : 0;
}
