// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel module measured of each source. */
#include <stddef.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "nl_internal.h"

struct list {
	struct nl_sample found[CONFIG_MAX_SOURCES];
	unsigned int n;
};

/* Where an attribute goes, which has the size of its place. */
static const struct {
	int attr;
	size_t at;
	size_t size;
} fields[] = {
#define FIELD(name, member) { NTS_A_SOURCE_##name, offsetof(struct nl_sample, member), \
			      sizeof(((struct nl_sample *)0)->member) }
	FIELD(ID, id), FIELD(LAST_RX, last_rx_ns), FIELD(TOTAL_VALID, total_valid),
	FIELD(TESTS, tests), FIELD(POLL, poll), FIELD(REMOTE_POLL, remote_poll),
	FIELD(POLL_SCORE, poll_score), FIELD(SAMPLE_OFFSET, offset_ns),
	FIELD(PEER_DELAY, delay_ns), FIELD(PEER_DISPERSION, dispersion_ns),
	FIELD(ROOT_DELAY, root_delay_ns),
	FIELD(ROOT_DISPERSION, root_dispersion_ns), FIELD(REFID, refid),
	FIELD(LEAP, leap), FIELD(STRATUM, stratum), FIELD(REMOTE_MODE, mode),
	FIELD(INTERLEAVED, interleaved), FIELD(TX_STAMP, tx_stamp),
	FIELD(RX_STAMP, rx_stamp), FIELD(SAMPLES, samples), FIELD(RUNS, runs),
	FIELD(FREQ, freq), FIELD(SKEW, skew), FIELD(EST_OFFSET, est_offset_ns),
	FIELD(EST_OFFSET_SD, est_offset_sd_ns), FIELD(STD_DEV, sd_ns),
	FIELD(ASYMMETRY, asymmetry), FIELD(STATE, state), FIELD(REACH, reach),
	FIELD(EFFECTIVE_FLAGS, effective_flags), FIELD(SCORE, score),
	FIELD(INTERVAL_LOW, low_ns), FIELD(INTERVAL_HIGH, high_ns),
#undef FIELD
};

static void take_sample(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_SOURCE_MAX + 1], *a;
	struct list *list = arg;
	struct nl_sample *s = &list->found[list->n];
	struct address addr;

	if (list->n == CONFIG_MAX_SOURCES || !nl_take_source(gen, attr, &addr))
		return;
	memset(s, 0, sizeof(*s));
	s->addr = addr;
	s->last_rx_ns = UINT64_MAX;
	nla_strlcpy(s->name, attr[NTS_A_SOURCE_NAME], sizeof(s->name));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		a = attr[fields[i].attr];
		if (a && (size_t)nla_len(a) == fields[i].size)
			memcpy((char *)s + fields[i].at, nla_data(a),
			       fields[i].size);
	}
	list->n++;
}

/**
 * nl_get_samples() - ask what was measured last of each source
 * @nl: connected
 * @take: is given each source
 * @arg: for @take
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: 0 or a negative errno.
 */
int nl_get_samples(struct nl *nl, nl_sample_take *take, void *arg, char *err)
{
	static struct list list;
	int ret = nl_dump_sources(nl, take_sample, &list, &list.n, "reading the samples", err);

	for (unsigned int i = 0; !ret && i < list.n; i++)
		take(arg, &list.found[i]);
	return ret;
}
