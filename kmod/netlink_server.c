// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink operations on the server: where it answers. */
#include "fastpath.h"
#include "netlink.h"
#include "server.h"

/* Clients whose last exchange is remembered when nothing is said of it. */
#define DEFAULT_CLIENT_LOG	65536

static int put_fastpaths(struct sk_buff *skb, const struct nts_fastpath_names *names)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < names->n; i++) {
		err = nla_put_string(skb, NTS_A_SERVER_FASTPATH, names->name[i]);
		if (!err && names->waits & BIT(i))
			err = nla_put_string(skb, NTS_A_SERVER_FASTPATH_WAITS, names->name[i]);
	}
	return err;
}

int nts_nl_server_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct nts_fastpath_names names;
	struct nts_server server;
	struct sk_buff *reply;
	void *header;

	nts_fastpath_get(nn, &names);
	mutex_lock(&nn->lock);
	server = nn->server;
	mutex_unlock(&nn->lock);

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	if (nla_put_u8(reply, NTS_A_SERVER_ENABLED, server.enabled) ||
	    nla_put_u16(reply, NTS_A_SERVER_PORT, server.port) ||
	    nla_put_u8(reply, NTS_A_SERVER_FAMILIES, server.families) ||
	    nla_put_u32(reply, NTS_A_SERVER_CLIENT_LOG, server.client_log) ||
	    nla_put_u8(reply, NTS_A_SERVER_DSCP, READ_ONCE(nn->dscp)) ||
	    (server.device[0] &&
	     nla_put_string(reply, NTS_A_SERVER_DEVICE, server.device)) ||
	    nla_put_in_addr(reply, NTS_A_SERVER_BIND4, server.bind4) ||
	    nla_put_in6_addr(reply, NTS_A_SERVER_BIND6, &server.bind6) ||
	    put_fastpaths(reply, &names)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

static int find_device(struct net *net, struct nlattr *attr, struct nts_server *server,
		       struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	nla_strscpy(server->device, attr, sizeof(server->device));
	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, server->device);
	server->ifindex = dev ? dev->ifindex : 0;
	rcu_read_unlock();
	if (!dev)
		NL_SET_ERR_MSG_ATTR(extack, attr, "device: there is none of this name");
	return dev ? 0 : -ENODEV;
}

static int get_fastpaths(struct genl_info *info, struct nts_fastpath_names *names)
{
	struct nlattr *attr;
	int rest;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != NTS_A_SERVER_FASTPATH)
			continue;
		if (names->n == NTS_MAX_FASTPATHS) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "fastpath: at most 16 network devices");
			return -E2BIG;
		}
		nla_strscpy(names->name[names->n++], attr, IFNAMSIZ);
	}
	return 0;
}

/* What was asked for, or what is there when an attribute says nothing. */
static int get_server(struct genl_info *info, struct nts_server *server)
{
	struct nlattr **attrs = info->attrs;
	struct nts_net *nn = nts_netlink_net(info);

	if (nts_netlink_missing(info, NTS_A_SERVER_ENABLED,
				"enabled: missing, 1 answers, 0 does not"))
		return -EINVAL;
	server->enabled = nla_get_u8(attrs[NTS_A_SERVER_ENABLED]);
	if (server->enabled && nts_netlink_missing(info, NTS_A_SERVER_PORT, "port: missing"))
		return -EINVAL;
	if (attrs[NTS_A_SERVER_PORT])
		server->port = nla_get_u16(attrs[NTS_A_SERVER_PORT]);
	if (attrs[NTS_A_SERVER_FAMILIES])
		server->families = nla_get_u8(attrs[NTS_A_SERVER_FAMILIES]);
	if (attrs[NTS_A_SERVER_BIND4])
		server->bind4 = nla_get_in_addr(attrs[NTS_A_SERVER_BIND4]);
	if (attrs[NTS_A_SERVER_BIND6])
		server->bind6 = nla_get_in6_addr(attrs[NTS_A_SERVER_BIND6]);
	if (attrs[NTS_A_SERVER_CLIENT_LOG])
		server->client_log = nla_get_u32(attrs[NTS_A_SERVER_CLIENT_LOG]);
	if (server->client_log > NTS_MAX_CLIENT_LOG) {
		nts_extack(info->extack, "client-log: more than 16777216 clients");
		return -ERANGE;
	}
	if (!attrs[NTS_A_SERVER_DEVICE])
		return 0;
	return find_device(nn->net, attrs[NTS_A_SERVER_DEVICE], server, info->extack);
}

static int open_server(struct nts_net *nn, const struct nts_server *server,
		       struct netlink_ext_ack *extack)
{
	int err = nts_server_remember(nn, server->client_log);

	if (err) {
		nts_extack(extack, "client-log: not enough memory");
		return err;
	}
	return nts_socket_open(nn, server, extack);
}

int nts_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct nlattr *dscp = info->attrs[NTS_A_SERVER_DSCP];
	struct nts_fastpath_names names = { }, before;
	struct nts_server server = {
		.families = NTS_FAMILY_V4 | NTS_FAMILY_V6,
		.bind4 = htonl(INADDR_ANY),
		.bind6 = in6addr_any,
		.client_log = DEFAULT_CLIENT_LOG,
	};
	int err;

	err = get_server(info, &server) ?: get_fastpaths(info, &names);
	if (err)
		return err;
	nts_fastpath_get(nn, &before);
	err = nts_fastpath_set(nn, &names, info->extack);
	if (err)
		return err;
	mutex_lock(&nn->lock);
	if (server.enabled)
		err = open_server(nn, &server, info->extack);
	else
		nts_socket_close(nn);
	if (!err)
		WRITE_ONCE(nn->dscp, dscp ? nla_get_u8(dscp) : 0);
	mutex_unlock(&nn->lock);
	if (err)
		nts_fastpath_set(nn, &before, NULL);
	return err;
}
