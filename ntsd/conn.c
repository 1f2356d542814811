// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "hello.h"
#include "log.h"

static void make_cookies(struct conn *conn, conn_seal *seal, void *arg)
{
	uint8_t c2s[TLS_EXPORT_LEN], s2c[TLS_EXPORT_LEN];
	struct ke_cookie cookies[KE_COOKIES];

	if (tls_conn_export(conn->tls, KE_PROTOCOL_NTPV4,
			    conn->session.req.aead, c2s, s2c) &&
	    seal(arg, c2s, s2c, cookies, KE_COOKIES)) {
		ke_session_cookies(&conn->session, cookies, KE_COOKIES);
		conn->served = true;
	} else {
		ke_session_fail(&conn->session);
	}
	explicit_bzero(c2s, sizeof(c2s));
	explicit_bzero(s2c, sizeof(s2c));
}

/* The 1st certificate with a signature that the client accepts, or the 1st. */
static struct tls_server *choose(const struct conn *conn,
				 const struct hello *hello)
{
	for (unsigned int i = 0; i < conn->n_servers; i++)
		for (size_t k = 0; k < hello->n; k++)
			if (tls_server_can_sign(conn->servers[i],
						hello->scheme[k]))
				return conn->servers[i];
	return conn->servers[0];
}

static enum tls_result begin_tls(struct conn *conn, struct tls_server *server)
{
	conn->tls = tls_conn_new(server, conn->fd);
	return conn->tls ? TLS_DONE : TLS_FAILED;
}

/* With several certificates, look at what the client accepts, taking nothing. */
static enum tls_result look(struct conn *conn)
{
	static uint8_t buf[HELLO_MAX];
	struct hello hello;
	ssize_t len;
	int need;

	if (conn->n_servers == 1)
		return begin_tls(conn, conn->servers[0]);

	len = recv(conn->fd, buf, sizeof(buf), MSG_PEEK);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return TLS_WANT_READ;
	if (len <= 0)
		return TLS_EOF;
	/* Woken without more being there: the client has closed its side. */
	if (hello_look(buf, len, &hello) == HELLO_NEEDS_MORE &&
	    (size_t)len > conn->peeked) {
		need = hello.need;
		conn->peeked = len;
		setsockopt(conn->fd, SOL_SOCKET, SO_RCVLOWAT, &need,
			   sizeof(need));
		return TLS_WANT_READ;
	}
	need = 1;
	setsockopt(conn->fd, SOL_SOCKET, SO_RCVLOWAT, &need, sizeof(need));
	return begin_tls(conn, choose(conn, &hello));
}

static enum tls_result shake(struct conn *conn)
{
	enum tls_result res = tls_conn_handshake(conn->tls);

	if (res == TLS_DONE) {
		conn->shaken = true;
		ke_session_encrypted(&conn->session);
	}
	return res;
}

static enum tls_result take(struct conn *conn)
{
	enum tls_result res;
	size_t room, len;
	uint8_t *to;

	to = ke_session_room(&conn->session, &room);
	res = tls_conn_read(conn->tls, to, room, &len);
	if (res == TLS_DONE)
		ke_session_input(&conn->session, len);
	else if (res == TLS_EOF)
		ke_session_eof(&conn->session);
	/* An end of input is no end of the session: it may have an answer. */
	return res == TLS_EOF ? TLS_DONE : res;
}

static enum tls_result give(struct conn *conn)
{
	enum tls_result res;
	const uint8_t *from;
	size_t len, sent;

	from = ke_session_output(&conn->session, &len);
	res = tls_conn_write(conn->tls, from, len, &sent);
	if (res == TLS_DONE)
		ke_session_sent(&conn->session, sent);
	return res;
}

static enum tls_result say_bye(struct conn *conn)
{
	enum tls_result res = tls_conn_bye(conn->tls);

	if (res == TLS_DONE) {
		shutdown(conn->fd, SHUT_WR);
		ke_session_bye(&conn->session);
	}
	return res;
}

/* What may still come from a client that was answered: another request. */
#define DRAIN_MAX (2 * KE_MSG_MAX)

/* Past TLS: what comes now is not looked at. */
static enum tls_result drain(struct conn *conn)
{
	char waste[2048];
	ssize_t len = recv(conn->fd, waste, sizeof(waste), 0);

	if (len > 0)
		conn->drained += len;
	if ((len > 0 && conn->drained <= DRAIN_MAX) ||
	    (len < 0 && errno == EINTR))
		return TLS_DONE;
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return TLS_WANT_READ;
	ke_session_eof(&conn->session);
	return TLS_DONE;
}

static enum tls_result step(struct conn *conn, conn_seal *seal, void *arg)
{
	if (!conn->tls)
		return look(conn);
	if (!conn->shaken)
		return shake(conn);

	switch (conn->session.want) {
	case KE_WANT_READ:
		return take(conn);
	case KE_WANT_COOKIES:
		make_cookies(conn, seal, arg);
		return TLS_DONE;
	case KE_WANT_WRITE:
		return give(conn);
	case KE_WANT_BYE:
		return say_bye(conn);
	case KE_WANT_DRAIN:
		return drain(conn);
	case KE_WANT_CLOSE:
		break;
	}
	return TLS_EOF;
}

/**
 * conn_new() - start to serve a client
 * @servers: certificates and keys; outlive the connection
 * @n_servers: how many, 1 or more
 * @fd: its non-blocking socket; the connection owns it when it is returned
 * @policy: outlives the connection
 * @now_ms: the time
 *
 * Return: the connection, or NULL when out of memory.
 */
struct conn *conn_new(struct tls_server *const *servers,
		      unsigned int n_servers, int fd,
		      const struct ke_policy *policy, uint64_t now_ms)
{
	struct conn *conn = malloc(sizeof(*conn));

	if (!conn)
		return NULL;
	conn->servers = servers;
	conn->n_servers = n_servers;
	conn->peeked = 0;
	conn->tls = NULL;
	conn->fd = fd;
	conn->events = EPOLLIN;
	conn->served = false;
	conn->shaken = false;
	conn->drained = 0;
	ke_session_init(&conn->session, policy, now_ms);
	return conn;
}

/**
 * conn_run() - go as far as possible without waiting
 * @conn: the connection
 * @now_ms: the time
 * @seal: makes cookies
 * @arg: for @seal
 *
 * Return: false when it is over and wants conn_free(); else @conn->events says
 * what to wait for, at most until @conn->session.deadline_ms.
 */
bool conn_run(struct conn *conn, uint64_t now_ms, conn_seal *seal, void *arg)
{
	ke_session_tick(&conn->session, now_ms);
	/* It has to end even for a client that sends without a pause. */
	for (int steps = 0; steps < 64; steps++) {
		if (conn->session.want == KE_WANT_CLOSE)
			return false;
		switch (step(conn, seal, arg)) {
		case TLS_DONE:
			break;
		case TLS_WANT_READ:
			conn->events = EPOLLIN;
			return true;
		case TLS_WANT_WRITE:
			conn->events = EPOLLOUT;
			return true;
		case TLS_EOF:
		case TLS_FAILED:
			log_debug("connection %d: %s", conn->fd,
				  conn->tls ? tls_conn_error(conn->tls) :
				  "closed before its hello");
			return false;
		}
	}
	conn->events = EPOLLIN | EPOLLOUT;
	return true;
}

/**
 * conn_free() - close the connection
 * @conn: NULL is fine
 */
void conn_free(struct conn *conn)
{
	if (!conn)
		return;
	tls_conn_free(conn->tls);
	close(conn->fd);
	explicit_bzero(&conn->session, sizeof(conn->session));
	free(conn);
}
