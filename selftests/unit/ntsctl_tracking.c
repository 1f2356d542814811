// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tracking, smoothing and waitsync from canned answers of the kernel. What is expected is
 * what chronyc printed when a daemon of ours gave it the same values.
 */
#include "../../tools/tracking.h"
#include "ntsctl_ask.h"

#define PPM_1000 INT64_C(281474976711) /* 1000 ppm, 2^-48 */

static struct nl_msg *can_tracking(int64_t correction)
{
	struct nl_msg *msg;

	forget();
	msg = can();
	nla_put_u8(msg, NTS_A_TRACKING_SYNCHRONISED, 1);
	nla_put_u32(msg, NTS_A_TRACKING_SOURCE, 1);
	nla_put_string(msg, NTS_A_TRACKING_NAME, "ntp.example.net");
	nla_put_u32(msg, NTS_A_TRACKING_REFID, 0xcb00710f);
	put_text_address(msg, NTS_A_TRACKING_ADDR4, NTS_A_TRACKING_ADDR6, "203.0.113.15");
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, 2);
	nla_put_u8(msg, NTS_A_TRACKING_LEAP, 0);
	nla_put_s64(msg, NTS_A_TRACKING_REFTIME, 1485510557123456789);
	nla_put_s64(msg, NTS_A_TRACKING_CORRECTION, correction);
	nla_put_s64(msg, NTS_A_TRACKING_LAST_OFFSET, 6747);
	nla_put_u64(msg, NTS_A_TRACKING_RMS_OFFSET, 35822);
	nla_put_s64(msg, NTS_A_TRACKING_FREQ, PPM_1000 * 3225 / 1000000);
	nla_put_s64(msg, NTS_A_TRACKING_RESIDUAL_FREQ, PPM_1000 / 10000000);
	nla_put_u64(msg, NTS_A_TRACKING_SKEW, PPM_1000 * 129 / 1000000);
	nla_put_u64(msg, NTS_A_TRACKING_ROOT_DELAY, 13639022);
	nla_put_u64(msg, NTS_A_TRACKING_ROOT_DISPERSION, 1100737);
	nla_put_u64(msg, NTS_A_TRACKING_UPDATE_INTERVAL, 64200000000);
	nla_put_u64(msg, NTS_A_TRACKING_UPDATES, 12);
	nla_put_u8(msg, NTS_A_TRACKING_METHOD, NTS_ADJUST_METHOD_KERNEL);
	nla_put_u8(msg, NTS_A_TRACKING_STEERING, 1);
	return msg;
}

static const char synchronised[] =
	"Reference ID    : CB00710F (ntp.example.net)\n"
	"Stratum         : 2\n"
	"Ref time (UTC)  : Fri Jan 27 09:49:17 2017\n"
	"System time     : 0.000006523 seconds slow of NTP time\n"
	"Last offset     : -0.000006747 seconds\n"
	"RMS offset      : 0.000035822 seconds\n"
	"Frequency       : 3.225 ppm slow\n"
	"Residual freq   : -0.000 ppm\n"
	"Skew            : 0.129 ppm\n"
	"Root delay      : 0.013639022 seconds\n"
	"Root dispersion : 0.001100737 seconds\n"
	"Update interval : 64.2 seconds\n"
	"Leap status     : Normal\n"
	"Steered by      : kernel\n";

static const char unsynchronised[] =
	"Reference ID    : 00000000 ()\n"
	"Stratum         : 0\n"
	"Ref time (UTC)  : Thu Jan 01 00:00:00 1970\n"
	"System time     : 0.000000000 seconds fast of NTP time\n"
	"Last offset     : +0.000000000 seconds\n"
	"RMS offset      : 0.000000000 seconds\n"
	"Frequency       : 0.000 ppm slow\n"
	"Residual freq   : +0.000 ppm\n"
	"Skew            : 0.000 ppm\n"
	"Root delay      : 0.000000000 seconds\n"
	"Root dispersion : 0.000000000 seconds\n"
	"Update interval : 0.0 seconds\n"
	"Leap status     : Not synchronised\n"
	"Steered by      : nobody (not the initial network namespace)\n";

static void expect_output(const char *words, const char *want)
{
	int status;

	EXPECT_STR(run_command(cmd_tracking, words, &status), want);
	EXPECT(!status);
}

static void tracking_layout(void)
{
	int status;

	can_tracking(6523);
	expect_output("", synchronised);
	expect_output("-c", "CB00710F,203.0.113.15,2,1485510557.123456789,0.000006523,"
		      "-0.000006747,0.000035822,-3.225,-0.000,0.129,0.013639022,"
		      "0.001100737,64.2,Normal\n");
	EXPECT(!strncmp(run_command(cmd_tracking, "-n", &status),
			"Reference ID    : CB00710F (203.0.113.15)\n", 42));
	EXPECT(!strncmp(run_command(cmd_tracking, "-c -N", &status),
			"CB00710F,ntp.example.net,2,", 27));
}

static void unsynchronised_layout(void)
{
	struct nl_msg *msg;

	forget();
	msg = can();
	nla_put_u8(msg, NTS_A_TRACKING_SYNCHRONISED, 0);
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, 16);
	nla_put_u8(msg, NTS_A_TRACKING_LEAP, 3);
	nla_put_u8(msg, NTS_A_TRACKING_METHOD, NTS_ADJUST_METHOD_NONE);
	nla_put_string(msg, NTS_A_TRACKING_METHOD_REASON,
		       "not the initial network namespace");
	expect_output("", unsynchronised);
	expect_output("-c", "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,"
		      "0.000,0.000,0.000,0.000000000,0.000000000,0.0,Not synchronised\n");
}

/* The kernel counts what is to be added, chronyc names what the clock is. */
static void signs_are_those_of_chronyc(void)
{
	struct nl_msg *msg = can_tracking(-2000000123);
	const char *output;
	int status;

	nla_put_s64(msg, NTS_A_TRACKING_LAST_OFFSET, -1500000000);
	nla_put_s64(msg, NTS_A_TRACKING_FREQ, -PPM_1000);
	nla_put_s64(msg, NTS_A_TRACKING_RESIDUAL_FREQ, -PPM_1000 * 45 / 10000);
	output = run_command(cmd_tracking, "", &status);
	EXPECT(strstr(output, "System time     : 2.000000123 seconds fast of NTP time\n"));
	EXPECT(strstr(output, "Last offset     : +1.500000000 seconds\n"));
	EXPECT(strstr(output, "Frequency       : 1000.000 ppm fast\n"));
	EXPECT(strstr(output, "Residual freq   : +4.500 ppm\n"));
	output = run_command(cmd_tracking, "-c", &status);
	EXPECT(strstr(output, ",-2.000000123,1.500000000,0.000035822,1000.000,4.500,"));
}

static void another_program_is_told_of(void)
{
	struct nl_msg *msg = can_tracking(0);
	const char *output;
	int status;

	nla_put_u8(msg, NTS_A_TRACKING_METHOD, NTS_ADJUST_METHOD_DAEMON);
	nla_put_string(msg, NTS_A_TRACKING_METHOD_REASON, "do_adjtimex not found");
	nla_put_u64(msg, NTS_A_TRACKING_FOREIGN, 2);
	nla_put_u64(msg, NTS_A_TRACKING_HOLD_OFF, 63500000000);
	nla_put_s32(msg, NTS_A_TRACKING_ADJUST_ERROR, 1);
	output = run_command(cmd_tracking, "", &status);
	output = strstr(output, "Steered by");
	EXPECT_STR(output ? output : "",
		   "Steered by      : daemon (do_adjtimex not found)\n"
		   "Steering        : held off for 63.5 seconds\n"
		   "Foreign changes : 2\n"
		   "Last failure    : Operation not permitted\n");
	/* chronyc's fields and no others */
	output = run_command(cmd_tracking, "-c", &status);
	EXPECT(strstr(output, ",Normal\n"));
}

static void json_tells_the_same(void)
{
	struct json_object *object, *value;
	int status;

	nla_put_u64(can_tracking(-5), NTS_A_TRACKING_HOLD_OFF, 7);
	object = json_tokener_parse(run_command(cmd_tracking, "--json", &status));
	EXPECT(object);
	EXPECT(json_object_object_get_ex(object, "correction_ns", &value) &&
	       json_object_get_int64(value) == -5);
	EXPECT(json_object_object_get_ex(object, "frequency_ppm", &value) &&
	       !strcmp(json_object_to_json_string(value), "-3.225000"));
	EXPECT(json_object_object_get_ex(object, "method", &value) &&
	       !strcmp(json_object_get_string(value), "kernel"));
	EXPECT(json_object_object_get_ex(object, "hold_off_ns", &value) &&
	       json_object_get_int64(value) == 7);
	EXPECT(json_object_object_get_ex(object, "steering", &value) &&
	       json_object_get_boolean(value));
	json_object_put(object);
}

/* The report that chronyc(1) shows. */
static void smoothing_layout(void)
{
	struct nl_msg *msg = can_tracking(0);
	int status;

	EXPECT_STR(run_command(cmd_smoothing, "", &status), "");
	EXPECT(status == 1);
	nla_put_u8(msg, NTS_A_TRACKING_SMOOTH_ACTIVE, 1);
	nla_put_s64(msg, NTS_A_TRACKING_SMOOTH_OFFSET, 1000268817);
	nla_put_s64(msg, NTS_A_TRACKING_SMOOTH_FREQ, -PPM_1000 * 142859 / 1000000000);
	nla_put_s64(msg, NTS_A_TRACKING_SMOOTH_WANDER, -PPM_1000 / 100000);
	nla_put_u64(msg, NTS_A_TRACKING_SMOOTH_AGE, 17800000000);
	nla_put_u64(msg, NTS_A_TRACKING_SMOOTH_LEFT, 19988400000000);
	EXPECT_STR(run_command(cmd_smoothing, "", &status),
		   "Active         : Yes\n"
		   "Offset         : +1.000268817 seconds\n"
		   "Frequency      : -0.142859 ppm\n"
		   "Wander         : -0.010000 ppm per second\n"
		   "Last update    : 17.8 seconds ago\n"
		   "Remaining time : 19988.4 seconds\n");
	EXPECT(!status);
	EXPECT_STR(run_command(cmd_smoothing, "-c", &status),
		   "Yes,1.000268817,-0.142859,-0.010000,17.8,19988.4\n");
	EXPECT_STR(run_command(cmd_smoothing, "--json", &status),
		   "{\"active\":true,\"offset_ns\":1000268817,\"frequency_ppm\":-0.142859,"
		   "\"wander_ppm_per_s\":-0.010000,\"last_update_ns_ago\":17800000000,"
		   "\"remaining_ns\":19988400000000}\n");
	nla_put_u8(can_tracking(0), NTS_A_TRACKING_SMOOTH_ACTIVE, 0);
	EXPECT_STR(run_command(cmd_smoothing, "-c", &status),
		   "No,0.000000000,0.000000,0.000000,0.0,0.0\n");
}

static void expect_wait(const char *words, int want, const char *output)
{
	int status;

	EXPECT_STR(run_command(cmd_waitsync, words, &status), output);
	EXPECT(status == want);
}

#define TRY "refid: CB00710F, correction: 0.000006523, skew: 0.129\n"

static void waitsync_waits(void)
{
	const char *output;
	int status;

	can_tracking(-6523);
	expect_wait("", 0, "try: 1, " TRY);
	expect_wait("3 0.1 1", 0, "try: 1, " TRY);
	expect_wait("2 0.000006 0 0", 1, "try: 1, " TRY "try: 2, " TRY);
	expect_wait("2 0 0.128 0.1", 1, "try: 1, " TRY "try: 2, " TRY);
	expect_wait("-c 1 0 0.13", 0, "1,CB00710F,0.000006523,0.129\n");
	output = run_command(cmd_waitsync, "--json", &status);
	EXPECT(strstr(output, "\"correction_ns\":-6523"));

	forget();
	nla_put_u8(can(), NTS_A_TRACKING_SYNCHRONISED, 0);
	expect_wait("2 0 0 0.1", 1,
		    "try: 1, refid: 00000000, correction: 0.000000000, skew: 0.000\n"
		    "try: 2, refid: 00000000, correction: 0.000000000, skew: 0.000\n");
	expect_wait("many", 2, "");
	expect_wait("-1", 2, "");
	expect_wait("1 nan", 2, "");
}

static const struct ktap_case cases[] = {
	CASE(tracking_layout),
	CASE(unsynchronised_layout),
	CASE(signs_are_those_of_chronyc),
	CASE(another_program_is_told_of),
	CASE(json_tells_the_same),
	CASE(smoothing_layout),
	CASE(waitsync_waits),
};

KTAP_MAIN(cases)
