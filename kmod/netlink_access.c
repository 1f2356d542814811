// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is served, how often, and who asked, by netlink. */
#include "netlink.h"
#include "ratelimit.h"

/* Octets of the longest report of one client. */
#define VISITOR_LEN	256

/* False when there is none. */
static bool get_address(struct nlattr **attrs, int addr4, int addr6, bool *v6,
			struct nts_acl_key *key)
{
	struct nlattr *attr = attrs[addr6] ?: attrs[addr4];

	if (!attr)
		return false;
	*v6 = attrs[addr6];
	*key = nts_acl_key(*v6, nla_data(attr));
	return true;
}

static int put_address(struct sk_buff *skb, bool v6, struct nts_acl_key key, int addr4,
		       int addr6)
{
	__be64 words[2] = { cpu_to_be64(key.hi), cpu_to_be64(key.lo) };

	return nla_put(skb, v6 ? addr6 : addr4, v6 ? 16 : 4, words);
}

static int take_rule(struct nts_net *nn, struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[NTS_A_ACCESS_RULE_MAX + 1];
	struct nts_acl_rule rule = { };
	int err;

	/* Validated against the generated policy with the message. */
	err = nla_parse_nested(attrs, NTS_A_ACCESS_RULE_MAX, nest, NULL, extack);
	if (err)
		return err;
	if (!get_address(attrs, NTS_A_ACCESS_RULE_ADDR4, NTS_A_ACCESS_RULE_ADDR6, &rule.v6,
			 &rule.key)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "rule: addr4 or addr6 missing");
		return -EINVAL;
	}
	if (!attrs[NTS_A_ACCESS_RULE_ALLOW]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "rule: allow missing");
		return -EINVAL;
	}
	rule.allow = nla_get_u8(attrs[NTS_A_ACCESS_RULE_ALLOW]);
	rule.len = nts_acl_bits(rule.v6);
	nts_netlink_take(rule.len, attrs, NTS_A_ACCESS_RULE_PREFIX_LEN, u8);
	if (rule.len > nts_acl_bits(rule.v6)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "rule: prefix-len: an IPv4 address has 32 bits");
		return -ERANGE;
	}
	err = nts_acl_add(nn, &rule);
	if (err == -E2BIG)
		NL_SET_ERR_MSG_ATTR(extack, nest, "rule: more than 65536");
	return err;
}

static int take_rules(struct nts_net *nn, struct genl_info *info)
{
	struct nlattr *attr;
	int rest, err = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) == NTS_A_ACCESS_RULE)
			err = take_rule(nn, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* Collects what one request brings, and puts it in force if it is the last. */
static int set_access(struct nts_net *nn, struct genl_info *info)
{
	bool start = false, more = false, open = false;
	int err;

	nts_netlink_take(start, info->attrs, NTS_A_ACCESS_START, u8);
	nts_netlink_take(more, info->attrs, NTS_A_ACCESS_MORE, u8);
	nts_netlink_take(open, info->attrs, NTS_A_ACCESS_OPEN, u8);
	if (open) {
		nts_acl_open(nn);
		return 0;
	}
	err = nts_acl_begin(nn, info->snd_portid, start);
	if (err) {
		if (err == -EBUSY)
			nts_extack(info->extack, "start: missing, this socket sets no table");
		return err;
	}
	err = take_rules(nn, info);
	if (!err && !more)
		err = nts_acl_commit(nn);
	if (err)
		nts_acl_abandon(nn);
	return err;
}

int nts_nl_access_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	int err;

	mutex_lock(&nn->lock);
	err = set_access(nn, info);
	mutex_unlock(&nn->lock);
	return err;
}

int nts_nl_access_check_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct nts_acl_key key;
	struct sk_buff *reply;
	void *header;
	bool v6;

	if (!get_address(info->attrs, NTS_A_ACCESS_ADDR4, NTS_A_ACCESS_ADDR6, &v6, &key)) {
		nts_extack(info->extack, "addr4 or addr6: missing");
		return -EINVAL;
	}
	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	if (nla_put_u8(reply, NTS_A_ACCESS_ALLOWED, nts_acl_admits(nn, v6, key)) ||
	    nla_put_u32(reply, NTS_A_ACCESS_RULES, nts_acl_rules(nn))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

int nts_nl_ratelimit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct nts_ratelimit_options limits;
	struct sk_buff *reply;
	void *header;
	bool limited;

	mutex_lock(&nn->lock);
	limited = nn->limited;
	limits = nn->limits;
	mutex_unlock(&nn->lock);
	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	if (nla_put_u8(reply, NTS_A_RATELIMIT_ENABLED, limited) ||
	    (limited &&
	     (nla_put_s32(reply, NTS_A_RATELIMIT_INTERVAL, limits.interval) ||
	      nla_put_u8(reply, NTS_A_RATELIMIT_BURST, limits.burst) ||
	      nla_put_u8(reply, NTS_A_RATELIMIT_LEAK, limits.leak) ||
	      nla_put_u8(reply, NTS_A_RATELIMIT_KOD, limits.kod) ||
	      nla_put_u8(reply, NTS_A_RATELIMIT_PREFIX4, limits.prefix[0]) ||
	      nla_put_u8(reply, NTS_A_RATELIMIT_PREFIX6, limits.prefix[1])))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

int nts_nl_ratelimit_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_ratelimit_options limits = NTS_RATELIMIT_DEFAULTS;
	struct nts_net *nn = nts_netlink_net(info);
	struct nlattr **attrs = info->attrs;
	bool enabled;
	int err;

	if (nts_netlink_missing(info, NTS_A_RATELIMIT_ENABLED,
				"enabled: missing, 1 limits, 0 does not"))
		return -EINVAL;
	enabled = nla_get_u8(attrs[NTS_A_RATELIMIT_ENABLED]);
	if (attrs[NTS_A_RATELIMIT_INTERVAL])
		limits.interval = (s8)nla_get_s32(attrs[NTS_A_RATELIMIT_INTERVAL]);
	nts_netlink_take(limits.burst, attrs, NTS_A_RATELIMIT_BURST, u8);
	nts_netlink_take(limits.leak, attrs, NTS_A_RATELIMIT_LEAK, u8);
	nts_netlink_take(limits.kod, attrs, NTS_A_RATELIMIT_KOD, u8);
	nts_netlink_take(limits.prefix[0], attrs, NTS_A_RATELIMIT_PREFIX4, u8);
	nts_netlink_take(limits.prefix[1], attrs, NTS_A_RATELIMIT_PREFIX6, u8);

	mutex_lock(&nn->lock);
	err = nts_ratelimit_set(nn, enabled ? &limits : NULL);
	mutex_unlock(&nn->lock);
	return err;
}

static u64 age_ms(u64 now, u64 then)
{
	return now > then ? div_u64(now - then, NSEC_PER_MSEC) : 0;
}

static int put_interval(struct sk_buff *skb, int attr, s16 interval)
{
	return interval == NTS_CLIENTLOG_UNKNOWN ? 0 : nla_put_s32(skb, attr, interval);
}

static int put_age(struct sk_buff *skb, int attr, u64 now, u64 then)
{
	return then ? nla_put_u64_64bit(skb, attr, age_ms(now, then), NTS_A_VISITOR_PAD) : 0;
}

static int put_visitor(struct sk_buff *skb, bool v6, const struct nts_clientlog_record *record,
		       u64 now)
{
	const struct nts_clientlog_use *ntp = &record->use[NTS_CLIENTLOG_NTP];
	const struct nts_clientlog_use *ke = &record->use[NTS_CLIENTLOG_KE];

	return put_address(skb, v6, record->key, NTS_A_VISITOR_ADDR4, NTS_A_VISITOR_ADDR6) ?:
	       nla_put_u32(skb, NTS_A_VISITOR_NTP_HITS, ntp->hits) ?:
	       nla_put_u32(skb, NTS_A_VISITOR_NTP_DROPS, ntp->drops) ?:
	       put_interval(skb, NTS_A_VISITOR_NTP_INTERVAL, ntp->interval) ?:
	       put_interval(skb, NTS_A_VISITOR_NTP_LIMITED, ntp->limited) ?:
	       put_age(skb, NTS_A_VISITOR_NTP_AGE_MS, now, ntp->last) ?:
	       nla_put_u32(skb, NTS_A_VISITOR_KE_HITS, ke->hits) ?:
	       nla_put_u32(skb, NTS_A_VISITOR_KE_DROPS, ke->drops) ?:
	       put_interval(skb, NTS_A_VISITOR_KE_INTERVAL, ke->interval) ?:
	       put_age(skb, NTS_A_VISITOR_KE_AGE_MS, now, ke->last);
}

static int dump_visitors(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd, bool reset)
{
	struct nlattr *min_hits = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, NTS_A_VISITOR_MIN_HITS);
	struct nts_net *nn = nts_net(sock_net(skb->sk));
	struct nts_clientlog_record record;
	u32 at = (u32)cb->args[0];
	void *header;
	bool v6;

	/* Taken is taken: what would not fit is left for the next message. */
	while (skb_tailroom(skb) >= VISITOR_LEN &&
	       nts_ratelimit_next(nn, &at, min_hits ? nla_get_u32(min_hits) : 0, reset, &v6,
				  &record)) {
		header = nts_netlink_dump(skb, cb, cmd);
		if (!header)
			break;
		if (put_visitor(skb, v6, &record, ktime_get_raw_ns())) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = at;
	}
	/* What was read to its end is not read again for the end of the dump. */
	if (at == NTS_CLIENTLOG_END)
		cb->args[0] = at;
	return skb->len;
}

int nts_nl_visitor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_visitors(skb, cb, NTS_CMD_VISITOR_GET, false);
}

int nts_nl_visitor_take_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_visitors(skb, cb, NTS_CMD_VISITOR_TAKE, true);
}

int nts_nl_visitor_note_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_clientlog_use use = {
		.interval = NTS_CLIENTLOG_UNKNOWN, .limited = NTS_CLIENTLOG_UNKNOWN,
	};
	u64 now = ktime_get_raw_ns(), age = 0;
	struct nlattr **attrs = info->attrs;
	struct nts_acl_key key;
	bool v6;

	if (!get_address(attrs, NTS_A_VISITOR_ADDR4, NTS_A_VISITOR_ADDR6, &v6, &key)) {
		nts_extack(info->extack, "addr4 or addr6: missing");
		return -EINVAL;
	}
	nts_netlink_take(use.hits, attrs, NTS_A_VISITOR_KE_HITS, u32);
	nts_netlink_take(use.drops, attrs, NTS_A_VISITOR_KE_DROPS, u32);
	if (attrs[NTS_A_VISITOR_KE_INTERVAL])
		use.interval = (s16)clamp(nla_get_s32(attrs[NTS_A_VISITOR_KE_INTERVAL]),
					  -NTS_CLIENTLOG_UNKNOWN, NTS_CLIENTLOG_UNKNOWN);
	nts_netlink_take(age, attrs, NTS_A_VISITOR_KE_AGE_MS, u64);
	/* 0 would be never. */
	use.last = now - min_t(u64, min_t(u64, age, U32_MAX) * NSEC_PER_MSEC, now - 1);
	nts_ratelimit_note(nts_netlink_net(info), v6, key, &use);
	return 0;
}
