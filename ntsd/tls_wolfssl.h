/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that know wolfSSL's TLS; written for 5.5.4 and later. */
#ifndef NTSD_TLS_WOLFSSL_H
#define NTSD_TLS_WOLFSSL_H

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "tls.h"

/*
 * Said in full, because a wolfSSL with HAVE_NULL_CIPHER would otherwise also
 * take suites that do not encrypt.
 */
#define TLS_SUITES \
	"TLS13-AES256-GCM-SHA384:TLS13-CHACHA20-POLY1305-SHA256:" \
	"TLS13-AES128-GCM-SHA256"

struct tls_server {
	WOLFSSL_CTX *ctx;
	char *name;
	struct tls_facts facts;
};

/**
 * struct tls_conn - one connection
 * @ssl: wolfSSL's part
 * @client: on the client's side; NULL on the server's
 * @name: whom the client wants to speak with
 * @error: why it failed
 */
struct tls_conn {
	WOLFSSL *ssl;
	struct tls_client *client;
	char *name;
	char error[256];
};

struct tls_conn *tls_conn_open(WOLFSSL_CTX *ctx, int fd);
bool tls_client_explain(struct tls_conn *conn, int code);
bool tls_client_name_ok(struct tls_conn *conn);

#endif
