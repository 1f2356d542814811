/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring of cookie keys: next, current and two old ones. The low 2 bits of
 * an id name its slot, as in chrony, whose key files are read and written.
 * Times are milliseconds of any clock that only goes forward.
 */
#ifndef NTSD_KEYRING_H
#define NTSD_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYRING_SLOTS 4
#define KEYRING_KEY_LEN 32
#define KEYRING_AEAD 15
#define KEYRING_FILE "ntskeys"

enum keyring_role { KEYRING_NEXT, KEYRING_CURRENT, KEYRING_OLD };

/**
 * struct keyring_key - one cookie key
 * @id: sent in clear in each cookie
 * @held: only the kernel has the bytes (after a restart without a file)
 * @bytes: the key, unless @held
 * @born_ms: when it was made, may be negative (before the clock's zero)
 */
struct keyring_key {
	uint32_t id;
	bool held;
	uint8_t bytes[KEYRING_KEY_LEN];
	int64_t born_ms;
};

/**
 * struct keyring - all cookie keys
 * @key: by slot
 * @current: slot of the key that seals
 * @rotated_ms: when @current became current
 * @period: its number, of derived keys
 */
struct keyring {
	struct keyring_key key[KEYRING_SLOTS];
	unsigned int current;
	int64_t rotated_ms;
	int64_t period;
};

/* A key of the kernel's, as far as it is told. */
struct keyring_told {
	uint32_t id;
	enum keyring_role role;
	uint64_t age_ms;
};

bool keyring_generate(struct keyring *ring, int64_t now_ms);
bool keyring_adopt(struct keyring *ring, const struct keyring_told *told,
		   size_t n, int64_t now_ms);
bool keyring_rotate(struct keyring *ring, int64_t now_ms);
bool keyring_drop_held(struct keyring *ring, int64_t now_ms);
enum keyring_role keyring_role(const struct keyring *ring, unsigned int slot);
int64_t keyring_due(const struct keyring *ring, int64_t period_ms);
void keyring_wipe(struct keyring *ring);
int keyring_save(const struct keyring *ring, const char *dir, int64_t now_ms,
		 char *err, size_t err_len);
int keyring_load(struct keyring *ring, const char *dir, int64_t now_ms,
		 int64_t period_ms, char *err, size_t err_len);

#endif
