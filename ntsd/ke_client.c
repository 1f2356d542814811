// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "ke_client.h"
#include "log.h"
#include "sandbox.h"

static bool trust(struct tls_client *client, const struct ke_client_job *job,
		  char *why, size_t len)
{
	const struct config *conf = job->conf;
	char err[TLS_ERR_LEN] = "";
	bool any = false;

	if (!job->certset && !conf->no_system_certs)
		any = tls_client_trust_system(client, err);
	for (unsigned int i = 0; i < conf->n_trusted; i++) {
		const struct config_trusted *t = &conf->trusted[i];

		if (t->set != job->certset)
			continue;
		if (tls_client_trust(client, t->path.path, err))
			any = true;
		else
			log_warn("%s", err);
	}
	if (!any)
		snprintf(why, len, "nobody is trusted: %.200s", err);
	return any;
}

static bool set_up(struct ke_exchange *x, const struct ke_client_job *job,
		   struct ke_exchange_result *result)
{
	struct tls_client *client = tls_client_new(job->now, job->any_time);

	snprintf(result->why, sizeof(result->why), "out of memory");
	if (!client || !trust(client, job, result->why, sizeof(result->why)) ||
	    !ke_exchange_open(x, client, job->fd, job->name))
		return false;
	/* From here on it reads what a stranger says. */
	if (!sandbox_worker(job->user, result->why, sizeof(result->why)))
		return false;
	result->why[0] = '\0';
	return true;
}

/* Its end is that of the process: nothing is given back. */
static void work(void *arg, int control)
{
	static struct ke_exchange_result result;
	static struct ke_exchange x;
	struct ke_client_job *job = arg;

	if (set_up(&x, job, &result))
		ke_exchange_run(&x, job->timeout_ms, &result);
	helper_tell(control, &result, sizeof(result));
}

/* A process that a server broke into may say anything. */
static bool sane(struct ke_exchange_result *result)
{
	struct ke_response *res = &result->res;

	result->why[sizeof(result->why) - 1] = '\0';
	if (!result->ok)
		return true;
	if (!res->n_cookies || res->n_cookies > KE_COOKIES)
		return false;
	for (unsigned int i = 0; i < res->n_cookies; i++)
		if (!res->cookie[i].len || res->cookie[i].len > KE_COOKIE_MAX)
			return false;
	return memchr(res->server, '\0', sizeof(res->server)) &&
	       (!res->server[0] || ke_record_host_ok(res->server));
}

/**
 * ke_client_start() - begin an exchange
 * @h: the process that does it
 * @job: what it needs; not used any more when this returns
 *
 * The result comes when @h->fd is readable.
 *
 * Return: false with errno set.
 */
bool ke_client_start(struct helper *h, struct ke_client_job *job)
{
	return helper_start(h, "ntsd-ke-client", work, job, job->fd);
}

/**
 * ke_client_hear() - take the result
 * @h: readable; stopped afterwards
 * @result: filled in; holds keys, to be wiped
 *
 * Return: true if there are keys and cookies; else @result->why says why not.
 */
bool ke_client_hear(struct helper *h, struct ke_exchange_result *result)
{
	if (!helper_hear(h, result, sizeof(*result)) || !sane(result)) {
		memset(result, 0, sizeof(*result));
		snprintf(result->why, sizeof(result->why),
			 "the process for the exchange failed");
	}
	if (!result->ok && !result->why[0])
		snprintf(result->why, sizeof(result->why), "it failed");
	return result->ok;
}
