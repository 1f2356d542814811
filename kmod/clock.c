// SPDX-License-Identifier: GPL-2.0-or-later
/* The time that is served, and what is said of its quality. */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "core/interleave.h"
#include "core/ntptime.h"
#include "nts.h"

/* What is more than this is no correction of the frequency or of noise; ns. */
#define STEP	NSEC_PER_MSEC

static s8 clock_precision __read_mostly = -20;

/* NTP time, or what is served instead while a correction is given away slowly. */
static s64 served(const struct nts_timescale *timescale, s64 raw)
{
	s64 time = nts_clockmap_time(&timescale->map, raw);

	if (likely(!timescale->smooth.max_freq))
		return time;
	return nts_fixed_add(time, nts_smooth_at(&timescale->smooth, raw, NULL));
}

/* The moment at which that is @time. */
static s64 raw_of(const struct nts_timescale *timescale, s64 time)
{
	s64 raw = nts_clockmap_raw(&timescale->map, time);
	int i;

	if (likely(!timescale->smooth.max_freq))
		return raw;
	/* The offset changes by 10 % of the time at most: each turn adds a digit. */
	for (i = 0; i < 3; i++)
		raw = nts_clockmap_raw(&timescale->map,
				       nts_fixed_sub(time, nts_smooth_at(&timescale->smooth,
									 raw, NULL)));
	return raw;
}

/**
 * nts_clock_at() - the time at a moment
 * @nn: the network namespace
 * @raw: CLOCK_MONOTONIC_RAW, ns, about now
 *
 * It is NTP time as soon as a source was followed, not CLOCK_REALTIME, which
 * is wrong by what is still to be slewed. While corrections are smoothed
 * (directive smoothtime), it is NTP time as if they came slowly.
 *
 * Context: any but NMI.
 *
 * Return: UTC nanoseconds since 1970.
 */
s64 nts_clock_at(struct nts_net *nn, s64 raw)
{
	s64 raw_now, now;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&nn->timescale_seq);
		if (nn->timescale.valid) {
			now = served(&nn->timescale, raw);
		} else {
			nts_clock_snapshot(&raw_now, &now);
			now -= raw_now - raw;
		}
	} while (read_seqcount_retry(&nn->timescale_seq, seq));
	return now;
}

/**
 * nts_clock_raw() - the moment of a time
 * @nn: the network namespace
 * @time: as nts_clock_at() returned
 *
 * Context: any but NMI.
 *
 * Return: CLOCK_MONOTONIC_RAW, ns.
 */
s64 nts_clock_raw(struct nts_net *nn, s64 time)
{
	unsigned int seq;
	s64 raw, now;

	do {
		seq = read_seqcount_begin(&nn->timescale_seq);
		if (nn->timescale.valid) {
			raw = raw_of(&nn->timescale, time);
		} else {
			nts_clock_snapshot(&raw, &now);
			raw -= now - time;
		}
	} while (read_seqcount_retry(&nn->timescale_seq, seq));
	return raw;
}

/**
 * nts_clock_read() - the time now
 * @nn: the network namespace
 *
 * Context: any but NMI.
 *
 * Return: UTC nanoseconds since 1970.
 */
s64 nts_clock_read(struct nts_net *nn)
{
	unsigned int seq;
	s64 now;

	do {
		seq = read_seqcount_begin(&nn->timescale_seq);
		if (nn->timescale.valid)
			now = served(&nn->timescale, ktime_get_raw_ns());
		else
			now = ktime_get_real_ns();
	} while (read_seqcount_retry(&nn->timescale_seq, seq));
	return now;
}

/* Stamps from before a step and from after it are of two scales. */
static void void_stamps(struct nts_net *nn, const struct nts_timescale *timescale)
{
	s64 raw = ktime_get_raw_ns(), change;
	struct nts_interleave *table;

	change = nts_clock_at(nn, raw) - served(timescale, raw);
	if (timescale->valid && abs(change) < STEP)
		return;
	rcu_read_lock();
	table = rcu_dereference(nn->interleave);
	if (table && (timescale->valid || nn->timescale.valid))
		nts_interleave_step(table);
	rcu_read_unlock();
}

/**
 * nts_clock_publish() - serve another NTP time from now on
 * @nn: the network namespace
 * @timescale: copied
 *
 * Context: process; the caller is the only writer.
 */
void nts_clock_publish(struct nts_net *nn, const struct nts_timescale *timescale)
{
	unsigned long flags;

	void_stamps(nn, timescale);
	/* A reader that interrupts this CPU would wait for ever. */
	local_irq_save(flags);
	write_seqcount_begin(&nn->timescale_seq);
	nn->timescale = *timescale;
	write_seqcount_end(&nn->timescale_seq);
	local_irq_restore(flags);
}

/* Fills in what the sources say; false when none was followed yet. */
static bool timescale_quality(struct nts_net *nn, struct nts_quality *quality)
{
	s64 age, dispersion = 0;
	unsigned int seq;
	bool valid;

	do {
		seq = read_seqcount_begin(&nn->timescale_seq);
		valid = nn->timescale.valid;
		if (valid) {
			*quality = nn->timescale.quality;
			age = ktime_get_raw_ns() - nn->timescale.raw;
			dispersion = nn->timescale.root_dispersion +
				     nts_clockmap_scale(age, nn->timescale.growth);
		}
	} while (read_seqcount_retry(&nn->timescale_seq, seq));
	if (valid)
		quality->root_dispersion = nts_ntptime_short(dispersion);
	return valid;
}

/**
 * nts_clock_quality() - what an answer says about the clock
 * @nn: the network namespace
 * @now: as nts_clock_at() returned, not long ago
 * @quality: filled in
 *
 * Until a source was followed, or a daemon has said something, the clock is
 * unsynchronised.
 *
 * Context: as nts_clock_read().
 */
void nts_clock_quality(struct nts_net *nn, s64 now, struct nts_quality *quality)
{
	const struct nts_clock *clock;
	s64 age;

	if (timescale_quality(nn, quality)) {
		quality->precision = clock_precision;
		return;
	}
	memset(quality, 0, sizeof(*quality));
	quality->leap = NTS_NTP_LEAP_UNSYNC;
	quality->stratum = NTS_NTP_MAX_STRATUM;
	quality->precision = clock_precision;

	rcu_read_lock();
	clock = rcu_dereference(nn->clock);
	if (clock) {
		quality->leap = clock->leap;
		quality->stratum = clock->stratum;
		quality->refid = clock->refid;
		quality->root_delay = nts_ntptime_short(clock->root_delay);
		if (clock->mode == NTS_TIME_MODE_LOCAL) {
			/* The operator vouches for it: it never grows stale. */
			quality->root_dispersion =
				nts_ntptime_short(clock->root_dispersion);
			quality->reftime = nts_ntptime_from_ns(now);
		} else {
			age = ktime_get_ns() - clock->set_at;
			quality->root_dispersion =
				nts_ntptime_short(nts_ntptime_grow(clock->root_dispersion, age));
			quality->reftime = nts_ntptime_from_ns(clock->reftime);
		}
	}
	rcu_read_unlock();
}

/**
 * nts_clock_precision() - the resolution of the clock
 *
 * Return: log2 seconds (RFC 5905, 7.3).
 */
s8 nts_clock_precision(void)
{
	return clock_precision;
}

/**
 * nts_clock_set() - take over what netlink says of the clock
 * @nn: the network namespace
 * @settings: copied; set_at is filled in here
 *
 * Context: process, @nn->lock held.
 *
 * Return: 0 or -ENOMEM.
 */
int nts_clock_set(struct nts_net *nn, const struct nts_clock *settings)
{
	struct nts_clock *clock, *old;

	lockdep_assert_held(&nn->lock);
	clock = kmemdup(settings, sizeof(*settings), GFP_KERNEL);
	if (!clock)
		return -ENOMEM;
	clock->set_at = ktime_get_ns();
	old = rcu_replace_pointer(nn->clock, clock, lockdep_is_held(&nn->lock));
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * nts_clock_init() - measure the precision
 *
 * The shortest time between two different readings (RFC 5905, 11.1).
 *
 * Context: process.
 */
void nts_clock_init(void)
{
	s64 shortest = NSEC_PER_SEC, before = ktime_get_real_ns(), now;
	int i;

	for (i = 0; i < 1000; i++) {
		now = ktime_get_real_ns();
		if (now > before && now - before < shortest)
			shortest = now - before;
		before = now;
	}
	/* Round up: do not claim to be better. 2^-30 s is about 1 ns. */
	clock_precision = (s8)(ilog2(roundup_pow_of_two(shortest)) - 30);
	if (clock_precision < -29)
		clock_precision = -29;
}
