// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands of ntsctl: what the kernel and the daemon are told. */
#include <sys/wait.h>

#define CONTROL_PATH "control" /* in a directory of its own */
#include "../../tools/control.c"
#include "../../tools/source.h"
#include "ntsctl_ask.h"

static void can_source(uint32_t id, const char *name, const char *address)
{
	struct nl_msg *msg = can();

	nla_put_u32(msg, NTS_A_SOURCE_ID, id);
	nla_put_string(msg, NTS_A_SOURCE_NAME, name);
	if (address)
		put_text_address(msg, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6, address);
}

static void can_sources(void)
{
	forget();
	can_source(1, "a.example", "192.0.2.1");
	can_source(2, "b.example", "192.0.3.2");
	can_source(3, "b.example", "2001:db8::3");
	can_source(4, "nowhere.example", NULL);
}

static void expect_status(int (*command)(struct ctl *ctl), const char *words, int want)
{
	int status;
	const char *output = run_command(command, words, &status);

	EXPECT(status == want);
	EXPECT_STR(output, want ? "" : "200 OK\n");
	if (status != want)
		printf("# %s: %s\n", words, complaint);
}

static void expect_u32(unsigned int n, int attr, uint32_t want)
{
	struct nlattr *found = told_attr(n, attr);

	EXPECT(found && nla_len(found) == 4 && nla_get_u32(found) == want);
}

static void expect_u8(unsigned int n, int attr, uint8_t want)
{
	struct nlattr *found = told_attr(n, attr);

	EXPECT(found && nla_len(found) == 1 && nla_get_u8(found) == want);
}

static void expect_u64(unsigned int n, int attr, uint64_t want)
{
	struct nlattr *found = told_attr(n, attr);

	EXPECT(found && nla_len(found) == 8 && nla_get_u64(found) == want);
}

static void actions(void)
{
	static const struct {
		int (*command)(struct ctl *ctl);
		const char *words;
		uint8_t action;
	} rows[] = {
		{ cmd_makestep, "", NTS_ACTION_MAKESTEP },
		{ cmd_reselect, "", NTS_ACTION_RESELECT },
		{ cmd_reset, "sources", NTS_ACTION_RESET_SOURCES },
		{ cmd_smoothtime, "activate", NTS_ACTION_SMOOTH_ACTIVATE },
		{ cmd_smoothtime, "reset", NTS_ACTION_SMOOTH_RESET },
	};
	int status;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		forget();
		expect_status(rows[i].command, rows[i].words, 0);
		EXPECT(n_told == 1 && told_cmd(0) == NTS_CMD_COMMAND);
		expect_u8(0, NTS_A_COMMAND_ACTION, rows[i].action);
		EXPECT(!told_attr(0, NTS_A_COMMAND_ID));
	}
	EXPECT_STR(run_command(cmd_reselect, "--json", &status), "{\"ok\":true}\n");
	refusing = true;
	expect_status(cmd_makestep, "", 1);
	forget();
	expect_status(cmd_reset, "", 2);
	expect_status(cmd_reset, "clock", 2);
	expect_status(cmd_smoothtime, "", 2);
	expect_status(cmd_smoothtime, "sources", 2);
	EXPECT(!n_told);
}

static void tuning(void)
{
	forget();
	expect_status(cmd_makestep, "0.1 -1", 0);
	EXPECT(told_cmd(0) == NTS_CMD_DISCIPLINE_SET);
	expect_u64(0, NTS_A_DISCIPLINE_MAKESTEP_THRESHOLD, 100000000);
	expect_u32(0, NTS_A_DISCIPLINE_MAKESTEP_LIMIT, (uint32_t)-1);
	expect_status(cmd_maxupdateskew, "1000", 0);
	expect_u64(1, NTS_A_DISCIPLINE_MAXUPDATESKEW, 281474976711);
	expect_status(cmd_reselectdist, "0.0001", 0);
	expect_u64(2, NTS_A_DISCIPLINE_RESELECTDIST, 100000);
	expect_status(cmd_makestep, "0.1", 2);
	expect_status(cmd_makestep, "-0.1 3", 2);
	expect_status(cmd_makestep, "0.1 -2", 2);
	expect_status(cmd_maxupdateskew, "lots", 2);
	EXPECT(n_told == 3);
}

static void bursts(void)
{
	can_sources();
	expect_status(cmd_burst, "4/8", 0);
	/* not the one without an address */
	EXPECT(n_told == 3 && told_cmd(0) == NTS_CMD_COMMAND);
	expect_u8(0, NTS_A_COMMAND_ACTION, NTS_ACTION_BURST);
	expect_u8(0, NTS_A_COMMAND_GOOD, 4);
	expect_u8(0, NTS_A_COMMAND_LIMIT, 8);
	expect_u32(2, NTS_A_COMMAND_ID, 3);
	can_sources();
	expect_status(cmd_burst, "1/1 192.0.3.2", 0);
	EXPECT(n_told == 1);
	expect_u32(0, NTS_A_COMMAND_ID, 2);

	can_sources();
	expect_status(cmd_burst, "", 2);
	expect_status(cmd_burst, "4", 2);
	expect_status(cmd_burst, "4/", 2);
	expect_status(cmd_burst, "0/4", 2);
	expect_status(cmd_burst, "5/4", 2);
	expect_status(cmd_burst, "4/256", 2);
	expect_status(cmd_burst, "4/8x", 2);
	EXPECT(!n_told);
}

/* Who is meant: the ids of those, as a mask. */
static unsigned int meant(const char *words)
{
	unsigned int mask = 0;
	int status;

	can_sources();
	run_command(cmd_offline, words, &status);
	for (unsigned int i = 0; i < n_told; i++)
		mask |= 1U << nla_get_u32(told_attr(i, NTS_A_SOURCE_ID));
	return mask;
}

static void sources_are_picked(void)
{
	EXPECT(meant("") == 0x1e);
	EXPECT(meant("a.example") == 1 << 1);
	EXPECT(meant("b.example") == (1 << 2 | 1 << 3));
	EXPECT(meant("nowhere.example") == 1 << 4);
	EXPECT(meant("ID#0000000004") == 1 << 4);
	EXPECT(meant("2001:db8::3") == 1 << 3);
	EXPECT(meant("192.0.2.1") == 1 << 1);
	EXPECT(meant("192.0.2.0/24") == 1 << 1);
	EXPECT(meant("192.0.2.0/23") == (1 << 1 | 1 << 2));
	EXPECT(meant("0.0.0.0/0") == (1 << 1 | 1 << 2));
	EXPECT(meant("255.255.255.0/192.0.3.0") == 1 << 2);
	EXPECT(meant("::/0") == 1 << 3);
	EXPECT(meant("2001:db8::/32") == 1 << 3);
	EXPECT(meant("2001:db9::/32") == 0);
	EXPECT_STR(complaint, "no source is called 2001:db9::/32");
	EXPECT(meant("192.0.2.1/32") == 1 << 1);
	EXPECT(meant("192.0.2.1/33") == 0);
	EXPECT(meant("2001:db8::3/129") == 0);
	EXPECT(meant("192.0.2.0/") == 0);
	EXPECT(meant("192.0.2.0/-1") == 0);
	EXPECT(meant("192.0.2.0/x") == 0);
	EXPECT(meant("0.0.0.0/::") == 0);
}

static void sources_are_changed(void)
{
	static const struct {
		int (*command)(struct ctl *ctl);
		const char *words;
		int attr;
		uint64_t want;
		int size;
	} rows[] = {
		{ cmd_online, "a.example", NTS_A_SOURCE_ONLINE, 1, 1 },
		{ cmd_offline, "a.example", NTS_A_SOURCE_ONLINE, 0, 1 },
		{ cmd_minpoll, "a.example -6", NTS_A_SOURCE_MINPOLL, (uint32_t)-6, 4 },
		{ cmd_maxpoll, "192.0.2.1 24", NTS_A_SOURCE_MAXPOLL, 24, 4 },
		{ cmd_polltarget, "a.example 12", NTS_A_SOURCE_POLLTARGET, 12, 1 },
		{ cmd_maxdelay, "a.example 0.25", NTS_A_SOURCE_MAXDELAY, 250000000, 8 },
		{ cmd_maxdelayratio, "a.example 1.5", NTS_A_SOURCE_MAXDELAYRATIO, 98304, 4 },
		{ cmd_maxdelaydevratio, "a.example 10", NTS_A_SOURCE_MAXDELAYDEVRATIO,
		  655360, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;
		struct nlattr *found;

		can_sources();
		expect_status(rows[i].command, rows[i].words, 0);
		EXPECT(n_told == 1 && told_cmd(0) == NTS_CMD_SOURCE_SET);
		expect_u32(0, NTS_A_SOURCE_ID, 1);
		found = told_attr(0, rows[i].attr);
		EXPECT(found && nla_len(found) == rows[i].size);
		if (found)
			memcpy(&value, nla_data(found), (size_t)nla_len(found));
		EXPECT(value == rows[i].want);
	}
	expect_status(cmd_minpoll, "a.example -7", 2);
	expect_status(cmd_minpoll, "a.example", 2);
	expect_status(cmd_polltarget, "a.example 5", 2);
	expect_status(cmd_maxdelay, "c.example 1", 1);
}

/* A daemon that answers once; what it was asked comes by the pipe. */
static pid_t start_daemon(const char *answer, int *heard)
{
	const struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = CONTROL_PATH };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	int pipes[2];
	char line[2048];
	pid_t pid;

	unlink(CONTROL_PATH);
	if (fd < 0 || bind(fd, (const void *)&at, sizeof(at)) || listen(fd, 1) || pipe(pipes))
		abort();
	pid = fork();
	if (!pid) {
		int peer = accept(fd, NULL, NULL);
		ssize_t got = recv(peer, line, sizeof(line), 0);

		if (got > 0 && write(pipes[1], line, (size_t)got) == got && answer)
			send(peer, answer, strlen(answer), 0);
		_exit(0);
	}
	close(fd);
	close(pipes[1]);
	*heard = pipes[0];
	return pid;
}

static void expect_request(int (*command)(struct ctl *ctl), const char *words,
			   const char *answer, int want, const char *request)
{
	char line[2048] = "";
	int heard, status;
	pid_t pid = start_daemon(answer, &heard);

	expect_status(command, words, want);
	EXPECT(read(heard, line, sizeof(line) - 1) > 0);
	EXPECT_STR(line, request);
	close(heard);
	waitpid(pid, &status, 0);
	unlink(CONTROL_PATH);
}

static void the_daemon_is_asked(void)
{
	expect_request(cmd_add, "server a.example iburst nts minpoll -2", "200 OK", 0,
		       "add server a.example iburst nts minpoll -2");
	expect_request(cmd_add, "pool p.example", "200 OK\n", 0, "add pool p.example");
	expect_request(cmd_delete, "192.0.2.1", "200 OK", 0, "delete 192.0.2.1");
	expect_request(cmd_refresh, "", "200 OK", 0, "refresh");
	expect_request(cmd_rekey, "", "200 OK", 0, "rekey");
	expect_request(cmd_reload, "sources", "200 OK", 0, "reload sources");
	expect_request(cmd_dump, "", "501 Not authorised", 1, "dump");
	EXPECT_STR(complaint, "501 Not authorised");
	expect_request(cmd_dump, "", NULL, 1, "dump");
	EXPECT_STR(complaint, "asking ntsd: Connection reset by peer");
}

static void what_the_daemon_is_spared(void)
{
	char *spaced[] = { (char *)"server", (char *)"a.example\nallow" };
	struct ctl ctl = { .args = spaced, .n_args = 2 };
	static char huge[1100];
	char *long_args[] = { (char *)"server", huge };

	EXPECT(cmd_add(&ctl) == 1);
	EXPECT_STR(complaint, "an argument is empty or contains spaces");
	complaint[0] = '\0';
	spaced[1] = (char *)"a.example allow";
	EXPECT(cmd_add(&ctl) == 1);
	EXPECT_STR(complaint, "an argument is empty or contains spaces");
	complaint[0] = '\0';
	spaced[1] = (char *)"";
	EXPECT(cmd_add(&ctl) == 1);
	EXPECT_STR(complaint, "an argument is empty or contains spaces");
	memset(huge, 'a', sizeof(huge) - 1);
	ctl.args = long_args;
	EXPECT(cmd_add(&ctl) == 1);
	EXPECT_STR(complaint, "this is too long");
	expect_status(cmd_add, "server", 2);
	expect_status(cmd_add, "peer a.example", 2);
	expect_status(cmd_delete, "", 2);
	expect_status(cmd_reload, "keys", 2);
	expect_status(cmd_dump, "", 1);
	EXPECT_STR(complaint,
		   "ntsd is needed for this and does not answer: No such file or directory");
}

static const struct ktap_case cases[] = {
	CASE(actions),
	CASE(tuning),
	CASE(bursts),
	CASE(sources_are_picked),
	CASE(sources_are_changed),
	CASE(the_daemon_is_asked),
	CASE(what_the_daemon_is_spared),
};

int main(void)
{
	char dir[] = "/tmp/ntsctl_commands.XXXXXX";
	int ret;

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	ret = ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	rmdir(dir);
	return ret;
}
