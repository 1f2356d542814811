// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ext.h"
#include "forge.h"

/* Shorter than any NTP packet. */
#define SHORT_LEN 40

/**
 * forge_name() - name a kind
 * @kind: the kind
 *
 * Return: as the user writes it.
 */
const char *forge_name(enum forge_kind kind)
{
	static const char *const names[] = {
#define FORGE_NAME(id, name) name,
		FORGES(FORGE_NAME)
#undef FORGE_NAME
	};

	return names[kind];
}

/**
 * forge_find() - find a kind by its name
 * @name: not necessarily terminated
 * @len: octets of @name
 * @kind: filled in
 *
 * Return: false if there is none of that name.
 */
bool forge_find(const char *name, unsigned int len, enum forge_kind *kind)
{
	for (unsigned int i = 0; i < FORGE_KINDS; i++) {
		if (strlen(forge_name(i)) == len && !memcmp(forge_name(i), name, len)) {
			*kind = i;
			return true;
		}
	}
	return false;
}

/**
 * forge_needs_nts() - is it made of an authenticated request?
 * @kind: the kind
 *
 * Return: true if so, false if of a plain one.
 */
bool forge_needs_nts(enum forge_kind kind)
{
	return kind == FORGE_COOKIE || kind == FORGE_TAG;
}

/* What costs a server most: its key is known, and only the end is wrong. */
static void spoil_cookie(u8 *packet, u32 len)
{
	u32 offset = NTS_NTP_HEADER_LEN;
	struct nts_ext ext;

	while (nts_ext_next(packet, len, &offset, &ext) == NTS_EXT_FIELD) {
		if (ext.type == NTS_EXT_COOKIE) {
			packet[ext.offset + ext.len - 1] ^= 1;
			return;
		}
	}
}

/**
 * forge_spoil() - make an invalid request
 * @kind: what is to be wrong with it
 * @packet: a valid one, authenticated if forge_needs_nts()
 * @len: its octets
 *
 * Return: the octets of the invalid one.
 */
u32 forge_spoil(enum forge_kind kind, u8 *packet, u32 len)
{
	switch (kind) {
	case FORGE_COOKIE:
		spoil_cookie(packet, len);
		return len;
	case FORGE_TAG:
		/* A request encrypts nothing, so the tag is the last of it. */
		packet[len - 1] ^= 1;
		return len;
	case FORGE_SHORT:
		return SHORT_LEN;
	default:
		return len;
	}
}
