// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsd: NTS-KE server and client, and the keeper of the kernel module nts. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "daemon.h"
#include "log.h"
#include "module.h"
#include "notify.h"
#include "phc.h"
#include "reload.h"
#include "requests.h"

#ifndef NTSD_VERSION
#define NTSD_VERSION "0.1"
#endif

#define CONFIG_FILE "/etc/ntsd/ntsd.conf"
#define EVENTS 32
/* What an event is about; the low bits of the others name the one. */
#define TAG_SIGNAL 1ULL
#define TAG_KERNEL 2ULL
#define TAG_PHC 3ULL
#define TAG_CERTS 4ULL
#define TAG_ACCESS 5ULL
#define TAG_CHILD (1ULL << 32)
#define TAG_SOURCE (1ULL << 33)
#define TAG_CONTROL (1ULL << 34)

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"Usage: ntsd [-d] [-x] [-f FILE] [--check]\n"
	"NTS-KE server and client, keeper of the kernel's NTP, see ntsd(8).\n"
	"\n"
	"  -f, --file FILE   configuration (default " CONFIG_FILE ")\n"
	"  -c, --check       only check the configuration and certificates\n"
	"  -d, --debug       print debug messages\n"
	"  -h, --help        print this\n"
	"  -v, --version     print the version\n"
	"  -x, --measure     measure only, never touch the system clock\n";

static struct daemon the_daemon;

/* A worker knows one key: that which its setup holds. */
static void forget(void)
{
	keyring_wipe(&the_daemon.ring);
	keysource_wipe(&the_daemon.secret);
	keysource_wipe(&the_daemon.secret_next);
	sources_forget_keys(&the_daemon.sources);
}

/* A helper knows none. */
static void forget_all(void)
{
	forget();
	pool_forget(&the_daemon.pool);
}

static bool reap(struct daemon *d)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status))
			gate_unlock(&d->access.gate);
		if (!daemon_take_news(d, pool_reap(&d->pool, pid, status,
						   daemon_now_ms())))
			return false;
	}
	return true;
}

/* Return: false to end, with @code set. */
static bool on_signal(struct daemon *d, int fd, enum exit_code *code)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			log_notice("reloading %s", d->path);
			daemon_cycle_logs(d);
			reload_begin(d);
			break;
		case SIGUSR1:
			log_info("keys, cookies and drift are saved");
			daemon_dump(d);
			break;
		case SIGUSR2:
			log_info("names of sources are looked up again");
			daemon_refresh(d);
			break;
		case SIGCHLD:
			*code = EXIT_FAILED;
			if (!reap(d))
				return false;
			break;
		default:
			log_notice("ending by signal %u; the kernel goes on serving",
				   info.ssi_signo);
			*code = EXIT_OK;
			return false;
		}
	}
	return true;
}

static bool on_worker(struct daemon *d, unsigned int index)
{
	return daemon_take_news(d, pool_hear(&d->pool, index, daemon_now_ms()));
}

static void on_kernel(struct daemon *d)
{
	switch (nl_news(d->nl)) {
	case NL_NEWS_CAME:
		module_sync(d);
		break;
	case NL_NEWS_GONE:
		module_lose(d, "kernel module nts was unloaded: modprobe nts");
		break;
	case NL_NEWS_NONE:
		break;
	}
}

static enum exit_code loop(struct daemon *d, int signals)
{
	enum exit_code code = EXIT_FAILED;
	struct epoll_event ev[EVENTS];
	bool go_on = true;
	int n;

	while (go_on) {
		daemon_tick(d);
		n = epoll_wait(d->pool.epoll, ev, EVENTS, daemon_wait_ms(d));
		for (int i = 0; i < n && go_on; i++) {
			uint64_t tag = ev[i].data.u64;

			if (tag == TAG_SIGNAL)
				go_on = on_signal(d, signals, &code);
			else if (tag == TAG_KERNEL)
				on_kernel(d);
			else if (tag == TAG_PHC)
				phc_hear(&d->phc);
			else if (tag == TAG_CERTS)
				daemon_hear_certs(d);
			else if (tag == TAG_ACCESS)
				daemon_hear_access(d);
			else if (tag & TAG_CHILD)
				go_on = on_worker(d, (uint32_t)tag);
			else if (tag & TAG_SOURCE)
				daemon_hear_source(d, (uint32_t)tag);
			else if (tag & TAG_CONTROL)
				control_hear(&d->control, (uint32_t)tag,
					     requests_take, d);
		}
	}
	return code;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool watch(int epoll, int fd, uint64_t tag)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = tag };

	return !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev);
}

static enum exit_code serve(const char *path, bool measure_only)
{
	struct daemon *d = &the_daemon;
	enum exit_code code = EXIT_FAILED;
	int signals = open_signals();

	d->path = path;
	d->watchdog_ms = notify_watchdog_ms() == UINT64_MAX ? UINT64_MAX : 0;
	d->pool.tag = TAG_CHILD;
	d->pool.forget = forget;
	d->pool.epoll = epoll_create1(EPOLL_CLOEXEC);
	d->sources.epoll = d->pool.epoll;
	d->access.epoll = d->pool.epoll;
	d->access.tag = TAG_ACCESS;
	d->access.resolver.fd = -1;
	certs_init(&d->certs, d->pool.epoll, TAG_CERTS);
	logfiles_init(&d->logfiles);
	control_init(&d->control);
	d->control.epoll = d->pool.epoll;
	d->control.tag = TAG_CONTROL;
	d->sources.tag = TAG_SOURCE;
	d->measure_only = measure_only;
	d->phc.fd = -1;
	helper_setup(forget_all);
	d->conf = calloc(1, sizeof(*d->conf));
	if (signals < 0 || d->pool.epoll < 0 || !d->conf ||
	    !watch(d->pool.epoll, signals, TAG_SIGNAL)) {
		log_err("cannot start: %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (!config_read(d->conf, path, log_problem, NULL) ||
	    !check_user(d->conf, &d->user, log_problem, NULL))
		return EXIT_FAILED;
	d->conf->measure_only = measure_only;

	if (daemon_start(d) &&
	    watch(d->pool.epoll, nl_news_fd(d->nl), TAG_KERNEL) &&
	    (d->phc.fd < 0 || watch(d->pool.epoll, d->phc.fd, TAG_PHC)))
		code = loop(d, signals);
	daemon_stop(d);
	return code;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "debug", no_argument, NULL, 'd' },
		{ "file", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "measure", no_argument, NULL, 'x' },
		{ "version", no_argument, NULL, 'v' },
		{ }
	};
	const char *path = CONFIG_FILE;
	bool check = false, debug = false, measure_only = false;
	int c;

	while ((c = getopt_long(argc, argv, "cdf:hvx", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			check = true;
			break;
		case 'd':
			debug = true;
			break;
		case 'f':
			path = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_OK;
		case 'x':
			measure_only = true;
			break;
		case 'v':
			puts("ntsd " NTSD_VERSION);
			return EXIT_OK;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}

	log_setup(debug);
	if (check)
		return check_file(path) ? EXIT_OK : EXIT_FAILED;
	return serve(path, measure_only);
}
