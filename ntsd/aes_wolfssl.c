// SPDX-License-Identifier: GPL-2.0-or-later
/* The AES block of kmod/core/port.h, for programs, from wolfCrypt. */
#include <stdlib.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/aes.h>

#include "../kmod/core/port.h"

#ifndef WOLFSSL_AES_DIRECT
#error "this wolfSSL has no AES blocks: it was built without WOLFSSL_AES_DIRECT"
#endif

_Static_assert(sizeof(Aes) <= sizeof(struct nts_aes_key),
	       "struct nts_aes_key has too little room for wolfCrypt's key");
_Static_assert(_Alignof(Aes) <= _Alignof(struct nts_aes_key),
	       "struct nts_aes_key is not aligned for wolfCrypt's key");

/**
 * nts_aes_expand() - prepare an AES-128 key
 * @key: filled in
 * @bytes: the key
 */
void nts_aes_expand(struct nts_aes_key *key, const u8 bytes[16])
{
	Aes *aes = (Aes *)key;

	/* A wrong answer would be worse than none. */
	if (wc_AesInit(aes, NULL, INVALID_DEVID) ||
	    wc_AesSetKeyDirect(aes, bytes, 16, NULL, AES_ENCRYPTION))
		abort();
}

/**
 * nts_aes_encrypt() - encrypt one block
 * @key: prepared
 * @out: the result, may be @in
 * @in: the block
 */
void nts_aes_encrypt(const struct nts_aes_key *key, u8 out[16], const u8 in[16])
{
	if (wc_AesEncryptDirect((Aes *)key, out, in))
		abort();
}
