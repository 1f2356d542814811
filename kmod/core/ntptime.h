/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTP's number formats (RFC 5905, section 6). */
#ifndef _NTS_CORE_NTPTIME_H
#define _NTS_CORE_NTPTIME_H

#include "port.h"

/* Seconds from 1900 to 1970. */
#define NTS_NTP_EPOCH_OFFSET	2208988800ULL
/* RFC 5905's PHI, 15 ppm: how fast an uncorrected clock may go astray. */
#define NTS_PHI_PPM		15

u64 nts_ntptime_from_ns(s64 ns);
s64 nts_ntptime_to_ns(u64 ntp);
u32 nts_ntptime_short(u64 ns);
s64 nts_ntptime_short_to_ns(u32 ntp);
s64 nts_ntptime_log2_to_ns(s8 log2);
u64 nts_ntptime_grow(u64 dispersion, s64 age);

#endif /* _NTS_CORE_NTPTIME_H */
