/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTP extension fields (RFC 7822). */
#ifndef _NTS_CORE_EXT_H
#define _NTS_CORE_EXT_H

#include "wire.h"

/**
 * struct nts_ext - where one extension field lies
 * @type: field type
 * @offset: of its first octet in the packet
 * @len: with header and padding, octets
 */
struct nts_ext {
	u16 type;
	u16 offset;
	u16 len;
};

/* What nts_ext_next() found. */
enum nts_ext_step {
	NTS_EXT_FIELD,
	NTS_EXT_END,
	NTS_EXT_MAC,
	NTS_EXT_MALFORMED,
};

enum nts_ext_step nts_ext_next(const u8 *packet, u32 len, u32 *offset,
			       struct nts_ext *ext);
u8 *nts_ext_put(u8 *field, u16 type, u16 len);

static inline u16 nts_ext_body(const struct nts_ext *ext)
{
	return ext->offset + NTS_EXT_HEADER_LEN;
}

static inline u16 nts_ext_body_len(const struct nts_ext *ext)
{
	return ext->len - NTS_EXT_HEADER_LEN;
}

#endif /* _NTS_CORE_EXT_H */
