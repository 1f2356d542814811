// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl waitsync: wait until the clock is synchronised well enough. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "tracking.h"

#define USAGE "waitsync [MAX-TRIES [MAX-CORRECTION [MAX-SKEW [INTERVAL]]]]"
#define MIN_INTERVAL_S 0.1
#define MAX_INTERVAL_S 1e6

struct wish {
	double tries;
	double correction;
	double skew;
	double interval;
};

static bool read_wish(const struct ctl *ctl, struct wish *wish)
{
	double *to[] = { &wish->tries, &wish->correction, &wish->skew, &wish->interval };

	for (unsigned int i = 0; i < ctl->n_args; i++)
		if (!number_read(ctl->args[i], to[i]) || *to[i] < 0)
			return false;
	wish->interval = fmin(fmax(wish->interval, MIN_INTERVAL_S), MAX_INTERVAL_S);
	return true;
}

static void print_try(const struct ctl *ctl, uint64_t n, const struct tracking *t)
{
	const struct text correction =
		format_seconds(t->correction < 0 ? -t->correction : t->correction, false);
	const double skew = format_ppm((int64_t)t->skew);
	struct json_object *object;
	struct text refid;

	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		snprintf(refid.s, sizeof(refid.s), "%08" PRIX32, t->refid);
		object_uint(object, "try", n);
		object_bool(object, "synchronised", t->synchronised);
		object_text(object, "reference_id", refid.s);
		object_int(object, "correction_ns", t->correction);
		object_number(object, "skew_ppm", skew, 6);
		ask_print_json(object);
		return;
	}
	printf(ctl->form == OUT_CSV ? "%" PRIu64 ",%08" PRIX32 ",%s,%.3f\n" :
	       "try: %" PRIu64 ", refid: %08" PRIX32 ", correction: %s, skew: %.3f\n",
	       n, t->refid, correction.s, skew);
	fflush(stdout);
}

static bool good(const struct wish *wish, const struct tracking *t)
{
	if (!t->synchronised)
		return false;
	if (wish->correction > 0 && fabs((double)t->correction / 1e9) > wish->correction)
		return false;
	return wish->skew <= 0 || format_ppm((int64_t)t->skew) <= wish->skew;
}

int cmd_waitsync(struct ctl *ctl)
{
	struct wish wish = { .interval = 10 };
	struct timespec pause;
	struct tracking t;
	int ret;

	if (!read_wish(ctl, &wish))
		return ask_usage(USAGE);
	pause.tv_sec = (time_t)wish.interval;
	pause.tv_nsec = (long)((wish.interval - (double)pause.tv_sec) * 1e9);
	for (uint64_t n = 1;; n++) {
		ret = tracking_read(ctl, &t);
		if (ret)
			return ret;
		print_try(ctl, n, &t);
		if (good(&wish, &t))
			return 0;
		if (wish.tries >= 1 && (double)n >= wish.tries)
			return 1;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}
