// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is served in a network namespace. The table in force is never changed: a
 * new one is collected beside it, and takes its place as one.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "core/acl.h"
#include "nts.h"

#define FIRST_RULES	64

/**
 * struct nts_access - the table in force
 * @rcu: for who still looks addresses up in it
 * @rules: prefixes it was made of
 * @acl: the table itself
 */
struct nts_access {
	struct rcu_head rcu;
	u32 rules;
	struct nts_acl acl;
};

/**
 * struct nts_access_draft - rules that are being collected
 * @rule: those that came already
 * @n: their number
 * @room: for so many
 * @portid: netlink port of who sends them
 */
struct nts_access_draft {
	struct nts_acl_rule *rule;
	u32 n;
	u32 room;
	u32 portid;
};

/**
 * nts_acl_source() - where a packet claims to come from
 * @skb: a packet, its network header set
 * @v6: filled in: IPv6, or else IPv4
 *
 * Context: softirq.
 *
 * Return: the address.
 */
struct nts_acl_key nts_acl_source(const struct sk_buff *skb, bool *v6)
{
	*v6 = skb->protocol == htons(ETH_P_IPV6);
	return nts_acl_key(*v6, *v6 ? ipv6_hdr(skb)->saddr.s6_addr :
			   (const u8 *)&ip_hdr(skb)->saddr);
}

/**
 * nts_acl_admits() - whether an address is served
 * @nn: the network namespace
 * @v6: IPv6, or else IPv4
 * @key: the address
 *
 * Context: any. Neither allocates nor waits.
 *
 * Return: true if so, and for everybody before a table is set.
 */
bool nts_acl_admits(struct nts_net *nn, bool v6, struct nts_acl_key key)
{
	const struct nts_access *access;
	bool allowed;

	rcu_read_lock();
	access = rcu_dereference(nn->access);
	allowed = !access || nts_acl_allows(&access->acl, v6, key);
	rcu_read_unlock();
	return allowed;
}

/* Of how many rules the table is. */
u32 nts_acl_rules(struct nts_net *nn)
{
	const struct nts_access *access;
	u32 rules;

	rcu_read_lock();
	access = rcu_dereference(nn->access);
	rules = access ? access->rules : 0;
	rcu_read_unlock();
	return rules;
}

static void drop_draft(struct nts_net *nn)
{
	if (!nn->access_draft)
		return;
	kvfree(nn->access_draft->rule);
	kfree(nn->access_draft);
	nn->access_draft = NULL;
}

static int grow(struct nts_access_draft *draft)
{
	u32 room = draft->room ? draft->room * 2 : FIRST_RULES;
	struct nts_acl_rule *rule;

	rule = kvmalloc_array(room, sizeof(*rule), GFP_KERNEL_ACCOUNT);
	if (!rule)
		return -ENOMEM;
	if (draft->n)
		memcpy(rule, draft->rule, draft->n * sizeof(*rule));
	kvfree(draft->rule);
	draft->rule = rule;
	draft->room = room;
	return 0;
}

/**
 * nts_acl_begin() - begin to collect a new table, or go on with it
 * @nn: the network namespace
 * @portid: netlink port of who does
 * @start: what was collected before is dropped
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, -ENOMEM, or -EBUSY when what @portid began is there no more: else
 * the rest of a table that failed would pass for all of one.
 */
int nts_acl_begin(struct nts_net *nn, u32 portid, bool start)
{
	lockdep_assert_held(&nn->lock);
	if (!start)
		return nn->access_draft && nn->access_draft->portid == portid ? 0 : -EBUSY;
	drop_draft(nn);
	nn->access_draft = kzalloc(sizeof(*nn->access_draft), GFP_KERNEL_ACCOUNT);
	if (!nn->access_draft)
		return -ENOMEM;
	nn->access_draft->portid = portid;
	return 0;
}

/**
 * nts_acl_add() - collect a rule
 * @nn: the network namespace, nts_acl_begin() was called
 * @rule: its @order is set here
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, -ENOMEM, or -E2BIG when there are too many.
 */
int nts_acl_add(struct nts_net *nn, const struct nts_acl_rule *rule)
{
	struct nts_access_draft *draft = nn->access_draft;
	int err;

	lockdep_assert_held(&nn->lock);
	if (draft->n == NTS_MAX_ACCESS_RULES)
		return -E2BIG;
	if (draft->n == draft->room) {
		err = grow(draft);
		if (err)
			return err;
	}
	draft->rule[draft->n] = *rule;
	draft->rule[draft->n].order = draft->n;
	draft->n++;
	return 0;
}

static void publish(struct nts_net *nn, struct nts_access *access)
{
	struct nts_access *old;

	old = rcu_replace_pointer(nn->access, access, lockdep_is_held(&nn->lock));
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * nts_acl_commit() - put what was collected in force
 * @nn: the network namespace, nts_acl_begin() was called
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0, or -ENOMEM with the old table in force and the new one dropped.
 */
int nts_acl_commit(struct nts_net *nn)
{
	struct nts_access_draft *draft = nn->access_draft;
	struct nts_access *access;
	u32 n;

	lockdep_assert_held(&nn->lock);
	n = nts_acl_resolve(draft->rule, draft->n);
	access = kvzalloc(offsetof(struct nts_access, acl) + nts_acl_size(n),
			  GFP_KERNEL_ACCOUNT);
	if (access) {
		access->rules = n;
		nts_acl_build(&access->acl, draft->rule, n);
		publish(nn, access);
	}
	drop_draft(nn);
	return access ? 0 : -ENOMEM;
}

/**
 * nts_acl_open() - serve everybody
 * @nn: the network namespace
 *
 * Context: process, @nn->lock held.
 */
void nts_acl_open(struct nts_net *nn)
{
	lockdep_assert_held(&nn->lock);
	drop_draft(nn);
	publish(nn, NULL);
}

/* What is collected by who does not go on with it. */
void nts_acl_abandon(struct nts_net *nn)
{
	lockdep_assert_held(&nn->lock);
	drop_draft(nn);
}

/**
 * nts_acl_released() - a netlink socket is gone
 * @nn: the network namespace
 * @portid: its port, which somebody else may get
 *
 * What it collected and did not put in force is dropped.
 *
 * Context: process.
 */
void nts_acl_released(struct nts_net *nn, u32 portid)
{
	if (!READ_ONCE(nn->access_draft))
		return;
	mutex_lock(&nn->lock);
	if (nn->access_draft && nn->access_draft->portid == portid)
		drop_draft(nn);
	mutex_unlock(&nn->lock);
}

/* Nothing is answered in this namespace any more. */
void nts_acl_free(struct nts_net *nn)
{
	drop_draft(nn);
	kvfree(rcu_replace_pointer(nn->access, NULL, true));
}
