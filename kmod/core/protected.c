// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cryptography of answers. An AES unit takes a block long before it is
 * done with the last one, so that requests cost less side by side.
 */
#include "protected.h"

/* Jobs of a batch that is being gathered. */
struct jobs {
	struct nts_siv_job job[NTS_NI_LANES];
	struct nts_span ad[NTS_NI_LANES][2];
	u32 n;
};

static void open_cookies(struct nts_protected *some, u32 n, const struct nts_cookie_ring *ring,
			 enum nts_siv_engine engine)
{
	struct nts_protected *of[NTS_NI_LANES];
	struct jobs jobs;
	u32 i;

	jobs.n = 0;
	for (i = 0; i < n; i++) {
		const struct nts_ext *cookie = &some[i].request->cookie;

		some[i].key = nts_cookie_open_begin(&jobs.job[jobs.n], jobs.ad[jobs.n], ring,
						    engine, some[i].packet + nts_ext_body(cookie),
						    nts_ext_body_len(cookie), some[i].keys);
		if (some[i].key)
			of[jobs.n++] = &some[i];
	}
	nts_siv_open_all(jobs.job, jobs.n);
	for (i = 0; i < jobs.n; i++) {
		if (!jobs.job[i].authentic)
			of[i]->key = NULL;
	}
}

static void expand_keys(struct nts_protected *some, u32 n, enum nts_siv_engine engine)
{
	struct nts_siv_key *key[2 * NTS_NI_LANES];
	const u8 *bytes[2 * NTS_NI_LANES];
	u32 i, keys = 0;

	for (i = 0; i < n; i++) {
		if (!some[i].key)
			continue;
		bytes[keys] = some[i].keys;
		key[keys++] = &some[i].c2s;
		bytes[keys] = some[i].keys + NTS_SIV_KEY_LEN;
		key[keys++] = &some[i].s2c;
	}
	nts_siv_setkeys(key, bytes, keys, engine);
}

static void verify(struct nts_protected *some, u32 n)
{
	struct nts_protected *of[NTS_NI_LANES];
	struct jobs jobs;
	u32 i;

	jobs.n = 0;
	for (i = 0; i < n; i++) {
		const struct nts_request *request = some[i].request;
		struct nts_siv_job *job = &jobs.job[jobs.n];
		struct nts_span *ad = jobs.ad[jobs.n];

		if (!some[i].key)
			continue;
		ad[0] = (struct nts_span){ some[i].packet, request->auth.offset };
		ad[1] = (struct nts_span){
			some[i].packet + nts_ext_body(&request->auth) + NTS_AUTH_HEADER_LEN,
			request->nonce_len,
		};
		nts_siv_job_key(job, &some[i].c2s);
		job->ad = ad;
		job->n_ad = 2;
		job->tag = some[i].packet + request->text_offset;
		job->text = job->tag + NTS_SIV_TAG_LEN;
		job->len = request->text_len;
		of[jobs.n++] = &some[i];
	}
	nts_siv_open_all(jobs.job, jobs.n);
	for (i = 0; i < jobs.n; i++) {
		if (!jobs.job[i].authentic)
			of[i]->key = NULL;
	}
}

/**
 * nts_protected_open() - open cookies and verify authenticators
 * @some: of each the packet and the parsed request; an encrypted part of it is
 *	decrypted in place. The keys are filled in, @key NULL says not authentic
 * @n: how many, at most NTS_PROTECTED_BATCH
 * @ring: cookie keys in force, or NULL
 * @engine: who computes
 *
 * Context: any; for NTS_SIV_NI in the kernel, inside an FPU section.
 */
void nts_protected_open(struct nts_protected *some, u32 n, const struct nts_cookie_ring *ring,
			enum nts_siv_engine engine)
{
	open_cookies(some, n, ring, engine);
	expand_keys(some, n, engine);
	verify(some, n);
}

/* The authenticator's head and nonce; returns where its ciphertext begins. */
static u8 *put_auth(struct nts_protected *p)
{
	u16 text_len = (u16)(p->cookies * NTS_COOKIE_EXT_LEN);
	u16 auth_len = NTS_EXT_HEADER_LEN + NTS_AUTH_HEADER_LEN + NTS_NONCE_LEN +
		       NTS_SIV_TAG_LEN + text_len;
	u8 *auth = nts_ext_put(p->packet + p->len, NTS_EXT_AUTH, auth_len);

	put_unaligned_be16(NTS_NONCE_LEN, auth);
	put_unaligned_be16(NTS_SIV_TAG_LEN + text_len, auth + 2);
	auth += NTS_AUTH_HEADER_LEN;
	memcpy(auth, p->entropy, NTS_NONCE_LEN);
	p->len += auth_len;
	return auth + NTS_NONCE_LEN + NTS_SIV_TAG_LEN;
}

/**
 * nts_protected_prepare() - put the authenticator with new cookies behind answers
 * @some: opened; of each @len is where it begins, as nts_respond_plain() returned,
 *	then the length of the answer, at most that of the request
 * @n: how many, at most NTS_PROTECTED_BATCH; those that were not authentic or
 *	have no cookies are left alone
 * @current_key: cookie key that seals
 * @engine: who computes
 *
 * All that can be done before the time of sending is known; what is left is
 * nts_respond_stamp() or nts_respond_interleaved(), then nts_protected_seal().
 *
 * Context: as nts_protected_open().
 */
void nts_protected_prepare(struct nts_protected *some, u32 n,
			   const struct nts_cookie_key *current_key,
			   enum nts_siv_engine engine)
{
	struct jobs jobs;
	u32 i, k;

	jobs.n = 0;
	for (i = 0; i < n; i++) {
		struct nts_protected *p = &some[i];
		u8 *text;

		if (!p->key || !p->cookies)
			continue;
		text = put_auth(p);
		for (k = 0; k < p->cookies; k++) {
			text = nts_ext_put(text, NTS_EXT_COOKIE, NTS_COOKIE_EXT_LEN);
			nts_cookie_seal_begin(&jobs.job[jobs.n], jobs.ad[jobs.n], current_key,
					      engine, p->entropy + NTS_ENTROPY_LEN(k), p->keys,
					      p->keys + NTS_SIV_KEY_LEN, text);
			text += NTS_COOKIE_LEN;
			if (++jobs.n == NTS_NI_LANES) {
				nts_siv_seal_all(jobs.job, jobs.n);
				jobs.n = 0;
			}
		}
	}
	nts_siv_seal_all(jobs.job, jobs.n);
}

/**
 * nts_protected_seal() - encrypt and authenticate answers
 * @some: prepared and stamped
 * @n: how many, as for nts_protected_prepare()
 *
 * Context: as nts_protected_open().
 */
void nts_protected_seal(struct nts_protected *some, u32 n)
{
	struct jobs jobs;
	u32 i;

	jobs.n = 0;
	for (i = 0; i < n; i++) {
		u32 aad_len = NTS_NTP_HEADER_LEN + some[i].request->uid.len;
		struct nts_siv_job *job = &jobs.job[jobs.n];
		struct nts_span *ad = jobs.ad[jobs.n];
		u8 *nonce;

		if (!some[i].key || !some[i].cookies)
			continue;
		nonce = some[i].packet + aad_len + NTS_EXT_HEADER_LEN + NTS_AUTH_HEADER_LEN;
		ad[0] = (struct nts_span){ some[i].packet, aad_len };
		ad[1] = (struct nts_span){ nonce, NTS_NONCE_LEN };
		nts_siv_job_key(job, &some[i].s2c);
		job->ad = ad;
		job->n_ad = 2;
		job->tag = nonce + NTS_NONCE_LEN;
		job->text = job->tag + NTS_SIV_TAG_LEN;
		job->len = some[i].len - (u32)(job->text - some[i].packet);
		jobs.n++;
	}
	nts_siv_seal_all(jobs.job, jobs.n);
}

/**
 * nts_protected_wipe() - forget the secrets
 * @some: done with
 * @n: how many
 */
void nts_protected_wipe(struct nts_protected *some, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		nts_siv_wipe(&some[i].c2s);
		nts_siv_wipe(&some[i].s2c);
		memzero_explicit(some[i].keys, sizeof(some[i].keys));
	}
}
