// SPDX-License-Identifier: GPL-2.0-or-later
/* From an answer to a measurement (RFC 5905 section 8, RFC 9769 section 2). */
#include "clockmap.h"
#include "measure.h"
#include "ntptime.h"

/* RFC 5905's MAXDISP: a server farther from its source is no server. */
#define MAX_ROOT_DISTANCE	(16LL * 1000000000)
/*
 * What clocks and stamps may make a server seem to take longer than the whole
 * exchange did; what is more is the transmit timestamp of another answer.
 */
#define CLOCK_ERROR_PART	16
#define STAMP_ERROR		100000

static void stamps_of_previous(const struct nts_previous *previous, struct nts_stamps *stamps)
{
	stamps->sent = previous->sent;
	stamps->sent_kind = previous->sent_kind;
	stamps->receive = previous->receive;
	stamps->received = previous->received;
	stamps->received_kind = previous->received_kind;
	stamps->again = previous->used;
}

/**
 * nts_measure_stamps() - which four timestamps an answer completes
 * @exchange: the request, with @sent
 * @answer: of NTS_REPLY_TIME
 * @received: when it came, raw ns
 * @kind: enum nts_stamp_kind of that
 * @previous: as the request was made with; may be NULL
 * @stamps: filled in
 *
 * An answer in interleaved mode tells when the answer before left, so that
 * exchange is the one that is measured.
 */
void nts_measure_stamps(const struct nts_exchange *exchange,
			const struct nts_answer *answer, s64 received, u8 kind,
			const struct nts_previous *previous, struct nts_stamps *stamps)
{
	*stamps = (struct nts_stamps){
		.sent = exchange->sent,
		.sent_kind = exchange->sent_kind,
		.receive = answer->receive,
		.transmit = answer->transmit,
		.received = received,
		.received_kind = kind,
		.interleaved = answer->interleaved,
	};
	if (!answer->interleaved)
		return;
	stamps->again = true;
	/* It may have been forgotten since it was asked about. */
	if (previous && previous->valid && previous->server_receive == exchange->origin)
		stamps_of_previous(previous, stamps);
}

/**
 * nts_measure_done() - remember an exchange for the next answer
 * @previous: filled in
 * @exchange: the request
 * @answer: of NTS_REPLY_TIME, after nts_measure_stamps()
 * @received: when it came, raw ns
 * @kind: enum nts_stamp_kind of that
 */
void nts_measure_done(struct nts_previous *previous, const struct nts_exchange *exchange,
		      const struct nts_answer *answer, s64 received, u8 kind)
{
	*previous = (struct nts_previous){
		.valid = true,
		/* A basic answer measured itself. */
		.used = !answer->interleaved,
		.transmit = exchange->transmit,
		.server_receive = answer->server_receive,
		.receive = answer->receive,
		.sent = exchange->sent,
		.sent_kind = exchange->sent_kind,
		.received = received,
		.received_kind = kind,
	};
}

/**
 * nts_measure_sent() - it became known when a request left
 * @exchange: the request
 * @previous: may be about the same, if the answer was faster; or NULL
 * @sent: when, raw ns
 * @kind: who says so; less than what is known already changes nothing
 */
void nts_measure_sent(struct nts_exchange *exchange, struct nts_previous *previous,
		      s64 sent, u8 kind)
{
	if (kind <= exchange->sent_kind)
		return;
	exchange->sent = sent;
	exchange->sent_kind = kind;
	if (previous && previous->transmit == exchange->transmit) {
		previous->sent = sent;
		previous->sent_kind = kind;
	}
}

/* Whether the four can be of one exchange, measured by clocks nobody stepped. */
static bool in_order(const struct nts_stamps *stamps)
{
	s64 local = stamps->received - stamps->sent;
	s64 remote = stamps->transmit - stamps->receive;

	return remote >= 0 && local >= 0 &&
	       remote <= local + local / CLOCK_ERROR_PART + STAMP_ERROR;
}

/**
 * nts_measure_tests() - what an answer says against its use
 * @stamps: by nts_measure_stamps()
 * @answer: of NTS_REPLY_TIME
 * @self: reference identifier that those who follow us show, 0 = not known
 *
 * RFC 5905's packet tests 6 and 7, that the server does not follow us, and that
 * the timestamps are of one exchange, not measured before.
 *
 * Return: the tests that it passes, those for NTS_REPLY_TIME among them; all
 * but NTS_TEST_SAMPLE when it is fit for a sample.
 */
u32 nts_measure_tests(const struct nts_stamps *stamps, const struct nts_answer *answer,
		      u32 self)
{
	const struct nts_source_server *server = &answer->server;
	u32 tests = NTS_TEST_ORIGIN | NTS_TEST_STAMPS | NTS_TEST_AUTH;

	if (!stamps->again)
		tests |= NTS_TEST_DUPLICATE;
	if (server->leap != NTS_NTP_LEAP_UNSYNC && server->stratum < NTS_NTP_MAX_STRATUM &&
	    in_order(stamps))
		tests |= NTS_TEST_SYNC;
	if (server->root_delay / 2 + server->root_dispersion < MAX_ROOT_DISTANCE)
		tests |= NTS_TEST_ROOT;
	if (!self || server->stratum <= 1 || server->refid != self)
		tests |= NTS_TEST_D;
	return tests;
}

/**
 * nts_measure_sample() - what an exchange says of our clock
 * @stamps: by nts_measure_stamps()
 * @answer: that completed it
 * @freq: of NTP time against raw time, 2^-48
 * @skew: bound of its error, 2^-48
 * @precision: of our clock, log2 seconds
 * @sample: filled in, for the middle of the exchange: a poll ago when interleaved
 *
 * RFC 5905, section 8. The delay is at least what the clocks can tell apart.
 */
void nts_measure_sample(const struct nts_stamps *stamps, const struct nts_answer *answer,
			s64 freq, s64 skew, s8 precision, struct nts_sample *sample)
{
	s64 local = stamps->received - stamps->sent;
	s64 remote = stamps->transmit - stamps->receive;
	s64 resolution = nts_ntptime_log2_to_ns(precision);
	s64 remote_resolution = nts_ntptime_log2_to_ns(answer->precision);

	if (remote_resolution > resolution)
		resolution = remote_resolution;
	memset(sample, 0, sizeof(*sample));
	sample->raw = stamps->sent + local / 2;
	/* NTP timestamps end in 2106: each difference is below 4.3e18 ns. */
	sample->offset = (stamps->receive - stamps->sent +
			  (stamps->transmit - stamps->received)) / 2;
	sample->delay = local + nts_clockmap_scale(local, freq) - remote;
	if (sample->delay < resolution)
		sample->delay = resolution;
	sample->dispersion = resolution + nts_clockmap_scale(local, skew);
	sample->root_delay = answer->server.root_delay;
	sample->root_dispersion = answer->server.root_dispersion;
}
