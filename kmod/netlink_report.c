// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink operation that tells of client associations. */
#include "client.h"
#include "netlink.h"

static int put_address(struct sk_buff *skb, const struct nts_address *address, int attr4,
		       int attr6)
{
	if (address->family == AF_INET)
		return nla_put_in_addr(skb, attr4, address->v4);
	if (address->family == AF_INET6)
		return nla_put_in6_addr(skb, attr6, &address->v6);
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, NTS_A_SOURCE_PAD);
}

static int put_s64(struct sk_buff *skb, int attr, s64 value)
{
	return nla_put_s64(skb, attr, value, NTS_A_SOURCE_PAD);
}

static int put_options(struct sk_buff *skb, const struct nts_source_options *options)
{
	return nla_put_u32(skb, NTS_A_SOURCE_FLAGS, options->flags) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_MINPOLL, options->minpoll) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_MAXPOLL, options->maxpoll) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_PRESEND, options->presend) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_POLLTARGET, options->polltarget) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_MINSAMPLES, options->minsamples) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_MAXSAMPLES, options->maxsamples) ?:
	       put_u64(skb, NTS_A_SOURCE_MAXDELAY, options->maxdelay) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_MAXDELAYRATIO, options->maxdelayratio) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_MAXDELAYDEVRATIO, options->maxdelaydevratio) ?:
	       put_s64(skb, NTS_A_SOURCE_OFFSET, options->offset);
}

static int put_poll(struct sk_buff *skb, const struct nts_assoc *assoc, s64 raw)
{
	const struct nts_source *source = &assoc->source;
	const struct nts_poll *poll = &assoc->poll;

	return nla_put_u8(skb, NTS_A_SOURCE_ONLINE, source->online) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_BURST, !!poll->good_left) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_POLL, poll->poll) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_POLL_SCORE, poll->score) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_REACH, source->reach) ?:
	       (poll->next == NTS_POLL_NEVER ? 0 :
		put_s64(skb, NTS_A_SOURCE_NEXT_TX, poll->next - raw));
}

static int put_select(struct sk_buff *skb, const struct nts_assoc *assoc, s64 raw)
{
	const struct nts_discipline *d = &assoc->client->discipline;
	s64 ours = nts_clockmap_time(&d->map, raw) - raw;
	const struct nts_source *source = &assoc->source;

	return nla_put_u8(skb, NTS_A_SOURCE_STATE, (u8)nts_source_letter(source->state)) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_EFFECTIVE_FLAGS, source->flags) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_SCORE,
			   (u32)min_t(u64, source->score, U32_MAX)) ?:
	       /* Selection never looked at it. */
	       (!source->low && !source->high ? 0 :
		(put_s64(skb, NTS_A_SOURCE_INTERVAL_LOW, source->low - ours) ?:
		 put_s64(skb, NTS_A_SOURCE_INTERVAL_HIGH, source->high - ours)));
}

static int put_stats(struct sk_buff *skb, const struct nts_assoc *assoc, s64 raw)
{
	struct nts_sourcestats stats;

	nts_source_stats(&assoc->source, &assoc->client->discipline, raw, &stats);
	return nla_put_u32(skb, NTS_A_SOURCE_SAMPLES, stats.np) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_RUNS, stats.nr) ?:
	       put_u64(skb, NTS_A_SOURCE_SPAN, stats.span) ?:
	       put_s64(skb, NTS_A_SOURCE_FREQ, stats.freq) ?:
	       put_u64(skb, NTS_A_SOURCE_SKEW, stats.skew) ?:
	       put_s64(skb, NTS_A_SOURCE_EST_OFFSET, stats.offset) ?:
	       put_u64(skb, NTS_A_SOURCE_STD_DEV, stats.sd) ?:
	       put_u64(skb, NTS_A_SOURCE_EST_OFFSET_SD, stats.offset_sd);
}

static int put_auth(struct sk_buff *skb, const struct nts_assoc *assoc)
{
	const struct nts_jar *jar = &assoc->jar;

	return nla_put_u32(skb, NTS_A_SOURCE_KE_ATTEMPTS, assoc->ke_attempts) ?:
	       nla_put_string(skb, NTS_A_SOURCE_PROBLEM, assoc->problem) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_KE_COUNT, assoc->ke_count) ?:
	       nla_put_u16(skb, NTS_A_SOURCE_AEAD,
			   jar->keyed ? NTS_AEAD_AES_SIV_CMAC_256 : 0) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_NAKS, assoc->naks) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_COOKIES, jar->n) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_COOKIE_LEN,
			   jar->n ? jar->cookie[jar->first].len : 0) ?:
	       (!jar->keyed ? 0 :
		put_u64(skb, NTS_A_SOURCE_KE_AGE,
			ktime_get_boottime_ns() - assoc->ke_at));
}

static int put_totals(struct sk_buff *skb, const struct nts_totals *totals)
{
	return put_u64(skb, NTS_A_SOURCE_TOTAL_TX, totals->tx) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_RX, totals->rx) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_VALID, totals->valid) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_GOOD, totals->good) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_KERNEL_TX, totals->kernel_tx) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_KERNEL_RX, totals->kernel_rx) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_HW_TX, totals->hw_tx) ?:
	       put_u64(skb, NTS_A_SOURCE_TOTAL_HW_RX, totals->hw_rx);
}

static int put_answer(struct sk_buff *skb, const struct nts_assoc *assoc)
{
	const struct nts_answer *answer = &assoc->last.answer;

	return nla_put_u8(skb, NTS_A_SOURCE_LEAP, answer->server.leap) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_VERSION, answer->version) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_REMOTE_MODE, answer->mode) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_STRATUM, answer->server.stratum) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_REMOTE_POLL, answer->poll) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_PRECISION, answer->precision) ?:
	       put_u64(skb, NTS_A_SOURCE_ROOT_DELAY, answer->server.root_delay) ?:
	       put_u64(skb, NTS_A_SOURCE_ROOT_DISPERSION, answer->server.root_dispersion) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_REFID, answer->server.refid) ?:
	       put_s64(skb, NTS_A_SOURCE_REFTIME, answer->reftime);
}

/* The last sample, and what the corrections made since make of it. */
static int put_good(struct sk_buff *skb, const struct nts_assoc *assoc, s64 raw)
{
	const struct nts_discipline *d = &assoc->client->discipline;
	const struct nts_shown *good = &assoc->last.good;
	s64 ours = nts_clockmap_time(&d->map, good->sample.raw) - good->sample.raw;
	s64 root = good->sample.root_delay / 2 + good->sample.root_dispersion;

	if (!good->at)
		return 0;
	return put_u64(skb, NTS_A_SOURCE_LAST_RX, raw - good->at) ?:
	       put_s64(skb, NTS_A_SOURCE_LAST_OFFSET,
		       nts_fixed_sub(good->sample.offset, ours)) ?:
	       put_s64(skb, NTS_A_SOURCE_LAST_OFFSET_MEASURED, good->offset) ?:
	       put_u64(skb, NTS_A_SOURCE_LAST_ERROR, good->error + root);
}

static int put_any(struct sk_buff *skb, const struct nts_assoc *assoc)
{
	const struct nts_last *last = &assoc->last;
	const struct nts_sample *sample = &last->any.sample;

	if (!last->any.at)
		return 0;
	return put_answer(skb, assoc) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_TESTS, last->tests) ?:
	       put_s64(skb, NTS_A_SOURCE_SAMPLE_OFFSET, last->any.offset) ?:
	       put_u64(skb, NTS_A_SOURCE_PEER_DELAY, sample->delay) ?:
	       put_u64(skb, NTS_A_SOURCE_PEER_DISPERSION, sample->dispersion) ?:
	       put_u64(skb, NTS_A_SOURCE_RESPONSE_TIME, last->response) ?:
	       nla_put_s32(skb, NTS_A_SOURCE_ASYMMETRY, assoc->source.samples.asymmetry) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_INTERLEAVED, last->stamps.interleaved) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_AUTHENTICATED, assoc->source.authenticated) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_TX_STAMP, last->stamps.sent_kind) ?:
	       nla_put_u8(skb, NTS_A_SOURCE_RX_STAMP, last->stamps.received_kind) ?:
	       put_address(skb, &last->local, NTS_A_SOURCE_LOCAL4, NTS_A_SOURCE_LOCAL6);
}

static int put_source(struct sk_buff *skb, const struct nts_assoc *assoc, s64 raw)
{
	return nla_put_u32(skb, NTS_A_SOURCE_ID, assoc->id) ?:
	       nla_put_string(skb, NTS_A_SOURCE_NAME, assoc->name) ?:
	       put_address(skb, &assoc->address, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_SCOPE, assoc->address.scope) ?:
	       nla_put_u16(skb, NTS_A_SOURCE_PORT, assoc->address.port) ?:
	       nla_put_u32(skb, NTS_A_SOURCE_ADDR_REFID, assoc->source.address) ?:
	       put_options(skb, &assoc->source.options) ?:
	       put_poll(skb, assoc, raw) ?:
	       put_select(skb, assoc, raw) ?:
	       put_stats(skb, assoc, raw) ?:
	       put_auth(skb, assoc) ?:
	       put_totals(skb, &assoc->totals) ?:
	       put_good(skb, assoc, raw) ?:
	       put_any(skb, assoc);
}

static int dump_sources(struct nts_client *client, struct sk_buff *skb,
			struct netlink_callback *cb)
{
	s64 raw = ktime_get_raw_ns();
	struct nts_assoc *assoc;
	void *header;

	cb->seq = client->generation;
	/* Ids only grow: what was told already is told by the last of them. */
	list_for_each_entry(assoc, &client->assocs, list) {
		if (assoc->id <= (u32)cb->args[0])
			continue;
		header = nts_netlink_dump(skb, cb, NTS_CMD_SOURCE_GET);
		if (!header)
			break;
		if (put_source(skb, assoc, raw)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = assoc->id;
	}
	return skb->len;
}

int nts_nl_source_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nts_client *client = nts_client_lock(nts_net(sock_net(skb->sk)));
	int len;

	if (!client)
		return -ENOMEM;
	len = dump_sources(client, skb, cb);
	nts_client_unlock(client);
	return len;
}
