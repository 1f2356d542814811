// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "keeper.h"
#include "log.h"

#define RETRY_MS 60000

static int64_t period_ms(const struct config *conf)
{
	return conf->rotate_s * 1000;
}

static bool save(const struct daemon *d, const struct keyring *ring)
{
	char err[PATH_MAX + 128];

	if (!d->conf->rotate_s || !d->conf->dump_dir[0])
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
	if (!keyring_rotate(&ring, now_ms)) {
		log_err("no random bytes for a new cookie key");
	} else if (!save(d, &ring)) {
		log_err("cookie keys are not rotated, next try in a minute");
	} else if (nl_set_keys(d->nl, &ring, now_ms, err)) {
		log_err("%s", err);
		d->attached = false;
	} else {
		d->ring = ring;
		d->rotate_after_ms = 0;
		pool_set_key(&d->pool, ring.key[ring.current].id,
			     ring.key[ring.current].bytes);
		log_info("cookie keys rotated, %08X is the current one",
			 ring.key[ring.current].id);
	}
	keyring_wipe(&ring);
}

/**
 * keeper_load() - find the cookie keys of before, or make new ones
 * @d: the daemon, connected to the kernel
 *
 * Return: false when there is a file that cannot be read.
 */
bool keeper_load(struct daemon *d)
{
	uint64_t now_ms = daemon_now_ms();
	char err[PATH_MAX + 256];
	int ret = -ENOENT;

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

/**
 * keeper_reread() - take over keys that others manage (ntsrotate 0)
 * @d: the daemon
 * @conf: the configuration that is to be in force
 */
void keeper_reread(struct daemon *d, const struct config *conf)
{
	const struct keyring_key *key;
	char err[PATH_MAX + 256];

	if (conf->rotate_s || !conf->dump_dir[0])
		return;
	if (keyring_load(&d->ring, conf->dump_dir, daemon_now_ms(), 0, err,
			 sizeof(err))) {
		log_err("%s", err);
		return;
	}
	log_info("cookie keys loaded");
	if (!keeper_push(d, err)) {
		log_err("%s", err);
		return;
	}
	key = &d->ring.key[d->ring.current];
	pool_set_key(&d->pool, key->id, key->bytes);
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
	return (int64_t)now_ms >= keyring_due(&d->ring, period_ms(d->conf)) &&
	       now_ms >= d->rotate_after_ms;
}
