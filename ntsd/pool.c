// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs.h"
#include "log.h"
#include "pool.h"
#include "sandbox.h"

#define DELAY_FIRST_MS 100
#define DELAY_MAX_MS 30000
/* A worker that lived so long starts again without a delay. */
#define LIVED_MS 60000
/* A worker that is not ready by then hangs, */
#define START_MS 30000
/* and so does one that has not finished by then, whose clients have 2 s. */
#define RETIRE_MS 30000

/* A worker inherits what it needs and nothing else of the master's. */
static void close_others(const struct worker_setup *setup, int control)
{
	int wanted[2 * CONFIG_MAX_PAIRS + LISTENER_MAX + 4], n = 0;

	wanted[n++] = STDIN_FILENO;
	wanted[n++] = STDOUT_FILENO;
	wanted[n++] = STDERR_FILENO;
	wanted[n++] = control;
	for (unsigned int i = 0; i < setup->listener.n; i++)
		wanted[n++] = setup->listener.fd[i];
	for (unsigned int i = 0; i < setup->n_pairs; i++) {
		wanted[n++] = setup->pair[i].cert.fd;
		wanted[n++] = setup->pair[i].key.fd;
	}
	sandbox_close_others(wanted, n);
}

_Noreturn static void be_worker(struct pool *p, struct worker_setup *setup,
				unsigned int index, int control, pid_t master)
{
	struct worker_setup *other = setup == p->setup ? p->next : p->setup;
	sigset_t none;
	char who[32];

	snprintf(who, sizeof(who), "ntsd-ke[%u]", index);
	log_prefix(who);
	close_others(setup, control);
	if (p->forget)
		p->forget();
	if (other)
		explicit_bzero(other->key, sizeof(other->key));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != master)
		_exit(0);
	worker_main(setup, control);
}

static bool spawn(struct pool *p, struct worker_setup *setup,
		  unsigned int index, uint64_t now_ms)
{
	struct pool_child *c = &p->child[index];
	struct epoll_event ev = { .events = EPOLLIN,
				  .data.u64 = p->tag | index };
	pid_t master = getpid();
	int pair[2];

	c->pid = 0;
	c->fd = -1;
	c->start_ms = UINT64_MAX;
	c->born_ms = now_ms;
	c->state = POOL_STARTING;
	memset(&c->counts, 0, sizeof(c->counts));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		log_err("worker %u: socketpair: %s", index, strerror(errno));
		return false;
	}

	c->pid = fork();
	if (c->pid == 0)
		be_worker(p, setup, index, pair[1], master);
	close(pair[1]);
	if (c->pid < 0 || epoll_ctl(p->epoll, EPOLL_CTL_ADD, pair[0], &ev)) {
		log_err("worker %u: %s", index, strerror(errno));
		close(pair[0]);
		if (c->pid > 0)
			kill(c->pid, SIGKILL);
		else
			c->pid = 0;
		return false;
	}
	c->fd = pair[0];
	log_debug("worker %u started, pid %d", index, c->pid);
	return true;
}

static bool send_to(struct pool_child *c, const struct worker_msg *msg)
{
	if (c->fd < 0)
		return true;
	if (send(c->fd, msg, sizeof(*msg), MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    sizeof(*msg))
		return true;
	/* It does not read: it hangs, or is dying already. */
	if (c->pid > 0)
		kill(c->pid, SIGKILL);
	return false;
}

static void hang_up(struct pool *p, struct pool_child *c)
{
	if (c->fd < 0)
		return;
	/* A worker just forked may hold a copy, so close() is not enough. */
	epoll_ctl(p->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	close(c->fd);
	c->fd = -1;
}

static int find_room(struct pool *p)
{
	unsigned int first = p->n, room = first ? first * 2 : 4;
	struct pool_child *more;

	for (unsigned int i = 0; i < p->n; i++)
		if (p->child[i].state == POOL_FREE)
			return i;
	more = reallocarray(p->child, room, sizeof(*more));
	if (!more)
		return -1;
	memset(more + first, 0, (room - first) * sizeof(*more));
	p->child = more;
	p->n = room;
	return first;
}

static bool is_new(const struct pool *p, const struct pool_child *c)
{
	return p->next && c->state != POOL_FREE && c->state != POOL_RETIRING &&
	       c->generation == p->generation + 1;
}

static enum pool_news refuse_next(struct pool *p)
{
	for (unsigned int i = 0; i < p->n; i++) {
		struct pool_child *c = &p->child[i];

		if (!is_new(p, c))
			continue;
		hang_up(p, c);
		if (c->pid > 0)
			kill(c->pid, SIGKILL);
		c->state = c->pid > 0 ? POOL_RETIRING : POOL_FREE;
	}
	certs_close(p->next);
	p->next = NULL;
	return POOL_REFUSED;
}

static void retire_old(struct pool *p, uint64_t now_ms)
{
	const struct worker_msg msg = { .say = WORKER_RETIRE };

	for (unsigned int i = 0; i < p->n; i++) {
		struct pool_child *c = &p->child[i];

		if (c->state == POOL_FREE || is_new(p, c))
			continue;
		if (c->pid == 0)
			c->state = POOL_FREE;
		else
			c->state = POOL_RETIRING;
		c->born_ms = now_ms;
		send_to(c, &msg);
	}
}

static enum pool_news switch_if_ready(struct pool *p, uint64_t now_ms)
{
	for (unsigned int i = 0; i < p->n; i++)
		if (is_new(p, &p->child[i]) && p->child[i].state != POOL_READY)
			return POOL_NOTHING;
	retire_old(p, now_ms);
	certs_close(p->setup);
	p->setup = p->next;
	p->processes = p->next_processes;
	p->next = NULL;
	p->generation++;
	return POOL_SWITCHED;
}

/**
 * pool_start() - start a new generation of workers
 * @p: the pool
 * @setup: what they are born with; the pool's from now on
 * @processes: how many
 * @now_ms: the time
 *
 * Return: POOL_NOTHING, news come later; or POOL_REFUSED, also when one is
 * being started already.
 */
enum pool_news pool_start(struct pool *p, struct worker_setup *setup,
			  unsigned int processes, uint64_t now_ms)
{
	if (p->next) {
		snprintf(p->why, sizeof(p->why), "workers are being started already");
		certs_close(setup);
		return POOL_REFUSED;
	}
	p->next = setup;
	p->next_processes = processes;
	for (unsigned int i = 0; i < processes; i++) {
		int index = find_room(p);

		if (index >= 0)
			p->child[index] = (struct pool_child){
				.generation = p->generation + 1,
				.fd = -1,
			};
		if (index < 0 || !spawn(p, setup, index, now_ms)) {
			snprintf(p->why, sizeof(p->why), "cannot start a worker");
			return refuse_next(p);
		}
	}
	/* Without any worker there is nothing to wait for. */
	return switch_if_ready(p, now_ms);
}

/**
 * pool_hear() - a worker's socket is readable
 * @p: the pool
 * @index: which
 * @now_ms: the time
 *
 * Return: the news.
 */
enum pool_news pool_hear(struct pool *p, unsigned int index, uint64_t now_ms)
{
	struct pool_child *c = &p->child[index];
	struct worker_msg msg;
	ssize_t len;

	if (index >= p->n || c->fd < 0)
		return POOL_NOTHING;
	len = recv(c->fd, &msg, sizeof(msg), MSG_DONTWAIT);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return POOL_NOTHING;
	if (len != sizeof(msg)) {
		hang_up(p, c);	/* SIGCHLD tells the rest */
		return POOL_NOTHING;
	}

	msg.text[sizeof(msg.text) - 1] = '\0';
	switch (msg.say) {
	case WORKER_READY:
		if (c->state != POOL_STARTING)
			break;
		c->state = POOL_READY;
		if (is_new(p, c))
			return switch_if_ready(p, now_ms);
		break;
	case WORKER_FAILED:
		if (is_new(p, c)) {
			memcpy(p->why, msg.text, sizeof(p->why));
			return refuse_next(p);
		}
		log_err("%s", msg.text);
		break;
	case WORKER_COUNTS:
		c->counts = msg.counts;
		break;
	default:
		break;
	}
	return POOL_NOTHING;
}

/**
 * pool_reap() - a child process ended
 * @p: the pool
 * @pid: which
 * @status: as wait(2) gave it
 * @now_ms: the time
 *
 * Return: the news.
 */
enum pool_news pool_reap(struct pool *p, pid_t pid, int status, uint64_t now_ms)
{
	enum pool_news news = POOL_NOTHING;
	struct pool_child *c = NULL;

	for (unsigned int i = 0; i < p->n; i++)
		if (p->child[i].state != POOL_FREE && p->child[i].pid == pid)
			c = &p->child[i];
	if (!c)
		return news;

	/* Its last words. */
	while (c->fd >= 0 && news == POOL_NOTHING)
		news = pool_hear(p, c - p->child, now_ms);
	hang_up(p, c);
	c->pid = 0;
	p->gone.accepted += c->counts.accepted;
	p->gone.dropped += c->counts.dropped;
	memset(&c->counts, 0, sizeof(c->counts));

	if (c->state == POOL_RETIRING) {
		c->state = POOL_FREE;
		return news;
	}
	if (is_new(p, c)) {
		snprintf(p->why, sizeof(p->why), "a worker died at its start");
		return refuse_next(p);
	}
	c->delay_ms = c->delay_ms ? c->delay_ms * 2 : DELAY_FIRST_MS;
	if (now_ms - c->born_ms >= LIVED_MS)
		c->delay_ms = DELAY_FIRST_MS;
	if (c->delay_ms > DELAY_MAX_MS)
		c->delay_ms = DELAY_MAX_MS;
	c->start_ms = now_ms + c->delay_ms;
	log_warn("worker %d (pid %d) %s %d: started again in %u ms",
		 (int)(c - p->child), pid,
		 WIFSIGNALED(status) ? "was ended by signal" : "left with status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		 c->delay_ms);
	return news;
}

/**
 * pool_tick() - the time passes: start again what died, end what hangs
 * @p: the pool
 * @now_ms: the time
 */
void pool_tick(struct pool *p, uint64_t now_ms)
{
	for (unsigned int i = 0; i < p->n; i++) {
		struct pool_child *c = &p->child[i];

		if (c->state == POOL_FREE)
			continue;
		if (!c->pid && c->start_ms <= now_ms) {
			if (!spawn(p, p->setup, i, now_ms) && !c->pid)
				c->start_ms = now_ms + DELAY_MAX_MS;
		} else if (c->pid && c->state == POOL_STARTING &&
			   now_ms - c->born_ms > START_MS) {
			log_err("worker %u hangs at its start", i);
			kill(c->pid, SIGKILL);
			c->born_ms = now_ms;
		} else if (c->pid && c->state == POOL_RETIRING &&
			   now_ms - c->born_ms > RETIRE_MS) {
			log_err("worker %u hangs at its end", i);
			kill(c->pid, SIGKILL);
			c->born_ms = now_ms;
		}
	}
}

/**
 * pool_due() - when pool_tick() has something to do
 * @p: the pool
 *
 * Return: the time, UINT64_MAX for never.
 */
uint64_t pool_due(const struct pool *p)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int i = 0; i < p->n; i++) {
		const struct pool_child *c = &p->child[i];
		uint64_t at = UINT64_MAX;

		if (c->state != POOL_FREE && !c->pid)
			at = c->start_ms;
		else if (c->state == POOL_STARTING)
			at = c->born_ms + START_MS + 1;
		else if (c->state == POOL_RETIRING)
			at = c->born_ms + RETIRE_MS + 1;
		if (at < due)
			due = at;
	}
	return due;
}

/**
 * pool_set_key() - let all workers, also later ones, seal with this key
 * @p: the pool
 * @id: of the key
 * @key: the key, which the kernel must know already
 */
void pool_set_key(struct pool *p, uint32_t id,
		  const uint8_t key[KEYRING_KEY_LEN])
{
	struct worker_setup *const setup[] = { p->setup, p->next };
	struct worker_msg msg = { .say = WORKER_SET_KEY, .key_id = id };

	memcpy(msg.key, key, sizeof(msg.key));
	for (int i = 0; i < 2; i++) {
		if (!setup[i])
			continue;
		setup[i]->key_id = id;
		memcpy(setup[i]->key, key, sizeof(setup[i]->key));
	}
	for (unsigned int i = 0; i < p->n; i++)
		if (p->child[i].state != POOL_FREE)
			send_to(&p->child[i], &msg);
	explicit_bzero(&msg, sizeof(msg));
}

/**
 * pool_counts() - the counts of all workers there ever were
 * @p: the pool
 * @sum: filled in
 */
void pool_counts(const struct pool *p, struct worker_counts *sum)
{
	*sum = p->gone;
	for (unsigned int i = 0; i < p->n; i++) {
		sum->accepted += p->child[i].counts.accepted;
		sum->dropped += p->child[i].counts.dropped;
	}
}

/**
 * pool_ready() - how many workers accept clients
 * @p: the pool
 *
 * Return: the number.
 */
unsigned int pool_ready(const struct pool *p)
{
	unsigned int ready = 0;

	for (unsigned int i = 0; i < p->n; i++)
		ready += p->child[i].state == POOL_READY && p->child[i].pid;
	return ready;
}

/**
 * pool_forget() - in a process that is no worker: wipe the cookie keys
 * @p: the pool
 */
void pool_forget(struct pool *p)
{
	if (p->setup)
		explicit_bzero(p->setup->key, sizeof(p->setup->key));
	if (p->next)
		explicit_bzero(p->next->key, sizeof(p->next->key));
}

/**
 * pool_stop() - end all workers and forget their keys
 * @p: the pool
 */
void pool_stop(struct pool *p)
{
	for (unsigned int i = 0; i < p->n; i++) {
		if (p->child[i].state == POOL_FREE)
			continue;
		hang_up(p, &p->child[i]);
		if (p->child[i].pid > 0)
			kill(p->child[i].pid, SIGTERM);
	}
	certs_close(p->setup);
	certs_close(p->next);
	free(p->child);
	memset(p, 0, sizeof(*p));
}
