// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "log.h"
#include "staff.h"

/* Large RSA keys take long on small machines. */
#define CERTS_MS 30000

/**
 * staff_set_key() - have them seal cookies by the current key
 * @d: the daemon
 * @setup: changed
 */
void staff_set_key(const struct daemon *d, struct worker_setup *setup)
{
	const struct keyring_key *key = &d->ring.key[d->ring.current];

	setup->key_id = key->id;
	memcpy(setup->key, key->bytes, sizeof(setup->key));
}

/**
 * staff_find_certs() - have certificates and keys read, and watched
 * @d: the daemon, which may be root still: who watches keeps the right to read
 *
 * Return: false when they cannot serve; that was logged.
 */
bool staff_find_certs(struct daemon *d)
{
	d->certs.user = &d->user;
	if (!d->conf->n_certs)
		return true;
	if (!certs_order(&d->certs, d->conf, false))
		return false;
	if (!certs_wait(&d->certs, CERTS_MS)) {
		log_err("certificates and keys could not be read within %d s",
			CERTS_MS / 1000);
		return false;
	}
	return certs_judge(&d->certs, d->conf, false, log_problem, NULL);
}

/**
 * staff_setup() - what workers are to be born with
 * @d: the daemon
 * @conf: that they are for
 * @listener: of that
 *
 * Return: the setup, or NULL; that was logged.
 */
struct worker_setup *staff_setup(struct daemon *d, const struct config *conf,
				 const struct listener *listener)
{
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
	staff_set_key(d, setup);
	return setup;
}

/**
 * staff_start() - start a generation
 * @d: the daemon
 * @setup: the pool's from now on
 * @conf: that they are for
 *
 * Return: the news, for daemon_take_news().
 */
enum pool_news staff_start(struct daemon *d, struct worker_setup *setup,
			   const struct config *conf)
{
	return pool_start(&d->pool, setup, setup->n_pairs ? conf->processes : 0,
			  daemon_now_ms());
}

/**
 * staff_renew() - workers for certificates found since the last ones started
 * @d: the daemon
 *
 * Sessions go on with the workers that have them. While workers start, or a
 * reload goes on, nothing is done: it is called again when that ended.
 */
void staff_renew(struct daemon *d)
{
	struct worker_setup *setup;

	if (d->conf_next || d->renewing || !d->serving ||
	    !certs_renewed(&d->certs, d->conf))
		return;
	setup = staff_setup(d, d->conf, &d->listener);
	if (!setup) {
		certs_refuse(&d->certs, strerror(errno), daemon_now_ms());
		return;
	}
	d->renewing = true;
	daemon_take_news(d, staff_start(d, setup, d->conf));
}
