// SPDX-License-Identifier: GPL-2.0-or-later
/* The client's side of TLS: whom it trusts, and what it says of others. */
#include <sys/stat.h>

#include "../../ntsd/tls_client.c"
#include "ntsd_peer.h"

#define DAY 86400

static const byte address[] = { 192, 0, 2, 1 };
static struct peer_cert root, middle, deep, leaf, alone, wildcard, by_address, common;
static char dir[256];

static struct tls_client *client_at(time_t now, bool any_time,
				    const char *trusted)
{
	struct tls_client *client = tls_client_new(now, any_time);
	char err[TLS_ERR_LEN];

	if (!client)
		abort();
	if (trusted && !tls_client_trust(client, trusted, err))
		printf("# %s\n", err);
	return client;
}

/* The server's certificate meets a client. Return: "", or why it refused. */
static const char *meet_client(struct tls_client *client,
			       const struct peer_cert *c, const char *name)
{
	uint8_t keys[2][2][TLS_EXPORT_LEN];
	struct tls_file files[2] = {
		{ open(c->crt, O_RDONLY), c->crt }, { open(c->key, O_RDONLY), c->key },
	};
	enum tls_result res[2] = { TLS_WANT_READ, TLS_WANT_READ };
	static char why[256];
	struct tls_server *server;
	struct tls_conn *conn[2];
	char err[TLS_ERR_LEN];
	size_t len;
	int fd[2];

	server = tls_server_new(&files[0], &files[1], err);
	if (!server || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		abort();
	conn[0] = tls_conn_new(server, fd[0]);
	conn[1] = tls_client_connect(client, fd[1], name);
	for (int i = 0; i < 20; i++)
		for (int k = 0; k < 2; k++)
			if (res[k] == TLS_WANT_READ)
				res[k] = tls_conn_handshake(conn[k]);
	snprintf(why, sizeof(why), "%s", res[1] == TLS_DONE ? "" :
		 tls_conn_error(conn[1]));
	EXPECT(res[1] == TLS_DONE || why[0]);
	if (res[1] == TLS_DONE) {
		EXPECT(res[0] == TLS_DONE);
		for (int k = 0; k < 2; k++)
			EXPECT(tls_conn_export(conn[k], 0, 15, keys[k][0],
					       keys[k][1]));
		EXPECT(!memcmp(keys[0], keys[1], sizeof(keys[0])));
		EXPECT(tls_conn_write(conn[1], "hi", 2, &len) == TLS_DONE);
		EXPECT(tls_conn_read(conn[0], keys, 9, &len) == TLS_DONE);
		EXPECT(len == 2);
	}
	for (int k = 0; k < 2; k++) {
		tls_conn_free(conn[k]);
		close(fd[k]);
		close(files[k].fd);
	}
	tls_server_free(server);
	return why;
}

static const char *meet(const struct peer_cert *trusted, time_t now,
			bool any_time, const struct peer_cert *c,
			const char *name)
{
	struct tls_client *client = client_at(now, any_time, trusted ?
					      trusted->crt : NULL);
	const char *why = meet_client(client, c, name);

	tls_client_free(client);
	return why;
}

static time_t now(void)
{
	return time(NULL);
}

static void certificate_of_a_trusted_issuer(void)
{
	EXPECT_STR(meet(&root, now(), false, &leaf, "ntp.test"), "");
	EXPECT_STR(meet(&root, now(), false, &leaf, "NTP.test."), "");
	EXPECT_STR(meet(&root, now(), false, &leaf, "192.0.2.1"), "");
}

static void chain_of_certificates(void)
{
	const char *why;

	EXPECT_STR(meet(&root, now(), false, &deep, "deep.test"), "");
	EXPECT(strstr(meet(&root, now(), false, &deep, "middle"), "deep.test"));
	why = meet(&alone, now(), false, &deep, "deep.test");
	EXPECT_STR(why, "its certificate was signed by \"middle\", who is not trusted (ntstrustedcerts)");
}

static void self_signed_certificate(void)
{
	EXPECT_STR(meet(&alone, now(), false, &alone, "ntp.test"), "");
	EXPECT_STR(meet(&root, now(), false, &alone, "ntp.test"),
		   "its certificate is self-signed and not trusted (ntstrustedcerts)");
	EXPECT_STR(meet(NULL, now(), false, &alone, "ntp.test"),
		   "its certificate is self-signed and not trusted (ntstrustedcerts)");
	/* Dates alone may be forgiven. */
	EXPECT(strstr(meet(&root, now(), true, &alone, "ntp.test"),
		      "self-signed"));
}

static void issuer_that_is_not_trusted(void)
{
	EXPECT_STR(meet(&alone, now(), false, &leaf, "ntp.test"),
		   "its certificate was signed by \"root\", who is not trusted (ntstrustedcerts)");
	EXPECT(strstr(meet(&alone, now() + 40 * DAY, true, &leaf, "ntp.test"),
		      "not trusted"));
}

static void wrong_name(void)
{
	EXPECT_STR(meet(&root, now(), false, &leaf, "other.test"),
		   "wrong name: its certificate is for ntp.test, 192.0.2.1, not for other.test");
	EXPECT_STR(meet(&root, now(), false, &leaf, "192.0.2.2"),
		   "wrong name: its certificate is for ntp.test, 192.0.2.1, not for 192.0.2.2");
	EXPECT(meet(&root, now(), true, &leaf, "other.test")[0]);
	/* The common name does not count beside others. */
	EXPECT(meet(&root, now(), false, &leaf, "leaf")[0]);
	EXPECT(meet(&root, now(), false, &leaf, "a.ntp.test")[0]);
	EXPECT(meet(&root, now(), false, &leaf, "ntp.tes")[0]);
	EXPECT(meet(&root, now(), false, &leaf, "ntp.testing")[0]);
}

static void wildcards(void)
{
	EXPECT_STR(meet(&root, now(), false, &wildcard, "a.ntp.test"), "");
	EXPECT(meet(&root, now(), false, &wildcard, "ntp.test")[0]);
	EXPECT(meet(&root, now(), false, &wildcard, "a.b.ntp.test")[0]);
	EXPECT(meet(&root, now(), false, &wildcard, "antp.test")[0]);
	EXPECT(meet(&root, now(), false, &wildcard, "a.ntp.testing")[0]);
}

static void addresses(void)
{
	EXPECT_STR(meet(&root, now(), false, &by_address, "192.0.2.1"), "");
	EXPECT(meet(&root, now(), false, &by_address, "192.0.2.2")[0]);
	/* An address is never a name, nor the reverse. */
	EXPECT(meet(&root, now(), false, &by_address, "by_address")[0]);
}

static void common_name_alone(void)
{
	EXPECT_STR(meet(&root, now(), false, &common, "common"), "");
	EXPECT_STR(meet(&root, now(), false, &common, "ntp.test"),
		   "wrong name: its certificate is for common, not for ntp.test");
}

static void expired_certificate(void)
{
	const char *why;

	why = meet(&root, now() + 8 * DAY, false, &leaf, "ntp.test");
	EXPECT(!strncmp(why, "its certificate expired on 20", 29));
	EXPECT(strstr(why, " UTC"));
	EXPECT_STR(meet(&root, now() + 8 * DAY, true, &leaf, "ntp.test"), "");
}

static void certificate_of_the_future(void)
{
	struct tls_client *client = client_at(now(), false, root.crt);
	const char *why;

	/* The root's own dates are looked at, too: so it is trusted first. */
	the_time = now() - 40 * DAY;
	why = meet_client(client, &leaf, "ntp.test");
	EXPECT(strstr(why, "certificate is not valid before 20"));
	EXPECT(strstr(why, "nocerttimecheck"));
	tls_client_free(client);
	why = meet(&root, now() - 40 * DAY, true, &leaf, "ntp.test");
	EXPECT_STR(why, "");
}

static void certificate_of_an_expired_root(void)
{
	char err[TLS_ERR_LEN];
	struct tls_client *client = tls_client_new(now() + 40 * DAY, false);

	EXPECT(!tls_client_trust(client, root.crt, err));
	EXPECT(strstr(err, root.crt));
	tls_client_free(client);
}

static void what_can_be_trusted(void)
{
	struct tls_client *client = tls_client_new(now(), false);
	char err[TLS_ERR_LEN], path[400];
	FILE *f;

	EXPECT(!tls_client_trust(client, "/no/such/file", err));
	EXPECT_STR(err, "/no/such/file: No such file or directory");
	EXPECT(!tls_client_trust(client, root.key, err));
	EXPECT(strstr(err, root.key));
	/* A directory with rubbish in it, too. */
	snprintf(path, sizeof(path), "%s/rubbish", dir);
	f = fopen(path, "w");
	fputs("-----BEGIN CERTIFICATE-----\nrubbish\n", f);
	fclose(f);
	EXPECT(!tls_client_trust(client, dir, err));
	EXPECT(strstr(err, dir));
	snprintf(path, sizeof(path), "cp %s %s", root.crt, dir);
	EXPECT(!system(path));
	EXPECT(tls_client_trust(client, dir, err));
	EXPECT_STR(meet_client(client, &leaf, "ntp.test"), "");
	tls_client_free(client);
}

static void trust_of_the_system(void)
{
	struct tls_client *client = tls_client_new(now(), false);
	char err[TLS_ERR_LEN];

	EXPECT(tls_client_trust_system(client, err));
	EXPECT(strstr(meet_client(client, &leaf, "ntp.test"), "not trusted"));
	tls_client_free(client);
}

/* A server that is none: @data is all it says. */
static void talk(const void *data, size_t len, const char *wanted)
{
	struct tls_client *client = client_at(now(), false, root.crt);
	struct tls_conn *conn;
	enum tls_result res;
	byte sink[4096];
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		abort();
	conn = tls_client_connect(client, fd[0], "ntp.test");
	EXPECT(tls_conn_handshake(conn) == TLS_WANT_READ);
	EXPECT(read(fd[1], sink, sizeof(sink)) > 100);
	/* It says whom it wants to speak with, and what. */
	EXPECT(memmem(sink, sizeof(sink), "ntp.test", 8));
	EXPECT(memmem(sink, sizeof(sink), "ntske/1", 7));
	EXPECT(write(fd[1], data, len) == (ssize_t)len);
	close(fd[1]);
	res = tls_conn_handshake(conn);
	EXPECT(res == TLS_FAILED || res == TLS_EOF);
	if (!strstr(tls_conn_error(conn), wanted))
		EXPECT_STR(tls_conn_error(conn), wanted);
	tls_conn_free(conn);
	close(fd[0]);
	tls_client_free(client);
}

static void servers_that_are_none(void)
{
	talk("", 0, "closed");
	talk("SSH-2.0-OpenSSH_9.2\r\n", 21, "handshake: ");
	talk("HTTP/1.1 400 Bad Request\r\n\r\n", 28, "handshake: ");
	talk("\025\003\003\000\002\002\170", 7, "alert 120 (no application");
	talk("\025\003\003\000\002\002\106", 7, "alert 70 (protocol version");
}

/*
 * Session tickets are of no use to NTS-KE, and wolfSSL ends the session over
 * those of rustls: they are sent to who offers psk_dhe_ke (RFC 8446, 4.2.9).
 */
static void offers_no_way_to_resume(void)
{
	static const uint8_t modes[] = { 0, 45, 0, 2, 1, 0 };
	struct tls_client *client = client_at(now(), false, root.crt);
	uint8_t hello[4096];
	struct tls_conn *conn;
	ssize_t len;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		abort();
	conn = tls_client_connect(client, fd[1], "ntp.test");
	EXPECT(tls_conn_handshake(conn) == TLS_WANT_READ);
	len = read(fd[0], hello, sizeof(hello));
	EXPECT(len > 100);
	/* Only psk_ke, or nothing about it at all. */
	EXPECT(memmem(hello, (size_t)len, modes, sizeof(modes)) ||
	       !memmem(hello, (size_t)len, modes, 3));
	tls_conn_free(conn);
	tls_client_free(client);
	close(fd[0]);
	close(fd[1]);
}

static const struct ktap_case cases[] = {
	CASE(certificate_of_a_trusted_issuer),
	CASE(chain_of_certificates),
	CASE(self_signed_certificate),
	CASE(issuer_that_is_not_trusted),
	CASE(wrong_name),
	CASE(wildcards),
	CASE(addresses),
	CASE(common_name_alone),
	CASE(expired_certificate),
	CASE(certificate_of_the_future),
	CASE(certificate_of_an_expired_root),
	CASE(what_can_be_trusted),
	CASE(trust_of_the_system),
	CASE(servers_that_are_none),
	CASE(offers_no_way_to_resume),
};

int main(void)
{
	int ret;

	peer_begin();
	peer_make_cert(&root, "root", PEER_ECDSA, NULL);
	peer_make_cert(&middle, "middle", PEER_ECDSA, &root);
	peer_is_ca = false;
	peer_days = 7;
	peer_dns = "deep.test";
	peer_make_cert(&deep, "deep", PEER_ECDSA, &middle);
	peer_append(deep.crt, middle.der, middle.der_len, CERT_TYPE, "a");
	peer_dns = "ntp.test";
	peer_ip = address;
	peer_make_cert(&leaf, "leaf", PEER_ECDSA, &root);
	peer_make_cert(&alone, "alone", PEER_ED25519, NULL);
	peer_ip = NULL;
	peer_dns = "*.ntp.test";
	peer_make_cert(&wildcard, "wildcard", PEER_ECDSA, &root);
	peer_dns = NULL;
	peer_make_cert(&common, "common", PEER_RSA, &root);
	peer_ip = address;
	peer_make_cert(&by_address, "by_address", PEER_ECDSA, &root);
	snprintf(dir, sizeof(dir), "%s/trusted", peer_dir);
	if (mkdir(dir, 0700))
		abort();
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	peer_free_cert(&root);
	peer_free_cert(&middle);
	peer_free_cert(&deep);
	peer_free_cert(&leaf);
	peer_free_cert(&alone);
	peer_free_cert(&wildcard);
	peer_free_cert(&by_address);
	peer_free_cert(&common);
	return peer_end(ret);
}
