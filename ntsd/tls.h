/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.3 of NTS-KE (RFC 8915 section 3), both sides, non-blocking. */
#ifndef NTSD_TLS_H
#define NTSD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define TLS_EXPORT_LEN 32
#define TLS_ERR_LEN 512

struct tls_client;
struct tls_server;
struct tls_conn;

/* An open file and the name to call it by in messages. */
struct tls_file {
	int fd;
	const char *name;
};

enum tls_cert {
	TLS_CERT_GOOD,
	TLS_CERT_EXPIRED,
	TLS_CERT_TOO_EARLY,
};

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,
	TLS_WANT_WRITE,
	TLS_EOF,	/* the peer closed, properly or not */
	TLS_FAILED,	/* see tls_conn_error() */
};

struct tls_server *tls_server_new(const struct tls_file *cert,
				  const struct tls_file *key, char *err);
enum tls_cert tls_server_check(const struct tls_server *server, time_t now,
			       char *err);
bool tls_server_can_sign(const struct tls_server *server, uint16_t scheme);
void tls_server_free(struct tls_server *server);

struct tls_client *tls_client_new(time_t now, bool any_time);
bool tls_client_trust(struct tls_client *client, const char *path, char *err);
bool tls_client_trust_system(struct tls_client *client, char *err);
struct tls_conn *tls_client_connect(struct tls_client *client, int fd,
				    const char *name);
void tls_client_free(struct tls_client *client);

struct tls_conn *tls_conn_new(struct tls_server *server, int fd);
enum tls_result tls_conn_handshake(struct tls_conn *conn);
enum tls_result tls_conn_read(struct tls_conn *conn, void *buf, size_t size,
			      size_t *len);
enum tls_result tls_conn_write(struct tls_conn *conn, const void *buf,
			       size_t size, size_t *len);
enum tls_result tls_conn_bye(struct tls_conn *conn);
bool tls_conn_export(struct tls_conn *conn, uint16_t protocol, uint16_t aead,
		     uint8_t c2s[TLS_EXPORT_LEN], uint8_t s2c[TLS_EXPORT_LEN]);
const char *tls_conn_error(const struct tls_conn *conn);
void tls_conn_free(struct tls_conn *conn);

#endif
