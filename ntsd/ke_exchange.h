/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One exchange with an NTS-KE server over a socket (RFC 8915 section 4), until its end. */
#ifndef NTSD_KE_EXCHANGE_H
#define NTSD_KE_EXCHANGE_H

#include "ke_response.h"
#include "tls.h"

#define KE_EXCHANGE_WHY_LEN 256

/**
 * struct ke_exchange_result - what came of it
 * @ok: there are keys and cookies; else @why says why not
 * @no_tls: it failed before there was TLS: another address may be better
 * @c2s: key of our packets
 * @s2c: key of the server's
 * @res: the rest
 */
struct ke_exchange_result {
	bool ok;
	bool no_tls;
	char why[KE_EXCHANGE_WHY_LEN];
	uint8_t c2s[TLS_EXPORT_LEN];
	uint8_t s2c[TLS_EXPORT_LEN];
	struct ke_response res;
};

enum ke_exchange_stage {
	KE_EXCHANGE_CONNECT,
	KE_EXCHANGE_HANDSHAKE,
	KE_EXCHANGE_ASK,
	KE_EXCHANGE_HEAR,
	KE_EXCHANGE_DONE,
};

/**
 * struct ke_exchange - the exchange as a state machine
 * @fd: the socket
 * @epoll: waits for it
 * @conn: TLS on it
 * @result: where its end is told
 * @stage: what it is at
 * @events: what to wait for: EPOLLIN or EPOLLOUT
 * @request: what is asked; @sent octets of it are
 * @answer: @len octets of it came
 */
struct ke_exchange {
	int fd;
	int epoll;
	struct tls_conn *conn;
	struct ke_exchange_result *result;
	enum ke_exchange_stage stage;
	uint32_t events;
	uint8_t request[KE_REQUEST_LEN];
	size_t sent;
	size_t len;
	uint8_t answer[KE_RESPONSE_MAX];
};

bool ke_exchange_open(struct ke_exchange *x, struct tls_client *client, int fd,
		      const char *name);
void ke_exchange_run(struct ke_exchange *x, uint32_t timeout_ms,
		     struct ke_exchange_result *result);
void ke_exchange_close(struct ke_exchange *x);

#endif
