// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys and cookies of a client association (RFC 8915, 5.7). */
#include "jar.h"

/**
 * nts_jar_open() - begin with new keys
 * @jar: what it held is wiped: cookies belong to the keys they came with
 * @c2s: key of requests
 * @s2c: key of answers
 */
void nts_jar_open(struct nts_jar *jar, const u8 c2s[NTS_SIV_KEY_LEN],
		  const u8 s2c[NTS_SIV_KEY_LEN])
{
	nts_jar_wipe(jar);
	memcpy(jar->c2s, c2s, NTS_SIV_KEY_LEN);
	memcpy(jar->s2c, s2c, NTS_SIV_KEY_LEN);
	jar->keyed = true;
}

/**
 * nts_jar_cookie_fits() - tell whether a cookie can be used
 * @len: its octets
 *
 * One that needs padding could not be told from another (RFC 7822, 7.5.1.2),
 * so servers do not make such.
 *
 * Return: true when it can be kept and sent.
 */
bool nts_jar_cookie_fits(u32 len)
{
	return len >= NTS_JAR_MIN_COOKIE && len <= NTS_MAX_COOKIE_LEN && len % 4 == 0;
}

/**
 * nts_jar_put() - add a cookie
 * @jar: an open one
 * @cookie: as the server gave it
 * @len: its octets
 *
 * Return: false when the jar is full or the cookie of an impossible length.
 */
bool nts_jar_put(struct nts_jar *jar, const u8 *cookie, u32 len)
{
	u32 at = (jar->first + jar->n) % NTS_MAX_COOKIES;

	if (!jar->keyed || jar->n == NTS_MAX_COOKIES || !nts_jar_cookie_fits(len))
		return false;
	memcpy(jar->cookie[at].body, cookie, len);
	jar->cookie[at].len = (u16)len;
	jar->n++;
	return true;
}

/**
 * nts_jar_take() - take the oldest cookie out: none is ever used twice
 * @jar: where from
 * @cookie: receives it
 *
 * Return: its octets, or 0 when there is none.
 */
u32 nts_jar_take(struct nts_jar *jar, u8 cookie[NTS_MAX_COOKIE_LEN])
{
	u32 len;

	if (!jar->n)
		return 0;
	len = jar->cookie[jar->first].len;
	memcpy(cookie, jar->cookie[jar->first].body, len);
	jar->first = (jar->first + 1) % NTS_MAX_COOKIES;
	jar->n--;
	return len;
}

/**
 * nts_jar_wipe() - forget keys and cookies
 * @jar: left empty
 */
void nts_jar_wipe(struct nts_jar *jar)
{
	memzero_explicit(jar, sizeof(*jar));
}
