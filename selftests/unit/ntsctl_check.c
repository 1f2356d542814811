// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl check of a kernel in several states. */
#include <errno.h>

#include "ntsctl_canned.h"
#include "ntsctl_daemon.h"
#include "../../tools/cmd_check.c"

/* A server and client; what differs from case to case are these. */
static struct {
	bool attached, synchronised, enabled;
	uint8_t stratum, leap;
	int64_t correction;
	uint64_t dispersion, hold_off;
	uint32_t updates, error;
} state;

static const struct one {
	const char *name;
	const char *problem;
	uint32_t flags;
	uint32_t cookies;
	uint8_t state, reach, authenticated, offline;
} *list;

static unsigned int n_list;

static const struct one fine[] = {
	{ "a.example", NULL, NTS_SOURCE_FLAG_NTS, 8, '*', 0377, 1, 0 },
	{ "b.example", NULL, NTS_SOURCE_FLAG_NTS, 7, '+', 0377, 1, 0 },
	{ "watched.example", NULL, NTS_SOURCE_FLAG_NOSELECT, 0, '?', 0, 0, 0 },
	{ "offline.example", NULL, NTS_SOURCE_FLAG_NTS, 0, '?', 0, 0, 1 },
};

static void put_source(const struct one *one, uint32_t id)
{
	struct nl_msg *msg = can_for(NTS_CMD_SOURCE_GET);

	nla_put_u32(msg, NTS_A_SOURCE_ID, id);
	nla_put_string(msg, NTS_A_SOURCE_NAME, one->name);
	nla_put_u32(msg, NTS_A_SOURCE_FLAGS, one->flags);
	nla_put_u8(msg, NTS_A_SOURCE_ONLINE, !one->offline);
	nla_put_u8(msg, NTS_A_SOURCE_STATE, one->state);
	nla_put_u8(msg, NTS_A_SOURCE_REACH, one->reach);
	nla_put_u8(msg, NTS_A_SOURCE_AUTHENTICATED, one->authenticated);
	nla_put_u32(msg, NTS_A_SOURCE_COOKIES, one->cookies);
	if (one->problem)
		nla_put_string(msg, NTS_A_SOURCE_PROBLEM, one->problem);
}

static void put_tracking(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_TRACKING_GET);

	nla_put_u8(msg, NTS_A_TRACKING_SYNCHRONISED, state.synchronised);
	nla_put_u8(msg, NTS_A_TRACKING_STRATUM, state.stratum);
	nla_put_u8(msg, NTS_A_TRACKING_LEAP, state.leap);
	nla_put_s64(msg, NTS_A_TRACKING_CORRECTION, state.correction);
	nla_put_u64(msg, NTS_A_TRACKING_ROOT_DISPERSION, state.dispersion);
	nla_put_u64(msg, NTS_A_TRACKING_UPDATES, state.updates);
	nla_put_u64(msg, NTS_A_TRACKING_HOLD_OFF, state.hold_off);
	nla_put_s32(msg, NTS_A_TRACKING_ADJUST_ERROR, (int32_t)state.error);
}

static void put_clock(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_CLOCK_GET);

	nla_put_u8(msg, NTS_A_CLOCK_MODE, NTS_TIME_MODE_SYSTEM);
	nla_put_u8(msg, NTS_A_CLOCK_LEAP, state.leap);
	nla_put_u8(msg, NTS_A_CLOCK_STRATUM, state.stratum);
	nla_put_u32(msg, NTS_A_CLOCK_REFID, 1);
	nla_put_u64(msg, NTS_A_CLOCK_ROOT_DELAY, 0);
	nla_put_u64(msg, NTS_A_CLOCK_ROOT_DISPERSION, state.dispersion);
	nla_put_s32(msg, NTS_A_CLOCK_PRECISION, -24);
}

static void put_daemon(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_DAEMON_GET);

	nla_put_u8(msg, NTS_A_DAEMON_STATE, state.attached);
	nla_put_u32(msg, NTS_A_DAEMON_PID, 42);
	nla_put_u64(msg, NTS_A_DAEMON_KE_ACCEPTED, 1);
	nla_put_u64(msg, NTS_A_DAEMON_KE_DROPPED, 0);
}

static void put_server(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_SERVER_GET);

	nla_put_u8(msg, NTS_A_SERVER_ENABLED, state.enabled);
	nla_put_u16(msg, NTS_A_SERVER_PORT, 123);
	nla_put_u8(msg, NTS_A_SERVER_FAMILIES, 3);
	nla_put(msg, NTS_A_SERVER_BIND4, 4, "\0\0\0");
	nla_put(msg, NTS_A_SERVER_BIND6, 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
}

static void reset(void)
{
	memset(&state, 0, sizeof(state));
	state.attached = true;
	state.synchronised = true;
	state.stratum = 2;
	state.updates = 5;
	state.correction = 6523;
	state.dispersion = 1100737;
	list = fine;
	n_list = sizeof(fine) / sizeof(fine[0]);
	own_options = true;
	unloaded = false;
	has_cert = false;
	cert_state = "serving";
}

/* What it says; *status is what it exits with. */
static const char *judge_it(const char *words, int *status)
{
	forget();
	put_server();
	put_clock();
	put_daemon();
	put_tracking();
	for (unsigned int i = 0; i < n_list; i++)
		put_source(&list[i], i + 1);
	return run_command(cmd_check, words, status);
}

static void expect_verdict(int want, const char *text)
{
	int status;
	const char *output = judge_it("", &status);

	if (status != want || !strstr(output, text))
		EXPECT_STR(output, text);
	/* one line, and the level of the exit status in it */
	EXPECT(strchr(output, '\n') == output + strlen(output) - 1);
	EXPECT(!strncmp(output, "NTS ", 4) &&
	       !strncmp(output + 4, level_names[status], strlen(level_names[status])));
}

static void all_is_well(void)
{
	int status;

	reset();
	EXPECT_STR(judge_it("", &status),
		   "NTS OK - synchronised to a.example, 2 of 2 NTS sources authenticated, "
		   "2 sources reachable, stratum 2, offset -0.000006523 s | "
		   "authenticated=2;;;0;2 unreachable=0;0;~: stratum=2;4;10 "
		   "offset=-0.000006523s;0.05;0.5 dispersion=0.001100737s;0.5;1.5 "
		   "cookies=7;4:;1:\n");
	EXPECT(!status);
}

static void module_missing(void)
{
	reset();
	unloaded = true;
	expect_verdict(CRITICAL, "NTS CRITICAL - kernel module nts is not loaded");
}

static void daemon_dead(void)
{
	reset();
	state.attached = false;
	expect_verdict(WARNING, "WARNING - ntsd is not running | ");
}

static void unsynchronised(void)
{
	reset();
	state.synchronised = false;
	state.stratum = 16;
	state.leap = 3;
	expect_verdict(CRITICAL, "CRITICAL - not synchronised | ");
}

static void server_alone(void)
{
	reset();
	n_list = 0;
	state.updates = 0;
	expect_verdict(GOOD, "time served: system clock, stratum 2 | stratum=");
	state.leap = 3;
	state.stratum = 16;
	expect_verdict(CRITICAL, "the system clock is not synchronised\n");
}

static void nts_lost(void)
{
	struct one lost[2] = { fine[0], fine[1] };

	reset();
	list = lost;
	n_list = 2;
	/* one of two is enough */
	lost[1].authenticated = 0;
	expect_verdict(GOOD, "1 of 2 NTS sources authenticated");
	lost[0].authenticated = 0;
	lost[0].problem = "its certificate | expired";
	expect_verdict(CRITICAL, "no source is authenticated: its certificate / expired | ");
	/* a plain source stepped in */
	lost[0] = (struct one){ "p.example", NULL, 0, 0, '*', 0377, 0, 0 };
	lost[1].authenticated = 1;
	expect_verdict(WARNING, "p.example, which it follows, is not authenticated");
	lost[1].flags = 0;
	expect_verdict(WARNING, "no source is configured with NTS");
}

static void unreachable(void)
{
	struct one gone[2] = { fine[0], fine[1] };

	reset();
	list = gone;
	n_list = 2;
	gone[1].reach = 0;
	expect_verdict(WARNING, "1 of 2 sources unreachable: b.example |");
	gone[0].reach = 0;
	expect_verdict(CRITICAL, "no source is reachable");
}

static void thresholds(void)
{
	struct one low = fine[0];
	int status;

	reset();
	state.stratum = 5;
	expect_verdict(WARNING, "WARNING - stratum 5 | ");
	state.stratum = 11;
	expect_verdict(CRITICAL, "CRITICAL - stratum 11 | ");
	reset();
	/* behind is as bad as ahead */
	state.correction = -60000000;
	expect_verdict(WARNING, "WARNING - offset +0.060000000 s | ");
	state.correction = 600000000;
	expect_verdict(CRITICAL, "CRITICAL - offset -0.600000000 s | ");
	reset();
	state.dispersion = 600000000;
	expect_verdict(WARNING, "root dispersion 0.600000 s");
	reset();
	list = &low;
	n_list = 1;
	low.cookies = 3;
	expect_verdict(WARNING, "3 cookies for a.example");
	low.cookies = 0;
	expect_verdict(CRITICAL, "0 cookies for a.example");
	judge_it("-w cookies=0: -c cookies=0:", &status);
	EXPECT(status == GOOD);
	judge_it("-c stratum=1", &status);
	EXPECT(status == CRITICAL);
}

static void steering(void)
{
	reset();
	state.hold_off = 5;
	expect_verdict(WARNING, "another program steers the system clock");
	state.error = EPERM;
	expect_verdict(CRITICAL, "cannot be steered: Operation not permitted");
}

static void certificates(void)
{
	reset();
	has_cert = true;
	cert_days = 200;
	expect_verdict(GOOD, "certificate good for 200 days");
	cert_days = 13;
	expect_verdict(WARNING, "WARNING - certificate good for 13 days | ");
	cert_days = 2;
	expect_verdict(CRITICAL, "CRITICAL - certificate good for 2 days | ");
	cert_days = -1;
	expect_verdict(CRITICAL, "certificate /etc/ntsd/server.crt expired");
	expect_verdict(CRITICAL, "certificate=-1;14:;3:");
	cert_days = 200;
	cert_state = "waiting";
	expect_verdict(WARNING, "new files at /etc/ntsd/server.crt are no use");
}

/* The worst comes first. */
static void several(void)
{
	reset();
	state.attached = false;
	state.synchronised = false;
	expect_verdict(CRITICAL, "CRITICAL - not synchronised, ntsd is not running | ");
}

static void misunderstood(void)
{
	static const char * const wrong[] = {
		"-w offset", "-w nothing=1", "-c offset=x", "-i -1", "-i 61", "more", "-z",
	};
	int status;

	reset();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		EXPECT_STR(judge_it(wrong[i], &status), "");
		EXPECT(status == UNKNOWN);
	}
}

static struct nl_msg *nak_counter;

static void put_naks(uint64_t value)
{
	struct nlattr *nest;

	nak_counter = can_for(NTS_CMD_STATS_GET);
	nest = nla_nest_start(nak_counter, NTS_A_STATS_COUNTER);
	nla_put_string(nak_counter, NTS_A_COUNTER_NAME, "answer-nak");
	nla_put_u8(nak_counter, NTS_A_COUNTER_KIND, NTS_COUNTER_KIND_ANSWER);
	nla_put_u64(nak_counter, NTS_A_COUNTER_VALUE, value);
	nla_nest_end(nak_counter, nest);
}

/* A kernel that stands still sends none: what counts is the difference. */
static void naks(void)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	struct check *check = calloc(1, sizeof(*check));
	struct ctl ctl = { .form = OUT_TEXT };
	static const struct { uint64_t later; enum level level; } rows[] = {
		{ 1000, GOOD }, { 1000 + 2, WARNING }, { 1000 + 20, CRITICAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(check, 0, sizeof(*check));
		EXPECT(read_wish(&ctl, check));
		check->interval = 0.5;
		check->json = json_object_new_object();
		s->server.enabled = true;
		s->counters.n = 1;
		strcpy(s->counters.row[0].name, "answer-nak");
		s->counters.row[0].value = 1000;
		forget();
		put_naks(rows[i].later);
		EXPECT(!check_naks(check, &ctl, s));
		EXPECT(check->worst == rows[i].level);
		json_object_put(check->json);
	}
	EXPECT_STR(check->problems[CRITICAL], "40 NAKs sent each second");
	EXPECT_STR(check->perf, "naks=40.00;1;16");
	free(check);
	free(s);
}

static void json(void)
{
	struct json_object *object;

	reset();
	judge_it("", &(int){ 0 });
	object = expect_json(cmd_check, "--json -i 0");
	EXPECT_STR(json_object_get_string(member(object, "status")), "OK");
	EXPECT(json_object_get_int(member(object, "cookies")) == 7);
	EXPECT(json_object_get_boolean(member(object, "synchronised")));
	json_object_put(object);
}

static const struct ktap_case cases[] = {
	CASE(all_is_well),
	CASE(module_missing),
	CASE(daemon_dead),
	CASE(unsynchronised),
	CASE(server_alone),
	CASE(nts_lost),
	CASE(unreachable),
	CASE(thresholds),
	CASE(steering),
	CASE(certificates),
	CASE(several),
	CASE(misunderstood),
	CASE(naks),
	CASE(json),
};

KTAP_MAIN(cases)
