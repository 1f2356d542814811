/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The master: what is configured, which cookie keys are in force, and that
 * kernel, workers and disk agree about it.
 */
#ifndef NTSD_DAEMON_H
#define NTSD_DAEMON_H

#include "access.h"
#include "certs.h"
#include "clockfeed.h"
#include "control.h"
#include "helper.h"
#include "logfiles.h"
#include "keysource.h"
#include "leapkeep.h"
#include "nl.h"
#include "pool.h"
#include "sources.h"
#include "timekeep.h"

/**
 * struct daemon - all of it
 * @path: of the configuration file
 * @conf: in force
 * @conf_next: what a reload in progress will put in force, or NULL
 * @user: to run as
 * @listener: in force
 * @listener_next: of the reload in progress
 * @listener_moves: they are not the same
 * @tried: the kernel has what the reload in progress wants
 * @refused: the last reload was
 * @ring: cookie keys in force
 * @secret: what they are derived from
 * @secret_next: of the reload in progress
 * @pool: workers
 * @certs: what they present
 * @renewing: workers with new certificates are being started
 * @nl: the kernel
 * @feed: what it was told of the clock
 * @counts: what it was told of the workers
 * @access: who is served
 * @sources: of time
 * @control: requests of ntsctl
 * @timekeep: what outlasts a reboot
 * @leapkeep: leap seconds of a list
 * @logfiles: of measurements
 * @phc: measures the clocks of network devices
 * @measure_only: never steer the system clock
 * @attached: it has taken all; else it is tried again
 * @has_pidfile: it was written
 * @serving: the 1st generation of workers was ready
 * @reload_again: another SIGHUP came during a reload
 */
struct daemon {
	const char *path;
	struct config *conf;
	struct config *conf_next;
	struct passwd user;
	struct listener listener;
	struct listener listener_next;
	bool listener_moves;
	bool tried;
	bool refused;
	struct keyring ring;
	struct keysource secret;
	struct keysource secret_next;
	struct pool pool;
	struct certs certs;
	struct nl *nl;
	struct clockfeed feed;
	struct worker_counts counts;
	struct access access;
	struct sources sources;
	struct control control;
	struct timekeep timekeep;
	struct leapkeep leapkeep;
	struct logfiles logfiles;
	struct helper phc;
	bool measure_only;
	bool attached;
	bool serving;
	bool renewing;
	bool reload_again;
	bool has_pidfile;
	uint64_t rotate_after_ms;
	uint64_t clock_check_ms;
	uint64_t clock_push_ms;
	uint64_t daemon_push_ms;
	uint64_t watchdog_ms;
	uint64_t note_ms;
};

uint64_t daemon_now_ms(void);
bool daemon_start(struct daemon *d);
void daemon_reload_sources(struct daemon *d);
bool daemon_take_news(struct daemon *d, enum pool_news news);
void daemon_tick(struct daemon *d);
void daemon_hear_access(struct daemon *d);
void daemon_hear_source(struct daemon *d, unsigned int index);
void daemon_hear_certs(struct daemon *d);
void daemon_configure_logs(struct daemon *d);
void daemon_cycle_logs(struct daemon *d);
void daemon_dump(struct daemon *d);
void daemon_refresh(struct daemon *d);
int daemon_wait_ms(const struct daemon *d);
void daemon_stop(struct daemon *d);
void daemon_free_conf(struct config *conf);

#endif
