// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl keys, status and serverstats from canned answers of the kernel. */
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
	nla_put_string(msg, NTS_A_SERVER_FASTPATH, "eth0");
	nla_put_string(msg, NTS_A_SERVER_FASTPATH, "eth7");
	nla_put_string(msg, NTS_A_SERVER_FASTPATH_WAITS, "eth7");
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
		   "Fast path       : eth0\n"
		   "Fast path       : eth7, waits for such an Ethernet device\n"
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
	EXPECT(json_object_object_get_ex(object, "fastpath", &value));
	EXPECT_STR(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
		   "[{\"device\":\"eth0\",\"waits\":false},"
		   "{\"device\":\"eth7\",\"waits\":true}]");
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

static void put_counter(struct nl_msg *msg, const char *name, uint8_t kind, uint64_t value)
{
	struct nlattr *nest = nla_nest_start(msg, NTS_A_STATS_COUNTER);

	nla_put_string(msg, NTS_A_COUNTER_NAME, name);
	nla_put_u8(msg, NTS_A_COUNTER_KIND, kind);
	nla_put_u64(msg, NTS_A_COUNTER_VALUE, value);
	nla_nest_end(msg, nest);
}

/* Labels, order and width are those of chronyc 4.6. */
static void serverstats(void)
{
	struct json_object *object, *value;
	struct nl_msg *msg;
	int ret;

	can_status();
	msg = can_for(NTS_CMD_STATS_GET);
	put_counter(msg, "answer-plain", NTS_COUNTER_KIND_ANSWER, 100);
	put_counter(msg, "answer-nts", NTS_COUNTER_KIND_ANSWER, 20);
	put_counter(msg, "answer-nak", NTS_COUNTER_KIND_ANSWER, 3);
	put_counter(msg, "drop-short", NTS_COUNTER_KIND_DROP, 4);
	put_counter(msg, "rx-stamp-hardware", NTS_COUNTER_KIND_INFO, 61);
	put_counter(msg, "rx-stamp-kernel", NTS_COUNTER_KIND_INFO, 62);
	put_counter(msg, "rx-stamp-module", NTS_COUNTER_KIND_INFO, 63);
	put_counter(msg, "tx-stamp-hardware", NTS_COUNTER_KIND_INFO, 71);
	put_counter(msg, "tx-stamp-kernel", NTS_COUNTER_KIND_INFO, 72);
	put_counter(msg, "tx-stamp-estimate", NTS_COUNTER_KIND_INFO, 73);
	put_counter(msg, "answers-interleaved", NTS_COUNTER_KIND_INFO, 80);
	put_counter(msg, "client-log-held", NTS_COUNTER_KIND_INFO, 90);
	put_counter(msg, "client-log-span", NTS_COUNTER_KIND_INFO, 91);
	EXPECT_STR(run_command(cmd_serverstats, "", &ret),
		   "NTP packets received       : 127\n"
		   "NTP packets dropped        : 4\n"
		   "Command packets received   : 0\n"
		   "Command packets dropped    : 0\n"
		   "Client log records dropped : 0\n"
		   "NTS-KE connections accepted: 1\n"
		   "NTS-KE connections dropped : 0\n"
		   "Authenticated NTP packets  : 20\n"
		   "Interleaved NTP packets    : 80\n"
		   "NTP timestamps held        : 90\n"
		   "NTP timestamp span         : 91\n"
		   "NTP daemon RX timestamps   : 63\n"
		   "NTP daemon TX timestamps   : 73\n"
		   "NTP kernel RX timestamps   : 62\n"
		   "NTP kernel TX timestamps   : 72\n"
		   "NTP hardware RX timestamps : 61\n"
		   "NTP hardware TX timestamps : 71\n");
	EXPECT(!ret);
	EXPECT_STR(run_command(cmd_serverstats, "-c", &ret),
		   "127,4,0,0,0,1,0,20,80,90,91,63,73,62,72,61,71\n");
	object = json_tokener_parse(run_command(cmd_serverstats, "--json", &ret));
	EXPECT(object && json_object_object_get_ex(object, "ntp_hardware_tx_timestamps", &value) &&
	       json_object_get_int(value) == 71);
	EXPECT(json_object_object_get_ex(object, "ntp_timestamp_span", &value) &&
	       json_object_get_int(value) == 91);
	json_object_put(object);
}

static const struct ktap_case cases[] = {
	CASE(keys),
	CASE(status),
	CASE(status_of_a_client),
	CASE(serverstats),
};

KTAP_MAIN(cases)
