// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl hwclocks, of the devices lo and one that is gone. */
#include "ntsctl_canned.h"
#include "../../tools/cmd_hwclocks.c"

#define GONE 999999

static int64_t raw_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void can_clock(uint32_t ifindex, uint32_t index, uint8_t filter, bool usable)
{
	struct nl_msg *msg = can_for(NTS_CMD_PHC_GET);

	nla_put_u32(msg, NTS_A_PHC_IFINDEX, ifindex);
	nla_put_u32(msg, NTS_A_PHC_INDEX, index);
	nla_put_u8(msg, NTS_A_PHC_FILTER, filter);
	nla_put_u8(msg, NTS_A_PHC_USABLE, usable);
	nla_put_s64(msg, NTS_A_PHC_PHC, 1700000000 * NS_PER_S);
	nla_put_s64(msg, NTS_A_PHC_RAW, raw_now() - 3 * NS_PER_S - NS_PER_S / 2);
	nla_put_s64(msg, NTS_A_PHC_FREQ, -25LL * PPM);
	nla_put_u64(msg, NTS_A_PHC_ERROR, 640);
	nla_put_u64(msg, NTS_A_PHC_SKEW, PPM / 8);
	nla_put_u32(msg, NTS_A_PHC_VALID_MS, 8125);
	nla_put_s64(msg, NTS_A_PHC_RXCOMP, 645);
	nla_put_s64(msg, NTS_A_PHC_TXCOMP, -300);
	nla_put_u64(msg, NTS_A_PHC_RX_STAMPS, 12345);
	nla_put_u64(msg, NTS_A_PHC_TX_STAMPS, 678);
	nla_put_u64(msg, NTS_A_PHC_RX_REFUSED, 9);
	nla_put_u64(msg, NTS_A_PHC_TX_REFUSED, 2);
}

static void can_all(void)
{
	forget();
	can_clock(GONE, 12, NTS_PHC_FILTER_NTP, false);
	can_clock(GONE + 1, 0, NTS_PHC_FILTER_ALL, true);
}

static void layout(void)
{
	static const char table[] =
		"S Device          Clock   RX    Frequency       Skew  Error  Age  RX stamps"
		"  TX stamps  Refused\n"
		"==========================================================================="
		"====================\n"
		"? 999999          ptp12   ntp     +25.001      0.125  640ns    3      12345"
		"        678       11\n"
		"* 1000000         ptp0    all     +25.001      0.125  640ns    3      12345"
		"        678       11\n";
	const char *output;
	int status;

	can_all();
	expect_output(cmd_hwclocks, "", table);
	output = run_command(cmd_hwclocks, "-v", &status);
	EXPECT(strstr(output, table) && strstr(output, "Skew "));
	EXPECT(!strncmp(output, "S   ", 4));
}

/* All but the age, which depends on how fast this runs. */
static void values(void)
{
	const char *output;
	int status;

	can_all();
	output = run_command(cmd_hwclocks, "-c", &status);
	EXPECT(!strncmp(output, "?,999999,999999,12,ntp,25.000625,0.125000,0.000000640,3.5", 57));
	EXPECT(strstr(output, ",8.125,0.000000645,-0.000000300,12345,678,9,2\n*,1000000,"));
}

static void json(void)
{
	struct json_object *object, *one;

	can_all();
	object = expect_json(cmd_hwclocks, "--json");
	EXPECT(json_object_array_length(member(object, "hwclocks")) == 2);
	one = item(object, "hwclocks", 0);
	EXPECT(json_object_get_int(member(one, "ifindex")) == GONE);
	EXPECT_STR(json_object_get_string(member(one, "clock")), "ptp12");
	EXPECT_STR(json_object_get_string(member(one, "filter")), "ntp");
	EXPECT(!json_object_get_boolean(member(one, "usable")));
	EXPECT_STR(json_object_to_json_string(member(one, "frequency_ppm")), "25.000625");
	EXPECT(json_object_get_int64(member(one, "error_ns")) == 640);
	EXPECT(json_object_get_int64(member(one, "age_ns")) >= 3500000000);
	EXPECT(json_object_get_int64(member(one, "valid_ns")) == 8125000000);
	EXPECT(json_object_get_int64(member(one, "txcomp_ns")) == -300);
	EXPECT(json_object_get_int64(member(one, "rx_refused")) == 9);
	json_object_put(object);
}

static void names_of_devices(void)
{
	char name[IF_NAMESIZE], begin[40];
	int status;

	forget();
	can_clock(1, 0, NTS_PHC_FILTER_ALL, true);
	if (!if_indextoname(1, name))
		return;
	snprintf(begin, sizeof(begin), "*,%s,1,0,", name);
	EXPECT(!strncmp(run_command(cmd_hwclocks, "-c", &status), begin, strlen(begin)));
	EXPECT(!strncmp(run_command(cmd_hwclocks, "-c -n", &status), "*,1,1,0,", 8));
}

/* Without hwtimestamp, and what a newer kernel may tell. */
static void nothing_and_too_much(void)
{
	struct nl_msg *msg;
	int status;

	forget();
	EXPECT_STR(run_command(cmd_hwclocks, "-c", &status), "");
	EXPECT(!status);
	msg = can_for(NTS_CMD_PHC_GET);
	nla_put_u32(msg, NTS_A_PHC_IFINDEX, GONE);
	nla_put_u8(msg, NTS_A_PHC_FILTER, 77);
	nla_put_u8(msg, NTS_A_PHC_RX_STAMPS, 7);
	EXPECT(strstr(run_command(cmd_hwclocks, "-c", &status), "?,999999,999999,0,?,"));
	can_for(NTS_CMD_PHC_GET);
	EXPECT(strstr(run_command(cmd_hwclocks, "-c", &status), ",0,0,0,0\n"));
	EXPECT(!status);
}

static const struct ktap_case cases[] = {
	CASE(layout),
	CASE(values),
	CASE(json),
	CASE(names_of_devices),
	CASE(nothing_and_too_much),
};

KTAP_MAIN(cases)
