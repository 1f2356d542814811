// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsd and the kernel module tell each other of the clock; events. */
#include <math.h>
#include <string.h>
#include <sys/timex.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl_internal.h"

#define NS_PER_S 1e9
/* Frequencies are in units of 2^-48. */
#define PER_PPM (281474976710656.0 / 1e6)

_Static_assert(NTS_FREQ_SHIFT == 48, "PER_PPM fits");

static uint64_t to_ns(double s)
{
	return llround(s * NS_PER_S);
}

static uint64_t to_freq(double ppm)
{
	return llround(ppm * PER_PPM);
}

static bool put_s64(struct nl_msg *msg, int attr, int64_t value)
{
	return !nla_put(msg, attr, sizeof(value), &value);
}

static int64_t get_s64(const struct nlattr *attr)
{
	int64_t value = 0;

	if (attr && nla_len(attr) == sizeof(value))
		memcpy(&value, nla_data(attr), sizeof(value));
	return value;
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static bool put_limits(struct nl_msg *msg, const struct config_discipline *d)
{
	return !nla_put_u64(msg, NTS_A_DISCIPLINE_MAKESTEP_THRESHOLD,
			    to_ns(d->makestep_threshold)) &&
	       !nla_put_s32(msg, NTS_A_DISCIPLINE_MAKESTEP_LIMIT,
			    d->makestep_limit) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXCHANGE_LIMIT,
			    to_ns(d->maxchange_limit)) &&
	       !nla_put_s32(msg, NTS_A_DISCIPLINE_MAXCHANGE_START,
			    d->maxchange_start) &&
	       !nla_put_s32(msg, NTS_A_DISCIPLINE_MAXCHANGE_IGNORE,
			    d->maxchange_ignore) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXUPDATESKEW,
			    to_freq(d->maxupdateskew)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXSLEWRATE,
			    to_freq(d->maxslewrate)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXCLOCKERROR,
			    to_freq(d->maxclockerror)) &&
	       !nla_put_u32(msg, NTS_A_DISCIPLINE_CORRTIMERATIO,
			    lround(d->corrtimeratio * 65536));
}

static bool put_smooth(struct nl_msg *msg, const struct config_discipline *d)
{
	return !nla_put_u64(msg, NTS_A_DISCIPLINE_SMOOTH_FREQ, to_freq(d->smooth_freq)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_SMOOTH_WANDER,
			    to_freq(d->smooth_wander)) &&
	       !nla_put_u8(msg, NTS_A_DISCIPLINE_SMOOTH_LEAPONLY, d->smooth_leaponly);
}

static bool put_selection(struct nl_msg *msg, const struct config_discipline *d)
{
	static const uint8_t auth[] = {
		[CONFIG_AUTH_REQUIRE] = NTS_AUTHSELECT_MODE_REQUIRE,
		[CONFIG_AUTH_PREFER] = NTS_AUTHSELECT_MODE_PREFER,
		[CONFIG_AUTH_MIX] = NTS_AUTHSELECT_MODE_MIX,
		[CONFIG_AUTH_IGNORE] = NTS_AUTHSELECT_MODE_IGNORE,
	};
	static const uint8_t leap[] = {
		[CONFIG_LEAP_SYSTEM] = NTS_LEAPSEC_MODE_SYSTEM,
		[CONFIG_LEAP_STEP] = NTS_LEAPSEC_MODE_STEP,
		[CONFIG_LEAP_SLEW] = NTS_LEAPSEC_MODE_SLEW,
		[CONFIG_LEAP_IGNORE] = NTS_LEAPSEC_MODE_IGNORE,
	};

	return !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXDISTANCE,
			    to_ns(d->maxdistance)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_MAXJITTER,
			    to_ns(d->maxjitter)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_STRATUMWEIGHT,
			    to_ns(d->stratumweight)) &&
	       !nla_put_u64(msg, NTS_A_DISCIPLINE_RESELECTDIST,
			    to_ns(d->reselectdist)) &&
	       !nla_put_u32(msg, NTS_A_DISCIPLINE_COMBINELIMIT,
			    lround(d->combinelimit * 65536)) &&
	       !nla_put_u8(msg, NTS_A_DISCIPLINE_MINSOURCES, d->minsources) &&
	       !nla_put_u8(msg, NTS_A_DISCIPLINE_AUTHSELECTMODE,
			   auth[d->auth]) &&
	       !nla_put_u8(msg, NTS_A_DISCIPLINE_LEAPSECMODE, leap[d->leap]) &&
	       !nla_put_u8(msg, NTS_A_DISCIPLINE_RTCSYNC, d->rtcsync);
}

static void take_reference(struct nlattr **attr, struct nl_tracking *t)
{
	if (attr[NTS_A_TRACKING_ADDR4] &&
	    nla_len(attr[NTS_A_TRACKING_ADDR4]) == 4) {
		t->addr.family = AF_INET;
		memcpy(t->addr.bytes, nla_data(attr[NTS_A_TRACKING_ADDR4]), 4);
	} else if (attr[NTS_A_TRACKING_ADDR6] &&
		   nla_len(attr[NTS_A_TRACKING_ADDR6]) == 16) {
		t->addr.family = AF_INET6;
		memcpy(t->addr.bytes, nla_data(attr[NTS_A_TRACKING_ADDR6]), 16);
	}
	if (attr[NTS_A_TRACKING_REFID])
		t->refid = nla_get_u32(attr[NTS_A_TRACKING_REFID]);
	if (attr[NTS_A_TRACKING_STRATUM])
		t->stratum = nla_get_u8(attr[NTS_A_TRACKING_STRATUM]);
	if (attr[NTS_A_TRACKING_LEAP])
		t->leap = nla_get_u8(attr[NTS_A_TRACKING_LEAP]);
	if (attr[NTS_A_TRACKING_COMBINED])
		t->combined = nla_get_u32(attr[NTS_A_TRACKING_COMBINED]);
	t->last_offset = get_s64(attr[NTS_A_TRACKING_LAST_OFFSET]) / NS_PER_S;
	t->correction = get_s64(attr[NTS_A_TRACKING_CORRECTION]) / NS_PER_S;
	t->root_delay = get_u64(attr[NTS_A_TRACKING_ROOT_DELAY]) / NS_PER_S;
	t->root_dispersion = get_u64(attr[NTS_A_TRACKING_ROOT_DISPERSION]) /
			     NS_PER_S;
	t->offset_sd = get_u64(attr[NTS_A_TRACKING_OFFSET_SD]) / NS_PER_S;
}

static void take_tracking(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_TRACKING_MAX + 1];
	struct nl_tracking *t = arg;
	uint8_t method = NTS_ADJUST_METHOD_NONE;

	if (gen->cmd != NTS_CMD_TRACKING_GET ||
	    nla_parse(attr, NTS_A_TRACKING_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_TRACKING_METHOD])
		method = nla_get_u8(attr[NTS_A_TRACKING_METHOD]);
	t->by_daemon = method == NTS_ADJUST_METHOD_DAEMON;
	t->by_nobody = method == NTS_ADJUST_METHOD_NONE;
	if (attr[NTS_A_TRACKING_METHOD_REASON])
		nla_strlcpy(t->reason, attr[NTS_A_TRACKING_METHOD_REASON],
			    sizeof(t->reason));
	t->synchronised = attr[NTS_A_TRACKING_SYNCHRONISED] &&
			  nla_get_u8(attr[NTS_A_TRACKING_SYNCHRONISED]);
	t->updates = get_u64(attr[NTS_A_TRACKING_UPDATES]);
	t->correction_ns = get_s64(attr[NTS_A_TRACKING_CORRECTION]);
	t->freq_ppm = get_s64(attr[NTS_A_TRACKING_FREQ]) / PER_PPM;
	t->skew_ppm = get_u64(attr[NTS_A_TRACKING_SKEW]) / PER_PPM;
	take_reference(attr, t);
}

static void parse_source(struct genlmsghdr *gen, struct nl_event *event)
{
	struct nlattr *attr[NTS_A_SOURCE_NOTE_MAX + 1];
	const struct nlattr *addr;

	event->kind = NL_EVENT_SOURCE;
	if (nla_parse(attr, NTS_A_SOURCE_NOTE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_SOURCE_NOTE_NEWS])
		event->news = nla_get_u8(attr[NTS_A_SOURCE_NOTE_NEWS]);
	if (attr[NTS_A_SOURCE_NOTE_ID])
		event->id = nla_get_u32(attr[NTS_A_SOURCE_NOTE_ID]);
	if (attr[NTS_A_SOURCE_NOTE_NAME])
		nla_strlcpy(event->name, attr[NTS_A_SOURCE_NOTE_NAME],
			    sizeof(event->name));
	event->offset_ns = get_s64(attr[NTS_A_SOURCE_NOTE_OFFSET]);
	addr = attr[NTS_A_SOURCE_NOTE_ADDR4];
	if (addr && nla_len(addr) == 4) {
		event->addr.family = AF_INET;
		memcpy(event->addr.bytes, nla_data(addr), 4);
	}
	addr = attr[NTS_A_SOURCE_NOTE_ADDR6];
	if (addr && nla_len(addr) == 16) {
		event->addr.family = AF_INET6;
		memcpy(event->addr.bytes, nla_data(addr), 16);
	}
}

static void parse_clock(struct genlmsghdr *gen, struct nl_event *event)
{
	struct nlattr *attr[NTS_A_CLOCK_NOTE_MAX + 1];

	event->kind = NL_EVENT_CLOCK;
	if (nla_parse(attr, NTS_A_CLOCK_NOTE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_CLOCK_NOTE_NEWS])
		event->news = nla_get_u8(attr[NTS_A_CLOCK_NOTE_NEWS]);
	event->offset_ns = get_s64(attr[NTS_A_CLOCK_NOTE_OFFSET]);
	event->duration_ns = get_u64(attr[NTS_A_CLOCK_NOTE_DURATION]);
}

static void parse_adjust(struct genlmsghdr *gen, struct nl_event *event)
{
	struct nlattr *attr[NTS_A_ADJUST_MAX + 1];

	event->kind = NL_EVENT_ADJUST;
	if (nla_parse(attr, NTS_A_ADJUST_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_ADJUST_SEQ])
		event->seq = nla_get_u32(attr[NTS_A_ADJUST_SEQ]);
	if (attr[NTS_A_ADJUST_MODES])
		event->modes = nla_get_u32(attr[NTS_A_ADJUST_MODES]);
	event->step_ns = get_s64(attr[NTS_A_ADJUST_STEP]);
	event->freq = get_s64(attr[NTS_A_ADJUST_FREQ]);
	event->tick = get_s64(attr[NTS_A_ADJUST_TICK]);
	if (attr[NTS_A_ADJUST_STATUS])
		event->status = nla_get_s32(attr[NTS_A_ADJUST_STATUS]);
	event->maxerror = get_s64(attr[NTS_A_ADJUST_MAXERROR]);
	event->esterror = get_s64(attr[NTS_A_ADJUST_ESTERROR]);
}

/**
 * nl_event_parse() - read what the module multicasts
 * @gen: the message
 * @take: is given the event, if it is about sources or clocks
 * @arg: for @take
 */
void nl_event_parse(struct genlmsghdr *gen, nl_event_take *take, void *arg)
{
	struct nl_event event;

	memset(&event, 0, sizeof(event));
	switch (gen->cmd) {
	case NTS_CMD_SOURCE_EVENT:
		parse_source(gen, &event);
		break;
	case NTS_CMD_CLOCK_EVENT:
		parse_clock(gen, &event);
		break;
	case NTS_CMD_ADJUST_EVENT:
		parse_adjust(gen, &event);
		break;
	case NTS_CMD_PHC_EVENT:
		nl_parse_phc(gen, &event);
		break;
	case NTS_CMD_SAMPLE_EVENT:
		parse_source(gen, &event);
		event.kind = NL_EVENT_SAMPLE;
		break;
	default:
		return;
	}
	take(arg, &event);
}

/**
 * nl_set_discipline() - say how the clock is to be disciplined
 * @nl: connected
 * @d: the directives
 * @steer: the system clock, too
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_discipline(struct nl *nl, const struct config_discipline *d,
		      bool steer, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_DISCIPLINE_SET);
	bool full = !msg || nla_put_u8(msg, NTS_A_DISCIPLINE_STEER, steer) ||
		    !put_limits(msg, d) || !put_smooth(msg, d) || !put_selection(msg, d);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "setting the clock's discipline", err);
}

/**
 * nl_set_leap() - say which leap second comes next
 * @nl: connected
 * @kind: 0 none, 1 inserted, 2 left out, 3 unknown: sources are believed
 * @at: the midnight after it, seconds since 1970 UTC
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_leap(struct nl *nl, int kind, int64_t at, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_DISCIPLINE_SET);
	bool full = !msg || nla_put_u8(msg, NTS_A_DISCIPLINE_LEAP, kind) ||
		    !put_s64(msg, NTS_A_DISCIPLINE_LEAP_AT, at * 1000000000);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "setting the next leap second", err);
}

/**
 * nl_set_drift() - say what is known of the system clock from before
 * @nl: connected
 * @freq_ppm: positive when it is slow
 * @skew_ppm: bound of its error
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_drift(struct nl *nl, double freq_ppm, double skew_ppm, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_DISCIPLINE_SET);
	bool full = !msg ||
		    !put_s64(msg, NTS_A_DISCIPLINE_FREQ,
			     llround(freq_ppm * PER_PPM)) ||
		    nla_put_u64(msg, NTS_A_DISCIPLINE_SKEW, to_freq(skew_ppm));

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "setting the clock's frequency", err);
}

/**
 * nl_get_tracking() - ask how the clock does
 * @nl: connected
 * @tracking: filled in
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_get_tracking(struct nl *nl, struct nl_tracking *tracking, char *err)
{
	memset(tracking, 0, sizeof(*tracking));
	return nlconn_ask(nl->conn, nlconn_begin(nl->conn, NTS_CMD_TRACKING_GET),
			  false, take_tracking, tracking, "reading the tracking",
			  err);
}

/**
 * nl_tell_adjust() - report what clock_adjtime(2) said
 * @nl: connected
 * @seq: of the event that asked for it
 * @result: 0 or an errno
 * @tx: what it returned
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_tell_adjust(struct nl *nl, uint32_t seq, int result,
		   const struct timex *tx, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_ADJUST_SET);
	bool full = !msg || nla_put_u32(msg, NTS_A_ADJUST_SEQ, seq) ||
		    nla_put_s32(msg, NTS_A_ADJUST_RESULT, result) ||
		    !put_s64(msg, NTS_A_ADJUST_FREQ, tx->freq) ||
		    !put_s64(msg, NTS_A_ADJUST_TICK, tx->tick) ||
		    nla_put_s32(msg, NTS_A_ADJUST_STATUS, tx->status);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "reporting clock_adjtime(2)", err);
}
