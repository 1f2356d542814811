/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of a network, in the notations of chrony's allow and deny. */
#ifndef NTSD_SUBNET_H
#define NTSD_SUBNET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/acl.h"

/* What a word is. */
enum subnet_kind {
	SUBNET_BAD,
	SUBNET_PREFIX,
	SUBNET_NAME,	/* of a host, perhaps */
};

/**
 * struct subnet - a prefix
 * @v6: IPv6, or else IPv4
 * @len: bits
 * @key: its first address
 */
struct subnet {
	bool v6;
	uint8_t len;
	struct nts_acl_key key;
};

enum subnet_kind subnet_parse(const char *word, struct subnet *subnet);

#endif
