// SPDX-License-Identifier: GPL-2.0-or-later
/* Stamps of packets: hardware before kernel before the clock when we see them. */
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "compat.h"
#include "timestamp.h"

/* Older stamps are none of arrival or departure; ns. */
#define MAX_AGE	NSEC_PER_SEC

/* What the network stack stamped, as raw time; false when that cannot be it. */
static bool software(struct sk_buff *skb, s64 raw, s64 real, s64 *at)
{
	s64 waited = real - ktime_to_ns(skb->tstamp);

	/* Left from the sender's pacing, or from before a step of the system clock. */
	if (waited < 0 || waited > MAX_AGE)
		return false;
	*at = raw - waited;
	return true;
}

/**
 * nts_timestamp_received() - when a packet came in
 * @nn: the network namespace, for its mappings and counters
 * @skb: as received
 * @stamp: filled in
 *
 * The stack's stamp is taken over as an interval back from now, so that it
 * does not matter how the system clock is off.
 *
 * Context: softirq.
 */
void nts_timestamp_received(struct nts_net *nn, struct sk_buff *skb,
			    struct nts_stamp *stamp)
{
	s64 raw, real;

	nts_clock_snapshot(&raw, &real);
	stamp->kind = NTS_STAMP_KIND_KERNEL;
	if (!software(skb, raw, real, &stamp->raw)) {
		stamp->kind = NTS_STAMP_KIND_DAEMON;
		stamp->raw = raw;
	}
	if (skb_hwtstamps(skb)->hwtstamp &&
	    nts_phc_received(nn, skb, stamp->raw, &stamp->raw))
		stamp->kind = NTS_STAMP_KIND_HARDWARE;
}

/**
 * nts_timestamp_sent() - when a packet went out
 * @nn: the network namespace, for its mappings
 * @skb: from the error queue of its socket
 * @earliest: when it was not sent yet, raw ns
 * @stamp: filled in
 *
 * Context: any but NMI.
 *
 * Return: false when @skb tells nothing that can be used.
 */
bool nts_timestamp_sent(struct nts_net *nn, struct sk_buff *skb, s64 earliest,
			struct nts_stamp *stamp)
{
	const struct sock_exterr_skb *err = SKB_EXT_ERR(skb);
	s64 raw, real;

	if (err->ee.ee_origin != SO_EE_ORIGIN_TIMESTAMPING ||
	    err->ee.ee_info != SCM_TSTAMP_SND)
		return false;
	/* Both reports of a packet share its hardware stamp; one has its own beside it. */
	if (!skb->tstamp && skb_hwtstamps(skb)->hwtstamp) {
		stamp->kind = NTS_STAMP_KIND_HARDWARE;
		return nts_phc_sent(nn, err->header.h4.iif,
				    ktime_to_ns(skb_hwtstamps(skb)->hwtstamp), earliest,
				    ktime_get_raw_ns(), &stamp->raw);
	}
	nts_clock_snapshot(&raw, &real);
	stamp->kind = NTS_STAMP_KIND_KERNEL;
	return software(skb, raw, real, &stamp->raw) && stamp->raw >= earliest;
}

/**
 * nts_timestamp_enable() - have stamps of what is sent put in the error queue
 * @sock: a socket of ours
 *
 * Context: process.
 *
 * Return: 0, or what setting the option returned.
 */
int nts_timestamp_enable(struct socket *sock)
{
	int flags = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_SOFTWARE |
		    SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TX_SWHW;

	return sock_setsockopt(sock, SOL_SOCKET, SO_TIMESTAMPING_NEW, KERNEL_SOCKPTR(&flags),
			       sizeof(flags));
}
