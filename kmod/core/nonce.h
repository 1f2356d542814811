/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nonces: no two alike, and nobody sees which were made together. */
#ifndef _NTS_CORE_NONCE_H
#define _NTS_CORE_NONCE_H

#include "siv.h"

/**
 * struct nts_nonces - where nonces come from
 * @key: expanded from random octets for each engine; of it the half that encrypts
 * @call: how often it was asked
 *
 * Cookies made one after the other come from here, and their nonces can be read
 * by everybody: were they numbers in order, or random only in part, an observer
 * could tell which cookies belong together (RFC 8915, 9.1).
 */
struct nts_nonces {
	struct nts_siv_key key[NTS_SIV_ENGINES];
	u64 call;
};

void nts_nonce_take(struct nts_nonces *nonces, enum nts_siv_engine engine, u8 *nonce,
		    size_t len);

#endif /* _NTS_CORE_NONCE_H */
