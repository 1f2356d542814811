// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/hmac.h>

#include "keysource.h"

/* Names the purpose and this way of deriving: to change either, change it. */
#define SALT "ntsd cookie keys 1"
#define SLOT_MASK (KEYRING_SLOTS - 1)
#define ID_LEN 4
#define INFO_LEN 16

static void put_be64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = value >> (56 - 8 * i);
}

/*
 * HKDF-SHA256 (RFC 5869): 32 octets of the key and 4 of its id, for the info
 * rotate_s and period, both 64 bits in network byte order. An id names its
 * slot in its low 2 bits, like any other.
 */
static bool derive_key(const struct keysource *source, int64_t rotate_s,
		       int64_t period, struct keyring_key *key)
{
	uint8_t info[INFO_LEN], out[KEYRING_KEY_LEN + ID_LEN];
	const uint8_t *id = out + KEYRING_KEY_LEN;
	bool ok;

	put_be64(info, rotate_s);
	put_be64(info + 8, period);
	ok = !wc_HKDF(WC_SHA256, source->secret, source->len,
		      (const uint8_t *)SALT, strlen(SALT), info, sizeof(info),
		      out, sizeof(out));
	if (ok) {
		memcpy(key->bytes, out, KEYRING_KEY_LEN);
		key->id = (uint32_t)id[0] << 24 | id[1] << 16 | id[2] << 8 | id[3];
		key->id = (key->id & ~(uint32_t)SLOT_MASK) | (period & SLOT_MASK);
		key->held = false;
	}
	explicit_bzero(out, sizeof(out));
	return ok;
}

/**
 * keysource_read() - read the secret
 * @source: filled in; unchanged on an error
 * @path: directive ntskeysecret
 * @err: text of what failed
 * @err_len: room for it
 *
 * Newlines at the end do not belong to the secret, since editors add them.
 *
 * Return: false with @err set. When others than its owner may read the file,
 * true is returned and @err says so; else it is "".
 */
bool keysource_read(struct keysource *source, const char *path, char *err,
		    size_t err_len)
{
	uint8_t buf[KEYSOURCE_SECRET_MAX + 3];
	struct stat st;
	ssize_t len;
	int fd;

	err[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	len = fd < 0 || fstat(fd, &st) ? -1 : read(fd, buf, sizeof(buf));
	if (len < 0)
		snprintf(err, err_len, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return false;
	while (len && (buf[len - 1] == '\n' || buf[len - 1] == '\r'))
		len--;
	if (len < KEYSOURCE_SECRET_MIN || len > KEYSOURCE_SECRET_MAX) {
		snprintf(err, err_len,
			 "%s: the secret has %s %d octets: openssl rand -hex 32 makes a good one",
			 path, len < KEYSOURCE_SECRET_MIN ? "less than" : "more than",
			 len < KEYSOURCE_SECRET_MIN ? KEYSOURCE_SECRET_MIN :
						      KEYSOURCE_SECRET_MAX);
		explicit_bzero(buf, sizeof(buf));
		return false;
	}
	if (st.st_mode & 077)
		snprintf(err, err_len,
			 "%s: mode %04o lets others read the secret: chmod 600 it",
			 path, st.st_mode & 07777);
	memset(source, 0, sizeof(*source));
	memcpy(source->secret, buf, len);
	source->len = len;
	explicit_bzero(buf, sizeof(buf));
	return true;
}

/**
 * keysource_period() - which key is the current one
 * @time_ms: since 1970 UTC, not before that
 * @rotate_s: directive ntsrotate, not 0
 *
 * Return: the number of the period, of which the first began in 1970.
 */
int64_t keysource_period(int64_t time_ms, int64_t rotate_s)
{
	return time_ms / (rotate_s * 1000);
}

/**
 * keysource_derive() - make the cookie keys for a time
 * @source: the secret
 * @rotate_s: directive ntsrotate, not 0
 * @time_ms: since 1970 UTC, 2 periods after that at least
 * @now_ms: the same moment on the ring's clock
 * @ring: filled in: keys of the period, of the next one and of 2 before it;
 *	unchanged on an error
 *
 * Return: false when HKDF failed.
 */
bool keysource_derive(const struct keysource *source, int64_t rotate_s,
		      int64_t time_ms, int64_t now_ms, struct keyring *ring)
{
	int64_t period = keysource_period(time_ms, rotate_s);
	struct keyring made = {
		.current = period & SLOT_MASK,
		.rotated_ms = now_ms - time_ms % (rotate_s * 1000),
		.period = period,
	};
	bool ok = period >= KEYRING_SLOTS - 2;

	for (int64_t p = period - 2; ok && p <= period + 1; p++) {
		struct keyring_key *key = &made.key[p & SLOT_MASK];

		ok = derive_key(source, rotate_s, p, key);
		/* The next one is not older than the others for being known. */
		key->born_ms = made.rotated_ms + (p - period) * rotate_s * 1000;
		if (key->born_ms > now_ms)
			key->born_ms = now_ms;
	}
	if (ok)
		*ring = made;
	keyring_wipe(&made);
	return ok;
}

/**
 * keysource_wipe() - forget the secret
 * @source: the secret
 */
void keysource_wipe(struct keysource *source)
{
	explicit_bzero(source, sizeof(*source));
}
