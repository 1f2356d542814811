// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "adjust.h"
#include "daemon.h"
#include "events.h"
#include "keeper.h"
#include "log.h"
#include "notify.h"
#include "phc.h"
#include "sandbox.h"
#include "serving.h"

#define CLOCK_CHECK_MS 1000
#define CLOCK_PUSH_MS 4000
#define DAEMON_PUSH_MS 1000
/* Large RSA keys take long on small machines. */
#define CERTS_MS 30000

static void tell_log(void *arg, bool is_error, const char *file, int line,
		     const char *text)
{
	enum log_level level = is_error ? LOG_LEVEL_ERR : LOG_LEVEL_WARN;

	(void)arg;
	if (line)
		log_line(level, "%s:%d: %s", file, line, text);
	else
		log_line(level, "%s: %s", file, text);
}

static bool push_clock(struct daemon *d, char *err)
{
	clockfeed_read(&d->feed, d->conf);
	d->clock_push_ms = daemon_now_ms() + CLOCK_PUSH_MS;
	return !nl_set_clock(d->nl, &d->feed, err);
}

static bool push_daemon(struct daemon *d, char *err)
{
	pool_counts(&d->pool, &d->counts);
	d->daemon_push_ms = daemon_now_ms() + DAEMON_PUSH_MS;
	return !nl_set_daemon(d->nl, &d->counts, err);
}

static bool push_all(struct daemon *d, char *err)
{
	/* No port is opened for a start that may still fail. */
	d->attached = keeper_push(d, err) && push_clock(d, err) &&
		      serving_push(d, err) && (!d->serving || serving_open(d, err)) &&
		      push_daemon(d, err) &&
		      timekeep_attach(d->nl, d->conf, err) &&
		      leapkeep_attach(&d->leapkeep, d->nl, err) &&
		      (!d->serving ||
		       sources_attach(&d->sources, daemon_now_ms(), err));
	return d->attached;
}

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

/* Return: false when it cannot be read; that was told. */
static bool read_config(const struct daemon *d, struct config *conf)
{
	if (!config_read(conf, d->path, tell_log, NULL))
		return false;
	conf->measure_only = d->measure_only;
	return true;
}

/* As the service manager wants it in RELOADING=1. */
static uint64_t monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void say_status(const struct daemon *d)
{
	const struct keyring_key *key = &d->ring.key[d->ring.current];
	char ntp[SERVING_TEXT_LEN];

	if (!d->attached)
		notify_send("STATUS=The kernel module nts is not loaded");
	else if (!d->conf->n_certs)
		notify_send("STATUS=%s; no NTS-KE: no certificate",
			    serving_text(d, ntp));
	else
		notify_send("STATUS=%s; NTS-KE on port %u by %u workers; cookie key %08X",
			    serving_text(d, ntp), d->conf->nts_port,
			    pool_ready(&d->pool), key->id);
}

static struct worker_setup *make_setup(struct daemon *d,
				       const struct config *conf,
				       const struct listener *listener)
{
	const struct keyring_key *key = &d->ring.key[d->ring.current];
	struct worker_setup *setup;

	setup = certs_setup(&d->certs, conf);
	if (!setup)
		return NULL;
	setup->listener = *listener;
	setup->connections = conf->connections;
	setup->user = d->user;
	access_gate(&d->access, conf, &setup->gate);
	setup->policy.timeout_ms = WORKER_TIMEOUT_MS;
	setup->policy.aeads[0] = KE_AEAD_AES_SIV_CMAC_256;
	setup->policy.n_aeads = 1;
	/* With port 0 others serve NTP, on the usual port. */
	setup->policy.ntp_port = conf->ntp_port ? conf->ntp_port : 123;
	strcpy(setup->policy.ntp_server, conf->ntp_server);
	setup->key_id = key->id;
	memcpy(setup->key, key->bytes, sizeof(setup->key));
	return setup;
}

/* As root still: whoever watches the files keeps the right to read them. */
static bool find_certs(struct daemon *d)
{
	d->certs.user = &d->user;
	if (!d->conf->n_certs)
		return true;
	return certs_order(&d->certs, d->conf, false) &&
	       certs_wait(&d->certs, CERTS_MS) &&
	       certs_judge(&d->certs, d->conf, false, tell_log, NULL);
}

static enum pool_news start_workers(struct daemon *d, struct worker_setup *setup,
				    const struct config *conf)
{
	return pool_start(&d->pool, setup, setup->n_pairs ? conf->processes : 0,
			  daemon_now_ms());
}

static void write_pidfile(struct daemon *d)
{
	const char *path = d->conf->pidfile;
	FILE *f;

	if (!path[0])
		return;
	f = fopen(path, "we");
	if (!f || fprintf(f, "%d\n", getpid()) < 0)
		log_warn("%s: %s", path, strerror(errno));
	if (f)
		fclose(f);
	d->has_pidfile = f;
}

/* That of a daemon that runs already must outlive one that did not start. */
static void remove_pidfile(const struct daemon *d)
{
	if (d->has_pidfile && unlink(d->conf->pidfile) && errno != ENOENT)
		log_debug("%s: %s", d->conf->pidfile, strerror(errno));
}

static void make_dump_dir(const struct daemon *d)
{
	const char *dir = d->conf->dump_dir;

	if (!dir[0] || mkdir(dir, 0750))
		return;	/* most often because it is there */
	if (!geteuid() && chown(dir, d->user.pw_uid, d->user.pw_gid))
		log_warn("%s: %s", dir, strerror(errno));
}

static void free_conf(struct config *conf)
{
	if (conf)
		config_free(conf);
	free(conf);
}

/* Workers with the certificates that were found since the last ones started. */
static void renew(struct daemon *d)
{
	struct worker_setup *setup;

	if (d->conf_next || d->renewing || !d->serving ||
	    !certs_renewed(&d->certs, d->conf))
		return;
	setup = make_setup(d, d->conf, &d->listener);
	if (!setup) {
		certs_refuse(&d->certs, strerror(errno), daemon_now_ms());
		return;
	}
	d->renewing = true;
	daemon_take_news(d, start_workers(d, setup, d->conf));
}

static void end_reload(struct daemon *d)
{
	free_conf(d->conf_next);
	d->conf_next = NULL;
	d->renewing = false;
	if (d->reload_again) {
		d->reload_again = false;
		daemon_reload(d);
	}
	renew(d);
}

static void refuse_reload(struct daemon *d)
{
	if (d->listener_moves)
		listener_close(&d->listener_next);
	d->listener_moves = false;
	log_err("the old configuration and certificates stay in force");
	if (d->conf->n_certs)
		certs_order(&d->certs, d->conf, true);
	notify_send("READY=1");
	end_reload(d);
}

/* Certificates of a reload were read. */
static void go_on_with_reload(struct daemon *d)
{
	struct worker_setup *setup = NULL;

	if (certs_judge(&d->certs, d->conf_next, true, tell_log, NULL))
		setup = make_setup(d, d->conf_next, &d->listener_next);
	if (!setup)
		refuse_reload(d);
	else
		daemon_take_news(d, start_workers(d, setup, d->conf_next));
}

static void configure_logs(struct daemon *d)
{
	logfiles_configure(&d->logfiles, d->conf);
	nl_hear_samples(d->nl, d->conf->logs);
}

static bool begin_to_serve(struct daemon *d)
{
	char err[NL_ERR_LEN], ntp[SERVING_TEXT_LEN];

	if (!serving_open(d, err)) {
		log_err("%s", err);
		return false;
	}
	d->serving = true;
	configure_logs(d);
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

/* What only a process that still is root, or a new one, can do. */
static void say_restart(const struct config *old, const struct config *new)
{
	const struct {
		const char *name;
		bool changed;
	} directives[] = {
		{ "user", strcmp(old->user, new->user) },
		{ "pidfile", strcmp(old->pidfile, new->pidfile) },
		{ "bindcmdaddress", strcmp(old->control, new->control) },
		{ "lock_all", old->lock_all != new->lock_all },
	};

	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++)
		if (directives[i].changed)
			log_warn("%s was changed: it takes effect when ntsd is restarted",
				 directives[i].name);
}

static void commit_reload(struct daemon *d)
{
	bool new_dir = strcmp(d->conf->dump_dir, d->conf_next->dump_dir);
	struct config *old;
	char err[NL_ERR_LEN];

	say_restart(d->conf, d->conf_next);
	/* It was written at the start, and is removed at the end. */
	memcpy(d->conf_next->pidfile, d->conf->pidfile,
	       sizeof(d->conf->pidfile));
	if (!access_configure(&d->access, d->conf_next, daemon_now_ms()))
		log_err("out of memory: who was allowed before stays allowed");
	sources_configure(&d->sources, d->conf_next, daemon_now_ms());
	phc_configure(&d->phc, d->conf_next);
	old = d->conf;
	d->conf = d->conf_next;
	d->conf_next = NULL;
	keeper_commit(d, old);
	leapkeep_load(&d->leapkeep, d->conf, tell_log, NULL);
	free_conf(old);
	if (d->listener_moves)
		listener_close(&d->listener);
	d->listener = d->listener_next;
	d->listener_next.n = 0;
	configure_logs(d);
	if (new_dir)
		keeper_save(d);
	if (!push_all(d, err))
		log_err("%s", err);
	keeper_announce(d);
	log_notice("configuration reloaded");
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
	const struct keyring_key *key;
	char err[NL_ERR_LEN];
	bool steers;

	d->nl = nl_open(err);
	if (!d->nl)
		goto fail;
	nl_hear_events(d->nl, take_event, d);
	/* Only a kernel that is to steer knows whether it can. */
	if (!timekeep_attach(d->nl, d->conf, err))
		goto fail;
	leapkeep_load(&d->leapkeep, d->conf, tell_log, NULL);
	steers = must_steer(d);
	set_tai(d);
	d->access.user = &d->user;
	snprintf(err, sizeof(err), "out of memory");
	if (!access_init(&d->access, d->conf) ||
	    !access_configure(&d->access, d->conf, daemon_now_ms()))
		goto fail;
	/* As root still: ports below 1024, the pid file, the keys. */
	if (d->conf->n_certs &&
	    !listener_open(&d->listener, d->conf, err, sizeof(err)))
		goto fail;
	if (!find_certs(d) || !keeper_prepare(d, d->conf))
		return false;
	setup = make_setup(d, d->conf, &d->listener);
	if (!setup)
		return false;
	write_pidfile(d);
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
	if (!push_all(d, err))
		goto fail;
	key = &d->ring.key[d->ring.current];
	setup->key_id = key->id;
	memcpy(setup->key, key->bytes, sizeof(setup->key));
	return daemon_take_news(d, start_workers(d, setup, d->conf));
fail:
	log_err("%s", err);
	certs_close(setup);
	return false;
}

/**
 * daemon_reload() - read the configuration again and put it in force
 * @d: serving
 *
 * Whatever is wrong with it, what is in force stays.
 */
void daemon_reload(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (d->conf_next || d->renewing || !d->serving) {
		d->reload_again = true;
		return;
	}
	notify_send("RELOADING=1\nMONOTONIC_USEC=%llu",
		    (unsigned long long)monotonic_us());
	d->listener_moves = false;
	d->conf_next = calloc(1, sizeof(*d->conf_next));
	if (!d->conf_next || !read_config(d, d->conf_next))
		goto refuse;
	if (!keeper_prepare(d, d->conf_next))
		goto refuse;
	d->listener_moves = !d->conf_next->n_certs != !d->listener.n ||
			    !listener_same(d->conf, d->conf_next);
	d->listener_next = d->listener;
	if (d->listener_moves)
		d->listener_next.n = 0;
	if (d->listener_moves && d->conf_next->n_certs &&
	    !listener_open(&d->listener_next, d->conf_next, err, sizeof(err))) {
		log_err("%s", err);
		goto refuse;
	}
	if (!d->conf_next->n_certs)
		go_on_with_reload(d);
	else if (!certs_order(&d->certs, d->conf_next, false))
		goto refuse;
	return;
refuse:
	refuse_reload(d);
}

/**
 * daemon_reload_sources() - read the files in sourcedirs again
 * @d: the daemon
 *
 * Sources that are in them still go on as they are.
 */
void daemon_reload_sources(struct daemon *d)
{
	config_reread_sources(d->conf, tell_log, NULL);
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
			refuse_reload(d);
		else
			end_reload(d);
		return true;
	}

	if (d->conf_next)
		commit_reload(d);
	else if (!d->renewing && !begin_to_serve(d))
		return false;
	certs_commit(&d->certs, d->conf, d->renewing);
	notify_send("READY=1");
	say_status(d);
	end_reload(d);
	return true;
}

/**
 * daemon_sync() - tell a kernel module that knows nothing all there is
 * @d: the daemon
 */
void daemon_sync(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (!nl_find_module(d->nl, err) || !push_all(d, err)) {
		daemon_detach(d, err);
		return;
	}
	log_notice("the kernel module has all again");
	say_status(d);
}

/**
 * daemon_detach() - the kernel module does not answer any more
 * @d: the daemon
 * @why: for the log
 */
void daemon_detach(struct daemon *d, const char *why)
{
	if (d->attached)
		log_err("%s", why);
	d->attached = false;
	sources_detach(&d->sources);
	say_status(d);
}

/**
 * daemon_tick() - do what is due
 * @d: the daemon
 */
void daemon_tick(struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms();
	struct worker_counts counts;
	struct clockfeed feed;
	char err[NL_ERR_LEN];
	bool ok = true;

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
			daemon_detach(d, err);
	}
	if (now_ms < d->clock_check_ms)
		return;
	d->clock_check_ms = now_ms + CLOCK_CHECK_MS;
	if (d->serving && !d->conf_next)
		certs_tick(&d->certs, d->conf, now_ms);
	if (!d->attached) {
		daemon_sync(d);
		return;
	}

	if (keeper_due(d, now_ms)) {
		keeper_rotate(d);
		say_status(d);
	}
	clockfeed_read(&feed, d->conf);
	if (now_ms >= d->clock_push_ms || clockfeed_differs(&feed, &d->feed))
		ok = push_clock(d, err);
	pool_counts(&d->pool, &counts);
	if (ok && now_ms >= d->daemon_push_ms &&
	    memcmp(&counts, &d->counts, sizeof(counts)))
		ok = push_daemon(d, err);
	if (!ok)
		daemon_detach(d, err);
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
	switch (certs_hear(&d->certs, daemon_now_ms())) {
	case CERTS_FOUND:
		if (d->conf_next)
			go_on_with_reload(d);
		break;
	case CERTS_RENEWED:
		renew(d);
		break;
	case CERTS_NOTHING:
		break;
	}
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
	remove_pidfile(d);
	free_conf(d->conf);
	free_conf(d->conf_next);
}
