// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "adjust.h"
#include "daemon.h"
#include "events.h"
#include "file.h"
#include "keeper.h"
#include "log.h"
#include "module.h"
#include "notify.h"
#include "phc.h"
#include "pidfile.h"
#include "refusal.h"
#include "reload.h"
#include "sandbox.h"
#include "serving.h"
#include "staff.h"
#include "status.h"

#define CLOCK_CHECK_MS 1000

static void take_event(void *arg, const struct nl_event *event)
{
	struct daemon *d = arg;

	if (event->kind == NL_EVENT_ADJUST) {
		adjust_clock(d->nl, event);
		return;
	}
	/* The process that measures the clocks of devices has its own say. */
	if (event->kind == NL_EVENT_PHC)
		return;
	if (event->kind == NL_EVENT_SAMPLE) {
		logfiles_take(&d->logfiles, d->nl, event->id);
		return;
	}
	events_log(event);
	if (event->kind == NL_EVENT_SOURCE && d->sources.attached)
		sources_take_event(&d->sources, event, daemon_now_ms());
}

/* The right to set the clock is kept by whom the kernel will ask to set it. */
static bool must_steer(struct daemon *d)
{
	struct nl_tracking tracking;
	char err[NL_ERR_LEN];

	if (!config_follows(d->conf) || d->measure_only)
		return false;
	if (nl_get_tracking(d->nl, &tracking, err)) {
		log_warn("%s", err);
		return true;
	}
	if (tracking.by_daemon)
		log_notice("ntsd steers the system clock for the kernel module%s%s",
			   tracking.reason[0] ? ": " : "", tracking.reason);
	return tracking.by_daemon;
}

/* Programs that want TAI ask the kernel for it; nobody else tells it. */
static void set_tai(const struct daemon *d)
{
	struct timex tx = { .modes = ADJ_TAI, .constant = leapkeep_tai(&d->leapkeep) };

	if (tx.constant && config_follows(d->conf) && !d->measure_only &&
	    adjtimex(&tx) < 0)
		log_debug("the offset of TAI is not set: %s", strerror(errno));
}

static void make_dump_dir(const struct daemon *d)
{
	const char *dir = d->conf->dump_dir;
	int ret = dir[0] ? file_make_dir(dir, 0750, d->user.pw_uid, d->user.pw_gid) : 0;

	if (ret)
		log_warn("%s: %s", dir, strerror(-ret));
}

static bool begin_to_serve(struct daemon *d)
{
	char err[NL_ERR_LEN], ntp[SERVING_TEXT_LEN];

	if (!serving_open(d, err)) {
		refusal_tell(d->conf, NULL, err);
		return false;
	}
	d->serving = true;
	daemon_configure_logs(d);
	if (!sources_attach(&d->sources, daemon_now_ms(), err)) {
		log_err("%s", err);
		d->attached = false;
	}
	if (d->conf->n_certs)
		log_notice("serving %s, NTS-KE on port %u with %u workers",
			   serving_text(d, ntp), d->conf->nts_port,
			   pool_ready(&d->pool));
	else
		log_notice("serving %s, without NTS-KE", serving_text(d, ntp));
	return true;
}

/**
 * daemon_now_ms() - the clock of the master
 *
 * Return: milliseconds since boot, sleep included.
 */
uint64_t daemon_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/**
 * daemon_start() - begin to serve
 * @d: with @path and @user filled in, and the epoll of @pool
 *
 * Return: false when that is impossible; why was logged.
 */
bool daemon_start(struct daemon *d)
{
	struct worker_setup *setup = NULL;
	char err[NL_ERR_LEN];
	bool steers;

	d->nl = nl_open(err);
	if (!d->nl)
		goto fail;
	nl_hear_events(d->nl, take_event, d);
	/* Only a kernel that is to steer knows whether it can. */
	if (!timekeep_attach(d->nl, d->conf, err))
		goto fail;
	leapkeep_load(&d->leapkeep, d->conf, log_problem, NULL);
	steers = must_steer(d);
	set_tai(d);
	d->access.user = &d->user;
	snprintf(err, sizeof(err), "out of memory");
	if (!access_init(&d->access, d->conf) ||
	    !access_configure(&d->access, d->conf, daemon_now_ms()))
		goto fail;
	/* As root still: ports below 1024, the pid file, the keys. */
	if (d->conf->n_certs &&
	    !listener_open(&d->listener, d->conf, err, sizeof(err))) {
		refusal_tell_listener(d->conf, errno, err);
		return false;
	}
	listener_give(&d->listener, &d->user);
	if (!staff_find_certs(d) || !keeper_prepare(d, d->conf))
		return false;
	setup = staff_setup(d, d->conf, &d->listener);
	if (!setup)
		return false;
	d->has_pidfile = pidfile_write(d->conf->pidfile);
	make_dump_dir(d);
	logfiles_make_dir(d->conf, &d->user);
	/* It goes without: one daemon of several, say. */
	if (d->conf->control[0] &&
	    !control_open(&d->control, d->conf->control, d->user.pw_uid,
			  d->user.pw_gid, err, sizeof(err)))
		log_warn("%s", err);
	if (d->conf->n_hwtimestamps && !phc_start(&d->phc, d->conf, &d->user))
		log_err("no process for hwtimestamp: %s", strerror(errno));
	if (d->conf->lock_all && !sandbox_lock_memory(err, sizeof(err)))
		log_warn("%s", err);
	if (!sandbox_master(&d->user, steers, err, sizeof(err)))
		goto fail;
	timekeep_load(&d->timekeep, d->conf);
	d->sources.nl = d->nl;
	d->sources.user = &d->user;
	d->sources.last_time = d->timekeep.last_time;
	sources_configure(&d->sources, d->conf, daemon_now_ms());

	if (!keeper_load(d)) {
		certs_close(setup);
		return false;
	}
	if (!module_push(d, err))
		goto fail;
	staff_set_key(d, setup);
	return daemon_take_news(d, staff_start(d, setup, d->conf));
fail:
	log_err("%s", err);
	certs_close(setup);
	return false;
}

/**
 * daemon_reload_sources() - read the files in sourcedirs again
 * @d: the daemon
 *
 * Sources that are in them still go on as they are.
 */
void daemon_reload_sources(struct daemon *d)
{
	config_reread_sources(d->conf, log_problem, NULL);
	sources_configure(&d->sources, d->conf, daemon_now_ms());
	log_info("sources of sourcedir are read again");
}

/**
 * daemon_take_news() - act on what happened to the workers
 * @d: the daemon
 * @news: what happened
 *
 * Return: false when the daemon cannot start.
 */
bool daemon_take_news(struct daemon *d, enum pool_news news)
{
	if (news == POOL_NOTHING)
		return true;
	if (news == POOL_REFUSED) {
		if (d->pool.why[0])
			log_err("%s", d->pool.why);
		certs_refuse(&d->certs, d->pool.why, daemon_now_ms());
		d->pool.why[0] = '\0';
		if (!d->serving)
			return false;
		if (d->conf_next)
			reload_refuse(d);
		else
			reload_end(d);
		return true;
	}

	if (d->conf_next)
		reload_commit(d);
	else if (!d->renewing && !begin_to_serve(d))
		return false;
	certs_commit(&d->certs, d->conf, d->renewing);
	notify_send("READY=1");
	status_say(d);
	reload_end(d);
	return true;
}

static void take_certs(struct daemon *d, enum certs_news news)
{
	switch (news) {
	case CERTS_FOUND:
		if (d->conf_next)
			reload_go_on(d);
		break;
	case CERTS_RENEWED:
		staff_renew(d);
		break;
	case CERTS_NOTHING:
		break;
	}
}

/**
 * daemon_tick() - do what is due
 * @d: the daemon
 */
void daemon_tick(struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms();
	char err[NL_ERR_LEN];

	pool_tick(&d->pool, now_ms);
	if (now_ms >= d->watchdog_ms) {
		notify_send("WATCHDOG=1");
		d->watchdog_ms = now_ms + notify_watchdog_ms();
	}
	if (d->attached && d->serving) {
		d->sources.last_time = d->timekeep.last_time;
		d->sources.updates = d->timekeep.updates;
		sources_tick(&d->sources, now_ms);
		timekeep_tick(&d->timekeep, d->nl, d->conf, now_ms);
		leapkeep_tick(&d->leapkeep, d->nl, now_ms);
		if (!serving_tick(d, now_ms, err))
			module_lose(d, err);
	}
	if (now_ms < d->clock_check_ms)
		return;
	d->clock_check_ms = now_ms + CLOCK_CHECK_MS;
	if (d->serving)
		take_certs(d, certs_late(&d->certs, now_ms));
	if (d->serving && !d->conf_next)
		certs_tick(&d->certs, d->conf, now_ms);
	if (!d->attached) {
		module_sync(d);
		return;
	}

	if (keeper_due(d, now_ms)) {
		keeper_rotate(d);
		status_say(d);
	}
	module_tick(d, now_ms);
}

/**
 * daemon_hear_source() - a process that works for a source has to say something
 * @d: the daemon
 * @index: of the source
 */
void daemon_hear_source(struct daemon *d, unsigned int index)
{
	sources_hear(&d->sources, index, daemon_now_ms());
}

/**
 * daemon_hear_certs() - whoever watches certificates has something to say
 * @d: the daemon
 */
void daemon_hear_certs(struct daemon *d)
{
	take_certs(d, certs_hear(&d->certs, daemon_now_ms()));
}

/**
 * daemon_configure_logs() - write the log files of the configuration in force
 * @d: the daemon
 */
void daemon_configure_logs(struct daemon *d)
{
	logfiles_configure(&d->logfiles, d->conf);
	nl_hear_samples(d->nl, d->conf->logs);
}

/**
 * daemon_cycle_logs() - open log files again, which may have been renamed
 * @d: the daemon
 */
void daemon_cycle_logs(struct daemon *d)
{
	logfiles_cycle(&d->logfiles);
}

/**
 * daemon_dump() - write to disk what a restart of the machine would lose
 * @d: the daemon
 */
void daemon_dump(struct daemon *d)
{
	if (!d->serving)
		return;
	keeper_save(d);
	sources_save(&d->sources);
	timekeep_save(&d->timekeep, d->nl, d->conf);
}

/**
 * daemon_hear_access() - the process that looks for names of clients has something
 * @d: the daemon
 */
void daemon_hear_access(struct daemon *d)
{
	access_hear(&d->access, daemon_now_ms());
}

/**
 * daemon_refresh() - look up the names of all sources, and of clients, again
 * @d: the daemon
 */
void daemon_refresh(struct daemon *d)
{
	sources_refresh(&d->sources, daemon_now_ms());
	access_refresh(&d->access, daemon_now_ms());
}

/**
 * daemon_wait_ms() - how long until daemon_tick() has something to do
 * @d: the daemon
 *
 * Return: milliseconds, for epoll_wait(2).
 */
int daemon_wait_ms(const struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms(), due = d->clock_check_ms;

	if (pool_due(&d->pool) < due)
		due = pool_due(&d->pool);
	if (d->watchdog_ms < due)
		due = d->watchdog_ms;
	if (d->attached && d->serving && sources_due(&d->sources) < due)
		due = sources_due(&d->sources);
	return due <= now_ms ? 0 : (int)(due - now_ms);
}

/**
 * daemon_free_conf() - forget a configuration
 * @conf: NULL is fine
 */
void daemon_free_conf(struct config *conf)
{
	if (conf)
		config_free(conf);
	free(conf);
}

/**
 * daemon_stop() - end; the kernel goes on serving
 * @d: the daemon
 */
void daemon_stop(struct daemon *d)
{
	notify_send("STOPPING=1");
	daemon_dump(d);
	sources_stop(&d->sources);
	access_stop(&d->access);
	helper_stop(&d->phc);
	certs_stop(&d->certs);
	control_close(&d->control);
	pool_stop(&d->pool);
	listener_close(&d->listener);
	nl_hang_up(d->nl);
	keyring_wipe(&d->ring);
	keysource_wipe(&d->secret);
	keysource_wipe(&d->secret_next);
	/* That of a daemon that runs already must outlive one that did not start. */
	if (d->has_pidfile)
		pidfile_remove(d->conf->pidfile);
	daemon_free_conf(d->conf);
	daemon_free_conf(d->conf_next);
}
