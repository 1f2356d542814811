/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's clocks as an imperfect oscillator and adjtimex(2) make them. */
#ifndef _SIM_SIMCLOCK_H
#define _SIM_SIMCLOCK_H

#include <stdbool.h>
#include <sys/timex.h>

#include "simtime.h"

struct simclock {
	simtime_t raw;	/* counts the oscillator */
	simtime_t mono;	/* raw, at the adjusted rate */
	simtime_t real;	/* mono, with the initial offset and all steps */
	simtime_t midnight;	/* by this clock, when leap seconds happen; 0: never */
	bool leaped;
	double error;		/* of the oscillator's frequency: 1e-6 is 1 ppm fast */
	int status;		/* STA_* */
	long tick;		/* us per 10 ms */
	long freq;		/* 2^-16 ppm */
	long maxerror;		/* us */
	long esterror;		/* us */
	long constant;
	int tai;
};

void simclock_init(struct simclock *clock, double offset, double error);
double simclock_rate(const struct simclock *clock);
void simclock_advance(struct simclock *clock, simtime_t ns);
void simclock_second(struct simclock *clock);
void simclock_step(struct simclock *clock, simtime_t ns);
int simclock_adjust(struct simclock *clock, struct timex *tx, long long epoch);

#endif /* _SIM_SIMCLOCK_H */
