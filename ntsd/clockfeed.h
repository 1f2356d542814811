/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What answers are to say about the clock. */
#ifndef NTSD_CLOCKFEED_H
#define NTSD_CLOCKFEED_H

#include "config.h"

struct timex;

/**
 * struct clockfeed - as in the NTP header (RFC 5905 section 7.3)
 * @local: the operator vouches for the clock
 * @leap: 0 to 3
 * @stratum: 1 to 15, 16 when unsynchronised
 * @refid: 1st octet in the high bits
 * @root_delay_ns: to the primary source and back
 * @root_dispersion_ns: the error to be expected
 * @reftime_ns: last correction, since 1970 UTC
 * @when: with @local: when that holds
 */
struct clockfeed {
	bool local;
	uint8_t leap;
	uint8_t stratum;
	uint32_t refid;
	uint64_t root_delay_ns;
	uint64_t root_dispersion_ns;
	int64_t reftime_ns;
	struct config_local when;
};

void clockfeed_judge(struct clockfeed *feed, const struct config *conf,
		     const struct timex *tx, int64_t now_ns);
void clockfeed_read(struct clockfeed *feed, const struct config *conf);
bool clockfeed_differs(const struct clockfeed *a, const struct clockfeed *b);

#endif
