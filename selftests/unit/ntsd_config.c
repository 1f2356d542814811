// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: chrony's directives, and where errors are. */
#include <unistd.h>

#include "../../ntsd/config.c"
#include "ntsd_ktap.h"

static char dir[] = "/tmp/ntsd_config.XXXXXX";
static struct config conf;
static char said[4096];
static int n_errors;

/* "FILE:LINE error" or "FILE:LINE warning", file without the directory. */
static void note(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	size_t used = strlen(said);

	EXPECT(arg == said);
	EXPECT(text[0]);
	n_errors += is_error;
	if (strrchr(file, '/'))
		file = strrchr(file, '/') + 1;
	snprintf(said + used, sizeof(said) - used, "%s%s:%d %s", used ? " " : "",
		 file, line, is_error ? "error" : "warning");
}

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_conf(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	fputs(text, f);
	fclose(f);
}

static bool read_conf(const char *text)
{
	write_conf("a", text);
	said[0] = '\0';
	n_errors = 0;
	return config_read(&conf, path_of("a"), note, said);
}

/* Of one bad line between 2 good ones. */
static bool bad(const char *line)
{
	char text[512];

	snprintf(text, sizeof(text), "port 123\n%s\nntsport 4460\n", line);
	return !read_conf(text) && !strcmp(said, "a:2 error");
}

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
	EXPECT(bad("ntstimeout 10"));
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
		"pidfile relative",
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

static void clients_directives_are_warned_of(void)
{
	EXPECT(read_conf("server ntp.test nts iburst\nmakestep 1 3\nrtcsync\n"
			 "driftfile /d\nlock_all\nlog tracking\nlogdir /l\n"
			 "ntstrustedcerts /c\nnocerttimecheck 1\n"
			 "deny 192.0.2.0/24\nallow 192.0.2.0/24\n"
			 "local stratum 3 orphan\nntsaeads 30 15\n"
			 "ntsprocesses 0\n"));
	EXPECT(!n_errors);
	EXPECT_STR(said, "a:1 warning a:2 warning a:3 warning a:4 warning "
		   "a:5 warning a:6 warning a:7 warning a:8 warning "
		   "a:9 warning a:10 warning a:11 warning a:12 warning "
		   "a:13 warning a:14 warning a:0 warning");
	EXPECT(conf.processes == 1 && conf.stratum == 3);
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

	write_conf("b", "port 124\nbad\n");
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

	write_conf("1.conf", "port 1\n");
	write_conf("2.conf", "port 2\n");
	write_conf("3.other", "port 3\n");
	snprintf(text, sizeof(text), "confdir %s /none\n", dir);
	EXPECT(read_conf(text));
	EXPECT(conf.ntp_port == 2);
	EXPECT_STR(said, "a:1 warning a:0 warning");
}

static void no_such_file(void)
{
	said[0] = '\0';
	EXPECT(!config_read(&conf, path_of("none"), note, said));
	EXPECT_STR(said, "none:0 error");
	/* A directory can be opened, but not read. */
	said[0] = '\0';
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
	CASE(clients_directives_are_warned_of),
	CASE(certificates_need_keys),
	CASE(included_files),
	CASE(files_that_include_themselves),
	CASE(directories_of_files),
	CASE(no_such_file),
	CASE(strange_lines),
};

int main(void)
{
	char command[64];
	int ret;

	if (!mkdtemp(dir))
		return 1;
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
