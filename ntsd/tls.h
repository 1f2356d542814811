/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.3 of NTS-KE (RFC 8915 section 3), both sides, non-blocking. */
#ifndef NTSD_TLS_H
#define NTSD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define TLS_EXPORT_LEN 32
#define TLS_ERR_LEN 512
#define TLS_PEM_MAX 65536

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

/**
 * struct tls_facts - what a certificate says
 * @subject: e.g. "/O=Example/CN=ntp.example.net"; @issuer likewise
 * @names: DNS names and addresses it is for, separated by spaces
 * @only_cn: there is no subjectAltName, so @names is the common name
 * @serial: hexadecimal
 * @fingerprint: SHA-256, hexadecimal
 * @key: kind of key, e.g. "ECDSA P-256"
 * @chain: what is wrong with the chain, "" when nothing is
 * @n_chain: certificates in the file
 * @not_before: seconds since 1970; @not_after likewise
 * @key_kind: as wolfSSL numbers them; @curve likewise
 */
struct tls_facts {
	char subject[256];
	char issuer[256];
	char names[2048];
	bool only_cn;
	char serial[72];
	char fingerprint[65];
	char key[24];
	char chain[160];
	unsigned int n_chain;
	time_t not_before;
	time_t not_after;
	uint32_t key_kind;
	uint32_t curve;
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
const struct tls_facts *tls_server_facts(const struct tls_server *server);
bool tls_server_can_sign(const struct tls_server *server, uint16_t scheme);
void tls_server_free(struct tls_server *server);
ssize_t tls_read_pem(const struct tls_file *file, char *buf, char *err);

bool tls_read_facts(const char *pem, size_t len, struct tls_facts *facts);
enum tls_cert tls_facts_check(const struct tls_facts *facts, time_t now,
			      const char *name, char *err);

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
