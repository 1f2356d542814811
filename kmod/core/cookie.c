// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookies, and the keys that seal them (RFC 8915, section 6). */
#include "cookie.h"

/* As an AEAD: empty associated data, then the nonce (RFC 5297, section 3). */
static void begin_job(struct nts_siv_job *job, struct nts_span ad[2],
		      const struct nts_siv_key *key, const u8 *cookie, u8 *keys)
{
	ad[0] = (struct nts_span){ NULL, 0 };
	ad[1] = (struct nts_span){ cookie + NTS_COOKIE_NONCE, NTS_NONCE_LEN };
	nts_siv_job_key(job, key);
	job->ad = ad;
	job->n_ad = 2;
	job->text = keys;
	job->len = 2 * NTS_SIV_KEY_LEN;
	/* Opening only reads it. */
	job->tag = (u8 *)cookie + NTS_COOKIE_TAG;
}

/**
 * nts_cookie_seal_begin() - make a cookie, but for what nts_siv_seal_all() does
 * @job: for that
 * @ad: for @job, as long as that is needed
 * @key: the ring's current key
 * @engine: who computes
 * @nonce: random; never the same twice for one key
 * @c2s: client to server key, NTS_SIV_KEY_LEN octets
 * @s2c: server to client key, NTS_SIV_KEY_LEN octets
 * @cookie: receives NTS_COOKIE_LEN octets; overlaps none of the others
 *
 * Context: any.
 */
void nts_cookie_seal_begin(struct nts_siv_job *job, struct nts_span ad[2],
			   const struct nts_cookie_key *key, enum nts_siv_engine engine,
			   const u8 nonce[NTS_NONCE_LEN], const u8 *c2s, const u8 *s2c,
			   u8 *cookie)
{
	put_unaligned_be32(key->id, cookie);
	memcpy(cookie + NTS_COOKIE_NONCE, nonce, NTS_NONCE_LEN);
	memcpy(cookie + NTS_COOKIE_KEYS, c2s, NTS_SIV_KEY_LEN);
	memcpy(cookie + NTS_COOKIE_KEYS + NTS_SIV_KEY_LEN, s2c, NTS_SIV_KEY_LEN);
	begin_job(job, ad, &key->siv[engine], cookie, cookie + NTS_COOKIE_KEYS);
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
	struct nts_siv_job job;
	struct nts_span ad[2];

	nts_cookie_seal_begin(&job, ad, key, engine, nonce, c2s, s2c, cookie);
	nts_siv_seal_all(&job, 1);
}

/**
 * nts_cookie_open_begin() - find a cookie's key; nts_siv_open_all() does the rest
 * @job: for that
 * @ad: for @job, as long as that is needed
 * @ring: the keys in force, or NULL when there are none
 * @engine: who computes
 * @cookie: body of a cookie field, untrusted
 * @len: its octets
 * @keys: receives C2S, then S2C, when @job was authentic; the caller wipes it
 *
 * Context: any.
 *
 * Return: the key that shall open it, or NULL.
 */
const struct nts_cookie_key *
nts_cookie_open_begin(struct nts_siv_job *job, struct nts_span ad[2],
		      const struct nts_cookie_ring *ring, enum nts_siv_engine engine,
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
	begin_job(job, ad, &key->siv[engine], cookie, keys);
	return key;
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
	const struct nts_cookie_key *key;
	struct nts_siv_job job;
	struct nts_span ad[2];

	key = nts_cookie_open_begin(&job, ad, ring, engine, cookie, len, keys);
	if (!key)
		return NULL;
	nts_siv_open_all(&job, 1);
	return job.authentic ? key : NULL;
}
