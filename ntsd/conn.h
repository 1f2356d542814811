/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One client's connection: moves bytes between TLS and ke_session. */
#ifndef NTSD_CONN_H
#define NTSD_CONN_H

#include "ke_session.h"
#include "tls.h"

/**
 * typedef conn_seal - makes cookies
 * @arg: as given to conn_run()
 * @c2s: key of the client's packets
 * @s2c: key of the server's packets
 * @cookies: to be filled in
 * @n: how many
 *
 * Return: false when that is not possible.
 */
typedef bool conn_seal(void *arg, const uint8_t c2s[TLS_EXPORT_LEN],
		       const uint8_t s2c[TLS_EXPORT_LEN],
		       struct ke_cookie *cookies, size_t n);

/**
 * struct conn - a connection
 * @fd: its socket, closed by conn_free()
 * @events: what to poll it for: EPOLLIN or EPOLLOUT
 * @shaken: the TLS handshake is done
 * @drained: bytes that came after the end
 * @servers: the certificates, one of which is chosen for @tls
 * @n_servers: how many
 * @peeked: bytes of the client that were seen, but not taken
 * @tls: NULL until the client said what it accepts
 * @served: cookies were handed to TLS to be sent
 */
struct conn {
	int fd;
	uint32_t events;
	bool served;
	bool shaken;
	size_t drained;
	struct tls_server *const *servers;
	unsigned int n_servers;
	size_t peeked;
	struct tls_conn *tls;
	struct ke_session session;
};

struct conn *conn_new(struct tls_server *const *servers,
		      unsigned int n_servers, int fd,
		      const struct ke_policy *policy, uint64_t now_ms);
bool conn_run(struct conn *conn, uint64_t now_ms, conn_seal *seal, void *arg);
void conn_free(struct conn *conn);

#endif
