// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl plot: of what the daemon tells, of chrony's log, as text and as SVG. */
#include <math.h>
#include <unistd.h>

#include "ntsctl_canned.h"
#include "../../tools/cmd_plot.c"

/* Points the daemon has, and how many it tells at once. */
static unsigned int n_points, at_once;
static unsigned int asked;

/* A sine of 10 us and 1 ppm, 15 s apart. */
int control_fetch(const char *command, char *answer, size_t size)
{
	unsigned int from = 0, to;
	size_t at;

	asked++;
	EXPECT(sscanf(command, "history %u", &from) == 1);
	to = from + at_once < n_points ? from + at_once : n_points;
	at = (size_t)snprintf(answer, size, "200 OK %u\n", to);
	for (unsigned int i = from; i < to; i++)
		at += (size_t)snprintf(answer + at, size - at, "%u %.0f %.6f 0.01\n",
				       1700000000 + 15 * i, 10000 * sin(i / 10.0),
				       3 + cos(i / 10.0));
	return 0;
}

static const char *plot_it(const char *words, int *status)
{
	forget();
	own_options = true;
	asked = 0;
	return run_command(cmd_plot, words, status);
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static void json(void)
{
	struct json_object *object;
	int status;

	n_points = 1000;
	at_once = 99;
	object = json_tokener_parse(plot_it("--json", &status));
	EXPECT(!status && asked == 12);
	EXPECT(json_object_array_length(member(object, "points")) == 1000);
	EXPECT(json_object_get_int(member(item(object, "points", 5), "offset_ns")) == 4794);
	EXPECT(json_object_get_int(member(item(object, "points", 5), "time")) == 1700000075);
	json_object_put(object);
	object = json_tokener_parse(plot_it("--json -t 1", &status));
	EXPECT(json_object_array_length(member(object, "points")) == 241);
	json_object_put(object);
}

/* Rows of a curve, each with its value and no wider than asked for. */
static void text(void)
{
	const char *output;
	int status;

	n_points = 400;
	at_once = 100;
	setenv("COLUMNS", "70", 1);
	setenv("LC_ALL", "C", 1);
	output = plot_it("", &status);
	EXPECT(!status);
	EXPECT(count(output, "\n") == 24 && count(output, " |") == 20);
	EXPECT(count(output, "Offset of the system clock") == 1);
	EXPECT(count(output, " +11.0 us |") == 1 && count(output, " -11.0 us |") == 1);
	EXPECT(count(output, " +4.10 ppm |") == 1 && count(output, " +1.90 ppm |") == 1);
	EXPECT(count(output, "*") > 100 && !strchr(output, '\xe2'));
	for (const char *line = output; *line; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\n") <= 70);
	setenv("LC_ALL", "en_US.UTF-8", 1);
	output = plot_it("", &status);
	EXPECT(count(output, "\xe2\xa0") + count(output, "\xe2\xa1") +
	       count(output, "\xe2\xa2") + count(output, "\xe2\xa3") > 100);
	EXPECT(!strchr(output, '*'));
	EXPECT(strchr(plot_it("-a", &status), '*'));
	/* one point has no range of its own */
	n_points = 1;
	plot_it("", &status);
	EXPECT(!status);
}

/* Each tag is closed by itself or by its end, in order. */
static bool well_formed(const char *xml)
{
	char open[16][32];
	unsigned int depth = 0;

	for (const char *at = xml; (at = strchr(at, '<')); at++) {
		const char *end = strchr(at, '>');
		char name[32];

		if (!end || (at[1] != '?' && sscanf(at[1] == '/' ? at + 2 : at + 1, "%31[a-z]",
						    name) != 1))
			return false;
		if (at[1] == '/') {
			if (!depth || strcmp(open[--depth], name))
				return false;
		} else if (at[1] != '?' && end[-1] != '/') {
			if (depth == 16)
				return false;
			strcpy(open[depth++], name);
		}
	}
	return !depth && !strstr(xml, "nan") && !strstr(xml, "inf");
}

static void svg(void)
{
	char path[] = "/tmp/ntsctl-plot.XXXXXX", words[64];
	static char picture[65536];
	int status, fd = mkstemp(path);
	ssize_t len;

	n_points = 300;
	at_once = 100;
	snprintf(words, sizeof(words), "-s %s", path);
	EXPECT_STR(plot_it(words, &status), "");
	EXPECT(!status);
	len = read(fd, picture, sizeof(picture) - 1);
	EXPECT(len > 0 && well_formed(picture));
	EXPECT(!strncmp(picture, "<?xml ", 6) && count(picture, "<svg ") == 1);
	EXPECT(count(picture, "class=\"c\"") == 2);
	/* one stroke each, of as many points */
	EXPECT(count(picture, "L") == 2 * 299);
	close(fd);
	unlink(path);
	plot_it("-s /nowhere/at.svg", &status);
	EXPECT(status == 1 && strstr(complaint, "/nowhere/at.svg: No such file"));
}

static void log_of_chrony(void)
{
	char path[] = "/tmp/ntsctl-plot.XXXXXX", words[64];
	struct json_object *object;
	int status, fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	fprintf(f, "====================\n"
		"   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co\n"
		"====================\n"
		"2017-08-22 13:22:36 203.0.113.15     2     -3.541      0.075 -8.621e-06 N  2  2.940e-03 -2.084e-04  1.534e-02  3.472e-04  8.304e-03\n"
		"2017-08-22 13:23:40 203.0.113.15     2     -3.641      0.075  1.000e-06 N  2  2.940e-03 -2.084e-04  1.534e-02  3.472e-04  8.304e-03\n");
	fclose(f);
	snprintf(words, sizeof(words), "--json -l %s", path);
	object = json_tokener_parse(plot_it(words, &status));
	EXPECT(!status && !asked);
	EXPECT(json_object_array_length(member(object, "points")) == 2);
	EXPECT(json_object_get_int(member(item(object, "points", 0), "time")) == 1503408156);
	EXPECT(json_object_get_int(member(item(object, "points", 0), "offset_ns")) == -8621);
	EXPECT(json_object_get_double(member(item(object, "points", 1), "frequency_ppm")) ==
	       -3.641);
	json_object_put(object);
	unlink(path);
	plot_it(words, &status);
	EXPECT(status == 1);
}

static void nothing_yet(void)
{
	int status;

	n_points = 0;
	EXPECT_STR(plot_it("", &status), "");
	EXPECT(status == 1 && strstr(complaint, "nothing yet"));
	plot_it("-t -1", &status);
	EXPECT(status == 2);
}

static const struct ktap_case cases[] = {
	CASE(json),
	CASE(text),
	CASE(svg),
	CASE(log_of_chrony),
	CASE(nothing_yet),
};

KTAP_MAIN(cases)
