// SPDX-License-Identifier: GPL-2.0-or-later
/* Curves for terminals, of Braille characters or of stars. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "track.h"

#define ROWS 10
#define MARGIN 14
#define WIDTH_MIN 20

/* A cell has 2 x 4 dots; these are their bits by row and column. */
static const uint8_t dots[4][2] = {
	{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
};

/**
 * struct canvas - what is drawn on
 * @columns: characters in a row
 * @cell: dots of each character
 */
struct canvas {
	unsigned int columns;
	uint8_t *cell;
};

static void set_dot(struct canvas *canvas, unsigned int x, unsigned int y)
{
	canvas->cell[y / 4 * canvas->columns + x / 2] |= dots[y % 4][x % 2];
}

static void draw(struct canvas *canvas, const struct track *track, enum track_value value,
		 double low, double high)
{
	const double begin = track->point[0].time;
	const double span = fmax(track->point[track->n - 1].time - begin, 1);
	const unsigned int w = 2 * canvas->columns, h = 4 * ROWS;

	for (size_t i = 0; i < track->n; i++) {
		const struct track_point *point = &track->point[i];
		const double x = (point->time - begin) / span * (w - 1);
		const double y = (high - track_get(point, value)) / (high - low) * (h - 1);

		/* The clock may have been set back. */
		if (x >= 0 && x < w && y >= 0 && y < h)
			set_dot(canvas, (unsigned int)lround(x) % w, (unsigned int)lround(y) % h);
	}
}

/* U+2800 and the dots, in UTF-8. */
static void put_cell(FILE *out, uint8_t cell, bool ascii)
{
	if (!cell || ascii)
		fputc(cell ? '*' : ' ', out);
	else
		fprintf(out, "\xe2%c%c", 0xa0 | cell >> 6, 0x80 | (cell & 0x3f));
}

static void put_row(FILE *out, const struct canvas *canvas, unsigned int row, const char *label,
		    bool ascii)
{
	unsigned int used = canvas->columns;

	while (used && !canvas->cell[row * canvas->columns + used - 1])
		used--;
	fprintf(out, "%*s |", MARGIN - 2, label);
	for (unsigned int i = 0; i < used; i++)
		put_cell(out, canvas->cell[row * canvas->columns + i], ascii);
	fputc('\n', out);
}

static void put_times(FILE *out, const struct track *track, unsigned int columns)
{
	const time_t ends[2] = {
		(time_t)track->point[0].time, (time_t)track->point[track->n - 1].time
	};
	char text[2][32];
	struct tm tm;

	for (int i = 0; i < 2; i++) {
		localtime_r(&ends[i], &tm);
		strftime(text[i], sizeof(text[i]), columns > 40 ? "%Y-%m-%d %H:%M" : "%H:%M", &tm);
	}
	fprintf(out, "%*s%s%*s\n", MARGIN, "", text[0], (int)(columns - strlen(text[0])), text[1]);
}

static int plot_one(const struct track *track, FILE *out, enum track_value value,
		    unsigned int columns, bool ascii)
{
	struct canvas canvas = { .columns = columns, .cell = calloc(ROWS, columns) };
	double low, high;

	if (!canvas.cell)
		return 1;
	track_range(track, value, &low, &high);
	draw(&canvas, track, value, low, high);
	fprintf(out, "%*s%s\n", MARGIN, "", track_title(value));
	for (unsigned int row = 0; row < ROWS; row++) {
		const double at = high - (high - low) * row / (ROWS - 1);
		char label[24] = "";

		if (row % 3 == 0)
			track_label(value, at, high - low, label);
		put_row(out, &canvas, row, label, ascii);
	}
	free(canvas.cell);
	return 0;
}

/**
 * plot_text() - draw offset and frequency
 * @track: not empty
 * @out: where to write
 * @width: of the terminal, in characters
 * @ascii: stars instead of Braille
 *
 * Return: exit status.
 */
int plot_text(const struct track *track, FILE *out, unsigned int width, bool ascii)
{
	const unsigned int columns = width > MARGIN + WIDTH_MIN ? width - MARGIN - 1 : WIDTH_MIN;
	int ret = 0;

	for (enum track_value value = 0; !ret && value < TRACK_VALUES; value++) {
		ret = plot_one(track, out, value, columns, ascii);
		put_times(out, track, columns);
	}
	return ret;
}
