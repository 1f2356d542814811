// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl smoothing: served time while corrections come slowly, as chronyc smoothing. */
#include <stdio.h>

#include "tracking.h"

#define NS_PER_S 1e9

static void print_text(const struct tracking *t)
{
	printf("Active         : %s\n", t->smooth_active ? "Yes" : "No");
	printf("Offset         : %s seconds\n", format_seconds(t->smooth_offset, true).s);
	printf("Frequency      : %+.6f ppm\n", format_ppm(t->smooth_freq));
	printf("Wander         : %+.6f ppm per second\n", format_ppm(t->smooth_wander));
	printf("Last update    : %.1f seconds ago\n", (double)t->smooth_age / NS_PER_S);
	printf("Remaining time : %.1f seconds\n", (double)t->smooth_left / NS_PER_S);
}

static void print_values(const struct tracking *t)
{
	printf("%s,%s,%.6f,%.6f,%.1f,%.1f\n", t->smooth_active ? "Yes" : "No",
	       format_seconds(t->smooth_offset, false).s, format_ppm(t->smooth_freq),
	       format_ppm(t->smooth_wander), (double)t->smooth_age / NS_PER_S,
	       (double)t->smooth_left / NS_PER_S);
}

static int print_json(const struct tracking *t)
{
	struct json_object *object = json_object_new_object();

	object_bool(object, "active", t->smooth_active);
	object_int(object, "offset_ns", t->smooth_offset);
	object_number(object, "frequency_ppm", format_ppm(t->smooth_freq), 6);
	object_number(object, "wander_ppm_per_s", format_ppm(t->smooth_wander), 6);
	object_uint(object, "last_update_ns_ago", t->smooth_age);
	object_uint(object, "remaining_ns", t->smooth_left);
	return ask_print_json(object);
}

int cmd_smoothing(struct ctl *ctl)
{
	struct tracking t;
	int ret = tracking_read(ctl, &t);

	if (ret)
		return ret;
	if (!t.smooth)
		return ask_fail("corrections are not smoothed (directive smoothtime)");
	if (ctl->form == OUT_JSON)
		return print_json(&t);
	if (ctl->form == OUT_CSV)
		print_values(&t);
	else
		print_text(&t);
	return fflush(stdout) ? 1 : 0;
}
