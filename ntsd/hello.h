/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks into a TLS ClientHello for the signatures that a client accepts, so
 * that one of several certificates can be chosen. Pure code, no I/O.
 */
#ifndef NTSD_HELLO_H
#define NTSD_HELLO_H

#include <stddef.h>
#include <stdint.h>

#define HELLO_SCHEMES_MAX 64
/* More than the 1st record of any client. */
#define HELLO_MAX (5 + 16384)

enum hello_found {
	HELLO_NEEDS_MORE,	/* at least @need bytes */
	HELLO_DONE,		/* @scheme holds what it accepts */
	HELLO_STRANGE,		/* let TLS itself refuse it, or cope */
};

/**
 * struct hello - what was found
 * @need: bytes that there must be, see HELLO_NEEDS_MORE
 * @scheme: signature schemes (RFC 8446 section 4.2.3), by preference
 * @n: how many
 */
struct hello {
	size_t need;
	uint16_t scheme[HELLO_SCHEMES_MAX];
	size_t n;
};

enum hello_found hello_look(const uint8_t *buf, size_t len, struct hello *hello);

#endif
