// SPDX-License-Identifier: GPL-2.0-or-later
/* Which timestamps become a sample, and what it says, in both modes. */
#include <kunit/test.h>

#include "interleave.h"
#include "measure.c"
#include "respond.h"

#define SENT		1000000000LL
#define SERVER_TIME	1790000000000000000LL

static const u32 fit = NTS_TEST_ALL & ~NTS_TEST_SAMPLE;

static const struct nts_answer fit_answer = {
	.precision = -25,
	.receive = SERVER_TIME + 100000,
	.transmit = SERVER_TIME + 150000,
	.server = { .stratum = 15, .refid = 7, .root_delay = 15998000000LL,
		    .root_dispersion = 8000999999LL },
};

/* 100 us each way, 50 us in the server; 10 s later the exchange of the answer below. */
static const struct nts_previous before = {
	.valid = true,
	.server_receive = cpu_to_be64(77),
	.transmit = cpu_to_be64(5),
	.sent = SENT,
	.sent_kind = NTS_STAMP_KIND_HARDWARE,
	.receive = SERVER_TIME + 100000,
	.received = SENT + 250000,
	.received_kind = NTS_STAMP_KIND_KERNEL,
};

static const struct nts_exchange exchange_after = {
	.interleaved = true,
	.origin = cpu_to_be64(77),
	.transmit = cpu_to_be64(6),
	.sent = SENT + 10000000000LL,
};

static struct nts_answer answer_after(void)
{
	struct nts_answer answer = fit_answer;

	answer.interleaved = true;
	answer.receive += 10000000000LL;
	return answer;
}

/* The tests an answer in interleaved mode passes. */
static u32 tests_of(const struct nts_answer *answer, const struct nts_previous *previous)
{
	struct nts_stamps stamps;

	nts_measure_stamps(&exchange_after, answer, SENT + 10000300000LL, 0, previous, &stamps);
	return nts_measure_tests(&stamps, answer, 0);
}

static u32 basic_tests(const struct nts_answer *answer, u32 self)
{
	const struct nts_exchange exchange = { .sent = SENT };
	struct nts_stamps stamps;

	nts_measure_stamps(&exchange, answer, SENT + 250000, 0, NULL, &stamps);
	return nts_measure_tests(&stamps, answer, self);
}

static void answer_tests(struct kunit *test)
{
	struct nts_answer answer = fit_answer;

	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit);
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 8), fit);
	answer.server.root_dispersion++;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit & ~NTS_TEST_ROOT);

	answer = fit_answer;
	answer.server.stratum = 16;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit & ~NTS_TEST_SYNC);
	answer = fit_answer;
	answer.server.leap = NTS_NTP_LEAP_UNSYNC;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit & ~NTS_TEST_SYNC);
	answer = fit_answer;
	answer.transmit = answer.receive;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit);
	answer.transmit--;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit & ~NTS_TEST_SYNC);
	/* Longer than the whole exchange: its clock was stepped meanwhile. */
	answer.transmit = answer.receive + 10000000000LL;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 0), fit & ~NTS_TEST_SYNC);

	/* It follows us; at stratum 1 the identifier is four letters. */
	answer = fit_answer;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 7), fit & ~NTS_TEST_D);
	answer.server.stratum = 1;
	KUNIT_EXPECT_EQ(test, basic_tests(&answer, 7), fit);
}

static void basic_answer_measures_itself(struct kunit *test)
{
	const struct nts_exchange exchange = { .sent = SENT, .sent_kind = 1 };
	struct nts_stamps stamps;

	/* Also when another mode was asked for. */
	nts_measure_stamps(&exchange, &fit_answer, SENT + 250000, 2, &before, &stamps);
	KUNIT_EXPECT_EQ(test, stamps.sent, SENT);
	KUNIT_EXPECT_EQ(test, stamps.receive, SERVER_TIME + 100000);
	KUNIT_EXPECT_EQ(test, stamps.transmit, SERVER_TIME + 150000);
	KUNIT_EXPECT_EQ(test, stamps.received, SENT + 250000);
	KUNIT_EXPECT_EQ(test, stamps.sent_kind, (u8)1);
	KUNIT_EXPECT_EQ(test, stamps.received_kind, (u8)2);
	KUNIT_EXPECT_FALSE(test, stamps.again);
	KUNIT_EXPECT_FALSE(test, stamps.interleaved);
}

/* The sample is of the exchange before, in all it says. */
static void interleaved_answer_measures_the_one_before(struct kunit *test)
{
	struct nts_answer answer = answer_after();
	struct nts_stamps stamps;
	struct nts_sample sample;

	nts_measure_stamps(&exchange_after, &answer, SENT + 10000300000LL, 0, &before, &stamps);
	KUNIT_EXPECT_EQ(test, nts_measure_tests(&stamps, &answer, 0), fit);
	KUNIT_EXPECT_TRUE(test, stamps.interleaved);
	KUNIT_EXPECT_EQ(test, stamps.sent_kind, (u8)NTS_STAMP_KIND_HARDWARE);
	KUNIT_EXPECT_EQ(test, stamps.received_kind, (u8)NTS_STAMP_KIND_KERNEL);
	nts_measure_sample(&stamps, &answer, 100 * NTS_FREQ_PPM, 1000 * NTS_FREQ_PPM, -29,
			   &sample);
	KUNIT_EXPECT_EQ(test, sample.raw, SENT + 125000);
	KUNIT_EXPECT_EQ(test, sample.offset, SERVER_TIME - SENT);
	KUNIT_EXPECT_EQ(test, sample.delay, 200025LL);
	KUNIT_EXPECT_EQ(test, sample.dispersion, (s64)(NSEC_PER_SEC >> 25) + 250);
	KUNIT_EXPECT_EQ(test, sample.root_delay, fit_answer.server.root_delay);
	KUNIT_EXPECT_EQ(test, sample.root_dispersion, fit_answer.server.root_dispersion);
}

/* Whatever a server makes of it: only what can be of that exchange counts. */
static void interleaved_answer_with_a_wrong_stamp(struct kunit *test)
{
	struct nts_answer answer = answer_after();
	struct nts_previous previous = before;

	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit);
	/* As soon as it came, and no sooner. */
	answer.transmit = previous.receive;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit);
	answer.transmit--;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit & ~NTS_TEST_SYNC);
	/* As long as we waited, a sixteenth and 100 us for errors, and no longer. */
	answer.transmit = previous.receive + 250000 + 15625 + 100000;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit);
	answer.transmit++;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit & ~NTS_TEST_SYNC);
	/* It is that of the answer that brings it. */
	answer.transmit = answer.receive + 50000;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit & ~NTS_TEST_SYNC);
	/* Our own ones are wrong. */
	answer = answer_after();
	answer.transmit = previous.receive;
	previous.sent = previous.received + 1;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit & ~NTS_TEST_SYNC);
}

static void one_exchange_is_measured_once(struct kunit *test)
{
	struct nts_answer answer = answer_after();
	struct nts_previous previous = before;

	previous.used = true;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous), fit & ~NTS_TEST_DUPLICATE);
	/* Forgotten, or replaced, after it was asked about. */
	previous = before;
	previous.valid = false;
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous) & NTS_TEST_DUPLICATE, 0U);
	previous = before;
	previous.server_receive = cpu_to_be64(78);
	KUNIT_EXPECT_EQ(test, tests_of(&answer, &previous) & NTS_TEST_DUPLICATE, 0U);
	KUNIT_EXPECT_EQ(test, tests_of(&answer, NULL) & NTS_TEST_DUPLICATE, 0U);
}

static void done_is_what_the_next_one_needs(struct kunit *test)
{
	struct nts_exchange exchange = { .transmit = cpu_to_be64(9), .sent = SENT, .sent_kind = 1 };
	struct nts_answer answer = fit_answer;
	struct nts_previous previous = { .lost = 3 };

	answer.server_receive = cpu_to_be64(8);
	nts_measure_done(&previous, &exchange, &answer, SENT + 5, 2);
	KUNIT_EXPECT_TRUE(test, previous.valid);
	KUNIT_EXPECT_TRUE(test, previous.used);
	KUNIT_EXPECT_EQ(test, previous.lost, (u8)0);
	KUNIT_EXPECT_EQ(test, previous.transmit, exchange.transmit);
	KUNIT_EXPECT_EQ(test, previous.server_receive, answer.server_receive);
	KUNIT_EXPECT_EQ(test, previous.receive, answer.receive);
	KUNIT_EXPECT_EQ(test, previous.sent, SENT);
	KUNIT_EXPECT_EQ(test, previous.received, SENT + 5);
	KUNIT_EXPECT_EQ(test, previous.sent_kind, (u8)1);
	KUNIT_EXPECT_EQ(test, previous.received_kind, (u8)2);
	answer.interleaved = true;
	nts_measure_done(&previous, &exchange, &answer, SENT + 5, 2);
	KUNIT_EXPECT_FALSE(test, previous.used);
}

/* The stamp of sending may come before the answer or after it. */
static void sent_is_improved(struct kunit *test)
{
	struct nts_exchange exchange = { .transmit = cpu_to_be64(5), .sent = SENT };
	struct nts_previous previous = before;

	previous.transmit = cpu_to_be64(4);
	nts_measure_sent(&exchange, &previous, SENT + 7, NTS_STAMP_KIND_DAEMON);
	KUNIT_EXPECT_EQ(test, exchange.sent, SENT);
	nts_measure_sent(&exchange, &previous, SENT + 7, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_EQ(test, exchange.sent, SENT + 7);
	KUNIT_EXPECT_EQ(test, previous.sent, SENT);
	previous.transmit = cpu_to_be64(5);
	nts_measure_sent(&exchange, &previous, SENT + 9, NTS_STAMP_KIND_HARDWARE);
	nts_measure_sent(&exchange, &previous, SENT + 8, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_EQ(test, exchange.sent, SENT + 9);
	KUNIT_EXPECT_EQ(test, exchange.sent_kind, (u8)NTS_STAMP_KIND_HARDWARE);
	KUNIT_EXPECT_EQ(test, previous.sent, SENT + 9);
	KUNIT_EXPECT_EQ(test, previous.sent_kind, (u8)NTS_STAMP_KIND_HARDWARE);
	nts_measure_sent(&exchange, NULL, SENT, NTS_STAMP_KIND_HARDWARE);
	KUNIT_EXPECT_EQ(test, exchange.sent, SENT + 9);
}

static void sample_of_impossible_times(struct kunit *test)
{
	struct nts_stamps stamps = {
		.sent = SENT,
		.received = SENT + 1000,
		.receive = 0,
		.transmit = nts_ntptime_to_ns(~0ULL),
	};
	struct nts_answer answer = { .precision = 127 };
	struct nts_sample sample;

	/* A server slower than the round trip: the delay is not negative. */
	nts_measure_sample(&stamps, &answer, 0, 0, -29, &sample);
	KUNIT_EXPECT_EQ(test, sample.delay, (s64)NSEC_PER_SEC << 32);
	answer.precision = -128;
	nts_measure_sample(&stamps, &answer, 0, 0, -29, &sample);
	KUNIT_EXPECT_EQ(test, sample.delay, 1LL);
}

/* Our client and our server, whose estimates of sending are 3 us early. */
struct measure_fixture {
	struct nts_interleave table;
	struct nts_exchange exchange;
	struct nts_previous previous;
	struct nts_answer answer;
	struct nts_stamps stamps;
	struct nts_sample sample;
	u64 secret[2];
	s64 raw;
	u8 entropy[NTS_EXCHANGE_ENTROPY];
	u8 packet[NTS_EXCHANGE_MAX_LEN];
};

static struct measure_fixture *measure_set_up(struct kunit *test)
{
	struct measure_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, nts_interleave_size(8), GFP_KERNEL);

	if (!f || !memory)
		return NULL;
	nts_interleave_init(&f->table, memory, 8, f->secret);
	f->raw = SENT;
	return f;
}

static u64 server_ntp(s64 raw)
{
	return nts_ntptime_from_ns(SERVER_TIME + raw);
}

static void serve(struct measure_fixture *f)
{
	static const u8 address[16] = { 1 };
	static const struct nts_quality quality = { .stratum = 1, .precision = -29 };
	u64 receive = server_ntp(f->raw + 100000), told;
	struct nts_interleave_visit visit;
	struct nts_request request;
	u32 ticket;
	u8 kind;

	nts_request_parse(f->packet, NTS_NTP_HEADER_LEN, &request);
	told = nts_interleave_take(&f->table, &visit, address, &request, 0, &kind);
	nts_respond_plain(f->packet, &request, &quality, receive);
	if (told)
		nts_respond_interleaved(f->packet, &request, told);
	else
		nts_respond_stamp(f->packet, server_ntp(f->raw + 147000));
	ticket = nts_interleave_save(&f->table, &visit, receive, server_ntp(f->raw + 147000), 0);
	nts_interleave_stamp(&f->table, ticket, receive, server_ntp(f->raw + 150000),
			     NTS_STAMP_KIND_HARDWARE);
}

/* One poll; returns the tests its answer passes, 0 when there is none. */
static u32 poll_once(struct measure_fixture *f, bool asked, bool answered)
{
	u32 i, tests;

	f->raw += 2000000000;
	for (i = 0; i < sizeof(f->entropy); i++)
		f->entropy[i] = (u8)(f->raw >> (i % 6 * 8)) ^ (u8)(i * 7);
	nts_exchange_request(&f->exchange, f->packet, NULL, NTS_SIV_LIB, f->entropy,
			     &f->previous);
	f->exchange.sent = f->raw;
	if (asked)
		serve(f);
	if (!asked || !answered ||
	    nts_exchange_reply(&f->exchange, f->packet, NTS_NTP_HEADER_LEN, NULL, NTS_SIV_LIB,
			       &f->answer) != NTS_REPLY_TIME)
		return 0;
	nts_measure_stamps(&f->exchange, &f->answer, f->raw + 250000, 1, &f->previous,
			   &f->stamps);
	tests = nts_measure_tests(&f->stamps, &f->answer, 0);
	nts_measure_sample(&f->stamps, &f->answer, 0, 0, -29, &f->sample);
	nts_measure_done(&f->previous, &f->exchange, &f->answer, f->raw + 250000, 1);
	return tests;
}

static void expect_basic(struct kunit *test, struct measure_fixture *f)
{
	KUNIT_EXPECT_EQ(test, poll_once(f, true, true), fit);
	KUNIT_EXPECT_FALSE(test, f->stamps.interleaved);
	KUNIT_EXPECT_EQ(test, f->sample.raw, f->raw + 125000);
	KUNIT_EXPECT_EQ(test, f->sample.offset, SERVER_TIME - 1500);
}

/* After a basic answer: about the exchange that was measured already. */
static void expect_transition(struct kunit *test, struct measure_fixture *f)
{
	KUNIT_EXPECT_EQ(test, poll_once(f, true, true), fit & ~NTS_TEST_DUPLICATE);
	KUNIT_EXPECT_TRUE(test, f->stamps.interleaved);
}

static void expect_interleaved(struct kunit *test, struct measure_fixture *f)
{
	KUNIT_EXPECT_EQ(test, poll_once(f, true, true), fit);
	KUNIT_EXPECT_TRUE(test, f->stamps.interleaved);
	KUNIT_EXPECT_EQ(test, f->sample.raw, f->raw - 2000000000 + 125000);
	KUNIT_EXPECT_EQ(test, f->sample.offset, SERVER_TIME);
	KUNIT_EXPECT_EQ(test, f->sample.delay, 200000LL);
}

static void third_answer_is_interleaved(struct kunit *test)
{
	struct measure_fixture *f = measure_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	expect_basic(test, f);
	expect_basic(test, f);
	expect_transition(test, f);
	for (i = 0; i < 10; i++)
		expect_interleaved(test, f);
}

static void lost_requests_change_nothing(struct kunit *test)
{
	struct measure_fixture *f = measure_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 4; i++)
		poll_once(f, true, true);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, poll_once(f, false, false), 0U);
	KUNIT_EXPECT_EQ(test, poll_once(f, true, true), fit);
	KUNIT_EXPECT_TRUE(test, f->stamps.interleaved);
	KUNIT_EXPECT_EQ(test, f->sample.raw, f->raw - 8000000000LL + 125000);
	KUNIT_EXPECT_EQ(test, f->sample.offset, SERVER_TIME);
	expect_interleaved(test, f);
}

/* What a lost answer told is not told again. */
static void lost_answer_is_followed_by_a_basic_one(struct kunit *test)
{
	struct measure_fixture *f = measure_set_up(test);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 4; i++)
		poll_once(f, true, true);
	poll_once(f, true, false);
	expect_basic(test, f);
	expect_transition(test, f);
	expect_interleaved(test, f);
	/* Too many of them: the client begins anew. */
	for (i = 0; i < 4; i++)
		poll_once(f, true, false);
	KUNIT_EXPECT_TRUE(test, f->exchange.interleaved);
	expect_basic(test, f);
	KUNIT_EXPECT_FALSE(test, f->exchange.interleaved);
	expect_basic(test, f);
	expect_transition(test, f);
	expect_interleaved(test, f);
}

static struct kunit_case measure_cases[] = {
	KUNIT_CASE(answer_tests),
	KUNIT_CASE(basic_answer_measures_itself),
	KUNIT_CASE(interleaved_answer_measures_the_one_before),
	KUNIT_CASE(interleaved_answer_with_a_wrong_stamp),
	KUNIT_CASE(one_exchange_is_measured_once),
	KUNIT_CASE(done_is_what_the_next_one_needs),
	KUNIT_CASE(sent_is_improved),
	KUNIT_CASE(sample_of_impossible_times),
	KUNIT_CASE(third_answer_is_interleaved),
	KUNIT_CASE(lost_requests_change_nothing),
	KUNIT_CASE(lost_answer_is_followed_by_a_basic_one),
	{ }
};

static struct kunit_suite measure_suite = {
	.name = "nts_measure",
	.test_cases = measure_cases,
};

kunit_test_suite(measure_suite);
