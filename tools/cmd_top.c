// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl top: clock, sources and server, again and again. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "option.h"
#include "top.h"

#define USAGE "top [-d SECONDS] [-n FRAMES]"
#define MIN_DELAY_S 0.2
#define MAX_DELAY_S 3600

/**
 * struct top - what goes on from frame to frame
 * @snapshot: the last two
 * @at: when they were read, 0 when they were not
 * @turn: which of them is the newer one
 */
struct top {
	struct snapshot snapshot[2];
	double at[2];
	unsigned int turn;
};

struct wish {
	double delay;
	double frames;
};

static bool take(void *arg, int option, const char *value)
{
	struct wish *wish = arg;

	if (option == 'd')
		return number_read(value, &wish->delay) && wish->delay >= MIN_DELAY_S &&
		       wish->delay <= MAX_DELAY_S;
	return number_read(value, &wish->frames) && wish->frames >= 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Return: the text of the next frame, to be freed. */
static char *next_frame(struct ctl *ctl, struct top *top)
{
	const unsigned int old = top->turn;
	char err[NLCONN_ERR_LEN] = "the kernel does not answer";
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	top->turn = !top->turn;
	top->at[top->turn] = 0;
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	if (ask_open(ctl, err) && !snapshot_read(ctl, &top->snapshot[top->turn])) {
		top->at[top->turn] = now();
		top_frame(out, &top->snapshot[top->turn],
			  top->at[old] > 0 ? &top->snapshot[old] : NULL,
			  top->at[top->turn] - top->at[old]);
	} else {
		fprintf(out, "%s\n", err);
	}
	ask_close(ctl);
	fclose(out);
	return text;
}

static int print_once(struct ctl *ctl, struct top *top, const struct wish *wish)
{
	const struct timespec pause = {
		.tv_sec = (time_t)wish->delay,
		.tv_nsec = (long)((wish->delay - (double)(time_t)wish->delay) * 1e9),
	};

	for (double n = 0; n < (wish->frames >= 1 ? wish->frames : 1); n++) {
		char *text;

		if (n > 0) {
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
			putchar('\n');
		}
		text = next_frame(ctl, top);
		if (text)
			fputs(text, stdout);
		free(text);
	}
	return fflush(stdout) || top->at[top->turn] <= 0 ? 1 : 0;
}

static void show_all(struct ctl *ctl, struct top *top, const struct wish *wish)
{
	double n = 0;

	do {
		char *text = next_frame(ctl, top);

		if (text)
			top_screen_show(stdout, text, top_screen_size());
		free(text);
		n++;
	} while (n != wish->frames && top_screen_wait(wish->delay));
}

int cmd_top(struct ctl *ctl)
{
	static const struct option longs[] = {
		{ "delay", required_argument, NULL, 'd' },
		{ "frames", required_argument, NULL, 'n' },
		{ }
	};
	struct wish wish = { .delay = 2 };
	struct top *top;
	int ret = 0;

	if (!option_parse(ctl, "d:n:", longs, take, &wish) || ctl->n_args ||
	    ctl->form != OUT_TEXT)
		return ask_usage(USAGE);
	top = calloc(1, sizeof(*top));
	if (!top)
		return ask_fail("out of memory");
	ctl->names = true;
	if (top_screen_begin()) {
		show_all(ctl, top, &wish);
		top_screen_end();
	} else {
		ret = print_once(ctl, top, &wish);
	}
	free(top);
	return ret;
}
