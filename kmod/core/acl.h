/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may be served: rules about prefixes, and a table to look addresses up in. */
#ifndef _NTS_CORE_ACL_H
#define _NTS_CORE_ACL_H

#include "port.h"

/**
 * struct nts_acl_key - an address or prefix, its first bit in the highest
 * @hi: the first 64 bits; an IPv4 address is in the upper half
 * @lo: the last 64 bits of an IPv6 address
 */
struct nts_acl_key {
	u64 hi;
	u64 lo;
};

/**
 * struct nts_acl_rule - one allow or deny
 * @key: the prefix; bits after it do not matter
 * @order: when it was said
 * @all: it overrides what was said before of prefixes within its own, as chrony's
 *	"all" does
 * @allow: or else deny
 * @v6: IPv6, or else IPv4
 * @len: of the prefix, bits, 0 up to nts_acl_bits()
 */
struct nts_acl_rule {
	struct nts_acl_key key;
	u32 order;
	bool all;
	bool allow;
	bool v6;
	u8 len;
};

/**
 * struct nts_acl - a table, never changed while anybody looks addresses up in it
 * @n: edges of IPv4, of IPv6
 * @edge: addresses from which on the opposite holds of what held before, in
 *	ascending order, those of IPv4 first; before the first all are denied
 */
struct nts_acl {
	u32 n[2];
	struct nts_acl_key edge[];
};

static inline u8 nts_acl_bits(bool v6)
{
	return v6 ? 128 : 32;
}

/* @bytes: 4 or 16, network byte order */
static inline struct nts_acl_key nts_acl_key(bool v6, const u8 *bytes)
{
	struct nts_acl_key key;

	key.hi = (u64)get_unaligned_be32(bytes) << 32;
	key.lo = 0;
	if (v6) {
		key.hi |= get_unaligned_be32(bytes + 4);
		key.lo = (u64)get_unaligned_be32(bytes + 8) << 32 |
			 get_unaligned_be32(bytes + 12);
	}
	return key;
}

/**
 * nts_acl_prefix() - clear what comes after a prefix
 * @key: an address
 * @len: of the prefix, bits, 0 to 128
 *
 * Return: the first address of the prefix.
 */
static inline struct nts_acl_key nts_acl_prefix(struct nts_acl_key key, u8 len)
{
	key.hi &= len >= 64 ? ~0ULL : len ? ~0ULL << (64 - len) : 0;
	key.lo &= len >= 128 ? ~0ULL : len > 64 ? ~0ULL << (128 - len) : 0;
	return key;
}

u32 nts_acl_resolve(struct nts_acl_rule *rules, u32 n);
size_t nts_acl_size(u32 n);
void nts_acl_build(struct nts_acl *acl, const struct nts_acl_rule *rules, u32 n);
bool nts_acl_allows(const struct nts_acl *acl, bool v6, struct nts_acl_key key);
bool nts_acl_any(const struct nts_acl *acl);

#endif /* _NTS_CORE_ACL_H */
