/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between siv.c and the AES-NI object. Plain C types and no includes: that
 * object is compiled with vector registers allowed, so no kernel header may
 * be seen by it.
 */
#ifndef _NTS_CORE_SIV_NI_H
#define _NTS_CORE_SIV_NI_H

/* Whether the object is there at all; elsewhere the compiler drops its calls. */
#ifdef __x86_64__
#define NTS_HAVE_NI 1
#else
#define NTS_HAVE_NI 0
#endif

/**
 * struct nts_span - some octets
 * @data: first of them; not looked at when @len is 0
 * @len: how many
 */
struct nts_span {
	const unsigned char *data;
	unsigned long len;
};

/**
 * struct nts_ni_key - an expanded AES-SIV-CMAC-256 key for AES-NI
 * @mac: round keys of K1
 * @ctr: round keys of K2
 * @sub: the two CMAC subkeys (RFC 4493, 2.3)
 * @zero: CMAC of a zero block, where S2V starts (RFC 5297, 2.4)
 */
struct nts_ni_key {
	unsigned char mac[11][16];
	unsigned char ctr[11][16];
	unsigned char sub[2][16];
	unsigned char zero[16];
};

/* How many keys or texts are computed side by side at most. */
#define NTS_NI_LANES	8

struct nts_siv_lib_key;

/**
 * struct nts_siv_job - a text to seal or open, its key set by nts_siv_job_key()
 * @ni: its key for AES-NI, or NULL
 * @lib: its key for the library, or NULL
 * @ad: associated data, in order; as an AEAD the last one is the nonce
 * @n_ad: how many, at most 126
 * @text: plaintext becomes ciphertext, or the other way round
 * @len: its octets, at most NTS_SIV_MAX_LEN, may be 0
 * @tag: the synthetic IV; must not overlap @text
 * @authentic: what opening it said
 */
struct nts_siv_job {
	const struct nts_ni_key *ni;
	const struct nts_siv_lib_key *lib;
	const struct nts_span *ad;
	unsigned int n_ad;
	int authentic;
	unsigned char *text;
	unsigned long len;
	unsigned char *tag;
};

int nts_ni_supported(void);
void nts_ni_setkeys(struct nts_ni_key *const *key, const unsigned char *const *bytes,
		    unsigned int n);
void nts_ni_s2v(const struct nts_siv_job *job, unsigned int n, unsigned char iv[][16]);
void nts_ni_ctr(const struct nts_ni_key *key, const unsigned char *iv,
		unsigned char *text, unsigned long len);

#endif /* _NTS_CORE_SIV_NI_H */
