// SPDX-License-Identifier: GPL-2.0-or-later
/* All directives of chrony, and those that are about other files and places. */
#include "../../ntsd/config.c"
#include "../../ntsd/control.h"
#include "ntsd_conf.h"

/* All that conf.c of chrony 4.9 takes, those of its past included. */
static const char *const chrony_names[] = {
	"acquisitionport", "allow", "authselectmode", "bindacqaddress",
	"bindacqdevice", "bindaddress", "bindcmdaddress", "bindcmddevice",
	"binddevice", "broadcast", "clientloglimit", "clockprecision",
	"cmdallow", "cmddeny", "cmdport", "cmdratelimit", "combinelimit",
	"commandkey", "confdir", "corrtimeratio", "deny", "driftfile", "dscp",
	"dumpdir", "dumponexit", "fallbackdrift", "generatecommandkey",
	"hwclockfile", "hwtimestamp", "hwtstimeout", "include",
	"initstepslew", "keyfile", "leapseclist", "leapsecmode", "leapsectz",
	"linux_freq_scale", "linux_hz", "local", "lock_all", "log",
	"logbanner", "logchange", "logdir", "mailonchange", "makestep",
	"manual", "maxchange", "maxclockerror", "maxdistance", "maxdrift",
	"maxjitter", "maxntsconnections", "maxntsretry", "maxsamples",
	"maxslewrate", "maxtxbuffers", "maxupdateskew", "minsamples",
	"minsources", "nocerttimecheck", "noclientlog", "nosystemcert",
	"ntpsigndsocket", "ntsaeads", "ntscachedir", "ntsdumpdir",
	"ntsntpserver", "ntsport", "ntsprocesses", "ntsratelimit",
	"ntsrefresh", "ntsrotate", "ntsservercert", "ntsserverkey",
	"ntstrustedcerts", "opencommands", "peer", "pidfile", "pool", "port",
	"ptpdomain", "ptpport", "ratelimit", "refclock", "refresh",
	"reselectdist", "rtcautotrim", "rtcdevice", "rtcfile", "rtconutc",
	"rtcsync", "sched_priority", "server", "smoothtime", "sourcedir",
	"stratumweight", "tempcomp", "user",
};

static void every_directive_of_chrony_is_known(void)
{
	const size_t n = sizeof(chrony_names) / sizeof(*chrony_names);
	size_t entries = 0;

	for (size_t i = 0; i < n; i++) {
		const struct config_entry *e = config_table_find(chrony_names[i]);

		if (!e || e->ours) {
			printf("# %s\n", chrony_names[i]);
			EXPECT(!"in the table as chrony's");
		}
	}
	for (const struct config_entry *e = config_table; e->name; e++)
		entries += !e->ours;
	EXPECT(entries == n);
}

/* What the table says is what happens. */
static void the_table_tells_what_becomes_of_each(void)
{
	char line[128];

	for (const struct config_entry *e = config_table; e->name; e++) {
		bool works = e->fate == CONFIG_WORKS;

		if (works != !!find(e->name) || works != !e->text ||
		    config_table_find(e->name) != e) {
			printf("# %s\n", e->name);
			EXPECT(!"an entry that is so");
		}
		if (works)
			continue;
		snprintf(line, sizeof(line), "port 123\n%s 1 2\n", e->name);
		EXPECT(read_conf(line) == (e->fate == CONFIG_IGNORED));
		EXPECT_STR(said, e->fate == CONFIG_IGNORED ?
			   "a:2 warning a:0 warning" : "a:2 error");
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct config_directive *d = tables[i]; d->name; d++)
			if (!config_table_find(d->name)) {
				printf("# %s\n", d->name);
				EXPECT(!"each that works in the table");
			}
}

/* The configuration of a tutorial for chrony, as an administrator has it. */
static void a_tutorial_for_chrony_works_unchanged(void)
{
	char text[4096];
	const char *const rest =
		"# NTS-enabled time servers\n"
		"server time.cloudflare.com iburst nts\n"
		"server nts.netnod.se iburst nts\n"
		"server ptbtime1.ptb.de iburst nts\n"
		"server nts.time.nl iburst nts\n\n"
		"# Fallback to standard NTP if NTS fails\n"
		"pool 2.pool.ntp.org iburst\n\n"
		"driftfile /var/lib/chrony/drift\n"
		"makestep 1.0 3\n"
		"rtcsync\n"
		"ntsservercert /var/lib/chrony/nts/server.crt\n"
		"ntsserverkey /var/lib/chrony/nts/server.key\n"
		"ntsdumpdir /var/lib/chrony/nts\n"
		"log tracking measurements statistics\n"
		"logdir /var/log/chrony\n"
		"user chrony\n"
		"lock_all\n"
		"allow 192.168.0.0/16\n"
		"allow 10.0.0.0/8\n"
		"allow 172.16.0.0/12\n"
		"ntsport 4460\n"
		"ntstrustedcerts /var/lib/chrony/nts\n"
		"ntsprocesses 4\n"
		"ntsrotate 86400\n"
		"nocerttimecheck 1\n"
		"ntscachedir /var/lib/chrony/nts\n"
		"ntstimeout 10\n";

	EXPECT(read_conf(rest));
	/* That this pool is no fallback is worth a word. */
	EXPECT_STR(said, "a:8 warning");
	EXPECT(!n_errors && conf.n_sources == 5);
	EXPECT(conf.source[0].nts && conf.source[3].iburst && !conf.source[4].nts);
	EXPECT_STR(conf.source[3].name, "nts.time.nl");
	EXPECT(conf.source[4].pool);
	EXPECT_STR(conf.driftfile, "/var/lib/chrony/drift");
	EXPECT(conf.discipline.makestep_threshold == 1 &&
	       conf.discipline.makestep_limit == 3 && conf.discipline.rtcsync);
	EXPECT(conf.n_certs == 1 && conf.n_keys == 1);
	EXPECT_STR(conf.key[0].path, "/var/lib/chrony/nts/server.key");
	EXPECT_STR(conf.dump_dir, "/var/lib/chrony/nts");
	EXPECT(conf.logs == (CONFIG_LOG_TRACKING | CONFIG_LOG_MEASUREMENTS |
			     CONFIG_LOG_STATISTICS));
	EXPECT_STR(conf.log_dir, "/var/log/chrony");
	EXPECT_STR(conf.user, "chrony");
	EXPECT(conf.lock_all && conf.nts_port == 4460 && conf.processes == 4);
	EXPECT(conf.rotate_s == 86400 && conf.no_cert_time_check == 1);
	EXPECT(conf.n_trusted == 1 && conf.nts_timeout_s == 10);

	/* As a server for 3 networks, too. */
	snprintf(text, sizeof(text), "%sallow 192.168.0.0/16\nallow 10.0.0.0/8\n"
		 "allow 172.16.0.0/12\n", rest);
	EXPECT(read_conf(text) && !n_errors);
}

static void logs(void)
{
	EXPECT(read_conf("port 1\nlog tracking rawmeasurements\nlog selection\n"
			 "logbanner 0\n") && conf.log_banner == 0);
	EXPECT(conf.logs == (CONFIG_LOG_TRACKING | CONFIG_LOG_RAWMEASUREMENTS |
			     CONFIG_LOG_SELECTION));
	EXPECT(read_conf("port 1\nlog refclocks rtc tempcomp\n"));
	EXPECT_STR(said, "a:2 warning a:2 warning a:2 warning a:0 warning");
	EXPECT(!conf.logs && conf.log_banner == 32);
	EXPECT(bad("log") && bad("log everything") && bad("logdir") &&
	       bad("logdir relative") && bad("logbanner x") &&
	       bad("lock_all 1"));
}

static void derived_cookie_keys(void)
{
	EXPECT(read_conf("port 1\nntskeysource derived\nntskeysecret /s\n"));
	EXPECT(conf.derived_keys && conf.key_secret.place.line == 3);
	EXPECT_STR(conf.key_secret.path, "/s");
	EXPECT(read_conf("port 1\nntskeysource file\n") && !conf.derived_keys);
	EXPECT(!conf.key_secret.path[0]);
	EXPECT(bad("ntskeysource"));
	EXPECT(bad("ntskeysource shared"));
	EXPECT(bad("ntskeysecret relative"));
	EXPECT(!read_conf("port 1\nntskeysource derived\n"));
	EXPECT_STR(said, "a:0 warning a:2 error");
	EXPECT(!read_conf("ntskeysource derived\nntskeysecret /s\nntsrotate 0\n"));
	EXPECT_STR(said, "a:0 warning a:2 error");
	EXPECT(read_conf("ntskeysecret /s\n"));
	EXPECT_STR(said, "a:0 warning a:1 warning");

	/* A file that is named comes before a credential. */
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/ntsd.service", 1);
	EXPECT(read_conf("ntskeysource derived\n"));
	EXPECT_STR(conf.key_secret.path, "/run/credentials/ntsd.service/ntskeysecret");
	EXPECT(read_conf("ntskeysource derived\nntskeysecret /s\n"));
	EXPECT_STR(conf.key_secret.path, "/s");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void lists_of_leap_seconds(void)
{
	EXPECT(read_conf("server a.test\nleapsectz right/UTC\nleapseclist /l\n"));
	EXPECT_STR(said, "");
	EXPECT_STR(conf.leap_zone.path, "right/UTC");
	EXPECT_STR(conf.leap_list.path, "/l");
	EXPECT(conf.leap_zone.place.line == 2 && conf.leap_list.place.line == 3);
	EXPECT(read_conf("leapsectz :right/UTC\n"));
	EXPECT_STR(conf.leap_zone.path, "right/UTC");
}

static void devices_and_code_points(void)
{
	EXPECT(read_conf("binddevice eth0\ndscp 46\n") && conf.dscp == 46);
	EXPECT_STR(conf.bind_device, "eth0");
	EXPECT(read_conf("binddevice a12345678901234\n"));
	EXPECT(read_conf("") && !conf.dscp && !conf.bind_device[0]);
	EXPECT(read_conf("fastpath eth0\nfastpath eth1\n") && conf.n_fastpaths == 2);
	EXPECT_STR(conf.fastpath[0], "eth0");
	EXPECT_STR(conf.fastpath[1], "eth1");
	EXPECT(read_conf("") && !conf.n_fastpaths);
}

static void the_control_socket(void)
{
	EXPECT(read_conf("bindcmdaddress /run/other/socket\n"));
	EXPECT_STR(conf.control, "/run/other/socket");
	EXPECT(read_conf("bindcmdaddress /\n") && !conf.control[0]);
	EXPECT(read_conf("bindcmdaddress 127.0.0.1\n"));
	EXPECT_STR(said, "a:1 warning a:0 warning");
	EXPECT_STR(conf.control, CONTROL_PATH);
}

static void make_dir(const char *name)
{
	mkdir(in_dir(name), 0755);
}

static void the_first_of_several_directories_wins(void)
{
	char text[512];

	make_dir("x");
	make_dir("y");
	put_file("x/20.conf", "port 20\nntsport 20\n");
	put_file("y/20.conf", "port 21\nbad\n");
	put_file("y/10.conf", "port 10\nntsport 10\nntsprocesses 3\n");
	snprintf(text, sizeof(text), "confdir %s/x %s/y\n", dir, dir);
	EXPECT(read_conf(text));
	EXPECT_STR(said, "a:0 warning");
	EXPECT(conf.ntp_port == 20 && conf.nts_port == 20 && conf.processes == 3);
	EXPECT(bad("confdir"));
}

static void sources_of_directories(void)
{
	char text[512];

	make_dir("s");
	snprintf(text, sizeof(text), "server own.test\nsourcedir %s/s /none\n", dir);
	EXPECT(read_conf(text));
	EXPECT_STR(said, "");
	EXPECT(conf.n_sources == 1 && conf.n_own_sources == 1);

	/* Bad lines, duplicates and a half-written one are left out. */
	put_file("s/1.sources", "server one.test iburst minpoll 5\nport 9\n"
		   "\n# remark\nserver own.test\nserver two.test nonsense\n"
		   "peer p.test\npool three.test\nserver four.te");
	put_file("s/2.conf", "server no.test\n");
	EXPECT(read_conf(text) && !n_errors);
	EXPECT_STR(said, "1.sources:2 warning 1.sources:5 warning "
		   "1.sources:6 warning 1.sources:7 warning "
		   "1.sources:9 warning");
	EXPECT(conf.n_sources == 3 && conf.n_own_sources == 1);
	EXPECT_STR(conf.source[1].name, "one.test");
	EXPECT(conf.source[1].minpoll == 5 && conf.source[1].place.line == 1);
	EXPECT(conf.source[2].pool && conf.ntp_port == 123);

	/* Read again alone, as "ntsctl reload sources" does. */
	put_file("s/1.sources", "server five.test\nserver own.test\n");
	said[0] = '\0';
	config_reread_sources(&conf, note, said);
	EXPECT_STR(said, "1.sources:2 warning");
	EXPECT(conf.n_sources == 2);
	EXPECT_STR(conf.source[0].name, "own.test");
	EXPECT_STR(conf.source[1].name, "five.test");
	unlink(in_dir("s/1.sources"));
	config_reread_sources(&conf, note, said);
	EXPECT(conf.n_sources == 1);
}

/* Nobody may serve an unsteered clock as good only because DHCP is slow. */
static void a_directory_of_sources_is_followed(void)
{
	EXPECT(read_conf("sourcedir /none\n"));
	EXPECT_STR(said, "");
	EXPECT(config_follows(&conf) && conf.clock == CONFIG_CLOCK_NOWHERE);
	EXPECT(read_conf("") && !config_follows(&conf));
	EXPECT(bad("sourcedir"));
}

static const struct ktap_case cases[] = {
	CASE(every_directive_of_chrony_is_known),
	CASE(the_table_tells_what_becomes_of_each),
	CASE(a_tutorial_for_chrony_works_unchanged),
	CASE(logs),
	CASE(derived_cookie_keys),
	CASE(lists_of_leap_seconds),
	CASE(devices_and_code_points),
	CASE(the_control_socket),
	CASE(the_first_of_several_directories_wins),
	CASE(sources_of_directories),
	CASE(a_directory_of_sources_is_followed),
};

CONF_MAIN(cases)
