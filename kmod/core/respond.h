/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turning a request into its answer, in the same buffer. */
#ifndef _NTS_CORE_RESPOND_H
#define _NTS_CORE_RESPOND_H

#include "request.h"

/**
 * struct nts_quality - what answers say about the clock (RFC 5905, figure 31)
 * @leap: leap indicator; NTS_NTP_LEAP_UNSYNC when unsynchronised
 * @stratum: 1 to 15, or NTS_NTP_MAX_STRATUM when unsynchronised
 * @precision: log2 seconds
 * @refid: reference identifier
 * @root_delay: NTP short format
 * @root_dispersion: NTP short format, grown up to now
 * @reftime: NTP timestamp of the last correction
 */
struct nts_quality {
	u8 leap;
	u8 stratum;
	s8 precision;
	u32 refid;
	u32 root_delay;
	u32 root_dispersion;
	u64 reftime;
};

void nts_respond_kiss(struct nts_quality *quality, u32 code);
u32 nts_respond_plain(u8 *packet, const struct nts_request *request,
		      const struct nts_quality *quality, u64 receive);
u32 nts_respond_nak(u8 *packet, const struct nts_request *request);
void nts_respond_timeless(u8 *packet);
void nts_respond_stamp(u8 *packet, u64 transmit);
void nts_respond_interleaved(u8 *packet, const struct nts_request *request, u64 transmit);

#endif /* _NTS_CORE_RESPOND_H */
