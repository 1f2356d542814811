// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers: RFC 5905's fields, RFC 9769's timestamps, kisses. */
#include <kunit/test.h>

#include "client_test.h"
#include "respond.c"

static const struct nts_quality good = {
	.leap = 1,
	.stratum = 2,
	.precision = -25,
	.refid = 0x7f7f0101,
	.root_delay = 0x123,
	.root_dispersion = 0x456,
	.reftime = 0xaabbccdd00112233ULL,
};

struct respond_fixture {
	struct client client;
	struct nts_request request;
};

static struct respond_fixture *respond_set_up(struct kunit *test)
{
	struct respond_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (f)
		client_init(&f->client);
	return f;
}

static void respond_header_fields(struct kunit *test)
{
	struct respond_fixture *f = respond_set_up(test);
	struct nts_ntp_header *h;
	u8 version;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (version = 1; version <= 4; version++) {
		client_header(&f->client, version);
		KUNIT_ASSERT_EQ(test, nts_request_parse(f->client.packet, 48, &f->request),
				NTS_ANSWER_PLAIN);
		KUNIT_EXPECT_EQ(test, nts_respond_plain(f->client.packet, &f->request,
							&good, 0x1111), 48U);
		nts_respond_stamp(f->client.packet, 0x2222);
		h = (struct nts_ntp_header *)f->client.packet;
		KUNIT_EXPECT_EQ(test, h->lvm, NTS_NTP_LVM(1, version, 4));
		KUNIT_EXPECT_EQ(test, h->stratum, (u8)2);
		KUNIT_EXPECT_EQ(test, h->poll, (s8)6);
		KUNIT_EXPECT_EQ(test, h->precision, (s8)-25);
		KUNIT_EXPECT_EQ(test, be32_to_cpu(h->root_delay), 0x123U);
		KUNIT_EXPECT_EQ(test, be32_to_cpu(h->root_dispersion), 0x456U);
		KUNIT_EXPECT_EQ(test, be32_to_cpu(h->refid), 0x7f7f0101U);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->reftime), good.reftime);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->origin), CLIENT_TRANSMIT);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->receive), 0x1111ULL);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->transmit), 0x2222ULL);
	}
}

static void respond_unsynchronised(struct kunit *test)
{
	const struct nts_quality bad = {
		.leap = NTS_NTP_LEAP_UNSYNC, .stratum = NTS_NTP_MAX_STRATUM,
	};
	struct respond_fixture *f = respond_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	client_header(&f->client, 4);
	nts_request_parse(f->client.packet, 48, &f->request);
	nts_respond_plain(f->client.packet, &f->request, &bad, 1);
	KUNIT_EXPECT_EQ(test, f->client.packet[0], NTS_NTP_LVM(3, 4, 4));
	KUNIT_EXPECT_EQ(test, f->client.packet[1], (u8)0);
}

static void respond_echoes_uid_to_plain(struct kunit *test)
{
	struct respond_fixture *f = respond_set_up(test);
	struct client *c;
	u8 uid[36];

	KUNIT_ASSERT_NOT_NULL(test, f);
	c = &f->client;
	client_header(c, 4);
	client_field(c, 0x2005, 40, 0xee);
	client_uid(c);
	memcpy(uid, c->packet + 48 + 44, sizeof(uid));
	KUNIT_ASSERT_EQ(test, nts_request_parse(c->packet, c->len, &f->request),
			NTS_ANSWER_PLAIN);
	KUNIT_EXPECT_EQ(test, nts_respond_plain(c->packet, &f->request, &good, 1), 84U);
	KUNIT_EXPECT_MEMEQ(test, c->packet + 48, uid, sizeof(uid));
}

static void respond_nak_carries_no_secret(struct kunit *test)
{
	struct respond_fixture *f = respond_set_up(test);
	struct nts_ntp_header *h;
	struct client *c;
	u8 uid[36];

	KUNIT_ASSERT_NOT_NULL(test, f);
	c = &f->client;
	client_request(c, 3);
	memcpy(uid, c->packet + 48, sizeof(uid));
	KUNIT_ASSERT_EQ(test, nts_request_parse(c->packet, c->len, &f->request),
			NTS_ANSWER_NTS);
	KUNIT_EXPECT_EQ(test, nts_respond_nak(c->packet, &f->request), 84U);
	h = (struct nts_ntp_header *)c->packet;
	KUNIT_EXPECT_EQ(test, h->lvm, NTS_NTP_LVM(3, 4, 4));
	KUNIT_EXPECT_EQ(test, h->stratum, (u8)0);
	KUNIT_EXPECT_MEMEQ(test, &h->refid, "NTSN", 4);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->origin), CLIENT_TRANSMIT);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->receive), 0ULL);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->transmit), 0ULL);
	KUNIT_EXPECT_MEMEQ(test, c->packet + 48, uid, sizeof(uid));
}

/* Who asks too often learns no time, but that his request was heard. */
static void respond_rate_tells_no_time(struct kunit *test)
{
	struct respond_fixture *f = respond_set_up(test);
	struct nts_quality kiss = good;
	struct nts_ntp_header *h;

	KUNIT_ASSERT_NOT_NULL(test, f);
	h = (struct nts_ntp_header *)f->client.packet;
	client_header(&f->client, 4);
	nts_request_parse(f->client.packet, 48, &f->request);
	nts_respond_kiss(&kiss, NTS_KOD_RATE);
	nts_respond_plain(f->client.packet, &f->request, &kiss, 0x1111);
	nts_respond_timeless(f->client.packet);
	KUNIT_EXPECT_EQ(test, h->lvm, NTS_NTP_LVM(3, 4, 4));
	KUNIT_EXPECT_EQ(test, h->stratum, (u8)0);
	KUNIT_EXPECT_MEMEQ(test, &h->refid, "RATE", 4);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->reftime), 0ULL);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->origin), CLIENT_TRANSMIT);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->receive), CLIENT_TRANSMIT);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->transmit), CLIENT_TRANSMIT);
}

/* Our receive timestamps are odd, our transmit timestamps even and no earlier. */
static void respond_marks_its_stamps(struct kunit *test)
{
	static const struct {
		u64 receive, transmit, as_receive, as_transmit;
	} stamps[] = {
		{ 0x1000, 0x2001, 0x1001, 0x2000 },
		{ 0x1001, 0x2000, 0x1001, 0x2000 },
		{ 0x1000, 0x1000, 0x1001, 0x1002 },
		{ 0x1001, 0x1001, 0x1001, 0x1002 },
		/* A clock that goes back is not hidden. */
		{ 0x1001, 0x0fff, 0x1001, 0x0ffe },
	};
	struct respond_fixture *f = respond_set_up(test);
	struct nts_ntp_header *h;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	h = (struct nts_ntp_header *)f->client.packet;
	for (i = 0; i < ARRAY_SIZE(stamps); i++) {
		client_header(&f->client, 4);
		nts_request_parse(f->client.packet, 48, &f->request);
		nts_respond_plain(f->client.packet, &f->request, &good, stamps[i].receive);
		nts_respond_stamp(f->client.packet, stamps[i].transmit);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->receive), stamps[i].as_receive);
		KUNIT_EXPECT_EQ(test, be64_to_cpu(h->transmit), stamps[i].as_transmit);
	}
}

/* What the table needs of a request, which its answer overwrites. */
static void respond_interleaved(struct kunit *test)
{
	struct respond_fixture *f = respond_set_up(test);
	struct nts_ntp_header *h;

	KUNIT_ASSERT_NOT_NULL(test, f);
	h = (struct nts_ntp_header *)f->client.packet;
	client_header(&f->client, 4);
	h->origin = cpu_to_be64(0xaaaa);
	h->receive = cpu_to_be64(0xbbbb);
	nts_request_parse(f->client.packet, 48, &f->request);
	nts_respond_plain(f->client.packet, &f->request, &good, 0x1111);
	KUNIT_EXPECT_EQ(test, f->request.origin, 0xaaaaULL);
	KUNIT_EXPECT_EQ(test, f->request.receive, 0xbbbbULL);
	KUNIT_EXPECT_EQ(test, f->request.transmit, CLIENT_TRANSMIT);
	nts_respond_interleaved(f->client.packet, &f->request, 0x2222);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->origin), 0xbbbbULL);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->receive), 0x1111ULL);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(h->transmit), 0x2222ULL);
}

static struct kunit_case respond_cases[] = {
	KUNIT_CASE(respond_header_fields),
	KUNIT_CASE(respond_unsynchronised),
	KUNIT_CASE(respond_echoes_uid_to_plain),
	KUNIT_CASE(respond_nak_carries_no_secret),
	KUNIT_CASE(respond_rate_tells_no_time),
	KUNIT_CASE(respond_marks_its_stamps),
	KUNIT_CASE(respond_interleaved),
	{ }
};

static struct kunit_suite respond_suite = {
	.name = "nts_respond",
	.test_cases = respond_cases,
};

kunit_test_suite(respond_suite);
