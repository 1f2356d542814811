// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsd tells the kernel module of who is served, and how often. */
#include <endian.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl_internal.h"

/* As many as surely fit into a message. */
#define RULES_AT_ONCE 64

static bool put_address(struct nl_msg *msg, bool v6, struct nts_acl_key key, int addr4,
			int addr6)
{
	const uint64_t words[2] = { htobe64(key.hi), htobe64(key.lo) };

	return !nla_put(msg, v6 ? addr6 : addr4, v6 ? 16 : 4, words);
}

static bool put_rule(struct nl_msg *msg, const struct nts_acl_rule *rule)
{
	struct nlattr *nested = nla_nest_start(msg, NTS_A_ACCESS_RULE);

	if (!nested ||
	    !put_address(msg, rule->v6, rule->key, NTS_A_ACCESS_RULE_ADDR4,
			 NTS_A_ACCESS_RULE_ADDR6) ||
	    nla_put_u8(msg, NTS_A_ACCESS_RULE_PREFIX_LEN, rule->len) ||
	    nla_put_u8(msg, NTS_A_ACCESS_RULE_ALLOW, rule->allow))
		return false;
	nla_nest_end(msg, nested);
	return true;
}

/**
 * nl_set_access() - say who is served
 * @nl: connected
 * @rules: as nts_acl_resolve() left them
 * @n: how many
 * @err: NL_ERR_LEN bytes for what failed
 *
 * The table is in force as one, with the last of as many messages as it takes.
 *
 * Return: 0 or a negative errno.
 */
int nl_set_access(struct nl *nl, const struct nts_acl_rule *rules, uint32_t n,
		  char *err)
{
	uint32_t told = 0;
	int ret;

	do {
		struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_ACCESS_SET);
		uint32_t until = n - told > RULES_AT_ONCE ? told + RULES_AT_ONCE : n;
		bool full = !msg;

		full = full || nla_put_u8(msg, NTS_A_ACCESS_START, !told) ||
		       nla_put_u8(msg, NTS_A_ACCESS_MORE, until < n);
		for (; !full && told < until; told++)
			full = !put_rule(msg, &rules[told]);
		ret = nlconn_ask(nl->conn, msg, full, NULL, NULL,
				 "setting who is allowed", err);
	} while (!ret && told < n);
	return ret;
}

/**
 * nl_set_ratelimit() - say how often who is served is served
 * @nl: connected
 * @conf: directives ratelimit, ratelimitprefix4 and ratelimitprefix6
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_ratelimit(struct nl *nl, const struct config *conf, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_RATELIMIT_SET);
	const struct config_ratelimit *limit = &conf->ratelimit;
	bool full = !msg || nla_put_u8(msg, NTS_A_RATELIMIT_ENABLED, limit->on);

	if (!full && limit->on)
		full = nla_put_s32(msg, NTS_A_RATELIMIT_INTERVAL, limit->interval) ||
		       nla_put_u8(msg, NTS_A_RATELIMIT_BURST, (uint8_t)limit->burst) ||
		       nla_put_u8(msg, NTS_A_RATELIMIT_LEAK, (uint8_t)limit->leak) ||
		       nla_put_u8(msg, NTS_A_RATELIMIT_KOD, (uint8_t)limit->kod) ||
		       nla_put_u8(msg, NTS_A_RATELIMIT_PREFIX4,
				  (uint8_t)conf->ratelimit_prefix4) ||
		       nla_put_u8(msg, NTS_A_RATELIMIT_PREFIX6,
				  (uint8_t)conf->ratelimit_prefix6);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "setting the rate limit", err);
}

/**
 * nl_note_visitor() - say what a client asked of the NTS-KE server
 * @nl: connected
 * @v6: IPv6, or else IPv4
 * @key: its address
 * @use: what is to be added to what the kernel knows
 * @age_ms: since it did so last
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_note_visitor(struct nl *nl, bool v6, struct nts_acl_key key,
		    const struct nts_clientlog_use *use, uint64_t age_ms, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_VISITOR_NOTE);
	bool full;

	full = !msg ||
	       !put_address(msg, v6, key, NTS_A_VISITOR_ADDR4, NTS_A_VISITOR_ADDR6) ||
	       nla_put_u32(msg, NTS_A_VISITOR_KE_HITS, use->hits) ||
	       nla_put_u32(msg, NTS_A_VISITOR_KE_DROPS, use->drops) ||
	       nla_put_u64(msg, NTS_A_VISITOR_KE_AGE_MS, age_ms);
	if (!full && use->interval != NTS_CLIENTLOG_UNKNOWN)
		full = nla_put_s32(msg, NTS_A_VISITOR_KE_INTERVAL, use->interval);
	return nlconn_ask(nl->conn, msg, full, NULL, NULL, "reporting a client", err);
}
