// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "address.h"

static size_t length(const struct address *addr)
{
	return addr->family == AF_INET ? 4 : addr->family == AF_INET6 ? 16 : 0;
}

/**
 * address_parse() - read an address
 * @text: dotted IPv4, or IPv6, with a zone where needed
 * @addr: filled in
 *
 * Return: false when it is none.
 */
bool address_parse(const char *text, struct address *addr)
{
	char copy[INET6_ADDRSTRLEN];
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);

	memset(addr, 0, sizeof(*addr));
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!zone && inet_pton(AF_INET, copy, addr->bytes) == 1) {
		addr->family = AF_INET;
		return true;
	}
	if (inet_pton(AF_INET6, copy, addr->bytes) != 1)
		return false;
	addr->family = AF_INET6;
	addr->scope = zone ? if_nametoindex(zone + 1) : 0;
	return !zone || addr->scope;
}

/**
 * address_text() - write an address
 * @addr: the address
 * @text: filled in
 *
 * Return: @text.
 */
const char *address_text(const struct address *addr,
			 char text[ADDRESS_TEXT_LEN])
{
	size_t len;

	snprintf(text, ADDRESS_TEXT_LEN, "no address");
	if (addr->family == AF_UNSPEC)
		return text;
	inet_ntop(addr->family, addr->bytes, text, ADDRESS_TEXT_LEN);
	len = strlen(text);
	if (addr->scope)
		snprintf(text + len, ADDRESS_TEXT_LEN - len, "%%%u",
			 addr->scope);
	return text;
}

/**
 * address_same() - are 2 addresses the same?
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool address_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       !memcmp(a->bytes, b->bytes, length(a));
}

/**
 * address_from_socket() - take the address out of a socket's
 * @from: of any family
 * @addr: filled in
 *
 * Return: false when it is of a family that we do not know.
 */
bool address_from_socket(const struct sockaddr *from, struct address *addr)
{
	const struct sockaddr_in6 *in6 = (const void *)from;
	const struct sockaddr_in *in4 = (const void *)from;

	memset(addr, 0, sizeof(*addr));
	addr->family = from->sa_family;
	if (from->sa_family == AF_INET) {
		memcpy(addr->bytes, &in4->sin_addr, 4);
		return true;
	}
	if (from->sa_family != AF_INET6)
		return false;
	memcpy(addr->bytes, &in6->sin6_addr, 16);
	addr->scope = in6->sin6_scope_id;
	return true;
}

/**
 * address_to_socket() - make a socket's address
 * @addr: of a known family
 * @port: host byte order
 * @to: filled in
 *
 * Return: its length.
 */
socklen_t address_to_socket(const struct address *addr, uint16_t port,
			    struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (void *)to;
	struct sockaddr_in *in4 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = addr->family;
	if (addr->family == AF_INET) {
		memcpy(&in4->sin_addr, addr->bytes, 4);
		in4->sin_port = htons(port);
		return sizeof(*in4);
	}
	memcpy(&in6->sin6_addr, addr->bytes, 16);
	in6->sin6_scope_id = addr->scope;
	in6->sin6_port = htons(port);
	return sizeof(*in6);
}
