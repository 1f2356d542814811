/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error of the clock's frequency, kept on disk in chrony's format. */
#ifndef NTSD_DRIFTFILE_H
#define NTSD_DRIFTFILE_H

#include <stdbool.h>

bool driftfile_read(const char *path, double *fast_ppm, double *skew_ppm);
int driftfile_write(const char *path, double fast_ppm, double skew_ppm);

#endif
