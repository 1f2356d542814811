/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last time that was known to be right, kept on disk: it cannot be earlier
 * now, whatever a clock without a battery says at boot.
 */
#ifndef NTSD_LASTTIME_H
#define NTSD_LASTTIME_H

#include <time.h>

#define LASTTIME_FILE "time"
#define LASTTIME_DIR "/var/lib/ntsd"

time_t lasttime_built(void);
time_t lasttime_read(const char *dir);
int lasttime_write(const char *dir, time_t now);
time_t lasttime_bound(time_t system, time_t last, time_t built);

#endif
