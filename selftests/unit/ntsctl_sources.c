// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of sources. */
#include "ntsctl_canned.h"

/* chronyc's, with the spaces at its end */
#define HEADING \
	"MS Name/IP address         Stratum Poll Reach LastRx Last sample               \x0a"

static void sources_by_name(void)
{
	can_sources();
	expect_output(cmd_sources, "",
		      HEADING
		      "===============================================================================\n"
		      "^* ntp.example.net               1  10   377   10h    -26us[ +479ns] +/-   12ms\n"
		      "^? a-very-long-host-name-indeed.example.org   0  -2     0     -     +0ns[   +0ns] +/-    0ns\n");
	expect_output(cmd_sources, "-a",
		      HEADING
		      "===============================================================================\n"
		      "^* ntp.example.net               1  10   377   10h    -26us[ +479ns] +/-   12ms\n"
		      "^? a-very-long-host-name-indeed.example.org   0  -2     0     -     +0ns[   +0ns] +/-    0ns\n"
		      "^? nowhere.example               0   6     0     -     +0ns[   +0ns] +/-    0ns\n");
}

static void sources_by_address(void)
{
	can_sources();
	expect_output(cmd_sources, "-n -a",
		      HEADING
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
	nla_put(msg, NTS_A_SOURCE_NAME, 7, "\x1b[2J,\n\x7f");
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

	EXPECT(strstr(run_command(cmd_sources, "-a", &status), "^? ?[2J,??  "));

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
	CASE(json_tells_the_same),
	CASE(verbose_adds_a_legend_and_problems),
	CASE(each_kind_of_state_has_its_column),
	CASE(odd_answers_are_borne),
};

KTAP_MAIN(cases)
