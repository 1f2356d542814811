// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ke_exchange.h"

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum tls_result connected(struct ke_exchange *x)
{
	struct ke_exchange_result *result = x->result;
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error) {
		snprintf(result->why, sizeof(result->why), "TCP: %s",
			 strerror(error));
		return TLS_FAILED;
	}
	result->no_tls = false;
	x->stage = KE_EXCHANGE_HANDSHAKE;
	return TLS_DONE;
}

static enum tls_result ask(struct ke_exchange *x)
{
	enum tls_result res;
	size_t sent;

	res = tls_conn_write(x->conn, x->request + x->sent,
			     sizeof(x->request) - x->sent, &sent);
	if (res != TLS_DONE)
		return res;
	x->sent += sent;
	if (x->sent == sizeof(x->request))
		x->stage = KE_EXCHANGE_HEAR;
	return TLS_DONE;
}

/* The answer is whole: are there keys with it? */
static enum tls_result finish(struct ke_exchange *x)
{
	struct ke_exchange_result *result = x->result;

	x->stage = KE_EXCHANGE_DONE;
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

static enum tls_result hear(struct ke_exchange *x)
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

static enum tls_result step(struct ke_exchange *x)
{
	enum tls_result res = TLS_DONE;

	switch (x->stage) {
	case KE_EXCHANGE_CONNECT:
		return connected(x);
	case KE_EXCHANGE_HANDSHAKE:
		res = tls_conn_handshake(x->conn);
		if (res == TLS_DONE)
			x->stage = KE_EXCHANGE_ASK;
		break;
	case KE_EXCHANGE_ASK:
		res = ask(x);
		break;
	case KE_EXCHANGE_HEAR:
		res = hear(x);
		break;
	case KE_EXCHANGE_DONE:
		break;
	}
	if ((res == TLS_FAILED || res == TLS_EOF) && !x->result->why[0])
		snprintf(x->result->why, sizeof(x->result->why), "%s",
			 tls_conn_error(x->conn));
	return res;
}

static const char *waiting_for(const struct ke_exchange *x)
{
	switch (x->stage) {
	case KE_EXCHANGE_CONNECT:
		return "a TCP connection";
	case KE_EXCHANGE_HANDSHAKE:
		return "the TLS handshake";
	default:
		return "the answer";
	}
}

/* Return: false when the time is up. */
static bool wait_for(const struct ke_exchange *x, int epoll, uint64_t until_ms)
{
	struct epoll_event ev = { .events = x->events };
	uint64_t now_ms = clock_ms();

	if (epoll_ctl(epoll, EPOLL_CTL_MOD, x->fd, &ev))
		return false;
	return now_ms < until_ms &&
	       epoll_wait(epoll, &ev, 1, (int)(until_ms - now_ms)) != 0;
}

/**
 * ke_exchange_open() - prepare an exchange
 * @x: zero but for @x->answer
 * @client: whom to trust; used for one exchange at a time
 * @fd: socket, non-blocking, connected or being connected; not closed
 * @name: that the certificate must be for
 *
 * Return: false when out of memory or descriptors; ke_exchange_close() is due anyway.
 */
bool ke_exchange_open(struct ke_exchange *x, struct tls_client *client, int fd,
		      const char *name)
{
	struct epoll_event ev = { .events = 0 };

	x->fd = fd;
	x->stage = KE_EXCHANGE_CONNECT;
	x->sent = 0;
	x->len = 0;
	ke_response_request(x->request);
	x->conn = tls_client_connect(client, fd, name);
	x->epoll = epoll_create1(EPOLL_CLOEXEC);
	return x->conn && x->epoll >= 0 && !epoll_ctl(x->epoll, EPOLL_CTL_ADD, fd, &ev);
}

/**
 * ke_exchange_run() - do it
 * @x: open
 * @timeout_ms: for all of it
 * @result: zero; filled in; holds keys, to be wiped
 *
 * RFC 8915, section 4.
 */
void ke_exchange_run(struct ke_exchange *x, uint32_t timeout_ms,
		     struct ke_exchange_result *result)
{
	uint64_t until_ms = clock_ms() + timeout_ms;

	x->result = result;
	x->events = EPOLLOUT;
	result->no_tls = true;
	while (wait_for(x, x->epoll, until_ms)) {
		enum tls_result res;

		do
			res = step(x);
		while (res == TLS_DONE && x->stage != KE_EXCHANGE_DONE);
		if (res != TLS_WANT_READ && res != TLS_WANT_WRITE)
			return;
		x->events = res == TLS_WANT_READ ? EPOLLIN : EPOLLOUT;
	}
	snprintf(result->why, sizeof(result->why), "timeout while waiting for %s",
		 waiting_for(x));
}

/**
 * ke_exchange_close() - let go of what an exchange needed
 * @x: was given to ke_exchange_open()
 */
void ke_exchange_close(struct ke_exchange *x)
{
	tls_conn_free(x->conn);
	x->conn = NULL;
	if (x->epoll >= 0)
		close(x->epoll);
	x->epoll = -1;
}
