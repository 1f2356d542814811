/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread that sends requests and reads answers. */
#ifndef NTSLOAD_LOOP_H
#define NTSLOAD_LOOP_H

#include <pthread.h>
#include <signal.h>

#include "channel.h"
#include "client.h"
#include "flight.h"
#include "histogram.h"
#include "keying.h"
#include "options.h"
#include "pace.h"

/* Invalid requests are made once, so many of each kind, and sent again and again. */
#define LOOP_FORGED 16

/* A request that was made before. */
struct ready_made {
	u32 len;
	u8 packet[NTS_EXCHANGE_MAX_LEN];
};

/**
 * struct figures - what is counted
 * @sent: valid requests
 * @outcome: what became of them
 * @interleaved: answers in interleaved mode
 * @missed: requests that were due when no client could send: all waited
 * @rekeyed: exchanges of keys that were asked for
 * @invalid: invalid requests sent, by kind
 * @invalid_nak: NAKs to them
 * @invalid_time: other answers to them
 * @refused: ICMP errors: nobody listens
 * @errors: datagrams that could not be sent
 * @error: errno of the last of them
 * @overflows: answers that the kernel dropped because we were slow
 * @latency: from sending to receiving, ns
 */
struct figures {
	u64 sent;
	u64 outcome[OUTCOME_COUNT];
	u64 interleaved;
	u64 missed;
	u64 rekeyed;
	u64 invalid[FORGE_KINDS];
	u64 invalid_nak;
	u64 invalid_time;
	u64 refused;
	u64 errors;
	int error;
	u64 overflows;
	struct histogram latency;
};

/* Why a thread ended. */
enum loop_end {
	LOOP_DURATION,
	LOOP_REQUESTS,
	LOOP_STOPPED,
	LOOP_SILENCE,	/* there was never an answer */
	LOOP_STARVED,	/* no client has cookies, nor may get them */
};

/**
 * struct loop - the thread
 * @o: options
 * @keying: where keys come from, NULL for plain requests
 * @clients: its own
 * @n_clients: how many
 * @keyed: those that got new keys
 * @keying_now: those that wait for them
 * @rekeys: exchanges that it may still ask for
 * @ready: clients that can send, a ring of @n_clients from @ready_first
 * @flights: its requests
 * @prepared: those made before, one for each flight; NULL if not asked for
 * @forged: invalid requests, LOOP_FORGED of each kind
 * @forge_turn: which is next
 * @owed: invalid requests to be sent before the next valid one
 * @left: requests that may still be sent
 * @pace: of an open loop
 * @begin: when it began, ns; @end when it stops sending
 * @first: when the first request was sent, 0 before
 * @last: when the last answer came
 * @stopping: it sends nothing more, and waits for answers
 * @why: why it ended
 * @seen: answers, to choose those to be verified
 */
struct loop {
	const struct options *o;
	struct keying *keying;
	struct client *clients;
	unsigned int n_clients;
	struct keyed keyed;
	unsigned int keying_now;
	u64 rekeys;
	struct client **ready;
	unsigned int ready_first;
	unsigned int n_ready;
	struct flights flights;
	struct ready_made *prepared;
	struct ready_made *forged[FORGE_KINDS];
	unsigned int forge_turn;
	unsigned int owed[FORGE_KINDS];
	u64 left;
	struct pace pace;
	s64 begin;
	s64 end;
	s64 first;
	s64 last;
	bool stopping;
	enum loop_end why;
	u64 seen;
	struct maker maker;
	struct channel channel;
	struct figures figures;
	pthread_t thread;
	bool running;
};

/* Set by a signal: all threads stop sending. */
extern volatile sig_atomic_t loop_stop;

s64 loop_clock(void);
bool loop_prepare(struct loop *loop, char *why);
void *loop_run(void *arg);
void loop_free(struct loop *loop);

#endif
