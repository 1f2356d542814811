// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way from a server's packets to the system clock. The first octet of the
 * input says whether packets are given the right origin and identifier, and
 * whether they are sealed: else nothing behind those tests would be reached; and
 * whether we ask in interleaved mode. Then a packet whose transmit timestamp is
 * even answers in that mode.
 * The rest is a series of packets, each behind its length and the time it took.
 */
#include <stdlib.h>

#include "core/measure.h"
#include "core/poll.h"
#include "core/steer.h"

#define CHECK(cond) do { if (!(cond)) abort(); } while (0)

#define NTS	1
#define FIT	2
#define SEALED	4
#define XLEAVE	8
#define PACKET_HEADER	6

static struct nts_jar jar;
static struct nts_discipline discipline;
static struct nts_steer steer;
static struct nts_source source;
static struct nts_poll schedule;
static struct nts_previous previous;
static s64 raw;

static void set_up(u8 how)
{
	static const u8 c2s[NTS_SIV_KEY_LEN] = { 1 }, s2c[NTS_SIV_KEY_LEN] = { 2 };
	u8 cookie[100] = { 0 };
	struct nts_discipline_config config;
	struct nts_source_options options;
	int i;

	raw = 1000000000;
	memset(&previous, 0, sizeof(previous));
	nts_discipline_defaults(&config);
	config.makestep_limit = 3;
	config.makestep_threshold = 1000000000;
	config.rtcsync = true;
	nts_discipline_init(&discipline, &config, raw, 1790000000000000000LL, 0, 0);
	nts_steer_init(&steer);
	nts_source_defaults(&options);
	nts_source_init(&source, &options, 1);
	source.online = true;
	source.authenticated = how & NTS;
	nts_poll_start(&schedule, &source.options, raw);
	nts_jar_open(&jar, c2s, s2c);
	for (i = 0; i < 4; i++)
		nts_jar_put(&jar, cookie, sizeof(cookie));
}

/* What no packet may bring about. */
static void check_state(void)
{
	CHECK(jar.n <= NTS_MAX_COOKIES);
	CHECK(source.samples.n <= NTS_SAMPLES_MAX);
	CHECK(schedule.poll >= source.options.minpoll);
	CHECK(schedule.poll <= source.options.maxpoll);
	CHECK(discipline.map.freq <= NTS_CLOCKMAP_FREQ_MAX);
	CHECK(discipline.map.freq >= -NTS_CLOCKMAP_FREQ_MAX);
	CHECK(previous.lost <= NTS_PREVIOUS_LOST);
}

static void follow(const struct nts_exchange *exchange, const struct nts_answer *answer)
{
	struct nts_steer_reading now = { .known = true, .tick = 10000 };
	struct nts_source *sources[] = { &source };
	const u32 unfit = NTS_TEST_DUPLICATE | NTS_TEST_SYNC;
	const struct nts_sample *last = nts_samples_newest(&source.samples);
	const s64 newest = last ? last->raw : 0;
	struct nts_stamps stamps;
	struct nts_sourcestats stats;
	struct nts_tracking tracking;
	struct nts_quality quality;
	struct nts_sample sample;
	struct nts_adjust adjust;
	bool good;

	nts_measure_stamps(exchange, answer, raw, NTS_STAMP_KIND_DAEMON, &previous, &stamps);
	nts_measure_done(&previous, exchange, answer, raw, NTS_STAMP_KIND_DAEMON);
	nts_measure_sample(&stamps, answer, discipline.map.freq, discipline.skew, -20, &sample);
	CHECK(sample.delay > 0);
	if (stamps.interleaved && ~nts_measure_tests(&stamps, answer, 0) & unfit)
		return;
	/* Else all samples would be thrown away. */
	CHECK(sample.raw > newest);
	if (stamps.interleaved)
		CHECK(sample.raw < exchange->sent);
	nts_source_answered(&source, &answer->server);
	good = nts_source_sample(&source, &discipline, &sample);
	if (good)
		nts_discipline_update(&discipline, sources, 1, 0, raw);
	nts_poll_answered(&schedule, &source, good, sample.delay, raw);
	now.raw = raw;
	now.real = nts_clockmap_time(&discipline.map, raw);
	nts_steer_plan(&steer, &discipline, &now, &adjust);
	if (adjust.modes) {
		CHECK(adjust.tick >= 9000 && adjust.tick <= 11000);
		CHECK(adjust.freq >= -500 * 65536 && adjust.freq <= 500 * 65536);
		nts_steer_done(&steer, &adjust, 0, &now);
	}
	nts_source_stats(&source, &discipline, raw, &stats);
	nts_discipline_tracking(&discipline, raw, &tracking);
	nts_discipline_quality(&discipline, raw, &quality);
}

/* Makes a packet what an attacker on the path, or a mad server, could send. */
static void make_fit(u8 *packet, u32 len, const struct nts_exchange *exchange, u8 how)
{
	u32 uid = NTS_NTP_HEADER_LEN, text;
	struct nts_siv_key key;
	struct nts_span ad[2];
	u8 *auth;

	memcpy(packet + 24, &exchange->transmit, 8);
	if (exchange->interleaved && !(packet[47] & 1))
		memcpy(packet + 24, &exchange->receive, 8);
	if (!exchange->nts || len < uid + 36 + 40)
		return;
	memcpy(nts_ext_put(packet + uid, NTS_EXT_UNIQUE_ID, 36), exchange->uid, 32);
	if (!(how & SEALED))
		return;
	text = (len - uid - 36 - 40) & ~3U;
	auth = nts_ext_put(packet + uid + 36, NTS_EXT_AUTH, (u16)(40 + text));
	put_unaligned_be16(16, auth);
	put_unaligned_be16((u16)(16 + text), auth + 2);
	ad[0] = (struct nts_span){ packet, uid + 36 };
	ad[1] = (struct nts_span){ auth + 4, 16 };
	nts_siv_setkey(&key, jar.s2c, NTS_SIV_NI);
	nts_siv_seal(&key, ad, 2, auth + 36, text, auth + 20);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 entropy[NTS_EXCHANGE_ENTROPY] = { 7 };
	u8 request[NTS_EXCHANGE_MAX_LEN], packet[NTS_MAX_PACKET];
	struct nts_exchange exchange;
	struct nts_answer answer;
	u32 len;
	u8 how;

	if (!size)
		return 0;
	how = *data++;
	size--;
	set_up(how);
	while (size > PACKET_HEADER) {
		len = get_unaligned_be16(data) % (NTS_MAX_PACKET + 1);
		raw += get_unaligned_be32(data + 2);
		data += PACKET_HEADER;
		size -= PACKET_HEADER;
		if (len > size)
			len = (u32)size;
		memcpy(packet, data, len);
		data += len;
		size -= len;

		if (!nts_exchange_request(&exchange, request, how & NTS ? &jar : NULL,
					  NTS_SIV_NI, entropy, how & XLEAVE ? &previous : NULL))
			break;
		CHECK(exchange.receive != exchange.transmit);
		CHECK(exchange.interleaved || (!exchange.origin && !exchange.receive));
		exchange.sent = raw;
		nts_poll_sent(&schedule, &source, false, raw, 0);
		raw += 1000000;
		if (how & FIT && len >= NTS_NTP_HEADER_LEN)
			make_fit(packet, len, &exchange, how);
		if (nts_exchange_reply(&exchange, packet, len, how & NTS ? &jar : NULL,
				       NTS_SIV_NI, &answer) == NTS_REPLY_TIME)
			follow(&exchange, &answer);
		check_state();
	}
	return 0;
}
