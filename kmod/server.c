// SPDX-License-Identifier: GPL-2.0-or-later
/* From a parsed request to its answer: keys, clock and AES for the core. */
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/random.h>

#include "core/ntptime.h"
#include "fpu.h"
#include "nts.h"

/* What one answer works with; softirqs are off while a CPU's is in use. */
struct nts_scratch {
	struct nts_session session;
	u8 entropy[NTS_ENTROPY_MAX];
};

static struct nts_scratch __percpu *scratches;

#if defined(CONFIG_X86_64) && !defined(CONFIG_UML)

DEFINE_STATIC_KEY_FALSE(nts_fpu_aesni);

static bool aesni = true;
module_param(aesni, bool, 0444);
MODULE_PARM_DESC(aesni, "use AES-NI where the CPU has it (default Y)");

static void choose_aes(void)
{
	if (aesni && nts_fpu_has_aesni())
		static_branch_enable(&nts_fpu_aesni);
	else
		aesni = false;
}

#else

static void choose_aes(void)
{
}

#endif

static enum nts_verdict answer_nts(struct nts_net *nn, u8 *packet,
				   const struct nts_request *request,
				   s64 receive, u32 *len)
{
	struct nts_scratch *scratch = this_cpu_ptr(scratches);
	u16 cookies = nts_request_cookies(request);
	const struct nts_cookie_ring *ring;
	const struct nts_cookie_key *key;
	struct nts_quality quality;
	enum nts_siv_engine engine;
	enum nts_verdict verdict;

	/* Outside the FPU section: the generator may want the FPU itself. */
	get_random_bytes(scratch->entropy, NTS_ENTROPY_LEN(cookies));
	nts_clock_quality(nn, nts_clock_read(nn), &quality);

	rcu_read_lock();
	ring = nts_keyring_ring(nn);
	engine = nts_fpu_begin();
	key = nts_request_open(packet, request, ring, engine, &scratch->session);
	if (!key) {
		/* Always fits, and tells the client to get new cookies. */
		*len = nts_respond_nak(packet, request);
		verdict = NTS_ANSWER_NAK;
	} else if (!cookies) {
		verdict = NTS_DROP_NO_ROOM;
	} else {
		*len = nts_respond_nts(packet, request, &quality,
				       nts_ntptime_from_ns(receive),
				       &ring->key[ring->current_key], engine,
				       &scratch->session, cookies, scratch->entropy);
		nts_respond_stamp(packet, nts_ntptime_from_ns(nts_clock_read(nn)));
		nts_respond_seal(packet, *len, request, &scratch->session);
		verdict = NTS_ANSWER_NTS;
	}
	nts_fpu_end(engine);
	memzero_explicit(scratch, sizeof(*scratch));

	if (engine == NTS_SIV_LIB)
		nts_stats_count(nn, NTS_COUNTER_AES_LIBRARY);
	if (key) {
		nts_keyring_count(ring, key);
		nts_stats_add(nn, NTS_COUNTER_COOKIES_SENT, cookies);
		if (key->role == NTS_KEY_ROLE_OLD)
			nts_stats_count(nn, NTS_COUNTER_COOKIES_OLD);
	} else {
		nts_notify_nak(nn);
	}
	rcu_read_unlock();
	return verdict;
}

static void answer_plain(struct nts_net *nn, u8 *packet,
			 const struct nts_request *request, s64 receive, u32 *len)
{
	struct nts_quality quality;

	nts_clock_quality(nn, nts_clock_read(nn), &quality);
	*len = nts_respond_plain(packet, request, &quality,
				 nts_ntptime_from_ns(receive));
	nts_respond_stamp(packet, nts_ntptime_from_ns(nts_clock_read(nn)));
}

/**
 * nts_server_answer() - answer one request in its own buffer
 * @nn: the network namespace
 * @packet: the request, writable, becomes the answer
 * @request: as nts_request_parse() filled it in
 * @receive: time of arrival, UTC nanoseconds
 * @len: receives the length of the answer, at most that of the request
 *
 * Context: softirq. Neither allocates nor locks.
 *
 * Return: the final verdict; *@len is valid when it answers.
 */
enum nts_verdict nts_server_answer(struct nts_net *nn, u8 *packet,
				   const struct nts_request *request,
				   s64 receive, u32 *len)
{
	if (request->nts)
		return answer_nts(nn, packet, request, receive, len);
	answer_plain(nn, packet, request, receive, len);
	return NTS_ANSWER_PLAIN;
}

/**
 * nts_server_init() - allocate the scratch memory and choose the AES engine
 *
 * Context: process.
 *
 * Return: 0 or -ENOMEM.
 */
int nts_server_init(void)
{
	scratches = alloc_percpu(struct nts_scratch);
	if (!scratches)
		return -ENOMEM;
	choose_aes();
	return 0;
}

void nts_server_exit(void)
{
	free_percpu(scratches);
}
