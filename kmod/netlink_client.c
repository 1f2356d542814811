// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink operations that make, change and end client associations. */
#include "client.h"
#include "netlink.h"

static struct nts_assoc *find(struct nts_client *client, struct nlattr *id,
			      struct netlink_ext_ack *extack)
{
	struct nts_assoc *assoc = nts_client_find(client, nla_get_u32(id));

	if (!assoc)
		NL_SET_ERR_MSG_ATTR(extack, id, "id: no such source");
	return assoc;
}

static int take_options(struct nlattr **attrs, struct nts_source_options *options,
			struct netlink_ext_ack *extack)
{
	nts_netlink_take(options->flags, attrs, NTS_A_SOURCE_FLAGS, u32);
	nts_netlink_take(options->minpoll, attrs, NTS_A_SOURCE_MINPOLL, s32);
	nts_netlink_take(options->maxpoll, attrs, NTS_A_SOURCE_MAXPOLL, s32);
	nts_netlink_take(options->presend, attrs, NTS_A_SOURCE_PRESEND, s32);
	nts_netlink_take(options->polltarget, attrs, NTS_A_SOURCE_POLLTARGET, u8);
	nts_netlink_take(options->minsamples, attrs, NTS_A_SOURCE_MINSAMPLES, u8);
	nts_netlink_take(options->maxsamples, attrs, NTS_A_SOURCE_MAXSAMPLES, u8);
	nts_netlink_take(options->maxdelay, attrs, NTS_A_SOURCE_MAXDELAY, u64);
	nts_netlink_take(options->maxdelayratio, attrs, NTS_A_SOURCE_MAXDELAYRATIO, u32);
	nts_netlink_take(options->maxdelaydevratio, attrs, NTS_A_SOURCE_MAXDELAYDEVRATIO,
			 u32);
	nts_netlink_take(options->offset, attrs, NTS_A_SOURCE_OFFSET, s64);
	if (options->minpoll > options->maxpoll) {
		NL_SET_ERR_MSG(extack, "minpoll: is above maxpoll");
		return -EINVAL;
	}
	if (options->maxdelay < 0) {
		NL_SET_ERR_MSG(extack, "maxdelay: too large");
		return -ERANGE;
	}
	return 0;
}

static void take_address(struct nlattr **attrs, struct nts_assoc *assoc)
{
	struct nts_address address = assoc->address;
	u32 refid = assoc->source.address;

	if (!address.port)
		address.port = 123;
	nts_netlink_take(address.port, attrs, NTS_A_SOURCE_PORT, u16);
	nts_netlink_take(address.scope, attrs, NTS_A_SOURCE_SCOPE, u32);
	nts_netlink_take(refid, attrs, NTS_A_SOURCE_ADDR_REFID, u32);
	if (attrs[NTS_A_SOURCE_ADDR4]) {
		address.family = AF_INET;
		memset(&address.v6, 0, sizeof(address.v6));
		address.v4 = nla_get_in_addr(attrs[NTS_A_SOURCE_ADDR4]);
		refid = ntohl(address.v4);
	} else if (attrs[NTS_A_SOURCE_ADDR6]) {
		address.family = AF_INET6;
		address.v6 = nla_get_in6_addr(attrs[NTS_A_SOURCE_ADDR6]);
	}
	nts_assoc_place(assoc, &address, refid);
}

static int take_source(struct nlattr **attrs, struct nts_assoc *assoc,
		       struct netlink_ext_ack *extack)
{
	struct nts_source_options options = assoc->source.options;
	int err = take_options(attrs, &options, extack);

	if (err)
		return err;
	nts_assoc_options(assoc, &options);
	if (attrs[NTS_A_SOURCE_NAME])
		nla_strscpy(assoc->name, attrs[NTS_A_SOURCE_NAME], sizeof(assoc->name));
	if (attrs[NTS_A_SOURCE_PROBLEM])
		nla_strscpy(assoc->problem, attrs[NTS_A_SOURCE_PROBLEM],
			    sizeof(assoc->problem));
	nts_netlink_take(assoc->ke_attempts, attrs, NTS_A_SOURCE_KE_ATTEMPTS, u32);
	if (attrs[NTS_A_SOURCE_ONLINE] &&
	    nla_get_u8(attrs[NTS_A_SOURCE_ONLINE]) != assoc->source.online)
		nts_assoc_online(assoc, !assoc->source.online);
	take_address(attrs, assoc);
	return 0;
}

static struct nts_assoc *new_source(struct nts_client *client, struct genl_info *info,
				    int *err)
{
	struct nts_assoc *assoc;

	*err = -EINVAL;
	if (nts_netlink_missing(info, NTS_A_SOURCE_NAME, "name: missing"))
		return NULL;
	*err = -ENOSPC;
	if (client->n == NTS_MAX_SOURCES) {
		NL_SET_ERR_MSG(info->extack, "there are 64 sources already");
		return NULL;
	}
	*err = -ENOMEM;
	assoc = nts_assoc_new(client);
	if (!assoc)
		return NULL;
	*err = take_source(info->attrs, assoc, info->extack);
	if (!*err)
		*err = nts_client_add(client, assoc);
	if (!*err)
		return assoc;
	nts_assoc_free(assoc);
	return NULL;
}

int nts_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nts_client *client;
	struct nts_assoc *assoc;
	struct sk_buff *reply;
	void *header;
	int err = 0;
	u32 id = 0;

	if (attrs[NTS_A_SOURCE_ADDR4] && attrs[NTS_A_SOURCE_ADDR6]) {
		NL_SET_ERR_MSG(info->extack, "addr4 and addr6: a source has one address");
		return -EINVAL;
	}
	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	client = nts_client_lock(nts_netlink_net(info));
	if (!client) {
		err = -ENOMEM;
		goto free;
	}
	if (attrs[NTS_A_SOURCE_ID]) {
		assoc = find(client, attrs[NTS_A_SOURCE_ID], info->extack);
		err = assoc ? take_source(attrs, assoc, info->extack) : -ENOENT;
	} else {
		assoc = new_source(client, info, &err);
	}
	if (!err)
		id = assoc->id;
	nts_client_unlock(client);
	if (!err)
		err = nla_put_u32(reply, NTS_A_SOURCE_ID, id);
	if (err)
		goto free;
	return nts_netlink_send(info, reply, header);

free:
	nlmsg_free(reply);
	return err;
}

int nts_nl_source_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_client *client;
	struct nts_assoc *assoc;

	if (nts_netlink_missing(info, NTS_A_SOURCE_ID, "id: missing"))
		return -EINVAL;
	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	assoc = find(client, info->attrs[NTS_A_SOURCE_ID], info->extack);
	if (assoc)
		nts_client_remove(client, assoc);
	nts_client_unlock(client);
	return assoc ? 0 : -ENOENT;
}

static int take_cookies(struct nts_assoc *assoc, struct genl_info *info)
{
	struct nlattr *attr;
	int rest;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != NTS_A_NTS_COOKIE)
			continue;
		if (!nts_jar_put(&assoc->jar, nla_data(attr), nla_len(attr))) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "cookie: the ninth, or a length no request can carry");
			return -EINVAL;
		}
	}
	return 0;
}

static int set_keys(struct nts_assoc *assoc, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	bool starved = !assoc->jar.n;
	s64 raw = ktime_get_raw_ns();
	u64 age_ms = 0;
	int err;

	if (!(assoc->source.options.flags & NTS_SOURCE_FLAG_NTS)) {
		NL_SET_ERR_MSG(info->extack, "id: this source does not use NTS");
		return -EINVAL;
	}
	nts_netlink_take(age_ms, attrs, NTS_A_NTS_AGE_MS, u64);
	age_ms = min_t(u64, age_ms, S64_MAX / NSEC_PER_MSEC / 2);
	nts_assoc_keys(assoc, nla_data(attrs[NTS_A_NTS_C2S]),
		       nla_data(attrs[NTS_A_NTS_S2C]), (s64)age_ms * NSEC_PER_MSEC);
	err = take_cookies(assoc, info);
	if (err) {
		nts_jar_wipe(&assoc->jar);
		return err;
	}
	if (starved && assoc->poll.next != NTS_POLL_NEVER)
		assoc->poll.next = min(assoc->poll.next, raw);
	return 0;
}

int nts_nl_nts_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nts_client *client;
	struct nts_assoc *assoc;
	int err = -ENOENT;

	if (nts_netlink_missing(info, NTS_A_NTS_ID, "id: missing") ||
	    nts_netlink_missing(info, NTS_A_NTS_C2S, "c2s: missing") ||
	    nts_netlink_missing(info, NTS_A_NTS_S2C, "s2c: missing") ||
	    nts_netlink_missing(info, NTS_A_NTS_COOKIE, "cookie: missing"))
		return -EINVAL;
	if (attrs[NTS_A_NTS_AEAD] &&
	    nla_get_u16(attrs[NTS_A_NTS_AEAD]) != NTS_AEAD_AES_SIV_CMAC_256) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[NTS_A_NTS_AEAD],
				    "aead: not supported, only 15 is");
		return -EOPNOTSUPP;
	}
	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	assoc = find(client, attrs[NTS_A_NTS_ID], info->extack);
	if (assoc)
		err = set_keys(assoc, info);
	nts_client_unlock(client);
	/* The message may linger in freed memory. */
	memzero_explicit(nla_data(attrs[NTS_A_NTS_C2S]), NTS_KEY_LEN);
	memzero_explicit(nla_data(attrs[NTS_A_NTS_S2C]), NTS_KEY_LEN);
	return err;
}

int nts_nl_cookies_take_doit(struct sk_buff *skb, struct genl_info *info)
{
	u8 cookie[NTS_MAX_COOKIE_LEN], count = NTS_MAX_COOKIES;
	struct nts_client *client;
	struct nts_assoc *assoc;
	struct sk_buff *reply;
	void *header;
	int err = -ENOENT;
	u32 len;

	if (nts_netlink_missing(info, NTS_A_NTS_ID, "id: missing"))
		return -EINVAL;
	nts_netlink_take(count, info->attrs, NTS_A_NTS_COUNT, u32);
	reply = nts_netlink_reply(info, NTS_MAX_COOKIES * nla_total_size(NTS_MAX_COOKIE_LEN) +
				  nla_total_size(sizeof(u32)), &header);
	if (!reply)
		return -ENOMEM;
	client = nts_client_lock(nts_netlink_net(info));
	if (!client) {
		nlmsg_free(reply);
		return -ENOMEM;
	}
	assoc = find(client, info->attrs[NTS_A_NTS_ID], info->extack);
	if (assoc)
		err = nla_put_u32(reply, NTS_A_NTS_ID, assoc->id);
	for (; !err && count; count--) {
		len = nts_jar_take(&assoc->jar, cookie);
		if (!len)
			break;
		err = nla_put(reply, NTS_A_NTS_COOKIE, (int)len, cookie);
	}
	nts_client_unlock(client);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return nts_netlink_send(info, reply, header);
}
