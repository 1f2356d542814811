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

/* The synthetic IVs of up to NTS_NI_LANES texts. */
static void siv_s2v(const struct nts_siv_job *job, u32 n, u8 iv[][NTS_SIV_TAG_LEN])
{
	u32 i;

	if (NTS_HAVE_NI && job->ni) {
		nts_ni_s2v(job, n, iv);
		return;
	}
	for (i = 0; i < n; i++)
		lib_s2v(job[i].lib, job[i].ad, job[i].n_ad, job[i].text, job[i].len, iv[i]);
}

static void siv_ctr(const struct nts_siv_job *job)
{
	if (NTS_HAVE_NI && job->ni)
		nts_ni_ctr(job->ni, job->tag, job->text, job->len);
	else
		lib_ctr(job->lib, job->tag, job->text, job->len);
}

/* The first so many of @n that go side by side. */
static u32 lanes(u32 n)
{
	return n < NTS_NI_LANES ? n : NTS_NI_LANES;
}

/**
 * nts_siv_setkeys() - expand keys
 * @key: where to; they hold secrets from now on
 * @bytes: of each K1, then K2
 * @n: how many
 * @engine: who will work with them; NTS_SIV_NI only if nts_ni_supported()
 *
 * Context: any; for NTS_SIV_NI in the kernel, inside an FPU section.
 */
void nts_siv_setkeys(struct nts_siv_key *const *key, const u8 *const *bytes, u32 n,
		     enum nts_siv_engine engine)
{
	struct nts_ni_key *ni[NTS_NI_LANES];
	u32 i, some;

	for (i = 0; i < n; i++)
		key[i]->engine = engine;
	if (!NTS_HAVE_NI || engine != NTS_SIV_NI) {
		for (i = 0; i < n; i++)
			lib_setkey(&key[i]->lib, bytes[i]);
		return;
	}
	for (; n; n -= some) {
		some = lanes(n);
		for (i = 0; i < some; i++)
			ni[i] = &key[i]->ni;
		nts_ni_setkeys(ni, bytes, some);
		key += some;
		bytes += some;
	}
}

/**
 * nts_siv_setkey() - expand a key
 * @key: where to; holds secrets from now on
 * @bytes: K1, then K2
 * @engine: as for nts_siv_setkeys()
 *
 * Context: as nts_siv_setkeys().
 */
void nts_siv_setkey(struct nts_siv_key *key, const u8 bytes[NTS_SIV_KEY_LEN],
		    enum nts_siv_engine engine)
{
	nts_siv_setkeys(&key, &bytes, 1, engine);
}

/**
 * nts_siv_wipe() - forget a key
 * @key: expanded
 *
 * Context: any.
 */
void nts_siv_wipe(struct nts_siv_key *key)
{
	if (NTS_HAVE_NI && key->engine == NTS_SIV_NI)
		memzero_explicit(&key->ni, sizeof(key->ni));
	else
		memzero_explicit(&key->lib, sizeof(key->lib));
}

/**
 * nts_siv_stream() - the octets that K2 would encrypt a text with
 * @key: expanded key
 * @iv: where they begin
 * @out: receives them
 * @len: how many, at most NTS_SIV_MAX_LEN
 *
 * Context: as nts_siv_setkeys().
 */
void nts_siv_stream(const struct nts_siv_key *key, const u8 iv[NTS_SIV_TAG_LEN], u8 *out,
		    size_t len)
{
	struct nts_siv_job job = {
		.text = out, .len = len,
		/* It is only read. */
		.tag = (u8 *)iv,
	};

	nts_siv_job_key(&job, key);
	memset(out, 0, len);
	siv_ctr(&job);
}

/**
 * nts_siv_seal_all() - encrypt and authenticate in place
 * @job: texts; none may be a part of another's associated data
 * @n: how many; several cost less than each alone
 *
 * Context: as nts_siv_setkeys().
 */
void nts_siv_seal_all(struct nts_siv_job *job, u32 n)
{
	u8 iv[NTS_NI_LANES][NTS_SIV_TAG_LEN];
	u32 i, some;

	for (; n; n -= some) {
		some = lanes(n);
		siv_s2v(job, some, iv);
		for (i = 0; i < some; i++, job++) {
			memcpy(job->tag, iv[i], NTS_SIV_TAG_LEN);
			siv_ctr(job);
		}
	}
}

/**
 * nts_siv_open_all() - decrypt in place and verify
 * @job: texts with their tags; those that are not authentic become zeros
 * @n: how many; several cost less than each alone
 *
 * Takes the same time for any wrong tag.
 *
 * Context: as nts_siv_setkeys().
 */
void nts_siv_open_all(struct nts_siv_job *job, u32 n)
{
	u8 expected[NTS_NI_LANES][NTS_SIV_TAG_LEN];
	u32 i, some;

	for (; n; n -= some) {
		some = lanes(n);
		for (i = 0; i < some; i++)
			siv_ctr(&job[i]);
		siv_s2v(job, some, expected);
		for (i = 0; i < some; i++, job++) {
			job->authentic = !crypto_memneq(expected[i], job->tag, NTS_SIV_TAG_LEN);
			if (!job->authentic)
				memzero_explicit(job->text, job->len);
			memzero_explicit(expected[i], NTS_SIV_TAG_LEN);
		}
	}
}

/**
 * nts_siv_seal() - encrypt and authenticate one text in place
 * @key: expanded key
 * @ad: associated data, in order; as an AEAD the last one is the nonce
 * @n_ad: how many, at most 126
 * @text: plaintext, becomes ciphertext
 * @len: its octets, at most NTS_SIV_MAX_LEN, may be 0
 * @tag: receives the synthetic IV; must not overlap @text
 *
 * Context: as nts_siv_setkeys().
 */
void nts_siv_seal(const struct nts_siv_key *key, const struct nts_span *ad,
		  unsigned int n_ad, u8 *text, size_t len,
		  u8 tag[NTS_SIV_TAG_LEN])
{
	struct nts_siv_job job = {
		.ad = ad, .n_ad = n_ad, .text = text, .len = len, .tag = tag,
	};

	nts_siv_job_key(&job, key);
	nts_siv_seal_all(&job, 1);
}

/**
 * nts_siv_open() - decrypt one text in place and verify it
 * @key: expanded key
 * @ad: associated data, as when sealed
 * @n_ad: how many
 * @text: ciphertext, becomes plaintext, or zeros when it is not authentic
 * @len: its octets, at most NTS_SIV_MAX_LEN, may be 0
 * @tag: the synthetic IV that came with it
 *
 * Context: as nts_siv_setkeys().
 *
 * Return: true when authentic. Takes the same time for any wrong tag.
 */
bool nts_siv_open(const struct nts_siv_key *key, const struct nts_span *ad,
		  unsigned int n_ad, u8 *text, size_t len,
		  const u8 tag[NTS_SIV_TAG_LEN])
{
	struct nts_siv_job job = {
		.ad = ad, .n_ad = n_ad, .text = text, .len = len,
		/* Opening only reads it. */
		.tag = (u8 *)tag,
	};

	nts_siv_job_key(&job, key);
	nts_siv_open_all(&job, 1);
	return job.authentic;
}
