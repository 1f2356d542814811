/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTP time: what the selected sources make of the raw clock. */
#ifndef _NTS_CORE_DISCIPLINE_H
#define _NTS_CORE_DISCIPLINE_H

#include "clockmap.h"
#include "respond.h"
#include "select.h"
#include "smooth.h"

/**
 * struct nts_discipline_config - how the clock is kept
 * @select: how sources are chosen
 * @makestep_threshold: step the system clock when it is off by more, ns
 * @makestep_limit: only in so many updates; 0 = never, negative = always
 * @maxchange: largest correction accepted, ns; 0 = any
 * @maxchange_start: number of updates that may correct more
 * @maxchange_ignore: larger ones ignored before giving up; negative = all
 * @maxupdateskew: no frequency is taken over with more skew, 2^-48
 * @maxslewrate: fastest slew of the system clock, 2^-48
 * @corrtimeratio: how long corrections last, 16.16; chrony's default is 3
 * @leap_mode: enum nts_leapsec_mode
 * @leap_listed: the following is known, what sources announce does not matter
 * @leap: the next leap second: 0 = none known, 1 = inserted, 2 = deleted
 * @leap_at: the midnight after it, UTC ns
 * @rtcsync: tell the kernel that its clock may be copied to the RTC
 * @smooth_freq: frequency that served time may have while corrections are
 *               smoothed, 2^-48; 0 = they are not
 * @smooth_wander: change of that, 2^-48 per second; not 0 when @smooth_freq is not
 * @smooth_leaponly: no correction but leap seconds is smoothed
 */
struct nts_discipline_config {
	struct nts_select_config select;
	s64 makestep_threshold;
	s32 makestep_limit;
	s64 maxchange;
	s32 maxchange_start;
	s32 maxchange_ignore;
	s64 maxupdateskew;
	s64 maxslewrate;
	u32 corrtimeratio;
	u8 leap_mode;
	bool leap_listed;
	u8 leap;
	s64 leap_at;
	bool rtcsync;
	s64 smooth_freq;
	s64 smooth_wander;
	bool smooth_leaponly;
};

/* What nts_discipline_update() did: bits. */
#define NTS_DISCIPLINE_UPDATED		BIT(0)	/* NTP time follows new samples */
#define NTS_DISCIPLINE_SELECTED		BIT(1)	/* another source is followed */
#define NTS_DISCIPLINE_SYNCHRONISED	BIT(2)	/* was not before */
#define NTS_DISCIPLINE_LOST		BIT(3)	/* no source can be followed */
#define NTS_DISCIPLINE_FALSETICKER	BIT(5)	/* a source began to disagree */
#define NTS_DISCIPLINE_FREQUENCY	BIT(6)	/* the frequency was taken over */
#define NTS_DISCIPLINE_MAXCHANGE	BIT(7)	/* a correction was refused */
#define NTS_DISCIPLINE_GAVE_UP		BIT(8)	/* too many were: no more updates */
#define NTS_DISCIPLINE_LEAP		BIT(9)	/* a leap second took place */
#define NTS_DISCIPLINE_LEAP_SET		BIT(10)	/* the leap announcement changed */
#define NTS_DISCIPLINE_AUTH		BIT(11)	/* plain and authenticated changed places */

/**
 * struct nts_discipline - the clock of one network namespace
 * @config: how; may be changed between calls
 * @map: NTP time
 * @select: selection
 * @smooth: what is served is NTP time and this
 * @smoothing: NTP time has become stable enough for that
 * @synchronised: NTP time has been set from a source
 * @gave_up: maxchange was exceeded too often
 * @plain: the source followed last was not authenticated though others are
 * @leap: announced for the end of this day: 1 = a second is inserted, 2 = deleted
 * @look_again: raw time at which selection may have another result; the
 *              largest number for never
 * @leap_at: the midnight at which that happens, UTC ns
 * @leap_done: the midnight of the last one, UTC ns
 * @leap_raw: raw time of that, 0 before there was one
 * @leap_shift: what NTP time jumped by then, ns
 * @shifts: how often NTP time was shifted together with the system clock, by
 *          leap seconds and suspends
 * @falsetickers: at the last selection
 * @stratum: of the selected source
 * @refid: of the selected source
 * @updates: since the start
 * @steps_left: updates that may still step; negative = all
 * @changes_ignored: corrections refused
 * @refused: the last of them, ns
 * @may_step: makestep allows to step the system clock
 * @step: step it in any case; set by the makestep command
 * @skew: bound of the error of the map's frequency, 2^-48
 * @residual: of the last update: frequency estimated minus before, 2^-48
 * @offset_sd: of the map at the last update, ns
 * @root_delay: at the last update, ns
 * @root_dispersion: at the last update, ns
 * @update_raw: raw time of the last update
 * @interval: between the last two, ns
 * @last_offset: correction of NTP time at the last update, ns
 * @rms_offset: its long-term average, ns
 */
struct nts_discipline {
	struct nts_discipline_config config;
	struct nts_clockmap map;
	struct nts_select select;
	struct nts_smooth smooth;
	bool smoothing;
	bool synchronised;
	bool gave_up;
	bool plain;
	bool may_step;
	bool step;
	u8 leap;
	u8 stratum;
	u32 refid;
	u32 updates;
	s32 steps_left;
	s32 changes_ignored;
	s64 refused;
	u32 falsetickers;
	u32 shifts;
	s64 look_again;
	s64 leap_at;
	s64 leap_done;
	s64 leap_raw;
	s64 leap_shift;
	s64 skew;
	s64 residual;
	s64 offset_sd;
	s64 root_delay;
	s64 root_dispersion;
	s64 update_raw;
	s64 interval;
	s64 last_offset;
	s64 rms_offset;
};

/**
 * struct nts_tracking - the tracking report
 * @synchronised: the rest is meaningful
 * @selected: index of the source followed, or -1
 * @refid: reference identifier
 * @stratum: ours
 * @leap: NTS_NTP_LEAP_*
 * @reftime: NTP time of the last update, UTC ns since 1970
 * @last_offset: true time minus NTP time as corrected at the last update, ns
 * @rms_offset: its long-term average, ns
 * @freq: how much faster than the raw clock true time runs, 2^-48; > 0: the
 *        clock, left alone, is slow
 * @residual: of the last update: frequency estimated minus before, 2^-48
 * @skew: bound of the error of @freq, 2^-48
 * @root_delay: ns
 * @root_dispersion: now, ns
 * @interval: between the last two updates, ns
 */
struct nts_tracking {
	bool synchronised;
	int selected;
	u32 refid;
	u8 stratum;
	u8 leap;
	s64 reftime;
	s64 last_offset;
	s64 rms_offset;
	s64 freq;
	s64 residual;
	s64 skew;
	s64 root_delay;
	s64 root_dispersion;
	s64 interval;
};

void nts_discipline_defaults(struct nts_discipline_config *config);
void nts_discipline_init(struct nts_discipline *d, const struct nts_discipline_config *config,
			 s64 raw, s64 time, s64 freq, s64 skew);
void nts_discipline_configure(struct nts_discipline *d,
			      const struct nts_discipline_config *config);
u32 nts_discipline_update(struct nts_discipline *d, struct nts_source *const *sources,
			  u32 n, int which, s64 raw);
void nts_discipline_smooth(struct nts_discipline *d, s64 raw);
u32 nts_discipline_suspend(struct nts_discipline *d, struct nts_source *const *sources,
			   u32 n, s64 raw, s64 gap);
s64 nts_discipline_next(const struct nts_discipline *d);
s64 nts_discipline_dispersion(const struct nts_discipline *d, s64 raw);
void nts_discipline_quality(const struct nts_discipline *d, s64 raw,
			    struct nts_quality *quality);
void nts_discipline_tracking(const struct nts_discipline *d, s64 raw,
			     struct nts_tracking *tracking);

#endif /* _NTS_CORE_DISCIPLINE_H */
