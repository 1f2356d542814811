// SPDX-License-Identifier: GPL-2.0-or-later
/* A ClientHello, looked into for signature schemes: RFC 8446 section 4.1.2. */
#include "../../ntsd/hello.c"
#include "ntsd_peer.h"

static uint8_t real[HELLO_MAX];
static size_t real_len;

/* What a TLS client sends first. */
static void catch_hello(void)
{
	struct peer_cert cert;
	struct peer p;
	int fd[2];

	peer_make_cert(&cert, "any", PEER_ECDSA, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		abort();
	peer_connect(&p, fd[1], wolfTLSv1_3_client_method(), &cert, "ntske/1");
	wolfSSL_set1_sigalgs_list(p.ssl, "ECDSA+SHA256:RSA-PSS+SHA384");
	wolfSSL_connect(p.ssl);
	real_len = read(fd[0], real, sizeof(real));
	peer_free(&p);
	peer_free_cert(&cert);
	close(fd[0]);
}

static bool has(const struct hello *hello, uint16_t scheme)
{
	for (size_t i = 0; i < hello->n; i++)
		if (hello->scheme[i] == scheme)
			return true;
	return false;
}

static void a_real_hello(void)
{
	struct hello hello;

	EXPECT(hello_look(real, real_len, &hello) == HELLO_DONE);
	EXPECT(has(&hello, 0x0403) && has(&hello, 0x0805));
	EXPECT(!has(&hello, 0x0807));
}

static void each_beginning_needs_more(void)
{
	struct hello hello;

	for (size_t i = 0; i < real_len; i++) {
		uint8_t *exact = malloc(i ? i : 1);

		memcpy(exact, real, i);
		EXPECT(hello_look(exact, i, &hello) == HELLO_NEEDS_MORE);
		EXPECT(hello.need == (i < 5 ? 5 : real_len));
		free(exact);
	}
}

/* Whatever byte is changed, nothing is read beyond the end. */
static void each_byte_changed(void)
{
	uint8_t *exact = malloc(real_len);
	struct hello hello;

	for (size_t i = 0; i < real_len; i++) {
		for (int with = 0; with < 256; with += 51) {
			memcpy(exact, real, real_len);
			exact[i] = with;
			hello_look(exact, real_len, &hello);
			EXPECT(hello.n <= HELLO_SCHEMES_MAX);
		}
	}
	free(exact);
}

static void more_schemes_than_there_are(void)
{
	/* A record of a hello that holds this one extension. */
	uint8_t buf[5 + 4 + 34 + 1 + 2 + 1 + 2 + 4 + 2 + 400] = { 22, 3, 1 };
	size_t at = sizeof(buf) - 400;
	struct hello hello;

	memset(buf + at, 4, 400);
	buf[at - 2] = 400 >> 8;		/* the list */
	buf[at - 1] = 400 & 0xff;
	buf[at - 4] = 402 >> 8;		/* the extension */
	buf[at - 3] = 402 & 0xff;
	buf[at - 5] = 13;
	buf[at - 8] = 406 >> 8;		/* all extensions */
	buf[at - 7] = 406 & 0xff;
	buf[5] = 1;
	buf[7] = (sizeof(buf) - 9) >> 8;
	buf[8] = (sizeof(buf) - 9) & 0xff;
	buf[3] = (sizeof(buf) - 5) >> 8;
	buf[4] = (sizeof(buf) - 5) & 0xff;
	EXPECT(hello_look(buf, sizeof(buf), &hello) == HELLO_DONE);
	EXPECT(hello.n == HELLO_SCHEMES_MAX && has(&hello, 0x0404));
}

static void strange_ones(void)
{
	uint8_t copy[HELLO_MAX];
	struct hello hello;

	memcpy(copy, real, real_len);
	copy[0] = 23;
	EXPECT(hello_look(copy, real_len, &hello) == HELLO_STRANGE);
	memcpy(copy, real, real_len);
	copy[5] = 2;
	EXPECT(hello_look(copy, real_len, &hello) == HELLO_STRANGE);
	memcpy(copy, real, real_len);
	copy[3] = 0xff;
	EXPECT(hello_look(copy, real_len, &hello) == HELLO_STRANGE);
	EXPECT(hello_look((const uint8_t *)"GET / HTTP/1.1\r\n", 16, &hello) ==
	       HELLO_STRANGE);
}

static const struct ktap_case cases[] = {
	CASE(a_real_hello),
	CASE(each_beginning_needs_more),
	CASE(each_byte_changed),
	CASE(more_schemes_than_there_are),
	CASE(strange_ones),
};

int main(void)
{
	peer_begin();
	catch_hello();
	return peer_end(ktap_run(cases, sizeof(cases) / sizeof(*cases)));
}
