// SPDX-License-Identifier: GPL-2.0-or-later
/* AEAD_AES_SIV_CMAC_256 (RFC 5297). */
#include "siv.h"

static void block_xor(u8 *dst, const u8 *src, size_t len)
{
	while (len--)
		*dst++ ^= *src++;
}

/* Multiply by x in GF(2^128), without a branch on the secret top bit. */
static void block_double(u8 block[16])
{
	u8 carry = (u8)-(block[0] >> 7) & 0x87;
	int i;

	for (i = 0; i < 15; i++)
		block[i] = (u8)(block[i] << 1 | block[i + 1] >> 7);
	block[15] = (u8)(block[15] << 1) ^ carry;
}

static void lib_setkey(struct nts_siv_lib_key *key, const u8 *bytes)
{
	nts_aes_expand(&key->mac, bytes);
	nts_aes_expand(&key->ctr, bytes + 16);
	memset(key->sub[0], 0, 16);
	nts_aes_encrypt(&key->mac, key->sub[0], key->sub[0]);
	block_double(key->sub[0]);
	memcpy(key->sub[1], key->sub[0], 16);
	block_double(key->sub[1]);
	nts_aes_encrypt(&key->mac, key->zero, key->sub[0]);
}

/*
 * CMAC (RFC 4493); @tail, when given, is xored onto the last 16 octets of
 * @data, which must then be there.
 */
static void lib_cmac(const struct nts_siv_lib_key *key, const u8 *data,
		     size_t len, const u8 *tail, u8 out[16])
{
	u8 mac[16] = { 0 };
	size_t done = 0, n, i;

	do {
		n = len - done < 16 ? len - done : 16;
		for (i = 0; i < n; i++) {
			mac[i] ^= data[done + i];
			if (tail && done + i + 16 >= len)
				mac[i] ^= tail[done + i + 16 - len];
		}
		done += n;
		if (done == len) {
			if (n < 16)
				mac[n] ^= 0x80;
			block_xor(mac, key->sub[n < 16], 16);
		}
		nts_aes_encrypt(&key->mac, mac, mac);
	} while (done < len);
	memcpy(out, mac, 16);
	memzero_explicit(mac, sizeof(mac));
}

/* S2V (RFC 5297, 2.4). */
static void lib_s2v(const struct nts_siv_lib_key *key, const struct nts_span *ad,
		    unsigned int n_ad, const u8 *text, size_t len, u8 out[16])
{
	u8 sum[16], mac[16];
	unsigned int i;

	memcpy(sum, key->zero, 16);
	for (i = 0; i < n_ad; i++) {
		block_double(sum);
		lib_cmac(key, ad[i].data, ad[i].len, NULL, mac);
		block_xor(sum, mac, 16);
	}
	if (len >= 16) {
		lib_cmac(key, text, len, sum, out);
	} else {
		block_double(sum);
		block_xor(sum, text, len);
		sum[len] ^= 0x80;
		lib_cmac(key, sum, 16, NULL, out);
	}
	memzero_explicit(sum, sizeof(sum));
	memzero_explicit(mac, sizeof(mac));
}

/* CTR with the two cleared bits of RFC 5297, 2.5. */
static void lib_ctr(const struct nts_siv_lib_key *key, const u8 *iv, u8 *text,
		    size_t len)
{
	u8 counter[16], pad[16];
	size_t n;

	memcpy(counter, iv, 16);
	counter[8] &= 0x7f;
	counter[12] &= 0x7f;
	while (len) {
		nts_aes_encrypt(&key->ctr, pad, counter);
		n = len < 16 ? len : 16;
		block_xor(text, pad, n);
		text += n;
		len -= n;
		/* Bit 31 is clear and len is bounded: no carry beyond. */
		put_unaligned_be32(get_unaligned_be32(counter + 12) + 1,
				   counter + 12);
	}
	memzero_explicit(pad, sizeof(pad));
}

static bool key_is_ni(const struct nts_siv_key *key)
{
	return NTS_HAVE_NI && key->engine == NTS_SIV_NI;
}

static void siv_s2v(const struct nts_siv_key *key, const struct nts_span *ad,
		    unsigned int n_ad, const u8 *text, size_t len, u8 out[16])
{
	if (key_is_ni(key))
		nts_ni_s2v(&key->ni, ad, n_ad, text, len, out);
	else
		lib_s2v(&key->lib, ad, n_ad, text, len, out);
}

static void siv_ctr(const struct nts_siv_key *key, const u8 *iv, u8 *text,
		    size_t len)
{
	if (key_is_ni(key))
		nts_ni_ctr(&key->ni, iv, text, len);
	else
		lib_ctr(&key->lib, iv, text, len);
}

/**
 * nts_siv_setkey() - expand a key
 * @key: where to; holds secrets from now on
 * @bytes: K1, then K2
 * @engine: who will work with it; NTS_SIV_NI only if nts_ni_supported()
 *
 * Context: any; for NTS_SIV_NI in the kernel, inside an FPU section.
 */
void nts_siv_setkey(struct nts_siv_key *key, const u8 bytes[NTS_SIV_KEY_LEN],
		    enum nts_siv_engine engine)
{
	key->engine = engine;
	if (key_is_ni(key))
		nts_ni_setkey(&key->ni, bytes);
	else
		lib_setkey(&key->lib, bytes);
}

/**
 * nts_siv_seal() - encrypt and authenticate in place
 * @key: expanded key
 * @ad: associated data, in order; as an AEAD the last one is the nonce
 * @n_ad: how many, at most 126
 * @text: plaintext, becomes ciphertext
 * @len: its octets, at most NTS_SIV_MAX_LEN, may be 0
 * @tag: receives the synthetic IV; must not overlap @text
 *
 * Context: as nts_siv_setkey().
 */
void nts_siv_seal(const struct nts_siv_key *key, const struct nts_span *ad,
		  unsigned int n_ad, u8 *text, size_t len,
		  u8 tag[NTS_SIV_TAG_LEN])
{
	siv_s2v(key, ad, n_ad, text, len, tag);
	siv_ctr(key, tag, text, len);
}

/**
 * nts_siv_open() - decrypt in place and verify
 * @key: expanded key
 * @ad: associated data, as when sealed
 * @n_ad: how many
 * @text: ciphertext, becomes plaintext, or zeros when it is not authentic
 * @len: its octets, at most NTS_SIV_MAX_LEN, may be 0
 * @tag: the synthetic IV that came with it
 *
 * Context: as nts_siv_setkey().
 *
 * Return: true when authentic. Takes the same time for any wrong tag.
 */
bool nts_siv_open(const struct nts_siv_key *key, const struct nts_span *ad,
		  unsigned int n_ad, u8 *text, size_t len,
		  const u8 tag[NTS_SIV_TAG_LEN])
{
	u8 expected[NTS_SIV_TAG_LEN];
	bool authentic;

	siv_ctr(key, tag, text, len);
	siv_s2v(key, ad, n_ad, text, len, expected);
	authentic = !crypto_memneq(expected, tag, NTS_SIV_TAG_LEN);
	memzero_explicit(expected, sizeof(expected));
	if (!authentic)
		memzero_explicit(text, len);
	return authentic;
}
