// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink operations of the client half. */
#include <net/genetlink.h>

#include "netlink_gen.h"
#include "nts.h"

#define NOT_YET(name) \
int name(struct sk_buff *skb, struct genl_info *info) { return -EOPNOTSUPP; }

NOT_YET(nts_nl_source_set_doit)
NOT_YET(nts_nl_source_del_doit)
NOT_YET(nts_nl_nts_set_doit)
NOT_YET(nts_nl_cookies_take_doit)
NOT_YET(nts_nl_discipline_get_doit)
NOT_YET(nts_nl_discipline_set_doit)
NOT_YET(nts_nl_tracking_get_doit)
NOT_YET(nts_nl_command_doit)
NOT_YET(nts_nl_adjust_set_doit)

int nts_nl_source_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}
