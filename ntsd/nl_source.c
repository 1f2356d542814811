// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsd and the kernel module tell each other of associations. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/hash.h>

#include "nl_internal.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define DUMP_TRIES 5

struct list {
	struct nl_source found[CONFIG_MAX_SOURCES];
	unsigned int n;
};

struct cookies {
	struct ke_cookie *to;
	unsigned int n;
	unsigned int max;
};

static void take_address(struct nlattr **attr, struct address *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (attr[NTS_A_SOURCE_ADDR4] &&
	    nla_len(attr[NTS_A_SOURCE_ADDR4]) == 4) {
		addr->family = AF_INET;
		memcpy(addr->bytes, nla_data(attr[NTS_A_SOURCE_ADDR4]), 4);
	} else if (attr[NTS_A_SOURCE_ADDR6] &&
		   nla_len(attr[NTS_A_SOURCE_ADDR6]) == 16) {
		addr->family = AF_INET6;
		memcpy(addr->bytes, nla_data(attr[NTS_A_SOURCE_ADDR6]), 16);
		if (attr[NTS_A_SOURCE_SCOPE])
			addr->scope = nla_get_u32(attr[NTS_A_SOURCE_SCOPE]);
	}
}

/**
 * nl_take_source() - read what all want to know of a source
 * @gen: a message
 * @attr: filled in: NTS_A_SOURCE_*, with an id and a name
 * @addr: its address, filled in
 *
 * Return: false when the message is not about a source.
 */
bool nl_take_source(struct genlmsghdr *gen, struct nlattr **attr, struct address *addr)
{
	if (gen->cmd != NTS_CMD_SOURCE_GET ||
	    nla_parse(attr, NTS_A_SOURCE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_SOURCE_ID] || !attr[NTS_A_SOURCE_NAME])
		return false;
	take_address(attr, addr);
	return true;
}

static void take_source(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_SOURCE_MAX + 1];
	struct list *list = arg;
	struct nl_source *s = &list->found[list->n];
	struct address addr;

	if (list->n == CONFIG_MAX_SOURCES || !nl_take_source(gen, attr, &addr))
		return;
	memset(s, 0, sizeof(*s));
	s->id = nla_get_u32(attr[NTS_A_SOURCE_ID]);
	nla_strlcpy(s->name, attr[NTS_A_SOURCE_NAME], sizeof(s->name));
	s->addr = addr;
	if (attr[NTS_A_SOURCE_PORT])
		s->port = nla_get_u16(attr[NTS_A_SOURCE_PORT]);
	if (attr[NTS_A_SOURCE_FLAGS])
		s->nts = nla_get_u32(attr[NTS_A_SOURCE_FLAGS]) &
			 NTS_SOURCE_FLAG_NTS;
	s->keyed = attr[NTS_A_SOURCE_AEAD] &&
		   nla_get_u16(attr[NTS_A_SOURCE_AEAD]);
	if (attr[NTS_A_SOURCE_COOKIES])
		s->cookies = nla_get_u32(attr[NTS_A_SOURCE_COOKIES]);
	if (attr[NTS_A_SOURCE_KE_AGE])
		s->ke_age_ms = nla_get_u64(attr[NTS_A_SOURCE_KE_AGE]) / NS_PER_MS;
	if (attr[NTS_A_SOURCE_REACH])
		s->reach = nla_get_u8(attr[NTS_A_SOURCE_REACH]);
	list->n++;
}

static void take_id(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr = nla_find(genlmsg_attrdata(gen, 0),
				       genlmsg_attrlen(gen, 0),
				       NTS_A_SOURCE_ID);

	if (gen->cmd == NTS_CMD_SOURCE_SET && attr)
		*(uint32_t *)arg = nla_get_u32(attr);
}

static void take_cookies(struct genlmsghdr *gen, void *arg)
{
	struct cookies *c = arg;
	struct nlattr *attr;
	int left;

	if (gen->cmd != NTS_CMD_COOKIES_TAKE)
		return;
	nla_for_each_attr(attr, genlmsg_attrdata(gen, 0),
			  genlmsg_attrlen(gen, 0), left) {
		if (nla_type(attr) != NTS_A_NTS_COOKIE || c->n == c->max ||
		    nla_len(attr) > KE_COOKIE_MAX)
			continue;
		c->to[c->n].len = nla_len(attr);
		memcpy(c->to[c->n].bytes, nla_data(attr), nla_len(attr));
		c->n++;
	}
}

static uint32_t flags_of(const struct config_source *s)
{
	return (s->iburst ? NTS_SOURCE_FLAG_IBURST : 0) |
	       (s->burst ? NTS_SOURCE_FLAG_BURST : 0) |
	       (s->prefer ? NTS_SOURCE_FLAG_PREFER : 0) |
	       (s->trust ? NTS_SOURCE_FLAG_TRUST : 0) |
	       (s->require ? NTS_SOURCE_FLAG_REQUIRE : 0) |
	       (s->noselect ? NTS_SOURCE_FLAG_NOSELECT : 0) |
	       (s->nts ? NTS_SOURCE_FLAG_NTS : 0) |
	       (s->xleave ? NTS_SOURCE_FLAG_XLEAVE : 0);
}

static bool put_options(struct nl_msg *msg, const struct nl_change *change)
{
	const struct config_source *s = change->conf;
	unsigned int min = s->minsamples ? s->minsamples : change->min_samples;
	unsigned int max = s->maxsamples ? s->maxsamples : change->max_samples;
	int64_t offset = llround(s->offset * NS_PER_S);

	return !nla_put_u32(msg, NTS_A_SOURCE_FLAGS, flags_of(s)) &&
	       !nla_put_s32(msg, NTS_A_SOURCE_MINPOLL, s->minpoll) &&
	       !nla_put_s32(msg, NTS_A_SOURCE_MAXPOLL, s->maxpoll) &&
	       !nla_put_s32(msg, NTS_A_SOURCE_PRESEND, s->presend) &&
	       !nla_put_u8(msg, NTS_A_SOURCE_POLLTARGET, s->polltarget) &&
	       (!min || !nla_put_u8(msg, NTS_A_SOURCE_MINSAMPLES, min)) &&
	       (!max || !nla_put_u8(msg, NTS_A_SOURCE_MAXSAMPLES, max)) &&
	       !nla_put_u64(msg, NTS_A_SOURCE_MAXDELAY,
			    llround(s->maxdelay * NS_PER_S)) &&
	       !nla_put_u32(msg, NTS_A_SOURCE_MAXDELAYRATIO,
			    lround(s->maxdelayratio * 65536)) &&
	       !nla_put_u32(msg, NTS_A_SOURCE_MAXDELAYDEVRATIO,
			    lround(s->maxdelaydevratio * 65536)) &&
	       !nla_put(msg, NTS_A_SOURCE_OFFSET, sizeof(offset), &offset);
}

static bool put_address(struct nl_msg *msg, const struct address *addr,
			uint16_t port)
{
	uint8_t md5[WC_MD5_DIGEST_SIZE];
	uint32_t refid;

	if (port && nla_put_u16(msg, NTS_A_SOURCE_PORT, port))
		return false;
	if (addr->family == AF_INET)
		return !nla_put(msg, NTS_A_SOURCE_ADDR4, 4, addr->bytes);
	if (addr->family != AF_INET6)
		return true;
	/* RFC 5905 section 7.3: how an IPv6 source is named to others. */
	if (wc_Md5Hash(addr->bytes, 16, md5))
		memset(md5, 0, sizeof(md5));
	refid = (uint32_t)md5[0] << 24 | md5[1] << 16 | md5[2] << 8 | md5[3];
	return !nla_put(msg, NTS_A_SOURCE_ADDR6, 16, addr->bytes) &&
	       !nla_put_u32(msg, NTS_A_SOURCE_ADDR_REFID, refid) &&
	       (!addr->scope ||
		!nla_put_u32(msg, NTS_A_SOURCE_SCOPE, addr->scope));
}

/**
 * nl_dump_sources() - have the kernel list the associations
 * @nl: connected
 * @take: is given each message
 * @list: for @take, which adds to it
 * @n: how many are in it
 * @what: this is for, to begin @err with
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_dump_sources(struct nl *nl, nlconn_take *take, void *list, unsigned int *n,
		    const char *what, char *err)
{
	int ret = -EAGAIN;

	/* -EAGAIN: it changed while it was read. */
	for (int i = 0; i < DUMP_TRIES && ret == -EAGAIN; i++) {
		*n = 0;
		ret = nlconn_ask(nl->conn, nlconn_begin_dump(nl->conn, NTS_CMD_SOURCE_GET),
				 false, take, list, what, err);
	}
	return ret;
}

/**
 * nl_get_sources() - list the associations
 * @nl: connected
 * @take: called for each
 * @arg: for @take
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_get_sources(struct nl *nl, nl_source_take *take, void *arg, char *err)
{
	static struct list list;
	int ret = nl_dump_sources(nl, take_source, &list, &list.n, "reading the sources", err);

	for (unsigned int i = 0; !ret && i < list.n; i++)
		take(arg, &list.found[i]);
	return ret;
}

/**
 * nl_set_source() - make an association, or change one
 * @nl: connected
 * @change: what is to be
 * @id: its id, filled in
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_source(struct nl *nl, const struct nl_change *change, uint32_t *id,
		  char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_SOURCE_SET);
	bool full = !msg;

	if (!full && change->id)
		full = nla_put_u32(msg, NTS_A_SOURCE_ID, change->id);
	if (!full && change->name)
		full = nla_put_string(msg, NTS_A_SOURCE_NAME, change->name);
	if (!full && change->conf)
		full = !put_options(msg, change);
	if (!full && !change->id && change->conf)
		full = nla_put_u8(msg, NTS_A_SOURCE_ONLINE,
				  !change->conf->offline);
	if (!full && change->addr)
		full = !put_address(msg, change->addr, change->port);
	if (!full && change->problem)
		full = nla_put_string(msg, NTS_A_SOURCE_PROBLEM,
				      change->problem) ||
		       nla_put_u32(msg, NTS_A_SOURCE_KE_ATTEMPTS,
				   change->attempts);
	return nlconn_ask(nl->conn, msg, full, take_id, id, "setting a source",
			  err);
}

/**
 * nl_del_source() - end an association
 * @nl: connected
 * @id: which
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_del_source(struct nl *nl, uint32_t id, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_SOURCE_DEL);
	bool full = !msg || nla_put_u32(msg, NTS_A_SOURCE_ID, id);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "ending a source",
			  err);
}

/**
 * nl_set_nts() - give an association keys and cookies, in place of those it has
 * @nl: connected
 * @id: which
 * @c2s: key of its requests
 * @s2c: key of its answers
 * @cookies: that go with the keys, never used before
 * @n: how many, 1 to 8
 * @age_ms: since the keys were established
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_nts(struct nl *nl, uint32_t id, const uint8_t c2s[TLS_EXPORT_LEN],
	       const uint8_t s2c[TLS_EXPORT_LEN],
	       const struct ke_cookie *cookies, unsigned int n, uint64_t age_ms,
	       char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_NTS_SET);
	bool full;

	full = !msg || nla_put_u32(msg, NTS_A_NTS_ID, id) ||
	       nla_put_u16(msg, NTS_A_NTS_AEAD, NTS_AEAD_AES_SIV_CMAC_256) ||
	       nla_put(msg, NTS_A_NTS_C2S, TLS_EXPORT_LEN, c2s) ||
	       nla_put(msg, NTS_A_NTS_S2C, TLS_EXPORT_LEN, s2c) ||
	       nla_put_u64(msg, NTS_A_NTS_AGE_MS, age_ms);
	for (unsigned int i = 0; !full && i < n; i++)
		full = nla_put(msg, NTS_A_NTS_COOKIE, cookies[i].len,
			       cookies[i].bytes);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "setting the keys of a source", err);
}

/**
 * nl_take_cookies() - take cookies out of an association, for good
 * @nl: connected
 * @id: which
 * @count: so many at most, up to 8
 * @to: filled in, room for @count
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: how many, or a negative errno.
 */
int nl_take_cookies(struct nl *nl, uint32_t id, unsigned int count,
		    struct ke_cookie *to, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_COOKIES_TAKE);
	struct cookies c = { .to = to, .max = count };
	bool full = !msg || nla_put_u32(msg, NTS_A_NTS_ID, id) ||
		    nla_put_u32(msg, NTS_A_NTS_COUNT, count);
	int ret;

	ret = nlconn_ask(nl->conn, msg, full, take_cookies, &c,
			 "taking cookies", err);
	return ret ? ret : (int)c.n;
}
