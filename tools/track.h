/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the clock did: points of the past. */
#ifndef NTSCTL_TRACK_H
#define NTSCTL_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Without a point for so long there is a gap. */
#define TRACK_GAP_S 300

/**
 * struct track_point - the clock at some time
 * @time: seconds since 1970
 * @offset: seconds by which the system clock was ahead
 * @fast_ppm: how fast it would have been if nobody corrected it
 */
struct track_point {
	double time;
	double offset;
	double fast_ppm;
};

/**
 * struct track - points by their time
 * @point: of them
 * @n: how many
 */
struct track {
	struct track_point *point;
	size_t n;
	size_t room;
};

/* What is plotted of points. */
enum track_value {
	TRACK_OFFSET,
	TRACK_FREQUENCY,
	TRACK_VALUES
};

int track_fetch(struct track *track);
int track_read_log(struct track *track, const char *path);
void track_cut(struct track *track, double seconds);
double track_get(const struct track_point *point, enum track_value value);
void track_range(const struct track *track, enum track_value value, double *low, double *high);
const char *track_title(enum track_value value);
void track_label(enum track_value value, double number, double span, char text[24]);
void track_free(struct track *track);

/* plot_text.c APIs: */
int plot_text(const struct track *track, FILE *out, unsigned int width, bool ascii);

/* plot_svg.c APIs: */
int plot_svg(const struct track *track, FILE *out);

#endif
