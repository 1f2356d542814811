// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "file.h"
#include "keyring.h"

#define SLOT_MASK (KEYRING_SLOTS - 1)
#define HEX_LEN (KEYRING_KEY_LEN * 2)
/* "NKS1", an age and 4 lines of id, key and AEAD, with room to spare. */
#define FILE_MAX 1024
/* A file that claims more than 100 years is no file of ours. */
#define AGE_MAX_S 3.2e9

static unsigned int next_slot(unsigned int slot)
{
	return (slot + 1) & SLOT_MASK;
}

static bool fill_random(void *buf, size_t len)
{
	/* Up to 256 bytes are never cut short, getrandom(2). */
	return getrandom(buf, len, 0) == (ssize_t)len;
}

static bool make_key(struct keyring_key *key, unsigned int slot, int64_t now_ms)
{
	struct keyring_key made = { .born_ms = now_ms };

	if (!fill_random(&made.id, sizeof(made.id)) ||
	    !fill_random(made.bytes, sizeof(made.bytes)))
		return false;
	made.id = (made.id & ~(uint32_t)SLOT_MASK) | slot;
	*key = made;
	explicit_bzero(&made, sizeof(made));
	return true;
}

/* Oldest first, so that the last line is the next key. */
static int print_ring(const struct keyring *ring, int64_t now_ms, char *text,
		      size_t size)
{
	int64_t age_ms = now_ms - ring->rotated_ms;
	unsigned int slot = ring->current;
	int used;

	if (age_ms < 0)
		age_ms = 0;
	used = snprintf(text, size, "NKS1\n%" PRId64 ".%" PRId64 "\n",
			age_ms / 1000, age_ms % 1000 / 100);
	for (int i = 0; i < KEYRING_SLOTS; i++) {
		struct keyring_key key;
		char hex[HEX_LEN + 1];

		slot = i ? next_slot(slot) : (slot + 2) & SLOT_MASK;
		key = ring->key[slot];
		/* The file has 4 lines always: a stand-in opens no cookie. */
		if (key.held && !make_key(&key, slot, now_ms))
			return -1;
		file_to_hex(key.bytes, KEYRING_KEY_LEN, hex);
		used += snprintf(text + used, size - used, "%08" PRIX32 " %s %d\n",
				 key.id, hex, KEYRING_AEAD);
		explicit_bzero(&key, sizeof(key));
		explicit_bzero(hex, sizeof(hex));
	}
	return used;
}

static bool parse_age(const char *line, double *age_s)
{
	char *end;

	*age_s = strtod(line, &end);
	/* So put that NaN is refused. */
	return end != line && !*end && *age_s < AGE_MAX_S;
}

/* "ID KEY" in NKS0, where the AEAD stands before the age; "ID KEY AEAD" now. */
static bool parse_key(char *line, bool old_format, struct keyring_key *key)
{
	char *save = NULL, *id, *hex, *aead, *end;
	unsigned long number;

	id = strtok_r(line, " \t", &save);
	hex = strtok_r(NULL, " \t", &save);
	aead = old_format ? NULL : strtok_r(NULL, " \t", &save);
	if (!id || !hex || strlen(id) > 8 || strtok_r(NULL, " \t", &save))
		return false;
	if (!old_format && (!aead || strcmp(aead, "15")))
		return false;

	errno = 0;
	number = strtoul(id, &end, 16);
	if (errno || *end || !isxdigit((unsigned char)id[0]) || number > UINT32_MAX)
		return false;
	key->id = number;
	key->held = false;
	return file_from_hex(hex, key->bytes, KEYRING_KEY_LEN) ==
	       KEYRING_KEY_LEN;
}

/* Return: NULL, or what is wrong. */
static const char *parse_ring(char *text, struct keyring *ring, int64_t now_ms,
			      int64_t period_ms)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save);
	bool old_format;
	unsigned int slot = 0;
	double age_s;

	if (!line || (strcmp(line, "NKS1") && strcmp(line, "NKS0")))
		return "line 1 is not NKS1";
	old_format = line[3] == '0';

	line = strtok_r(NULL, "\n", &save);
	if (line && old_format) {
		if (strncmp(line, "15 ", 3))
			return "line 2: only AEAD 15 is supported";
		line += 3;
	}
	if (!line || !parse_age(line, &age_s))
		return "line 2 is no age in seconds";
	/* chrony, too, takes an age below 0 (a clock was set) as 0. */
	ring->rotated_ms = now_ms - (age_s > 0 ? (int64_t)(age_s * 1000) : 0);

	for (int i = 0; i < KEYRING_SLOTS; i++) {
		struct keyring_key key;

		line = strtok_r(NULL, "\n", &save);
		if (!line || !parse_key(line, old_format, &key))
			return "not 4 lines of id, key and AEAD 15";
		if (i && (key.id & SLOT_MASK) != next_slot(slot))
			return "the ids are not in order";
		slot = key.id & SLOT_MASK;
		key.born_ms = ring->rotated_ms -
			      (KEYRING_SLOTS - 1 - i) * period_ms;
		ring->key[slot] = key;
		explicit_bzero(&key, sizeof(key));
	}
	if (strtok_r(NULL, "\n", &save))
		return "more than 4 keys";
	ring->current = (slot + SLOT_MASK) & SLOT_MASK;
	return NULL;
}

/**
 * keyring_generate() - make a ring of 4 new keys
 * @ring: filled in
 * @now_ms: the time
 *
 * Return: false when the kernel gave no random bytes.
 */
bool keyring_generate(struct keyring *ring, int64_t now_ms)
{
	memset(ring, 0, sizeof(*ring));
	for (unsigned int slot = 0; slot < KEYRING_SLOTS; slot++)
		if (!make_key(&ring->key[slot], slot, now_ms))
			return false;
	ring->current = KEYRING_SLOTS - 2;
	ring->rotated_ms = now_ms;
	return true;
}

/**
 * keyring_adopt() - go on after a restart without a key file
 * @ring: filled in: new next and current keys, the kernel's become the old
 * @told: what the kernel holds
 * @n: how many
 * @now_ms: the time
 *
 * Return: false when the kernel gave no random bytes.
 */
bool keyring_adopt(struct keyring *ring, const struct keyring_told *told,
		   size_t n, int64_t now_ms)
{
	const struct keyring_told *current = NULL;
	unsigned int slot;

	if (!keyring_generate(ring, now_ms))
		return false;
	for (size_t i = 0; i < n; i++)
		if (told[i].role == KEYRING_CURRENT)
			current = &told[i];
	if (!current)
		return true;

	slot = current->id & SLOT_MASK;
	ring->current = next_slot(slot);
	for (size_t i = 0; i < n; i++) {
		unsigned int at = told[i].id & SLOT_MASK;
		struct keyring_key *key = &ring->key[at];

		/* The kernel's current key and the one before it stay. */
		if (told[i].role == KEYRING_NEXT ||
		    (at != slot && next_slot(at) != slot))
			continue;
		explicit_bzero(key->bytes, sizeof(key->bytes));
		key->id = told[i].id;
		key->held = true;
		key->born_ms = now_ms - (int64_t)(told[i].age_ms & INT64_MAX);
	}
	return true;
}

/**
 * keyring_rotate() - the next key becomes current, the oldest is forgotten
 * @ring: unchanged when false is returned
 * @now_ms: the time
 *
 * Return: false when the kernel gave no random bytes.
 */
bool keyring_rotate(struct keyring *ring, int64_t now_ms)
{
	unsigned int current = next_slot(ring->current);
	unsigned int next = next_slot(current);

	if (!make_key(&ring->key[next], next, now_ms))
		return false;
	ring->current = current;
	ring->rotated_ms = now_ms;
	return true;
}

/**
 * keyring_drop_held() - the kernel has forgotten what only it had
 * @ring: held keys are replaced by new ones, which open no cookie
 * @now_ms: the time
 *
 * Return: true if there were any.
 */
bool keyring_drop_held(struct keyring *ring, int64_t now_ms)
{
	bool any = false;

	for (unsigned int slot = 0; slot < KEYRING_SLOTS; slot++)
		if (ring->key[slot].held)
			any |= make_key(&ring->key[slot], slot, now_ms);
	return any;
}

/**
 * keyring_role() - what a key is for
 * @ring: the ring
 * @slot: 0 to 3
 *
 * Return: its role.
 */
enum keyring_role keyring_role(const struct keyring *ring, unsigned int slot)
{
	if (slot == ring->current)
		return KEYRING_CURRENT;
	return slot == next_slot(ring->current) ? KEYRING_NEXT : KEYRING_OLD;
}

/**
 * keyring_due() - when to rotate
 * @ring: the ring
 * @period_ms: directive ntsrotate; 0 is never
 *
 * Return: the time, INT64_MAX for never.
 */
int64_t keyring_due(const struct keyring *ring, int64_t period_ms)
{
	return period_ms > 0 ? ring->rotated_ms + period_ms : INT64_MAX;
}

/**
 * keyring_wipe() - forget all keys
 * @ring: the ring
 */
void keyring_wipe(struct keyring *ring)
{
	explicit_bzero(ring, sizeof(*ring));
}

/**
 * keyring_save() - write the key file so that it is old or new, never half
 * @ring: the ring
 * @dir: directive ntsdumpdir
 * @now_ms: the time
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: 0 or a negative errno.
 */
int keyring_save(const struct keyring *ring, const char *dir, int64_t now_ms,
		 char *err, size_t err_len)
{
	char text[FILE_MAX], path[PATH_MAX];
	int len, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, KEYRING_FILE);
	len = print_ring(ring, now_ms, text, sizeof(text));
	ret = len < 0 ? -EIO : file_replace(path, text, len, 0600);
	explicit_bzero(text, sizeof(text));
	if (ret)
		snprintf(err, err_len, "%s: %s", path, strerror(-ret));
	return ret;
}

/**
 * keyring_load() - read the key file
 * @ring: filled in; unchanged on an error
 * @dir: directive ntsdumpdir
 * @now_ms: the time
 * @period_ms: directive ntsrotate, to tell the age of the older keys
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: 0; -ENOENT when there is no file; -EBADMSG when it is no key file;
 * another negative errno when it could not be read. When others than its
 * owner may read the file, 0 is returned and @err says so; else it is "".
 */
int keyring_load(struct keyring *ring, const char *dir, int64_t now_ms,
		 int64_t period_ms, char *err, size_t err_len)
{
	struct keyring read_ring = { 0 };
	char path[PATH_MAX], text[FILE_MAX];
	const char *wrong;
	mode_t mode = 0;
	ssize_t len;
	int ret = 0;

	err[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, KEYRING_FILE);
	len = file_read(path, text, sizeof(text), &mode);
	if (len < 0 && len != -EBADMSG) {
		snprintf(err, err_len, "%s: %s", path, strerror(-len));
		return (int)len;
	}
	if (len < 0)
		wrong = "not a key file";
	else
		wrong = parse_ring(text, &read_ring, now_ms, period_ms);
	explicit_bzero(text, sizeof(text));

	if (wrong) {
		snprintf(err, err_len, "%s: %s", path, wrong);
		ret = -EBADMSG;
	} else {
		*ring = read_ring;
		if (mode & 077)
			snprintf(err, err_len,
				 "%s: mode %04o lets others read the keys: chmod 600 it",
				 path, mode & 07777);
	}
	keyring_wipe(&read_ring);
	return ret;
}
