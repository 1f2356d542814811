// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nonces, by AES in counter mode: what comes out of it under one key never
 * repeats, and is no longer hard to tell from random only after more answers
 * than any server gives.
 */
#include "nonce.h"

/**
 * nts_nonce_take() - make some nonces
 * @nonces: with a key; nobody else takes from them meanwhile
 * @engine: who computes
 * @nonce: receives them, 16 octets each
 * @len: of all, octets, at most NTS_SIV_MAX_LEN
 *
 * Context: as nts_siv_setkeys().
 */
void nts_nonce_take(struct nts_nonces *nonces, enum nts_siv_engine engine, u8 *nonce,
		    size_t len)
{
	u8 counter[NTS_SIV_TAG_LEN] = { 0 };

	/* The lower half counts the blocks of one call. */
	put_unaligned_be64(nonces->call++, counter);
	nts_siv_stream(&nonces->key[engine], counter, nonce, len);
}
