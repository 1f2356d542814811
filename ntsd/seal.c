// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../kmod/core/cookie.h"
#include "seal.h"

_Static_assert(NTS_COOKIE_LEN <= KE_COOKIE_MAX, "a cookie fits its record");
_Static_assert(KEYRING_KEY_LEN == NTS_SIV_KEY_LEN, "one kind of key");
_Static_assert(TLS_EXPORT_LEN == NTS_SIV_KEY_LEN, "one kind of key");
_Static_assert(KEYRING_SLOTS == NTS_MAX_KEYS, "the kernel has as many slots");
_Static_assert(KEYRING_AEAD == NTS_AEAD_AES_SIV_CMAC_256, "one AEAD");

struct sealer {
	bool has_key;
	struct nts_cookie_key key;
};

/**
 * sealer_new() - make a sealer, which has no key yet
 *
 * Return: it, or NULL when out of memory.
 */
struct sealer *sealer_new(void)
{
	struct sealer *sealer;

	/* The AES code works on whole vectors. */
	if (posix_memalign((void **)&sealer, 64, sizeof(*sealer)))
		return NULL;
	memset(sealer, 0, sizeof(*sealer));
	return sealer;
}

/**
 * sealer_set_key() - seal with this key from now on
 * @sealer: the sealer
 * @id: of the key
 * @bytes: the key
 */
void sealer_set_key(struct sealer *sealer, uint32_t id,
		    const uint8_t bytes[KEYRING_KEY_LEN])
{
	memzero_explicit(&sealer->key, sizeof(sealer->key));
	sealer->key.id = id;
	sealer->key.role = NTS_KEY_ROLE_CURRENT;
	nts_siv_setkey(&sealer->key.siv[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	sealer->has_key = true;
}

/**
 * sealer_make() - make cookies: a conn_seal
 * @sealer: the sealer
 * @c2s: key of the client's packets
 * @s2c: key of the server's packets
 * @cookies: filled in
 * @n: how many
 *
 * Return: false when there is no key or the kernel gave no random bytes.
 */
bool sealer_make(void *sealer, const uint8_t c2s[TLS_EXPORT_LEN],
		 const uint8_t s2c[TLS_EXPORT_LEN], struct ke_cookie *cookies,
		 size_t n)
{
	const struct sealer *s = sealer;
	uint8_t nonce[NTS_NONCE_LEN];

	for (size_t i = 0; i < n; i++) {
		if (!s->has_key || getrandom(nonce, sizeof(nonce), 0) !=
		    (ssize_t)sizeof(nonce))
			return false;
		nts_cookie_seal(&s->key, NTS_SIV_LIB, nonce, c2s, s2c,
				cookies[i].bytes);
		cookies[i].len = NTS_COOKIE_LEN;
	}
	return true;
}

/**
 * sealer_free() - forget the key
 * @sealer: NULL is fine
 */
void sealer_free(struct sealer *sealer)
{
	if (!sealer)
		return;
	memzero_explicit(sealer, sizeof(*sealer));
	free(sealer);
}
