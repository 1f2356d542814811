// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl ntpdata, sourcename and activity. */
#include "ntsctl_canned.h"

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

/* As chronyc printed them. */
static void refids_of_addresses(void)
{
	static const struct {
		const char *address;
		uint32_t want;
	} rows[] = {
		{ "203.0.113.15", 0xcb00710f },
		{ "2001:db8:1111:2222:3333:4444:5555:6666", 0xe9479a2a },
		{ "2001:db8::1", 0x39ab9b37 },
		{ "fd09:1::1", 0x435303e6 },
		{ "fd09:2::2", 0xe8f1c8dc },
	};
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool v4 = inet_pton(AF_INET, rows[i].address, bytes) == 1;

		EXPECT(v4 || inet_pton(AF_INET6, rows[i].address, bytes) == 1);
		EXPECT(refid_address(bytes, v4 ? 4 : 16) == rows[i].want);
	}
}

static void json_tells_the_same(void)
{
	struct json_object *object, *one;

	can_sources();
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

static const struct ktap_case cases[] = {
	CASE(ntpdata_layout),
	CASE(ntpdata_of_one),
	CASE(refids_of_addresses),
	CASE(activity_layout),
	CASE(json_tells_the_same),
};

KTAP_MAIN(cases)
