// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates and keys, by wolfSSL. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tls_wolfssl.h"

#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>

/**
 * tls_read_pem() - read a file of certificates or a key
 * @file: open
 * @buf: TLS_PEM_MAX bytes
 * @err: TLS_ERR_LEN bytes for what is wrong
 *
 * Return: the length, or -1 with @err set.
 */
ssize_t tls_read_pem(const struct tls_file *file, char *buf, char *err)
{
	ssize_t len, got;
	struct stat st;

	if (fstat(file->fd, &st) || !S_ISREG(st.st_mode)) {
		snprintf(err, TLS_ERR_LEN, "%s: not a file", file->name);
		return -1;
	}
	for (len = 0; len < TLS_PEM_MAX; len += got) {
		got = pread(file->fd, buf + len, TLS_PEM_MAX - len, len);
		if (got < 0) {
			snprintf(err, TLS_ERR_LEN, "%s: %s", file->name,
				 strerror(errno));
			return -1;
		}
		if (!got)
			return len;
	}
	snprintf(err, TLS_ERR_LEN, "%s: longer than %d bytes", file->name,
		 TLS_PEM_MAX);
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

static bool load_cert(struct tls_server *server, const struct tls_file *file,
		      char *buf, char *err)
{
	ssize_t len = tls_read_pem(file, buf, err);
	int ret;

	if (len < 0)
		return false;

	ret = wolfSSL_CTX_use_certificate_chain_buffer_format(server->ctx,
							      (void *)buf, len,
							      WOLFSSL_FILETYPE_PEM);
	if (ret != WOLFSSL_SUCCESS ||
	    !tls_read_facts(buf, len, &server->facts)) {
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
	ssize_t len = tls_read_pem(file, buf, err);
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
	return wolfSSL_CTX_set_cipher_list(ctx, TLS_SUITES) == WOLFSSL_SUCCESS &&
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
	char *buf = malloc(TLS_PEM_MAX);
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
		explicit_bzero(buf, TLS_PEM_MAX);
	free(buf);
	wolfSSL_ERR_clear_error();
	if (!ok) {
		tls_server_free(server);
		return NULL;
	}
	return server;
}

/**
 * tls_server_facts() - what the certificate says
 * @server: the server
 *
 * Return: facts that live as long as the server.
 */
const struct tls_facts *tls_server_facts(const struct tls_server *server)
{
	return &server->facts;
}

/**
 * tls_server_can_sign() - can the key make such signatures?
 * @server: the server
 * @scheme: of RFC 8446 section 4.2.3
 *
 * Return: true if a client that accepts them can be served.
 */
bool tls_server_can_sign(const struct tls_server *server, uint16_t scheme)
{
	switch (scheme) {
	case 0x0403:
		return server->facts.key_kind == ECDSAk &&
		       server->facts.curve == ECC_SECP256R1_OID;
	case 0x0503:
		return server->facts.key_kind == ECDSAk &&
		       server->facts.curve == ECC_SECP384R1_OID;
	case 0x0603:
		return server->facts.key_kind == ECDSAk &&
		       server->facts.curve == ECC_SECP521R1_OID;
	case 0x0804:	/* rsa_pss_rsae_* */
	case 0x0805:
	case 0x0806:
		return server->facts.key_kind == RSAk;
	case 0x0807:
		return server->facts.key_kind == ED25519k;
	}
	return false;
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
