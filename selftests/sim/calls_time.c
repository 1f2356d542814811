// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls by which a process learns the time, sets its clock and
 * waits, in simulated time. Reading a clock takes a little of it, so that a
 * process that waits for its clock to move gets somewhere.
 */
#include "calls.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>

#define UPTIME		1000	/* s, when the simulation begins */

/* Should a call slip past us, the kernel must refuse to touch the machine's clock. */
__attribute__((constructor))
static void refuse_power(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0 ||
	    (data[0].effective & 1U << CAP_SYS_TIME)) {
		fputs("clocksim: not with CAP_SYS_TIME: start this by selftests/sim/run\n",
		      stderr);
		_Exit(2);
	}
}

struct world *calls_world(void)
{
	static struct world world;
	static bool initialised;

	if (!initialised) {
		initialised = true;
		world_init(&world, getenv("CLOCKSIM"), calls_deliver);
	}
	return &world;
}

/* Other simulators lack a call or give up on it. */
void calls_insist(bool ok, const char *what)
{
	if (ok || calls_world()->scenario.strict == 0)
		return;
	fprintf(stderr, "clocksim: strict: %s\n", what);
	abort();
}

static void end_of_time(struct world *world)
{
	if (!world->ended)
		return;
	if (world->log)
		fclose(world->log);
	stats_print(&world->stats, &world->network);
	_exit(0);
}

/* @timeout: ns of the process's own clock, negative for ever. */
void calls_wait(bool (*ready)(void *arg), void *arg, simtime_t timeout)
{
	struct world *world = calls_world();
	simtime_t deadline = world->clock.mono + timeout, left;

	while (!(ready && ready(arg))) {
		left = timeout < 0 ? 1e9L : deadline - world->clock.mono;
		if (left <= 0)
			return;
		/* Not less than time can be resolved. */
		if (left < 1)
			left = 1;
		world_next(world, left / simclock_rate(&world->clock));
		end_of_time(world);
	}
}

static void put(struct timespec *ts, simtime_t ns)
{
	long long whole = (long long)ns;

	ts->tv_sec = whole / 1000000000;
	ts->tv_nsec = whole % 1000000000;
}

static simtime_t nanoseconds(const struct timespec *ts)
{
	return ts->tv_sec * 1e9L + ts->tv_nsec;
}

/* --- reading ---------------------------------------------------------------- */

EXPORT int clock_gettime(clockid_t id, struct timespec *ts)
{
	struct world *world = calls_world();
	const struct simclock *clock = &world->clock;

	if (id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID) {
		world_advance(world, world->scenario.reading * 1e9L);
		end_of_time(world);
	}
	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		put(ts, world->epoch + clock->real);
		return 0;
	case CLOCK_TAI:
		put(ts, world->epoch + clock->real + clock->tai * 1e9L);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		calls_insist(id != CLOCK_BOOTTIME, "CLOCK_BOOTTIME");
		put(ts, UPTIME * 1e9L + clock->mono);
		return 0;
	case CLOCK_MONOTONIC_RAW:
		calls_insist(false, "CLOCK_MONOTONIC_RAW");
		put(ts, UPTIME * 1e9L + clock->raw);
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		put(ts, 0);
		return 0;
	}
	errno = EINVAL;
	return -1;
}

EXPORT int gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

EXPORT time_t time(time_t *result)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (result)
		*result = ts.tv_sec;
	return ts.tv_sec;
}

/* --- setting ---------------------------------------------------------------- */

EXPORT int adjtimex(struct timex *tx)
{
	struct world *world = calls_world();
	int result = world_adjust(world, tx);

	if (world->scenario.strict != 0)
		tx->time = (struct timeval){ 0, 0 };
	return result;
}

EXPORT int ntp_adjtime(struct timex *tx)
{
	return adjtimex(tx);
}

EXPORT int clock_adjtime(clockid_t id, struct timex *tx)
{
	if (id != CLOCK_REALTIME) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return adjtimex(tx);
}

EXPORT int clock_settime(clockid_t id, const struct timespec *ts)
{
	struct world *world = calls_world();

	if (id != CLOCK_REALTIME) {
		errno = EINVAL;
		return -1;
	}
	simclock_step(&world->clock, nanoseconds(ts) - world->epoch - world->clock.real);
	stats_update(&world->stats, (double)world->now * 1e-9);
	return 0;
}

EXPORT int settimeofday(const struct timeval *tv, const struct timezone *zone)
{
	const struct timespec ts = {
		.tv_sec = tv ? tv->tv_sec : 0,
		.tv_nsec = tv ? tv->tv_usec * 1000 : 0,
	};

	(void)zone;
	return tv ? clock_settime(CLOCK_REALTIME, &ts) : 0;
}

/* --- waiting ---------------------------------------------------------------- */

struct polled {
	struct pollfd *fds;
	nfds_t n;
};

static bool poll_ready(void *arg)
{
	struct polled *polled = arg;
	bool any = false;
	nfds_t i;

	for (i = 0; i < polled->n; i++) {
		struct pollfd *fd = &polled->fds[i];

		fd->revents = 0;
		if (!calls_simulated(fd->fd))
			continue;
		if (calls_readable(fd->fd))
			fd->revents = fd->events & POLLIN;
		fd->revents |= fd->events & POLLOUT;
		any |= fd->revents;
	}
	return any;
}

EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask)
{
	struct polled polled = { fds, n };
	int ready = 0;
	nfds_t i;

	(void)mask;
	calls_wait(poll_ready, &polled, timeout ? nanoseconds(timeout) : -1);
	poll_ready(&polled);
	for (i = 0; i < n; i++)
		ready += fds[i].revents != 0;
	return ready;
}

EXPORT int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	const struct timespec ts = { timeout / 1000, timeout % 1000 * 1000000L };

	return ppoll(fds, n, timeout < 0 ? NULL : &ts, NULL);
}

struct selected {
	int n;
	const fd_set *read, *write;
};

static bool select_ready(void *arg)
{
	const struct selected *selected = arg;
	int fd;

	for (fd = 0; fd < selected->n; fd++) {
		if (!calls_simulated(fd))
			continue;
		if (selected->read && FD_ISSET(fd, selected->read) && calls_readable(fd))
			return true;
		if (selected->write && FD_ISSET(fd, selected->write))
			return true;
	}
	return false;
}

static int settle(fd_set *set, int n, bool (*ready)(int fd))
{
	const bool one = calls_world()->scenario.strict != 0;
	int fd, count = 0;

	for (fd = 0; set && fd < n; fd++) {
		if (!FD_ISSET(fd, set))
			continue;
		if (ready(fd) && !(one && count))
			count++;
		else
			FD_CLR(fd, set);
	}
	return count;
}

static bool never(int fd)
{
	(void)fd;
	return false;
}

EXPORT int pselect(int n, fd_set *read, fd_set *write, fd_set *except,
		   const struct timespec *timeout, const sigset_t *mask)
{
	struct selected selected = { n, read, write };

	(void)mask;
	calls_insist(!timeout || timeout->tv_sec || timeout->tv_nsec, "wait of 0");
	calls_wait(select_ready, &selected, timeout ? nanoseconds(timeout) : -1);
	return settle(read, n, calls_readable) + settle(write, n, calls_simulated) +
	       settle(except, n, never);
}

EXPORT int select(int n, fd_set *read, fd_set *write, fd_set *except,
		  struct timeval *timeout)
{
	const struct timespec ts = {
		.tv_sec = timeout ? timeout->tv_sec : 0,
		.tv_nsec = timeout ? timeout->tv_usec * 1000 : 0,
	};

	return pselect(n, read, write, except, timeout ? &ts : NULL, NULL);
}

EXPORT int nanosleep(const struct timespec *request, struct timespec *left)
{
	(void)left;
	calls_wait(NULL, NULL, nanoseconds(request));
	return 0;
}

EXPORT int usleep(useconds_t us)
{
	calls_wait(NULL, NULL, us * 1e3L);
	return 0;
}

/* --- others that would make two runs differ ---------------------------------- */

EXPORT ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
	struct world *world = calls_world();
	unsigned char *bytes = buf;
	size_t i;

	(void)flags;
	for (i = 0; i < len; i++)
		bytes[i] = (unsigned char)random_bits(&world->entropy);
	return (ssize_t)len;
}

EXPORT int getentropy(void *buf, size_t len)
{
	getrandom(buf, len, 0);
	return 0;
}

/* chronyd insists on root, which it needs only for what is simulated. */
EXPORT uid_t getuid(void)
{
	return 0;
}

EXPORT uid_t geteuid(void)
{
	return 0;
}
