// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsd-import: go over from chronyd to ntsd. */
#include <getopt.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "import.h"

static const char usage[] =
	"Usage: ntsd-import [-fn] [--etc DIR] [--state DIR] [--user NAME] [FILE]\n"
	"Take over configuration and state of chronyd, see ntsd-import(8).\n"
	"\n"
	"  FILE            chrony's configuration\n"
	"                  (default /etc/chrony/chrony.conf or /etc/chrony.conf)\n"
	"  -f, --force     replace what ntsd has already\n"
	"  -n, --dry-run   write nothing, only say what would be done\n"
	"      --etc DIR   where ntsd.conf goes (default /etc/ntsd)\n"
	"      --state DIR where drift, keys and cookies go (default /var/lib/ntsd)\n"
	"      --user NAME whose the state is (default ntsd)\n"
	"  -h, --help      print this\n";

static void set_owner(struct import *im, const char *user)
{
	const struct passwd *p = getpwnam(user);

	im->owned = p && !geteuid();
	if (im->owned) {
		im->uid = p->pw_uid;
		im->gid = p->pw_gid;
	} else if (!geteuid()) {
		import_say(im, "warning", "there is no user %s: the state belongs to root",
			   user);
	}
}

static const char *find_conf(void)
{
	static const char *const paths[] = {
		"/etc/chrony/chrony.conf", "/etc/chrony.conf",
	};

	return access(paths[0], F_OK) && !access(paths[1], F_OK) ? paths[1] :
								   paths[0];
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "etc", required_argument, NULL, 'e' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "state", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ }
	};
	static struct import im = { .etc = "/etc/ntsd", .state = "/var/lib/ntsd" };
	const char *user = "ntsd";
	int c;

	while ((c = getopt_long(argc, argv, "fhn", options, NULL)) != -1) {
		switch (c) {
		case 'e':
			im.etc = optarg;
			break;
		case 'f':
			im.force = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'n':
			im.dry = true;
			break;
		case 's':
			im.state = optarg;
			break;
		case 'u':
			user = optarg;
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind > 1 || im.etc[0] != '/' || im.state[0] != '/') {
		fputs(usage, stderr);
		return 2;
	}
	im.from = optind < argc ? argv[optind] : find_conf();
	im.out = stdout;
	set_owner(&im, user);
	convert(&im);
	take_state(&im);
	if (im.failed)
		return 1;
	import_say(&im, "next", "%s", im.dry ? "run it without --dry-run" :
		   "ntsd --check, systemctl disable --now chrony (or chronyd), systemctl enable --now ntsd");
	return 0;
}
