// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>

#include "hello.h"

#define RECORD_HEADER_LEN 5
#define RECORD_MAX 16384
#define RECORD_HANDSHAKE 22
#define HANDSHAKE_CLIENT_HELLO 1
#define EXTENSION_SIGNATURE_ALGORITHMS 13
#define VERSION_AND_RANDOM_LEN 34

/* What is left to be read; every take_*() checks that it is there. */
struct rest {
	const uint8_t *p;
	size_t len;
};

static bool take(struct rest *from, size_t len, struct rest *to)
{
	if (from->len < len)
		return false;
	to->p = from->p;
	to->len = len;
	from->p += len;
	from->len -= len;
	return true;
}

static bool take_number(struct rest *from, size_t bytes, size_t *number)
{
	struct rest at;

	if (!take(from, bytes, &at))
		return false;
	for (*number = 0; bytes--; at.p++)
		*number = *number << 8 | *at.p;
	return true;
}

/* A vector of RFC 8446 section 3.4, whose length takes @bytes bytes. */
static bool take_vector(struct rest *from, size_t bytes, struct rest *to)
{
	size_t len;

	return take_number(from, bytes, &len) && take(from, len, to);
}

static enum hello_found take_schemes(struct rest *extension,
				     struct hello *hello)
{
	struct rest list;
	size_t scheme;

	if (!take_vector(extension, 2, &list))
		return HELLO_STRANGE;
	while (hello->n < HELLO_SCHEMES_MAX && take_number(&list, 2, &scheme))
		hello->scheme[hello->n++] = scheme;
	return HELLO_DONE;
}

/**
 * hello_look() - find the signature schemes of a client
 * @buf: the first bytes from the client
 * @len: how many there are
 * @hello: filled in as the return value says
 *
 * Only a ClientHello in one TLS record is looked into: all that real clients
 * send.
 *
 * Return: what was found.
 */
enum hello_found hello_look(const uint8_t *buf, size_t len, struct hello *hello)
{
	struct rest all = { buf, len }, record, message, part, extension;
	size_t type, record_len;

	hello->n = 0;
	hello->need = RECORD_HEADER_LEN;
	if (!take_number(&all, 1, &type) || !take(&all, 2, &part) ||
	    !take_number(&all, 2, &record_len))
		return HELLO_NEEDS_MORE;
	if (type != RECORD_HANDSHAKE || record_len > RECORD_MAX)
		return HELLO_STRANGE;
	hello->need = RECORD_HEADER_LEN + record_len;
	if (!take(&all, record_len, &record))
		return HELLO_NEEDS_MORE;

	if (!take_number(&record, 1, &type) || type != HANDSHAKE_CLIENT_HELLO ||
	    !take_vector(&record, 3, &message) ||
	    !take(&message, VERSION_AND_RANDOM_LEN, &part) ||
	    !take_vector(&message, 1, &part) ||		/* session */
	    !take_vector(&message, 2, &part) ||		/* suites */
	    !take_vector(&message, 1, &part) ||		/* compression */
	    !take_vector(&message, 2, &part))		/* extensions */
		return HELLO_STRANGE;
	while (take_number(&part, 2, &type) &&
	       take_vector(&part, 2, &extension))
		if (type == EXTENSION_SIGNATURE_ALGORITHMS)
			return take_schemes(&extension, hello);
	return HELLO_STRANGE;
}
