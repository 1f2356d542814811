// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock that is kept: raw clock, discipline, and the system clock that follows. */
#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ntsd/driftfile.h"
#include "core/ntptime.h"
#include "core/poll.h"

#define DRIFT_INTERVAL	(3600 * NSEC_PER_SEC)
#define PRECISION_READS	100
#define FINEST		(-25)		/* log2 s; what is claimed of clocks at best */

/* A line of the log. */
void keeper_say(const char *what, const char *of)
{
	struct timespec ts;
	struct tm tm;
	char when[32];

	clock_gettime(CLOCK_REALTIME, &ts);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&ts.tv_sec, &tm));
	fprintf(stderr, "%s %s%s%s\n", when, what, of ? " " : "", of ? of : "");
}

_Noreturn void keeper_die(const char *what, int error)
{
	fprintf(stderr, "ntpsim: %s: %s\n", what, strerror(error));
	exit(1);
}

/* Return: raw time, ns */
s64 keeper_now(const struct keeper *keeper)
{
	return rawclock_now(&keeper->raw);
}

/*
 * The shortest time between two readings that differ, rounded up. In a
 * simulator time may stand still while a program runs.
 */
static s8 measure_precision(const struct keeper *keeper)
{
	s64 shortest = NSEC_PER_SEC, before = keeper_now(keeper), now;
	s8 log2 = FINEST;
	int i;

	for (i = 0; i < PRECISION_READS; i++) {
		now = keeper_now(keeper);
		if (now > before && now - before < shortest)
			shortest = now - before;
		before = now;
	}
	while (shortest < NSEC_PER_SEC && nts_ntptime_log2_to_ns(log2) < shortest)
		log2++;
	return log2;
}

static void read_drift(const struct config *conf, s64 *freq, s64 *skew)
{
	double fast, uncertain;

	*freq = 0;
	*skew = 0;
	if (!conf->driftfile[0] || !driftfile_read(conf->driftfile, &fast, &uncertain))
		return;
	*freq = -options_ppm(fast);
	*skew = options_ppm(uncertain);
}

static void write_drift(const struct keeper *keeper)
{
	const struct nts_discipline *d = &keeper->discipline;
	int error;

	if (!keeper->conf->driftfile[0] || !d->synchronised)
		return;
	error = driftfile_write(keeper->conf->driftfile,
				(double)-nts_fixed_ppt(d->map.freq) * 1e-6,
				(double)nts_fixed_ppt(d->skew) * 1e-6);
	if (error)
		keeper_say("the drift file cannot be written:", strerror(-error));
}

static void adjust_clock(struct keeper *keeper, const struct nts_adjust *adjust)
{
	struct nts_steer_reading after;
	int error;

	if (!adjust->modes)
		return;
	error = rawclock_adjust(&keeper->raw, adjust, &after);
	if (error)
		keeper_die("adjtimex", -error);
	nts_steer_done(&keeper->steer, adjust, 0, &after);
}

static void watch(struct keeper *keeper, struct nts_steer_reading *now)
{
	int error = rawclock_watch(&keeper->raw, now);

	if (error)
		keeper_die("adjtimex", -error);
}

/* The system clock follows. */
static void follow(struct keeper *keeper, const struct nts_steer_reading *now)
{
	struct nts_adjust adjust;
	u32 found;

	if (keeper->hands_off) {
		keeper->steer_next = NTS_POLL_NEVER;
		return;
	}
	found = nts_steer_plan(&keeper->steer, &keeper->discipline, now, &adjust);
	if (found & NTS_STEER_FOREIGN)
		keeper_say("another program adjusts the clock: let it", NULL);
	if (found & NTS_STEER_RESUMED)
		keeper_say("the clock is ours again", NULL);
	if (found & NTS_STEER_STEP)
		keeper_say("the clock is stepped", NULL);
	keeper->steer_next = adjust.next;
	adjust_clock(keeper, &adjust);
}

static void report(const struct keeper *keeper, u32 what)
{
	const int selected = keeper->discipline.select.selected;

	if (what & NTS_DISCIPLINE_SELECTED)
		keeper_say("selected", selected < 0 ? "none" : keeper->conf->source[selected].name);
	if (what & NTS_DISCIPLINE_SYNCHRONISED)
		keeper_say("synchronised", NULL);
	if (what & NTS_DISCIPLINE_LOST)
		keeper_say("no source can be followed", NULL);
	if (what & NTS_DISCIPLINE_FALSETICKER)
		keeper_say("a source disagrees with the majority", NULL);
	if (what & NTS_DISCIPLINE_MAXCHANGE)
		keeper_say("a correction above maxchange is ignored", NULL);
	if (what & NTS_DISCIPLINE_GAVE_UP)
		keeper_say("too many corrections above maxchange: giving up", NULL);
}

/* UTC, frequency of our clock and its skew in ppm, RMS offset, samples. */
static void track(const struct keeper *keeper, s64 raw)
{
	const struct nts_discipline *d = &keeper->discipline;

	if (!keeper->tracking)
		return;
	fprintf(keeper->tracking, "%.3f %.4f %.4f %.9f %u\n",
		(double)keeper_utc(keeper, raw) * 1e-9,
		(double)-nts_fixed_ppt(d->map.freq) * 1e-6, (double)nts_fixed_ppt(d->skew) * 1e-6,
		(double)d->rms_offset * 1e-9, keeper->source[d->select.selected]->samples.n);
	fflush(keeper->tracking);
}

/* There is a new sample of source @which, or something else is new (-1). */
void keeper_update(struct keeper *keeper, int which)
{
	struct nts_steer_reading now;
	u32 what;

	watch(keeper, &now);
	what = nts_discipline_update(&keeper->discipline, keeper->source,
				     keeper->conf->n_sources, which, now.raw);
	report(keeper, what);
	if (what & NTS_DISCIPLINE_UPDATED)
		track(keeper, now.raw);
	follow(keeper, &now);
}

static void say_result(struct keeper *keeper)
{
	const struct nts_discipline *d = &keeper->discipline;
	struct nts_steer_reading now;
	char text[128];

	watch(keeper, &now);
	snprintf(text, sizeof(text), "off by %.9f s, RMS offset %.9f s, %.3f ppm",
		 (double)nts_steer_correction(&keeper->steer, d, now.raw, now.real) * 1e-9,
		 (double)d->rms_offset * 1e-9,
		 (double)nts_fixed_ppt(d->map.freq) * 1e-6);
	keeper_say(text, NULL);
}

/* A slew under way would go on for ever. */
static void let_go(struct keeper *keeper)
{
	struct nts_steer_reading now;
	struct nts_adjust adjust;

	if (keeper->hands_off)
		return;
	watch(keeper, &now);
	nts_steer_stop(&keeper->steer, &keeper->discipline, &now, &adjust);
	adjust_clock(keeper, &adjust);
}

void keeper_start(struct keeper *keeper, const struct config *conf, bool hands_off)
{
	struct nts_discipline_config config;
	struct nts_steer_reading now;
	s64 freq, skew;
	int error;

	keeper->conf = conf;
	keeper->hands_off = hands_off;
	error = rawclock_init(&keeper->raw);
	if (error)
		keeper_die("adjtimex", -error);
	keeper->precision = measure_precision(keeper);
	options_of_discipline(conf, &config);
	read_drift(conf, &freq, &skew);
	watch(keeper, &now);
	nts_discipline_init(&keeper->discipline, &config, now.raw, now.real, freq, skew);
	nts_steer_init(&keeper->steer);
	keeper->steer_next = now.raw;
	keeper->drift_next = now.raw + DRIFT_INTERVAL;
}

void keeper_stop(struct keeper *keeper)
{
	let_go(keeper);
	if (keeper->discipline.synchronised)
		say_result(keeper);
	write_drift(keeper);
}

/* To be called after each wait, so that what others do to the clock is noticed. */
void keeper_do_what_is_due(struct keeper *keeper)
{
	struct nts_steer_reading now;

	watch(keeper, &now);
	if (now.raw >= nts_discipline_next(&keeper->discipline))
		keeper_update(keeper, -1);
	else if (now.raw >= keeper->steer_next)
		follow(keeper, &now);
	if (now.raw >= keeper->drift_next) {
		keeper->drift_next = now.raw + DRIFT_INTERVAL;
		write_drift(keeper);
	}
}

/* Return: when something is due, raw ns */
s64 keeper_next(const struct keeper *keeper)
{
	return nts_fixed_min(nts_fixed_min(keeper->steer_next, keeper->drift_next),
			     nts_discipline_next(&keeper->discipline));
}

/* Return: NTP time, ns since 1970 */
s64 keeper_utc(const struct keeper *keeper, s64 raw)
{
	return nts_clockmap_time(&keeper->discipline.map, raw);
}
