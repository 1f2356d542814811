// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "ke_client.h"
#include "log.h"
#include "sandbox.h"

enum stage { CONNECT, HANDSHAKE, ASK, HEAR, DONE };

/**
 * struct exchange - the exchange as a state machine
 * @stage: what it is at
 * @events: what to wait for: EPOLLIN or EPOLLOUT
 */
struct exchange {
	const struct ke_client_job *job;
	struct ke_client_result *result;
	struct tls_client *client;
	struct tls_conn *conn;
	enum stage stage;
	uint32_t events;
	uint8_t request[KE_REQUEST_LEN];
	size_t sent;
	size_t len;
	uint8_t answer[KE_RESPONSE_MAX];
};

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum tls_result connected(struct exchange *x)
{
	struct ke_client_result *result = x->result;
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(x->job->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error) {
		snprintf(result->why, sizeof(result->why), "TCP: %s",
			 strerror(error));
		return TLS_FAILED;
	}
	result->no_tls = false;
	x->stage = HANDSHAKE;
	return TLS_DONE;
}

static enum tls_result ask(struct exchange *x)
{
	enum tls_result res;
	size_t sent;

	res = tls_conn_write(x->conn, x->request + x->sent,
			     sizeof(x->request) - x->sent, &sent);
	if (res != TLS_DONE)
		return res;
	x->sent += sent;
	if (x->sent == sizeof(x->request))
		x->stage = HEAR;
	return TLS_DONE;
}

/* The answer is whole: are there keys with it? */
static enum tls_result finish(struct exchange *x)
{
	struct ke_client_result *result = x->result;

	x->stage = DONE;
	if (!result->res.good) {
		snprintf(result->why, sizeof(result->why), "%s",
			 result->res.why);
		return TLS_FAILED;
	}
	if (!tls_conn_export(x->conn, KE_PROTOCOL_NTPV4,
			     KE_AEAD_AES_SIV_CMAC_256, result->c2s,
			     result->s2c)) {
		snprintf(result->why, sizeof(result->why),
			 "TLS did not export keys");
		return TLS_FAILED;
	}
	result->ok = true;
	tls_conn_bye(x->conn);
	return TLS_DONE;
}

static enum tls_result hear(struct exchange *x)
{
	enum tls_result res;
	size_t len;

	res = tls_conn_read(x->conn, x->answer + x->len,
			    sizeof(x->answer) - x->len, &len);
	if (res == TLS_EOF) {
		if (x->len)
			snprintf(x->result->why, sizeof(x->result->why),
				 "malformed answer: the server closed after %zu octets, without its end",
				 x->len);
		else
			snprintf(x->result->why, sizeof(x->result->why),
				 "the server closed without an answer");
		return TLS_FAILED;
	}
	if (res != TLS_DONE)
		return res;
	x->len += len;
	if (ke_response_parse(x->answer, x->len, &x->result->res))
		return finish(x);
	return TLS_DONE;
}

static enum tls_result step(struct exchange *x)
{
	enum tls_result res = TLS_DONE;

	switch (x->stage) {
	case CONNECT:
		return connected(x);
	case HANDSHAKE:
		res = tls_conn_handshake(x->conn);
		if (res == TLS_DONE)
			x->stage = ASK;
		break;
	case ASK:
		res = ask(x);
		break;
	case HEAR:
		res = hear(x);
		break;
	case DONE:
		break;
	}
	if ((res == TLS_FAILED || res == TLS_EOF) && !x->result->why[0])
		snprintf(x->result->why, sizeof(x->result->why), "%s",
			 tls_conn_error(x->conn));
	return res;
}

static const char *waiting_for(const struct exchange *x)
{
	switch (x->stage) {
	case CONNECT:
		return "a TCP connection";
	case HANDSHAKE:
		return "the TLS handshake";
	default:
		return "the answer";
	}
}

/* Return: false when the time is up. */
static bool wait_for(const struct exchange *x, int epoll, uint64_t until_ms)
{
	struct epoll_event ev = { .events = x->events };
	uint64_t now_ms = clock_ms();

	if (epoll_ctl(epoll, EPOLL_CTL_MOD, x->job->fd, &ev))
		return false;
	return now_ms < until_ms &&
	       epoll_wait(epoll, &ev, 1, (int)(until_ms - now_ms)) != 0;
}

static void run(struct exchange *x, int epoll)
{
	uint64_t until_ms = clock_ms() + x->job->timeout_ms;

	x->events = EPOLLOUT;
	x->result->no_tls = true;
	while (wait_for(x, epoll, until_ms)) {
		enum tls_result res;

		do
			res = step(x);
		while (res == TLS_DONE && x->stage != DONE);
		if (res != TLS_WANT_READ && res != TLS_WANT_WRITE)
			return;
		x->events = res == TLS_WANT_READ ? EPOLLIN : EPOLLOUT;
	}
	snprintf(x->result->why, sizeof(x->result->why),
		 "timeout while waiting for %s", waiting_for(x));
}

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

static bool set_up(struct exchange *x, int *epoll)
{
	const struct ke_client_job *job = x->job;
	struct epoll_event ev = { .events = 0 };

	snprintf(x->result->why, sizeof(x->result->why), "out of memory");
	ke_response_request(x->request);
	x->client = tls_client_new(job->now, job->any_time);
	if (!x->client || !trust(x->client, job, x->result->why,
				 sizeof(x->result->why)))
		return false;
	x->conn = tls_client_connect(x->client, job->fd, job->name);
	*epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!x->conn || *epoll < 0 ||
	    epoll_ctl(*epoll, EPOLL_CTL_ADD, job->fd, &ev))
		return false;
	/* From here on it reads what a stranger says. */
	if (!sandbox_worker(job->user, x->result->why, sizeof(x->result->why)))
		return false;
	x->result->why[0] = '\0';
	return true;
}

static void work(void *arg, int control)
{
	static struct ke_client_result result;
	static struct exchange x;
	int epoll;

	x.job = arg;
	x.result = &result;
	if (set_up(&x, &epoll))
		run(&x, epoll);
	helper_tell(control, &result, sizeof(result));
}

/* A process that a server broke into may say anything. */
static bool sane(struct ke_client_result *result)
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
bool ke_client_hear(struct helper *h, struct ke_client_result *result)
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
