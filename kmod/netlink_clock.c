// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink operations on the clock's discipline. */
#include "client.h"
#include "compat.h"
#include "netlink.h"

/* In place of a leap: there is no list. */
#define LEAP_UNLISTED	3

int nts_nl_discipline_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_discipline_config config;
	struct nts_client *client;
	struct sk_buff *reply;
	void *header;
	bool steer;

	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	config = client->discipline.config;
	steer = client->steer;
	nts_client_unlock(client);

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
#define PUT_U64(attr, value) nla_put_u64_64bit(reply, attr, value, NTS_A_DISCIPLINE_PAD)
	if (nla_put_u8(reply, NTS_A_DISCIPLINE_STEER, steer) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAKESTEP_THRESHOLD, config.makestep_threshold) ||
	    nla_put_s32(reply, NTS_A_DISCIPLINE_MAKESTEP_LIMIT, config.makestep_limit) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXCHANGE_LIMIT, config.maxchange) ||
	    nla_put_s32(reply, NTS_A_DISCIPLINE_MAXCHANGE_START, config.maxchange_start) ||
	    nla_put_s32(reply, NTS_A_DISCIPLINE_MAXCHANGE_IGNORE, config.maxchange_ignore) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXUPDATESKEW, config.maxupdateskew) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXSLEWRATE, config.maxslewrate) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXCLOCKERROR, config.select.maxclockerror) ||
	    nla_put_u32(reply, NTS_A_DISCIPLINE_CORRTIMERATIO, config.corrtimeratio) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXDISTANCE, config.select.maxdistance) ||
	    PUT_U64(NTS_A_DISCIPLINE_MAXJITTER, config.select.maxjitter) ||
	    PUT_U64(NTS_A_DISCIPLINE_STRATUMWEIGHT, config.select.stratumweight) ||
	    PUT_U64(NTS_A_DISCIPLINE_RESELECTDIST, config.select.reselectdist) ||
	    nla_put_u32(reply, NTS_A_DISCIPLINE_COMBINELIMIT, config.select.combinelimit) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_MINSOURCES, config.select.minsources) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_AUTHSELECTMODE, config.select.auth) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_LEAPSECMODE, config.leap_mode) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_LEAP,
		       config.leap_listed ? config.leap : LEAP_UNLISTED) ||
	    nla_put_s64(reply, NTS_A_DISCIPLINE_LEAP_AT, config.leap_at,
			NTS_A_DISCIPLINE_PAD) ||
	    PUT_U64(NTS_A_DISCIPLINE_SMOOTH_FREQ, config.smooth_freq) ||
	    PUT_U64(NTS_A_DISCIPLINE_SMOOTH_WANDER, config.smooth_wander) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_SMOOTH_LEAPONLY, config.smooth_leaponly) ||
	    nla_put_u8(reply, NTS_A_DISCIPLINE_RTCSYNC, config.rtcsync)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
#undef PUT_U64
	return nts_netlink_send(info, reply, header);
}

/* Takes what is there; a value beyond s64 says which attribute it was. */
static int take_u64(struct genl_info *info, int attr, s64 *to)
{
	u64 value;

	if (!info->attrs[attr])
		return 0;
	value = nla_get_u64(info->attrs[attr]);
	if (value > S64_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr], "too large");
		return -ERANGE;
	}
	*to = (s64)value;
	return 0;
}

/* How fast served time may follow; beyond 10 % it would be nobody's time. */
static int take_smooth(struct genl_info *info, struct nts_discipline_config *config)
{
	static const s64 most = 100000 * NTS_FREQ_PPM;
	struct nlattr **attrs = info->attrs;
	int err;

	nts_netlink_take(config->smooth_leaponly, attrs, NTS_A_DISCIPLINE_SMOOTH_LEAPONLY, u8);
	err = take_u64(info, NTS_A_DISCIPLINE_SMOOTH_FREQ, &config->smooth_freq) ?:
	      take_u64(info, NTS_A_DISCIPLINE_SMOOTH_WANDER, &config->smooth_wander);
	if (err)
		return err;
	if (config->smooth_freq > most || config->smooth_wander > most) {
		NL_SET_ERR_MSG(info->extack, "smooth-freq, smooth-wander: beyond 100000 ppm");
		return -ERANGE;
	}
	if (config->smooth_freq && !config->smooth_wander) {
		NL_SET_ERR_MSG(info->extack, "smooth-wander: needed with smooth-freq");
		return -EINVAL;
	}
	return 0;
}

static int take_config(struct genl_info *info, struct nts_discipline_config *config)
{
	struct nts_select_config *select = &config->select;
	struct nlattr **attrs = info->attrs;

	nts_netlink_take(config->makestep_limit, attrs, NTS_A_DISCIPLINE_MAKESTEP_LIMIT, s32);
	nts_netlink_take(config->maxchange_start, attrs, NTS_A_DISCIPLINE_MAXCHANGE_START,
			 s32);
	nts_netlink_take(config->maxchange_ignore, attrs, NTS_A_DISCIPLINE_MAXCHANGE_IGNORE,
			 s32);
	nts_netlink_take(config->corrtimeratio, attrs, NTS_A_DISCIPLINE_CORRTIMERATIO, u32);
	nts_netlink_take(select->combinelimit, attrs, NTS_A_DISCIPLINE_COMBINELIMIT, u32);
	nts_netlink_take(select->minsources, attrs, NTS_A_DISCIPLINE_MINSOURCES, u8);
	nts_netlink_take(select->auth, attrs, NTS_A_DISCIPLINE_AUTHSELECTMODE, u8);
	nts_netlink_take(config->leap_mode, attrs, NTS_A_DISCIPLINE_LEAPSECMODE, u8);
	if (attrs[NTS_A_DISCIPLINE_LEAP]) {
		config->leap = nla_get_u8(attrs[NTS_A_DISCIPLINE_LEAP]);
		config->leap_listed = config->leap != LEAP_UNLISTED;
	}
	nts_netlink_take(config->leap_at, attrs, NTS_A_DISCIPLINE_LEAP_AT, s64);
	nts_netlink_take(config->rtcsync, attrs, NTS_A_DISCIPLINE_RTCSYNC, u8);
	return take_u64(info, NTS_A_DISCIPLINE_MAKESTEP_THRESHOLD,
			&config->makestep_threshold) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXCHANGE_LIMIT, &config->maxchange) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXUPDATESKEW, &config->maxupdateskew) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXSLEWRATE, &config->maxslewrate) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXCLOCKERROR, &select->maxclockerror) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXDISTANCE, &select->maxdistance) ?:
	       take_u64(info, NTS_A_DISCIPLINE_MAXJITTER, &select->maxjitter) ?:
	       take_u64(info, NTS_A_DISCIPLINE_STRATUMWEIGHT, &select->stratumweight) ?:
	       take_u64(info, NTS_A_DISCIPLINE_RESELECTDIST, &select->reselectdist) ?:
	       take_smooth(info, config);
}

int nts_nl_discipline_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_discipline_config config;
	struct nlattr **attrs = info->attrs;
	s64 freq = 0, skew = 0;
	struct nts_client *client;
	bool steer;
	int err;

	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	config = client->discipline.config;
	steer = client->steer;
	nts_netlink_take(steer, attrs, NTS_A_DISCIPLINE_STEER, u8);
	err = take_config(info, &config) ?:
	      take_u64(info, NTS_A_DISCIPLINE_SKEW, &skew);
	if (!err) {
		nts_client_configure(client, &config, steer);
		nts_netlink_take(freq, attrs, NTS_A_DISCIPLINE_FREQ, s64);
		if (attrs[NTS_A_DISCIPLINE_FREQ])
			nts_client_drift(client, freq, skew);
	}
	nts_client_unlock(client);
	return err;
}

static int put_s64(struct sk_buff *skb, int attr, s64 value)
{
	return nla_put_s64(skb, attr, value, NTS_A_TRACKING_PAD);
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NTS_A_TRACKING_PAD);
}

/* The last reference is told even when nobody is followed any more, but the local clock. */
static int put_reference(struct sk_buff *skb, struct nts_client *client, bool local)
{
	const struct nts_reference *reference = &client->reference;
	const struct nts_assoc *assoc = nts_client_selected(client);

	if (local)
		return 0;
	if (assoc && nla_put_u32(skb, NTS_A_TRACKING_SOURCE, assoc->id))
		return -EMSGSIZE;
	if (!reference->address.family)
		return 0;
	return nla_put_string(skb, NTS_A_TRACKING_NAME, reference->name) ?:
	       (reference->address.family == AF_INET6 ?
		nla_put_in6_addr(skb, NTS_A_TRACKING_ADDR6, &reference->address.v6) :
		nla_put_in_addr(skb, NTS_A_TRACKING_ADDR4, reference->address.v4));
}

static int put_adjust(struct sk_buff *skb, const struct nts_client *client, s64 raw,
		      s64 real)
{
	const struct nts_adjuster *adjuster = &client->adjuster;
	const struct nts_steer *steer = &adjuster->steer;
	s64 hold = nts_adjust_hold(client, raw);
	const char *reason = nts_adjust_reason(client);
	u8 method = nts_adjust_method(client);

	return put_s64(skb, NTS_A_TRACKING_CORRECTION,
		       nts_steer_correction(steer, &client->discipline, raw, real)) ?:
	       nla_put_u8(skb, NTS_A_TRACKING_METHOD, method) ?:
	       (reason ? nla_put_string(skb, NTS_A_TRACKING_METHOD_REASON, reason) : 0) ?:
	       put_u64(skb, NTS_A_TRACKING_FOREIGN, steer->foreign_count) ?:
	       put_u64(skb, NTS_A_TRACKING_HOLD_OFF, hold) ?:
	       nla_put_s32(skb, NTS_A_TRACKING_ADJUST_ERROR, -adjuster->error) ?:
	       nla_put_u8(skb, NTS_A_TRACKING_STEERING,
			  method != NTS_ADJUST_METHOD_NONE && steer->active && !steer->held);
}

static int put_smooth(struct sk_buff *skb, const struct nts_discipline *d, s64 raw)
{
	s64 freq, offset = nts_smooth_at(&d->smooth, raw, &freq);

	if (!d->smooth.max_freq)
		return 0;
	return nla_put_u8(skb, NTS_A_TRACKING_SMOOTH_ACTIVE, d->smoothing) ?:
	       put_s64(skb, NTS_A_TRACKING_SMOOTH_OFFSET, offset) ?:
	       put_s64(skb, NTS_A_TRACKING_SMOOTH_FREQ, -freq) ?:
	       put_s64(skb, NTS_A_TRACKING_SMOOTH_WANDER,
		       -nts_smooth_wander(&d->smooth, raw)) ?:
	       put_u64(skb, NTS_A_TRACKING_SMOOTH_AGE,
		       d->smoothing ? max(raw - d->smooth.raw, 0LL) : 0) ?:
	       put_u64(skb, NTS_A_TRACKING_SMOOTH_LEFT, nts_smooth_left(&d->smooth, raw));
}

/* In mode local this is what answers say, and what is known of the clock stays. */
static bool take_local(struct nts_client *client, s64 raw, struct nts_tracking *tracking)
{
	struct nts_clock clock;

	if (!nts_clock_is_local(client->nn, &clock))
		return false;
	tracking->synchronised = false;
	tracking->refid = clock.refid;
	tracking->stratum = clock.stratum;
	tracking->leap = clock.leap;
	tracking->reftime = nts_clock_at(client->nn, raw);
	tracking->root_delay = (s64)clock.root_delay;
	tracking->root_dispersion = (s64)clock.root_dispersion;
	return true;
}

static int put_tracking(struct sk_buff *skb, struct nts_client *client)
{
	struct nts_tracking tracking;
	s64 raw, real;
	bool local;

	nts_clock_snapshot(&raw, &real);
	nts_discipline_tracking(&client->discipline, raw, &tracking);
	local = take_local(client, raw, &tracking);
	return nla_put_u8(skb, NTS_A_TRACKING_SYNCHRONISED, tracking.synchronised) ?:
	       put_reference(skb, client, local) ?:
	       nla_put_u32(skb, NTS_A_TRACKING_REFID, tracking.refid) ?:
	       nla_put_u8(skb, NTS_A_TRACKING_STRATUM, tracking.stratum) ?:
	       nla_put_u8(skb, NTS_A_TRACKING_LEAP, tracking.leap) ?:
	       put_s64(skb, NTS_A_TRACKING_REFTIME, tracking.reftime) ?:
	       put_s64(skb, NTS_A_TRACKING_LAST_OFFSET, tracking.last_offset) ?:
	       put_u64(skb, NTS_A_TRACKING_RMS_OFFSET, tracking.rms_offset) ?:
	       put_s64(skb, NTS_A_TRACKING_FREQ, tracking.freq) ?:
	       put_s64(skb, NTS_A_TRACKING_RESIDUAL_FREQ, tracking.residual) ?:
	       put_u64(skb, NTS_A_TRACKING_SKEW, tracking.skew) ?:
	       put_u64(skb, NTS_A_TRACKING_ROOT_DELAY, tracking.root_delay) ?:
	       put_u64(skb, NTS_A_TRACKING_ROOT_DISPERSION, tracking.root_dispersion) ?:
	       put_u64(skb, NTS_A_TRACKING_UPDATE_INTERVAL, tracking.interval) ?:
	       put_u64(skb, NTS_A_TRACKING_UPDATES, client->discipline.updates) ?:
	       nla_put_u32(skb, NTS_A_TRACKING_COMBINED, client->discipline.select.combined) ?:
	       put_u64(skb, NTS_A_TRACKING_OFFSET_SD, client->discipline.offset_sd) ?:
	       put_smooth(skb, &client->discipline, raw) ?:
	       put_adjust(skb, client, raw, real);
}

int nts_nl_tracking_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_client *client;
	struct sk_buff *reply;
	void *header;
	int err;

	reply = nts_netlink_reply(info, NLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	client = nts_client_lock(nts_netlink_net(info));
	if (!client) {
		nlmsg_free(reply);
		return -ENOMEM;
	}
	err = put_tracking(reply, client);
	nts_client_unlock(client);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return nts_netlink_send(info, reply, header);
}

static void burst(struct nts_assoc *assoc, u8 good, u8 max)
{
	/* One that is offline, or refused to serve, is left alone. */
	if (assoc->poll.next != NTS_POLL_NEVER)
		nts_poll_burst(&assoc->poll, good, max, ktime_get_raw_ns());
}

static void poll_now(struct nts_assoc *assoc)
{
	if (assoc->poll.next != NTS_POLL_NEVER)
		assoc->poll.next = ktime_get_raw_ns();
}

static int do_sources(struct nts_client *client, struct genl_info *info, u8 action)
{
	u8 good = NTS_POLL_IBURST_GOOD, max = NTS_POLL_IBURST_MAX;
	struct nlattr **attrs = info->attrs;
	struct nts_assoc *assoc;
	bool found = false;

	nts_netlink_take(good, attrs, NTS_A_COMMAND_GOOD, u8);
	nts_netlink_take(max, attrs, NTS_A_COMMAND_LIMIT, u8);
	if (!good || good > max) {
		NL_SET_ERR_MSG(info->extack, "good: is zero, or above limit");
		return -EINVAL;
	}
	list_for_each_entry(assoc, &client->assocs, list) {
		if (attrs[NTS_A_COMMAND_ID] &&
		    nla_get_u32(attrs[NTS_A_COMMAND_ID]) != assoc->id)
			continue;
		found = true;
		if (action == NTS_ACTION_BURST)
			burst(assoc, good, max);
		else
			poll_now(assoc);
	}
	if (!found && attrs[NTS_A_COMMAND_ID]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[NTS_A_COMMAND_ID],
				    "id: no such source");
		return -ENOENT;
	}
	return 0;
}

static int do_smooth(struct nts_client *client, struct genl_info *info, u8 action)
{
	struct nts_discipline *d = &client->discipline;
	bool reset = action == NTS_ACTION_SMOOTH_RESET;
	s64 raw = ktime_get_raw_ns();

	if (!d->smooth.max_freq) {
		NL_SET_ERR_MSG(info->extack,
			       "corrections are not smoothed (directive smoothtime)");
		return -EOPNOTSUPP;
	}
	/* As chrony: a reset does not activate, and there is nothing to activate twice. */
	if (d->smoothing == reset) {
		nts_discipline_smooth(d, raw);
		nts_client_update(client, -1, raw);
	}
	return 0;
}

static int do_command(struct nts_client *client, struct genl_info *info, u8 action)
{
	switch (action) {
	case NTS_ACTION_MAKESTEP:
		if (nts_adjust_method(client) == NTS_ADJUST_METHOD_NONE) {
			NL_SET_ERR_MSG(info->extack,
				       "the system clock is not steered from here");
			return -EOPNOTSUPP;
		}
		client->discipline.step = true;
		client->adjuster.next = ktime_get_raw_ns();
		return 0;
	case NTS_ACTION_RESELECT:
		client->discipline.select.selected = -1;
		nts_client_update(client, -1, ktime_get_raw_ns());
		return 0;
	case NTS_ACTION_RESET_SOURCES:
		nts_client_reset(client);
		return 0;
	case NTS_ACTION_SMOOTH_ACTIVATE:
	case NTS_ACTION_SMOOTH_RESET:
		return do_smooth(client, info, action);
	default:
		return do_sources(client, info, action);
	}
}

int nts_nl_command_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_client *client;
	int err;

	if (nts_netlink_missing(info, NTS_A_COMMAND_ACTION, "action: missing"))
		return -EINVAL;
	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	err = do_command(client, info, nla_get_u8(info->attrs[NTS_A_COMMAND_ACTION]));
	nts_client_unlock(client);
	return err;
}

int nts_nl_adjust_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nts_steer_reading reading = { };
	struct nlattr **attrs = info->attrs;
	struct nts_client *client;
	int err, result = 0;

	if (nts_netlink_missing(info, NTS_A_ADJUST_SEQ, "seq: missing") ||
	    nts_netlink_missing(info, NTS_A_ADJUST_RESULT, "result: missing"))
		return -EINVAL;
	reading.known = attrs[NTS_A_ADJUST_FREQ] && attrs[NTS_A_ADJUST_TICK] &&
			attrs[NTS_A_ADJUST_STATUS];
	nts_netlink_take(result, attrs, NTS_A_ADJUST_RESULT, s32);
	nts_netlink_take(reading.freq, attrs, NTS_A_ADJUST_FREQ, s64);
	nts_netlink_take(reading.tick, attrs, NTS_A_ADJUST_TICK, s64);
	nts_netlink_take(reading.status, attrs, NTS_A_ADJUST_STATUS, s32);

	client = nts_client_lock(nts_netlink_net(info));
	if (!client)
		return -ENOMEM;
	err = nts_adjust_told(client, nla_get_u32(attrs[NTS_A_ADJUST_SEQ]), -abs(result),
			      &reading);
	if (err)
		NL_SET_ERR_MSG(info->extack, "seq: no such adjustment is waited for");
	nts_client_unlock(client);
	return err;
}
