// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl keys and status from canned answers of the kernel. */
#include "ntsctl_ask.h"

static void can_keys(void)
{
	struct nl_msg *msg;
	struct nlattr *nest;

	forget();
	msg = can();
	nest = nla_nest_start(msg, NTS_A_KEYS_KEY);
	nla_put_u32(msg, NTS_A_KEY_ID, 0xbeef002a);
	nla_put_u8(msg, NTS_A_KEY_ROLE, NTS_KEY_ROLE_CURRENT);
	nla_put_u16(msg, NTS_A_KEY_AEAD, 15);
	nla_put_u64(msg, NTS_A_KEY_AGE_MS, 61005);
	nla_put_u64(msg, NTS_A_KEY_OPENED, 7);
	nla_nest_end(msg, nest);
}

/* The same number in the same notation wherever text is: that of logs and files. */
static void keys(void)
{
	struct json_object *object, *value;
	const char *output;
	int status;

	can_keys();
	EXPECT_STR(run_command(cmd_keys, "-c", &status), "BEEF002A,current,15,61.005,7\n");
	output = run_command(cmd_keys, "", &status);
	EXPECT(strstr(output, "\nBEEF002A  current "));
	object = json_tokener_parse(run_command(cmd_keys, "--json", &status));
	EXPECT(object && json_object_object_get_ex(object, "keys", &value));
	value = json_object_array_get_idx(value, 0);
	EXPECT_STR(json_object_to_json_string(value),
		   "{ \"id\": 3203334186, \"hex\": \"BEEF002A\", \"role\": \"current\", "
		   "\"aead\": 15, \"age_ms\": 61005, \"opened\": 7 }");
	json_object_put(object);
}

static void can_status(void)
{
	static const uint8_t any[16];
	struct nl_msg *msg;

	forget();
	msg = can_for(NTS_CMD_SERVER_GET);
	nla_put_u8(msg, NTS_A_SERVER_ENABLED, 1);
	nla_put_u16(msg, NTS_A_SERVER_PORT, 123);
	nla_put(msg, NTS_A_SERVER_BIND4, 4, any);
	nla_put(msg, NTS_A_SERVER_BIND6, 16, any);
	nla_put_u8(msg, NTS_A_SERVER_FAMILIES, 3);
	msg = can_for(NTS_CMD_CLOCK_GET);
	nla_put_u8(msg, NTS_A_CLOCK_MODE, NTS_TIME_MODE_SYSTEM);
	nla_put_u8(msg, NTS_A_CLOCK_LEAP, 0);
	nla_put_u8(msg, NTS_A_CLOCK_STRATUM, 2);
	nla_put_u32(msg, NTS_A_CLOCK_REFID, 0x0a090002);
	nla_put_u64(msg, NTS_A_CLOCK_ROOT_DELAY, 1000);
	nla_put_u64(msg, NTS_A_CLOCK_ROOT_DISPERSION, 2000);
	nla_put_s32(msg, NTS_A_CLOCK_PRECISION, -24);
	msg = can_for(NTS_CMD_DAEMON_GET);
	nla_put_u8(msg, NTS_A_DAEMON_STATE, NTS_DAEMON_STATE_ATTACHED);
	nla_put_u32(msg, NTS_A_DAEMON_PID, 42);
	nla_put_u64(msg, NTS_A_DAEMON_KE_ACCEPTED, 1);
	nla_put_u64(msg, NTS_A_DAEMON_KE_DROPPED, 0);
	msg = can_for(NTS_CMD_SOURCE_GET);
	nla_put_u32(msg, NTS_A_SOURCE_ID, 1);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "a.example");
	msg = can_for(NTS_CMD_SOURCE_GET);
	nla_put_u32(msg, NTS_A_SOURCE_ID, 2);
	nla_put_string(msg, NTS_A_SOURCE_NAME, "b.example");
	nla_put_string(msg, NTS_A_SOURCE_PROBLEM, "its certificate expired");
}

static void status(void)
{
	struct json_object *object, *value;
	int ret;

	can_status();
	EXPECT_STR(run_command(cmd_status, "", &ret),
		   "Serving         : yes, UDP port 123, IPv4 0.0.0.0, IPv6 ::\n"
		   "Time source     : system clock\n"
		   "Stratum         : 2\n"
		   "Leap status     : Normal\n"
		   "Reference ID    : 0A090002\n"
		   "Root delay      : 0.000001000 seconds\n"
		   "Root dispersion : 0.000002000 seconds\n"
		   "Precision       : 2^-24 seconds\n"
		   "Sources         : 2\n"
		   "Problem         : b.example: its certificate expired\n"
		   "Daemon          : attached, pid 42\n");
	EXPECT(!ret);
	EXPECT_STR(run_command(cmd_status, "-c", &ret),
		   "yes,123,0.0.0.0,::,system,2,Normal,0A090002,0.000001000,0.000002000,"
		   "-24,2,1,42\n");
	object = json_tokener_parse(run_command(cmd_status, "--json", &ret));
	EXPECT(object && json_object_object_get_ex(object, "sources", &value) &&
	       json_object_get_int(value) == 2);
	EXPECT(json_object_object_get_ex(object, "problems", &value) &&
	       json_object_array_length(value) == 1);
	EXPECT(json_object_object_get_ex(object, "daemon_attached", &value) &&
	       json_object_get_boolean(value));
	json_object_put(object);
}

/* What the daemon says of the system clock is no more what answers say. */
static void status_of_a_client(void)
{
	static const char want[] =
		"Time source     : its own time sources\n"
		"Stratum         : 4\n"
		"Leap status     : Insert second\n"
		"Reference ID    : CB00710F\n"
		"Root delay      : 0.000003000 seconds\n"
		"Root dispersion : 0.000004000 seconds\n";
	struct nl_msg *msg;
	int ret;

	can_status();
	msg = can_for(NTS_CMD_TRACKING_GET);
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, 4);
	nla_put_u8(msg, NTS_A_TRACKING_LEAP, 1);
	nla_put_u32(msg, NTS_A_TRACKING_REFID, 0xcb00710f);
	nla_put_u64(msg, NTS_A_TRACKING_ROOT_DELAY, 3000);
	nla_put_u64(msg, NTS_A_TRACKING_ROOT_DISPERSION, 4000);
	nla_put_u64(msg, NTS_A_TRACKING_UPDATES, 1);
	EXPECT(strstr(run_command(cmd_status, "", &ret), want));
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, 16);
	EXPECT(strstr(run_command(cmd_status, "", &ret), "Stratum         : 16\n"));
}

static const struct ktap_case cases[] = {
	CASE(keys),
	CASE(status),
	CASE(status_of_a_client),
};

KTAP_MAIN(cases)
