/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system clock follows NTP time. */
#ifndef _NTS_CORE_STEER_H
#define _NTS_CORE_STEER_H

#include "discipline.h"

/* As ADJ_* and STA_* of adjtimex(2). */
#define NTS_ADJUST_FREQUENCY	0x0002
#define NTS_ADJUST_MAXERROR	0x0004
#define NTS_ADJUST_ESTERROR	0x0008
#define NTS_ADJUST_STATUS	0x0010
#define NTS_ADJUST_SETOFFSET	0x0100
#define NTS_ADJUST_NANO		0x2000
#define NTS_ADJUST_TICK		0x4000
#define NTS_ADJUST_STA_PLL	0x0001
#define NTS_ADJUST_STA_PPSFREQ	0x0002
#define NTS_ADJUST_STA_PPSTIME	0x0004
#define NTS_ADJUST_STA_FLL	0x0008
#define NTS_ADJUST_STA_INS	0x0010
#define NTS_ADJUST_STA_DEL	0x0020
#define NTS_ADJUST_STA_UNSYNC	0x0040

/**
 * struct nts_steer_reading - the system clock as it is
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @real: CLOCK_REALTIME at the same time, ns
 * @known: the rest was read from the kernel, by adjtimex() with modes 0
 * @freq: 2^-16 ppm
 * @tick: us
 * @status: STA_*
 */
struct nts_steer_reading {
	s64 raw;
	s64 real;
	bool known;
	s64 freq;
	s64 tick;
	int status;
};

/**
 * struct nts_adjust - the call of adjtimex() to make
 * @modes: NTS_ADJUST_*; 0 = make no call
 * @freq: 2^-16 ppm
 * @tick: us
 * @status: STA_*
 * @offset: for NTS_ADJUST_SETOFFSET, ns; may be negative
 * @maxerror: us
 * @esterror: us
 * @next: raw time at which to plan again, ns
 */
struct nts_adjust {
	u32 modes;
	s64 freq;
	s64 tick;
	int status;
	s64 offset;
	s64 maxerror;
	s64 esterror;
	s64 next;
};

/* What nts_steer_plan() found: bits. */
#define NTS_STEER_FOREIGN	BIT(0)	/* another program steers the clock */
#define NTS_STEER_RESUMED	BIT(1)	/* and has left it alone again */
#define NTS_STEER_STEP		BIT(2)	/* the plan is a step */

/**
 * struct nts_steer - steering of one system clock
 * @active: a call has been made and is in force
 * @seen: @raw and @real are from an earlier look at the clock
 * @freq: in force, 2^-16 ppm
 * @tick: in force, us
 * @status: in force, STA_*
 * @rate: in force: gain of system time on the raw clock, 2^-48
 * @raw: when the clock was looked at last
 * @real: system time then, after any step
 * @correction: true time minus system time at the last plan, ns
 * @slew_end: raw time at which the slew in force ends; 0 = none
 * @due: raw time at which the next plan was asked for; 0 = none
 * @late: how late plans are made, a slow maximum, ns
 * @update: number of the discipline's update that was planned for last
 * @shifts: of the discipline at the last plan
 * @held: another program steers the clock: nothing is done
 * @foreign_until: raw time until which that lasts
 * @hold: how long it lasts after each foreign act, ns
 * @foreign_count: foreign acts
 */
struct nts_steer {
	bool active;
	bool seen;
	bool held;
	s64 freq;
	s64 tick;
	int status;
	s64 rate;
	s64 raw;
	s64 real;
	s64 correction;
	s64 slew_end;
	s64 due;
	s64 late;
	u32 update;
	u32 shifts;
	s64 foreign_until;
	s64 hold;
	u64 foreign_count;
};

void nts_steer_init(struct nts_steer *s);
u32 nts_steer_plan(struct nts_steer *s, struct nts_discipline *d,
		   const struct nts_steer_reading *now, struct nts_adjust *adjust);
void nts_steer_stop(struct nts_steer *s, const struct nts_discipline *d,
		    const struct nts_steer_reading *now, struct nts_adjust *adjust);
void nts_steer_done(struct nts_steer *s, const struct nts_adjust *made, int error,
		    const struct nts_steer_reading *after);
s64 nts_steer_correction(const struct nts_steer *s, const struct nts_discipline *d,
			 s64 raw, s64 real);

#endif /* _NTS_CORE_STEER_H */
