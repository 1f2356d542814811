// SPDX-License-Identifier: GPL-2.0-or-later
/* TLS of NTS-KE: RFC 8915 sections 3, 4 and 5.1. */
#include "../../ntsd/tls_server.c"
#include "../../ntsd/tls_wolfssl.c"
#include "ntsd_peer.h"

static struct peer_cert cert[3], root, middle, leaf;

static struct tls_server *load(const char *crt, const char *key, char *err)
{
	struct tls_file files[2] = {
		{ open(crt, O_RDONLY), crt }, { open(key, O_RDONLY), key },
	};
	struct tls_server *server = tls_server_new(&files[0], &files[1], err);

	close(files[0].fd);
	close(files[1].fd);
	return server;
}

/* Both ends by turns. Return: the server's last result. */
static enum tls_result shake(struct tls_conn *conn, struct peer *p, int *client)
{
	enum tls_result res = TLS_WANT_READ;

	*client = 0;
	for (int i = 0; i < 20; i++) {
		if (*client != WOLFSSL_SUCCESS)
			*client = wolfSSL_connect(p->ssl);
		if (res != TLS_DONE)
			res = tls_conn_handshake(conn);
		if (res == TLS_FAILED || res == TLS_EOF)
			break;
	}
	return res;
}

static void pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		abort();
}

/* Return: the result of the server. */
static enum tls_result meet(struct peer_cert *c, const struct peer_cert *trust,
			    WOLFSSL_METHOD *method, const char *alpn)
{
	uint8_t c2s[32], s2c[32], key[32];
	struct tls_server *server;
	struct tls_conn *conn;
	enum tls_result res;
	char err[TLS_ERR_LEN];
	int fd[2], client;
	struct peer p;
	size_t len;

	server = load(c->crt, c->key, err);
	EXPECT(server);
	if (!server) {
		printf("# %s\n", err);
		return TLS_FAILED;
	}
	pair(fd);
	conn = tls_conn_new(server, fd[0]);
	peer_connect(&p, fd[1], method, trust, alpn);
	res = shake(conn, &p, &client);
	if (res == TLS_DONE) {
		EXPECT(client == WOLFSSL_SUCCESS);
		EXPECT(tls_conn_export(conn, 0, 15, c2s, s2c));
		EXPECT(memcmp(c2s, s2c, sizeof(c2s)));
		peer_export(&p, 0, key);
		EXPECT(!memcmp(key, c2s, sizeof(key)));
		peer_export(&p, 1, key);
		EXPECT(!memcmp(key, s2c, sizeof(key)));

		EXPECT(wolfSSL_write(p.ssl, "question", 8) == 8);
		EXPECT(tls_conn_read(conn, key, sizeof(key), &len) == TLS_DONE);
		EXPECT(len == 8 && !memcmp(key, "question", 8));
		EXPECT(tls_conn_read(conn, key, sizeof(key), &len) ==
		       TLS_WANT_READ);
		EXPECT(tls_conn_write(conn, "answer", 6, &len) == TLS_DONE);
		EXPECT(tls_conn_bye(conn) == TLS_DONE);
		EXPECT(wolfSSL_read(p.ssl, key, sizeof(key)) == 6);
		EXPECT(wolfSSL_read(p.ssl, key, sizeof(key)) == 0);
		EXPECT(wolfSSL_get_error(p.ssl, 0) ==
		       WOLFSSL_ERROR_ZERO_RETURN);
		EXPECT(!strcmp(wolfSSL_get_version(p.ssl), "TLSv1.3"));
		EXPECT(!wolfSSL_SESSION_has_ticket(wolfSSL_get_session(p.ssl)));
	}
	peer_free(&p);
	tls_conn_free(conn);
	close(fd[0]);
	tls_server_free(server);
	return res;
}

static void ecdsa_certificate(void)
{
	EXPECT(meet(&cert[PEER_ECDSA], &cert[PEER_ECDSA],
		    wolfTLSv1_3_client_method(), "ntske/1") == TLS_DONE);
}

static void ed25519_certificate(void)
{
	EXPECT(meet(&cert[PEER_ED25519], &cert[PEER_ED25519],
		    wolfTLSv1_3_client_method(), "ntske/1") == TLS_DONE);
}

static void rsa_certificate(void)
{
	EXPECT(meet(&cert[PEER_RSA], &cert[PEER_RSA],
		    wolfTLSv1_3_client_method(), "ntske/1") == TLS_DONE);
}

static void chain_of_certificates(void)
{
	EXPECT(meet(&leaf, &root, wolfTLSv1_3_client_method(), "ntske/1") ==
	       TLS_DONE);
}

static void tls12_is_refused(void)
{
	EXPECT(meet(&cert[0], &cert[0], wolfTLSv1_2_client_method(),
		    "ntske/1") == TLS_FAILED);
}

static void other_alpn_is_refused(void)
{
	EXPECT(meet(&cert[0], &cert[0], wolfTLSv1_3_client_method(), "h2") ==
	       TLS_FAILED);
	EXPECT(meet(&cert[0], &cert[0], wolfTLSv1_3_client_method(),
		    "ntske/2") == TLS_FAILED);
}

static void absent_alpn_is_refused(void)
{
	EXPECT(meet(&cert[0], &cert[0], wolfTLSv1_3_client_method(), NULL) ==
	       TLS_FAILED);
}

static void suites_without_encryption_are_refused(void)
{
	char err[TLS_ERR_LEN];
	struct tls_server *server = load(cert[0].crt, cert[0].key, err);
	struct tls_conn *conn;
	int fd[2], client;
	struct peer p;

	pair(fd);
	conn = tls_conn_new(server, fd[0]);
	peer_connect(&p, fd[1], wolfTLSv1_3_client_method(), &cert[0], "ntske/1");
	/* Some builds of the library have none, so the client offers others. */
	if (wolfSSL_set_cipher_list(p.ssl, "TLS13-SHA256-SHA256") ==
	    WOLFSSL_SUCCESS) {
		EXPECT(shake(conn, &p, &client) == TLS_FAILED);
		EXPECT(client != WOLFSSL_SUCCESS);
	} else {
		EXPECT(shake(conn, &p, &client) == TLS_DONE);
		EXPECT(!strstr(wolfSSL_get_cipher(p.ssl), "NULL"));
	}
	peer_free(&p);
	tls_conn_free(conn);
	close(fd[0]);
	tls_server_free(server);
}

static void garbage_instead_of_a_handshake(void)
{
	char err[TLS_ERR_LEN];
	struct tls_server *server = load(cert[0].crt, cert[0].key, err);
	struct tls_conn *conn;
	int fd[2];

	for (int seed = 0; seed < 50; seed++) {
		byte junk[600];

		wc_RNG_GenerateBlock(&peer_rng, junk, sizeof(junk));
		/* Half of them look like a TLS record at first. */
		if (seed & 1)
			memcpy(junk, "\026\003\001\002\000\001\000\001\374", 9);
		pair(fd);
		conn = tls_conn_new(server, fd[0]);
		EXPECT(write(fd[1], junk, sizeof(junk)) == sizeof(junk));
		close(fd[1]);
		EXPECT(tls_conn_handshake(conn) != TLS_DONE);
		tls_conn_free(conn);
		close(fd[0]);
	}
	tls_server_free(server);
}

static void key_of_another_certificate(void)
{
	char err[TLS_ERR_LEN];
	struct peer_cert other;

	for (int kind = 0; kind < 3; kind++) {
		peer_make_cert(&other, "other", kind, NULL);
		EXPECT(!load(cert[kind].crt, other.key, err));
		EXPECT(strstr(err, other.key) && strstr(err, cert[kind].crt));
		peer_free_cert(&other);
	}
	EXPECT(!load(cert[PEER_ECDSA].crt, cert[PEER_RSA].key, err));
	EXPECT(strstr(err, cert[PEER_RSA].key));
}

static void files_that_are_something_else(void)
{
	char err[TLS_ERR_LEN], path[128];
	FILE *f;

	EXPECT(!load(cert[0].key, cert[0].key, err));
	EXPECT(strstr(err, cert[0].key));
	EXPECT(!load(cert[0].crt, cert[0].crt, err));
	EXPECT(strstr(err, cert[0].crt));
	EXPECT(!load(peer_dir, cert[0].key, err));
	EXPECT(strstr(err, peer_dir));
	EXPECT(!load("/dev/zero", cert[0].key, err));

	snprintf(path, sizeof(path), "%s/empty", peer_dir);
	f = fopen(path, "w");
	EXPECT(!load(path, cert[0].key, err) && strstr(err, path));
	EXPECT(!load(cert[0].crt, path, err) && strstr(err, path));
	fputs("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", f);
	fclose(f);
	EXPECT(!load(cert[0].crt, path, err) && strstr(err, "passphrase"));
	f = fopen(path, "w");
	for (int i = 0; i < 70000; i++)
		fputc('x', f);
	fclose(f);
	EXPECT(!load(path, cert[0].key, err) && strstr(err, "longer"));
}

static void validity(void)
{
	time_t now = time(NULL);
	const struct tls_facts *facts;
	char err[TLS_ERR_LEN];

	for (int kind = 0; kind < 3; kind++) {
		struct tls_server *server = load(cert[kind].crt,
						 cert[kind].key, err);

		facts = tls_server_facts(server);
		EXPECT(tls_facts_check(facts, now, "x.crt", err) == TLS_CERT_GOOD);
		EXPECT(tls_facts_check(facts, now + 40 * 86400, "x.crt", err) ==
		       TLS_CERT_EXPIRED);
		EXPECT(strstr(err, "x.crt"));
		EXPECT(strstr(err, "expired on 20"));
		EXPECT(tls_facts_check(facts, now - 40 * 86400, "x.crt", err) ==
		       TLS_CERT_TOO_EARLY);
		EXPECT(strstr(err, "not valid before 20"));
		tls_server_free(server);
	}
}

static void signatures_by_kind_of_key(void)
{
	static const uint16_t schemes[] = { 0x0403, 0x0807, 0x0804 };
	char err[TLS_ERR_LEN];

	for (int kind = 0; kind < 3; kind++) {
		struct tls_server *server = load(cert[kind].crt,
						 cert[kind].key, err);

		for (int i = 0; i < 3; i++)
			EXPECT(tls_server_can_sign(server, schemes[i]) ==
			       (i == kind));
		EXPECT(!tls_server_can_sign(server, 0x0503));
		EXPECT(!tls_server_can_sign(server, 0x0401));
		tls_server_free(server);
	}
}

static const struct ktap_case cases[] = {
	CASE(ecdsa_certificate),
	CASE(ed25519_certificate),
	CASE(rsa_certificate),
	CASE(chain_of_certificates),
	CASE(tls12_is_refused),
	CASE(other_alpn_is_refused),
	CASE(absent_alpn_is_refused),
	CASE(suites_without_encryption_are_refused),
	CASE(garbage_instead_of_a_handshake),
	CASE(key_of_another_certificate),
	CASE(files_that_are_something_else),
	CASE(validity),
	CASE(signatures_by_kind_of_key),
};

int main(void)
{
	int ret;

	peer_begin();
	peer_make_cert(&cert[PEER_ECDSA], "ecdsa", PEER_ECDSA, NULL);
	peer_make_cert(&cert[PEER_ED25519], "ed25519", PEER_ED25519, NULL);
	peer_make_cert(&cert[PEER_RSA], "rsa", PEER_RSA, NULL);
	peer_make_cert(&root, "root", PEER_RSA, NULL);
	peer_make_cert(&middle, "middle", PEER_ECDSA, &root);
	peer_make_cert(&leaf, "leaf", PEER_ECDSA, &middle);
	peer_append(leaf.crt, middle.der, middle.der_len, CERT_TYPE, "a");
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	for (int i = 0; i < 3; i++)
		peer_free_cert(&cert[i]);
	peer_free_cert(&root);
	peer_free_cert(&middle);
	peer_free_cert(&leaf);
	return peer_end(ret);
}
