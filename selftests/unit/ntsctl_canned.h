/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three sources as the kernel tells of them. What is expected of reports on them
 * is what chronyc printed when a daemon of ours gave it the same values.
 */
#ifndef NTSCTL_CANNED_H
#define NTSCTL_CANNED_H

#include "../../tools/source.h"
#include "ntsctl_ask.h"

#define PPM 281474977

static inline void can_selected(void)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, 1);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "ntp.example.net");
	put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6, "203.0.113.15");
	put_text_address(msg, NTS_A_SOURCE_LOCAL4, NTS_A_SOURCE_LOCAL6, "203.0.113.74");
	nla_put_u16(msg, NTS_A_SOURCE_PORT, 123);
	nla_put_u32(msg, NTS_A_SOURCE_FLAGS,
		    NTS_SOURCE_FLAG_NTS | NTS_SOURCE_FLAG_IBURST | NTS_SOURCE_FLAG_PREFER);
	nla_put_u32(msg, NTS_A_SOURCE_EFFECTIVE_FLAGS,
		    NTS_SOURCE_FLAG_PREFER | NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_REQUIRE);
	nla_put_u8(msg, NTS_A_SOURCE_ONLINE, 1);
	nla_put_u8(msg, NTS_A_SOURCE_STATE, '*');
	nla_put_s32(msg, NTS_A_SOURCE_POLL, 10);
	nla_put_u8(msg, NTS_A_SOURCE_REACH, 0377);
	nla_put_u64(msg, NTS_A_SOURCE_LAST_RX, 36000999999999);
	nla_put_s64(msg, NTS_A_SOURCE_NEXT_TX, 12000000000);
	nla_put_s64(msg, NTS_A_SOURCE_LAST_OFFSET, 26259);
	nla_put_s64(msg, NTS_A_SOURCE_LAST_OFFSET_MEASURED, -479);
	nla_put_u64(msg, NTS_A_SOURCE_LAST_ERROR, 12340000);
	nla_put_u8(msg, NTS_A_SOURCE_LEAP, 0);
	nla_put_u8(msg, NTS_A_SOURCE_STRATUM, 1);
	nla_put_u32(msg, NTS_A_SOURCE_REFID, 0x47505300);
	nla_put_s64(msg, NTS_A_SOURCE_REFTIME, 1480087332123456789);
	nla_put_u64(msg, NTS_A_SOURCE_ROOT_DELAY, 15259);
	nla_put_u64(msg, NTS_A_SOURCE_ROOT_DISPERSION, 15259);
	nla_put_s32(msg, NTS_A_SOURCE_PRECISION, -24);
	nla_put_u8(msg, NTS_A_SOURCE_VERSION, 4);
	nla_put_u8(msg, NTS_A_SOURCE_REMOTE_MODE, 4);
	nla_put_s32(msg, NTS_A_SOURCE_REMOTE_POLL, 10);
	nla_put_u32(msg, NTS_A_SOURCE_TESTS, 0x3f5);
	nla_put_s64(msg, NTS_A_SOURCE_SAMPLE_OFFSET, -60878);
	nla_put_u64(msg, NTS_A_SOURCE_PEER_DELAY, 175634);
	nla_put_u64(msg, NTS_A_SOURCE_PEER_DISPERSION, 681);
	nla_put_u64(msg, NTS_A_SOURCE_RESPONSE_TIME, 53050);
	nla_put_s32(msg, NTS_A_SOURCE_ASYMMETRY, -24248);
	nla_put_u8(msg, NTS_A_SOURCE_INTERLEAVED, 0);
	nla_put_u8(msg, NTS_A_SOURCE_AUTHENTICATED, 1);
	nla_put_u8(msg, NTS_A_SOURCE_TX_STAMP, NTS_STAMP_KIND_HARDWARE);
	nla_put_u8(msg, NTS_A_SOURCE_RX_STAMP, NTS_STAMP_KIND_KERNEL);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_TX, 26);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_RX, 24);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_VALID, 23);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_GOOD, 22);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_KERNEL_TX, 11);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_KERNEL_RX, 12);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_HW_TX, 13);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_HW_RX, 14);
	nla_put_u32(msg, NTS_A_SOURCE_SAMPLES, 11);
	nla_put_u32(msg, NTS_A_SOURCE_RUNS, 5);
	nla_put_u64(msg, NTS_A_SOURCE_SPAN, 2760000000000);
	nla_put_s64(msg, NTS_A_SOURCE_FREQ, -12340LL * PPM);
	nla_put_u64(msg, NTS_A_SOURCE_SKEW, 45LL * PPM / 1000);
	nla_put_s64(msg, NTS_A_SOURCE_EST_OFFSET, -1000);
	nla_put_u64(msg, NTS_A_SOURCE_STD_DEV, 25000);
	nla_put_u32(msg, NTS_A_SOURCE_SCORE, 1 << 16);
	nla_put_s64(msg, NTS_A_SOURCE_INTERVAL_LOW, -31250000);
	nla_put_s64(msg, NTS_A_SOURCE_INTERVAL_HIGH, 6846000);
	nla_put_u32(msg, NTS_A_SOURCE_KE_COUNT, 3);
	nla_put_u16(msg, NTS_A_SOURCE_AEAD, 15);
	nla_put_u64(msg, NTS_A_SOURCE_KE_AGE, 8100000000000);
	nla_put_u32(msg, NTS_A_SOURCE_KE_ATTEMPTS, 0);
	nla_put_u32(msg, NTS_A_SOURCE_NAKS, 1);
	nla_put_u32(msg, NTS_A_SOURCE_COOKIES, 8);
	nla_put_u32(msg, NTS_A_SOURCE_COOKIE_LEN, 100);
}

/* Plain, with an address longer than its column, and never heard of yet. */
static inline void can_silent(void)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, 2);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "a-very-long-host-name-indeed.example.org");
	put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6,
			 "2001:db8:1111:2222:3333:4444:5555:6666");
	nla_put_u16(msg, NTS_A_SOURCE_PORT, 123);
	nla_put_u32(msg, NTS_A_SOURCE_FLAGS, NTS_SOURCE_FLAG_NOSELECT);
	nla_put_u32(msg, NTS_A_SOURCE_EFFECTIVE_FLAGS, NTS_SOURCE_FLAG_NOSELECT);
	nla_put_u8(msg, NTS_A_SOURCE_ONLINE, 1);
	nla_put_u8(msg, NTS_A_SOURCE_BURST, 1);
	nla_put_u8(msg, NTS_A_SOURCE_STATE, 'M');
	nla_put_s32(msg, NTS_A_SOURCE_POLL, -2);
	nla_put_u8(msg, NTS_A_SOURCE_REACH, 0);
	/* what the kernel makes of no samples */
	nla_put_u64(msg, NTS_A_SOURCE_SKEW, 1LL << 48);
	nla_put_u64(msg, NTS_A_SOURCE_STD_DEV, 1LL << 36);
}

static inline void can_unresolved(void)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, 7);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "nowhere.example");
	nla_put_u32(msg, NTS_A_SOURCE_FLAGS, NTS_SOURCE_FLAG_NTS);
	nla_put_u32(msg, NTS_A_SOURCE_EFFECTIVE_FLAGS, 0);
	nla_put_u8(msg, NTS_A_SOURCE_ONLINE, 1);
	nla_put_s32(msg, NTS_A_SOURCE_POLL, 6);
	nla_put_string(msg, NTS_A_SOURCE_PROBLEM, "the name \"nowhere.example\" is unknown");
	nla_put_u32(msg, NTS_A_SOURCE_KE_ATTEMPTS, 4);
}

static inline void can_sources(void)
{
	forget();
	can_selected();
	can_silent();
	can_unresolved();
}

static inline void expect_output(int (*command)(struct ctl *ctl), const char *words,
				 const char *want)
{
	int status;

	EXPECT_STR(run_command(command, words, &status), want);
	EXPECT(!status);
}

/* The parsed object, whose syntax is thereby checked; json_object_put() it. */
static inline struct json_object *expect_json(int (*command)(struct ctl *ctl), const char *words)
{
	int status;
	const char *output = run_command(command, words, &status);
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, output, (int)strlen(output));
	EXPECT(!status);
	EXPECT(object && json_object_is_type(object, json_type_object));
	/* one object, one line */
	EXPECT(strchr(output, '\n') == output + strlen(output) - 1);
	json_tokener_free(tokener);
	return object;
}

static inline struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		printf("# no member %s\n", key);
	return value;
}

static inline struct json_object *item(struct json_object *object, const char *key, size_t n)
{
	return json_object_array_get_idx(member(object, key), n);
}

#endif
