/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ntsd --check: would this configuration work? */
#ifndef NTSD_CHECK_H
#define NTSD_CHECK_H

#include <pwd.h>
#include <stdbool.h>

#include "config.h"

bool check_user(const struct config *conf, struct passwd *user,
		config_tell *tell, void *arg);
bool check_file(const char *path);

#endif
