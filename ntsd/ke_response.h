/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's side of NTS-KE (RFC 8915 section 4): the request, and what a
 * server answers. Pure code, no I/O.
 */
#ifndef NTSD_KE_RESPONSE_H
#define NTSD_KE_RESPONSE_H

#include "ke_session.h"

/* RFC 8915 section 4: clients should take that much. */
#define KE_RESPONSE_MAX 65536
#define KE_REQUEST_LEN 16
#define KE_WHY_LEN 128

/**
 * struct ke_response - what a complete answer says
 * @good: there is all that is needed; else @why says what is wrong
 * @warning: code of a Warning record, or -1
 * @n_cookies: 1 or more
 * @cookie: the first ones
 * @server: name or address of the NTP server, "" for that of NTS-KE
 * @port: of the NTP server, 0 when nothing was said
 */
struct ke_response {
	bool good;
	char why[KE_WHY_LEN];
	int warning;
	unsigned int n_cookies;
	struct ke_cookie cookie[KE_COOKIES];
	char server[KE_HOST_MAX + 1];
	uint16_t port;
};

size_t ke_response_request(uint8_t buf[KE_REQUEST_LEN]);
bool ke_response_parse(const uint8_t *buf, size_t len, struct ke_response *res);

#endif
