// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl top: frames of a server and client, and how they are put on a screen. */
#include "ntsctl_canned.h"
#include "ntsctl_daemon.h"
#include "../../tools/cmd_top.c"

static struct snapshot before, later;
static char text[8192];

static void set_counter(struct snapshot *s, unsigned int i, const char *name, uint8_t kind,
			uint64_t value)
{
	strcpy(s->counters.row[i].name, name);
	s->counters.row[i].kind = kind;
	s->counters.row[i].value = value;
	if (s->counters.n <= i)
		s->counters.n = i + 1;
}

static void fill(struct snapshot *s, uint64_t answers, uint64_t dear)
{
	struct source *source = &s->sources.row[0];

	memset(s, 0, sizeof(*s));
	s->server.enabled = 1;
	s->server.port = 123;
	s->clock.text = "system clock";
	s->clock.stratum = 2;
	s->daemon.state = NTS_DAEMON_STATE_ATTACHED;
	s->daemon.ke_accepted = 10;
	s->tracking.updates = 3;
	s->tracking.correction = 6523;
	set_counter(s, 0, "answer-nts", NTS_COUNTER_KIND_ANSWER, answers);
	set_counter(s, 1, "answer-plain", NTS_COUNTER_KIND_ANSWER, 7);
	set_counter(s, 2, "drop-short", NTS_COUNTER_KIND_DROP, 4);
	set_counter(s, 3, "client-drop-late", NTS_COUNTER_KIND_DROP, 1000);
	s->counters.n_cost = 3;
	s->counters.cost[0] = (struct cost_bucket){ 512, 100 + (answers - dear) };
	s->counters.cost[1] = (struct cost_bucket){ 1024, 5 + dear };
	s->counters.cost[2] = (struct cost_bucket){ UINT64_MAX, 3 };
	s->sources.n = 2;
	strcpy(source->label, "ntp.example.net");
	source->state = '*';
	source->flags = NTS_SOURCE_FLAG_NTS;
	source->authenticated = 1;
	source->stratum = 1;
	source->poll = 6;
	source->reach = 0377;
	source->cookies = 8;
	source->has[NTS_A_SOURCE_LAST_OFFSET] = true;
	source->last_offset = 26259;
	source->last_error = 12340000;
	strcpy(source[1].label, "lost.example");
	strcpy(source[1].problem, "the name is unknown");
	source[1].state = '?';
}

static const char *frame(const struct snapshot *then, double seconds)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	top_frame(out, &later, then, seconds);
	fclose(out);
	return text;
}

static void first_frame(void)
{
	fill(&later, 500, 0);
	frame(NULL, 0);
	EXPECT(strstr(text, "  synchronised to ntp.example.net (NTS), stratum 2, ntsd runs\n"));
	EXPECT(strstr(text, "\nClock    offset -6523ns  RMS "));
	EXPECT(strstr(text, "\nServer   port 123  answers 507  drops 4  NTS-KE 10 in all\n"));
	EXPECT(strstr(text, "\n* ntp.example.net             1    6  377    -   -26us +/-  12ms"));
	EXPECT(strstr(text, "  NTS 8\n"));
	EXPECT(strstr(text, "\n? lost.example                0    0    0    - "));
	EXPECT(strstr(text, "\n  the name is unknown\n"));
}

static void rates(void)
{
	fill(&before, 500, 0);
	fill(&later, 900, 3);
	later.daemon.ke_accepted = 14;
	frame(&before, 2);
	EXPECT(strstr(text, "Server   port 123  NTS 200.0/s  plain 0.0/s  NAK 0.0/s  drops 0.0/s  "
		      "NTS-KE 2.0/s  half < 512ns  99% < 512ns\n"));
	fill(&later, 900, 200);
	frame(&before, 2);
	EXPECT(strstr(text, "  half < 512ns  99% <1024ns\n"));
	later.counters.cost[2].count = 1000;
	EXPECT(strstr(frame(&before, 2), "  99% more\n"));
	/* nothing was answered meanwhile */
	EXPECT(!strstr(frame(&later, 2), "half"));
}

static void trouble(void)
{
	fill(&later, 1, 0);
	later.clock.leap = UNSYNCHRONISED_LEAP;
	later.clock.stratum = 16;
	later.daemon.state = NTS_DAEMON_STATE_GONE;
	later.server.enabled = 0;
	later.tracking.hold_off = 1;
	frame(NULL, 0);
	EXPECT(strstr(text, "NOT SYNCHRONISED, stratum 16, ntsd DOES NOT RUN\n"));
	EXPECT(strstr(text, "  HELD OFF\n") && strstr(text, "\nServer   does not serve\n"));
}

/* Lines and rows that do not fit are cut, and the last row is not ended. */
static void screen(void)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	top_screen_show(out, "one\ntwo and more\nthree\n", (struct top_size){ 5, 2 });
	fclose(out);
	EXPECT_STR(text, "\033[Hone\033[K\r\ntwo a\033[K\033[J");
	out = fmemopen(text, sizeof(text), "w");
	top_screen_show(out, "one\n", (struct top_size){ 5, 2 });
	fclose(out);
	EXPECT_STR(text, "\033[Hone\033[K\r\n\033[J");
}

/* What is no terminal gets one frame. */
static void no_terminal(void)
{
	const char *output;
	int status;

	forget();
	own_options = true;
	can_for(NTS_CMD_STATS_GET);
	output = run_command(cmd_top, "-n 2 -d 0.2", &status);
	EXPECT(!status && !strchr(output, '\033'));
	EXPECT(strstr(output, "stratum") && strstr(strstr(output, "stratum") + 1, "stratum"));
	unloaded = true;
	EXPECT_STR(run_command(cmd_top, "", &status),
		   "kernel module nts is not loaded: modprobe nts\n");
	EXPECT(status == 1);
	unloaded = false;
	run_command(cmd_top, "-d 0", &status);
	EXPECT(status == 2);
}

static const struct ktap_case cases[] = {
	CASE(first_frame),
	CASE(rates),
	CASE(trouble),
	CASE(screen),
	CASE(no_terminal),
};

KTAP_MAIN(cases)
