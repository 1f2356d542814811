// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ntpsim [-x] [-t LOG] -f CONF: the core as an ordinary process of one thread, so that a
 * clock simulator can judge it: a plain NTP client that keeps the system
 * clock, and a server of its NTP time.
 *
 * The directives are those of ntsd.conf(5); sources are given by address.
 * With -x the system clock is left alone. LOG gets a line at each update: UTC,
 * frequency of our clock and its skew in ppm, RMS offset in s, samples in use.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "association.h"
#include "core/ntptime.h"
#include "core/respond.h"

#define LONGEST_WAIT	(1000 * NSEC_PER_SEC)
#define LOCAL_REFID	0x7f7f0101	/* 127.127.1.1 */

static struct config conf;
static struct keeper keeper;
static struct association associations[CONFIG_MAX_SOURCES];
static int server_fd = -1;
static volatile sig_atomic_t stopped;

/* --- the server ---------------------------------------------------------------- */

static void describe(s64 raw, struct nts_quality *quality)
{
	nts_discipline_quality(&keeper.discipline, raw, quality);
	quality->precision = keeper.precision;
	if (quality->leap != NTS_NTP_LEAP_UNSYNC || conf.clock != CONFIG_CLOCK_LOCAL)
		return;
	quality->leap = 0;
	quality->stratum = conf.stratum;
	quality->refid = LOCAL_REFID;
	quality->root_delay = 0;
	quality->root_dispersion = 0;
	quality->reftime = nts_ntptime_from_ns(keeper_utc(&keeper, raw));
}

static void serve(void)
{
	u8 packet[NTS_MAX_PACKET + 1];
	struct sockaddr_storage from;
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len = recvmsg(server_fd, &msg, MSG_DONTWAIT);
	s64 raw = keeper_now(&keeper);
	struct nts_quality quality;
	struct nts_request request;
	u64 receive;

	if (len < 0 || nts_request_parse(packet, (u32)len, &request) != NTS_ANSWER_PLAIN)
		return;
	describe(raw, &quality);
	receive = nts_ntptime_from_ns(keeper_utc(&keeper, raw));
	iov.iov_len = nts_respond_plain(packet, &request, &quality, receive);
	raw = keeper_now(&keeper);
	nts_respond_stamp(packet, nts_ntptime_from_ns(keeper_utc(&keeper, raw)));
	(void)!sendmsg(server_fd, &msg, 0);
}

static void open_server(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(conf.ntp_port),
		.sin_addr = conf.bind4_set ? conf.bind4 : (struct in_addr){ INADDR_ANY },
	};

	if (!conf.ntp_port)
		return;
	server_fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (server_fd < 0 ||
	    bind(server_fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		keeper_die("server port", errno);
}

/* --- all of it ------------------------------------------------------------------ */

static void tell(void *arg, bool is_error, const char *file, int line, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s:%d: %s%s\n", file, line, is_error ? "" : "warning: ", text);
}

static void start(const char *path, bool hands_off)
{
	unsigned int i;

	if (!config_read(&conf, path, tell, NULL))
		exit(1);
	keeper_start(&keeper, &conf, hands_off);
	for (i = 0; i < conf.n_sources; i++) {
		if (association_init(&associations[i], &keeper, (int)i))
			continue;
		fprintf(stderr, "ntpsim: %s: not an address\n", conf.source[i].name);
		exit(1);
	}
	open_server();
}

/* When something is to be done, raw ns. */
static s64 next_event(void)
{
	s64 next = keeper_next(&keeper);
	unsigned int i;

	for (i = 0; i < conf.n_sources; i++)
		next = nts_fixed_min(next, associations[i].poll.next);
	return next;
}

static void wait_for_packets(fd_set *readable)
{
	s64 wait = next_event() - keeper_now(&keeper);
	struct timeval timeout;
	unsigned int i;
	int last = server_fd;

	wait = nts_fixed_clamp(wait, 0, LONGEST_WAIT);
	/* Not too early: that would only mean to wait once more. Never 0. */
	wait = rawclock_real(&keeper.raw, wait) / 1000 + 1;
	timeout.tv_sec = wait / 1000000;
	timeout.tv_usec = wait % 1000000;

	FD_ZERO(readable);
	if (server_fd >= 0)
		FD_SET(server_fd, readable);
	for (i = 0; i < conf.n_sources; i++) {
		if (associations[i].fd < 0)
			continue;
		FD_SET(associations[i].fd, readable);
		if (associations[i].fd > last)
			last = associations[i].fd;
	}
	if (select(last + 1, readable, NULL, NULL, &timeout) < 0)
		FD_ZERO(readable);
}

static void take_packets(const fd_set *readable)
{
	unsigned int i;

	for (i = 0; i < conf.n_sources; i++)
		if (associations[i].fd >= 0 && FD_ISSET(associations[i].fd, readable))
			association_take_answer(&associations[i]);
	if (server_fd >= 0 && FD_ISSET(server_fd, readable))
		serve();
}

static void ask_who_is_due(void)
{
	s64 now = keeper_now(&keeper);
	unsigned int i;

	for (i = 0; i < conf.n_sources; i++)
		if (now >= associations[i].poll.next)
			association_ask(&associations[i]);
}

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

int main(int argc, char **argv)
{
	const struct sigaction on_signal = { .sa_handler = stop };
	const char *path = NULL, *log = NULL;
	bool hands_off = false;
	fd_set readable;
	int option;

	while ((option = getopt(argc, argv, "f:t:x")) != -1) {
		if (option == 'f')
			path = optarg;
		else if (option == 't')
			log = optarg;
		else if (option == 'x')
			hands_off = true;
	}
	if (!path || optind != argc) {
		fputs("usage: ntpsim [-x] [-t LOG] -f CONF\n", stderr);
		return 2;
	}
	sigaction(SIGINT, &on_signal, NULL);
	sigaction(SIGTERM, &on_signal, NULL);
	keeper.tracking = log ? fopen(log, "we") : NULL;
	if (log && !keeper.tracking)
		keeper_die(log, errno);
	start(path, hands_off);
	while (!stopped) {
		wait_for_packets(&readable);
		rawclock_notice_step(&keeper.raw);
		take_packets(&readable);
		keeper_do_what_is_due(&keeper);
		ask_who_is_due();
	}
	keeper_stop(&keeper);
	config_free(&conf);
	return 0;
}
