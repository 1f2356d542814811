/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files that are old or new, never half, and never followed elsewhere. */
#ifndef NTSD_FILE_H
#define NTSD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int file_replace(const char *path, const char *text, size_t len, mode_t mode);
int file_make_dir(const char *path, mode_t mode, uid_t uid, gid_t gid);
ssize_t file_read(const char *path, char *buf, size_t size, mode_t *mode);

void file_to_hex(const uint8_t *bytes, size_t n, char *text);
int file_from_hex(const char *text, uint8_t *bytes, size_t max);

#endif
