// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl metrics: the grammar, that all is there, and the dashboard of it. */
#include "ntsctl_canned.h"
#include "ntsctl_daemon.h"
#include "openmetrics_check.h"
#include "../../tools/cmd_metrics.c"

#define DASHBOARD "tools/packaging/grafana-ntsd.json"

static void put_counter(struct nl_msg *msg, const char *name, const char *help, uint8_t kind,
			uint64_t value)
{
	struct nlattr *nest = nla_nest_start(msg, NTS_A_STATS_COUNTER);

	nla_put_string(msg, NTS_A_COUNTER_NAME, name);
	nla_put_u8(msg, NTS_A_COUNTER_KIND, kind);
	nla_put_u64(msg, NTS_A_COUNTER_VALUE, value);
	nla_put_string(msg, NTS_A_COUNTER_TEXT, help);
	nla_nest_end(msg, nest);
}

static void put_cost(struct nl_msg *msg, uint64_t below, uint64_t count)
{
	struct nlattr *nest = nla_nest_start(msg, NTS_A_STATS_COST);

	if (below)
		nla_put_u64(msg, NTS_A_COST_BELOW, below);
	nla_put_u64(msg, NTS_A_COST_COUNT, count);
	nla_nest_end(msg, nest);
}

static void can_stats(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_STATS_GET);

	put_counter(msg, "answer-plain", "plain", NTS_COUNTER_KIND_ANSWER, 100);
	put_counter(msg, "answer-nts", "NTS", NTS_COUNTER_KIND_ANSWER, 20);
	put_counter(msg, "answer-nak", "NAK", NTS_COUNTER_KIND_ANSWER, 3);
	put_counter(msg, "drop-short", "short", NTS_COUNTER_KIND_DROP, 4);
	put_counter(msg, "client-drop-late", "late", NTS_COUNTER_KIND_DROP, 5);
	put_counter(msg, "client-nak", "NAKs: \"lost\" \\\n", NTS_COUNTER_KIND_INFO, 6);
	put_counter(msg, "client-log-held", "held", NTS_COUNTER_KIND_INFO, 7);
	put_cost(msg, 256, 1);
	put_cost(msg, 512, 10);
	put_cost(msg, 0, 2);
	nla_put_u64(msg, NTS_A_STATS_COST_SUM, 5000);
}

static void can_keys(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_KEYS_GET);

	for (uint32_t i = 0; i < 2; i++) {
		struct nlattr *nest = nla_nest_start(msg, NTS_A_KEYS_KEY);

		nla_put_u32(msg, NTS_A_KEY_ID, 0xabc00001 + i);
		nla_put_u8(msg, NTS_A_KEY_ROLE, (uint8_t)i);
		nla_put_u16(msg, NTS_A_KEY_AEAD, 15);
		nla_put_u64(msg, NTS_A_KEY_AGE_MS, 61500);
		nla_put_u64(msg, NTS_A_KEY_OPENED, 9);
		nla_nest_end(msg, nest);
	}
}

static void can_rest(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_TRACKING_GET);

	nla_put_u8(msg, NTS_A_TRACKING_SYNCHRONISED, 1);
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, 3);
	nla_put_s64(msg, NTS_A_TRACKING_CORRECTION, 6523);
	nla_put_u64(msg, NTS_A_TRACKING_UPDATES, 12);
	nla_put_u8(msg, NTS_A_TRACKING_METHOD, NTS_ADJUST_METHOD_DAEMON);
	msg = can_for(NTS_CMD_DAEMON_GET);
	nla_put_u8(msg, NTS_A_DAEMON_STATE, NTS_DAEMON_STATE_ATTACHED);
	nla_put_u32(msg, NTS_A_DAEMON_PID, 42);
	nla_put_u64(msg, NTS_A_DAEMON_KE_ACCEPTED, 11);
	nla_put_u64(msg, NTS_A_DAEMON_KE_DROPPED, 2);
	msg = can_for(NTS_CMD_PHC_GET);
	nla_put_u32(msg, NTS_A_PHC_IFINDEX, 999999);
	nla_put_u8(msg, NTS_A_PHC_USABLE, 1);
	nla_put_u64(msg, NTS_A_PHC_RX_STAMPS, 77);
}

/* The sources answer any request: each is to take what is its own. */
static void can_source(const char *name, uint32_t id, bool answered)
{
	struct nl_msg *msg = can_for(NTS_CMD_SOURCE_GET);

	nla_put_u32(msg, NTS_A_SOURCE_ID, id);
	nla_put_string(msg, NTS_A_SOURCE_NAME, name);
	nla_put_u32(msg, NTS_A_SOURCE_FLAGS, NTS_SOURCE_FLAG_NTS);
	nla_put_u8(msg, NTS_A_SOURCE_REACH, 0377);
	nla_put_u32(msg, NTS_A_SOURCE_COOKIES, 8);
	nla_put_u64(msg, NTS_A_SOURCE_STD_DEV, 25000);
	nla_put_u8(msg, NTS_A_SOURCE_STATE, answered ? '*' : 'M');
	if (!answered)
		return;
	nla_put_u8(msg, NTS_A_SOURCE_AUTHENTICATED, 1);
	nla_put_s64(msg, NTS_A_SOURCE_LAST_OFFSET, 26259);
	nla_put_s64(msg, NTS_A_SOURCE_LAST_OFFSET_MEASURED, -479);
	nla_put_u64(msg, NTS_A_SOURCE_PEER_DELAY, 175634);
	nla_put_u64(msg, NTS_A_SOURCE_TOTAL_TX, 26);
}

static const char *write_all(bool loaded)
{
	int status;
	const char *output;

	forget();
	unloaded = !loaded;
	has_cert = true;
	can_stats();
	can_keys();
	can_rest();
	can_source("a.example", 1, true);
	can_source("b \"quoted\" \\ \x81.example", 2, false);
	output = run_command(cmd_metrics, "", &status);
	EXPECT(!status);
	return output;
}

static void expect_line(const char *output, const char *line)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (!strstr(output, whole))
		EXPECT_STR(line, "a line of the output");
}

static void grammar(void)
{
	static struct om_text text;

	EXPECT(om_read(&text, write_all(true)));
	EXPECT_STR(text.why, "");
	printf("# %u families, %u samples\n", text.n, text.n_seen);
	EXPECT(text.n > 60 && text.n_seen > 80);
	om_free(&text);
	EXPECT(om_read(&text, write_all(false)));
	EXPECT(text.n_seen == 1 && om_has(&text, "nts_module_loaded"));
	om_free(&text);
}

static void values(void)
{
	const char *output = write_all(true);

	EXPECT(!strncmp(output, "# TYPE nts_module_loaded gauge\n", 31));
	expect_line(output, "nts_module_loaded 1");
	expect_line(output, "nts_answers_total{kind=\"nts\"} 20");
	expect_line(output, "nts_drops_total{reason=\"short\"} 4");
	expect_line(output, "nts_client_drops_total{reason=\"late\"} 5");
	expect_line(output, "nts_client_nak_total 6");
	expect_line(output, "# HELP nts_client_nak NAKs: \\\"lost\\\" \\\\\\n");
	expect_line(output, "nts_client_log_held 7");
	expect_line(output, "nts_answer_cost_seconds_bucket{le=\"0.000000512\"} 11");
	expect_line(output, "nts_answer_cost_seconds_bucket{le=\"+Inf\"} 13");
	expect_line(output, "nts_answer_cost_seconds_count 13");
	expect_line(output, "nts_answer_cost_seconds_sum 0.000005000");
	expect_line(output, "nts_ke_sessions_total{result=\"accepted\"} 11");
	expect_line(output, "nts_key_age_seconds{key=\"ABC00002\",role=\"current\"} 61.5");
	expect_line(output, "nts_certificate_expiry_timestamp_seconds"
		    "{file=\"/etc/ntsd/server.crt\"} 1800000000");
	expect_line(output, "nts_clock_offset_seconds -6.523e-06");
	expect_line(output, "nts_clock_stratum 3");
	expect_line(output, "nts_clock_steered_by{nts_clock_steered_by=\"daemon\"} 1");
	expect_line(output, "nts_source_measured_offset_seconds"
		    "{id=\"1\",source=\"a.example\",address=\"\"} 4.79e-07");
	expect_line(output, "nts_source_state{id=\"1\",source=\"a.example\",address=\"\","
		    "nts_source_state=\"selected\"} 1");
	expect_line(output, "nts_source_state{id=\"2\",source=\"b \\\"quoted\\\" \\\\ ?.example\","
		    "address=\"\",nts_source_state=\"unselectable\"} 1");
	/* what it never told is not there */
	EXPECT(!strstr(output, "nts_source_delay_seconds{id=\"2\""));
	expect_line(output, "nts_hwclock_stamps_total{device=\"999999\",direction=\"received\"} 77");
}

/* Each of these has one thing wrong. */
static void bad_grammar(void)
{
	static const char * const bad[] = {
		"",
		"# TYPE a gauge\na 1\n",
		"# TYPE a gauge\na 1\n# EOF\nmore\n",
		"# TYPE a gauge\n\na 1\n# EOF\n",
		"a 1\n# EOF\n",
		"# TYPE a thing\na 1\n# EOF\n",
		"# TYPE a counter\na 1\n# EOF\n",
		"# TYPE a gauge\na_total 1\n# EOF\n",
		"# TYPE a gauge\na one\n# EOF\n",
		"# TYPE a gauge\na 1\na 1\n# EOF\n",
		"# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x=\"1\"} 1\n# EOF\n",
		"# TYPE a gauge\na 1\n# TYPE a gauge\n# EOF\n",
		"# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
		"# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n# EOF\n",
		"# TYPE a gauge\na{x=\"\\t\"} 1\n# EOF\n",
		"# TYPE a info\na_info 2\n# EOF\n",
		"# TYPE a stateset\na{b=\"c\"} 1\n# EOF\n",
		"# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
		"# TYPE a histogram\na_bucket{le=\"1\"} 2\na_count 2\n# EOF\n",
		"# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_count 3\n# EOF\n",
	};
	static struct om_text text;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (om_read(&text, bad[i]))
			EXPECT_STR(bad[i], "to be refused");
		om_free(&text);
	}
}

/* Every name in an expression is that of a sample. */
static void check_expression(const char *expr, const struct om_text *text, unsigned int *n)
{
	for (const char *at = expr; (at = strstr(at, "nts_")); ) {
		const size_t len = om_name(at, true);
		char name[OM_NAME];

		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		if (!om_has(text, name))
			EXPECT_STR(name, "a metric");
		at += len;
		++*n;
	}
}

static void dashboard(void)
{
	struct json_object *object = json_object_from_file(DASHBOARD);
	static struct om_text text;
	unsigned int n = 0;

	EXPECT(object);
	EXPECT(om_read(&text, write_all(true)));
	for (size_t i = 0; i < json_object_array_length(member(object, "panels")); i++) {
		struct json_object *panel = item(object, "panels", i);

		for (size_t j = 0; j < json_object_array_length(member(panel, "targets")); j++)
			check_expression(json_object_get_string(member(item(panel, "targets", j),
								       "expr")), &text, &n);
	}
	EXPECT(n > 30);
	om_free(&text);
	json_object_put(object);
}

static const struct ktap_case cases[] = {
	CASE(grammar),
	CASE(bad_grammar),
	CASE(values),
	CASE(dashboard),
};

KTAP_MAIN(cases)
