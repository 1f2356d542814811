// SPDX-License-Identifier: GPL-2.0-or-later
/* Connections, by wolfSSL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls_wolfssl.h"

#ifndef HAVE_KEYING_MATERIAL
#error "this wolfSSL cannot export keys: it was built without --enable-keying-material"
#endif

#define ALPN "ntske/1"
#define LABEL "EXPORTER-network-time-security"

static enum tls_result judge(struct tls_conn *conn, const char *what, int ret)
{
	int code = wolfSSL_get_error(conn->ssl, ret);
	char text[WOLFSSL_MAX_ERROR_SZ];

	switch (code) {
	case WOLFSSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case WOLFSSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case WOLFSSL_ERROR_ZERO_RETURN:
	case SOCKET_PEER_CLOSED_E:
		snprintf(conn->error, sizeof(conn->error), "%s: closed by peer",
			 what);
		return TLS_EOF;
	}
	if (!conn->client || !tls_client_explain(conn, code)) {
		wolfSSL_ERR_error_string_n(code, text, sizeof(text));
		snprintf(conn->error, sizeof(conn->error), "%s: %.70s", what,
			 text);
	}
	/* The library's queue of errors would otherwise grow for ever. */
	wolfSSL_ERR_clear_error();
	return TLS_FAILED;
}

/**
 * tls_conn_open() - what both sides begin with
 * @ctx: of the side
 * @fd: a non-blocking socket
 *
 * Return: the connection, or NULL when out of memory.
 */
struct tls_conn *tls_conn_open(WOLFSSL_CTX *ctx, int fd)
{
	struct tls_conn *conn = calloc(1, sizeof(*conn));
	char alpn[] = ALPN;

	if (!conn)
		return NULL;
	conn->ssl = wolfSSL_new(ctx);
	if (!conn->ssl ||
	    wolfSSL_UseALPN(conn->ssl, alpn, strlen(alpn),
			    WOLFSSL_ALPN_FAILED_ON_MISMATCH) != WOLFSSL_SUCCESS ||
	    wolfSSL_set_fd(conn->ssl, fd) != WOLFSSL_SUCCESS) {
		tls_conn_free(conn);
		return NULL;
	}
	wolfSSL_set_using_nonblock(conn->ssl, 1);
	/* The exporter needs what the handshake would otherwise throw away. */
	wolfSSL_KeepArrays(conn->ssl);
	return conn;
}

/**
 * tls_conn_new() - prepare for a client
 * @server: outlives the connection
 * @fd: a non-blocking socket, not closed by tls_conn_free()
 *
 * Return: the connection, or NULL when out of memory.
 */
struct tls_conn *tls_conn_new(struct tls_server *server, int fd)
{
	return tls_conn_open(server->ctx, fd);
}

/**
 * tls_conn_handshake() - go on with the handshake
 * @conn: the connection
 *
 * Return: TLS_DONE when it succeeded, both sides want "ntske/1" and, for a
 * client, the certificate is one of a server that it trusts and of that name.
 */
enum tls_result tls_conn_handshake(struct tls_conn *conn)
{
	unsigned short len = 0;
	char *alpn = NULL;
	int ret;

	ret = conn->client ? wolfSSL_connect(conn->ssl) :
			     wolfSSL_accept(conn->ssl);
	if (ret != WOLFSSL_SUCCESS)
		return judge(conn, "handshake", ret);

	/* A client without ALPN gets this far (RFC 8915 section 4 forbids). */
	if (wolfSSL_ALPN_GetProtocol(conn->ssl, &alpn, &len) !=
	    WOLFSSL_SUCCESS || len != strlen(ALPN) || memcmp(alpn, ALPN, len)) {
		snprintf(conn->error, sizeof(conn->error),
			 "handshake: no ALPN " ALPN);
		return TLS_FAILED;
	}
	if (conn->client && !tls_client_name_ok(conn))
		return TLS_FAILED;
	return TLS_DONE;
}

/**
 * tls_conn_read() - take decrypted bytes
 * @conn: the connection
 * @buf: where to
 * @size: at most so many
 * @len: how many came, with TLS_DONE
 *
 * Return: TLS_DONE, or why there are none.
 */
enum tls_result tls_conn_read(struct tls_conn *conn, void *buf, size_t size,
			      size_t *len)
{
	int ret = wolfSSL_read(conn->ssl, buf, size);

	if (ret <= 0)
		return judge(conn, "read", ret);
	*len = ret;
	return TLS_DONE;
}

/**
 * tls_conn_write() - send bytes
 * @conn: the connection
 * @buf: the bytes; the same must be given again after TLS_WANT_WRITE
 * @size: how many
 * @len: how many were sent, with TLS_DONE
 *
 * Return: TLS_DONE, or why none were sent.
 */
enum tls_result tls_conn_write(struct tls_conn *conn, const void *buf,
			       size_t size, size_t *len)
{
	int ret = wolfSSL_write(conn->ssl, buf, size);

	if (ret <= 0)
		return judge(conn, "write", ret);
	*len = ret;
	return TLS_DONE;
}

/**
 * tls_conn_bye() - send close_notify
 * @conn: the connection
 *
 * Return: TLS_DONE when it is sent; the peer's own is not waited for.
 */
enum tls_result tls_conn_bye(struct tls_conn *conn)
{
	int ret = wolfSSL_shutdown(conn->ssl);

	if (ret == WOLFSSL_SUCCESS || ret == WOLFSSL_SHUTDOWN_NOT_DONE)
		return TLS_DONE;
	return judge(conn, "close", ret);
}

/**
 * tls_conn_export() - derive the keys of the NTP exchange (RFC 8915, 5.1)
 * @conn: the connection, after the handshake
 * @protocol: the negotiated next protocol
 * @aead: the negotiated AEAD algorithm, whose keys have TLS_EXPORT_LEN bytes
 * @c2s: key of the client's packets
 * @s2c: key of the server's packets
 *
 * Return: false when the library refused.
 */
bool tls_conn_export(struct tls_conn *conn, uint16_t protocol, uint16_t aead,
		     uint8_t c2s[TLS_EXPORT_LEN], uint8_t s2c[TLS_EXPORT_LEN])
{
	uint8_t context[5] = { protocol >> 8, protocol, aead >> 8, aead, 0 };
	uint8_t *const keys[2] = { c2s, s2c };

	for (int i = 0; i < 2; i++) {
		context[4] = i;
		if (wolfSSL_export_keying_material(conn->ssl, keys[i],
						   TLS_EXPORT_LEN, LABEL,
						   strlen(LABEL), context,
						   sizeof(context), 1) !=
		    WOLFSSL_SUCCESS)
			return false;
	}
	return true;
}

/**
 * tls_conn_error() - why it failed
 * @conn: the connection, after TLS_FAILED or TLS_EOF
 *
 * Return: text that lives as long as the connection.
 */
const char *tls_conn_error(const struct tls_conn *conn)
{
	return conn->error;
}

/**
 * tls_conn_free() - forget the connection and its keys
 * @conn: NULL is fine
 */
void tls_conn_free(struct tls_conn *conn)
{
	if (!conn)
		return;
	wolfSSL_free(conn->ssl);
	free(conn->name);
	free(conn);
}
