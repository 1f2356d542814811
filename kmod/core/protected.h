/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTS requests on their way to their answers, several side by side. */
#ifndef _NTS_CORE_PROTECTED_H
#define _NTS_CORE_PROTECTED_H

#include "request.h"

/* Random octets one answer may need: a nonce, and one for each cookie. */
#define NTS_ENTROPY_LEN(cookies) (NTS_NONCE_LEN * (1 + (cookies)))
#define NTS_ENTROPY_MAX NTS_ENTROPY_LEN(NTS_MAX_COOKIES)

/* How many cost least each. */
#define NTS_PROTECTED_BATCH	NTS_NI_LANES

/**
 * struct nts_protected - an NTS request, and what its answer takes
 * @packet: the request, becomes the answer
 * @request: as parsed, NTS_ANSWER_NTS
 * @key: the cookie key that opened it, or NULL: then the answer is a NAK (RFC
 *	8915, 5.7)
 * @cookies: how many to answer with, 1 up to nts_request_cookies(); 0 when it
 *	gets no answer
 * @len: of the answer as far as it is there, octets
 * @keys: C2S, then S2C
 * @c2s: expanded
 * @s2c: expanded
 * @entropy: NTS_ENTROPY_LEN(@cookies) octets of nonces, for nts_protected_prepare()
 *
 * Holds secrets: nts_protected_wipe().
 */
struct nts_protected {
	u8 *packet;
	const struct nts_request *request;
	const struct nts_cookie_key *key;
	u16 cookies;
	u32 len;
	u8 keys[2 * NTS_SIV_KEY_LEN];
	struct nts_siv_key c2s;
	struct nts_siv_key s2c;
	u8 entropy[NTS_ENTROPY_MAX];
};

void nts_protected_open(struct nts_protected *some, u32 n, const struct nts_cookie_ring *ring,
			enum nts_siv_engine engine);
void nts_protected_prepare(struct nts_protected *some, u32 n,
			   const struct nts_cookie_key *current_key,
			   enum nts_siv_engine engine);
void nts_protected_seal(struct nts_protected *some, u32 n);
void nts_protected_wipe(struct nts_protected *some, u32 n);

#endif /* _NTS_CORE_PROTECTED_H */
