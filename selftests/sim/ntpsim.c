// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ntpsim [-x] -f CONF: the core as an ordinary process of one thread, so that a
 * clock simulator can judge it: a plain NTP client that keeps the system
 * clock, and a server of its NTP time.
 *
 * The directives are those of ntsd.conf(5); sources are given by address.
 * With -x the system clock is left alone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/exchange.h"
#include "core/ntptime.h"
#include "core/poll.h"
#include "core/respond.h"
#include "core/steer.h"
#include "options.h"
#include "rawclock.h"

#define DRIFT_INTERVAL	(3600 * NSEC_PER_SEC)
#define LONGEST_WAIT	(1000 * NSEC_PER_SEC)
#define LOCAL_REFID	0x7f7f0101	/* 127.127.1.1 */
#define PRECISION_READS	100
#define FINEST		(-25)		/* log2 s; what is claimed of clocks at best */

struct association {
	const char *name;
	struct sockaddr_storage address;
	socklen_t address_len;
	int fd;				/* of the request sent last, or -1 */
	struct nts_exchange exchange;
	struct nts_poll poll;
};

static struct config conf;
static struct association associations[CONFIG_MAX_SOURCES];
static struct nts_source source[CONFIG_MAX_SOURCES], *sources[CONFIG_MAX_SOURCES];
static struct nts_discipline discipline;
static struct nts_steer steer;
static struct rawclock rawclock;
static s64 steer_next, drift_next;
static s8 precision;
static int server_fd = -1;
static bool hands_off;
static volatile sig_atomic_t stopped;

static void say(const char *what, const char *of)
{
	struct timespec ts;
	struct tm tm;
	char when[32];

	clock_gettime(CLOCK_REALTIME, &ts);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&ts.tv_sec, &tm));
	fprintf(stderr, "%s %s%s%s\n", when, what, of ? " " : "", of ? of : "");
}

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "ntpsim: %s: %s\n", what, strerror(error));
	exit(1);
}

/* --- the clock --------------------------------------------------------------- */

/*
 * The shortest time between two readings that differ, rounded up. In a
 * simulator time may stand still while a program runs.
 */
static s8 measure_precision(void)
{
	s64 shortest = NSEC_PER_SEC, before = rawclock_now(&rawclock), now;
	s8 log2 = FINEST;
	int i;

	for (i = 0; i < PRECISION_READS; i++) {
		now = rawclock_now(&rawclock);
		if (now > before && now - before < shortest)
			shortest = now - before;
		before = now;
	}
	while (shortest < NSEC_PER_SEC && nts_ntptime_log2_to_ns(log2) < shortest)
		log2++;
	return log2;
}

/* chrony's format: how fast our clock is and its skew, in ppm. */
static void read_drift(s64 *freq, s64 *skew)
{
	double fast, uncertain;
	FILE *file = conf.driftfile[0] ? fopen(conf.driftfile, "r") : NULL;

	*freq = 0;
	*skew = 0;
	if (!file)
		return;
	if (fscanf(file, "%lf %lf", &fast, &uncertain) == 2) {
		*freq = -options_ppm(fast);
		*skew = options_ppm(uncertain);
	}
	fclose(file);
}

static void write_drift(void)
{
	char path[sizeof(conf.driftfile) + 4];
	FILE *file;

	if (!conf.driftfile[0] || !discipline.synchronised)
		return;
	snprintf(path, sizeof(path), "%s.new", conf.driftfile);
	file = fopen(path, "w");
	if (!file)
		return;
	fprintf(file, "%20.6f %20.6f\n", (double)-nts_fixed_ppt(discipline.map.freq) * 1e-6,
		(double)nts_fixed_ppt(discipline.skew) * 1e-6);
	if (!fclose(file))
		rename(path, conf.driftfile);
}

/* The system clock follows. */
static void follow(const struct nts_steer_reading *now)
{
	struct nts_steer_reading after;
	struct nts_adjust adjust;
	u32 found;
	int error;

	if (hands_off) {
		steer_next = NTS_POLL_NEVER;
		return;
	}
	found = nts_steer_plan(&steer, &discipline, now, &adjust);
	if (found & NTS_STEER_FOREIGN)
		say("another program adjusts the clock: let it", NULL);
	if (found & NTS_STEER_RESUMED)
		say("the clock is ours again", NULL);
	if (found & NTS_STEER_STEP)
		say("the clock is stepped", NULL);
	steer_next = adjust.next;
	if (!adjust.modes)
		return;
	error = rawclock_adjust(&rawclock, &adjust, &after);
	if (error)
		die("adjtimex", -error);
	nts_steer_done(&steer, &adjust, 0, &after);
}

static void watch(struct nts_steer_reading *now)
{
	int error = rawclock_watch(&rawclock, now);

	if (error)
		die("adjtimex", -error);
}

static void report(u32 what)
{
	const int selected = discipline.select.selected;

	if (what & NTS_DISCIPLINE_SELECTED)
		say("selected", selected < 0 ? "none" : associations[selected].name);
	if (what & NTS_DISCIPLINE_SYNCHRONISED)
		say("synchronised", NULL);
	if (what & NTS_DISCIPLINE_LOST)
		say("no source can be followed", NULL);
	if (what & NTS_DISCIPLINE_FALSETICKER)
		say("a source disagrees with the majority", NULL);
	if (what & NTS_DISCIPLINE_MAXCHANGE)
		say("a correction above maxchange is ignored", NULL);
	if (what & NTS_DISCIPLINE_GAVE_UP)
		say("too many corrections above maxchange: giving up", NULL);
}

static void update(int which)
{
	struct nts_steer_reading now;
	u32 what;

	watch(&now);
	what = nts_discipline_update(&discipline, sources, conf.n_sources, which, now.raw);
	report(what);
	follow(&now);
}

/* --- the client ---------------------------------------------------------------- */

static void close_request(struct association *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static void fill_random(void *buf, size_t len)
{
	if (getrandom(buf, len, 0) != (ssize_t)len)
		die("getrandom", errno);
}

/* From a fresh port each time. Not every simulator knows SOCK_CLOEXEC. */
static void ask(struct association *a, struct nts_source *s)
{
	u8 packet[NTS_EXCHANGE_MAX_LEN], entropy[NTS_EXCHANGE_ENTROPY];
	struct iovec iov = { .iov_base = packet };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	u32 random;

	fill_random(entropy, sizeof(entropy));
	fill_random(&random, sizeof(random));
	close_request(a);
	a->fd = socket(a->address.ss_family, SOCK_DGRAM, 0);
	if (a->fd >= FD_SETSIZE)
		close_request(a);
	if (a->fd >= 0 && connect(a->fd, (struct sockaddr *)&a->address, a->address_len) < 0)
		close_request(a);
	iov.iov_len = nts_exchange_request(&a->exchange, packet, NULL, NTS_SIV_LIB, entropy);
	a->exchange.sent = rawclock_now(&rawclock);
	if (a->fd >= 0)
		(void)!sendmsg(a->fd, &msg, 0);
	nts_poll_sent(&a->poll, s, s->state >= NTS_SOURCE_STATE_COMBINED,
		      a->exchange.sent, random);
}

static void take_sample(int which, const struct nts_answer *answer, s64 received)
{
	const struct nts_source_server server = {
		.leap = answer->leap,
		.stratum = answer->stratum,
		.refid = answer->refid,
		.root_delay = answer->root_delay,
		.root_dispersion = answer->root_dispersion,
	};
	struct association *a = &associations[which];
	struct nts_source *s = &source[which];
	struct nts_sample sample;
	s64 error, distance;
	bool good;

	nts_source_answered(s, &server);
	nts_exchange_sample(&a->exchange, answer, received, discipline.map.freq,
			    discipline.skew, precision, &sample);
	distance = sample.delay / 2 + sample.dispersion;
	error = s->samples.n ?
		nts_fixed_abs(sample.offset - nts_samples_predict(&s->samples, sample.raw)) : 0;
	good = nts_source_sample(s, &discipline, &sample);
	nts_poll_answered(&a->poll, s, good, error, distance, received);
	if (good)
		update(which);
}

static void take_answer(int which)
{
	struct association *a = &associations[which];
	u8 packet[NTS_MAX_PACKET + 1];
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t len = recvmsg(a->fd, &msg, MSG_DONTWAIT);
	s64 received = rawclock_now(&rawclock);
	struct nts_answer answer;
	enum nts_reply reply;

	if (len < 0) {
		/* Refused: nobody will answer this request. */
		if (errno != EAGAIN && errno != EINTR)
			close_request(a);
		return;
	}
	reply = nts_exchange_reply(&a->exchange, packet, (u32)len, NULL, NTS_SIV_LIB, &answer);
	if (!a->exchange.open)
		close_request(a);
	switch (reply) {
	case NTS_REPLY_TIME:
		/* What is sent ahead wakes up the path; its answer is no sample. */
		if (nts_poll_counts(&a->poll))
			take_sample(which, &answer, received);
		break;
	case NTS_REPLY_RATE:
		nts_poll_rate(&a->poll, &source[which].options, received);
		break;
	default:
		break;
	}
}

/* --- the server ---------------------------------------------------------------- */

static void describe(s64 raw, struct nts_quality *quality)
{
	nts_discipline_quality(&discipline, raw, quality);
	quality->precision = precision;
	if (quality->leap != NTS_NTP_LEAP_UNSYNC || conf.clock != CONFIG_CLOCK_LOCAL)
		return;
	quality->leap = 0;
	quality->stratum = conf.stratum;
	quality->refid = LOCAL_REFID;
	quality->root_delay = 0;
	quality->root_dispersion = 0;
	quality->reftime = nts_ntptime_from_ns(nts_clockmap_time(&discipline.map, raw));
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
	s64 raw = rawclock_now(&rawclock);
	struct nts_quality quality;
	struct nts_request request;
	u64 receive;

	if (len < 0 || nts_request_parse(packet, (u32)len, &request) != NTS_ANSWER_PLAIN)
		return;
	describe(raw, &quality);
	receive = nts_ntptime_from_ns(nts_clockmap_time(&discipline.map, raw));
	iov.iov_len = nts_respond_plain(packet, &request, &quality, receive);
	raw = rawclock_now(&rawclock);
	nts_respond_stamp(packet, nts_ntptime_from_ns(nts_clockmap_time(&discipline.map, raw)));
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
		die("server port", errno);
}

/* --- all of it ------------------------------------------------------------------ */

static void tell(void *arg, bool is_error, const char *file, int line, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s:%d: %s%s\n", file, line, is_error ? "" : "warning: ", text);
}

/* What is said of a source that is selected; any number does that is its own. */
static u32 refid_of(const struct association *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->address;
	u32 hash = 0;
	int i;

	if (a->address.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr);
	for (i = 0; i < 16; i++)
		hash = hash * 31 + v6->sin6_addr.s6_addr[i];
	return hash;
}

static bool parse_address(struct association *a, const char *name, u16 port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->address;

	if (inet_pton(AF_INET, name, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		a->address_len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, name, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		a->address_len = sizeof(*v6);
		return true;
	}
	return false;
}

static void add_source(unsigned int i, s64 raw)
{
	struct association *a = &associations[i];
	struct nts_source_options options;

	a->name = conf.source[i].name;
	a->fd = -1;
	if (!parse_address(a, a->name, conf.source[i].port)) {
		fprintf(stderr, "ntpsim: %s: not an address\n", a->name);
		exit(1);
	}
	options_of_source(&conf, &conf.source[i], &options);
	nts_source_init(&source[i], &options, refid_of(a));
	source[i].online = !conf.source[i].offline;
	sources[i] = &source[i];
	if (source[i].online)
		nts_poll_start(&a->poll, &options, raw);
	else
		nts_poll_stop(&a->poll);
}

static void start(const char *path)
{
	struct nts_discipline_config config;
	struct nts_steer_reading now;
	s64 freq, skew;
	unsigned int i;
	int error;

	if (!config_read(&conf, path, tell, NULL))
		exit(1);
	error = rawclock_init(&rawclock);
	if (error)
		die("adjtimex", -error);
	precision = measure_precision();
	options_of_discipline(&conf, &config);
	read_drift(&freq, &skew);
	watch(&now);
	nts_discipline_init(&discipline, &config, now.raw, now.real, freq, skew);
	nts_steer_init(&steer);
	steer_next = now.raw;
	drift_next = now.raw + DRIFT_INTERVAL;
	for (i = 0; i < conf.n_sources; i++)
		add_source(i, now.raw);
	open_server();
}

/* When something is to be done, raw ns. */
static s64 next_event(void)
{
	s64 next = nts_fixed_min(nts_fixed_min(steer_next, drift_next),
				 nts_discipline_next(&discipline));
	unsigned int i;

	for (i = 0; i < conf.n_sources; i++)
		next = nts_fixed_min(next, associations[i].poll.next);
	return next;
}

static void wait_for_packets(fd_set *readable)
{
	s64 wait = next_event() - rawclock_now(&rawclock);
	struct timeval timeout;
	unsigned int i;
	int last = server_fd;

	wait = nts_fixed_clamp(wait, 0, LONGEST_WAIT);
	/* Not too early: that would only mean to wait once more. Never 0. */
	wait = rawclock_real(&rawclock, wait) / 1000 + 1;
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
			take_answer((int)i);
	if (server_fd >= 0 && FD_ISSET(server_fd, readable))
		serve();
}

static void do_what_is_due(void)
{
	struct nts_steer_reading now;
	unsigned int i;

	watch(&now);
	if (now.raw >= nts_discipline_next(&discipline))
		update(-1);
	else if (now.raw >= steer_next)
		follow(&now);
	if (now.raw >= drift_next) {
		drift_next = now.raw + DRIFT_INTERVAL;
		write_drift();
	}
	for (i = 0; i < conf.n_sources; i++)
		if (now.raw >= associations[i].poll.next)
			ask(&associations[i], &source[i]);
}

static void say_result(void)
{
	struct nts_steer_reading now;
	char text[128];

	watch(&now);
	snprintf(text, sizeof(text), "off by %.9f s, RMS offset %.9f s, %.3f ppm",
		 (double)nts_steer_correction(&steer, &discipline, now.raw, now.real) * 1e-9,
		 (double)discipline.rms_offset * 1e-9,
		 (double)nts_fixed_ppt(discipline.map.freq) * 1e-6);
	say(text, NULL);
}

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

int main(int argc, char **argv)
{
	const struct sigaction on_signal = { .sa_handler = stop };
	const char *path = NULL;
	fd_set readable;
	int option;

	while ((option = getopt(argc, argv, "f:x")) != -1) {
		if (option == 'f')
			path = optarg;
		else if (option == 'x')
			hands_off = true;
	}
	if (!path || optind != argc) {
		fputs("usage: ntpsim [-x] -f CONF\n", stderr);
		return 2;
	}
	sigaction(SIGINT, &on_signal, NULL);
	sigaction(SIGTERM, &on_signal, NULL);
	start(path);
	while (!stopped) {
		wait_for_packets(&readable);
		take_packets(&readable);
		do_what_is_due();
	}
	if (discipline.synchronised)
		say_result();
	write_drift();
	config_free(&conf);
	return 0;
}
