/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that says which process the daemon is. */
#ifndef NTSD_PIDFILE_H
#define NTSD_PIDFILE_H

#include <stdbool.h>

bool pidfile_write(const char *path);
void pidfile_remove(const char *path);

#endif
