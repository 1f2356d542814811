// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookies, and the keys that seal them (RFC 8915, section 6). */
#include "cookie.h"

/* As an AEAD: empty associated data, then the nonce (RFC 5297, section 3). */
#define COOKIE_AD(cookie) { \
	{ NULL, 0 }, \
	{ (cookie) + NTS_COOKIE_NONCE, NTS_NONCE_LEN }, \
}

/**
 * nts_cookie_seal() - make a cookie
 * @key: the ring's current key
 * @engine: who computes
 * @nonce: random; never the same twice for one key
 * @c2s: client to server key, NTS_SIV_KEY_LEN octets
 * @s2c: server to client key, NTS_SIV_KEY_LEN octets
 * @cookie: receives NTS_COOKIE_LEN octets; overlaps none of the others
 *
 * Context: as nts_siv_seal().
 */
void nts_cookie_seal(const struct nts_cookie_key *key, enum nts_siv_engine engine,
		     const u8 nonce[NTS_NONCE_LEN], const u8 *c2s, const u8 *s2c,
		     u8 *cookie)
{
	const struct nts_span ad[] = COOKIE_AD(cookie);
	u8 *keys = cookie + NTS_COOKIE_KEYS;

	put_unaligned_be32(key->id, cookie);
	memcpy(cookie + NTS_COOKIE_NONCE, nonce, NTS_NONCE_LEN);
	memcpy(keys, c2s, NTS_SIV_KEY_LEN);
	memcpy(keys + NTS_SIV_KEY_LEN, s2c, NTS_SIV_KEY_LEN);
	nts_siv_seal(&key->siv[engine], ad, ARRAY_SIZE(ad), keys,
		     2 * NTS_SIV_KEY_LEN, cookie + NTS_COOKIE_TAG);
}

/**
 * nts_cookie_open() - get the keys out of a cookie
 * @ring: the keys in force, or NULL when there are none
 * @engine: who computes
 * @cookie: body of a cookie field, untrusted
 * @len: its octets
 * @keys: receives C2S, then S2C; the caller wipes it
 *
 * Context: as nts_siv_open().
 *
 * Return: the key that opened it, or NULL.
 */
const struct nts_cookie_key *
nts_cookie_open(const struct nts_cookie_ring *ring, enum nts_siv_engine engine,
		const u8 *cookie, size_t len, u8 keys[2 * NTS_SIV_KEY_LEN])
{
	const struct nts_cookie_key *key = NULL;
	u32 id, i;

	if (!ring || len != NTS_COOKIE_LEN)
		return NULL;

	id = get_unaligned_be32(cookie);
	for (i = 0; i < ring->n; i++) {
		if (ring->key[i].id == id) {
			key = &ring->key[i];
			break;
		}
	}
	if (!key)
		return NULL;

	memcpy(keys, cookie + NTS_COOKIE_KEYS, 2 * NTS_SIV_KEY_LEN);
	{
		const struct nts_span ad[] = COOKIE_AD(cookie);

		if (!nts_siv_open(&key->siv[engine], ad, ARRAY_SIZE(ad), keys,
				  2 * NTS_SIV_KEY_LEN, cookie + NTS_COOKIE_TAG))
			return NULL;
	}
	return key;
}
