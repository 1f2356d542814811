/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One source of time: its options, what it says of itself, its samples. */
#ifndef _NTS_CORE_SOURCE_H
#define _NTS_CORE_SOURCE_H

#include "cookie.h"
#include "samples.h"
#include "wire.h"

struct nts_discipline;

/* A poll interval no source has: no extra packets. */
#define NTS_SOURCE_NO_PRESEND	25

/* The options selection looks at. */
#define NTS_SOURCE_SELECT_FLAGS	(NTS_SOURCE_FLAG_PREFER | NTS_SOURCE_FLAG_TRUST | \
				 NTS_SOURCE_FLAG_REQUIRE | NTS_SOURCE_FLAG_NOSELECT)

/* X(IDENTIFIER, letter of the selectdata report): why a source is not the one */
#define NTS_SOURCE_STATES(X) \
	X(MISSING, 'M')		/* too few samples */ \
	X(NOSELECT, 'N')	/* by option or authselectmode */ \
	X(UNSYNC, 's')		/* says it is not synchronised */ \
	X(DISTANT, 'd')		/* root distance above maxdistance */ \
	X(JITTERY, '~')		/* deviation above maxjitter */ \
	X(WAITING, 'w')		/* waits for others to get out of M */ \
	X(STALE, 'S')		/* does not answer any more */ \
	X(ORPHAN, 'O')		/* no better than our own clock, which is an orphan */ \
	X(UNTRUSTED, 'T')	/* not fully in agreement with trusted ones */ \
	X(REQUIRING, 'W')	/* waits for required or for more sources */ \
	X(FALSETICKER, 'x')	/* disagrees with the majority */ \
	X(NONPREFERRED, 'P')	/* a preferred one is selectable */ \
	X(OUTLIER, 'D')		/* too far from the best to be combined */ \
	X(COMBINED, '+')	/* is combined with the best */ \
	X(SELECTED, '*')	/* the best */

enum nts_source_state {
#define NTS_SOURCE_STATE_ENUM(id, letter) NTS_SOURCE_STATE_##id,
	NTS_SOURCE_STATES(NTS_SOURCE_STATE_ENUM)
#undef NTS_SOURCE_STATE_ENUM
	NTS_SOURCE_STATE_COUNT
};

/**
 * struct nts_source_options - one server line of the configuration
 * @minpoll: log2 seconds, -6 to 24
 * @maxpoll: log2 seconds, -6 to 24
 * @polltarget: samples to aim for in the register
 * @minsamples: as many are kept whatever they look like; 0 = default
 * @maxsamples: no more are kept; 0 = default
 * @presend: log2 seconds; polls from which an extra packet is sent first
 * @maxdelay: ns; 0 = no limit
 * @maxdelayratio: 16.16; 0 = no limit
 * @maxdelaydevratio: 16.16; 0 = no limit
 * @offset: added to what is measured, ns
 * @flags: enum nts_source_flag
 */
struct nts_source_options {
	s8 minpoll;
	s8 maxpoll;
	u8 polltarget;
	u8 minsamples;
	u8 maxsamples;
	s8 presend;
	s64 maxdelay;
	u32 maxdelayratio;
	u32 maxdelaydevratio;
	s64 offset;
	u32 flags;
};

/**
 * struct nts_source_server - what the last valid answer said of its sender
 * @leap: leap indicator, NTS_NTP_LEAP_*
 * @stratum: 1 to 15 when usable
 * @refid: reference identifier
 * @root_delay: ns
 * @root_dispersion: ns
 */
struct nts_source_server {
	u8 leap;
	u8 stratum;
	u32 refid;
	s64 root_delay;
	s64 root_dispersion;
};

/**
 * struct nts_source - one source of time
 * @options: as configured
 * @authenticated: its answers are (NTS)
 * @online: is polled
 * @flags: NTS_SOURCE_SELECT_FLAGS in effect under authselectmode; by selection
 * @reach: answered polls, newest in bit 0
 * @reach_polls: polls in @reach, up to 8
 * @address: what to say as reference identifier when this source is selected
 * @local: our IPv4 address that it answers to, 0 when it is another
 * @server: what it says of itself
 * @samples: its register
 * @tests: tests the last sample failed, NTS_SAMPLES_TEST_*
 * @error: how far the last sample was from what the ones before let expect, ns
 * @state: enum nts_source_state; by selection
 * @outlier: selections for which it stays out of combining; by selection
 * @score: how much better than the selected one it was, 16.16; by selection
 * @distance: root distance at the last selection, ns
 * @low: lower end of the interval true time minus raw lies in, ns
 * @high: upper end
 */
struct nts_source {
	struct nts_source_options options;
	bool authenticated;
	bool online;
	u32 flags;
	u8 reach;
	u8 reach_polls;
	u32 address;
	u32 local;
	struct nts_source_server server;
	struct nts_samples samples;
	u32 tests;
	s64 error;

	u8 state;
	u32 outlier;
	u64 score;
	s64 distance;
	s64 low;
	s64 high;
};

void nts_source_defaults(struct nts_source_options *options);
void nts_source_init(struct nts_source *source, const struct nts_source_options *options,
		     u32 address);
void nts_source_reset(struct nts_source *source);
void nts_source_polled(struct nts_source *source);
void nts_source_answered(struct nts_source *source, const struct nts_source_server *server);
bool nts_source_sample(struct nts_source *source, const struct nts_discipline *d,
		       const struct nts_sample *sample);
void nts_source_stats(const struct nts_source *source, const struct nts_discipline *d,
		      s64 raw, struct nts_sourcestats *stats);
char nts_source_letter(u8 state);

#endif /* _NTS_CORE_SOURCE_H */
