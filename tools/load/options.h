/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user asks for, within limits. */
#ifndef NTSLOAD_OPTIONS_H
#define NTSLOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../../ntsd/subnet.h"
#include "forge.h"

#define OPTIONS_ALLOWED 8
#define OPTIONS_WHY_LEN 256

/* Nobody needs more to learn what one server can do. */
#define OPTIONS_MAX_CLIENTS 65536
#define OPTIONS_MAX_THREADS 64
#define OPTIONS_MAX_WINDOW 65536
#define OPTIONS_MAX_RATE 10000000
#define OPTIONS_MAX_DURATION 3600
#define OPTIONS_MAX_REQUESTS 1000000000
#define OPTIONS_MAX_SHARE 100
#define OPTIONS_MAX_BATCH 64

/* A client has no more cookies than that, so no more requests at once. */
#define OPTIONS_PER_CLIENT NTS_MAX_COOKIES

/**
 * struct options - all that may be said
 * @server: name or address
 * @family: AF_INET, AF_INET6 or AF_UNSPEC
 * @port: of NTP, 0 when it was not said
 * @ke_port: of NTS-KE
 * @trust: file or directory of certificates, NULL for the system's
 * @allowed: others that the NTS-KE server may name
 * @n_allowed: how many
 * @public_ok: the server may have a public address
 * @plain: no NTS
 * @interleaved: RFC 9769
 * @sources: @source was said
 * @source: addresses that requests come from
 * @clients: virtual clients
 * @threads: that send
 * @window: requests in flight, in all; closed loop
 * @batch: datagrams in one system call
 * @rate: requests per second, 0 in closed loop
 * @poisson: not evenly spaced
 * @duration_ns: how long requests are sent
 * @timeout_ns: an answer that comes later is late
 * @requests: how many are sent at most
 * @rekeys: exchanges of keys after the first at most
 * @verify_every: which answers are verified
 * @reuse: cookies are used again when there is none left
 * @prepare: requests are made before the first is sent
 * @share: how many invalid requests of a kind for each valid one
 * @json: the report is for programs
 */
struct options {
	const char *server;
	sa_family_t family;
	uint16_t port;
	uint16_t ke_port;
	const char *trust;
	const char *allowed[OPTIONS_ALLOWED];
	unsigned int n_allowed;
	bool public_ok;
	bool plain;
	bool interleaved;
	bool sources;
	struct subnet source;
	unsigned int clients;
	unsigned int threads;
	unsigned int window;
	unsigned int batch;
	double rate;
	bool poisson;
	int64_t duration_ns;
	int64_t timeout_ns;
	uint64_t requests;
	uint64_t rekeys;
	unsigned int verify_every;
	bool reuse;
	bool prepare;
	unsigned int share[FORGE_KINDS];
	bool json;
};

enum options_end {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_BAD,
};

extern const char options_usage[];

enum options_end options_read(struct options *o, int argc, char **argv, char *why);

#endif
