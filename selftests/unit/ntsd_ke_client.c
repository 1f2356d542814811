// SPDX-License-Identifier: GPL-2.0-or-later
/* An exchange as it is: the process, its sandbox, TLS, servers good and bad. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/wait.h>

#include "../../ntsd/conn.h"
#include "../../ntsd/ke_client.c"
#include "ntsd_peer.h"

#define NEXT "\x80\1\0\2\0\0"
#define AEAD "\x80\4\0\2\0\x0f"
#define END "\x80\0\0\0"

static struct peer_cert root, leaf, alone;
static struct config conf;
static struct passwd user;
static pid_t server_pid;
static struct ke_exchange_result result;
static time_t at;	/* that certificates are checked with */
static bool any_time;

/* Each server is a child that accepts until it is ended. */
typedef void server_fn(int fd, void *arg);

static int listen_on(uint16_t *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (void *)&addr, len) || listen(fd, 5) ||
	    getsockname(fd, (void *)&addr, &len))
		abort();
	*port = ntohs(addr.sin_port);
	return fd;
}

static uint16_t serve(server_fn *how, void *arg)
{
	uint16_t port;
	int fd = listen_on(&port), one;

	server_pid = fork();
	if (!server_pid) {
		while ((one = accept(fd, NULL, NULL)) >= 0)
			how(one, arg);
		_exit(0);
	}
	close(fd);
	return port;
}

static void end_server(void)
{
	if (!server_pid)
		return;
	kill(server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
	server_pid = 0;
}

static bool seal(void *arg, const uint8_t c2s[TLS_EXPORT_LEN],
		 const uint8_t s2c[TLS_EXPORT_LEN], struct ke_cookie *cookies,
		 size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		cookies[i].len = 100;
		memset(cookies[i].bytes, i, 100);
		/* So that the test can see what the server's keys are. */
		memcpy(cookies[i].bytes, c2s, 32);
		memcpy(cookies[i].bytes + 32, s2c, 32);
	}
	return true;
}

static struct tls_server *load(const struct peer_cert *c)
{
	struct tls_file files[2] = {
		{ open(c->crt, O_RDONLY), c->crt }, { open(c->key, O_RDONLY), c->key },
	};
	char err[TLS_ERR_LEN];

	return tls_server_new(&files[0], &files[1], err);
}

/* As ntsd itself serves. */
static void good_server(int fd, void *arg)
{
	const struct ke_policy policy = { .timeout_ms = 2000, .aeads = { 15 },
					  .n_aeads = 1, .ntp_port = 11123,
					  .ntp_server = "ntp.test" };
	struct tls_server *server = load(arg);
	struct pollfd p = { .fd = fd };
	struct conn *conn;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	conn = conn_new(&server, 1, fd, &policy, 0);
	while (conn_run(conn, 0, seal, NULL)) {
		p.events = conn->events;
		poll(&p, 1, 1000);
	}
	conn_free(conn);
	tls_server_free(server);
}

/* A server whose TLS is good, and who answers with these bytes. */
struct answer {
	const char *bytes;
	size_t len;
	bool hang;
};

static void answering_server(int fd, void *arg)
{
	const struct answer *a = arg;
	struct tls_server *server = load(&leaf);
	struct tls_conn *conn = tls_conn_new(server, fd);
	char buf[64];
	size_t len;

	if (tls_conn_handshake(conn) == TLS_DONE &&
	    tls_conn_read(conn, buf, sizeof(buf), &len) == TLS_DONE) {
		for (size_t done = 0; done < a->len; done += len)
			if (tls_conn_write(conn, a->bytes + done, a->len - done,
					   &len) != TLS_DONE)
				break;
		if (a->hang)
			pause();
		tls_conn_bye(conn);
	}
	tls_conn_free(conn);
	tls_server_free(server);
	close(fd);
}

static void silent_server(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	pause();
}

/* An answer without an end, slowly. */
static void dribbling_server(int fd, void *arg)
{
	struct tls_server *server = load(arg);
	struct tls_conn *conn = tls_conn_new(server, fd);
	char buf[64];
	size_t len;

	if (tls_conn_handshake(conn) == TLS_DONE &&
	    tls_conn_read(conn, buf, sizeof(buf), &len) == TLS_DONE)
		while (tls_conn_write(conn, "\x3f\0\0\0", 4, &len) == TLS_DONE)
			usleep(300);
	_exit(0);
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (connect(fd, (void *)&addr, sizeof(addr)) && errno != EINPROGRESS)
		abort();
	return fd;
}

/* Return: "" when there are keys, or why not. */
static const char *exchange(uint16_t port, const char *name, uint32_t timeout_ms)
{
	struct ke_client_job job = {
		.fd = connect_to(port), .name = name, .conf = &conf,
		.certset = 1, .now = at, .any_time = any_time, .timeout_ms = timeout_ms,
		.user = &user,
	};
	struct helper h;
	struct pollfd p = { .events = POLLIN };
	pid_t pid;

	EXPECT(ke_client_start(&h, &job));
	close(job.fd);
	p.fd = h.fd;
	pid = h.pid;
	EXPECT(poll(&p, 1, 20000) == 1);
	ke_client_hear(&h, &result);
	EXPECT(waitpid(pid, NULL, 0) == pid);
	EXPECT(result.ok == !result.why[0]);
	return result.why;
}

static const char *answered(const char *bytes, size_t len)
{
	struct answer a = { bytes, len, false };
	const char *why;

	why = exchange(serve(answering_server, &a), "ntp.test", 10000);
	end_server();
	return why;
}

#define ANSWERED(bytes) answered(bytes, sizeof(bytes) - 1)

static void keys_and_cookies(void)
{
	EXPECT_STR(exchange(serve(good_server, &leaf), "ntp.test", 10000), "");
	end_server();
	EXPECT(result.res.n_cookies == 8);
	EXPECT(result.res.cookie[7].len == 100);
	EXPECT(!memcmp(result.res.cookie[0].bytes, result.c2s, 32));
	EXPECT(!memcmp(result.res.cookie[0].bytes + 32, result.s2c, 32));
	EXPECT(memcmp(result.c2s, result.s2c, 32));
	EXPECT_STR(result.res.server, "ntp.test");
	EXPECT(result.res.port == 11123);
}

static void refused_connection(void)
{
	uint16_t port;

	close(listen_on(&port));
	EXPECT_STR(exchange(port, "ntp.test", 10000), "TCP: Connection refused");
	EXPECT(result.no_tls);
}

static void bad_certificates(void)
{
	uint16_t port = serve(good_server, &leaf);

	EXPECT_STR(exchange(port, "other.test", 10000),
		   "wrong name: its certificate is for ntp.test, not for other.test");
	EXPECT(!result.no_tls);
	at += 8 * 86400;
	EXPECT(strstr(exchange(port, "ntp.test", 10000), "expired on 20"));
	at -= 8 * 86400;
	end_server();
	port = serve(good_server, &alone);
	EXPECT(strstr(exchange(port, "ntp.test", 10000), "self-signed"));
	end_server();
}

static void a_clock_that_is_behind(void)
{
	const uint16_t port = serve(good_server, &leaf);

	/* The root of trust is itself of the future then. */
	at -= 40 * 86400;
	EXPECT(strstr(exchange(port, "ntp.test", 10000), "nobody is trusted"));
	any_time = true;
	EXPECT_STR(exchange(port, "ntp.test", 10000), "");
	any_time = false;
	at += 40 * 86400;
	end_server();
}

static void nobody_to_trust(void)
{
	conf.trusted[0].set = 2;
	EXPECT(!strncmp(exchange(1, "ntp.test", 1000), "nobody is trusted", 17));
	conf.trusted[0].set = 1;
	strcpy(conf.trusted[0].path.path, "/no/such/file");
	EXPECT_STR(exchange(1, "ntp.test", 1000),
		   "nobody is trusted: /no/such/file: No such file or directory");
	strcpy(conf.trusted[0].path.path, root.crt);
}

static void bad_answers(void)
{
	static char long_answer[KE_RESPONSE_MAX];

	EXPECT_STR(ANSWERED("\x80\2\0\2\0\1" END),
		   "the server answered with error 1 (bad request)");
	EXPECT_STR(ANSWERED(NEXT AEAD END), "no usable cookie");
	EXPECT_STR(ANSWERED(""), "the server closed without an answer");
	EXPECT_STR(ANSWERED(NEXT AEAD),
		   "malformed answer: the server closed after 12 octets, without its end");
	memcpy(long_answer, "\x3f\0\xff\xff", 4);
	EXPECT_STR(answered(long_answer, sizeof(long_answer)),
		   "the answer is longer than 65536 octets");
}

static void servers_that_hang(void)
{
	struct answer a = { NEXT, 6, true };

	EXPECT_STR(exchange(serve(silent_server, NULL), "ntp.test", 300),
		   "timeout while waiting for the TLS handshake");
	end_server();
	EXPECT_STR(exchange(serve(answering_server, &a), "ntp.test", 1500),
		   "timeout while waiting for the answer");
	end_server();
	EXPECT_STR(exchange(serve(dribbling_server, &leaf), "ntp.test", 1500),
		   "timeout while waiting for the answer");
	end_server();
}

/* What a process that a server broke into might say. */
static void results_are_not_trusted(void)
{
	memset(&result, 0, sizeof(result));
	result.ok = true;
	EXPECT(!sane(&result));
	result.res.n_cookies = 9;
	EXPECT(!sane(&result));
	result.res.n_cookies = 1;
	EXPECT(!sane(&result));
	result.res.cookie[0].len = 257;
	EXPECT(!sane(&result));
	result.res.cookie[0].len = 256;
	EXPECT(sane(&result));
	strcpy(result.res.server, "a b");
	EXPECT(!sane(&result));
	memset(result.res.server, 'a', sizeof(result.res.server));
	EXPECT(!sane(&result));
}

static const struct ktap_case cases[] = {
	CASE(keys_and_cookies),
	CASE(refused_connection),
	CASE(bad_certificates),
	CASE(a_clock_that_is_behind),
	CASE(nobody_to_trust),
	CASE(bad_answers),
	CASE(servers_that_hang),
	CASE(results_are_not_trusted),
};

int main(void)
{
	const struct passwd *found = getpwnam("nobody");
	int ret;

	if (!found || geteuid())
		found = getpwuid(geteuid());
	user = *found;
	peer_begin();
	/* The process that reads what is trusted is still whoever runs this. */
	at = time(NULL);
	peer_make_cert(&root, "root", PEER_ECDSA, NULL);
	peer_is_ca = false;
	peer_days = 7;
	peer_dns = "ntp.test";
	peer_make_cert(&leaf, "leaf", PEER_ECDSA, &root);
	peer_make_cert(&alone, "alone", PEER_ECDSA, NULL);
	conf.no_system_certs = true;
	conf.n_trusted = 1;
	conf.trusted[0].set = 1;
	strcpy(conf.trusted[0].path.path, root.crt);
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	peer_free_cert(&root);
	peer_free_cert(&leaf);
	peer_free_cert(&alone);
	return peer_end(ret);
}
