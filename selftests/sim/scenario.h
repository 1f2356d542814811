/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a simulation is to be: words of the environment variable CLOCKSIM. */
#ifndef _SIM_SCENARIO_H
#define _SIM_SCENARIO_H

#include <netinet/in.h>
#include <stdint.h>

#define SCENARIO_SERVERS	8

/* Of the jitter, mean 1. */
enum scenario_shape {
	SHAPE_EXPONENTIAL,
	SHAPE_GAMMA,		/* four exponential queues in a row */
	SHAPE_NORMAL,		/* its positive half */
	SHAPE_UNIFORM,
	SHAPE_PARETO,		/* a heavy tail: the variance is infinite */
};

/* Times in seconds, frequencies as ratios. */
struct scenario_server {
	struct in_addr address;
	double offset;		/* of its clock */
	double step, step_at;	/* its clock jumps */
	double silent_from, silent_to;
	int stratum;
	int leap;		/* announced, though there is none */
	double late;		/* from its transmit timestamp to the wire, mean */
};

struct scenario {
	uint64_t seed;
	double duration;
	double from;		/* start of the statistics, usually after a fifth of that */
	double sync_from;	/* the time to synchronise counts from here */
	double limit;		/* and ends when the offset stays below this */
	double offset, freq;	/* of our clock, at first */
	double wander;		/* random walk of its frequency, per second */
	double freq_jump, freq_jump_at;
	double step, step_at;	/* another program steps it */
	double rate, rate_at;	/* another program makes it faster */
	double swing, swing_period;	/* a sine in its frequency: temperature */
	double delay;		/* each way */
	double jitter;		/* each way, mean */
	double jitter_back;	/* if it differs on the way back, else < 0 */
	enum scenario_shape shape;
	double loss;		/* probability, each way */
	double burst_interval, burst_length, burst_jitter; /* congestion, on the way there */
	double leap, leap_at;	/* s inserted into UTC */
	double reading;		/* how long it takes to read a clock */
	double strict;		/* 1: like simulators that know the bare necessities */
	double probe;		/* how often the process is asked for its time, 0: never;
				 * judged from the earlier of from and sync_from on
				 */
	const char *log;	/* a line per second */
	int servers;
	struct scenario_server server[SCENARIO_SERVERS];
};

/* Ends the process when @words do not parse. */
void scenario_parse(struct scenario *scenario, const char *words);

#endif /* _SIM_SCENARIO_H */
