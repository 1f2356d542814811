/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that a server should not answer with the time. */
#ifndef NTSLOAD_FORGE_H
#define NTSLOAD_FORGE_H

#include <stdbool.h>

#include "core/exchange.h"

/* X(IDENTIFIER, "name") */
#define FORGES(X) \
	X(COOKIE, "cookie") \
	X(TAG, "tag") \
	X(SHORT, "short") \
	X(PLAIN, "plain")

enum forge_kind {
#define FORGE_ENUM(id, name) FORGE_##id,
	FORGES(FORGE_ENUM)
#undef FORGE_ENUM
	FORGE_KINDS
};

const char *forge_name(enum forge_kind kind);
bool forge_find(const char *name, unsigned int len, enum forge_kind *kind);
bool forge_needs_nts(enum forge_kind kind);
u32 forge_spoil(enum forge_kind kind, u8 *packet, u32 len);

#endif
