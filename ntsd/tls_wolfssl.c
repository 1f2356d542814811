// SPDX-License-Identifier: GPL-2.0-or-later
/* The one file that knows wolfSSL's TLS; written for 5.5.4 and later. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>

#include "tls.h"

#ifndef HAVE_KEYING_MATERIAL
#error "this wolfSSL cannot export keys: it was built without --enable-keying-material"
#endif

#define ALPN "ntske/1"
#define LABEL "EXPORTER-network-time-security"
#define PEM_MAX 65536
/*
 * Said in full, because a wolfSSL with HAVE_NULL_CIPHER would otherwise also
 * take suites that do not encrypt.
 */
#define SUITES \
	"TLS13-AES256-GCM-SHA384:TLS13-CHACHA20-POLY1305-SHA256:" \
	"TLS13-AES128-GCM-SHA256"

struct tls_server {
	WOLFSSL_CTX *ctx;
	char *name;
	time_t not_before;
	time_t not_after;
};

struct tls_conn {
	WOLFSSL *ssl;
	char error[96];
};

/* Return: the length, or -1 with @err set. */
static ssize_t read_pem(const struct tls_file *file, char *buf, char *err)
{
	ssize_t len, got;
	struct stat st;

	if (fstat(file->fd, &st) || !S_ISREG(st.st_mode)) {
		snprintf(err, TLS_ERR_LEN, "%s: not a file", file->name);
		return -1;
	}
	for (len = 0; len < PEM_MAX; len += got) {
		got = pread(file->fd, buf + len, PEM_MAX - len, len);
		if (got < 0) {
			snprintf(err, TLS_ERR_LEN, "%s: %s", file->name,
				 strerror(errno));
			return -1;
		}
		if (!got)
			return len;
	}
	snprintf(err, TLS_ERR_LEN, "%s: longer than %d bytes", file->name,
		 PEM_MAX);
	return -1;
}

static void say_wolfssl(char *err, const char *name, const char *what, long code)
{
	char text[WOLFSSL_MAX_ERROR_SZ];

	/* In some cases the library only says that there was no success. */
	wolfSSL_ERR_error_string_n(code, text, sizeof(text));
	if (code >= 0)
		snprintf(err, TLS_ERR_LEN, "%s: %s", name, what);
	else
		snprintf(err, TLS_ERR_LEN, "%s: %s (%s)", name, what, text);
}

/* Return: seconds since 1970, or -1. */
static time_t to_time(const byte *date, int len)
{
	const byte *text;
	struct tm tm;
	byte format;

	if (wc_GetDateInfo(date, len, &text, &format, &len) ||
	    wc_GetDateAsCalendarTime(text, len, format, &tm))
		return -1;
	return timegm(&tm);
}

static bool read_dates(struct tls_server *server, const char *pem, size_t len)
{
	byte *der = malloc(len);
	DecodedCert cert;
	int der_len;

	if (!der)
		return false;
	der_len = wc_CertPemToDer((const void *)pem, len, der, len, CERT_TYPE);
	if (der_len > 0) {
		wc_InitDecodedCert(&cert, der, der_len, NULL);
		if (!wc_ParseCert(&cert, CERT_TYPE, NO_VERIFY, NULL)) {
			server->not_before = to_time(cert.beforeDate,
						     cert.beforeDateLen);
			server->not_after = to_time(cert.afterDate,
						    cert.afterDateLen);
		}
		wc_FreeDecodedCert(&cert);
	}
	free(der);
	return server->not_before != -1 && server->not_after != -1;
}

static bool load_cert(struct tls_server *server, const struct tls_file *file,
		      char *buf, char *err)
{
	ssize_t len = read_pem(file, buf, err);
	int ret;

	if (len < 0)
		return false;

	ret = wolfSSL_CTX_use_certificate_chain_buffer_format(server->ctx,
							      (void *)buf, len,
							      WOLFSSL_FILETYPE_PEM);
	if (ret != WOLFSSL_SUCCESS || !read_dates(server, buf, len)) {
		say_wolfssl(err, file->name, "not a PEM certificate chain", ret);
		return false;
	}
	return true;
}

/* Return: 0 when both ends are done, or an error of wolfSSL's. */
static int shake_hands(WOLFSSL *client, WOLFSSL *server)
{
	int ends[2] = { 0, 0 }, code = 0;

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 2; i++) {
			WOLFSSL *ssl = i ? server : client;

			if (ends[i] == WOLFSSL_SUCCESS)
				continue;
			ends[i] = i ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
			code = ends[i] == WOLFSSL_SUCCESS ? 0 :
			       wolfSSL_get_error(ssl, ends[i]);
			if (code && code != WOLFSSL_ERROR_WANT_READ)
				return code;
		}
	}
	return code;
}

/*
 * A handshake with ourselves shows that key and certificate fit and can be
 * used: wolfSSL_CTX_check_private_key() of 5.5.4 was seen to take wrong keys.
 */
static int try_out(WOLFSSL_CTX *ctx)
{
	WOLFSSL_CTX *client_ctx = wolfSSL_CTX_new(wolfTLSv1_3_client_method());
	WOLFSSL *client = NULL, *server = NULL;
	int fd[2], code = MEMORY_E;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       fd)) {
		wolfSSL_CTX_free(client_ctx);
		return code;
	}
	if (client_ctx) {
		/* Who signed it is the business of real clients. */
		wolfSSL_CTX_set_verify(client_ctx, WOLFSSL_VERIFY_NONE, NULL);
		client = wolfSSL_new(client_ctx);
		server = wolfSSL_new(ctx);
	}
	if (client && server &&
	    wolfSSL_set_fd(client, fd[0]) == WOLFSSL_SUCCESS &&
	    wolfSSL_set_fd(server, fd[1]) == WOLFSSL_SUCCESS)
		code = shake_hands(client, server);
	wolfSSL_free(client);
	wolfSSL_free(server);
	wolfSSL_CTX_free(client_ctx);
	close(fd[0]);
	close(fd[1]);
	return code;
}

static bool load_key(struct tls_server *server, const struct tls_file *file,
		     const struct tls_file *cert, char *buf, char *err)
{
	ssize_t len = read_pem(file, buf, err);
	char what[TLS_ERR_LEN - 128];
	int ret;

	if (len < 0)
		return false;

	if (memmem(buf, len, "ENCRYPTED", 9)) {
		snprintf(err, TLS_ERR_LEN,
			 "%s: the key has a passphrase, which nobody can type: store it without",
			 file->name);
		return false;
	}
	ret = wolfSSL_CTX_use_PrivateKey_buffer(server->ctx, (void *)buf, len,
						WOLFSSL_FILETYPE_PEM);
	if (ret != WOLFSSL_SUCCESS) {
		snprintf(what, sizeof(what),
			 "not a PEM private key, or not that of %s", cert->name);
		say_wolfssl(err, file->name, what, ret);
		return false;
	}
	ret = try_out(server->ctx);
	if (ret) {
		snprintf(what, sizeof(what),
			 "the key does not belong to the certificate %s, or TLS 1.3 cannot use them",
			 cert->name);
		say_wolfssl(err, file->name, what, ret);
		return false;
	}
	return true;
}

static bool set_up(WOLFSSL_CTX *ctx)
{
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
	wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_OFF);
	wolfSSL_CTX_set_group_messages(ctx);
	return wolfSSL_CTX_set_cipher_list(ctx, SUITES) == WOLFSSL_SUCCESS &&
	       wolfSSL_CTX_no_ticket_TLSv13(ctx) == 0;
}

/**
 * tls_server_new() - load a certificate chain and its key
 * @cert: PEM, leaf first
 * @key: PEM
 * @err: TLS_ERR_LEN bytes for what is wrong
 *
 * Return: the server, or NULL with @err set.
 */
struct tls_server *tls_server_new(const struct tls_file *cert,
				  const struct tls_file *key, char *err)
{
	struct tls_server *server = calloc(1, sizeof(*server));
	char *buf = malloc(PEM_MAX);
	bool ok = false;

	snprintf(err, TLS_ERR_LEN, "%s: out of memory", cert->name);
	if (!server || !buf || wolfSSL_Init() != WOLFSSL_SUCCESS)
		goto out;
	server->name = strdup(cert->name);
	server->ctx = wolfSSL_CTX_new(wolfTLSv1_3_server_method());
	if (!server->name || !server->ctx || !set_up(server->ctx))
		goto out;
	ok = load_cert(server, cert, buf, err) &&
	     load_key(server, key, cert, buf, err);
out:
	if (buf)
		explicit_bzero(buf, PEM_MAX);
	free(buf);
	wolfSSL_ERR_clear_error();
	if (!ok) {
		tls_server_free(server);
		return NULL;
	}
	return server;
}

/**
 * tls_server_check() - may clients accept the certificate today?
 * @server: the server
 * @now: seconds since 1970
 * @err: TLS_ERR_LEN bytes for why not
 *
 * Return: TLS_CERT_GOOD, or what is wrong with @err set.
 */
enum tls_cert tls_server_check(const struct tls_server *server, time_t now,
			       char *err)
{
	bool expired = now > server->not_after;
	char date[32];
	struct tm tm;

	if (now >= server->not_before && !expired)
		return TLS_CERT_GOOD;
	gmtime_r(expired ? &server->not_after : &server->not_before, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &tm);
	snprintf(err, TLS_ERR_LEN, "%s: the certificate %s %s", server->name,
		 expired ? "expired on" : "is not valid before", date);
	return expired ? TLS_CERT_EXPIRED : TLS_CERT_TOO_EARLY;
}

/**
 * tls_server_free() - forget certificate and key
 * @server: NULL is fine
 */
void tls_server_free(struct tls_server *server)
{
	if (!server)
		return;
	wolfSSL_CTX_free(server->ctx);
	free(server->name);
	free(server);
}

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
	wolfSSL_ERR_error_string_n(code, text, sizeof(text));
	snprintf(conn->error, sizeof(conn->error), "%s: %.70s", what, text);
	/* The library's queue of errors would otherwise grow for ever. */
	wolfSSL_ERR_clear_error();
	return TLS_FAILED;
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
	struct tls_conn *conn = calloc(1, sizeof(*conn));
	char alpn[] = ALPN;

	if (!conn)
		return NULL;
	conn->ssl = wolfSSL_new(server->ctx);
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
 * tls_conn_handshake() - go on with the handshake
 * @conn: the connection
 *
 * Return: TLS_DONE when it succeeded and the client asked for "ntske/1".
 */
enum tls_result tls_conn_handshake(struct tls_conn *conn)
{
	unsigned short len = 0;
	char *alpn = NULL;
	int ret;

	ret = wolfSSL_accept(conn->ssl);
	if (ret != WOLFSSL_SUCCESS)
		return judge(conn, "handshake", ret);

	/* A client without ALPN gets this far (RFC 8915 section 4 forbids). */
	if (wolfSSL_ALPN_GetProtocol(conn->ssl, &alpn, &len) !=
	    WOLFSSL_SUCCESS || len != strlen(ALPN) || memcmp(alpn, ALPN, len)) {
		snprintf(conn->error, sizeof(conn->error),
			 "handshake: no ALPN " ALPN);
		return TLS_FAILED;
	}
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
	free(conn);
}
