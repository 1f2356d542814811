/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IP address without a port. */
#ifndef NTSD_ADDRESS_H
#define NTSD_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_LEN (INET6_ADDRSTRLEN + 12)

/**
 * struct address - an address
 * @family: AF_INET or AF_INET6, AF_UNSPEC for none
 * @scope: interface of a link-local one
 * @bytes: 4 or 16 of them, network order
 */
struct address {
	sa_family_t family;
	uint32_t scope;
	uint8_t bytes[16];
};

bool address_parse(const char *text, struct address *addr);
const char *address_text(const struct address *addr,
			 char text[ADDRESS_TEXT_LEN]);
bool address_same(const struct address *a, const struct address *b);
bool address_from_socket(const struct sockaddr *from, struct address *addr);
socklen_t address_to_socket(const struct address *addr, uint16_t port,
			    struct sockaddr_storage *to);

#endif
