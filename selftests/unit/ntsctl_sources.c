// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports on sources from canned answers of the kernel. What is expected is what
 * chronyc printed when a daemon of ours gave it the same values.
 */
#include "../../tools/source.h"
#include "ntsctl_ask.h"

#define PPM 281474977

static void can_selected(void)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, 1);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "ntp.example.net");
	put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6, "203.0.113.15");
	put_text_address(msg, NTS_A_SOURCE_LOCAL4, NTS_A_SOURCE_LOCAL6, "203.0.113.74");
	nla_put_u32(msg, NTS_A_SOURCE_ADDR_REFID, 0xcb00710f);
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
static void can_silent(void)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, 2);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "a-very-long-host-name-indeed.example.org");
	put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6,
			 "2001:db8:1111:2222:3333:4444:5555:6666");
	nla_put_u32(msg, NTS_A_SOURCE_ADDR_REFID, 0xe9479a2a);
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

static void can_unresolved(void)
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

static void can_sources(void)
{
	forget();
	can_selected();
	can_silent();
	can_unresolved();
}

static void expect_output(int (*command)(struct ctl *ctl), const char *words,
			  const char *want)
{
	int status;

	EXPECT_STR(run_command(command, words, &status), want);
	EXPECT(!status);
}

/* The parsed object, whose syntax is thereby checked; json_object_put() it. */
static struct json_object *expect_json(int (*command)(struct ctl *ctl), const char *words)
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

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		printf("# no member %s\n", key);
	return value;
}

static struct json_object *item(struct json_object *object, const char *key, size_t n)
{
	return json_object_array_get_idx(member(object, key), n);
}

static void sources_by_name(void)
{
	can_sources();
	expect_output(cmd_sources, "",
		      "MS Name/IP address         Stratum Poll Reach LastRx Last sample               " "\n"
		      "===============================================================================\n"
		      "^* ntp.example.net               1  10   377   10h    -26us[ +479ns] +/-   12ms\n"
		      "^? a-very-long-host-name-indeed.example.org   0  -2     0     -     +0ns[   +0ns] +/-    0ns\n");
	expect_output(cmd_sources, "-a",
		      "MS Name/IP address         Stratum Poll Reach LastRx Last sample               " "\n"
		      "===============================================================================\n"
		      "^* ntp.example.net               1  10   377   10h    -26us[ +479ns] +/-   12ms\n"
		      "^? a-very-long-host-name-indeed.example.org   0  -2     0     -     +0ns[   +0ns] +/-    0ns\n"
		      "^? nowhere.example               0   6     0     -     +0ns[   +0ns] +/-    0ns\n");
}

static void sources_by_address(void)
{
	can_sources();
	expect_output(cmd_sources, "-n -a",
		      "MS Name/IP address         Stratum Poll Reach LastRx Last sample               " "\n"
		      "===============================================================================\n"
		      "^* 203.0.113.15                  1  10   377   10h    -26us[ +479ns] +/-   12ms\n"
		      "^? 2001:db8:1111:2222:3333:4444:5555:6666   0  -2     0     -     +0ns[   +0ns] +/-    0ns\n"
		      "^? ID#0000000007                 0   6     0     -     +0ns[   +0ns] +/-    0ns\n");
}

static void sources_values(void)
{
	can_sources();
	expect_output(cmd_sources, "-c",
		      "^,*,203.0.113.15,1,10,377,36000,-0.000026259,0.000000479,0.012340000\n"
		      "^,?,2001:db8:1111:2222:3333:4444:5555:6666,0,-2,0,4294967295,0.000000000,0.000000000,0.000000000\n");
	expect_output(cmd_sources, "-c -a",
		      "^,*,203.0.113.15,1,10,377,36000,-0.000026259,0.000000479,0.012340000\n"
		      "^,?,2001:db8:1111:2222:3333:4444:5555:6666,0,-2,0,4294967295,0.000000000,0.000000000,0.000000000\n"
		      "^,?,ID#0000000007,0,6,0,4294967295,0.000000000,0.000000000,0.000000000\n");
	expect_output(cmd_sources, "-N -c -a",
		      "^,*,ntp.example.net,1,10,377,36000,-0.000026259,0.000000479,0.012340000\n"
		      "^,?,a-very-long-host-name-indeed.example.org,0,-2,0,4294967295,0.000000000,0.000000000,0.000000000\n"
		      "^,?,nowhere.example,0,6,0,4294967295,0.000000000,0.000000000,0.000000000\n");
}

static void sourcestats_by_name(void)
{
	can_sources();
	expect_output(cmd_sourcestats, "",
		      "Name/IP Address            NP  NR  Span  Frequency  Freq Skew  Offset  Std Dev\n"
		      "==============================================================================\n"
		      "ntp.example.net            11   5   46m +12340.000      0.045  +1000ns    25us\n"
		      "a-very-long-host-name-indeed.example.org   0   0     0     +0.000   2000.000     +0ns  4000ms\n");
	expect_output(cmd_sourcestats, "-a",
		      "Name/IP Address            NP  NR  Span  Frequency  Freq Skew  Offset  Std Dev\n"
		      "==============================================================================\n"
		      "ntp.example.net            11   5   46m +12340.000      0.045  +1000ns    25us\n"
		      "a-very-long-host-name-indeed.example.org   0   0     0     +0.000   2000.000     +0ns  4000ms\n"
		      "nowhere.example             0   0     0     +0.000   2000.000     +0ns  4000ms\n");
}

static void sourcestats_by_address(void)
{
	can_sources();
	expect_output(cmd_sourcestats, "-n -a",
		      "Name/IP Address            NP  NR  Span  Frequency  Freq Skew  Offset  Std Dev\n"
		      "==============================================================================\n"
		      "203.0.113.15               11   5   46m +12340.000      0.045  +1000ns    25us\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666   0   0     0     +0.000   2000.000     +0ns  4000ms\n"
		      "ID#0000000007               0   0     0     +0.000   2000.000     +0ns  4000ms\n");
}

static void sourcestats_values(void)
{
	can_sources();
	expect_output(cmd_sourcestats, "-c",
		      "203.0.113.15,11,5,2760,12340.000,0.045,0.000001000,0.000025000\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666,0,0,0,0.000,2000.000,0.000000000,4.000000000\n");
	expect_output(cmd_sourcestats, "-c -a",
		      "203.0.113.15,11,5,2760,12340.000,0.045,0.000001000,0.000025000\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666,0,0,0,0.000,2000.000,0.000000000,4.000000000\n"
		      "ID#0000000007,0,0,0,0.000,2000.000,0.000000000,4.000000000\n");
	expect_output(cmd_sourcestats, "-N -c -a",
		      "ntp.example.net,11,5,2760,12340.000,0.045,0.000001000,0.000025000\n"
		      "a-very-long-host-name-indeed.example.org,0,0,0,0.000,2000.000,0.000000000,4.000000000\n"
		      "nowhere.example,0,0,0,0.000,2000.000,0.000000000,4.000000000\n");
}

static void selectdata_by_name(void)
{
	can_sources();
	expect_output(cmd_selectdata, "",
		      "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap\n"
		      "=======================================================================\n"
		      "* ntp.example.net           Y -P--- -PTR-  10h   1.0 -6846us   +31ms  N\n"
		      "M a-very-long-host-name-indeed.example.org N N---- N----    -   1.0    +0ns    +0ns  ?\n");
	expect_output(cmd_selectdata, "-a",
		      "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap\n"
		      "=======================================================================\n"
		      "* ntp.example.net           Y -P--- -PTR-  10h   1.0 -6846us   +31ms  N\n"
		      "M a-very-long-host-name-indeed.example.org N N---- N----    -   1.0    +0ns    +0ns  ?\n"
		      "M nowhere.example           Y ----- -----    -   1.0    +0ns    +0ns  ?\n");
}

static void selectdata_by_address(void)
{
	can_sources();
	expect_output(cmd_selectdata, "-n -a",
		      "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap\n"
		      "=======================================================================\n"
		      "* 203.0.113.15              Y -P--- -PTR-  10h   1.0 -6846us   +31ms  N\n"
		      "M 2001:db8:1111:2222:3333:4444:5555:6666 N N---- N----    -   1.0    +0ns    +0ns  ?\n"
		      "M ID#0000000007             Y ----- -----    -   1.0    +0ns    +0ns  ?\n");
}

static void selectdata_values(void)
{
	can_sources();
	expect_output(cmd_selectdata, "-c",
		      "*,203.0.113.15,Y,-,P,-,-,-,-,P,T,R,-,36000,1.0,-0.006846000,0.031250000,Normal\n"
		      "M,2001:db8:1111:2222:3333:4444:5555:6666,N,N,-,-,-,-,N,-,-,-,-,4294967295,1.0,0.000000000,0.000000000,Not synchronised\n");
	expect_output(cmd_selectdata, "-c -a",
		      "*,203.0.113.15,Y,-,P,-,-,-,-,P,T,R,-,36000,1.0,-0.006846000,0.031250000,Normal\n"
		      "M,2001:db8:1111:2222:3333:4444:5555:6666,N,N,-,-,-,-,N,-,-,-,-,4294967295,1.0,0.000000000,0.000000000,Not synchronised\n"
		      "M,ID#0000000007,Y,-,-,-,-,-,-,-,-,-,-,4294967295,1.0,0.000000000,0.000000000,Not synchronised\n");
	expect_output(cmd_selectdata, "-N -c -a",
		      "*,ntp.example.net,Y,-,P,-,-,-,-,P,T,R,-,36000,1.0,-0.006846000,0.031250000,Normal\n"
		      "M,a-very-long-host-name-indeed.example.org,N,N,-,-,-,-,N,-,-,-,-,4294967295,1.0,0.000000000,0.000000000,Not synchronised\n"
		      "M,nowhere.example,Y,-,-,-,-,-,-,-,-,-,-,4294967295,1.0,0.000000000,0.000000000,Not synchronised\n");
}

static void authdata_by_name(void)
{
	can_sources();
	expect_output(cmd_authdata, "",
		      "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen\n"
		      "=========================================================================\n"
		      "ntp.example.net              NTS     3   15  256 135m    0    1    8  100\n"
		      "a-very-long-host-name-indeed.example.org    -     0    0    0    -    0    0    0    0\n");
	expect_output(cmd_authdata, "-a",
		      "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen\n"
		      "=========================================================================\n"
		      "ntp.example.net              NTS     3   15  256 135m    0    1    8  100\n"
		      "a-very-long-host-name-indeed.example.org    -     0    0    0    -    0    0    0    0\n"
		      "nowhere.example              NTS     0    0    0    -    4    0    0    0\n");
}

static void authdata_by_address(void)
{
	can_sources();
	expect_output(cmd_authdata, "-n -a",
		      "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen\n"
		      "=========================================================================\n"
		      "203.0.113.15                 NTS     3   15  256 135m    0    1    8  100\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666    -     0    0    0    -    0    0    0    0\n"
		      "ID#0000000007                NTS     0    0    0    -    4    0    0    0\n");
}

static void authdata_values(void)
{
	can_sources();
	expect_output(cmd_authdata, "-c",
		      "203.0.113.15,NTS,3,15,256,8100,0,1,8,100\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666,-,0,0,0,4294967295,0,0,0,0\n");
	expect_output(cmd_authdata, "-c -a",
		      "203.0.113.15,NTS,3,15,256,8100,0,1,8,100\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666,-,0,0,0,4294967295,0,0,0,0\n"
		      "ID#0000000007,NTS,0,0,0,4294967295,4,0,0,0\n");
	expect_output(cmd_authdata, "-N -c -a",
		      "ntp.example.net,NTS,3,15,256,8100,0,1,8,100\n"
		      "a-very-long-host-name-indeed.example.org,-,0,0,0,4294967295,0,0,0,0\n"
		      "nowhere.example,NTS,0,0,0,4294967295,4,0,0,0\n");
}

static void activity_layout(void)
{
	can_sources();
	expect_output(cmd_activity, "",
		      "200 OK\n"
		      "1 sources online\n"
		      "0 sources offline\n"
		      "1 sources doing burst (return to online)\n"
		      "0 sources doing burst (return to offline)\n"
		      "1 sources with unknown address\n");
	expect_output(cmd_activity, "-c",
		      "1,0,1,0,1\n");
}

static void ntpdata_layout(void)
{
	can_sources();
	expect_output(cmd_ntpdata, "",
		      "\n"
		      "Remote address  : 203.0.113.15 (CB00710F)\n"
		      "Remote port     : 123\n"
		      "Local address   : 203.0.113.74 (CB00714A)\n"
		      "Leap status     : Normal\n"
		      "Version         : 4\n"
		      "Mode            : Server\n"
		      "Stratum         : 1\n"
		      "Poll interval   : 10 (1024 seconds)\n"
		      "Precision       : -24 (0.000000060 seconds)\n"
		      "Root delay      : 0.000015 seconds\n"
		      "Root dispersion : 0.000015 seconds\n"
		      "Reference ID    : 47505300 (GPS)\n"
		      "Reference time  : Fri Nov 25 15:22:12 2016\n"
		      "Offset          : -0.000060878 seconds\n"
		      "Peer delay      : 0.000175634 seconds\n"
		      "Peer dispersion : 0.000000681 seconds\n"
		      "Response time   : 0.000053050 seconds\n"
		      "Jitter asymmetry: -0.37\n"
		      "NTP tests       : 111 111 0101\n"
		      "Interleaved     : No\n"
		      "Authenticated   : Yes\n"
		      "TX timestamping : Hardware\n"
		      "RX timestamping : Kernel\n"
		      "Total TX        : 26\n"
		      "Total RX        : 24\n"
		      "Total valid RX  : 23\n"
		      "Total good RX   : 22\n"
		      "Total kernel TX : 11\n"
		      "Total kernel RX : 12\n"
		      "Total HW TX     : 13\n"
		      "Total HW RX     : 14\n"
		      "\n"
		      "Remote address  : 2001:db8:1111:2222:3333:4444:5555:6666 (E9479A2A)\n"
		      "Remote port     : 123\n"
		      "Local address   : [UNSPEC] (00000000)\n"
		      "Leap status     : Normal\n"
		      "Version         : 0\n"
		      "Mode            : Invalid\n"
		      "Stratum         : 0\n"
		      "Poll interval   : 0 (1 seconds)\n"
		      "Precision       : 0 (1.000000000 seconds)\n"
		      "Root delay      : 0.000000 seconds\n"
		      "Root dispersion : 0.000000 seconds\n"
		      "Reference ID    : 00000000 ()\n"
		      "Reference time  : Thu Jan 01 00:00:00 1970\n"
		      "Offset          : +0.000000000 seconds\n"
		      "Peer delay      : 0.000000000 seconds\n"
		      "Peer dispersion : 0.000000000 seconds\n"
		      "Response time   : 0.000000000 seconds\n"
		      "Jitter asymmetry: +0.00\n"
		      "NTP tests       : 000 000 0000\n"
		      "Interleaved     : No\n"
		      "Authenticated   : No\n"
		      "TX timestamping : Invalid\n"
		      "RX timestamping : Invalid\n"
		      "Total TX        : 0\n"
		      "Total RX        : 0\n"
		      "Total valid RX  : 0\n"
		      "Total good RX   : 0\n"
		      "Total kernel TX : 0\n"
		      "Total kernel RX : 0\n"
		      "Total HW TX     : 0\n"
		      "Total HW RX     : 0\n");
	expect_output(cmd_ntpdata, "-c",
		      "203.0.113.15,CB00710F,123,203.0.113.74,CB00714A,Normal,4,Server,1,10,1024,-24,0.000000060,0.000015,0.000015,47505300,GPS,1480087332.123456789,-0.000060878,0.000175634,0.000000681,0.000053050,-0.37,111,111,0101,No,Yes,Hardware,Kernel,26,24,23,22,11,12,13,14\n"
		      "2001:db8:1111:2222:3333:4444:5555:6666,E9479A2A,123,[UNSPEC],00000000,Normal,0,Invalid,0,0,1,0,1.000000000,0.000000,0.000000,00000000,,0.000000000,0.000000000,0.000000000,0.000000000,0.000000000,0.00,000,000,0000,No,No,Invalid,Invalid,0,0,0,0,0,0,0,0\n");
}

static void json_tells_the_same(void)
{
	struct json_object *object, *one;

	can_sources();
	object = expect_json(cmd_sources, "--json");
	EXPECT(json_object_array_length(member(object, "sources")) == 3);
	one = item(object, "sources", 0);
	EXPECT_STR(json_object_get_string(member(one, "name")), "ntp.example.net");
	EXPECT_STR(json_object_get_string(member(one, "address")), "203.0.113.15");
	EXPECT_STR(json_object_get_string(member(one, "state")), "*");
	EXPECT(json_object_get_int64(member(one, "offset_ns")) == -26259);
	EXPECT(json_object_get_int64(member(one, "offset_measured_ns")) == 479);
	EXPECT(json_object_get_int64(member(one, "reach")) == 255);
	one = item(object, "sources", 2);
	EXPECT(!json_object_object_get_ex(one, "address", NULL));
	EXPECT_STR(json_object_get_string(member(one, "problem")),
		   "the name \"nowhere.example\" is unknown");
	json_object_put(object);

	object = expect_json(cmd_sourcestats, "--json");
	one = item(object, "sourcestats", 0);
	EXPECT_STR(json_object_to_json_string(member(one, "residual_freq_ppm")), "12340.000013");
	EXPECT(json_object_get_int64(member(one, "offset_ns")) == 1000);
	json_object_put(object);

	object = expect_json(cmd_selectdata, "--json");
	one = item(object, "selectdata", 0);
	EXPECT_STR(json_object_to_json_string(member(one, "effective_options")),
		   "[ \"prefer\", \"trust\", \"require\" ]");
	EXPECT(json_object_get_int64(member(one, "interval_low_ns")) == -6846000);
	EXPECT(json_object_get_int64(member(one, "interval_high_ns")) == 31250000);
	json_object_put(object);

	object = expect_json(cmd_authdata, "--json");
	one = item(object, "authdata", 0);
	EXPECT(json_object_get_int(member(one, "cookies")) == 8);
	EXPECT(json_object_get_int(member(one, "key_bits")) == 256);
	json_object_put(object);

	object = expect_json(cmd_ntpdata, "--json");
	EXPECT(json_object_array_length(member(object, "ntpdata")) == 2);
	one = item(object, "ntpdata", 0);
	EXPECT(json_object_get_int64(member(one, "offset_ns")) == -60878);
	EXPECT_STR(json_object_get_string(member(one, "ntp_tests")), "111 111 0101");
	json_object_put(object);

	object = expect_json(cmd_activity, "--json");
	EXPECT(json_object_get_int(member(object, "unresolved")) == 1);
	json_object_put(object);
}

/* The legend says more of each column; what is wrong with sources comes last. */
static void verbose_adds_a_legend_and_problems(void)
{
	static int (* const reports[])(struct ctl *ctl) = {
		cmd_sources, cmd_sourcestats, cmd_selectdata, cmd_authdata
	};
	static const char problem[] =
		"\nnowhere.example: the name \"nowhere.example\" is unknown\n";
	char plain[4096];
	const char *found, *output;
	int status;

	can_sources();
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		snprintf(plain, sizeof(plain), "%s", run_command(reports[i], "", &status));
		output = run_command(reports[i], "-v", &status);
		found = strstr(output, plain);
		EXPECT(found && found - output > 100);
		if (found)
			EXPECT_STR(found + strlen(plain), problem);
	}
}

static void each_kind_of_state_has_its_column(void)
{
	static const struct {
		char state;
		char column;
	} states[] = {
		{ '*', '*' }, { '+', '+' }, { 'x', 'x' }, { '~', '~' },
		{ 'W', '-' }, { 'P', '-' }, { 'U', '-' }, { 'D', '-' },
		{ 'N', '?' }, { 's', '?' }, { 'M', '?' }, { 'd', '?' },
		{ 'w', '?' }, { 'S', '?' }, { 'O', '?' }, { 'T', '?' },
	};
	const char *output;
	struct nl_msg *msg;
	int status;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		forget();
		msg = can();
		nla_put_u32(msg, NTS_A_SOURCE_ID, 1);
		put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6, "192.0.2.1");
		nla_put_u8(msg, NTS_A_SOURCE_STATE, (uint8_t)states[i].state);
		output = run_command(cmd_sources, "-c", &status);
		EXPECT(output[0] == '^' && output[2] == states[i].column);
		output = run_command(cmd_selectdata, "-c", &status);
		EXPECT(output[0] == states[i].state);
	}
}

static void ntpdata_of_one(void)
{
	const char *output;
	int status;

	can_sources();
	output = run_command(cmd_ntpdata, "203.0.113.15", &status);
	EXPECT(!strncmp(output, "Remote address  : 203.0.113.15", 30));
	EXPECT(!strstr(output, "2001:db8"));
	run_command(cmd_ntpdata, "192.0.2.99", &status);
	EXPECT(status == 1);
	EXPECT_STR(complaint, "no source is called 192.0.2.99");
	expect_output(cmd_sourcename, "203.0.113.15", "ntp.example.net\n");
	expect_output(cmd_sourcename, "ID#0000000007", "nowhere.example\n");
}

/* A kernel that tells less, or in other sizes, is no reason to crash. */
static void odd_answers_are_borne(void)
{
	struct nl_msg *msg;
	int status;

	forget();
	msg = can();
	nla_put_u16(msg, NTS_A_SOURCE_ID, 1);
	nla_put_u8(msg, NTS_A_SOURCE_POLL, 6);
	nla_put(msg, NTS_A_SOURCE_ADDR4, 3, "abc");
	nla_put(msg, NTS_A_SOURCE_NAME, 3, "abc");
	nla_put_u8(msg, NTS_A_SOURCE_LEAP, 200);
	nla_put_u8(msg, NTS_A_SOURCE_TX_STAMP, 200);
	nla_put_u8(msg, NTS_A_SOURCE_REMOTE_MODE, 200);
	can();
	run_command(cmd_sources, "-a", &status);
	EXPECT(!status);
	run_command(cmd_selectdata, "-a", &status);
	EXPECT(!status);
	run_command(cmd_ntpdata, "", &status);
	EXPECT(!status);
	expect_output(cmd_activity, "-c", "0,0,0,0,1\n");
	/* an attribute of another size was not taken */
	expect_output(cmd_sources, "-a -c -n",
		      "^,?,ID#0000000000,0,0,0,4294967295,0.000000000,0.000000000,0.000000000\n");

	/* a span that no interval holds */
	forget();
	can_selected();
	nla_put_u64(canned[0], NTS_A_SOURCE_LAST_RX, INT64_MAX);
	EXPECT(strstr(run_command(cmd_sources, "", &status), "136y"));
}

static const struct ktap_case cases[] = {
	CASE(sources_by_name),
	CASE(sources_by_address),
	CASE(sources_values),
	CASE(sourcestats_by_name),
	CASE(sourcestats_by_address),
	CASE(sourcestats_values),
	CASE(selectdata_by_name),
	CASE(selectdata_by_address),
	CASE(selectdata_values),
	CASE(authdata_by_name),
	CASE(authdata_by_address),
	CASE(authdata_values),
	CASE(activity_layout),
	CASE(ntpdata_layout),
	CASE(ntpdata_of_one),
	CASE(json_tells_the_same),
	CASE(verbose_adds_a_legend_and_problems),
	CASE(each_kind_of_state_has_its_column),
	CASE(odd_answers_are_borne),
};

KTAP_MAIN(cases)
