// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of ntsctl: which command runs, and with what. */
#define main ntsctl_main
int ntsctl_main(int argc, char **argv);
#include "../../tools/ntsctl.c"
#undef main
#include "ntsd_ktap.h"

static const char *ran;
static struct ctl seen;
static char seen_args[256];
static bool connected;

static int record(const char *name, const struct ctl *ctl)
{
	ran = name;
	seen = *ctl;
	seen_args[0] = '\0';
	for (unsigned int i = 0; i < ctl->n_args; i++)
		snprintf(seen_args + strlen(seen_args), sizeof(seen_args) - strlen(seen_args),
			 "[%s]", ctl->args[i]);
	return 7;
}

#define COMMANDS(X) \
	X(accheck) X(allow) X(clients) X(deny) \
	X(activity) X(add) X(authdata) X(burst) X(cert) X(certs) X(check) X(counters) X(cyclelogs) \
	X(delete) X(doctor) X(dump) X(hwclocks) X(keys) \
	X(makestep) X(maxdelay) X(maxdelaydevratio) X(maxdelayratio) X(maxpoll) \
	X(maxupdateskew) X(metrics) X(minpoll) X(monitor) X(ntpdata) X(offline) X(online) \
	X(plot) X(polltarget) X(refresh) X(rekey) X(reload) X(reselect) X(reselectdist) X(reset) \
	X(selectdata) X(serverstats) X(smoothing) X(smoothtime) X(sourcename) X(sources) \
	X(sourcestats) X(status) \
	X(top) X(tracking) X(waitsync)
#define STUB(name) int cmd_##name(struct ctl *ctl) { return record(#name, ctl); }
COMMANDS(STUB)

static const char *used;

void control_use(const char *socket_path)
{
	used = socket_path;
}

int ask_fail(const char *err)
{
	(void)err;
	return 1;
}

bool ask_open(struct ctl *ctl, char err[NLCONN_ERR_LEN])
{
	(void)err;
	connected = true;
	ctl->conn = (struct nlconn *)&connected;
	return true;
}

void ask_close(struct ctl *ctl)
{
	EXPECT(ctl->conn == (struct nlconn *)&connected);
}

/* The exit status of a command line; what it prints goes nowhere. */
static int line(const char *words)
{
	FILE *out = stdout, *err = stderr, *null = fopen("/dev/null", "w");
	char text[256], *argv[32] = { (char *)"ntsctl" }, *save;
	int argc = 1, ret;

	ran = "nothing";
	connected = false;
	snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	stdout = null;
	stderr = null;
	ret = ntsctl_main(argc, argv);
	stdout = out;
	stderr = err;
	fclose(null);
	return ret;
}

static void each_command_runs(void)
{
#define NAME(name) #name,
	static const char * const names[] = { COMMANDS(NAME) };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EXPECT(line(names[i]) == 7);
		EXPECT_STR(ran, names[i]);
	}
}

static void options_go_anywhere(void)
{
	EXPECT(line("-n -c sources -a -v") == 7);
	EXPECT(seen.numeric && seen.form == OUT_CSV && seen.all && seen.verbose);
	EXPECT(!seen.names && !seen.n_args && connected);
	EXPECT(!used);
	EXPECT(line("--socket=/run/other dump") == 7);
	EXPECT_STR(used, "/run/other");
	EXPECT(line("--socket=relative dump") == 2 && line("--socket dump") == 2);
	EXPECT(line("sources --json -N") == 7);
	EXPECT(seen.form == OUT_JSON && seen.names && !seen.all && !seen.numeric);
}

static void arguments_are_kept(void)
{
	EXPECT(line("makestep 0.1 -1") == 7);
	EXPECT_STR(seen_args, "[0.1][-1]");
	EXPECT(line("add server a.example minpoll -2 offset -.5 iburst") == 7);
	EXPECT_STR(seen_args, "[server][a.example][minpoll][-2][offset][-.5][iburst]");
	EXPECT(!connected);
}

static void own_options_are_kept(void)
{
	EXPECT(line("check -w offset=1 -c stratum=3 --interval 2 --json") == 7);
	EXPECT_STR(seen_args, "[-w][offset=1][-c][stratum=3][--interval][2]");
	EXPECT(seen.form == OUT_JSON && !connected);
	/* before the command they are everybody's */
	EXPECT(line("-w check") == 2);
}

static void mistakes_are_told(void)
{
	static const char * const lines[] = {
		"", "-c", "fish", "sources fish", "sources --fish", "-x tracking",
		"tracking 1", "ntpdata a b", "reselect now",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		EXPECT(line(lines[i]) == 2);
		EXPECT_STR(ran, "nothing");
		EXPECT(!connected);
	}
}

static void help_and_version(void)
{
	EXPECT(!line("--help"));
	EXPECT(!line("tracking -h"));
	EXPECT(!line("--version"));
	EXPECT_STR(ran, "nothing");
}

static const struct ktap_case cases[] = {
	CASE(each_command_runs),
	CASE(options_go_anywhere),
	CASE(arguments_are_kept),
	CASE(own_options_are_kept),
	CASE(mistakes_are_told),
	CASE(help_and_version),
};

KTAP_MAIN(cases)
