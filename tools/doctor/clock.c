// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the clock so far off that certificates seem not valid? */
#include <math.h>
#include <time.h>

#include "../../ntsd/lasttime.h"
#include "doctor.h"

/* By more, no certificate of today would still be good. */
#define TOO_LATE_S (20LL * 365 * 86400)
/* What a second of slewing at 500 ppm or so corrects takes half an hour. */
#define FAR_S 1.0

static const char *dump_dir(const struct doctor *d)
{
	return d->has_conf && d->conf.dump_dir[0] ? d->conf.dump_dir : LASTTIME_DIR;
}

static void check_far(struct doctor *d)
{
	const double off = -(double)d->snapshot.tracking.correction / 1e9;

	if (!d->loaded || !d->snapshot.tracking.updates)
		return;
	if (fabs(off) > FAR_S)
		doctor_problem(d, "ntsctl makestep, and let it at the start: makestep 1 3 in ntsd.conf",
			       "the system clock is %.3f s %s and only slewed", fabs(off),
			       off > 0 ? "fast" : "slow");
	else
		doctor_ok(d, "the system clock is %.9f s %s of NTP time", fabs(off),
			  off > 0 ? "ahead" : "behind");
}

void doctor_clock(struct doctor *d)
{
	const time_t now = time(NULL);
	char path[PATH_MAX];
	time_t bound;

	doctor_path(d, path, "%s", dump_dir(d));
	bound = lasttime_bound(0, lasttime_read(path), lasttime_built());
	if (now < bound)
		doctor_problem(d, "date -u -s 'YYYY-MM-DD HH:MM' by some watch, then: systemctl restart ntsd",
			       "the system clock is wrong by %.1f days at least: certificates seem not valid yet",
			       (double)(bound - now) / 86400);
	else if (now > lasttime_built() + TOO_LATE_S)
		doctor_problem(d, "date -u -s 'YYYY-MM-DD HH:MM' by some watch, then: systemctl restart ntsd",
			       "the system clock is far in the future: certificates seem expired");
	else
		doctor_ok(d, "the system clock may be right");
	check_far(d);
}
