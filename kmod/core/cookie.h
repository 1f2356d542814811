/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cookies, and the keys that seal them (RFC 8915, section 6). */
#ifndef _NTS_CORE_COOKIE_H
#define _NTS_CORE_COOKIE_H

#include "siv.h"
#include "wire.h"

#ifdef __KERNEL__
#include <uapi/linux/nts.h>
#else
#include <linux/nts.h>
#endif

static_assert(NTS_KEY_LEN == NTS_SIV_KEY_LEN, "uapi and core name one key length");

/*
 * Key id, nonce, tag, then C2S and S2C encrypted: the layout chrony uses for
 * AES-SIV-CMAC-256, so that servers sharing an ntskeys file take each other's
 * cookies.
 */
#define NTS_COOKIE_NONCE	4
#define NTS_COOKIE_TAG		(NTS_COOKIE_NONCE + NTS_NONCE_LEN)
#define NTS_COOKIE_KEYS		(NTS_COOKIE_TAG + NTS_SIV_TAG_LEN)
#define NTS_COOKIE_LEN		(NTS_COOKIE_KEYS + 2 * NTS_SIV_KEY_LEN)
static_assert(NTS_COOKIE_LEN == 100, "cookies are 100 octets");
static_assert(NTS_COOKIE_LEN % 4 == 0, "cookies need no padding");

/* A whole cookie field in a packet. */
#define NTS_COOKIE_EXT_LEN	(NTS_EXT_HEADER_LEN + NTS_COOKIE_LEN)

/**
 * struct nts_cookie_key - one key of the ring
 * @id: carried in clear in each cookie
 * @role: NTS_KEY_ROLE_NEXT, _CURRENT or _OLD
 * @siv: expanded for each engine
 */
struct nts_cookie_key {
	u32 id;
	u8 role;
	struct nts_siv_key siv[NTS_SIV_ENGINES];
};

/**
 * struct nts_cookie_ring - the keys in force
 * @n: how many of @key are there
 * @current_key: index of the one that seals; below @n
 * @key: the keys
 */
struct nts_cookie_ring {
	u32 n;
	u32 current_key;
	struct nts_cookie_key key[NTS_MAX_KEYS];
};

void nts_cookie_seal_begin(struct nts_siv_job *job, struct nts_span ad[2],
			   const struct nts_cookie_key *key, enum nts_siv_engine engine,
			   const u8 nonce[NTS_NONCE_LEN], const u8 *c2s, const u8 *s2c,
			   u8 *cookie);
void nts_cookie_seal(const struct nts_cookie_key *key, enum nts_siv_engine engine,
		     const u8 nonce[NTS_NONCE_LEN], const u8 *c2s, const u8 *s2c,
		     u8 *cookie);
const struct nts_cookie_key *
nts_cookie_open_begin(struct nts_siv_job *job, struct nts_span ad[2],
		      const struct nts_cookie_ring *ring, enum nts_siv_engine engine,
		      const u8 *cookie, size_t len, u8 keys[2 * NTS_SIV_KEY_LEN]);
const struct nts_cookie_key *
nts_cookie_open(const struct nts_cookie_ring *ring, enum nts_siv_engine engine,
		const u8 *cookie, size_t len, u8 keys[2 * NTS_SIV_KEY_LEN]);

#endif /* _NTS_CORE_COOKIE_H */
