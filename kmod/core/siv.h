/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AEAD_AES_SIV_CMAC_256 (RFC 5297). */
#ifndef _NTS_CORE_SIV_H
#define _NTS_CORE_SIV_H

#include "port.h"
#include "siv_ni.h"

#define NTS_SIV_KEY_LEN	32
#define NTS_SIV_TAG_LEN	16
/* Octets one seal or open may work on: the counter never wraps (RFC 5297, 2.5). */
#define NTS_SIV_MAX_LEN	65536

/**
 * enum nts_siv_engine - who computes AES
 * @NTS_SIV_LIB: the AES library of the kernel or program
 * @NTS_SIV_NI: AES-NI; in the kernel only between kernel_fpu_begin() and
 *	kernel_fpu_end()
 * @NTS_SIV_ENGINES: how many there are
 */
enum nts_siv_engine {
	NTS_SIV_LIB,
	NTS_SIV_NI,
	NTS_SIV_ENGINES,
};

/* An expanded key for the library: AES keys, CMAC subkeys, CMAC of zero. */
struct nts_siv_lib_key {
	struct nts_aes_key mac;
	struct nts_aes_key ctr;
	u8 sub[2][16];
	u8 zero[16];
};

/**
 * struct nts_siv_key - a key expanded for one engine
 * @engine: which one
 * @lib: for NTS_SIV_LIB
 * @ni: for NTS_SIV_NI
 */
struct nts_siv_key {
	enum nts_siv_engine engine;
	union {
		struct nts_siv_lib_key lib;
		struct nts_ni_key ni;
	};
};

/* A job with a key of whichever engine; the fields that are left are the caller's. */
static inline void nts_siv_job_key(struct nts_siv_job *job, const struct nts_siv_key *key)
{
	bool ni = NTS_HAVE_NI && key->engine == NTS_SIV_NI;

	job->ni = ni ? &key->ni : NULL;
	job->lib = ni ? NULL : &key->lib;
}

void nts_siv_setkeys(struct nts_siv_key *const *key, const u8 *const *bytes, u32 n,
		     enum nts_siv_engine engine);
void nts_siv_setkey(struct nts_siv_key *key, const u8 bytes[NTS_SIV_KEY_LEN],
		    enum nts_siv_engine engine);
void nts_siv_wipe(struct nts_siv_key *key);
void nts_siv_stream(const struct nts_siv_key *key, const u8 iv[NTS_SIV_TAG_LEN], u8 *out,
		    size_t len);
void nts_siv_seal_all(struct nts_siv_job *job, u32 n);
void nts_siv_open_all(struct nts_siv_job *job, u32 n);
void nts_siv_seal(const struct nts_siv_key *key, const struct nts_span *ad,
		  unsigned int n_ad, u8 *text, size_t len,
		  u8 tag[NTS_SIV_TAG_LEN]);
bool __must_check nts_siv_open(const struct nts_siv_key *key,
			       const struct nts_span *ad, unsigned int n_ad,
			       u8 *text, size_t len,
			       const u8 tag[NTS_SIV_TAG_LEN]);
#endif /* _NTS_CORE_SIV_H */
