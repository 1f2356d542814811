// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl clients, accheck, allow and deny from canned answers. */
#include "ntsctl_ask.h"

static char asked[256];
static const char *daemon_says = "200 OK\n";

int control_fetch(const char *command, char *answer, size_t size)
{
	size_t len = strlen(asked);

	snprintf(asked + len, sizeof(asked) - len, "%s%s", len ? "; " : "", command);
	snprintf(answer, size, "%s", daemon_says);
	return 0;
}

static void can_visitors(void)
{
	struct nl_msg *msg;

	forget();
	msg = can();
	put_text_address(msg, NTS_A_VISITOR_ADDR4, NTS_A_VISITOR_ADDR6, "192.0.2.1");
	nla_put_u32(msg, NTS_A_VISITOR_NTP_HITS, 55);
	nla_put_u32(msg, NTS_A_VISITOR_NTP_DROPS, 3);
	nla_put_s32(msg, NTS_A_VISITOR_NTP_INTERVAL, 6 * 16 + 7);
	nla_put_s32(msg, NTS_A_VISITOR_NTP_LIMITED, -2 * 16 - 8);
	nla_put_u64(msg, NTS_A_VISITOR_NTP_AGE_MS, 10999);
	nla_put_u32(msg, NTS_A_VISITOR_KE_HITS, 2);
	nla_put_u32(msg, NTS_A_VISITOR_KE_DROPS, 1);
	nla_put_s32(msg, NTS_A_VISITOR_KE_INTERVAL, 5 * 16);
	nla_put_u64(msg, NTS_A_VISITOR_KE_AGE_MS, 48ULL * 3600000);
	msg = can();
	put_text_address(msg, NTS_A_VISITOR_ADDR4, NTS_A_VISITOR_ADDR6, "2001:db8::1");
	nla_put_u32(msg, NTS_A_VISITOR_NTP_HITS, 1);
	nla_put_u32(msg, NTS_A_VISITOR_NTP_DROPS, 0);
	nla_put_u64(msg, NTS_A_VISITOR_NTP_AGE_MS, 654000);
}

/* Layouts are those of chronyc. */
static void clients_as_text(void)
{
	int status;

	own_options = true;
	can_visitors();
	EXPECT_STR(run_command(cmd_clients, "-n", &status),
		   "Hostname                      NTP   Drop Int IntL Last     Cmd   Drop Int  Last\n"
		   "===============================================================================\n"
		   "192.0.2.1                      55      3   6  -3    10       0      0   -     -\n"
		   "2001:db8::1                     1      0   -   -   654       0      0   -     -\n");
	EXPECT(!status && told_cmd(0) == NTS_CMD_VISITOR_GET);
	EXPECT_STR(run_command(cmd_clients, "-k -n", &status),
		   "Hostname                      NTP   Drop Int IntL Last  NTS-KE   Drop Int  Last\n"
		   "===============================================================================\n"
		   "192.0.2.1                      55      3   6  -3    10       2      1   5   48h\n"
		   "2001:db8::1                     1      0   -   -   654       0      0   -     -\n");
}

static void clients_for_programs(void)
{
	int status;

	can_visitors();
	EXPECT_STR(run_command(cmd_clients, "-k -c", &status),
		   "192.0.2.1,55,3,6,-3,10,2,1,5,172800\n"
		   "2001:db8::1,1,0,127,127,654,0,0,127,4294967295\n");
	EXPECT_STR(run_command(cmd_clients, "-n --json", &status),
		   "{\"clients\":[{\"client\":\"192.0.2.1\",\"ntp\":{\"hits\":55,\"drops\":3,"
		   "\"interval\":6,\"limited_interval\":-3,\"last_s\":10},"
		   "\"nts_ke\":{\"hits\":2,\"drops\":1,\"interval\":5,\"last_s\":172800}},"
		   "{\"client\":\"2001:db8::1\",\"ntp\":{\"hits\":1,\"drops\":0,\"last_s\":654},"
		   "\"nts_ke\":{\"hits\":0,\"drops\":0}}]}\n");
}

static void clients_that_are_chosen(void)
{
	int status;

	can_visitors();
	run_command(cmd_clients, "-n -p 7 -r", &status);
	EXPECT(!status && told_cmd(0) == NTS_CMD_VISITOR_TAKE);
	EXPECT(told_attr(0, NTS_A_VISITOR_MIN_HITS) &&
	       nla_get_u32(told_attr(0, NTS_A_VISITOR_MIN_HITS)) == 7);
	run_command(cmd_clients, "-p many", &status);
	EXPECT(status == 2);
	run_command(cmd_clients, "192.0.2.1", &status);
	EXPECT(status == 2);
	refusing = true;
	run_command(cmd_clients, "-n", &status);
	EXPECT(status == 1);
	own_options = false;
}

static void whether_one_is_served(void)
{
	struct nl_msg *msg;
	int status;

	forget();
	msg = can_for(NTS_CMD_ACCESS_CHECK);
	nla_put_u8(msg, NTS_A_ACCESS_ALLOWED, 1);
	EXPECT_STR(run_command(cmd_accheck, "192.0.2.1", &status), "208 Access allowed\n");
	EXPECT(!status && told_cmd(0) == NTS_CMD_ACCESS_CHECK);
	EXPECT(told_attr(0, NTS_A_ACCESS_ADDR4) &&
	       !memcmp(nla_data(told_attr(0, NTS_A_ACCESS_ADDR4)), "\xc0\x00\x02\x01", 4));
	EXPECT_STR(run_command(cmd_accheck, "--json 2001:db8::1", &status),
		   "{\"address\":\"2001:db8::1\",\"allowed\":true}\n");
	EXPECT(told_attr(1, NTS_A_ACCESS_ADDR6) && !told_attr(1, NTS_A_ACCESS_ADDR4));
	forget();
	msg = can_for(NTS_CMD_ACCESS_CHECK);
	nla_put_u8(msg, NTS_A_ACCESS_ALLOWED, 0);
	EXPECT_STR(run_command(cmd_accheck, "127.0.0.1", &status), "209 Access denied\n");
	EXPECT(!status);
	run_command(cmd_accheck, "", &status);
	EXPECT(status == 2);
	forget();
	run_command(cmd_accheck, "127.0.0.1", &status);
	EXPECT(status == 1);
}

static void access_is_changed_by_the_daemon(void)
{
	static const struct {
		int (*run)(struct ctl *ctl);
		const char *words, *line;
	} good[] = {
		{ cmd_allow, "", "allow" },
		{ cmd_deny, "all", "deny all" },
		{ cmd_allow, "10.0.0.0/8", "allow 10.0.0.0/8" },
		{ cmd_allow, "all 1.2", "allow all 1.2" },
		{ cmd_deny, "2001:db8::/32", "deny 2001:db8::/32" },
	};
	int status;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		asked[0] = '\0';
		EXPECT_STR(run_command(good[i].run, good[i].words, &status), "200 OK\n");
		EXPECT(!status);
		EXPECT_STR(asked, good[i].line);
	}
	asked[0] = '\0';
	run_command(cmd_allow, "1.2.3.4/33", &status);
	EXPECT(status == 2 && !asked[0]);
	run_command(cmd_allow, "1 2", &status);
	EXPECT(status == 2 && !asked[0]);
	/* Of a name all addresses. */
	run_command(cmd_deny, "localhost", &status);
	EXPECT(!status && strstr(asked, "deny 127.0.0.1"));
	daemon_says = "500 no\n";
	EXPECT_STR(run_command(cmd_allow, "1.2.3.4", &status), "");
	EXPECT(status == 1);
	EXPECT_STR(complaint, "500 no");
	daemon_says = "200 OK\n";
}

static const struct ktap_case cases[] = {
	CASE(clients_as_text),
	CASE(clients_for_programs),
	CASE(clients_that_are_chosen),
	CASE(whether_one_is_served),
	CASE(access_is_changed_by_the_daemon),
};

KTAP_MAIN(cases)
