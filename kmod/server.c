// SPDX-License-Identifier: GPL-2.0-or-later
/* From a parsed request to its answer: keys, clock and AES for the core. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/timekeeping.h>

#include "core/interleave.h"
#include "core/nonce.h"
#include "core/ntptime.h"
#include "core/protected.h"
#include "fpu.h"
#include "ratelimit.h"
#include "server.h"

#define NTS_TABLE_HEAD	ALIGN(sizeof(struct nts_interleave), 256)

/* What one answer works with; softirqs are off while a CPU's is in use. */
struct nts_scratch {
	struct nts_protected answer;
	struct nts_nonces nonces;
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

/*
 * The last thing before an answer is sealed and sent: when it leaves, or, for
 * who asks so, when the one before did.
 */
static void stamp_answer(struct nts_net *nn, u8 *packet, struct nts_turn *turn, u64 receive)
{
	struct nts_interleave *table = rcu_dereference(nn->interleave);
	struct nts_interleave_visit visit;
	u32 now = (u32)ktime_get_seconds();
	u8 kind = NTS_STAMP_KIND_DAEMON;
	u64 saved = 0, transmit;

	if (table)
		saved = nts_interleave_take(table, &visit, turn->address, &turn->request, now,
					    &kind);
	nts_txstamp_expect(nn, turn->ifindex, turn->len, &turn->expect);
	transmit = nts_ntptime_from_ns(nts_clock_read(nn) + turn->expect.delay);
	if (saved) {
		nts_respond_interleaved(packet, &turn->request, saved);
		nts_stats_count(nn, NTS_COUNTER_INTERLEAVED);
	} else {
		nts_respond_stamp(packet, transmit);
	}
	nts_stats_count(nn, NTS_COUNTER_TX_DAEMON + kind);
	if (table)
		turn->ticket = nts_interleave_save(table, &visit, receive, transmit, now);
}

/* What the answer says of the clock, or that there are too many requests. */
static void get_quality(struct nts_net *nn, const struct nts_turn *turn,
			struct nts_quality *quality)
{
	if (turn->too_often)
		nts_respond_kiss(quality, NTS_KOD_RATE);
	else
		nts_clock_quality(nn, turn->came, quality);
}

static enum nts_verdict finish_answer(struct nts_net *nn, u8 *packet, struct nts_turn *turn,
				      u64 receive)
{
	if (turn->too_often) {
		nts_respond_timeless(packet);
		return NTS_ANSWER_RATE;
	}
	stamp_answer(nn, packet, turn, receive);
	return turn->request.nts ? NTS_ANSWER_NTS : NTS_ANSWER_PLAIN;
}

static enum nts_verdict answer_nts(struct nts_net *nn, u8 *packet, struct nts_turn *turn,
				   u64 receive)
{
	struct nts_scratch *scratch = this_cpu_ptr(scratches);
	struct nts_protected *p = &scratch->answer;
	const struct nts_request *request = &turn->request;
	const struct nts_cookie_ring *ring;
	struct nts_quality quality;
	enum nts_siv_engine engine;
	enum nts_verdict verdict;

	p->packet = packet;
	p->request = request;
	p->cookies = nts_request_cookies(request);
	get_quality(nn, turn, &quality);

	ring = nts_keyring_ring(nn);
	engine = nts_fpu_begin();
	nts_protected_open(p, 1, ring, engine);
	if (!p->key) {
		/* Always fits, and tells the client to get new cookies. */
		turn->len = nts_respond_nak(packet, request);
		verdict = NTS_ANSWER_NAK;
	} else if (!p->cookies) {
		verdict = NTS_DROP_NO_ROOM;
	} else {
		nts_nonce_take(&scratch->nonces, engine, p->entropy, NTS_ENTROPY_LEN(p->cookies));
		p->len = nts_respond_plain(packet, request, &quality, receive);
		nts_protected_prepare(p, 1, &ring->key[ring->current_key], engine);
		turn->len = p->len;
		verdict = finish_answer(nn, packet, turn, receive);
		nts_protected_seal(p, 1);
	}
	nts_fpu_end(engine);

	if (engine == NTS_SIV_LIB)
		nts_stats_count(nn, NTS_COUNTER_AES_LIBRARY);
	if (p->key) {
		nts_keyring_count(ring, p->key);
		nts_stats_add(nn, NTS_COUNTER_COOKIES_SENT, p->cookies);
		if (p->key->role == NTS_KEY_ROLE_OLD)
			nts_stats_count(nn, NTS_COUNTER_COOKIES_OLD);
	} else {
		nts_notify_nak(nn);
	}
	nts_protected_wipe(p, 1);
	return verdict;
}

static enum nts_verdict answer_plain(struct nts_net *nn, u8 *packet, struct nts_turn *turn,
				     u64 receive)
{
	struct nts_quality quality;

	get_quality(nn, turn, &quality);
	turn->len = nts_respond_plain(packet, &turn->request, &quality, receive);
	return finish_answer(nn, packet, turn, receive);
}

/**
 * nts_server_answer() - answer one request in its own buffer
 * @nn: the network namespace
 * @packet: the request, writable, becomes the answer
 * @turn: of it @request, @stamp, @address, @too_often and @ifindex; the rest is
 *	filled in
 *
 * Context: softirq. Neither allocates nor waits.
 *
 * Return: the final verdict; @turn->len is valid when it answers.
 */
enum nts_verdict nts_server_answer(struct nts_net *nn, u8 *packet, struct nts_turn *turn)
{
	enum nts_verdict verdict;
	u64 receive;

	turn->came = nts_clock_at(nn, turn->stamp.raw);
	receive = nts_ntptime_from_ns(turn->came);
	nts_stats_count(nn, NTS_COUNTER_RX_DAEMON + turn->stamp.kind);
	turn->ticket = 0;
	turn->expect.probe = false;
	rcu_read_lock();
	if (turn->request.nts)
		verdict = answer_nts(nn, packet, turn, receive);
	else
		verdict = answer_plain(nn, packet, turn, receive);
	rcu_read_unlock();
	return verdict;
}

/**
 * nts_server_remember() - say how many clients are remembered, with their exchanges
 * @nn: the network namespace
 * @clients: 0 for none; another number than before forgets all of them
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or -ENOMEM with all left as it was.
 */
int nts_server_remember(struct nts_net *nn, u32 clients)
{
	struct nts_interleave *table = NULL, *old;
	u64 secret[2];
	int err;

	lockdep_assert_held(&nn->lock);
	old = rcu_dereference_protected(nn->interleave, lockdep_is_held(&nn->lock));
	if (!!clients == !!old && clients == nn->server.client_log)
		return 0;
	if (clients) {
		/* The buckets begin a cache line after the table's head. */
		table = nts_table_alloc(NTS_TABLE_HEAD + nts_interleave_size(clients));
		if (!table)
			return -ENOMEM;
		get_random_bytes(secret, sizeof(secret));
		nts_interleave_init(table, (u8 *)table + NTS_TABLE_HEAD, clients, secret);
	}
	err = nts_ratelimit_resize(nn, clients);
	if (err) {
		kvfree(table);
		return err;
	}
	nn->server.client_log = clients;
	rcu_assign_pointer(nn->interleave, table);
	if (old) {
		synchronize_net();
		kvfree(old);
	}
	return 0;
}

/**
 * nts_server_count() - how many exchanges are remembered
 * @nn: the network namespace
 * @held: receives their number
 * @span: receives the seconds between the oldest and the newest
 *
 * Context: process.
 */
void nts_server_count(struct nts_net *nn, u64 *held, u64 *span)
{
	struct nts_interleave_count count = { };
	struct nts_interleave *table;
	u32 from = 0;

	mutex_lock(&nn->lock);
	table = rcu_dereference_protected(nn->interleave, lockdep_is_held(&nn->lock));
	do {
		if (!table)
			break;
		from = nts_interleave_count(table, from, &count);
		cond_resched();
	} while (from);
	mutex_unlock(&nn->lock);
	*held = count.held;
	*span = (count.newest - count.oldest) >> 32;
}

/* Nothing is answered in this namespace any more. */
void nts_server_forget(struct nts_net *nn)
{
	kvfree(rcu_replace_pointer(nn->interleave, NULL, true));
}

/**
 * nts_server_init() - choose the AES engine and prepare what each CPU answers with
 *
 * Context: process.
 *
 * Return: 0 or -ENOMEM.
 */
int nts_server_init(void)
{
	u8 bytes[NTS_SIV_KEY_LEN];
	int cpu;

	scratches = alloc_percpu(struct nts_scratch);
	if (!scratches)
		return -ENOMEM;
	choose_aes();
	for_each_possible_cpu(cpu) {
		get_random_bytes(bytes, sizeof(bytes));
		nts_fpu_setkey(per_cpu_ptr(scratches, cpu)->nonces.key, bytes);
	}
	memzero_explicit(bytes, sizeof(bytes));
	return 0;
}

void nts_server_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memzero_explicit(per_cpu_ptr(scratches, cpu), sizeof(struct nts_scratch));
	free_percpu(scratches);
}
