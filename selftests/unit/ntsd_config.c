// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: chrony's directives, and where errors are. */
#include <sys/stat.h>
#include <unistd.h>

#include <linux/nts.h>

#include "../../ntsd/config.c"
#include "ntsd_conf.h"

static void defaults(void)
{
	EXPECT(read_conf(""));
	EXPECT(conf.ntp_port == 123 && conf.nts_port == 4460);
	EXPECT(conf.processes == 1 && conf.connections == 100);
	EXPECT(conf.rotate_s == 604800 && !conf.dump_dir[0]);
	EXPECT(conf.clock == CONFIG_CLOCK_SYSTEM && conf.stratum == 10);
	EXPECT_STR(conf.user, "ntsd");
	EXPECT_STR(said, "a:0 warning");	/* no certificate */
}

static void all_that_has_an_effect(void)
{
	EXPECT(read_conf("# comment\n! comment\n; comment\n% comment\n\n"
			 "ntsservercert /a.crt\nntsserverkey /a.key\n"
			 "NtsServerCert /b.crt\nntsserverkey\t/b.key  \r\n"
			 "ntsport 1\nport 2\nntsprocesses 3\n"
			 "maxntsconnections 4\nntsrotate 5\nntsdumpdir /d\n"
			 "ntsntpserver ntp.test\nuser nobody\nlocal stratum 6\n"
			 "bindaddress 192.0.2.1\nbindaddress 2001:db8::1\n"
			 "ntsaeads 15\npidfile /p\nallow\nallow all\n"));
	EXPECT_STR(said, "");
	EXPECT(conf.n_certs == 2 && conf.n_keys == 2);
	EXPECT_STR(conf.cert[1].path, "/b.crt");
	EXPECT(conf.cert[1].place.line == 8);
	EXPECT(conf.nts_port == 1 && conf.ntp_port == 2);
	EXPECT(conf.processes == 3 && conf.connections == 4);
	EXPECT(conf.rotate_s == 5);
	EXPECT_STR(conf.dump_dir, "/d");
	EXPECT_STR(conf.ntp_server, "ntp.test");
	EXPECT_STR(conf.user, "nobody");
	EXPECT_STR(conf.pidfile, "/p");
	EXPECT(conf.clock == CONFIG_CLOCK_LOCAL && conf.stratum == 6);
	EXPECT(conf.bind4_set && conf.bind6_set);
}

static void unknown_directives_are_errors(void)
{
	EXPECT(bad("nonsense 1"));
	EXPECT(bad("ntscert /a"));
	EXPECT(bad("nts"));
}

static void bad_values_are_errors(void)
{
	static const char *const lines[] = {
		"ntsport", "ntsport 0", "ntsport 65536", "ntsport x",
		"ntsport 1x", "port -1", "port 99999999999999999999",
		"ntsprocesses 1001", "maxntsconnections 0", "ntsrotate -1",
		"ntsdumpdir", "ntsdumpdir relative", "ntsservercert",
		"ntsserverkey relative", "ntsntpserver", "ntsntpserver a b",
		"ntsntpserver fe80::1%eth0", "user", "user a b",
		"bindaddress", "bindaddress ntp.test", "local stratum",
		"local stratum 0", "local stratum 16", "local stratum 1x",
		"systemclock orphan", "systemclock stratum 16",
		"nocerttimecheck", "include", "include /none/at/all",
		"pidfile relative", "leapsectz", "leapsectz a b", "leapsectz ../x", "leapseclist x",
		"local nonsense", "local distance", "local activate -1",
		"local waitsynced x", "local orphan 5", "local waitunsynced", "dscp 64", "dscp x", "binddevice",
		"binddevice a b", "binddevice a123456789012345", "fastpath",
		"fastpath a b", "fastpath a123456789012345",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!bad(lines[i])) {
			printf("# %s: \"%s\"\n", lines[i], said);
			EXPECT(!"an error at a:2");
		}
	EXPECT(!read_conf("ntsaeads 30\n"));
	EXPECT_STR(said, "a:1 warning a:1 error");
}

static void each_error_is_told(void)
{
	EXPECT(!read_conf("bad 1\nport 123\nntsport x\nworse\n"));
	EXPECT_STR(said, "a:1 error a:3 error a:4 error");
	EXPECT(n_errors == 3);
}

static void what_has_no_effect_is_warned_of(void)
{
	EXPECT(read_conf("port 1\nrtconutc\nmanual\ntempcomp /l 1 2 3 4 5\n"
			 "deny 192.0.2.0/24\nallow 192.0.2.0/24\n"
			 "local orphan waitsynced 5 stratum 3\nntsaeads 30 15\n"
			 "ntsprocesses 0\nserver ntp.test xleave copy\n"
			 "server other.test extfield F323 version 4 nts\n"
			 "authselectmode ignore\n"));
	EXPECT(!n_errors);
	EXPECT_STR(said, "a:2 warning a:3 warning a:4 warning "
		   "a:8 warning "
		   "a:9 warning a:10 warning a:11 warning a:11 warning");
	EXPECT(conf.processes == 1 && conf.stratum == 3);
	EXPECT(conf.n_sources == 2 && conf.source[1].nts);
	EXPECT(conf.source[0].xleave);
}

static void when_the_local_clock_holds(void)
{
	EXPECT(read_conf("deny all\nlocal\n"));
	EXPECT(conf.stratum == 10 && conf.local.distance == 1 && !conf.local.activate);
	EXPECT(!conf.local.wait_synced && !conf.local.wait_unsynced && !conf.local.orphan);
	EXPECT(read_conf("deny all\nlocal stratum 7 orphan distance 0.1 activate 0.5\n"));
	EXPECT(conf.stratum == 7 && conf.local.orphan && conf.local.wait_unsynced == 300);
	EXPECT(conf.local.distance == 0.1 && conf.local.activate == 0.5);
	EXPECT(read_conf("deny all\nlocal waitunsynced 0 orphan waitsynced 20\n"));
	EXPECT(!conf.local.wait_unsynced && conf.local.wait_synced == 20);
	/* As with other directives the last one counts, all of it. */
	EXPECT(read_conf("deny all\nlocal orphan waitsynced 3\nlocal\n"));
	EXPECT(!conf.local.wait_synced && !conf.local.wait_unsynced && !conf.local.orphan);
}

static void who_is_served(void)
{
	EXPECT(read_conf("allow\nallow all\nallow 1.2\ndeny 10.0.0.0/8\n"
			 "DENY ALL 2001:db8::/32\nallow host.test\n"));
	EXPECT_STR(said, "a:0 warning");	/* no certificate */
	EXPECT(conf.n_access == 6);
	EXPECT(conf.access[0].allow && conf.access[0].every && !conf.access[0].all);
	EXPECT(conf.access[1].allow && conf.access[1].every && conf.access[1].all);
	EXPECT(conf.access[2].subnet.len == 16 && !conf.access[2].every);
	EXPECT(!conf.access[3].allow && conf.access[3].subnet.len == 8);
	EXPECT(conf.access[4].all && conf.access[4].subnet.v6);
	EXPECT_STR(conf.access[5].name, "host.test");
	EXPECT(bad("allow 192.0.2.0/33"));
	EXPECT(bad("deny 192.0.2.256"));
	/* Three lines that lost their ends. */
	EXPECT(bad("allow 192.168.0.0/16 allow 10.0.0.0/8 allow 172.16.0.0/12"));

	/* Nobody is served: said to who seems to want it. */
	EXPECT(read_conf("ntsservercert /c\nntsserverkey /k\n"));
	EXPECT_STR(said, "a:0 warning");
	EXPECT(read_conf("ntsservercert /c\nntsserverkey /k\nallow 10\n"));
	EXPECT_STR(said, "");
	EXPECT(read_conf("ntsservercert /c\nntsserverkey /k\ndeny 10\n"));
	EXPECT_STR(said, "a:0 warning");
	EXPECT(read_conf("server ntp.test nts\n"));
	EXPECT_STR(said, "");
}

/* "allow" alone is a prefix of each family; more than fit are refused when read. */
static void as_many_as_fit(void)
{
	static const char line[] = "deny 192.0.2.1\n";
	char *text = malloc(NTS_MAX_ACCESS_RULES * (sizeof(line) - 1) + 32), *at = text;

	for (int i = 0; i < NTS_MAX_ACCESS_RULES - 1; i++)
		at = stpcpy(at, line);
	strcpy(at, "allow 192.0.2.2\n");
	EXPECT(read_conf(text));
	strcpy(at, "allow\n");
	EXPECT(!read_conf(text));
	EXPECT(strstr(said, "error"));
	strcpy(at, "allow 192.0.2.2\nallow 192.0.2.3\n");
	EXPECT(!read_conf(text));
	EXPECT_STR(said, "a:65537 error");
	strcpy(at - sizeof(line) + 1, "allow\n");
	EXPECT(read_conf(text));
	free(text);
}

static void how_often(void)
{
	EXPECT(read_conf("server ntp.test\n"));
	EXPECT(!conf.ratelimit.on && !conf.nts_ratelimit.on);
	EXPECT(conf.ratelimit_prefix4 == 24 && conf.ratelimit_prefix6 == 64);
	EXPECT(read_conf("server ntp.test\nratelimit\nntsratelimit\n"));
	EXPECT_STR(said, "");
	EXPECT(conf.ratelimit.on && conf.ratelimit.interval == 3 &&
	       conf.ratelimit.burst == 8 && conf.ratelimit.leak == 2 && !conf.ratelimit.kod);
	EXPECT(conf.nts_ratelimit.on && conf.nts_ratelimit.interval == 6);
	EXPECT(read_conf("server ntp.test\n"
			 "ratelimit interval -19 burst 255 leak 4 kod 1\n"
			 "ntsratelimit leak 1 burst 1 interval 12\n"
			 "ratelimitprefix4 32\nratelimitprefix6 56\n"));
	EXPECT(conf.ratelimit.interval == -19 && conf.ratelimit.burst == 255 &&
	       conf.ratelimit.leak == 4 && conf.ratelimit.kod == 1);
	EXPECT(conf.nts_ratelimit.interval == 12 && conf.nts_ratelimit.burst == 1 &&
	       conf.nts_ratelimit.leak == 1);
	EXPECT(conf.ratelimit_prefix4 == 32 && conf.ratelimit_prefix6 == 56);
	EXPECT(bad("ratelimit interval 13"));
	EXPECT(bad("ratelimit interval"));
	EXPECT(bad("ratelimit burst 0"));
	EXPECT(bad("ratelimit leak 5"));
	EXPECT(bad("ratelimit kod 5"));
	EXPECT(bad("ntsratelimit often"));
	EXPECT(bad("ratelimitprefix4 33"));
	EXPECT(bad("ratelimitprefix6 0"));
	EXPECT(read_conf("server ntp.test\nratelimit\nnoclientlog\n"));
	EXPECT_STR(said, "a:0 warning");
}

static void defaults_of_sources(void)
{
	const struct config_source *s;

	EXPECT(read_conf("server ntp.test\npool pool.test\n"));
	EXPECT_STR(said, "");
	EXPECT(conf.n_sources == 2);
	s = &conf.source[0];
	EXPECT_STR(s->name, "ntp.test");
	EXPECT(!s->pool && !s->nts && !s->iburst && !s->burst && !s->prefer);
	EXPECT(!s->trust && !s->require && !s->noselect && !s->xleave);
	EXPECT(s->maxsources == 1 && s->port == 123 && s->nts_port == 4460);
	EXPECT(s->minpoll == 6 && s->maxpoll == 10 && s->polltarget == 8);
	EXPECT(s->presend == 25 && !s->minsamples && !s->maxsamples);
	EXPECT(s->maxdelay == 3 && s->maxdelaydevratio == 10);
	EXPECT(!s->maxdelayratio && !s->offset && !s->certset);
	EXPECT(s->place.line == 1);
	EXPECT(conf.source[1].pool && conf.source[1].maxsources == 4);
}

static void options_of_sources(void)
{
	const struct config_source *s;

	EXPECT(read_conf("ntstrustedcerts 7 /c\nauthselectmode ignore\n"
			 "pool ntp.test NTS iburst burst prefer trust require "
			 "noselect minpoll -6 maxpoll 24 polltarget 60 "
			 "maxdelay 0.5 maxdelayratio 1.5 maxdelaydevratio 2 "
			 "offset -0.25 presend 9 minsamples 5 maxsamples 6 port 1 "
			 "ntsport 2 certset 7 maxsources 16 offline ipv6\n"));
	EXPECT_STR(said, "a:3 warning");	/* noselect alone */
	EXPECT(conf.n_sources == 1);
	s = &conf.source[0];
	EXPECT(s->nts && s->iburst && s->burst && s->prefer && s->trust);
	EXPECT(s->require && s->noselect && s->offline);
	EXPECT(s->family == CONFIG_FAMILY_6 && s->maxsources == 16);
	EXPECT(s->minpoll == -6 && s->maxpoll == 24 && s->polltarget == 60);
	EXPECT(s->maxdelay == 0.5 && s->maxdelayratio == 1.5);
	EXPECT(s->maxdelaydevratio == 2 && s->offset == -0.25);
	EXPECT(s->presend == 9 && s->minsamples == 5 && s->maxsamples == 6);
	EXPECT(s->port == 1 && s->nts_port == 2 && s->certset == 7);
}

static void addresses_as_sources(void)
{
	EXPECT(read_conf("server 192.0.2.1\nserver 2001:db8::1\n"
			 "server fe80::1%eth0\n"));
	EXPECT_STR(said, "");
	EXPECT(conf.n_sources == 3);
}

static void bad_sources_are_errors(void)
{
	static const char *const lines[] = {
		"server", "server a..b", "server a/b", "server fe80::1%",
		"server %eth0", "server ntp.test nonsense",
		"server ntp.test minpoll", "server ntp.test minpoll -7",
		"server ntp.test maxpoll 25", "server ntp.test polltarget 5",
		"server ntp.test polltarget 61", "server ntp.test maxdelay -1",
		"server ntp.test maxdelay 1001", "server ntp.test maxdelay nan",
		"server ntp.test offset 1x", "server ntp.test port 0",
		"server ntp.test ntsport 65536", "server ntp.test presend 26",
		"server ntp.test maxsamples 65", "server ntp.test minsamples 0",
		"server ntp.test minsamples 9 maxsamples 8",
		"server ntp.test certset -1", "server ntp.test key 1",
		"server ntp.test nts certset 1", "pool ntp.test maxsources 17",
		"pool ntp.test maxsources 0", "refresh -1",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!bad(lines[i])) {
			printf("# %s: \"%s\"\n", lines[i], said);
			EXPECT(!"an error at a:2");
		}
	EXPECT(!read_conf("server ntp.test\nserver NTP.test iburst\n"));
	EXPECT_STR(said, "a:2 error");
	EXPECT(read_conf("server ntp.test\nserver ntp.test port 124\n"));
	EXPECT(read_conf("pool ntp.test\npool ntp.test\n"));
	EXPECT(!read_conf("nosystemcert\nserver ntp.test nts\n"));
	EXPECT_STR(said, "a:2 error");
	EXPECT(read_conf("nosystemcert\nntstrustedcerts /c\n"
			 "server ntp.test nts\n"));
}

static void minpoll_wins(void)
{
	EXPECT(read_conf("server a.test minpoll 11\nserver b.test maxpoll 5\n"));
	EXPECT_STR(said, "a:2 warning");
	EXPECT(conf.source[0].minpoll == 11 && conf.source[0].maxpoll == 11);
	EXPECT(conf.source[1].minpoll == 6 && conf.source[1].maxpoll == 6);
}

static void sources_that_are_never_used(void)
{
	EXPECT(read_conf("server a.test\nserver b.test nts\n"));
	EXPECT_STR(said, "a:1 warning");
	EXPECT(read_conf("server a.test\nserver b.test nts\n"
			 "authselectmode mix\n"));
	EXPECT_STR(said, "a:1 warning");
	EXPECT(read_conf("server a.test trust\nauthselectmode require\n"));
	EXPECT_STR(said, "a:1 warning");
	EXPECT(read_conf("server a.test\nserver b.test nts\n"
			 "authselectmode prefer\n"));
	EXPECT_STR(said, "");
	EXPECT(read_conf("server a.test\nserver b.test nts\n"
			 "authselectmode ignore\n"));
	EXPECT_STR(said, "");
	/* To look at it is use enough. */
	EXPECT(read_conf("server a.test noselect\nserver b.test nts\n"));
	EXPECT_STR(said, "");
	EXPECT(read_conf("server a.test certset 1\nminsources 2\n"));
	EXPECT_STR(said, "a:1 warning a:1 warning");
}

static void discipline_defaults(void)
{
	const struct config_discipline *d = &conf.discipline;

	EXPECT(read_conf("server a.test\n"));
	EXPECT(!d->makestep_limit && !d->maxchange_limit);
	EXPECT(d->maxchange_ignore == -1);
	EXPECT(d->maxupdateskew == 1000 && d->corrtimeratio == 3);
	EXPECT(d->maxslewrate > 83333.3 && d->maxslewrate < 83333.4);
	EXPECT(d->maxdistance == 3 && d->maxjitter == 1);
	EXPECT(d->reselectdist == 1e-4 && d->stratumweight == 1e-3);
	EXPECT(d->combinelimit == 3 && d->minsources == 1);
	EXPECT(d->maxclockerror == 1 && d->minsamples == 6);
	EXPECT(d->auth == CONFIG_AUTH_MIX && d->leap == CONFIG_LEAP_SYSTEM);
	EXPECT(!d->rtcsync && !conf.driftfile[0]);
	EXPECT(conf.nts_timeout_s == 16 && conf.nts_refresh_s == 2419200);
	EXPECT(conf.max_nts_retry == 19 && conf.refresh_s == 1209600);
	EXPECT(!conf.no_cert_time_check && !conf.no_system_certs);
}

static void discipline_directives(void)
{
	const struct config_discipline *d = &conf.discipline;

	EXPECT(read_conf("server a.test nts\nmakestep 0.5 -1\n"
			 "maxchange 1000 1 2\nmaxupdateskew 100\n"
			 "maxslewrate 500.5\ncorrtimeratio 10\n"
			 "maxdistance 16\nmaxjitter 2\nminsources 1\n"
			 "reselectdist 1e-5\ncombinelimit 0\n"
			 "stratumweight 0.1\nrtcsync\ndriftfile /d\n"
			 "smoothtime 400 0.01 leaponly\n"
			 "leapsecmode slew\nauthselectmode require\n"
			 "maxclockerror 2\nminsamples 7\nmaxsamples 8\n"
			 "ntstimeout 5.5\nntsrefresh 3600\n"
			 "maxntsretry 12\nrefresh 60\n"
			 "nocerttimecheck 1\nnosystemcert\n"
			 "ntstrustedcerts /a\nntstrustedcerts 2 /b\n"
			 "bindacqaddress 192.0.2.1\n"
			 "bindacqaddress 2001:db8::1\n"));
	EXPECT_STR(said, "");
	EXPECT(d->makestep_threshold == 0.5 && d->makestep_limit == -1);
	EXPECT(d->maxchange_limit == 1000 && d->maxchange_start == 1);
	EXPECT(d->maxchange_ignore == 2 && d->maxupdateskew == 100);
	EXPECT(d->maxslewrate == 500.5 && d->corrtimeratio == 10);
	EXPECT(d->maxdistance == 16 && d->maxjitter == 2);
	EXPECT(d->minsources == 1 && d->reselectdist == 1e-5);
	EXPECT(!d->combinelimit && d->stratumweight == 0.1 && d->rtcsync);
	EXPECT(d->smooth_freq == 400 && d->smooth_wander == 0.01 && d->smooth_leaponly);
	EXPECT(d->leap == CONFIG_LEAP_SLEW && d->auth == CONFIG_AUTH_REQUIRE);
	EXPECT(d->maxclockerror == 2 && d->minsamples == 7);
	EXPECT(d->maxsamples == 8);
	EXPECT_STR(conf.driftfile, "/d");
	EXPECT(conf.nts_timeout_s == 5.5 && conf.nts_refresh_s == 3600);
	EXPECT(conf.max_nts_retry == 12 && conf.refresh_s == 60);
	EXPECT(conf.no_cert_time_check == 1 && conf.no_system_certs);
	EXPECT(conf.n_trusted == 2 && !conf.trusted[0].set);
	EXPECT(conf.trusted[1].set == 2);
	EXPECT_STR(conf.trusted[1].path.path, "/b");
	EXPECT(conf.bind_acq4_set && conf.bind_acq6_set);
	EXPECT(read_conf("smoothtime 50000 0.001\n") && !d->smooth_leaponly);
}

static void bad_discipline_is_an_error(void)
{
	static const char *const lines[] = {
		"makestep", "makestep 1", "makestep -1 1", "makestep 1 -2",
		"makestep 1 1 1", "maxchange 1 1", "maxchange 1 -1 1",
		"maxchange 1 1 -2", "maxupdateskew -1", "maxslewrate x",
		"maxslewrate 100001", "corrtimeratio", "minsources 0",
		"authselectmode", "authselectmode both", "leapsecmode smear",
		"smoothtime", "smoothtime 400", "smoothtime 0 1", "smoothtime 400 0",
		"smoothtime 400 1 2", "smoothtime 400 1 leaponly now",
		"rtcsync now", "driftfile", "driftfile relative",
		"driftfile /d often", "ntstimeout 0", "ntsrefresh 0",
		"maxntsretry 5", "maxntsretry 25", "nosystemcert x",
		"ntstrustedcerts", "ntstrustedcerts x /a",
		"ntstrustedcerts 1 relative", "bindacqaddress x",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!bad(lines[i])) {
			printf("# %s: \"%s\"\n", lines[i], said);
			EXPECT(!"an error at a:2");
		}
}

static void certificates_need_keys(void)
{
	EXPECT(!read_conf("port 123\nntsservercert /a.crt\n"));
	EXPECT_STR(said, "a:2 error");
	EXPECT(!read_conf("ntsserverkey /a.key\n"));
	EXPECT_STR(said, "a:1 error");
}

static void included_files(void)
{
	char text[256];

	put_file("b", "port 124\nbad\n");
	snprintf(text, sizeof(text), "include %s/b\nntsport x\n", dir);
	EXPECT(!read_conf(text));
	EXPECT_STR(said, "b:2 error a:2 error");
	EXPECT(conf.ntp_port == 124);
	/* A pattern without any match is no error. */
	snprintf(text, sizeof(text), "include %s/*.none\n", dir);
	EXPECT(read_conf(text));
}

static void files_that_include_themselves(void)
{
	char text[256];

	snprintf(text, sizeof(text), "include %s/a\n", dir);
	EXPECT(!read_conf(text));
	EXPECT(n_errors == 1);
}

static void directories_of_files(void)
{
	char text[256];

	put_file("1.conf", "port 1\n");
	put_file("2.conf", "port 2\n");
	put_file("3.other", "port 3\n");
	snprintf(text, sizeof(text), "confdir %s /none\n", dir);
	EXPECT(read_conf(text));
	EXPECT(conf.ntp_port == 2);
	EXPECT_STR(said, "a:1 warning a:0 warning");
}

static void no_such_file(void)
{
	said[0] = '\0';
	config_free(&conf);
	EXPECT(!config_read(&conf, in_dir("none"), note, said));
	EXPECT_STR(said, "none:0 error");
	/* A directory can be opened, but not read. */
	said[0] = '\0';
	config_free(&conf);
	EXPECT(!config_read(&conf, dir, note, said));
}

static void strange_lines(void)
{
	static char text[70000];

	memset(text, 'x', sizeof(text) - 1);
	EXPECT(!read_conf(text));
	EXPECT_STR(said, "a:1 error");
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		text[i] = ' ';
	EXPECT(!read_conf(text));
	memset(text, 'x', 5000);
	memcpy(text, "ntsdumpdir /", 12);
	text[5000] = '\0';
	EXPECT(!read_conf(text));
	EXPECT_STR(said, "a:1 error");
}

static const struct ktap_case cases[] = {
	CASE(defaults),
	CASE(all_that_has_an_effect),
	CASE(unknown_directives_are_errors),
	CASE(bad_values_are_errors),
	CASE(each_error_is_told),
	CASE(what_has_no_effect_is_warned_of),
	CASE(when_the_local_clock_holds),
	CASE(who_is_served),
	CASE(as_many_as_fit),
	CASE(how_often),
	CASE(defaults_of_sources),
	CASE(options_of_sources),
	CASE(addresses_as_sources),
	CASE(bad_sources_are_errors),
	CASE(minpoll_wins),
	CASE(sources_that_are_never_used),
	CASE(discipline_defaults),
	CASE(discipline_directives),
	CASE(bad_discipline_is_an_error),
	CASE(certificates_need_keys),
	CASE(included_files),
	CASE(files_that_include_themselves),
	CASE(directories_of_files),
	CASE(no_such_file),
	CASE(strange_lines),
};

CONF_MAIN(cases)
