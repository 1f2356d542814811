/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the netlink operations share. */
#ifndef _NTS_NETLINK_H
#define _NTS_NETLINK_H

#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "netlink_gen.h"
#include "nts.h"

static inline struct nts_net *nts_netlink_net(struct genl_info *info)
{
	return nts_net(genl_info_net(info));
}

struct sk_buff *nts_netlink_reply(struct genl_info *info, size_t size, void **header);
int nts_netlink_send(struct genl_info *info, struct sk_buff *skb, void *header);
void *nts_netlink_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
bool nts_netlink_missing(struct genl_info *info, int attr, const char *text);

/* To be set in the order of the attributes: absent ones leave @to as it is. */
#define nts_netlink_take(to, attrs, attr, type) \
	do { \
		if ((attrs)[attr]) \
			(to) = nla_get_##type((attrs)[attr]); \
	} while (0)

#endif /* _NTS_NETLINK_H */
