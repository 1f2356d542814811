// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ntsctl doctor on a machine that is a directory: each cause is provoked, and
 * found by what it says and by its remedy.
 */
#include <errno.h>
#include <ftw.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ntsctl_canned.h"
#include "../../tools/doctor/doctor.h"

#define REL "6.1.0-99-test"

static struct doctor *d;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void make_dirs(char *path)
{
	for (char *slash = path; (slash = strchr(slash + 1, '/')); *slash = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
}

/* A file of the machine. */
__attribute__((format(printf, 2, 3)))
static void put(const char *path, const char *format, ...)
{
	char full[PATH_MAX];
	va_list args;
	FILE *f;

	doctor_path(d, full, "%s", path);
	make_dirs(full);
	f = fopen(full, "w");
	if (!f)
		abort();
	va_start(args, format);
	vfprintf(f, format, args);
	va_end(args);
	fclose(f);
	chmod(full, strstr(path, "/bin/") ? 0755 : 0644);
}

static void put_link(const char *path, const char *to)
{
	char full[PATH_MAX];

	doctor_path(d, full, "%s", path);
	make_dirs(full);
	if (symlink(to, full))
		abort();
}

static int resolve_well(const char *name, const char *service, const struct addrinfo *wish,
			struct addrinfo **found)
{
	(void)name;
	return getaddrinfo("192.0.2.1", service, wish, found);
}

static int network_errors[3];	/* of getaddrinfo, TCP, UDP */
static uint16_t tcp_port;

static int resolve(const char *name, const char *service, const struct addrinfo *wish,
		   struct addrinfo **found)
{
	return network_errors[0] ? network_errors[0] : resolve_well(name, service, wish, found);
}

static int try_tcp(const struct sockaddr *to, socklen_t len)
{
	(void)len;
	tcp_port = ntohs(((const struct sockaddr_in *)to)->sin_port);
	return network_errors[1];
}

static int try_udp(const struct sockaddr *to, socklen_t len)
{
	(void)to;
	(void)len;
	return network_errors[2];
}

static const struct doctor_net net = { resolve, try_tcp, try_udp };

/* A machine with nothing wrong: kernel, configuration, no module loaded. */
static void machine(void)
{
	static char template[] = "/tmp/ntsctl-doctor.XXXXXX";

	if (d) {
		nftw(d->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		config_free(&d->conf);
		free(d);
	}
	strcpy(template + sizeof(template) - 7, "XXXXXX");
	d = calloc(1, sizeof(*d));
	if (!d || !mkdtemp(template))
		abort();
	strcpy(d->root, template);
	/* the user may enter it as others */
	chmod(d->root, 0755);
	d->path = "/etc/ntsd/ntsd.conf";
	d->net = &net;
	memset(network_errors, 0, sizeof(network_errors));
	put("/proc/sys/kernel/osrelease", REL "\n");
	put("/proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet\n");
}

static void tell_stdout(void *arg, bool is_error, const char *file, int line, const char *text)
{
	(void)arg;
	(void)is_error;
	printf("# %s:%d: %s\n", file, line, text);
}

static void configure(const char *text)
{
	char path[PATH_MAX];

	put(d->path, "%s", text);
	doctor_path(d, path, "%s", d->path);
	d->has_conf = config_read(&d->conf, path, tell_stdout, NULL);
	EXPECT(d->has_conf);
}

/* Is there such a finding? */
static void expect_found(int line, doctor_check *check, enum doctor_result result,
			 const char *text, const char *remedy)
{
	d->n = 0;
	d->check = "test";
	check(d);
	for (unsigned int i = 0; i < d->n; i++)
		if (d->finding[i].result == result && strstr(d->finding[i].text, text) &&
		    strstr(d->finding[i].remedy, remedy))
			return;
	ktap_failed = true;
	printf("# line %d: no finding %d \"%s\", remedy \"%s\"\n", line, result, text, remedy);
	for (unsigned int i = 0; i < d->n; i++)
		printf("#   instead %d \"%s\", remedy \"%s\"\n", d->finding[i].result,
		       d->finding[i].text, d->finding[i].remedy);
}

/* None of its findings speaks of that. */
static void expect_silent(doctor_check *check, const char *text)
{
	d->n = 0;
	check(d);
	for (unsigned int i = 0; i < d->n; i++)
		if (strstr(d->finding[i].text, text)) {
			ktap_failed = true;
			printf("# speaks of %s: %s\n", text, d->finding[i].text);
		}
}

#define FINE(check, text) expect_found(__LINE__, check, DOCTOR_OK, text, "")
#define WRONG(check, text, remedy) expect_found(__LINE__, check, DOCTOR_PROBLEM, text, remedy)
#define UNSURE(check, text) expect_found(__LINE__, check, DOCTOR_UNKNOWN, text, "")

static void old_kernel(void)
{
	machine();
	FINE(doctor_kernel, REL);
	put("/proc/sys/kernel/osrelease", "5.10.0-8\n");
	WRONG(doctor_kernel, "Linux 5.10.0-8 is too old", "newer kernel");
	put("/proc/sys/kernel/osrelease", "5.14.0-362.el9\n");
	FINE(doctor_kernel, "5.14");
}

static void module_missing(void)
{
	machine();
	WRONG(doctor_module, "the module is not installed", "apt install ./nts-dkms_*.deb");
	put("/usr/src/nts-0.1/dkms.conf", "\n");
	WRONG(doctor_module, "not built for Linux " REL,
	      "apt install linux-headers-" REL " && dkms autoinstall -k " REL);
	put("/usr/bin/dnf", "\n");
	WRONG(doctor_module, "not built for Linux " REL,
	      "dnf install kernel-devel-" REL " && dkms autoinstall -k " REL);
	put("/lib/modules/" REL "/build", "\n");
	WRONG(doctor_module, "not built", "dkms autoinstall -k " REL);
	put("/var/lib/dkms/nts/0.1/build/make.log", "cc\nmain.c:1: error: no such thing\nend\n");
	WRONG(doctor_module, "DKMS could not build the module for Linux " REL ": main.c:1: error",
	      "/var/lib/dkms/nts/0.1/build/make.log");
	/* that of another kernel is no use */
	put("/lib/modules/5.9/updates/dkms/nts.ko", "x");
	WRONG(doctor_module, "DKMS could not build", "");
	put("/lib/modules/" REL "/updates/dkms/nts.ko.xz", "x");
	WRONG(doctor_module, "installed but not loaded", "modprobe nts");
	put("/sys/module/nts/version", "0.1\n");
	FINE(doctor_module, "the module is loaded");
}

static void module_refused(void)
{
	machine();
	put("/lib/modules/" REL "/updates/nts.ko", "not signed");
	put("/etc/modprobe.d/other.conf", "# blacklist nts\nblacklist ntsync\n");
	WRONG(doctor_module, "not loaded", "modprobe nts");
	put("/etc/modprobe.d/time.conf", "# local\nblacklist nts\n");
	WRONG(doctor_module, "blacklisted at /etc/modprobe.d/time.conf:2",
	      "remove /etc/modprobe.d/time.conf:2");
	put("/etc/modprobe.d/time.conf", "install nts /bin/false\n");
	WRONG(doctor_module, "blacklisted at /etc/modprobe.d/time.conf:1", "");
	put("/proc/cmdline", "quiet module_blacklist=foo,nts\n");
	WRONG(doctor_module, "command line blacklists", "command line");
	put("/proc/cmdline", "quiet module_blacklist=ntsync\n");
	put("/etc/modprobe.d/time.conf", "\n");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	WRONG(doctor_module, "locked down, as Secure Boot has it, and the module is not signed",
	      "ntsd-mok make && ntsd-mok sign && ntsd-mok enrol");
	put("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
	    "\a%c%c%c\001", 0, 0, 0);
	WRONG(doctor_module, "(Secure Boot is on), and the module is not signed", "ntsd-mok make");
	put("/lib/modules/" REL "/updates/nts.ko", "~Module signature appended~\n");
	WRONG(doctor_module, "may not know the key", "ntsd-mok enrol");
	put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	WRONG(doctor_module, "not loaded", "modprobe");
	put("/sys/module/module/parameters/sig_enforce", "Y\n");
	WRONG(doctor_module, "takes signed modules only", "ntsd-mok enrol");
	put("/proc/sys/kernel/modules_disabled", "1\n");
	WRONG(doctor_module, "takes no more modules", "reboot");
}

static void rivals(void)
{
	machine();
	put("/proc/1/comm", "systemd\n");
	FINE(doctor_rivals, "no other time daemon");
	put("/proc/77/comm", "systemd-timesyn\n");
	put("/proc/77/cgroup", "0::/system.slice/systemd-timesyncd.service\n");
	WRONG(doctor_rivals, "systemd-timesyncd (pid 77)",
	      "systemctl disable --now systemd-timesyncd.service");
	put("/proc/78/comm", "chronyd\n");
	put("/proc/78/cmdline", "/usr/sbin/chronyd%c-F%c1%c", 0, 0, 0);
	put("/proc/78/cgroup", "2:cpu:/\n1:name=systemd:/system.slice/chrony.service\n0::/\n");
	WRONG(doctor_rivals, "chronyd (pid 78)", "systemctl disable --now chrony.service");
	put("/proc/78/cgroup", "0::/user.slice/user-0.slice/session-1.scope\n");
	WRONG(doctor_rivals, "chronyd (pid 78)", "kill 78");
	put("/proc/77/comm", "bash\n");
	/* one that only measures is none */
	put("/proc/78/cmdline", "/usr/sbin/chronyd%c-x%c", 0, 0);
	FINE(doctor_rivals, "no other");
	put("/proc/79/comm", "ntp-daemon\n");
	WRONG(doctor_rivals, "ntpd-rs (pid 79)", "kill 79");
	put("/proc/79/comm", "ntpd\n");
	WRONG(doctor_rivals, "ntpd (pid 79)", "kill 79");
}

static void foreign(void)
{
	machine();
	d->loaded = true;
	FINE(doctor_foreign, "nobody else");
	d->snapshot.tracking.foreign = 3;
	FINE(doctor_foreign, "3 times");
	d->snapshot.tracking.hold_off = 5000000000;
	WRONG(doctor_foreign, "another program changes the system clock (3 times", "perf trace");
	d->snapshot.tracking.hold_off = 0;
	d->snapshot.tracking.adjust_error = EPERM;
	WRONG(doctor_foreign, "cannot be steered: Operation not permitted", "ntsctl tracking");
}

#define SOCKETS "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"

static void ports(void)
{
	machine();
	configure("ntsservercert /c\nntsserverkey /k\n");
	put("/proc/net/udp", SOCKETS);
	FINE(doctor_ports, "UDP port 123 is free");
	FINE(doctor_ports, "TCP port 4460 is free");
	put("/proc/net/udp6", SOCKETS
	    "  5: 00000000000000000000000000000000:007B 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 0\n");
	WRONG(doctor_ports, "UDP port 123 is held by another process", "ss -lnp");
	put("/proc/88/comm", "chronyd\n");
	put_link("/proc/88/fd/5", "socket:[4711]");
	put("/proc/88/cgroup", "0::/system.slice/chronyd.service\n");
	WRONG(doctor_ports, "UDP port 123 is held by chronyd (pid 88)",
	      "systemctl disable --now chronyd.service");
	d->loaded = true;
	d->snapshot.server.enabled = true;
	d->snapshot.server.port = 123;
	FINE(doctor_ports, "UDP port 123 is served by the module");
	/* a connection is no listener */
	put("/proc/net/tcp", SOCKETS
	    "  1: 0100007F:116C 0100007F:AAAA 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1\n");
	FINE(doctor_ports, "TCP port 4460 is free");
	d->snapshot.daemon.state = NTS_DAEMON_STATE_ATTACHED;
	WRONG(doctor_ports, "nobody listens at TCP port 4460", "journalctl");
	put("/proc/net/tcp", SOCKETS
	    "  1: 00000000:116C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0\n");
	put("/proc/99/comm", "nginx\n");
	put_link("/proc/99/fd/7", "socket:[4713]");
	WRONG(doctor_ports, "TCP port 4460 is held by nginx (pid 99)", "kill 99");
	put("/proc/99/comm", "ntsd\n");
	FINE(doctor_ports, "TCP port 4460 is served by ntsd");
}

/* What nft prints: its file is a script here. */
static void rules(const char *policy, const char *list)
{
	put("/usr/bin/nft", "#!/bin/sh\ncat <<'END'\n{\"nftables\": [{\"metainfo\": {}}, "
	    "{\"chain\": {\"family\": \"inet\", \"table\": \"filter\", \"name\": \"input\", "
	    "\"hook\": \"input\", \"policy\": \"%s\"}}%s]}\nEND\n", policy, list);
}

#define RULE(chain, expr) \
	", {\"rule\": {\"family\": \"inet\", \"table\": \"filter\", \"chain\": \"" chain "\", " \
	"\"expr\": [" expr "]}}"
#define DPORT(protocol, right) \
	"{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"" protocol "\", " \
	"\"field\": \"dport\"}}, \"right\": " right "}}, "
#define ACCEPT "{\"accept\": null}"
#define DROP "{\"drop\": null}"

static void firewall(void)
{
	machine();
	configure("ntsservercert /c\nntsserverkey /k\n");
	UNSURE(doctor_firewall, "cannot be read");
	rules("accept", "");
	FINE(doctor_firewall, "lets udp port 123 in");
	rules("drop", "");
	WRONG(doctor_firewall, "drops udp port 123 (chain input of table inet filter)",
	      "nft insert rule inet filter input udp dport 123 accept");
	WRONG(doctor_firewall, "drops tcp port 4460", "tcp dport 4460");
	rules("drop", RULE("input", DPORT("udp", "123") ACCEPT));
	FINE(doctor_firewall, "lets udp port 123 in");
	WRONG(doctor_firewall, "drops tcp port 4460", "");
	rules("drop", RULE("input", DPORT("udp", "{\"set\": [53, {\"range\": [100, 200]}]}") ACCEPT)
	      RULE("input", "{\"jump\": {\"target\": \"web\"}}")
	      RULE("web", DPORT("tcp", "{\"set\": [443, 4460]}") "{\"counter\": {}}, " ACCEPT));
	FINE(doctor_firewall, "lets udp port 123 in");
	FINE(doctor_firewall, "lets tcp port 4460 in");
	rules("accept", RULE("input", DPORT("udp", "123") "{\"reject\": {}}"));
	WRONG(doctor_firewall, "drops udp port 123", "");
	FINE(doctor_firewall, "lets tcp port 4460 in");
	/* new packets are not of known connections */
	rules("drop", RULE("input", "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": "
			   "\"state\"}}, \"right\": [\"established\", \"related\"]}}, " ACCEPT));
	put("/etc/ufw/ufw.conf", "# ufw\nENABLED=yes\n");
	WRONG(doctor_firewall, "drops udp port 123", "ufw allow 123/udp");
	put("/etc/ufw/ufw.conf", "# ufw\nENABLED=no\n");
	put("/proc/5/comm", "firewalld\n");
	WRONG(doctor_firewall, "drops tcp port 4460", "firewall-cmd --permanent --add-port=4460/tcp");
}

static void config(void)
{
	machine();
	WRONG(doctor_config, "/etc/ntsd/ntsd.conf: No such file", "ntsd.conf(5)");
	put(d->path, "port 123\n");
	WRONG(doctor_config, "ntsd is not installed", "install");
	put("/usr/bin/ntsd", "#!/bin/sh\nexit 0\n");
	FINE(doctor_config, "ntsd.conf is good");
	put("/usr/bin/ntsd", "#!/bin/sh\necho \"$3:3: no directive prot\"; exit 1\n");
	WRONG(doctor_config, "/etc/ntsd/ntsd.conf:3: no directive prot", "mend that line");
	EXPECT(!strstr(d->finding[0].text, d->root));
	put("/usr/bin/ntsd", "#!/bin/sh\necho \"$3:3: /c: the certificate expired\"; exit 1\n");
	WRONG(doctor_config, "expired", "renew it");
	put("/usr/bin/ntsd", "#!/bin/sh\necho \"$3:3: /expired.key: the key does not belong to the certificate /c\"; exit 1\n");
	/* names of files say nothing */
	WRONG(doctor_config, "does not belong", "same pair");
	put("/usr/bin/ntsd", "#!/bin/sh\necho \"$3:3: warning: directive x has no effect\"\n");
	FINE(doctor_config, "no effect");
	put("/usr/bin/ntsd", "#!/bin/sh\nkill -9 $$\n");
	WRONG(doctor_config, "ended with status", "ntsd --check");
}

static void files(void)
{
	char path[PATH_MAX];

	machine();
	configure("user no-such-user\nntsdumpdir /var/lib/ntsd\n");
	WRONG(doctor_files, "user no-such-user does not exist", "useradd --system");
	/* one who is no root and owns nothing */
	configure("user nobody\nntsdumpdir /var/lib/ntsd\nntsservercert /etc/c/s.crt\n"
		  "ntsserverkey /etc/c/s.key\n");
	put("/etc/c/s.crt", "x");
	put("/etc/c/s.key", "x");
	WRONG(doctor_files, "/var/lib/ntsd: No such file", "install -d -o nobody");
	WRONG(doctor_files, "everybody may read the key /etc/c/s.key", "chmod o-r");
	put("/var/lib/ntsd/x", "x");
	WRONG(doctor_files, "user nobody may not write in /var/lib/ntsd", "chown -R nobody:");
	doctor_path(d, path, "/etc/c/s.key");
	chmod(path, 0600);
	/* nor need it: a process with the capability does */
	expect_silent(doctor_files, "/etc/c/s.key");
	put("/proc/42/comm", "ntsd\n");
	put("/proc/42/status", "Name:\tntsd\nCapEff:\t0000000000000000\n");
	WRONG(doctor_files, "user nobody may not read /etc/c/s.key",
	      "chgrp nobody /etc/c/s.key && chmod g+r /etc/c/s.key");
	doctor_path(d, path, "/etc/c");
	chmod(path, 0700);
	WRONG(doctor_files, "may not enter /etc/c, on the way to /etc/c/s.crt",
	      "chgrp nobody /etc/c && chmod g+x /etc/c");
	put("/proc/43/comm", "ntsd\n");
	put("/proc/43/status", "Name:\tntsd\nCapEff:\t0000000000000004\n");
	expect_silent(doctor_files, "/etc/c");
	chmod(path, 0755);
	configure("user nobody\n");
	FINE(doctor_files, "may read and write");
}

static void daemon_ails(void)
{
	machine();
	WRONG(doctor_daemon, "ntsd does not run", "systemctl start ntsd");
	put("/proc/42/comm", "ntsd\n");
	put("/proc/42/status", "Name:\tntsd\nCapEff:\t0000000000000000\n");
	WRONG(doctor_daemon, "ntsd (pid 42) lacks CAP_NET_ADMIN", "CAP_NET_ADMIN");
	put("/proc/42/status", "Name:\tntsd\nCapEff:\t0000000000001000\n");
	FINE(doctor_daemon, "waits for the module");
	d->loaded = true;
	WRONG(doctor_daemon, "not for the module here", "restart");
	d->snapshot.daemon.state = NTS_DAEMON_STATE_ATTACHED;
	d->snapshot.daemon.pid = 42;
	FINE(doctor_daemon, "ntsd runs (pid 42)");
}

static void clock_off(void)
{
	machine();
	FINE(doctor_clock, "may be right");
	put("/var/lib/ntsd/time", "%lld\n", (long long)time(NULL) + 864000);
	WRONG(doctor_clock, "wrong by 10.0 days at least", "date -u -s");
	machine();
	d->loaded = true;
	d->snapshot.tracking.updates = 1;
	d->snapshot.tracking.correction = 5000000000;
	WRONG(doctor_clock, "5.000 s slow", "ntsctl makestep");
	d->snapshot.tracking.correction = -5000;
	FINE(doctor_clock, "0.000005000 s ahead");
}

static void names(void)
{
	machine();
	configure("server ntp.example nts\n");
	FINE(doctor_names, "ntp.example is found");
	network_errors[0] = EAI_NONAME;
	WRONG(doctor_names, "the name ntp.example does not exist", "correct the name");
	network_errors[0] = EAI_AGAIN;
	WRONG(doctor_names, "there is no /etc/resolv.conf", "nameserver");
	put("/etc/resolv.conf", "nameserver 192.0.2.9\n");
	WRONG(doctor_names, "DNS does not answer", "getent ahosts");
}

static void servers(void)
{
	machine();
	configure("server ntp.example nts ntsport 4461\n");
	FINE(doctor_servers, "answers NTS-KE");
	FINE(doctor_servers, "answers NTP");
	EXPECT(tcp_port == 4461);
	network_errors[1] = ECONNREFUSED;
	WRONG(doctor_servers, "nothing at tcp port 4461: it does not serve NTS-KE there", "another server");
	network_errors[1] = ETIMEDOUT;
	WRONG(doctor_servers, "does not answer at tcp port 4461: filtered", "let tcp port 4461 out");
	network_errors[1] = ENETUNREACH;
	WRONG(doctor_servers, "no way to ntp.example", "ip route");
	network_errors[1] = EPERM;
	WRONG(doctor_servers, "firewall of this machine blocks tcp port 4461 out", "output");
	network_errors[1] = 0;
	network_errors[2] = ETIMEDOUT;
	WRONG(doctor_servers, "answers NTS-KE but no NTP: UDP port 123 is filtered",
	      "let udp port 123 out");
	/* one that is heard of is not asked */
	d->loaded = true;
	d->snapshot.sources.n = 1;
	strcpy(d->snapshot.sources.row[0].name, "ntp.example");
	d->snapshot.sources.row[0].reach = 1;
	d->snapshot.sources.row[0].authenticated = 1;
	FINE(doctor_servers, "ntp.example answers, authenticated");
}

static void sources(void)
{
	struct source *s;

	machine();
	d->loaded = true;
	d->snapshot.sources.n = 1;
	d->snapshot.clock.stratum = 2;
	s = &d->snapshot.sources.row[0];
	strcpy(s->label, "a.example");
	s->flags = NTS_SOURCE_FLAG_NTS;
	s->online = 1;
	s->reach = 0377;
	s->authenticated = 1;
	s->cookies = 8;
	s->ke_count = 1;
	FINE(doctor_sources, "a.example: answers, authenticated");
	FINE(doctor_sources, "synchronised, stratum 2");
	s->state = 'x';
	WRONG(doctor_sources, "tells another time", "majority");
	s->cookies = 0;
	WRONG(doctor_sources, "no cookies are left", "ntsctl refresh");
	s->authenticated = 0;
	s->naks = 5;
	WRONG(doctor_sources, "NAKs (5)", "refresh");
	strcpy(s->problem, "its certificate is not yet valid");
	WRONG(doctor_sources, "not yet valid", "nocerttimecheck");
	strcpy(s->problem, "its certificate cannot be trusted");
	WRONG(doctor_sources, "cannot be trusted", "ntstrustedcerts");
	s->online = 0;
	WRONG(doctor_sources, "offline", "ntsctl online");
	s->online = 1;
	s->problem[0] = '\0';
	s->naks = 0;
	s->cookies = 8;
	s->reach = 0;
	s->total_tx = 20;
	WRONG(doctor_sources, "did not answer the last 8", "ntpdata");
	d->snapshot.clock.stratum = 12;
	WRONG(doctor_sources, "the stratum is 12", "nearer");
	d->snapshot.clock.stratum = 16;
	WRONG(doctor_sources, "not synchronised", "selectdata");
	d->snapshot.sources.n = 0;
	d->snapshot.server.enabled = true;
	WRONG(doctor_sources, "not synchronised", "iburst nts");
}

static void hwclocks(void)
{
	machine();
	configure("hwtimestamp *\n");
	d->loaded = true;
	WRONG(doctor_hwclocks, "no network device has hardware timestamps", "ethtool -T");
	d->hwclocks.n = 1;
	strcpy(d->hwclocks.row[0].name, "eth0");
	WRONG(doctor_hwclocks, "clock of eth0 is not usable", "ethtool");
	d->hwclocks.row[0].usable = 1;
	FINE(doctor_hwclocks, "eth0 stamps packets");
	d->hwclocks.row[0].rx_refused = 3;
	WRONG(doctor_hwclocks, "contradict the kernel's (3)", "ptp4l");
	machine();
	nftw(d->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct ktap_case cases[] = {
	CASE(old_kernel),
	CASE(module_missing),
	CASE(module_refused),
	CASE(rivals),
	CASE(foreign),
	CASE(ports),
	CASE(firewall),
	CASE(config),
	CASE(files),
	CASE(daemon_ails),
	CASE(clock_off),
	CASE(names),
	CASE(servers),
	CASE(sources),
	CASE(hwclocks),
};

KTAP_MAIN(cases)
