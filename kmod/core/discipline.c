// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NTP time: what the selected sources make of the raw clock.
 *
 * The raw clock is never adjusted, so samples stay what they were, and NTP
 * time is simply the line that fits them best now. It moves at each update by
 * what was learnt; the system clock follows it more smoothly (steer.c).
 */
#include "discipline.h"
#include "ntptime.h"

#define SECOND		1000000000LL
#define DAY		(86400 * SECOND)
/* What is unknown about how long a suspend lasted. */
#define SUSPEND_ERROR	(2 * SECOND)
/* Corrections are smoothed when the frequency is known to that many times its wander. */
#define STABLE		10000
/* 127.127.1.255, as chrony has it: the time is not quite that of the source. */
#define REFID_SMOOTH	0x7f7f01ff

/**
 * nts_discipline_defaults() - chrony's defaults
 * @config: filled in
 */
void nts_discipline_defaults(struct nts_discipline_config *config)
{
	memset(config, 0, sizeof(*config));
	config->select.auth = NTS_AUTHSELECT_MODE_MIX;
	config->select.minsources = 1;
	config->select.maxdistance = 3 * SECOND;
	config->select.maxjitter = SECOND;
	config->select.reselectdist = 100000;
	config->select.stratumweight = 1000000;
	config->select.combinelimit = 3 << 16;
	config->select.maxclockerror = NTS_FREQ_PPM;
	config->maxupdateskew = 1000 * NTS_FREQ_PPM;
	config->maxslewrate = nts_fixed_muldiv(NTS_FREQ_PPM, 1000000, 12);
	config->corrtimeratio = 3 << 16;
}

/**
 * nts_discipline_configure() - change how the clock is kept
 * @d: the clock
 * @config: copied
 */
void nts_discipline_configure(struct nts_discipline *d,
			      const struct nts_discipline_config *config)
{
	if (config->makestep_limit != d->config.makestep_limit)
		d->steps_left = config->makestep_limit;
	if (config->smooth_freq != d->smooth.max_freq ||
	    config->smooth_wander != d->smooth.max_wander) {
		memset(&d->smooth, 0, sizeof(d->smooth));
		d->smooth.max_freq = config->smooth_freq;
		d->smooth.max_wander = config->smooth_wander;
		d->smoothing = false;
	}
	d->config = *config;
}

/**
 * nts_discipline_init() - a clock that is not synchronised
 * @d: filled in
 * @config: copied
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @time: the system clock at the same time, UTC ns since 1970
 * @freq: of an earlier run, 2^-48; 0 if unknown
 * @skew: of @freq; 0 if unknown
 */
void nts_discipline_init(struct nts_discipline *d, const struct nts_discipline_config *config,
			 s64 raw, s64 time, s64 freq, s64 skew)
{
	memset(d, 0, sizeof(*d));
	d->config = *config;
	d->steps_left = config->makestep_limit;
	d->map.raw = raw;
	d->map.time = time;
	d->map.freq = nts_fixed_clamp(freq, -NTS_CLOCKMAP_FREQ_MAX, NTS_CLOCKMAP_FREQ_MAX);
	d->skew = skew > 0 ? skew : NTS_SAMPLES_FREQ_SD;
	d->update_raw = raw;
	d->look_again = NTS_S64_MAX;
	d->stratum = NTS_NTP_MAX_STRATUM;
	nts_select_init(&d->select);
}

/* Long-term average of corrections; the first ones say nothing about those to come. */
static s64 average(const struct nts_discipline *d, s64 change)
{
	struct nts_real square = nts_real_square(nts_real(change));
	struct nts_real average = nts_real_square(nts_real(d->rms_offset));

	if (d->updates < 2)
		return nts_fixed_abs(change);
	average = nts_real_add(nts_real_mul(average, nts_real_ratio(9, 10)),
			       nts_real_mul(square, nts_real_ratio(1, 10)));
	return nts_real_round(nts_real_sqrt(average), 0);
}

/* Take over what the sources say. Returns bits for nts_discipline_update(). */
static u32 follow(struct nts_discipline *d, struct nts_source *const *sources, u32 n, s64 raw)
{
	const struct nts_source *best = sources[d->select.selected];
	const struct nts_sample *newest = nts_samples_newest(&best->samples);
	struct nts_select_estimate estimate;
	u32 events = NTS_DISCIPLINE_UPDATED;
	s64 change, freq = d->map.freq;

	nts_select_combine(&d->select, sources, n, raw, &estimate);
	nts_clockmap_move(&d->map, raw);
	change = nts_fixed_sub(estimate.offset, nts_fixed_sub(d->map.time, raw));
	if (d->config.maxchange && d->updates >= (u32)d->config.maxchange_start &&
	    nts_fixed_abs(change) > d->config.maxchange) {
		d->refused = change;
		if (d->config.maxchange_ignore >= 0 &&
		    d->changes_ignored >= d->config.maxchange_ignore) {
			d->gave_up = true;
			return NTS_DISCIPLINE_GAVE_UP;
		}
		d->changes_ignored++;
		return NTS_DISCIPLINE_MAXCHANGE;
	}
	if (estimate.skew <= d->config.maxupdateskew) {
		freq = nts_fixed_clamp(estimate.freq, -NTS_CLOCKMAP_FREQ_MAX,
				       NTS_CLOCKMAP_FREQ_MAX);
		d->residual = freq - d->map.freq;
		d->skew = estimate.skew;
		events |= NTS_DISCIPLINE_FREQUENCY;
	}
	d->map.time = nts_fixed_add(raw, estimate.offset);
	d->map.freq = freq;
	d->offset_sd = estimate.offset_sd;
	d->stratum = best->server.stratum;
	d->refid = best->address;
	d->root_delay = nts_fixed_add(newest->root_delay, best->samples.min_delay);
	d->root_dispersion = nts_fixed_add(nts_fixed_add(newest->root_dispersion,
							 newest->dispersion),
					   nts_fixed_muldiv(estimate.offset_sd, 3, 1));
	if (!d->synchronised)
		events |= NTS_DISCIPLINE_SYNCHRONISED;
	else
		d->interval = nts_fixed_sub(raw, d->update_raw);
	d->last_offset = change;
	d->rms_offset = average(d, change);
	d->update_raw = raw;
	d->synchronised = true;
	d->updates += d->updates < ~0U;
	d->may_step = d->steps_left != 0;
	if (d->steps_left > 0)
		d->steps_left--;
	return events;
}

/* Is this day the first of January or July? Leap seconds precede those. */
static bool may_begin_with_leap(s64 day)
{
	/* Days since 1970 to the day of a year that begins on the first of March. */
	s64 of_era = (day + 719468) % 146097;
	s64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	s64 of_year = of_era - (365 * year + year / 4 - year / 100);

	return of_year == 306 || of_year == 122;
}

/* See what the list, or else the sources announce for the end of this day. */
static u32 announce(struct nts_discipline *d, s64 raw)
{
	s64 now = nts_clockmap_time(&d->map, raw);
	s64 midnight = (now / DAY + 1) * DAY;
	u8 before = d->leap;

	d->leap = d->select.leap;
	if (d->config.leap_listed)
		d->leap = d->config.leap_at == midnight ? d->config.leap : 0;
	if (now < 0 || d->config.leap_mode == NTS_LEAPSEC_MODE_IGNORE)
		d->leap = 0;
	if (d->leap) {
		d->leap_at = midnight;
		/* The second before a midnight that is past already comes twice. */
		if (!may_begin_with_leap(d->leap_at / DAY) || d->leap_at <= d->leap_done)
			d->leap = 0;
	}
	return d->leap != before ? NTS_DISCIPLINE_LEAP_SET : 0;
}

/* UTC at which NTP time jumps: after 23:59:60 by -1 s, after 23:59:58 by 1 s. */
static s64 leap_time(const struct nts_discipline *d)
{
	return d->leap_at - (d->leap == 2 ? SECOND : 0);
}

/* The leap second, when its time has come. */
static u32 make_leap(struct nts_discipline *d, struct nts_source *const *sources, u32 n, s64 raw)
{
	s64 shift = d->leap == 2 ? SECOND : -SECOND;
	u32 i;

	if (!d->leap || nts_clockmap_time(&d->map, raw) < leap_time(d))
		return 0;
	d->leap_raw = nts_clockmap_raw(&d->map, leap_time(d));
	d->leap_shift = shift;
	d->map.time = nts_fixed_add(d->map.time, shift);
	for (i = 0; i < n; i++)
		nts_samples_shift(&sources[i]->samples, shift);
	d->leap_done = d->leap_at;
	d->leap = 0;
	d->step |= d->config.leap_mode == NTS_LEAPSEC_MODE_STEP;
	d->shifts += d->config.leap_mode == NTS_LEAPSEC_MODE_SYSTEM;
	return NTS_DISCIPLINE_LEAP;
}

/**
 * nts_discipline_smooth() - smooth what is corrected from now on
 * @d: the clock, of which corrections are to be smoothed (directive smoothtime)
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * What was still to be given away is so at once.
 *
 * Context: any but the path of answers.
 */
void nts_discipline_smooth(struct nts_discipline *d, s64 raw)
{
	nts_smooth_reset(&d->smooth, raw);
	d->smoothing = true;
}

/* What was corrected is served smoothly, once what is corrected is no longer the start. */
static void smooth(struct nts_discipline *d, const struct nts_clockmap *before, u32 events,
		   s64 raw)
{
	bool leaponly = d->config.smooth_leaponly;
	s64 shift, freq;

	if (!d->smooth.max_freq || !d->synchronised)
		return;
	if (!d->smoothing) {
		if (leaponly || d->skew / STABLE < d->smooth.max_wander)
			nts_discipline_smooth(d, raw);
		return;
	}
	if (leaponly) {
		shift = events & NTS_DISCIPLINE_LEAP ? d->leap_shift : 0;
		freq = 0;
	} else {
		shift = nts_fixed_sub(nts_clockmap_time(&d->map, raw),
				      nts_clockmap_time(before, raw));
		freq = d->map.freq - before->freq;
	}
	if (shift || freq)
		nts_smooth_shift(&d->smooth, raw, shift, freq);
}

static u32 update(struct nts_discipline *d, struct nts_source *const *sources, u32 n,
		  int which, s64 raw)
{
	u32 events = make_leap(d, sources, n, raw);
	int before = d->select.selected;
	bool plain = d->plain;
	int selected;

	selected = nts_select(&d->select, sources, n, &d->config.select, which, raw);
	if (d->select.falsetickers > d->falsetickers)
		events |= NTS_DISCIPLINE_FALSETICKER;
	d->falsetickers = d->select.falsetickers;
	/* Plain sources get their turn when authenticated ones had theirs. */
	d->look_again = NTS_S64_MAX;
	if (selected < 0 && d->select.plain_since != NTS_S64_MIN &&
	    nts_fixed_sub(raw, d->select.plain_since) < NTS_SELECT_PATIENCE)
		d->look_again = nts_fixed_add(d->select.plain_since, NTS_SELECT_PATIENCE);
	if (selected < 0)
		return events | (before >= 0 ? NTS_DISCIPLINE_LOST : 0);
	if (selected != before)
		events |= NTS_DISCIPLINE_SELECTED;
	/* Where all are equal, nobody falls back. */
	d->plain = d->config.select.auth != NTS_AUTHSELECT_MODE_IGNORE &&
		   !sources[selected]->authenticated && nts_select_authenticated(sources, n);
	if (d->plain != plain)
		events |= NTS_DISCIPLINE_AUTH;
	if (d->gave_up || (which != selected && selected == before))
		return events;
	events |= follow(d, sources, n, raw);
	return events | announce(d, raw);
}

/**
 * nts_discipline_update() - a source got a sample, or something else changed
 * @d: the clock
 * @sources: all there are
 * @n: how many
 * @which: the index of the one that just got a sample; -1 to look again at all
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: what happened, NTS_DISCIPLINE_*.
 */
u32 nts_discipline_update(struct nts_discipline *d, struct nts_source *const *sources,
			  u32 n, int which, s64 raw)
{
	struct nts_clockmap before = d->map;
	u32 events = update(d, sources, n, which, raw);

	smooth(d, &before, events, raw);
	return events;
}

/**
 * nts_discipline_suspend() - the raw clock stood still for a while
 * @d: the clock
 * @sources: all there are
 * @n: how many
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @gap: how long it did, ns
 *
 * Samples from before do not fit those to come. NTP time goes on where it
 * should be now, but not better than the system's idea of @gap allows.
 *
 * Return: what happened, NTS_DISCIPLINE_*.
 */
u32 nts_discipline_suspend(struct nts_discipline *d, struct nts_source *const *sources,
			   u32 n, s64 raw, s64 gap)
{
	u32 i, lost = d->synchronised ? NTS_DISCIPLINE_LOST : 0;

	nts_clockmap_move(&d->map, raw);
	d->map.time = nts_fixed_add(d->map.time, gap);
	d->root_dispersion = nts_fixed_add(nts_discipline_dispersion(d, raw), SUSPEND_ERROR);
	d->update_raw = raw;
	d->synchronised = false;
	d->shifts++;
	for (i = 0; i < n; i++)
		nts_source_reset(sources[i]);
	nts_select_init(&d->select);
	return lost;
}

/**
 * nts_discipline_next() - when to call nts_discipline_update() in any case
 * @d: the clock
 *
 * Return: CLOCK_MONOTONIC_RAW, ns; the largest number for never.
 */
s64 nts_discipline_next(const struct nts_discipline *d)
{
	s64 leap = d->leap ? nts_clockmap_raw(&d->map, leap_time(d)) : NTS_S64_MAX;

	return nts_fixed_min(leap, d->look_again);
}

/**
 * nts_discipline_dispersion() - how wrong NTP time may have become
 * @d: the clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: root dispersion, ns.
 */
s64 nts_discipline_dispersion(const struct nts_discipline *d, s64 raw)
{
	s64 age = nts_fixed_max(0, nts_fixed_sub(raw, d->update_raw));
	s64 rate = nts_fixed_add(nts_fixed_add(d->skew, nts_fixed_abs(d->residual)),
				 d->config.select.maxclockerror);

	return nts_fixed_add(d->root_dispersion, nts_fixed_scale(age, rate));
}

/**
 * nts_discipline_quality() - what answers say about the clock
 * @d: the clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @quality: filled in, except for the precision
 */
void nts_discipline_quality(const struct nts_discipline *d, s64 raw,
			    struct nts_quality *quality)
{
	quality->leap = d->synchronised ? d->leap : NTS_NTP_LEAP_UNSYNC;
	quality->stratum = NTS_NTP_MAX_STRATUM;
	quality->refid = 0;
	quality->root_delay = 0;
	quality->root_dispersion = 0;
	quality->reftime = 0;
	if (!d->synchronised)
		return;
	/* One more than the source's; 15 is the last that means anything. */
	quality->stratum = (u8)nts_fixed_min(d->stratum + 1, NTS_NTP_MAX_STRATUM);
	quality->refid = d->refid;
	quality->root_delay = nts_ntptime_short((u64)nts_fixed_max(0, d->root_delay));
	quality->root_dispersion = nts_ntptime_short((u64)nts_discipline_dispersion(d, raw));
	quality->reftime = nts_ntptime_from_ns(nts_clockmap_time(&d->map, d->update_raw));
	if (!d->smooth.max_freq)
		return;
	/* Whoever is slewed over the leap second shall not make it as well. */
	if (d->config.leap_mode == NTS_LEAPSEC_MODE_SLEW)
		quality->leap = 0;
	if (nts_smooth_left(&d->smooth, raw))
		quality->refid = REFID_SMOOTH;
}

/**
 * nts_discipline_tracking() - for the tracking report
 * @d: the clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @tracking: filled in
 */
void nts_discipline_tracking(const struct nts_discipline *d, s64 raw,
			     struct nts_tracking *tracking)
{
	memset(tracking, 0, sizeof(*tracking));
	tracking->synchronised = d->synchronised;
	tracking->selected = d->select.selected;
	tracking->refid = d->synchronised ? d->refid : 0;
	tracking->stratum = d->synchronised ? (u8)(d->stratum + 1) : 0;
	tracking->leap = d->synchronised ? d->leap : NTS_NTP_LEAP_UNSYNC;
	tracking->reftime = d->updates ? nts_clockmap_time(&d->map, d->update_raw) : 0;
	tracking->last_offset = d->last_offset;
	tracking->rms_offset = d->rms_offset;
	tracking->freq = d->map.freq;
	tracking->residual = d->residual;
	tracking->skew = d->skew;
	tracking->root_delay = d->root_delay;
	tracking->root_dispersion = d->updates ? nts_discipline_dispersion(d, raw) : 0;
	tracking->interval = d->interval;
}
