/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers before the IP stack, by network devices that are chosen for it. */
#ifndef _NTS_FASTPATH_H
#define _NTS_FASTPATH_H

#include "nts.h"

/**
 * struct nts_fastpath_names - devices
 * @n: how many
 * @waits: a bit for each that is without effect
 * @name: of each
 */
struct nts_fastpath_names {
	u32 n;
	u32 waits;
	char name[NTS_MAX_FASTPATHS][IFNAMSIZ];
};

/* fastpath.c APIs: */
#ifdef CONFIG_NETFILTER_INGRESS
int nts_fastpath_set(struct nts_net *nn, const struct nts_fastpath_names *names,
		     struct netlink_ext_ack *extack);
void nts_fastpath_get(struct nts_net *nn, struct nts_fastpath_names *names);
int nts_fastpath_net_init(struct nts_net *nn);
void nts_fastpath_net_exit(struct nts_net *nn);
#else
static inline int nts_fastpath_set(struct nts_net *nn, const struct nts_fastpath_names *names,
				   struct netlink_ext_ack *extack)
{
	if (!names->n)
		return 0;
	nts_extack(extack, "fastpath: needs a kernel with CONFIG_NETFILTER_INGRESS");
	return -EOPNOTSUPP;
}

static inline void nts_fastpath_get(struct nts_net *nn, struct nts_fastpath_names *names)
{
	names->n = 0;
}

static inline int nts_fastpath_net_init(struct nts_net *nn) { return 0; }
static inline void nts_fastpath_net_exit(struct nts_net *nn) { }
#endif

#endif /* _NTS_FASTPATH_H */
