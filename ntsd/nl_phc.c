// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsd and the kernel module tell each other of hardware clocks. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl_internal.h"

/* It may change while it is read. */
#define DUMP_TRIES 5

struct list {
	struct nl_phc_use *use;
	unsigned int n;
	unsigned int max;
};

static bool put_s64(struct nl_msg *msg, int attr, int64_t value)
{
	return !nla_put(msg, attr, sizeof(value), &value);
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static void take_use(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_PHC_MAX + 1];
	struct list *list = arg;

	if (gen->cmd != NTS_CMD_PHC_GET || list->n == list->max ||
	    nla_parse(attr, NTS_A_PHC_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_PHC_IFINDEX])
		return;
	list->use[list->n].ifindex = nla_get_u32(attr[NTS_A_PHC_IFINDEX]);
	list->use[list->n].stamps = get_u64(attr[NTS_A_PHC_RX_STAMPS]) +
				    get_u64(attr[NTS_A_PHC_TX_STAMPS]);
	list->n++;
}

/**
 * nl_set_phc() - say how the clock of a network device runs
 * @nl: connected
 * @phc: as measured just now
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_set_phc(struct nl *nl, const struct nl_phc *phc, char *err)
{
	static const uint8_t filters[] = {
		[CONFIG_RXFILTER_BEST] = NTS_PHC_FILTER_NONE,
		[CONFIG_RXFILTER_NONE] = NTS_PHC_FILTER_NONE,
		[CONFIG_RXFILTER_PTP] = NTS_PHC_FILTER_PTP,
		[CONFIG_RXFILTER_NTP] = NTS_PHC_FILTER_NTP,
		[CONFIG_RXFILTER_ALL] = NTS_PHC_FILTER_ALL,
	};
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_PHC_SET);
	bool full = !msg ||
		    nla_put_u32(msg, NTS_A_PHC_IFINDEX, phc->ifindex) ||
		    nla_put_u32(msg, NTS_A_PHC_INDEX, phc->clock) ||
		    nla_put_u8(msg, NTS_A_PHC_FILTER, filters[phc->filter]) ||
		    !put_s64(msg, NTS_A_PHC_PHC, phc->phc_ns) ||
		    !put_s64(msg, NTS_A_PHC_RAW, phc->raw_ns) ||
		    !put_s64(msg, NTS_A_PHC_FREQ,
			     llround(ldexp(phc->freq, NTS_FREQ_SHIFT))) ||
		    nla_put_u64(msg, NTS_A_PHC_ERROR, llround(ceil(phc->error_ns))) ||
		    nla_put_u64(msg, NTS_A_PHC_SKEW,
				llround(ldexp(phc->skew, NTS_FREQ_SHIFT))) ||
		    nla_put_u32(msg, NTS_A_PHC_VALID_MS, phc->valid_ms) ||
		    !put_s64(msg, NTS_A_PHC_RXCOMP, phc->rxcomp_ns) ||
		    !put_s64(msg, NTS_A_PHC_TXCOMP, phc->txcomp_ns);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "setting a hardware clock", err);
}

/**
 * nl_del_phc() - say that the clock of a network device is not known
 * @nl: connected
 * @ifindex: of the device
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_del_phc(struct nl *nl, uint32_t ifindex, char *err)
{
	struct nl_msg *msg = nlconn_begin(nl->conn, NTS_CMD_PHC_DEL);
	bool full = !msg || nla_put_u32(msg, NTS_A_PHC_IFINDEX, ifindex);

	return nlconn_ask(nl->conn, msg, full, NULL, NULL,
			  "ending a hardware clock", err);
}

/**
 * nl_get_phcs() - ask how many stamps were taken
 * @nl: connected
 * @use: filled in
 * @max: room for so many
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: of how many devices, or a negative errno.
 */
int nl_get_phcs(struct nl *nl, struct nl_phc_use *use, unsigned int max,
		char *err)
{
	struct list list = { .use = use, .max = max };
	int ret = -EAGAIN;

	for (int i = 0; i < DUMP_TRIES && ret == -EAGAIN; i++) {
		list.n = 0;
		ret = nlconn_ask(nl->conn,
				 nlconn_begin_dump(nl->conn, NTS_CMD_PHC_GET),
				 false, take_use, &list,
				 "reading the hardware clocks", err);
	}
	return ret ? ret : (int)list.n;
}

/**
 * nl_parse_phc() - read what happened to a hardware clock
 * @gen: the message
 * @event: filled in
 */
void nl_parse_phc(struct genlmsghdr *gen, struct nl_event *event)
{
	struct nlattr *attr[NTS_A_PHC_MAX + 1];

	event->kind = NL_EVENT_PHC;
	if (nla_parse(attr, NTS_A_PHC_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	if (attr[NTS_A_PHC_IFINDEX])
		event->id = nla_get_u32(attr[NTS_A_PHC_IFINDEX]);
	if (attr[NTS_A_PHC_NEWS])
		event->news = nla_get_u8(attr[NTS_A_PHC_NEWS]);
}
