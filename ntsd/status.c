// SPDX-License-Identifier: GPL-2.0-or-later
#include <time.h>

#include "notify.h"
#include "serving.h"
#include "status.h"

/**
 * status_say() - how it does, in a line
 * @d: the daemon
 */
void status_say(const struct daemon *d)
{
	const struct keyring_key *key = &d->ring.key[d->ring.current];
	const char *last = d->refused ? "; the last reload was refused, see the log" : "";
	char ntp[SERVING_TEXT_LEN];

	if (!d->attached)
		notify_send("STATUS=The kernel module nts is not loaded%s", last);
	else if (!d->conf->n_certs)
		notify_send("STATUS=%s; no NTS-KE: no certificate%s",
			    serving_text(d, ntp), last);
	else
		notify_send("STATUS=%s; NTS-KE on port %u by %u workers; cookie key %08X%s",
			    serving_text(d, ntp), d->conf->nts_port,
			    pool_ready(&d->pool), key->id, last);
}

/**
 * status_reloading() - a reload begins; it ends by "READY=1"
 */
void status_reloading(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	notify_send("RELOADING=1\nMONOTONIC_USEC=%llu",
		    (unsigned long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}
