/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cookie keys that are derived from a secret and the time: servers that have
 * the same of both take each other's cookies, and exchange nothing.
 */
#ifndef NTSD_KEYSOURCE_H
#define NTSD_KEYSOURCE_H

#include "keyring.h"

#define KEYSOURCE_SECRET_MIN 32
#define KEYSOURCE_SECRET_MAX 1024
/* Of systemd: the secret when no file is named. */
#define KEYSOURCE_CREDENTIAL "ntskeysecret"

/**
 * struct keysource - the secret
 * @secret: octets of the file, without newlines at its end
 * @len: how many, 0 when there is none
 */
struct keysource {
	uint8_t secret[KEYSOURCE_SECRET_MAX];
	size_t len;
};

bool keysource_read(struct keysource *source, const char *path, char *err,
		    size_t err_len);
int64_t keysource_period(int64_t time_ms, int64_t rotate_s);
bool keysource_derive(const struct keysource *source, int64_t rotate_s,
		      int64_t time_ms, int64_t now_ms, struct keyring *ring);
void keysource_wipe(struct keysource *source);

#endif
