/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processes give up. */
#ifndef NTSD_SANDBOX_H
#define NTSD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct passwd;

void sandbox_close_others(const int *wanted, size_t n);
bool sandbox_lock_memory(char *err, size_t err_len);
bool sandbox_master(const struct passwd *user, bool steers, char *err,
		    size_t err_len);
bool sandbox_certs(const struct passwd *user, char *err, size_t err_len);
bool sandbox_phc(const struct passwd *user, char *err, size_t err_len);
bool sandbox_worker(const struct passwd *user, char *err, size_t err_len);
bool sandbox_resolver(const struct passwd *user, char *err, size_t err_len);

#endif
