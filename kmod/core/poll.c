// SPDX-License-Identifier: GPL-2.0-or-later
/* When a source is asked: poll interval, bursts, back-off. */
#include "ntptime.h"
#include "poll.h"
#include "real.h"

/* Wait before the first request, between those of a burst, and after presend. */
#define FIRST_DELAY	(NSEC_PER_SEC / 5)
#define BURST_INTERVAL	(2 * NSEC_PER_SEC)
#define PRESEND_AHEAD	(2 * NSEC_PER_SEC)

/* Intervals below 1 s are for servers close by, and answering. */
#define NEAR_DELAY	(10 * 1000 * 1000)

/* 16.16: one step of the interval, and what an unanswered poll adds to it. */
#define SCORE_STEP		0x10000
#define SCORE_UNANSWERED	(SCORE_STEP / 4)
#define SCORE_UNANSWERED_BEST	(SCORE_STEP / 10)
/* A wild prediction may not wind the score up. */
#define SCORE_MAX		(32 * SCORE_STEP)

/* The option burst: as many requests at most. */
#define BURST_MAX	4

/* Intervals to keep quiet after a server asked for it. */
#define RATE_INTERVALS	4

static s64 interval_of(const struct nts_poll *poll, const struct nts_source *source)
{
	s64 interval = nts_ntptime_log2_to_ns(poll->poll);

	if (poll->good_left) {
		interval /= 4;
		return interval < BURST_INTERVAL ? interval : BURST_INTERVAL;
	}
	if (poll->poll < 0 &&
	    (!source->reach || source->samples.min_delay > NEAR_DELAY))
		return NSEC_PER_SEC;
	return interval;
}

/* Sets the time of the next request, counted from @raw, within 1/64. */
static void set_next(struct nts_poll *poll, const struct nts_source *source,
		     s64 raw, u32 random)
{
	s64 interval = interval_of(poll, source), share = interval / 64;

	poll->next = raw + interval;
	if (poll->good_left)
		return;
	poll->next += share * ((s64)(random & 0xffff) - 0x8000) / 0x8000;
	if (poll->poll >= source->options.presend) {
		poll->ahead = true;
		poll->next -= PRESEND_AHEAD;
	}
}

/* Keeps interval and score within their bounds. */
static void change_score(struct nts_poll *poll, const struct nts_source_options *options,
			 s64 change)
{
	s64 score = poll->score + nts_fixed_clamp(change, -SCORE_MAX, SCORE_MAX);

	for (; score >= SCORE_STEP; score -= SCORE_STEP)
		poll->poll++;
	for (; score < 0; score += SCORE_STEP)
		poll->poll--;
	poll->score = (s32)score;
	nts_poll_limits(poll, options);
}

/**
 * nts_poll_start() - begin to ask a source
 * @poll: its schedule
 * @options: of the source; NTS_SOURCE_FLAG_IBURST begins with a burst
 * @raw: now, ns
 */
void nts_poll_start(struct nts_poll *poll, const struct nts_source_options *options,
		    s64 raw)
{
	memset(poll, 0, sizeof(*poll));
	poll->poll = options->minpoll;
	poll->next = raw + FIRST_DELAY;
	if (options->flags & NTS_SOURCE_FLAG_IBURST)
		nts_poll_burst(poll, NTS_POLL_IBURST_GOOD, NTS_POLL_IBURST_MAX, raw);
}

/**
 * nts_poll_stop() - ask no more
 * @poll: the schedule
 */
void nts_poll_stop(struct nts_poll *poll)
{
	poll->next = NTS_POLL_NEVER;
	poll->good_left = 0;
	poll->max_left = 0;
	poll->waiting = false;
	poll->ahead = false;
}

/**
 * nts_poll_limits() - keep the interval within minpoll and maxpoll
 * @poll: the schedule
 * @options: of the source
 */
void nts_poll_limits(struct nts_poll *poll, const struct nts_source_options *options)
{
	if (poll->poll < options->minpoll) {
		poll->poll = options->minpoll;
		poll->score = 0;
	} else if (poll->poll > options->maxpoll) {
		poll->poll = options->maxpoll;
		poll->score = SCORE_STEP - 1;
	}
}

/**
 * nts_poll_burst() - ask several times in a row
 * @poll: the schedule
 * @good: answers to be used that end it
 * @max: requests that end it
 * @raw: now, ns
 */
void nts_poll_burst(struct nts_poll *poll, u8 good, u8 max, s64 raw)
{
	poll->good_left = good;
	poll->max_left = max;
	poll->ahead = false;
	poll->next = nts_fixed_min(poll->next, raw + FIRST_DELAY);
}

/**
 * nts_poll_counts() - tell whether the next packet asks for the time
 * @poll: the schedule
 *
 * Return: false when it is sent ahead (option presend): its answer is of no
 * use, but finds caches and links awake for the one that follows.
 */
bool nts_poll_counts(const struct nts_poll *poll)
{
	return !poll->ahead;
}

/**
 * nts_poll_sent() - note that the packet that was due was sent
 * @poll: the schedule
 * @source: what it asks; its reach is updated
 * @selected: it is the one the clock follows, or combined with it
 * @raw: now, ns
 * @random: 32 random bits, so that clients do not fall into step
 */
void nts_poll_sent(struct nts_poll *poll, struct nts_source *source, bool selected,
		   s64 raw, u32 random)
{
	if (poll->ahead) {
		poll->ahead = false;
		poll->next = raw + PRESEND_AHEAD;
		return;
	}
	nts_source_polled(source);
	if (poll->waiting && !poll->good_left)
		change_score(poll, &source->options,
			     selected ? SCORE_UNANSWERED_BEST : SCORE_UNANSWERED);
	poll->waiting = true;
	if (poll->good_left && !--poll->max_left)
		poll->good_left = 0;
	set_next(poll, source, raw, random);
}

/**
 * nts_poll_skipped() - note that the request that was due could not be made
 * @poll: the schedule
 * @source: what it would have asked: it counts as not answered
 * @raw: now, ns
 * @random: 32 random bits
 */
void nts_poll_skipped(struct nts_poll *poll, struct nts_source *source, s64 raw,
		      u32 random)
{
	poll->ahead = false;
	nts_source_polled(source);
	set_next(poll, source, raw, random);
}

/**
 * nts_poll_answered() - adapt the interval to what an answer showed
 * @poll: the schedule
 * @source: has seen the sample, and set its @error
 * @good: it was used as a sample
 * @distance: how far it could be by its delay and dispersion, ns
 * @raw: now, ns
 *
 * The interval grows while the samples kept outnumber polltarget, and shrinks
 * when one misses its prediction by more than measuring explains.
 */
void nts_poll_answered(struct nts_poll *poll, const struct nts_source *source,
		       bool good, s64 distance, s64 raw)
{
	const struct nts_source_options *options = &source->options;
	s8 before = poll->poll;
	s64 change;

	poll->waiting = false;
	if (!good) {
		if (options->flags & NTS_SOURCE_FLAG_BURST && !poll->good_left &&
		    poll->poll > options->minpoll)
			nts_poll_burst(poll, 1, poll->poll - options->minpoll > 2 ? BURST_MAX :
				       (u8)(1 << (poll->poll - options->minpoll)), raw);
		return;
	}
	if (poll->good_left) {
		if (!--poll->good_left) {
			poll->max_left = 0;
			set_next(poll, source, raw, 0x8000);
		}
		return;
	}

	if (source->error > distance) {
		change = -(s64)nts_real_log2(nts_real_ratio(source->error,
							    nts_fixed_max(distance, 1)));
	} else {
		change = ((s64)source->samples.n - options->polltarget) * SCORE_STEP /
			 options->polltarget / options->polltarget;
		if (source->samples.n < options->polltarget)
			change *= 2;
	}
	change_score(poll, options, change);
	if (poll->poll != before) {
		poll->ahead = false;
		set_next(poll, source, raw, 0x8000);
	}
}

/**
 * nts_poll_rate() - do as a server bids that is asked too often
 * @poll: the schedule
 * @options: of the source
 * @raw: now, ns
 *
 * RFC 5905, 7.4: the interval must grow.
 */
void nts_poll_rate(struct nts_poll *poll, const struct nts_source_options *options,
		   s64 raw)
{
	poll->waiting = false;
	poll->ahead = false;
	poll->good_left = 0;
	poll->max_left = 0;
	change_score(poll, options, SCORE_STEP);
	poll->next = raw + RATE_INTERVALS * nts_ntptime_log2_to_ns(poll->poll);
}
