// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings of hardware clocks, by netlink. */
#include "netlink.h"
#include "timestamp.h"

int nts_nl_phc_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct nlattr **attrs = info->attrs;
	struct nts_phc_mapping m = { };
	int err;

	if (nts_netlink_missing(info, NTS_A_PHC_IFINDEX, "ifindex: missing") ||
	    nts_netlink_missing(info, NTS_A_PHC_PHC, "phc: missing") ||
	    nts_netlink_missing(info, NTS_A_PHC_RAW, "raw: missing") ||
	    nts_netlink_missing(info, NTS_A_PHC_FREQ, "freq: missing") ||
	    nts_netlink_missing(info, NTS_A_PHC_ERROR, "error: missing") ||
	    nts_netlink_missing(info, NTS_A_PHC_VALID_MS, "valid-ms: missing"))
		return -EINVAL;
	m.ifindex = nla_get_u32(attrs[NTS_A_PHC_IFINDEX]);
	m.map.raw = nla_get_s64(attrs[NTS_A_PHC_PHC]);
	m.map.time = nla_get_s64(attrs[NTS_A_PHC_RAW]);
	m.map.freq = nla_get_s64(attrs[NTS_A_PHC_FREQ]);
	m.error = (s64)min_t(u64, nla_get_u64(attrs[NTS_A_PHC_ERROR]), NSEC_PER_SEC);
	m.valid_ns = nla_get_u32(attrs[NTS_A_PHC_VALID_MS]) * (s64)NSEC_PER_MSEC;
	if (m.map.freq > NTS_CLOCKMAP_FREQ_MAX || m.map.freq < -NTS_CLOCKMAP_FREQ_MAX) {
		nts_extack(info->extack, "freq: more than 5 percent, no clock is that bad");
		return -ERANGE;
	}
	if (attrs[NTS_A_PHC_INDEX])
		m.index = nla_get_u32(attrs[NTS_A_PHC_INDEX]);
	if (attrs[NTS_A_PHC_FILTER])
		m.filter = nla_get_u8(attrs[NTS_A_PHC_FILTER]);
	if (attrs[NTS_A_PHC_SKEW])
		m.skew = (s64)min_t(u64, nla_get_u64(attrs[NTS_A_PHC_SKEW]),
				    NTS_CLOCKMAP_FREQ_MAX);
	if (attrs[NTS_A_PHC_RXCOMP])
		m.rxcomp = nla_get_s64(attrs[NTS_A_PHC_RXCOMP]);
	if (attrs[NTS_A_PHC_TXCOMP])
		m.txcomp = nla_get_s64(attrs[NTS_A_PHC_TXCOMP]);

	mutex_lock(&nn->lock);
	err = nts_phc_set(nn, &m, info->extack);
	mutex_unlock(&nn->lock);
	return err;
}

int nts_nl_phc_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	int err;

	if (nts_netlink_missing(info, NTS_A_PHC_IFINDEX, "ifindex: missing"))
		return -EINVAL;
	mutex_lock(&nn->lock);
	err = nts_phc_del(nn, nla_get_u32(info->attrs[NTS_A_PHC_IFINDEX]));
	mutex_unlock(&nn->lock);
	if (err)
		nts_extack(info->extack, "ifindex: no mapping of that device");
	return err;
}

static int put_phc(struct sk_buff *skb, const struct nts_phc_report *r)
{
	const struct nts_phc_mapping *m = &r->mapping;

	return nla_put_u32(skb, NTS_A_PHC_IFINDEX, m->ifindex) ?:
	       nla_put_u32(skb, NTS_A_PHC_INDEX, m->index) ?:
	       nla_put_u8(skb, NTS_A_PHC_FILTER, m->filter) ?:
	       nla_put_s64(skb, NTS_A_PHC_PHC, m->map.raw, NTS_A_PHC_PAD) ?:
	       nla_put_s64(skb, NTS_A_PHC_RAW, m->map.time, NTS_A_PHC_PAD) ?:
	       nla_put_s64(skb, NTS_A_PHC_FREQ, m->map.freq, NTS_A_PHC_PAD) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_ERROR, m->error, NTS_A_PHC_PAD) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_SKEW, m->skew, NTS_A_PHC_PAD) ?:
	       nla_put_u32(skb, NTS_A_PHC_VALID_MS, (u32)div_s64(m->valid_ns, NSEC_PER_MSEC)) ?:
	       nla_put_s64(skb, NTS_A_PHC_RXCOMP, m->rxcomp, NTS_A_PHC_PAD) ?:
	       nla_put_s64(skb, NTS_A_PHC_TXCOMP, m->txcomp, NTS_A_PHC_PAD) ?:
	       nla_put_u8(skb, NTS_A_PHC_USABLE, r->usable) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_RX_STAMPS, r->count[NTS_PHC_RX],
				 NTS_A_PHC_PAD) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_TX_STAMPS, r->count[NTS_PHC_TX],
				 NTS_A_PHC_PAD) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_RX_REFUSED, r->count[NTS_PHC_RX_REFUSED],
				 NTS_A_PHC_PAD) ?:
	       nla_put_u64_64bit(skb, NTS_A_PHC_TX_REFUSED, r->count[NTS_PHC_TX_REFUSED],
				 NTS_A_PHC_PAD);
}

int nts_nl_phc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nts_net *nn = nts_net(sock_net(skb->sk));
	struct nts_phc_report report;
	void *header;

	mutex_lock(&nn->lock);
	while (nts_phc_next(nn, (u32)cb->args[0], &report)) {
		header = nts_netlink_dump(skb, cb, NTS_CMD_PHC_GET);
		if (!header)
			break;
		if (put_phc(skb, &report)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = report.mapping.ifindex;
	}
	mutex_unlock(&nn->lock);
	return skb->len;
}
