// SPDX-License-Identifier: GPL-2.0-or-later
/* Going over from chronyd: what is taken, what is said, and what is left alone. */
#include "../../tools/import/convert.c"
#include "../../tools/import/report.c"
#include "../../tools/import/state.c"
#include "ntsd_dir.h"

static struct import im;
static char *said;
static size_t said_len;
static char paths[3][256];

#define C2S "00112233445566778899AABBCCDDEEFF0123456789ABCDEF0123456789ABCDEF"
#define S2C "FFEEDDCCBBAA99887766554433221100FEDCBA9876543210FEDCBA9876543210"
#define COOKIE "A1B2C3D4E5F60718293A4B5C6D7E8F90"
#define KEY(digit) digit "0112233445566778899AABBCCDDEEFF0123456789ABCDEF0123456789ABCDE"

/* As chronyd 4.3 writes them: oldest first, the last is the next one. */
static const char ntskeys[] =
	"NKS1\n1234.5\n"
	"5A6B7C80 " KEY("1A") " 15\n5A6B7C81 " KEY("2A") " 15\n"
	"5A6B7C82 " KEY("3A") " 15\n5A6B7C83 " KEY("4A") " 15\n";

static const char cookies[] =
	"NNC0\nntp.test\n1700000000.5\n192.0.2.7 123\n3 15 " S2C " " C2S "\n"
	COOKIE "\n" COOKIE "\n";

static void run(void)
{
	free(said);
	said = NULL;
	im.out = open_memstream(&said, &said_len);
	im.failed = false;
	im.drift[0] = '\0';
	im.dump[0] = '\0';
	convert(&im);
	take_state(&im);
	fclose(im.out);
}

/* A line of the report that begins with @what and has @text. */
static bool tells(const char *what, const char *text)
{
	for (const char *line = said; *line; line = strchr(line, '\n') + 1) {
		const char *at = strstr(line, text);

		if (!strncmp(line, what, strlen(what)) && at &&
		    at < strchr(line, '\n'))
			return true;
	}
	printf("# no \"%s ... %s\" in:\n# %s\n", what, text, said);
	return false;
}

static bool has_line(const char *file, const char *line)
{
	char text[8194], wanted[512];

	snprintf(text, sizeof(text), "\n%s", get_file(file));
	snprintf(wanted, sizeof(wanted), "\n%s\n", line);
	return strstr(text, wanted);
}

static int mode_of(const char *name)
{
	struct stat st;

	return lstat(in_dir(name), &st) ? -1 : (int)(st.st_mode & 07777);
}

static void begin(const char *conf)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/*", dir);
	if (system(command))
		abort();
	mkdir(in_dir("chrony"), 0755);
	mkdir(in_dir("chrony/conf.d"), 0755);
	mkdir(in_dir("chrony/sources.d"), 0755);
	mkdir(in_dir("lib"), 0755);
	put_file("chrony/chrony.conf", conf);
	snprintf(paths[0], sizeof(paths[0]), "%s/chrony/chrony.conf", dir);
	snprintf(paths[1], sizeof(paths[1]), "%s/etc", dir);
	snprintf(paths[2], sizeof(paths[2]), "%s/state", dir);
	memset(&im, 0, sizeof(im));
	im.from = paths[0];
	im.etc = paths[1];
	im.state = paths[2];
}

/* Like Debian's, with what an administrator adds. */
static void a_configuration_with_all_it_names(void)
{
	char conf[2048], line[512];

	snprintf(conf, sizeof(conf),
		 "# remark\nconfdir %s/chrony/conf.d\npool pool.test iburst\n"
		 "sourcedir /run/chrony-dhcp %s/chrony/sources.d\n"
		 "keyfile %s/chrony/chrony.keys\ndriftfile %s/lib/chrony.drift\n"
		 "ntsdumpdir %s/lib\nuser _chrony\nlogdir /var/log/chrony\n"
		 "log tracking\npeer other.test\nserver k.test key 1\n"
		 "cmdallow all\nmakestep 1 3\nntstimeout 10\n",
		 dir, dir, dir, dir, dir);
	begin(conf);
	put_file("chrony/conf.d/20-x.conf", "server late.test nts\n");
	put_file("chrony/conf.d/10-x.conf", "maxupdateskew 100.0\n");
	put_file("chrony/sources.d/lan.sources", "server lan.test\n");
	put_file("chrony/chrony.keys", "# none\n1 MD5 ASCII:secret\n\n20 SHA1 HEX:00\n");
	put_file("lib/chrony.drift", "           -12.345678             0.054321\n");
	put_file("lib/ntskeys", ntskeys);
	put_file("lib/192.0.2.7.nts", cookies);
	run();
	EXPECT(!im.failed);

	EXPECT(has_line("etc/ntsd.conf", "# remark"));
	EXPECT(has_line("etc/ntsd.conf", "maxupdateskew 100.0"));
	EXPECT(strstr(get_file("etc/ntsd.conf"), "server late.test nts\npool pool.test iburst\n"));
	EXPECT(has_line("etc/ntsd.conf", "sourcedir /run/chrony-dhcp"));
	snprintf(line, sizeof(line), "sourcedir %s/etc/sources.d", dir);
	EXPECT(has_line("etc/ntsd.conf", line));
	EXPECT_STR(get_file("etc/sources.d/lan.sources"), "server lan.test\n");
	snprintf(line, sizeof(line), "driftfile %s/state/drift", dir);
	EXPECT(has_line("etc/ntsd.conf", line));
	snprintf(line, sizeof(line), "ntsdumpdir %s/state", dir);
	EXPECT(has_line("etc/ntsd.conf", line));
	EXPECT(has_line("etc/ntsd.conf", "logdir /var/log/ntsd"));
	EXPECT(has_line("etc/ntsd.conf", "log tracking"));
	EXPECT(has_line("etc/ntsd.conf", "makestep 1 3"));
	EXPECT(has_line("etc/ntsd.conf", "# user _chrony"));
	EXPECT(has_line("etc/ntsd.conf", "# peer other.test"));
	EXPECT(has_line("etc/ntsd.conf", "# server k.test key 1"));
	EXPECT(!has_line("etc/ntsd.conf", "user _chrony"));

	EXPECT(tells("refused", "chrony.conf:11: peer is not supported"));
	EXPECT(tells("refused", "chrony.conf:12: server: symmetric keys"));
	EXPECT(tells("refused", "chrony.keys: 2 symmetric keys"));
	EXPECT(tells("left out", "chrony.conf:13: cmdallow"));
	EXPECT(tells("left out", "chrony.conf:8: user"));
	EXPECT(tells("took", "lan.sources -> "));
	EXPECT(tells("took", "/etc/ntsd.conf"));
	EXPECT(tells("took", "chrony.drift -> "));
	EXPECT(tells("took", "lib/ntskeys -> "));
	EXPECT(tells("took", "192.0.2.7.nts -> "));
	EXPECT(!strstr(said, "secret") && !strstr(said, "failed"));

	EXPECT_STR(get_file("state/drift"), "          -12.345678             0.054321\n");
	EXPECT_STR(get_file("state/ntskeys"), ntskeys);
	EXPECT(mode_of("state/ntskeys") == 0600 && mode_of("state") == 0750);
	EXPECT(mode_of("state/192.0.2.7.nts") == 0600);
	EXPECT(mode_of("etc/ntsd.conf") == 0644);
	EXPECT(strstr(get_file("state/192.0.2.7.nts"), "ntp.test\n1700000000.0\n192.0.2.7 123\n"));
	EXPECT(strstr(get_file("state/192.0.2.7.nts"),
		      "15 " S2C " " C2S "\n" COOKIE "\n" COOKIE "\n"));
	/* chrony's own stays. */
	EXPECT_STR(get_file("lib/192.0.2.7.nts"), cookies);
	EXPECT_STR(get_file("chrony/chrony.conf"), conf);
}

static void conf_of(const char *more)
{
	char conf[1024];

	snprintf(conf, sizeof(conf), "server ntp.test nts\ndriftfile %s/lib/drift\n"
		 "ntsdumpdir %s/lib\n%s", dir, dir, more);
	begin(conf);
}

static void what_ntsd_has_is_kept(void)
{
	conf_of("");
	put_file("lib/drift", "1 2\n");
	put_file("lib/ntskeys", ntskeys);
	mkdir(in_dir("etc"), 0755);
	mkdir(in_dir("state"), 0750);
	put_file("etc/ntsd.conf", "port 9\n");
	put_file("state/drift", "7 8\n");
	run();
	EXPECT(!im.failed);
	EXPECT(tells("kept", "/etc/ntsd.conf is there already"));
	EXPECT(tells("kept", "/state/drift"));
	EXPECT(tells("took", "lib/ntskeys"));
	EXPECT_STR(get_file("etc/ntsd.conf"), "port 9\n");
	EXPECT_STR(get_file("state/drift"), "7 8\n");

	im.force = true;
	run();
	EXPECT(!im.failed && has_line("etc/ntsd.conf", "server ntp.test nts"));
	EXPECT_STR(get_file("etc/ntsd.conf.old"), "port 9\n");
	EXPECT_STR(get_file("state/drift"), "            1.000000             2.000000\n");
	EXPECT(mode_of("etc/ntsd.conf.new") == -1);
}

static void nothing_is_written_to_try_it(void)
{
	conf_of("");
	put_file("lib/drift", "1 2\n");
	put_file("lib/192.0.2.7.nts", cookies);
	im.dry = true;
	run();
	EXPECT(!im.failed && tells("would", "/etc/ntsd.conf"));
	EXPECT(tells("would", "/state/drift") && tells("would", ".nts"));
	EXPECT(mode_of("etc") == -1 && mode_of("state") == -1);
}

/* Files of another algorithm, and broken ones. */
static void state_that_cannot_be_used(void)
{
	conf_of("");
	put_file("lib/drift", "fast\n");
	put_file("lib/ntskeys", "NKS1\n1.0\n00000000 00112233445566778899AABBCCDDEEFF 30\n");
	put_file("lib/192.0.2.7.nts", "NNC0\nntp.test\n1700000000.5\n192.0.2.7 123\n"
		 "3 30 00112233445566778899AABBCCDDEEFF 00112233445566778899AABBCCDDEEFF\n"
		 COOKIE "\n");
	put_file("lib/other.nts", cookies);
	run();
	EXPECT(!im.failed);
	EXPECT(tells("refused", "lib/drift: no drift file"));
	EXPECT(tells("refused", "lib/ntskeys: not 4 lines"));
	EXPECT(tells("refused", "192.0.2.7.nts: damaged, or not of algorithm 15"));
	EXPECT(tells("refused", "other.nts"));
	EXPECT(mode_of("state/drift") == -1 && mode_of("state/ntskeys") == -1);
	EXPECT(mode_of("state/192.0.2.7.nts") == -1);
}

static void a_configuration_that_is_wrong_as_a_whole(void)
{
	conf_of("ntsservercert /c\n");
	run();
	EXPECT(im.failed && tells("failed", "ntsd.conf.new:"));
	EXPECT(mode_of("etc/ntsd.conf") == -1 && mode_of("etc/ntsd.conf.new") == 0644);
	begin("include /none\n");
	run();
	EXPECT(!im.failed);
	unlink(in_dir("chrony/chrony.conf"));
	run();
	EXPECT(im.failed && tells("failed", "chrony.conf: No such file"));
}

static void files_that_include_themselves(void)
{
	char conf[256];

	snprintf(conf, sizeof(conf), "include %s/chrony/chrony.conf\n", dir);
	begin(conf);
	run();
	EXPECT(im.failed && tells("failed", "more than 10 levels"));
}

static const struct ktap_case cases[] = {
	CASE(a_configuration_with_all_it_names),
	CASE(what_ntsd_has_is_kept),
	CASE(nothing_is_written_to_try_it),
	CASE(state_that_cannot_be_used),
	CASE(a_configuration_that_is_wrong_as_a_whole),
	CASE(files_that_include_themselves),
};

DIR_MAIN(cases)
