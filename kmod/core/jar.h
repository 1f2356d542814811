/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys and cookies of a client association (RFC 8915, 5.7). */
#ifndef _NTS_CORE_JAR_H
#define _NTS_CORE_JAR_H

#include "cookie.h"

/* A field of less than 16 octets does not exist (RFC 7822), header included. */
#define NTS_JAR_MIN_COOKIE	12

static_assert(NTS_JAR_MIN_COOKIE + NTS_EXT_HEADER_LEN == NTS_EXT_MIN_LEN,
	      "the shortest cookie fills the shortest field");

/**
 * struct nts_jar - keys and cookies
 * @keyed: the keys are there
 * @first: the oldest cookie
 * @n: cookies left
 * @c2s: key of requests
 * @s2c: key of answers
 * @siv: scratch for an expanded key
 * @cookie: the cookies, a ring that begins at @first
 */
struct nts_jar {
	bool keyed;
	u8 first;
	u8 n;
	u8 c2s[NTS_SIV_KEY_LEN];
	u8 s2c[NTS_SIV_KEY_LEN];
	struct nts_siv_key siv;
	struct {
		u16 len;
		u8 body[NTS_MAX_COOKIE_LEN];
	} cookie[NTS_MAX_COOKIES];
};

void nts_jar_open(struct nts_jar *jar, const u8 c2s[NTS_SIV_KEY_LEN],
		  const u8 s2c[NTS_SIV_KEY_LEN]);
bool nts_jar_cookie_fits(u32 len);
bool nts_jar_put(struct nts_jar *jar, const u8 *cookie, u32 len);
u32 nts_jar_take(struct nts_jar *jar, u8 cookie[NTS_MAX_COOKIE_LEN]);
void nts_jar_wipe(struct nts_jar *jar);

#endif /* _NTS_CORE_JAR_H */
