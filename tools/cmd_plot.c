// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl plot: offset and frequency over the last hours. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "option.h"
#include "track.h"

#define USAGE "plot [-t HOURS] [-l FILE] [-s FILE] [-a]"
#define WIDTH 80
#define WIDTH_MAX 500

struct wish {
	double hours;
	const char *log;
	const char *svg;
	bool ascii;
};

static bool take(void *arg, int option, const char *value)
{
	struct wish *wish = arg;

	switch (option) {
	case 't':
		return number_read(value, &wish->hours) && wish->hours > 0;
	case 'l':
		wish->log = value;
		return true;
	case 's':
		wish->svg = value;
		return true;
	default:
		wish->ascii = true;
		return true;
	}
}

static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	unsigned int width = WIDTH;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns && atoi(columns) > 0)
		width = (unsigned int)atoi(columns);
	return width < WIDTH_MAX ? width : WIDTH_MAX;
}

/* As setlocale(3) would find it. */
static bool is_utf8(void)
{
	static const char * const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static int print_json(const struct track *track)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();

	for (size_t i = 0; i < track->n; i++) {
		struct json_object *one = json_object_new_object();

		object_number(one, "time", track->point[i].time, 0);
		object_number(one, "offset_ns", track->point[i].offset * 1e9, 0);
		object_number(one, "frequency_ppm", track->point[i].fast_ppm, 6);
		json_object_array_add(list, one);
	}
	json_object_object_add(object, "points", list);
	return ask_print_json(object);
}

static int write_svg(const struct track *track, const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "we") : stdout;
	char err[NLCONN_ERR_LEN];
	int ret = 1;

	if (f) {
		ret = plot_svg(track, f);
		if (f == stdout)
			ret |= fflush(f);
		else
			ret |= fclose(f);
	}
	if (!ret)
		return 0;
	snprintf(err, sizeof(err), "%s: %s", path, strerror(errno));
	return ask_fail(err);
}

static int plot(const struct ctl *ctl, const struct wish *wish, struct track *track)
{
	int ret = wish->log ? track_read_log(track, wish->log) : track_fetch(track);

	if (ret)
		return ret;
	track_cut(track, wish->hours * 3600);
	if (ctl->form == OUT_JSON)
		return print_json(track);
	if (!track->n)
		return ask_fail(wish->log ? "there is no tracking log in this file" :
				"there is nothing yet: ntsd keeps a point every 15 s while the clock is synchronised");
	if (wish->svg)
		return write_svg(track, wish->svg);
	ret = plot_text(track, stdout, terminal_width(), wish->ascii || !is_utf8());
	return fflush(stdout) ? 1 : ret;
}

int cmd_plot(struct ctl *ctl)
{
	static const struct option longs[] = {
		{ "hours", required_argument, NULL, 't' },
		{ "log", required_argument, NULL, 'l' },
		{ "svg", required_argument, NULL, 's' },
		{ "ascii", no_argument, NULL, 'a' },
		{ }
	};
	struct wish wish = { .hours = 24 };
	struct track track = { 0 };
	int ret;

	if (!option_parse(ctl, "t:l:s:a", longs, take, &wish) || ctl->n_args)
		return ask_usage(USAGE);
	ret = plot(ctl, &wish, &track);
	track_free(&track);
	return ret;
}
