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

/* Of NTP's short format, whose unit is 2^-16 s. */
static u64 short_ns(u32 value)
{
	return (u64)value * NSEC_PER_SEC >> 16;
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

/* A clock that was good once may be vouched for (option activate of local). */
static void note_distance(struct nts_net *nn, const struct nts_timescale *timescale)
{
	u64 delay = short_ns(timescale->quality.root_delay);
	const struct nts_clock *clock;

	rcu_read_lock();
	clock = rcu_dereference(nn->clock);
	if (clock && timescale->valid &&
	    delay / 2 + timescale->root_dispersion < clock->local.activate)
		WRITE_ONCE(nn->local_activated, true);
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
	note_distance(nn, timescale);
	if (nn->timescale.valid && !timescale->valid)
		WRITE_ONCE(nn->local_since, ktime_get_raw_ns());
	/* A reader that interrupts this CPU would wait for ever. */
	local_irq_save(flags);
	write_seqcount_begin(&nn->timescale_seq);
	nn->timescale = *timescale;
	write_seqcount_end(&nn->timescale_seq);
	local_irq_restore(flags);
}

/* How far the clock is from its sources, and for how long it is alone. */
struct standing {
	bool follows;
	u64 distance;
	s64 age;
};

/* Fills in what the sources say, if one was followed. */
static void timescale_quality(struct nts_net *nn, struct nts_quality *quality,
			      struct standing *standing)
{
	s64 raw, dispersion = 0;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&nn->timescale_seq);
		raw = ktime_get_raw_ns();
		standing->follows = nn->timescale.valid;
		standing->age = raw - READ_ONCE(nn->local_since);
		if (!standing->follows)
			continue;
		*quality = nn->timescale.quality;
		standing->age = raw - nn->timescale.updated;
		dispersion = nn->timescale.root_dispersion +
			     nts_clockmap_scale(raw - nn->timescale.raw, nn->timescale.growth);
	} while (read_seqcount_retry(&nn->timescale_seq, seq));
	if (!standing->follows)
		return;
	quality->root_dispersion = nts_ntptime_short(dispersion);
	standing->distance = short_ns(quality->root_delay) / 2 + dispersion;
}

/* Does the operator vouch for the clock now? */
static bool is_local(const struct nts_net *nn, const struct nts_clock *clock,
		     const struct standing *standing)
{
	const struct nts_local *local = &clock->local;

	if (clock->mode != NTS_TIME_MODE_LOCAL ||
	    (local->activate && !READ_ONCE(nn->local_activated)))
		return false;
	if (standing->follows && standing->distance <= local->distance)
		return false;
	return standing->age >= 0 &&
	       (u64)standing->age >= (standing->follows ? local->wait_synced :
				      local->wait_unsynced);
}

static void take_said(struct nts_quality *quality, const struct nts_clock *clock)
{
	quality->leap = clock->leap;
	quality->stratum = clock->stratum;
	quality->refid = clock->refid;
	quality->root_delay = nts_ntptime_short(clock->root_delay);
}

/**
 * nts_clock_quality() - what an answer says about the clock
 * @nn: the network namespace
 * @now: as nts_clock_at() returned, not long ago
 * @quality: filled in
 *
 * Until a source was followed, or a daemon has said something, the clock is
 * unsynchronised. In mode local it is not, when the sources do not tell better.
 *
 * Context: as nts_clock_read().
 */
void nts_clock_quality(struct nts_net *nn, s64 now, struct nts_quality *quality)
{
	struct standing standing = { };
	const struct nts_clock *clock;

	memset(quality, 0, sizeof(*quality));
	quality->leap = NTS_NTP_LEAP_UNSYNC;
	quality->stratum = NTS_NTP_MAX_STRATUM;
	timescale_quality(nn, quality, &standing);
	quality->precision = clock_precision;

	rcu_read_lock();
	clock = rcu_dereference(nn->clock);
	if (clock && is_local(nn, clock, &standing)) {
		take_said(quality, clock);
		/* The operator vouches for it: it never grows stale. */
		quality->root_dispersion = nts_ntptime_short(clock->root_dispersion);
		quality->reftime = nts_ntptime_from_ns(now);
	} else if (clock && !standing.follows && clock->mode != NTS_TIME_MODE_LOCAL) {
		s64 age = ktime_get_ns() - clock->set_at;

		take_said(quality, clock);
		quality->root_dispersion =
			nts_ntptime_short(nts_ntptime_grow(clock->root_dispersion, age));
		quality->reftime = nts_ntptime_from_ns(clock->reftime);
	}
	rcu_read_unlock();
}

/**
 * nts_clock_is_local() - does the operator vouch for the clock now?
 * @nn: the network namespace
 * @clock: filled in with what netlink said, if so
 *
 * Context: as nts_clock_read().
 *
 * Return: true in mode local, unless its conditions are not met or the sources
 * tell better.
 */
bool nts_clock_is_local(struct nts_net *nn, struct nts_clock *clock)
{
	struct standing standing = { };
	const struct nts_clock *set;
	struct nts_quality quality;
	bool local;

	timescale_quality(nn, &quality, &standing);
	rcu_read_lock();
	set = rcu_dereference(nn->clock);
	local = set && is_local(nn, set, &standing);
	if (local)
		*clock = *set;
	rcu_read_unlock();
	return local;
}

/**
 * nts_clock_orphan() - which sources are no better than our own clock
 * @nn: the network namespace
 *
 * Context: as nts_clock_read().
 *
 * Return: those of this stratum and more, or 0.
 */
u8 nts_clock_orphan(struct nts_net *nn)
{
	const struct nts_clock *clock;
	u8 stratum = 0;

	rcu_read_lock();
	clock = rcu_dereference(nn->clock);
	if (clock && clock->mode == NTS_TIME_MODE_LOCAL && clock->local.orphan)
		stratum = clock->stratum;
	rcu_read_unlock();
	return stratum;
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
	old = rcu_dereference_protected(nn->clock, lockdep_is_held(&nn->lock));
	if (!old || old->mode != NTS_TIME_MODE_LOCAL)
		WRITE_ONCE(nn->local_since, ktime_get_raw_ns());
	rcu_assign_pointer(nn->clock, clock);
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
