/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request asks, and whether it is authentic. */
#ifndef _NTS_CORE_REQUEST_H
#define _NTS_CORE_REQUEST_H

#include "cookie.h"
#include "ext.h"
#include "verdict.h"

/**
 * struct nts_request - where the parts of a request lie
 * @len: of the packet, octets
 * @version: NTP version, 1 to 4
 * @nts: it carries NTS fields other than the unique identifier
 * @origin: its origin timestamp
 * @receive: its receive timestamp
 * @transmit: its transmit timestamp
 * @uid: unique identifier field, len 0 when absent
 * @cookie: cookie field
 * @auth: authenticator field
 * @nonce_len: octets of the client's nonce
 * @text_len: octets of ciphertext without the tag
 * @text_offset: of the tag; the ciphertext follows it
 * @placeholders: how many
 */
struct nts_request {
	u16 len;
	u8 version;
	bool nts;
	u64 origin;
	u64 receive;
	u64 transmit;
	struct nts_ext uid;
	struct nts_ext cookie;
	struct nts_ext auth;
	u16 nonce_len;
	u16 text_len;
	u16 text_offset;
	u16 placeholders;
};

enum nts_verdict nts_request_parse(const u8 *packet, u32 len,
				   struct nts_request *request);
u16 nts_request_cookies(const struct nts_request *request);

#endif /* _NTS_CORE_REQUEST_H */
