// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program that finds itself in the simulator, with
 * CLOCKSIM="offset=0.5 freq=100e-6 wander=0 jitter=0 delay=0.25 server=192.0.2.1".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "../unit/ntsd_ktap.h"

#define BEGIN	1767225600LL

static long long now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static bool near(long long a, long long b, long long within)
{
	if (llabs(a - b) <= within)
		return true;
	printf("# %lld is not %lld\n", a, b);
	return false;
}

static void time_begins_in_2026(void)
{
	EXPECT(near(now(CLOCK_REALTIME), BEGIN * 1000000000 + 500000000, 10000));
}

static void waiting_is_by_our_clock(void)
{
	struct timeval tv = { 1000, 0 };
	long long real = now(CLOCK_REALTIME), mono = now(CLOCK_MONOTONIC);
	long long raw = now(CLOCK_MONOTONIC_RAW);

	EXPECT(select(0, NULL, NULL, NULL, &tv) == 0);
	EXPECT(near(now(CLOCK_REALTIME) - real, 1000000000000, 1000));
	EXPECT(near(now(CLOCK_MONOTONIC) - mono, 1000000000000, 1000));
	EXPECT(near(now(CLOCK_MONOTONIC_RAW) - raw, 1000000000000, 1000));
	EXPECT(poll(NULL, 0, 2000) == 0);
	EXPECT(near(now(CLOCK_REALTIME) - real, 1002000000000, 1000));
}

static int ask(int *fd)
{
	const struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_port = htons(123),
		.sin_addr.s_addr = inet_addr("192.0.2.1"),
	};
	unsigned char packet[48] = { 4 << 3 | 3 };

	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	EXPECT(connect(*fd, (const struct sockaddr *)&server, sizeof(server)) == 0);
	return (int)send(*fd, packet, sizeof(packet), 0);
}

static long long stamp(const unsigned char *at)
{
	uint32_t s, f;

	memcpy(&s, at, 4);
	memcpy(&f, at + 4, 4);
	return (ntohl(s) - 2208988800LL) * 1000000000 +
	       (long long)((uint64_t)ntohl(f) * 1000000000 >> 32);
}

static void servers_know_true_time(void)
{
	struct pollfd pollfd = { .events = POLLIN };
	unsigned char packet[64];
	long long sent, received;

	sent = now(CLOCK_REALTIME);
	EXPECT(ask(&pollfd.fd) == 48);
	EXPECT(recv(pollfd.fd, packet, sizeof(packet), 0) == -1 && errno == EAGAIN);
	EXPECT(poll(&pollfd, 1, 100) == 0);
	EXPECT(poll(&pollfd, 1, 1000) == 1 && pollfd.revents == POLLIN);
	received = now(CLOCK_REALTIME);
	EXPECT(near(received - sent, 500050000, 1000));
	EXPECT(recv(pollfd.fd, packet, sizeof(packet), 0) == 48);
	/* 0.5 s, and 100 ppm of 1002 s, and what the request took */
	EXPECT(near(stamp(packet + 32), sent - 500000000 - 100200000 + 250000000, 20000));
	close(pollfd.fd);
}

static void blocking_calls_block(void)
{
	unsigned char packet[64];
	long long sent = now(CLOCK_REALTIME);
	fd_set set;
	int fd;

	ask(&fd);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	EXPECT(select(fd + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(fd, &set));
	EXPECT(recv(fd, packet, sizeof(packet), 0) == 48);
	EXPECT(near(now(CLOCK_REALTIME) - sent, 500050000, 1000));
	close(fd);
}

static void arrivals_are_stamped(void)
{
	unsigned char packet[64], control[128];
	struct iovec iov = { packet, sizeof(packet) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	long long sent = now(CLOCK_REALTIME);
	struct timespec ts = { 0, 0 };
	const int on = 1;
	int fd;

	ask(&fd);
	EXPECT(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0);
	usleep(900000);
	EXPECT(recvmsg(fd, &msg, 0) == 48);
	header = CMSG_FIRSTHDR(&msg);
	EXPECT(header && header->cmsg_type == SCM_TIMESTAMPNS);
	if (header)
		memcpy(&ts, CMSG_DATA(header), sizeof(ts));
	EXPECT(near(ts.tv_sec * 1000000000LL + ts.tv_nsec - sent, 500050000, 1000));
	close(fd);
}

static void clocks_can_be_set(void)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO, .time = { -1, 250000000 } };
	long long real = now(CLOCK_REALTIME), mono = now(CLOCK_MONOTONIC);
	const struct timespec ts = { BEGIN + 5000, 5 };

	EXPECT(adjtimex(&tx) == TIME_ERROR);
	EXPECT(near(now(CLOCK_REALTIME) - real, -750000000, 1000));
	EXPECT(clock_settime(CLOCK_REALTIME, &ts) == 0);
	EXPECT(near(now(CLOCK_REALTIME), (BEGIN + 5000) * 1000000000 + 5, 1000));
	EXPECT(near(now(CLOCK_MONOTONIC) - mono, 0, 1000));
	tx = (struct timex){ .modes = ADJ_TICK, .tick = 11000 };
	EXPECT(clock_adjtime(CLOCK_REALTIME, &tx) == TIME_ERROR);
	mono = now(CLOCK_MONOTONIC);
	real = now(CLOCK_MONOTONIC_RAW);
	EXPECT(nanosleep(&(const struct timespec){ 11, 0 }, NULL) == 0);
	EXPECT(near(now(CLOCK_MONOTONIC) - mono, 11000000000, 1000));
	EXPECT(near(now(CLOCK_MONOTONIC_RAW) - real, 10000000000, 1000));
}

static void nothing_is_real(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 0;

	/* Where the kernel is asked, it knows of no socket. */
	EXPECT(ask(&fd) == 48 && write(fd, &byte, 1) == 1);
	EXPECT(bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	EXPECT(socket(AF_INET6, SOCK_DGRAM, 0) == -1 && errno == EAFNOSUPPORT);
	EXPECT(socket(AF_INET, SOCK_STREAM, 0) == -1);
}

static void chance_is_seeded(void)
{
	unsigned int number;

	EXPECT(getrandom(&number, sizeof(number), 0) == sizeof(number));
	printf("# random %08x\n", number);
}

static const struct ktap_case cases[] = {
	CASE(time_begins_in_2026),
	CASE(waiting_is_by_our_clock),
	CASE(servers_know_true_time),
	CASE(blocking_calls_block),
	CASE(arrivals_are_stamped),
	CASE(clocks_can_be_set),
	CASE(nothing_is_real),
	CASE(chance_is_seeded),
};

KTAP_MAIN(cases)
