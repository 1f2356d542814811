// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <time.h>

#include "driftfile.h"
#include "lasttime.h"
#include "log.h"
#include "timekeep.h"

#define READ_MS 5000
#define WRITE_MS 3600000
/* A first time that is good is kept soon: the power may fail. */
#define SOON_MS 60000

static void keep_drift(struct timekeep *t, const struct config *conf,
		       const struct nl_tracking *now)
{
	int ret;

	if (!conf->driftfile[0])
		return;
	/* chrony's file says how much the clock gains. */
	ret = driftfile_write(conf->driftfile, -now->freq_ppm, now->skew_ppm);
	if (ret && !t->warned)
		log_warn("%s: %s", conf->driftfile, strerror(-ret));
	t->warned |= ret;
}

static void keep_history(struct timekeep *t, const struct nl_tracking *now, uint64_t now_ms)
{
	const struct history_point point = {
		.time = time(NULL),
		.offset_ns = -now->correction_ns,
		.fast_ppm = (float)-now->freq_ppm,
		.skew_ppm = (float)now->skew_ppm,
	};

	history_add(&t->history, now_ms, &point);
}

static void keep_time(struct timekeep *t, const struct config *conf)
{
	time_t now = time(NULL);
	int ret;

	/* A bound that servers could move back would be none. */
	if (now <= t->last_time)
		return;
	ret = lasttime_write(timekeep_dir(conf), now);
	if (ret && !t->warned)
		log_warn("%s/%s: %s", timekeep_dir(conf), LASTTIME_FILE,
			 strerror(-ret));
	t->warned |= ret;
	t->last_time = now;
}

/**
 * timekeep_dir() - where the last good time is kept
 * @conf: directive ntsdumpdir
 *
 * Return: the directory.
 */
const char *timekeep_dir(const struct config *conf)
{
	return conf->dump_dir[0] ? conf->dump_dir : LASTTIME_DIR;
}

/**
 * timekeep_load() - read the last good time
 * @t: filled in
 * @conf: the configuration
 */
void timekeep_load(struct timekeep *t, const struct config *conf)
{
	time_t now = time(NULL);

	t->last_time = lasttime_read(timekeep_dir(conf));
	if (lasttime_bound(now, t->last_time, lasttime_built()) > now)
		log_warn("the system clock is behind the last good time by %lld s at least",
			 (long long)(lasttime_bound(now, t->last_time,
						    lasttime_built()) - now));
}

/**
 * timekeep_attach() - tell the kernel how to discipline the clock
 * @nl: connected
 * @conf: the configuration
 * @err: NL_ERR_LEN bytes for what failed
 *
 * The drift is taken by a kernel that knows nothing better.
 *
 * Return: false with @err set.
 */
bool timekeep_attach(struct nl *nl, const struct config *conf, char *err)
{
	double fast_ppm, skew_ppm;

	if (nl_set_discipline(nl, &conf->discipline,
			      config_follows(conf) && !conf->measure_only, err))
		return false;
	if (!conf->driftfile[0] ||
	    !driftfile_read(conf->driftfile, &fast_ppm, &skew_ppm))
		return true;
	return !nl_set_drift(nl, -fast_ppm, skew_ppm, err);
}

/**
 * timekeep_tick() - do what is due
 * @t: loaded
 * @nl: connected
 * @conf: the configuration
 * @now_ms: the time
 */
void timekeep_tick(struct timekeep *t, struct nl *nl, const struct config *conf,
		   uint64_t now_ms)
{
	struct nl_tracking now;
	char err[NL_ERR_LEN];

	if (!config_follows(conf) || now_ms < t->read_ms)
		return;
	t->read_ms = now_ms + READ_MS;
	if (nl_get_tracking(nl, &now, err)) {
		log_debug("%s", err);
		return;
	}
	t->updates = now.updates;
	if (!now.synchronised || !now.updates)
		return;
	keep_history(t, &now, now_ms);
	if (!t->write_ms)
		t->write_ms = now_ms + SOON_MS;
	if (now_ms < t->write_ms)
		return;
	t->write_ms = now_ms + WRITE_MS;
	keep_drift(t, conf, &now);
	keep_time(t, conf);
}

/**
 * timekeep_save() - write the files before the end
 * @t: loaded
 * @nl: connected
 * @conf: the configuration
 */
void timekeep_save(struct timekeep *t, struct nl *nl, const struct config *conf)
{
	struct nl_tracking now;
	char err[NL_ERR_LEN];

	if (!config_follows(conf) || nl_get_tracking(nl, &now, err) ||
	    !now.synchronised || !now.updates)
		return;
	keep_drift(t, conf, &now);
	keep_time(t, conf);
}
