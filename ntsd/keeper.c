// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keeper.h"
#include "lasttime.h"
#include "log.h"

#define RETRY_MS 60000

static int64_t period_ms(const struct config *conf)
{
	return conf->rotate_s * 1000;
}

static bool save(const struct daemon *d, const struct keyring *ring)
{
	char err[PATH_MAX + 128];

	/* Others' keys are theirs to write, and derived ones need no file. */
	if (!d->conf->rotate_s || !d->conf->dump_dir[0] || d->conf->derived_keys)
		return true;
	if (!keyring_save(ring, d->conf->dump_dir, daemon_now_ms(), err,
			  sizeof(err)))
		return true;
	log_err("cookie keys are not saved: %s", err);
	return false;
}

static bool make_ring(struct daemon *d, uint64_t now_ms)
{
	struct keyring_told told[KEYRING_SLOTS];
	char err[NL_ERR_LEN];
	int n = nl_get_keys(d->nl, told, err);

	if (n < 0)
		log_warn("%s", err);
	if (!keyring_adopt(&d->ring, told, n > 0 ? n : 0, now_ms)) {
		log_err("no random bytes for cookie keys");
		return false;
	}
	log_info("new cookie keys are made%s", n > 0 ?
		 ", cookies of the kernel's keys stay good" : "");
	return true;
}

/* Keys that were to be rotated while ntsd was away are now. */
static void catch_up(struct daemon *d, uint64_t now_ms)
{
	int64_t period = period_ms(d->conf);

	for (int i = 0; i < KEYRING_SLOTS && period; i++) {
		int64_t due = keyring_due(&d->ring, period);

		if (due > (int64_t)now_ms || !keyring_rotate(&d->ring, now_ms))
			break;
		d->ring.rotated_ms = due;
	}
	if (period && keyring_due(&d->ring, period) <= (int64_t)now_ms)
		d->ring.rotated_ms = now_ms;
}

/* A clock that was not set yet must not bring back keys of long ago. */
static int64_t wall_ms(const struct daemon *d)
{
	struct timespec now;
	time_t bound;

	clock_gettime(CLOCK_REALTIME, &now);
	bound = lasttime_bound(now.tv_sec, d->timekeep.last_time,
			       lasttime_built());
	return (int64_t)bound * 1000 +
	       (bound == now.tv_sec ? now.tv_nsec / 1000000 : 0);
}

static bool derive(const struct daemon *d, struct keyring *ring, uint64_t now_ms)
{
	if (keysource_derive(&d->secret, d->conf->rotate_s, wall_ms(d), now_ms,
			     ring))
		return true;
	log_err("cookie keys cannot be derived");
	return false;
}

static bool read_secret(const struct config *conf, struct keysource *secret)
{
	const struct config_place *place = &conf->key_secret.place;
	char err[PATH_MAX + 256];
	bool ok = keysource_read(secret, conf->key_secret.path, err, sizeof(err));

	if (!ok)
		log_err("%s:%d: %s", place->file, place->line, err);
	else if (err[0])
		log_warn("%s:%d: %s", place->file, place->line, err);
	return ok;
}

static void take_secret(struct daemon *d)
{
	keysource_wipe(&d->secret);
	d->secret = d->secret_next;
	keysource_wipe(&d->secret_next);
}

/* The next ring; @ring is what is in force now. */
static bool advance(const struct daemon *d, struct keyring *ring, uint64_t now_ms)
{
	if (d->conf->derived_keys)
		return derive(d, ring, now_ms);
	if (keyring_rotate(ring, now_ms))
		return true;
	log_err("no random bytes for a new cookie key");
	return false;
}

/**
 * keeper_announce() - let workers seal by the current key, which the kernel has
 * @d: the daemon
 */
void keeper_announce(struct daemon *d)
{
	const struct keyring_key *key = &d->ring.key[d->ring.current];

	pool_set_key(&d->pool, key->id, key->bytes);
}

/**
 * keeper_rotate() - the next cookie key becomes the current one
 * @d: the daemon
 *
 * First whole in the file, then in the kernel, then in the workers: so there
 * is no cookie that the kernel could not open, now or after a crash. When a
 * step fails, the old keys stay and it is tried again in a minute.
 */
void keeper_rotate(struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms();
	struct keyring ring = d->ring;
	char err[NL_ERR_LEN];

	d->rotate_after_ms = now_ms + RETRY_MS;
	if (!advance(d, &ring, now_ms)) {
		log_err("cookie keys are not rotated, next try in a minute");
	} else if (!save(d, &ring)) {
		log_err("cookie keys are not rotated, next try in a minute");
	} else if (nl_set_keys(d->nl, &ring, now_ms, err)) {
		log_err("%s", err);
		d->attached = false;
	} else {
		d->ring = ring;
		d->rotate_after_ms = 0;
		keeper_announce(d);
		log_info("cookie keys rotated, %08X is the current one",
			 ring.key[ring.current].id);
	}
	keyring_wipe(&ring);
}

/**
 * keeper_load() - find the cookie keys of before, or make new ones
 * @d: the daemon, connected to the kernel, keeper_prepare() done
 *
 * Return: false when there is a file that cannot be read.
 */
bool keeper_load(struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms();
	char err[PATH_MAX + 256];
	int ret = -ENOENT;

	if (d->conf->derived_keys) {
		take_secret(d);
		log_info("cookie keys are derived");
		return derive(d, &d->ring, now_ms);
	}
	if (d->conf->dump_dir[0])
		ret = keyring_load(&d->ring, d->conf->dump_dir, now_ms,
				   period_ms(d->conf), err, sizeof(err));
	else
		log_warn("no ntsdumpdir: cookie keys are lost with the kernel module or a reboot");

	if (!ret) {
		if (err[0])
			log_warn("%s", err);
		log_info("cookie keys loaded");
		catch_up(d, now_ms);
	} else if (ret == -ENOENT || ret == -EBADMSG) {
		if (ret == -EBADMSG)
			log_err("%s", err);
		if (!make_ring(d, now_ms))
			return false;
	} else {
		log_err("%s", err);
		return false;
	}
	/* Better served with keys that a restart loses than not at all. */
	save(d, &d->ring);
	return true;
}

/**
 * keeper_push() - give the kernel all cookie keys
 * @d: the daemon
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set.
 */
bool keeper_push(struct daemon *d, char *err)
{
	uint64_t now_ms = daemon_now_ms();
	int ret = nl_set_keys(d->nl, &d->ring, now_ms, err);

	if (ret && keyring_drop_held(&d->ring, now_ms))
		ret = nl_set_keys(d->nl, &d->ring, now_ms, err);
	return !ret;
}

/**
 * keeper_save() - write the cookie keys to the file
 * @d: the daemon
 */
void keeper_save(const struct daemon *d)
{
	save(d, &d->ring);
}

static bool reread_file(struct daemon *d, const char *dir)
{
	char err[PATH_MAX + 256];

	if (keyring_load(&d->ring, dir, daemon_now_ms(), 0, err, sizeof(err))) {
		log_err("%s", err);
		return false;
	}
	log_info("cookie keys loaded");
	return true;
}

static bool push_now(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (!keeper_push(d, err)) {
		log_err("%s", err);
		return false;
	}
	keeper_announce(d);
	return true;
}

/* Those of others, or of before keys were derived, in place of those in force. */
static bool readable(const struct daemon *d, const struct config *conf)
{
	bool rereads = d->conf->derived_keys || !conf->rotate_s;
	char err[PATH_MAX + 256];
	struct keyring ring;
	int ret;

	if (!d->serving || !rereads || !conf->dump_dir[0])
		return true;
	ret = keyring_load(&ring, conf->dump_dir, daemon_now_ms(), 0, err, sizeof(err));
	keyring_wipe(&ring);
	if (!ret || ret == -ENOENT || (ret == -EBADMSG && conf->rotate_s))
		return true;
	log_err("%s", err);
	return false;
}

/**
 * keeper_prepare() - see what a configuration needs that may be missing
 * @d: the daemon
 * @conf: the configuration that is to be in force
 *
 * Return: false when it cannot be; why was logged, and nothing was changed.
 */
bool keeper_prepare(struct daemon *d, const struct config *conf)
{
	const char *path = conf->key_secret.path;

	keysource_wipe(&d->secret_next);
	if (!conf->derived_keys)
		return readable(d, conf);
	if (!d->secret.len || strcmp(path, d->conf->key_secret.path) ||
	    !access(path, R_OK) || errno != EACCES)
		return read_secret(conf, &d->secret_next);
	/* Root could read it, and ntsd no longer is root. */
	log_warn("%s may not be read any more: the secret read at the start stays",
		 path);
	d->secret_next = d->secret;
	return true;
}

/**
 * keeper_commit() - take the keys that a new configuration wants
 * @d: the daemon, @old no more in force
 * @old: the configuration before
 *
 * What others manage (ntsrotate 0) is read again, and the secret is. The kernel
 * is told with all the rest, and then the workers by keeper_announce().
 */
void keeper_commit(struct daemon *d, const struct config *old)
{
	const struct config *conf = d->conf;

	take_secret(d);
	if (conf->derived_keys)
		derive(d, &d->ring, daemon_now_ms());
	else if (old->derived_keys)
		keeper_load(d);
	else if (!conf->rotate_s && conf->dump_dir[0])
		reread_file(d, conf->dump_dir);
}

/**
 * keeper_rekey() - read keys that others manage again
 * @d: the daemon
 *
 * That is the file with ntsrotate 0, and the secret of derived ones.
 *
 * Return: NULL, or why not.
 */
const char *keeper_rekey(struct daemon *d)
{
	if (d->conf->derived_keys) {
		if (!keeper_prepare(d, d->conf))
			return "the secret cannot be used, see the log";
		keeper_commit(d, d->conf);
	} else if (d->conf->rotate_s || !d->conf->dump_dir[0]) {
		return "ntsd makes the keys itself: ntsrotate 0 with ntsdumpdir leaves them to "
		       "others";
	} else if (!reread_file(d, d->conf->dump_dir)) {
		return "the file of keys cannot be used, see the log";
	}
	return push_now(d) ? NULL : "the kernel did not take the keys, see the log";
}

/**
 * keeper_due() - is it time for keeper_rotate()?
 * @d: the daemon
 * @now_ms: the time
 *
 * Return: true if it is.
 */
bool keeper_due(const struct daemon *d, uint64_t now_ms)
{
	if (now_ms < d->rotate_after_ms)
		return false;
	/* The clock may have been set, also back. */
	if (d->conf->derived_keys)
		return keysource_period(wall_ms(d), d->conf->rotate_s) !=
		       d->ring.period;
	return (int64_t)now_ms >= keyring_due(&d->ring, period_ms(d->conf));
}
