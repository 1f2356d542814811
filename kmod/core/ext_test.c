// SPDX-License-Identifier: GPL-2.0-or-later
/* Extension fields: what RFC 7822 allows, and what it does not. */
#include <kunit/test.h>

#include "ext.c"

struct ext_case {
	const char *name;
	u16 field_len;	/* what the field says of itself */
	u16 rest;	/* octets there are */
	enum nts_ext_step step;
};

static const struct ext_case ext_params[] = {
	{ "nothing", 0, 0, NTS_EXT_END },
	{ "crypto-NAK", 0, 4, NTS_EXT_MAC },
	{ "128-bit MAC", 0, 20, NTS_EXT_MAC },
	{ "160-bit MAC", 0, 24, NTS_EXT_MAC },
	{ "1 octet", 0, 1, NTS_EXT_MALFORMED },
	{ "8 octets", 8, 8, NTS_EXT_MALFORMED },
	{ "16 as the last", 16, 16, NTS_EXT_MALFORMED },
	{ "27 octets", 24, 27, NTS_EXT_MALFORMED },
	{ "28 as the last", 28, 28, NTS_EXT_FIELD },
	{ "16 with more behind", 16, 44, NTS_EXT_FIELD },
	{ "length 0", 0, 40, NTS_EXT_MALFORMED },
	{ "length 4", 4, 40, NTS_EXT_MALFORMED },
	{ "length 12", 12, 40, NTS_EXT_MALFORMED },
	{ "length not a multiple of 4", 30, 40, NTS_EXT_MALFORMED },
	{ "one word too long", 44, 40, NTS_EXT_MALFORMED },
	{ "length 65532", 65532, 40, NTS_EXT_MALFORMED },
	{ "exact", 40, 40, NTS_EXT_FIELD },
};

static void ext_desc(const struct ext_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ext, ext_params, ext_desc);

static void ext_one_step(struct kunit *test)
{
	const struct ext_case *c = test->param_value;
	/* Of its very size, so that a sanitizer sees one octet too far. */
	u8 *packet = kunit_kzalloc(test, NTS_NTP_HEADER_LEN + c->rest, GFP_KERNEL);
	u32 offset = NTS_NTP_HEADER_LEN;
	struct nts_ext ext = { 0 };

	KUNIT_ASSERT_NOT_NULL(test, packet);
	if (c->rest >= 4)
		nts_ext_put(packet + offset, 0x1234, c->field_len);

	KUNIT_EXPECT_EQ(test, nts_ext_next(packet, NTS_NTP_HEADER_LEN + c->rest,
					   &offset, &ext), c->step);
	if (c->step == NTS_EXT_FIELD) {
		KUNIT_EXPECT_EQ(test, ext.type, (u16)0x1234);
		KUNIT_EXPECT_EQ(test, ext.offset, (u16)NTS_NTP_HEADER_LEN);
		KUNIT_EXPECT_EQ(test, ext.len, c->field_len);
		KUNIT_EXPECT_EQ(test, nts_ext_body_len(&ext), (u16)(c->field_len - 4));
		KUNIT_EXPECT_EQ(test, offset, (u32)NTS_NTP_HEADER_LEN + c->field_len);
	} else {
		KUNIT_EXPECT_EQ(test, offset, (u32)NTS_NTP_HEADER_LEN);
	}
}

static void ext_walk_ends(struct kunit *test)
{
	u8 packet[NTS_NTP_HEADER_LEN + 16 + 28] = { 0 };
	u32 offset = NTS_NTP_HEADER_LEN;
	struct nts_ext ext;

	nts_ext_put(packet + 48, 1, 16);
	nts_ext_put(packet + 64, 2, 28);
	KUNIT_EXPECT_EQ(test, nts_ext_next(packet, sizeof(packet), &offset, &ext), NTS_EXT_FIELD);
	KUNIT_EXPECT_EQ(test, ext.type, (u16)1);
	KUNIT_EXPECT_EQ(test, nts_ext_next(packet, sizeof(packet), &offset, &ext), NTS_EXT_FIELD);
	KUNIT_EXPECT_EQ(test, ext.type, (u16)2);
	KUNIT_EXPECT_EQ(test, nts_ext_next(packet, sizeof(packet), &offset, &ext), NTS_EXT_END);
}

static struct kunit_case ext_cases[] = {
	KUNIT_CASE_PARAM(ext_one_step, ext_gen_params),
	KUNIT_CASE(ext_walk_ends),
	{ }
};

static struct kunit_suite ext_suite = {
	.name = "nts_ext",
	.test_cases = ext_cases,
};

kunit_test_suite(ext_suite);
