// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "conn.h"
#include "log.h"
#include "sandbox.h"
#include "seal.h"
#include "worker.h"

#define EVENTS 64
#define COUNTS_EVERY_MS 1000
/* A few at a time only, so that the other workers get their share. */
#define ACCEPT_MOST 8
/* What epoll gives back instead of a slot. */
#define TAG_CONTROL UINT64_MAX
#define TAG_LISTENER (UINT64_MAX - 1)

struct worker {
	struct worker_setup *setup;
	struct tls_server *server[CONFIG_MAX_PAIRS];
	struct sealer *sealer;
	struct conn **conn;
	unsigned int n_conns;
	unsigned int highest;
	int control;
	int epoll;
	bool retiring;
	bool retired;
	bool starved;
	bool counted;
	uint64_t now_ms;
	uint64_t scan_ms;
	uint64_t tell_ms;
	struct worker_counts counts;
};

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void tell(int control, enum worker_say say,
		 const struct worker_counts *counts, const char *text)
{
	struct worker_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.say = say;
	if (counts)
		msg.counts = *counts;
	if (text)
		snprintf(msg.text, sizeof(msg.text), "%s", text);
	/* A master that does not listen is gone: the next read tells. */
	send(control, &msg, sizeof(msg), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void watch(struct worker *w, int fd, uint32_t events, uint64_t tag,
		  int op)
{
	struct epoll_event ev = { .events = events, .data.u64 = tag };

	if (epoll_ctl(w->epoll, op, fd, &ev))
		log_warn("epoll_ctl: %s", strerror(errno));
}

static void drop(struct worker *w, unsigned int slot)
{
	struct conn *conn = w->conn[slot];

	if (conn->served)
		w->counts.accepted++;
	else
		w->counts.dropped++;
	w->counted = true;
	conn_free(conn);
	w->conn[slot] = NULL;
	w->n_conns--;
	while (w->highest && !w->conn[w->highest - 1])
		w->highest--;
}

static void run(struct worker *w, unsigned int slot)
{
	struct conn *conn = w->conn[slot];
	uint32_t events;

	if (!conn)
		return;
	events = conn->events;
	if (!conn_run(conn, w->now_ms, sealer_make, w->sealer))
		drop(w, slot);
	else if (conn->events != events)
		watch(w, conn->fd, conn->events, slot, EPOLL_CTL_MOD);
}

/* Ends what is past its deadline, and finds the next deadline. */
static void scan(struct worker *w)
{
	uint64_t next = UINT64_MAX;

	for (unsigned int i = w->highest; i-- > 0; ) {
		if (!w->conn[i])
			continue;
		if (w->conn[i]->session.deadline_ms <= w->now_ms)
			run(w, i);
		if (w->conn[i] && w->conn[i]->session.deadline_ms < next)
			next = w->conn[i]->session.deadline_ms;
	}
	w->scan_ms = next;
}

static void describe(const struct sockaddr_storage *addr, char *text, size_t len)
{
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const struct sockaddr_in *in4 = (const void *)addr;

	text[0] = '\0';
	if (addr->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, len);
	else
		inet_ntop(AF_INET, &in4->sin_addr, text, len);
}

static void refuse(struct worker *w, int fd)
{
	w->counts.dropped++;
	w->counted = true;
	close(fd);
}

/* Closes the connection of who is not allowed, or comes too often. */
static bool may_stay(struct worker *w, int fd, const struct sockaddr_storage *addr,
		     const char *who)
{
	uint32_t random = 0;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	/* Without it nobody is let through by luck, or everybody: rather that. */
	if (w->setup->gate.limited)
		(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	switch (gate_ask(&w->setup->gate, addr, (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec,
			 random)) {
	case GATE_OPEN:
		return true;
	case GATE_DENIED:
		log_debug("connection from %s refused: not allowed", who);
		break;
	case GATE_TOO_OFTEN:
		log_debug("connection from %s refused: too many", who);
		break;
	}
	refuse(w, fd);
	return false;
}

static void admit(struct worker *w, int fd, const char *who)
{
	unsigned int slot = 0;
	struct conn *conn = NULL;

	if (w->n_conns == w->setup->connections)
		scan(w);
	if (w->n_conns < w->setup->connections)
		conn = conn_new(w->server, w->setup->n_pairs, fd,
				&w->setup->policy, w->now_ms);
	if (!conn) {
		log_debug("connection from %s refused: %u are open", who,
			  w->n_conns);
		refuse(w, fd);
		return;
	}

	while (w->conn[slot])
		slot++;
	w->conn[slot] = conn;
	w->n_conns++;
	if (slot >= w->highest)
		w->highest = slot + 1;
	if (conn->session.deadline_ms < w->scan_ms)
		w->scan_ms = conn->session.deadline_ms;
	log_debug("connection %d from %s", fd, who);
	watch(w, fd, conn->events, slot, EPOLL_CTL_ADD);
}

/* At most so many of each listener. */
static void accept_some(struct worker *w, int most)
{
	const struct timespec rest = { 0, 10000000 };
	const struct listener *l = &w->setup->listener;
	struct sockaddr_storage addr;
	char who[INET6_ADDRSTRLEN];
	socklen_t len;
	int fd = -1;

	for (unsigned int i = 0; i < l->n; i++) {
		for (int k = 0; k < most; k++) {
			len = sizeof(addr);
			fd = accept4(l->fd[i], (struct sockaddr *)&addr, &len,
				     SOCK_NONBLOCK | SOCK_CLOEXEC);
			if (fd < 0)
				break;
			describe(&addr, who, sizeof(who));
			if (may_stay(w, fd, &addr, who))
				admit(w, fd, who);
		}
		if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
			       errno == ENOBUFS || errno == ENOMEM)) {
			if (!w->starved)
				log_warn("accept: %s", strerror(errno));
			w->starved = true;
			nanosleep(&rest, NULL);
		}
	}
}

/*
 * A client that knocked may have woken only this worker, so it is let in: for
 * the others its knock would be as if it had not been. And when the listener
 * is about to be closed by all, who still waits there would be reset: as many
 * are let in as there is room for.
 */
static void retire(struct worker *w)
{
	const struct listener *l = &w->setup->listener;

	if (w->retired)
		return;
	w->retired = true;
	for (unsigned int i = 0; i < l->n; i++)
		epoll_ctl(w->epoll, EPOLL_CTL_DEL, l->fd[i], NULL);
	if (w->n_conns < w->setup->connections)
		accept_some(w, (int)(w->setup->connections - w->n_conns));
	for (unsigned int i = 0; i < l->n; i++)
		close(l->fd[i]);
}

static void hear(struct worker *w)
{
	struct worker_msg msg;
	ssize_t len = recv(w->control, &msg, sizeof(msg), MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len != sizeof(msg))
		_exit(0);	/* the master is gone */
	if (msg.say == WORKER_SET_KEY)
		sealer_set_key(w->sealer, msg.key_id, msg.key);
	else if (msg.say == WORKER_RETIRE)
		w->retiring = true;
	explicit_bzero(&msg, sizeof(msg));
}

static int wait_ms(const struct worker *w)
{
	uint64_t until = w->scan_ms;

	if (w->counted && w->tell_ms < until)
		until = w->tell_ms;
	if (until == UINT64_MAX)
		return -1;
	return until <= w->now_ms ? 0 : (int)(until - w->now_ms);
}

static void report(struct worker *w)
{
	if (!w->counted || w->now_ms < w->tell_ms)
		return;
	tell(w->control, WORKER_COUNTS, &w->counts, NULL);
	w->counted = false;
	w->tell_ms = w->now_ms + COUNTS_EVERY_MS;
}

static void loop(struct worker *w)
{
	struct epoll_event ev[EVENTS];
	bool knock;
	int n;

	while (!w->retired || w->n_conns) {
		n = epoll_wait(w->epoll, ev, EVENTS, wait_ms(w));
		w->now_ms = clock_ms();
		knock = false;
		for (int i = 0; i < n; i++) {
			if (ev[i].data.u64 == TAG_LISTENER)
				knock = true;
			else if (ev[i].data.u64 == TAG_CONTROL)
				hear(w);
			else
				run(w, ev[i].data.u64);
		}
		if (w->now_ms >= w->scan_ms)
			scan(w);
		/* Last, as it reuses slots that events may be for. */
		if (knock && !w->retired)
			accept_some(w, ACCEPT_MOST);
		if (w->retiring)
			retire(w);
		report(w);
	}
	tell(w->control, WORKER_COUNTS, &w->counts, NULL);
}

static bool load(struct worker *w, char *err)
{
	const struct worker_setup *setup = w->setup;

	for (unsigned int i = 0; i < setup->n_pairs; i++) {
		w->server[i] = tls_server_new(&setup->pair[i].cert,
					      &setup->pair[i].key, err);
		if (!w->server[i])
			return false;
		/* Nobody needs the files any more. */
		close(setup->pair[i].cert.fd);
		close(setup->pair[i].key.fd);
	}
	return true;
}

static bool set_up(struct worker *w, char *err)
{
	const struct listener *l = &w->setup->listener;
	const rlim_t files = w->setup->connections + 64;
	struct rlimit limit = { files, files };

	snprintf(err, TLS_ERR_LEN, "worker: out of memory");
	w->conn = calloc(w->setup->connections, sizeof(*w->conn));
	w->sealer = sealer_new();
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!w->conn || !w->sealer || w->epoll < 0)
		return false;
	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		/* Without CAP_SYS_RESOURCE not above the old limit. */
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}

	sealer_set_key(w->sealer, w->setup->key_id, w->setup->key);
	watch(w, w->control, EPOLLIN, TAG_CONTROL, EPOLL_CTL_ADD);
	for (unsigned int i = 0; i < l->n; i++)
		watch(w, l->fd[i], EPOLLIN | EPOLLEXCLUSIVE, TAG_LISTENER,
		      EPOLL_CTL_ADD);
	w->scan_ms = UINT64_MAX;
	w->now_ms = clock_ms();
	return true;
}

/**
 * worker_main() - be a worker, in a process of its own
 * @setup: its key is wiped
 * @control: the socket to the master
 *
 * Leaves with exit status 0 when the master is gone or said to retire, 1 when
 * it could not start; why was then said by WORKER_FAILED.
 */
_Noreturn void worker_main(struct worker_setup *setup, int control)
{
	struct worker w = { .setup = setup, .control = control };
	char err[TLS_ERR_LEN];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);

	if (!load(&w, err) || !set_up(&w, err) ||
	    !sandbox_worker(&setup->user, err, sizeof(err))) {
		tell(control, WORKER_FAILED, NULL, err);
		_exit(1);
	}
	explicit_bzero(setup->key, sizeof(setup->key));
	tell(control, WORKER_READY, NULL, NULL);
	loop(&w);
	_exit(0);
}
