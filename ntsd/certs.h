/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The master's certificates: which serve, which are found at their paths now,
 * and what the operator ought to know of them. The master itself never reads
 * one, nor a key: it holds copies as open files, which workers read.
 */
#ifndef NTSD_CERTS_H
#define NTSD_CERTS_H

#include "certwatch.h"
#include "worker.h"

enum certs_news {
	CERTS_NOTHING,
	CERTS_FOUND,	/* what an order was for: see certs_judge() */
	CERTS_RENEWED,	/* there are new ones to be put in force */
};

enum certs_state { CERTS_NONE, CERTS_SERVING, CERTS_WAITING };

/**
 * struct certs_found - a pair that was read
 * @there: there is one
 * @load: what it is
 * @fd: copies of certificate and key, or -1
 */
struct certs_found {
	bool there;
	struct certload load;
	int fd[2];
};

/**
 * struct certs_pair - a pair by its place in the configuration
 * @state: what becomes of the files at its paths
 * @why: they wait
 * @serves: what workers have
 * @starting: what workers that are being started have
 * @found: what the next ones are to have
 * @warned: how much of the time before its end was warned of
 */
struct certs_pair {
	enum certs_state state;
	char why[TLS_ERR_LEN];
	struct certs_found serves;
	struct certs_found starting;
	struct certs_found found;
	unsigned int warned;
};

/**
 * struct certs - all pairs
 * @helper: who watches
 * @user: directive user
 * @epoll: where its descriptor is watched
 * @tag: its epoll data
 * @seq: of the last order
 * @restoring: that order was for the configuration in force
 * @asked: it was not answered yet
 * @asked_ms: since when that is known, or 0
 * @retry_ms: when to order again, or UINT64_MAX
 */
struct certs {
	struct helper helper;
	const struct passwd *user;
	int epoll;
	uint64_t tag;
	uint32_t seq;
	bool restoring;
	bool asked;
	uint64_t asked_ms;
	uint64_t retry_ms;
	uint64_t warn_ms;
	struct certs_pair pair[CONFIG_MAX_PAIRS];
};

void certs_init(struct certs *c, int epoll, uint64_t tag);
bool certs_order(struct certs *c, const struct config *conf, bool restore);
enum certs_news certs_hear(struct certs *c, uint64_t now_ms);
enum certs_news certs_late(struct certs *c, uint64_t now_ms);
bool certs_wait(struct certs *c, int ms);
bool certs_judge(struct certs *c, const struct config *conf, bool strict,
		 config_tell *tell, void *arg);
bool certs_renewed(const struct certs *c, const struct config *conf);
struct worker_setup *certs_setup(struct certs *c, const struct config *conf);
void certs_commit(struct certs *c, const struct config *conf, bool renewal);
void certs_refuse(struct certs *c, const char *why, uint64_t now_ms);
void certs_tick(struct certs *c, const struct config *conf, uint64_t now_ms);
bool certs_print(const struct certs *c, const struct config *conf,
		 unsigned int index, char *text, size_t size);
void certs_stop(struct certs *c);
void certs_close(struct worker_setup *setup);

#endif
