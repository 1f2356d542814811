// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's coming and going, and that of network namespaces. */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/genetlink.h>
#include <net/netns/generic.h>

#include "client.h"
#include "fastpath.h"
#include "ratelimit.h"
#include "server.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static unsigned int net_id __read_mostly;

/**
 * nts_net() - our state of a network namespace
 * @net: the namespace
 *
 * Context: any.
 *
 * Return: never NULL while the module is in.
 */
struct nts_net *nts_net(const struct net *net)
{
	return net_generic(net, net_id);
}

static int __net_init net_init(struct net *net)
{
	struct nts_net *nn = nts_net(net);
	int err;

	nn->net = net;
	mutex_init(&nn->lock);
	seqcount_init(&nn->timescale_seq);
	nn->stats = alloc_percpu(struct nts_stats);
	if (!nn->stats)
		return -ENOMEM;
	nts_notify_net_init(nn);
	nts_phc_net_init(nn);
	err = nts_fastpath_net_init(nn);
	if (err)
		free_percpu(nn->stats);
	return err;
}

static void __net_exit net_exit(struct net *net)
{
	struct nts_net *nn = nts_net(net);

	nts_client_free(nn);
	nts_fastpath_net_exit(nn);
	nts_socket_close(nn);
	nts_server_forget(nn);
	nts_ratelimit_free(nn);
	nts_acl_free(nn);
	nts_phc_net_exit(nn);
	nts_notify_net_exit(nn);
	nts_keyring_free(nn);
	kfree(rcu_dereference_protected(nn->clock, 1));
	free_percpu(nn->stats);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &net_id,
	.size = sizeof(struct nts_net),
};

static int __init nts_init(void)
{
	int err;

	nts_clock_init();
	err = nts_server_init();
	if (err)
		return err;
	err = nts_client_init();
	if (err)
		goto err_client;
	err = register_pernet_device(&net_ops);
	if (err)
		goto err_pernet;
	err = nts_notify_init();
	if (err)
		goto err_notify;
	err = nts_netlink_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	nts_notify_exit();
err_notify:
	unregister_pernet_device(&net_ops);
err_pernet:
	nts_client_exit();
err_client:
	nts_server_exit();
	return err;
}

static void __exit nts_exit(void)
{
	nts_netlink_exit();
	nts_notify_exit();
	unregister_pernet_device(&net_ops);
	nts_client_exit();
	nts_server_exit();
	/* kfree_rcu() of the module's own objects needs none of its code. */
}

module_init(nts_init);
module_exit(nts_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Network Time Security: authenticated NTP served from the kernel");
MODULE_ALIAS_GENL_FAMILY("nts");
