/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a source is asked: poll interval, bursts, back-off. */
#ifndef _NTS_CORE_POLL_H
#define _NTS_CORE_POLL_H

#include "source.h"

#define NTS_POLL_NEVER		NTS_S64_MAX
/* presend: never. */
#define NTS_POLL_NO_PRESEND	25

/* What iburst asks for. */
#define NTS_POLL_IBURST_GOOD	4
#define NTS_POLL_IBURST_MAX	8

/**
 * struct nts_poll - the schedule of one association
 * @poll: current interval, log2 seconds
 * @score: when it leaves 0 to 1 the interval changes; 16.16
 * @next: when to send next, raw ns; NTS_POLL_NEVER when not polled
 * @good_left: good answers a burst still wants; 0 outside bursts
 * @max_left: requests it may still send
 * @waiting: the last request has no answer yet
 * @ahead: @next is the packet before the request, sent only to wake up the path
 */
struct nts_poll {
	s8 poll;
	s32 score;
	s64 next;
	u8 good_left;
	u8 max_left;
	bool waiting;
	bool ahead;
};

void nts_poll_start(struct nts_poll *poll, const struct nts_source_options *options,
		    s64 raw);
void nts_poll_stop(struct nts_poll *poll);
void nts_poll_limits(struct nts_poll *poll, const struct nts_source_options *options);
void nts_poll_burst(struct nts_poll *poll, u8 good, u8 max, s64 raw);
bool nts_poll_counts(const struct nts_poll *poll);
void nts_poll_sent(struct nts_poll *poll, struct nts_source *source, bool selected,
		   s64 raw, u32 random);
void nts_poll_skipped(struct nts_poll *poll, struct nts_source *source, s64 raw,
		      u32 random);
void nts_poll_answered(struct nts_poll *poll, const struct nts_source *source,
		       bool good, s64 distance, s64 raw);
void nts_poll_rate(struct nts_poll *poll, const struct nts_source_options *options,
		   s64 raw);

#endif /* _NTS_CORE_POLL_H */
