/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The master's side of the workers. They come in generations: a reload starts
 * a new one, and only when all of it is ready is the old one retired.
 */
#ifndef NTSD_POOL_H
#define NTSD_POOL_H

#include <sys/types.h>

#include "worker.h"

enum pool_state { POOL_FREE, POOL_STARTING, POOL_READY, POOL_RETIRING };

/**
 * struct pool_child - one worker
 * @state: what it is at
 * @generation: which it belongs to
 * @pid: 0 while it waits for its next start
 * @fd: the socket to it, or -1
 * @born_ms: when it was started, or told to retire
 * @start_ms: when it is to be started again, or UINT64_MAX
 * @delay_ms: back-off of the next start
 * @counts: what it told last
 */
struct pool_child {
	enum pool_state state;
	unsigned int generation;
	pid_t pid;
	int fd;
	uint64_t born_ms;
	uint64_t start_ms;
	uint32_t delay_ms;
	struct worker_counts counts;
};

enum pool_news {
	POOL_NOTHING,
	POOL_SWITCHED,	/* the new generation serves */
	POOL_REFUSED,	/* it could not start; @why says why */
};

/**
 * struct pool - all workers
 * @setup: of the generation that serves; NULL before the 1st
 * @next: of the one that is being started, or NULL
 * @child: the workers
 * @n: room in @child
 * @epoll: where their sockets are watched
 * @tag: or'ed to the index of a child to make its epoll data
 * @gone: counts of workers that are no more
 * @forget: called in a new worker to wipe what only the master may know
 * @why: see POOL_REFUSED
 */
struct pool {
	struct worker_setup *setup;
	struct worker_setup *next;
	unsigned int processes;
	unsigned int next_processes;
	struct pool_child *child;
	unsigned int n;
	unsigned int generation;
	int epoll;
	uint64_t tag;
	struct worker_counts gone;
	void (*forget)(void);
	char why[TLS_ERR_LEN];
};

enum pool_news pool_start(struct pool *p, struct worker_setup *setup,
			  unsigned int processes, uint64_t now_ms);
enum pool_news pool_hear(struct pool *p, unsigned int index, uint64_t now_ms);
enum pool_news pool_reap(struct pool *p, pid_t pid, int status,
			 uint64_t now_ms);
void pool_tick(struct pool *p, uint64_t now_ms);
uint64_t pool_due(const struct pool *p);
void pool_set_key(struct pool *p, uint32_t id,
		  const uint8_t key[KEYRING_KEY_LEN]);
void pool_counts(const struct pool *p, struct worker_counts *sum);
unsigned int pool_ready(const struct pool *p);
void pool_forget(struct pool *p);
void pool_stop(struct pool *p);

#endif
