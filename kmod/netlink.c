// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink operations of uapi/nts.yaml. */
#include "netlink.h"
#include "server.h"

static struct genl_family family;

/* The family's groups are others' once it is unregistered. */
static DEFINE_SPINLOCK(events_lock);
static bool events_on;

/**
 * nts_netlink_reply() - begin the answer to a request
 * @info: the request
 * @size: octets of attributes at most
 * @header: for nts_netlink_send()
 *
 * Context: process.
 *
 * Return: the message to put attributes in, or NULL.
 */
struct sk_buff *nts_netlink_reply(struct genl_info *info, size_t size, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &family, 0, info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/**
 * nts_netlink_send() - send the answer to a request
 * @info: the request
 * @skb: as nts_netlink_reply() returned; taken over
 * @header: as nts_netlink_reply() gave
 *
 * Context: process.
 *
 * Return: what the operation returns.
 */
int nts_netlink_send(struct genl_info *info, struct sk_buff *skb, void *header)
{
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/**
 * nts_netlink_dump() - begin one message of a dump
 * @skb: of the dump
 * @cb: of the dump
 * @cmd: the operation
 *
 * Return: the header for genlmsg_end() or genlmsg_cancel(), or NULL when
 * @skb is full.
 */
void *nts_netlink_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &family, NLM_F_MULTI, cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

/**
 * nts_netlink_missing() - refuse a request that lacks an attribute
 * @info: the request
 * @attr: the attribute
 * @text: what to say
 *
 * Return: true when it is missing.
 */
bool nts_netlink_missing(struct genl_info *info, int attr, const char *text)
{
	if (info->attrs[attr])
		return false;
	nts_extack(info->extack, text);
	return true;
}

/**
 * nts_netlink_event() - begin a multicast message
 * @cmd: one of the events of uapi/nts.yaml
 * @header: for nts_netlink_publish()
 *
 * Context: any.
 *
 * Return: the message to put attributes in, or NULL.
 */
struct sk_buff *nts_netlink_event(u8 cmd, void **header)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);

	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &family, 0, cmd);
	if (!*header) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void publish(struct nts_net *nn, struct sk_buff *skb, void *header, unsigned int group)
{
	genlmsg_end(skb, header);
	spin_lock_bh(&events_lock);
	if (events_on)
		genlmsg_multicast_netns(&family, nn->net, skb, 0, group, GFP_ATOMIC);
	else
		nlmsg_free(skb);
	spin_unlock_bh(&events_lock);
}

/**
 * nts_netlink_publish() - send an event to who listens in its namespace
 * @nn: the network namespace
 * @skb: as nts_netlink_event() returned; taken over
 * @header: as nts_netlink_event() gave
 *
 * Context: any.
 */
void nts_netlink_publish(struct nts_net *nn, struct sk_buff *skb, void *header)
{
	publish(nn, skb, header, NTS_NL_MCGRP_EVENTS);
}

/**
 * nts_netlink_sampled() - tell who wants to know that a source was measured
 * @nn: the network namespace
 * @id: of the source
 *
 * These come with every answer, so they have a group of their own.
 *
 * Context: process.
 */
void nts_netlink_sampled(struct nts_net *nn, u32 id)
{
	struct sk_buff *skb;
	void *header;

	if (!genl_has_listeners(&family, nn->net, NTS_NL_MCGRP_SAMPLES))
		return;
	skb = nts_netlink_event(NTS_CMD_SAMPLE_EVENT, &header);
	if (!skb)
		return;
	if (nla_put_u32(skb, NTS_A_SOURCE_NOTE_ID, id)) {
		nlmsg_free(skb);
		return;
	}
	publish(nn, skb, header, NTS_NL_MCGRP_SAMPLES);
}

static int put_key(struct sk_buff *skb, const struct nts_key_info *key)
{
	struct nlattr *nest = nla_nest_start(skb, NTS_A_KEYS_KEY);

	if (!nest ||
	    nla_put_u32(skb, NTS_A_KEY_ID, key->id) ||
	    nla_put_u8(skb, NTS_A_KEY_ROLE, key->role) ||
	    nla_put_u16(skb, NTS_A_KEY_AEAD, NTS_AEAD_AES_SIV_CMAC_256) ||
	    nla_put_u64_64bit(skb, NTS_A_KEY_AGE_MS, key->age_ms, NTS_A_KEY_PAD) ||
	    nla_put_u64_64bit(skb, NTS_A_KEY_OPENED, key->opened, NTS_A_KEY_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nts_nl_keys_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_key_info keys[NTS_MAX_KEYS];
	struct nts_net *nn = nts_netlink_net(info);
	struct sk_buff *reply;
	void *header;
	u32 n, i;

	mutex_lock(&nn->lock);
	n = nts_keyring_get(nn, keys);
	mutex_unlock(&nn->lock);

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (put_key(reply, &keys[i])) {
			nlmsg_free(reply);
			return -EMSGSIZE;
		}
	}
	return nts_netlink_send(info, reply, header);
}

static int get_key(struct nlattr *nest, struct nts_key_info *key,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[NTS_A_KEY_MAX + 1];
	int err;

	/* Validated against the generated policy with the message. */
	err = nla_parse_nested(attrs, NTS_A_KEY_MAX, nest, NULL, extack);
	if (err)
		return err;
	if (!attrs[NTS_A_KEY_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "key: id missing");
		return -EINVAL;
	}
	if (!attrs[NTS_A_KEY_ROLE]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "key: role missing");
		return -EINVAL;
	}
	if (attrs[NTS_A_KEY_AEAD] &&
	    nla_get_u16(attrs[NTS_A_KEY_AEAD]) != NTS_AEAD_AES_SIV_CMAC_256) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[NTS_A_KEY_AEAD],
				    "key: aead not supported, only 15 is");
		return -EOPNOTSUPP;
	}
	key->id = nla_get_u32(attrs[NTS_A_KEY_ID]);
	key->role = nla_get_u8(attrs[NTS_A_KEY_ROLE]);
	if (attrs[NTS_A_KEY_AGE_MS])
		key->age_ms = nla_get_u64(attrs[NTS_A_KEY_AGE_MS]);
	key->keep = !attrs[NTS_A_KEY_BYTES];
	if (!key->keep) {
		memcpy(key->bytes, nla_data(attrs[NTS_A_KEY_BYTES]), NTS_KEY_LEN);
		/* The message may linger in freed memory. */
		memzero_explicit(nla_data(attrs[NTS_A_KEY_BYTES]), NTS_KEY_LEN);
	}
	return 0;
}

int nts_nl_keys_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_key_info keys[NTS_MAX_KEYS] = { };
	struct nts_net *nn = nts_netlink_net(info);
	struct nlattr *attr;
	int rest, err = 0;
	u32 n = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != NTS_A_KEYS_KEY)
			continue;
		if (n == NTS_MAX_KEYS) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "key: a ring has 1 to 4 keys");
			err = -E2BIG;
			break;
		}
		err = get_key(attr, &keys[n++], info->extack);
		if (err)
			break;
	}
	if (!err) {
		mutex_lock(&nn->lock);
		err = nts_keyring_set(nn, keys, n, info->extack);
		mutex_unlock(&nn->lock);
	}
	memzero_explicit(keys, sizeof(keys));
	return err;
}

int nts_nl_clock_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_clock clock = {
		.leap = NTS_NTP_LEAP_UNSYNC,
		.stratum = NTS_NTP_MAX_STRATUM,
		.mode = NTS_TIME_MODE_SYSTEM,
	};
	struct nts_net *nn = nts_netlink_net(info);
	const struct nts_clock *set;
	struct nts_clock local;
	struct sk_buff *reply;
	void *header;

	rcu_read_lock();
	set = rcu_dereference(nn->clock);
	if (set)
		clock = *set;
	rcu_read_unlock();
	/* Mode local that does not hold says nothing of the clock. */
	if (clock.mode == NTS_TIME_MODE_LOCAL && !nts_clock_is_local(nn, &local)) {
		clock.leap = NTS_NTP_LEAP_UNSYNC;
		clock.stratum = NTS_NTP_MAX_STRATUM;
		clock.refid = 0;
	}

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	if (nla_put_u8(reply, NTS_A_CLOCK_MODE, clock.mode) ||
	    nla_put_u8(reply, NTS_A_CLOCK_LEAP, clock.leap) ||
	    nla_put_u8(reply, NTS_A_CLOCK_STRATUM, clock.stratum) ||
	    nla_put_u32(reply, NTS_A_CLOCK_REFID, clock.refid) ||
	    nla_put_u64_64bit(reply, NTS_A_CLOCK_ROOT_DELAY, clock.root_delay,
			      NTS_A_CLOCK_PAD) ||
	    nla_put_u64_64bit(reply, NTS_A_CLOCK_ROOT_DISPERSION,
			      clock.root_dispersion, NTS_A_CLOCK_PAD) ||
	    nla_put_s64(reply, NTS_A_CLOCK_REFTIME, clock.reftime, NTS_A_CLOCK_PAD) ||
	    nla_put_s32(reply, NTS_A_CLOCK_PRECISION, nts_clock_precision())) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

int nts_nl_clock_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nts_net *nn = nts_netlink_net(info);
	struct nts_clock clock = { .local.distance = NSEC_PER_SEC };
	struct nts_local *local = &clock.local;
	bool no_stratum, no_leap;
	int err;

	if (nts_netlink_missing(info, NTS_A_CLOCK_MODE, "mode: missing") ||
	    nts_netlink_missing(info, NTS_A_CLOCK_LEAP, "leap: missing") ||
	    nts_netlink_missing(info, NTS_A_CLOCK_STRATUM, "stratum: missing"))
		return -EINVAL;
	clock.mode = nla_get_u8(attrs[NTS_A_CLOCK_MODE]);
	clock.leap = nla_get_u8(attrs[NTS_A_CLOCK_LEAP]);
	clock.stratum = nla_get_u8(attrs[NTS_A_CLOCK_STRATUM]);
	no_stratum = clock.stratum == NTS_NTP_MAX_STRATUM;
	no_leap = clock.leap == NTS_NTP_LEAP_UNSYNC;
	if (no_stratum != no_leap) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[NTS_A_CLOCK_STRATUM],
				    "stratum: 16 goes with leap 3, and only with it");
		return -EINVAL;
	}
	if (attrs[NTS_A_CLOCK_REFID])
		clock.refid = nla_get_u32(attrs[NTS_A_CLOCK_REFID]);
	if (attrs[NTS_A_CLOCK_ROOT_DELAY])
		clock.root_delay = nla_get_u64(attrs[NTS_A_CLOCK_ROOT_DELAY]);
	if (attrs[NTS_A_CLOCK_ROOT_DISPERSION])
		clock.root_dispersion = nla_get_u64(attrs[NTS_A_CLOCK_ROOT_DISPERSION]);
	if (attrs[NTS_A_CLOCK_REFTIME])
		clock.reftime = nla_get_s64(attrs[NTS_A_CLOCK_REFTIME]);
	nts_netlink_take(local->distance, attrs, NTS_A_CLOCK_LOCAL_DISTANCE, u64);
	nts_netlink_take(local->activate, attrs, NTS_A_CLOCK_LOCAL_ACTIVATE, u64);
	nts_netlink_take(local->wait_synced, attrs, NTS_A_CLOCK_LOCAL_WAIT_SYNCED, u64);
	nts_netlink_take(local->wait_unsynced, attrs, NTS_A_CLOCK_LOCAL_WAIT_UNSYNCED, u64);
	nts_netlink_take(local->orphan, attrs, NTS_A_CLOCK_LOCAL_ORPHAN, u8);

	mutex_lock(&nn->lock);
	err = nts_clock_set(nn, &clock);
	mutex_unlock(&nn->lock);
	return err;
}

static int put_counter(struct sk_buff *skb, u32 counter, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, NTS_A_STATS_COUNTER);

	if (!nest ||
	    nla_put_string(skb, NTS_A_COUNTER_NAME, nts_stats_name(counter)) ||
	    nla_put_u8(skb, NTS_A_COUNTER_KIND, nts_stats_kind(counter)) ||
	    nla_put_u64_64bit(skb, NTS_A_COUNTER_VALUE, value,
			      NTS_A_COUNTER_PAD) ||
	    nla_put_string(skb, NTS_A_COUNTER_TEXT, nts_stats_text(counter)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_bucket(struct sk_buff *skb, u32 i, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, NTS_A_STATS_COST);

	if (!nest ||
	    (i + 1 < NTS_COST_BUCKETS &&
	     nla_put_u64_64bit(skb, NTS_A_COST_BELOW, 1ULL << (NTS_COST_SHIFT + i),
			       NTS_A_COST_PAD)) ||
	    nla_put_u64_64bit(skb, NTS_A_COST_COUNT, count, NTS_A_COST_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_cost(struct sk_buff *skb, struct nts_net *nn)
{
	u64 bucket[NTS_COST_BUCKETS], sum = nts_stats_cost(nn, bucket);
	int err = 0;
	u32 i;

	for (i = 0; !err && i < NTS_COST_BUCKETS; i++)
		err = put_bucket(skb, i, bucket[i]);
	return err ?: nla_put_u64_64bit(skb, NTS_A_STATS_COST_SUM, sum, NTS_A_STATS_PAD);
}

int nts_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct sk_buff *reply;
	void *header;
	u64 held, span, value;
	u32 i;

	/* About 150 octets each. */
	reply = nts_netlink_reply(info, (NTS_COUNTER_COUNT + NTS_COST_BUCKETS) * 256, &header);
	if (!reply)
		return -ENOMEM;
	nts_server_count(nn, &held, &span);
	for (i = 0; i < NTS_COUNTER_COUNT; i++) {
		value = i == NTS_COUNTER_LOG_HELD ? held :
			i == NTS_COUNTER_LOG_SPAN ? span : nts_stats_read(nn, i);
		if (put_counter(reply, i, value)) {
			nlmsg_free(reply);
			return -EMSGSIZE;
		}
	}
	if (put_cost(reply, nn)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

int nts_nl_daemon_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_net *nn = nts_netlink_net(info);
	struct sk_buff *reply;
	void *header;
	int err;

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&nn->lock);
	err = nla_put_u8(reply, NTS_A_DAEMON_STATE, nn->daemon_portid ?
			 NTS_DAEMON_STATE_ATTACHED : NTS_DAEMON_STATE_GONE) ||
	      nla_put_u64_64bit(reply, NTS_A_DAEMON_KE_ACCEPTED, nn->ke_accepted,
				NTS_A_DAEMON_PAD) ||
	      nla_put_u64_64bit(reply, NTS_A_DAEMON_KE_DROPPED, nn->ke_dropped,
				NTS_A_DAEMON_PAD) ||
	      nla_put_u32(reply, NTS_A_DAEMON_PID, nn->daemon_pid);
	mutex_unlock(&nn->lock);
	if (err) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return nts_netlink_send(info, reply, header);
}

int nts_nl_daemon_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nts_net *nn = nts_netlink_net(info);

	if (nts_netlink_missing(info, NTS_A_DAEMON_PID, "pid: missing"))
		return -EINVAL;
	mutex_lock(&nn->lock);
	if (attrs[NTS_A_DAEMON_KE_ACCEPTED])
		nn->ke_accepted = nla_get_u64(attrs[NTS_A_DAEMON_KE_ACCEPTED]);
	if (attrs[NTS_A_DAEMON_KE_DROPPED])
		nn->ke_dropped = nla_get_u64(attrs[NTS_A_DAEMON_KE_DROPPED]);
	nts_notify_attach(nn, info->snd_portid, nla_get_u32(attrs[NTS_A_DAEMON_PID]));
	mutex_unlock(&nn->lock);
	return 0;
}

static struct genl_family family __ro_after_init = {
	.name = NTS_FAMILY_NAME,
	.version = NTS_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = nts_nl_ops,
	.mcgrps = nts_nl_mcgrps,
};

static void events_switch(bool on)
{
	spin_lock_bh(&events_lock);
	events_on = on;
	spin_unlock_bh(&events_lock);
}

int __init nts_netlink_init(void)
{
	int err;

	family.n_ops = nts_nl_n_ops;
	family.n_mcgrps = nts_nl_n_mcgrps;
	family.resv_start_op = NTS_CMD_MAX + 1;
	err = genl_register_family(&family);
	if (!err)
		events_switch(true);
	return err;
}

void nts_netlink_exit(void)
{
	events_switch(false);
	genl_unregister_family(&family);
}
