// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "keeper.h"
#include "log.h"
#include "module.h"
#include "serving.h"
#include "status.h"

#define CLOCK_PUSH_MS 4000
#define DAEMON_PUSH_MS 1000

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

/**
 * module_push() - tell the kernel module all there is
 * @d: the daemon
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set.
 */
bool module_push(struct daemon *d, char *err)
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

/**
 * module_sync() - a kernel module came that may know nothing
 * @d: the daemon
 */
void module_sync(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (!nl_find_module(d->nl, err) || !module_push(d, err)) {
		module_lose(d, err);
		return;
	}
	log_notice("the kernel module has all again");
	status_say(d);
}

/**
 * module_lose() - the kernel module does not answer any more
 * @d: the daemon
 * @why: for the log
 */
void module_lose(struct daemon *d, const char *why)
{
	if (d->attached)
		log_err("%s", why);
	d->attached = false;
	sources_detach(&d->sources);
	status_say(d);
}

/**
 * module_tick() - tell it what changed: the clock, and what workers counted
 * @d: the daemon, attached
 * @now_ms: the time
 */
void module_tick(struct daemon *d, uint64_t now_ms)
{
	struct worker_counts counts;
	struct clockfeed feed;
	char err[NL_ERR_LEN];
	bool ok = true;

	clockfeed_read(&feed, d->conf);
	if (now_ms >= d->clock_push_ms || clockfeed_differs(&feed, &d->feed))
		ok = push_clock(d, err);
	pool_counts(&d->pool, &counts);
	if (ok && now_ms >= d->daemon_push_ms &&
	    memcmp(&counts, &d->counts, sizeof(counts)))
		ok = push_daemon(d, err);
	if (!ok)
		module_lose(d, err);
}
