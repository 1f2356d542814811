// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl monitor: what it prints of events. */
#include "../../tools/cmd_monitor.c"
#include "ntsctl_ask.h"

int nlconn_listen(struct nlconn *conn, const char *group, char *err)
{
	(void)conn;
	(void)err;
	return strcmp(group, "events");
}

/* So often the buffer of the socket was full. */
static unsigned int full;

/* All that is canned comes once, then the connection ends. */
int nlconn_hear(struct nlconn *conn, nlconn_take *take, void *arg)
{
	(void)conn;
	if (full) {
		full--;
		return -NLE_NOMEM;
	}
	if (!n_canned)
		return -1;
	for (unsigned int i = 0; i < n_canned; i++)
		take(genlmsg_hdr(nlmsg_hdr(canned[i])), arg);
	forget();
	return 0;
}

/* Without the date that each line begins with. */
static void expect_event(const char *want)
{
	int status;
	const char *output = run_command(cmd_monitor, "", &status);

	EXPECT(strlen(output) > 21 && output[10] == 'T' && output[19] == 'Z');
	EXPECT_STR(strlen(output) > 21 ? output + 21 : output, want);
	EXPECT(status == 1);
}

static void sources(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_SOURCE_EVENT);

	nla_put_u8(msg, NTS_A_SOURCE_NOTE_NEWS, NTS_SOURCE_NEWS_SELECTED);
	nla_put_u32(msg, NTS_A_SOURCE_NOTE_ID, 7);
	nla_put_string(msg, NTS_A_SOURCE_NOTE_NAME, "a.example");
	put_text_address(msg, NTS_A_SOURCE_NOTE_ADDR4, NTS_A_SOURCE_NOTE_ADDR6, "2001:db8::1");
	nla_put_s64(msg, NTS_A_SOURCE_NOTE_OFFSET, -123);
	nla_put_u8(msg, NTS_A_SOURCE_NOTE_AUTHENTICATED, 1);
	expect_event("source-selected: the clock follows it, id 7, name a.example, "
		     "address 2001:db8::1, offset_ns -123, authenticated true\n");

	nla_put_u8(can_for(NTS_CMD_SOURCE_EVENT), NTS_A_SOURCE_NOTE_NEWS, 200);
	expect_event("unknown: this ntsctl is older than the module\n");
	can_for(NTS_CMD_SOURCE_EVENT);
	expect_event("unknown: this ntsctl is older than the module\n");
}

static void the_clock(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_CLOCK_EVENT);

	nla_put_u8(msg, NTS_A_CLOCK_NOTE_NEWS, NTS_CLOCK_NEWS_FOREIGN);
	nla_put_s64(msg, NTS_A_CLOCK_NOTE_OFFSET, 5);
	nla_put_u64(msg, NTS_A_CLOCK_NOTE_DURATION, 64000000000);
	expect_event("clock-foreign: another program steers the system clock, offset_ns 5, "
		     "duration_ns 64000000000\n");
	nla_put_u8(can_for(NTS_CMD_CLOCK_EVENT), NTS_A_CLOCK_NOTE_NEWS, 200);
	expect_event("unknown: this ntsctl is older than the module\n");
}

static void steering(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_ADJUST_EVENT);

	nla_put_u32(msg, NTS_A_ADJUST_SEQ, 3);
	nla_put_u32(msg, NTS_A_ADJUST_MODES, 0x4002);
	nla_put_s64(msg, NTS_A_ADJUST_FREQ, -65536);
	nla_put_s64(msg, NTS_A_ADJUST_TICK, 10001);
	nla_put_s32(msg, NTS_A_ADJUST_STATUS, 0x40);
	expect_event("adjust: the daemon is to steer the system clock, seq 3, modes 16386, "
		     "freq -65536, tick 10001, status 64\n");
}

static void hardware_clocks(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_PHC_EVENT);

	nla_put_u8(msg, NTS_A_PHC_NEWS, NTS_PHC_NEWS_STEPPED);
	nla_put_u32(msg, NTS_A_PHC_IFINDEX, 999999);
	expect_event("hwclock-stepped: timestamps of a network device are wrong, and not used, "
		     "ifindex 999999\n");
	nla_put_u8(can_for(NTS_CMD_PHC_EVENT), NTS_A_PHC_NEWS, NTS_PHC_NEWS_EXPIRED);
	expect_event("hwclock-expired: the clock of a network device is not measured any more\n");
	nla_put_u8(can_for(NTS_CMD_PHC_EVENT), NTS_A_PHC_NEWS, 200);
	expect_event("unknown: this ntsctl is older than the module\n");
}

static void server(void)
{
	struct nl_msg *msg = can_for(NTS_CMD_KEY_EVENT);
	struct nlattr *nest = nla_nest_start(msg, NTS_A_KEYS_KEY);

	nla_put_u32(msg, NTS_A_KEY_ID, 0x2a);
	nla_nest_end(msg, nest);
	expect_event("key-rotated: another key seals cookies now, id 42, hex 0000002A\n");
	nla_put_u64(can_for(NTS_CMD_NAK_EVENT), NTS_A_NAK_COUNT, 16);
	expect_event("nak-burst: many requests could not be opened, count 16\n");
	can_for(NTS_CMD_DAEMON_EVENT);
	expect_event("daemon-gone: answers go on, no key exchange\n");
	can_for(255);
	expect_event("unknown: this ntsctl is older than the module\n");
}

static void lost_events_are_told_of(void)
{
	full = 1;
	expect_event("lost: some events were not seen\n");
}

static void all_news_have_a_name(void)
{
	for (unsigned int i = 0; i <= NTS_SOURCE_NEWS_REMOVED; i++)
		EXPECT(source_news[i].name && source_news[i].text);
	for (unsigned int i = 0; i <= NTS_CLOCK_NEWS_SUSPENDED; i++)
		EXPECT(clock_news[i].name && clock_news[i].text);
	for (unsigned int i = 0; i <= NTS_PHC_NEWS_EXPIRED; i++)
		EXPECT(phc_news[i].name && phc_news[i].text);
}

static void json(void)
{
	struct json_object *object, *value;
	int status;

	nla_put_u8(can_for(NTS_CMD_CLOCK_EVENT), NTS_A_CLOCK_NOTE_NEWS,
		   NTS_CLOCK_NEWS_STEPPED);
	object = json_tokener_parse(run_command(cmd_monitor, "--json", &status));
	EXPECT(object && json_object_object_get_ex(object, "event", &value) &&
	       !strcmp(json_object_get_string(value), "clock-stepped"));
	json_object_put(object);
}

static void values(void)
{
	const char *output;
	int status;

	nla_put_u64(can_for(NTS_CMD_NAK_EVENT), NTS_A_NAK_COUNT, 16);
	output = run_command(cmd_monitor, "-c", &status);
	EXPECT_STR(strlen(output) > 20 ? output + 20 : output, ",nak-burst,count,16\n");
}

static const struct ktap_case cases[] = {
	CASE(sources),
	CASE(the_clock),
	CASE(steering),
	CASE(hardware_clocks),
	CASE(server),
	CASE(lost_events_are_told_of),
	CASE(all_news_have_a_name),
	CASE(json),
	CASE(values),
};

KTAP_MAIN(cases)
