// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "loop.h"

/* How many batches are sent before answers are read again. */
#define ROUNDS 8
/* A server that never answered by then is not there. */
#define SILENCE_NS 2000000000LL

volatile sig_atomic_t loop_stop;

/**
 * loop_clock() - the time that latency is measured in
 *
 * Return: ns.
 */
s64 loop_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* ---- clients ---------------------------------------------------------- */

static void rekey(struct loop *l, struct client *c)
{
	if (!l->keying || !l->rekeys)
		return;
	l->rekeys--;
	l->keying_now++;
	l->figures.rekeyed++;
	keying_ask(l->keying, c, &l->keyed);
}

/* Something changed with a client: can it send, or does it need keys? */
static void look_after(struct loop *l, struct client *c)
{
	unsigned int most = l->o->interleaved ? 1 : OPTIONS_PER_CLIENT;

	if (c->queued || c->keying)
		return;
	if (client_can_send(c, &l->maker)) {
		if (c->in_flight >= most)
			return;
		c->queued = true;
		l->ready[(l->ready_first + l->n_ready++) % l->n_clients] = c;
	} else if (!c->in_flight && !l->stopping) {
		rekey(l, c);
	}
}

/* Return: the client whose turn it is, or NULL when none can send. */
static struct client *next_client(struct loop *l)
{
	struct client *c;

	while (l->n_ready) {
		c = l->ready[l->ready_first];
		l->ready_first = (l->ready_first + 1) % l->n_clients;
		l->n_ready--;
		c->queued = false;
		if (client_can_send(c, &l->maker))
			return c;
		look_after(l, c);
	}
	return NULL;
}

static void take_keyed(struct loop *l)
{
	struct client *c = keying_take(&l->keyed), *next;

	for (; c; c = next) {
		next = c->keyed_next;
		c->keying = false;
		l->keying_now--;
		look_after(l, c);
	}
}

/* ---- sending ---------------------------------------------------------- */

static void launch_prepared(struct loop *l, struct flight *flight, struct channel_out *out)
{
	flight->exchange.open = true;
	flight->exchange.nts = !l->o->plain;
	out->packet = l->prepared[flight->place].packet;
	out->len = l->prepared[flight->place].len;
}

/* Return: false when nobody can send. */
static bool launch(struct loop *l)
{
	struct channel_out *out = channel_room(&l->channel);
	struct flight *flight = flights_next(&l->flights);
	struct client *c;
	u64 stamp;

	if (!flight || !out)
		return false;
	if (l->prepared) {
		c = &l->clients[flight->client];
		launch_prepared(l, flight, out);
	} else {
		c = next_client(l);
		if (!c)
			return false;
		flight->client = (u32)(c - l->clients);
		stamp = flights_stamp(&l->flights, flight);
		out->len = client_request(c, &l->maker, stamp, &flight->exchange, out->buffer);
	}
	out->place = flight->place;
	flights_launch(&l->flights, flight);
	c->in_flight++;
	if (!l->prepared)
		look_after(l, c);
	channel_add(&l->channel, c->index);
	l->figures.sent++;
	l->left--;
	for (unsigned int i = 0; i < FORGE_KINDS; i++)
		l->owed[i] += l->o->share[i];
	return true;
}

/* Return: false when there is no room. */
static bool pay(struct loop *l)
{
	const struct ready_made *made;
	struct channel_out *out;

	for (unsigned int kind = 0; kind < FORGE_KINDS; kind++) {
		while (l->owed[kind]) {
			out = channel_room(&l->channel);
			if (!out)
				return false;
			made = &l->forged[kind][l->forge_turn++ % LOOP_FORGED];
			out->packet = made->packet;
			out->len = made->len;
			channel_add(&l->channel, l->forge_turn);
			l->figures.invalid[kind]++;
			l->owed[kind]--;
		}
	}
	return true;
}

static void flush(struct loop *l)
{
	s64 now = loop_clock();
	u32 place;

	if (!l->first)
		l->first = now;
	for (unsigned int i = 0; i < l->channel.n_out; i++) {
		place = l->channel.out[i].place;
		if (place != FLIGHT_NONE)
			l->flights.slot[place].exchange.sent = now;
	}
	channel_flush(&l->channel);
}

/* Return: false when nothing more is to be sent now. */
static bool add_valid(struct loop *l, s64 now)
{
	if (!l->left)
		return false;
	if (l->o->rate <= 0)
		return launch(l);
	if (!pace_due(&l->pace, now))
		return false;
	pace_advance(&l->pace, &l->maker.dice);
	if (!launch(l)) {
		l->figures.missed++;
		l->left--;
	}
	return true;
}

/* Return: true when there may be more to be sent. */
static bool fill(struct loop *l, s64 now)
{
	while (pay(l) && channel_room(&l->channel))
		if (!add_valid(l, now))
			break;
	if (!l->channel.n_out)
		return false;
	flush(l);
	return true;
}

/* ---- receiving -------------------------------------------------------- */

static bool is_final(const struct flight *flight, enum outcome outcome)
{
	return !flight->exchange.open || outcome == OUTCOME_NAK || outcome == OUTCOME_RATE ||
	       outcome == OUTCOME_DENY || outcome == OUTCOME_KISS;
}

static void land(struct loop *l, struct flight *flight)
{
	struct client *c = &l->clients[flight->client];

	flights_land(&l->flights, flight);
	c->in_flight--;
	if (!l->prepared)
		look_after(l, c);
}

static enum outcome answer(struct loop *l, struct flight *flight, u8 *packet, u32 len, s64 now)
{
	bool verify = ++l->seen % l->o->verify_every == 0, interleaved;
	struct client *c = &l->clients[flight->client];
	enum outcome outcome;

	outcome = client_reply(c, &l->maker, &flight->exchange, packet, len, verify, &interleaved);
	l->figures.interleaved += interleaved;
	if (outcome == OUTCOME_VERIFIED || outcome == OUTCOME_UNCHECKED)
		histogram_add(&l->figures.latency, (u64)(now - flight->exchange.sent));
	if (outcome == OUTCOME_NAK && !l->o->reuse)
		c->stale = true;
	if (is_final(flight, outcome))
		land(l, flight);
	return outcome;
}

/* What a server says to an invalid request. */
static void count_invalid(struct loop *l, const u8 *packet)
{
	struct nts_ntp_header header;

	memcpy(&header, packet, sizeof(header));
	if (!header.stratum && be32_to_cpu(header.refid) == NTS_KOD_NAK)
		l->figures.invalid_nak++;
	else
		l->figures.invalid_time++;
}

static void receive_one(struct loop *l, u8 *packet, u32 len, s64 now)
{
	enum outcome outcome = OUTCOME_UNMATCHED;
	struct nts_ntp_header header;
	u32 place;

	if (len < sizeof(header)) {
		l->figures.outcome[len ? OUTCOME_BAD : OUTCOME_UNMATCHED]++;
		return;
	}
	memcpy(&header, packet, sizeof(header));
	switch (flights_match(&l->flights, (u64)header.origin, &place)) {
	case FLIGHT_MATCH:
		outcome = answer(l, &l->flights.slot[place], packet, len, now);
		break;
	case FLIGHT_LATE:
		outcome = OUTCOME_LATE;
		break;
	case FLIGHT_FORGED:
		count_invalid(l, packet);
		return;
	case FLIGHT_UNKNOWN:
		break;
	}
	l->figures.outcome[outcome]++;
	l->last = now;
}

static unsigned int receive(struct loop *l, bool wait)
{
	unsigned int n = channel_receive(&l->channel, wait);
	s64 now = loop_clock();

	for (unsigned int i = 0; i < n; i++)
		receive_one(l, l->channel.in[i], l->channel.in_len[i], now);
	return n;
}

static void expire(struct loop *l, s64 now)
{
	struct flight *flight;

	while ((flight = flights_overdue(&l->flights, now - l->o->timeout_ns))) {
		l->figures.outcome[OUTCOME_LOST]++;
		land(l, flight);
	}
}

/* ---- the loop --------------------------------------------------------- */

static void stop(struct loop *l, enum loop_end why)
{
	l->stopping = true;
	l->why = why;
}

static bool is_silent(const struct loop *l, s64 now)
{
	s64 patience = 2 * l->o->timeout_ns;

	if (patience < SILENCE_NS)
		patience = SILENCE_NS;
	return l->first && !l->last && now - l->first > patience;
}

static void see_whether_to_stop(struct loop *l, s64 now)
{
	if (l->stopping)
		return;
	if (loop_stop)
		stop(l, LOOP_STOPPED);
	else if (now >= l->end)
		stop(l, LOOP_DURATION);
	else if (!l->left)
		stop(l, LOOP_REQUESTS);
	else if (is_silent(l, now))
		stop(l, LOOP_SILENCE);
	else if (!l->prepared && !l->n_ready && !l->flights.n && !l->keying_now)
		stop(l, LOOP_STARVED);
}

/* In an open loop the next request does not wait for an answer. */
static void wait_for_answers(struct loop *l, s64 now)
{
	s64 ns = (s64)l->pace.next - now;

	if (l->o->rate <= 0 || l->stopping || !l->left) {
		receive(l, true);
		return;
	}
	if (ns > 0 && !receive(l, false))
		channel_wait(&l->channel, ns);
	receive(l, false);
}

/**
 * loop_run() - the thread
 * @arg: struct loop, prepared
 *
 * Return: NULL.
 */
void *loop_run(void *arg)
{
	struct loop *l = arg;
	bool more;
	s64 now;

	l->begin = loop_clock();
	l->end = l->begin + l->o->duration_ns;
	if (l->o->rate > 0)
		pace_start(&l->pace, l->o->rate / l->o->threads, l->o->poisson, l->begin,
			   &l->maker.dice);
	for (;;) {
		now = loop_clock();
		take_keyed(l);
		expire(l, now);
		see_whether_to_stop(l, now);
		if (l->stopping && !l->flights.n)
			break;
		more = false;
		for (unsigned int i = 0; i < ROUNDS && !l->stopping; i++) {
			more = fill(l, now);
			if (!more)
				break;
		}
		if (more)
			receive(l, false);
		else
			wait_for_answers(l, now);
	}
	l->figures.refused = l->channel.refused;
	l->figures.errors = l->channel.errors;
	l->figures.error = l->channel.error;
	l->figures.overflows = channel_overflows(&l->channel);
	return NULL;
}

/* ---- before and after ------------------------------------------------- */

static bool prepare_requests(struct loop *l)
{
	u32 size = l->flights.size;

	l->prepared = calloc(size, sizeof(*l->prepared));
	if (!l->prepared)
		return false;
	for (u32 i = 0; i < size; i++) {
		struct flight *flight = &l->flights.slot[i];
		struct client *c = NULL;

		/* Those without keys have no turn. */
		for (u32 j = 0; j < l->n_clients && !c; j++) {
			flight->client = (i + j) % l->n_clients;
			c = &l->clients[flight->client];
			if (!client_can_send(c, &l->maker))
				c = NULL;
		}
		if (!c)
			return false;
		l->prepared[i].len = client_request(c, &l->maker,
						    flights_stamp(&l->flights, flight),
						    &flight->exchange, l->prepared[i].packet);
	}
	return true;
}

static bool forge(struct loop *l, enum forge_kind kind)
{
	bool plain = l->maker.plain, reuse = l->maker.reuse;
	struct nts_exchange exchange;
	struct client *c = NULL;
	struct ready_made *made;

	l->forged[kind] = calloc(LOOP_FORGED, sizeof(*l->forged[kind]));
	if (!l->forged[kind])
		return false;
	l->maker.plain = !forge_needs_nts(kind);
	for (unsigned int i = 0; i < LOOP_FORGED; i++) {
		for (unsigned int j = 0; j < l->n_clients; j++) {
			c = &l->clients[(i + j) % l->n_clients];
			l->maker.reuse = true;
			if (client_can_send(c, &l->maker))
				break;
			c = NULL;
		}
		if (!c)
			break;
		made = &l->forged[kind][i];
		made->len = client_request(c, &l->maker, flights_stamp_invalid(&l->flights, kind),
					   &exchange, made->packet);
		made->len = forge_spoil(kind, made->packet, made->len);
	}
	l->maker.plain = plain;
	l->maker.reuse = reuse;
	return c;
}

/**
 * loop_prepare() - make all that is needed to run
 * @l: clients with their keys, options, flights and channel are there
 * @why: CHANNEL_WHY_LEN octets for what is wrong
 *
 * Return: false with @why set.
 */
bool loop_prepare(struct loop *l, char *why)
{
	snprintf(why, CHANNEL_WHY_LEN, "out of memory, or of cookies");
	l->ready = calloc(l->n_clients, sizeof(*l->ready));
	if (!l->ready)
		return false;
	for (unsigned int kind = 0; kind < FORGE_KINDS; kind++)
		if (l->o->share[kind] && !forge(l, kind))
			return false;
	if (l->o->prepare)
		return prepare_requests(l);
	for (unsigned int i = 0; i < l->n_clients; i++)
		look_after(l, &l->clients[i]);
	return true;
}

/**
 * loop_free() - give all back
 * @l: was prepared, or not quite; its clients are not freed
 */
void loop_free(struct loop *l)
{
	for (unsigned int kind = 0; kind < FORGE_KINDS; kind++)
		free(l->forged[kind]);
	free(l->prepared);
	free(l->ready);
	flights_free(&l->flights);
	channel_close(&l->channel);
}
