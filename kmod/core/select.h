/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sources tell the true time, and which of them is followed. */
#ifndef _NTS_CORE_SELECT_H
#define _NTS_CORE_SELECT_H

#include "source.h"

/* As many sources take part in selection; more are left out. */
#define NTS_SELECT_MAX 64

/**
 * struct nts_select_config - how to choose
 * @auth: enum nts_authselect_mode
 * @minsources: as many must agree
 * @orphan: sources of this stratum and more are no better than our own clock; 0 = all are
 * @maxdistance: largest root distance, ns
 * @maxjitter: largest deviation, ns
 * @reselectdist: what another source must be better by, ns
 * @stratumweight: what a stratum counts, ns
 * @combinelimit: how much farther sources may be that are combined, 16.16
 * @maxclockerror: how fast an uncorrected clock goes astray, 2^-48
 */
struct nts_select_config {
	u8 auth;
	u8 minsources;
	u8 orphan;
	s64 maxdistance;
	s64 maxjitter;
	s64 reselectdist;
	s64 stratumweight;
	u32 combinelimit;
	s64 maxclockerror;
};

/* So long plain sources wait for authenticated ones, at the start and later. */
#define NTS_SELECT_PATIENCE 8000000000LL

/* One end of a source's interval. */
struct nts_select_end {
	s64 offset;
	u8 source;
	u8 high;
};

/**
 * struct nts_select - what selection remembers, and its scratch
 * @selected: the index followed, or -1
 * @leap: result: what the sources vote for, NTS_NTP_LEAP_*
 * @plain_since: raw time from which no authenticated source was selectable, ns;
 *               the smallest number while one is
 * @falsetickers: result: how many sources disagree with the majority
 * @combined: result: how many are combined, the selected one included
 * @end: scratch
 */
struct nts_select {
	int selected;
	u8 leap;
	s64 plain_since;
	u32 falsetickers;
	u32 combined;
	struct nts_select_end end[2 * NTS_SELECT_MAX];
};

/**
 * struct nts_select_estimate - what the combined sources say
 * @offset: true time minus raw at the time asked for, ns
 * @offset_sd: ns
 * @freq: against the raw clock, 2^-48
 * @freq_sd: 2^-48
 * @skew: 2^-48
 */
struct nts_select_estimate {
	s64 offset;
	s64 offset_sd;
	s64 freq;
	s64 freq_sd;
	s64 skew;
};

void nts_select_init(struct nts_select *select);
int nts_select(struct nts_select *select, struct nts_source *const *sources, u32 n,
	       const struct nts_select_config *config, int which, s64 raw);
bool nts_select_authenticated(struct nts_source *const *sources, u32 n);
void nts_select_combine(const struct nts_select *select,
			struct nts_source *const *sources, u32 n, s64 raw,
			struct nts_select_estimate *estimate);

#endif /* _NTS_CORE_SELECT_H */
