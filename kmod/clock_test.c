// SPDX-License-Identifier: GPL-2.0-or-later
/* What answers say of the clock, and what time it was at a moment. */
#include <kunit/test.h>
#include <linux/delay.h>

#include "clock.c"

static struct nts_net *clock_set_up(struct kunit *test)
{
	struct nts_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);

	if (!nn)
		return NULL;
	mutex_init(&nn->lock);
	seqcount_init(&nn->timescale_seq);
	nn->stats = alloc_percpu(struct nts_stats);
	return nn;
}

static void clock_tear_down(struct nts_net *nn)
{
	kfree(rcu_dereference_protected(nn->clock, 1));
	free_percpu(nn->stats);
}

static int clock_set(struct nts_net *nn, const struct nts_clock *settings)
{
	int err;

	mutex_lock(&nn->lock);
	err = nts_clock_set(nn, settings);
	mutex_unlock(&nn->lock);
	return err;
}

static void clock_unsynchronised_until_told(struct kunit *test)
{
	struct nts_net *nn = clock_set_up(test);
	struct nts_quality quality;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	nts_clock_quality(nn, nts_clock_read(nn), &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, (u8)3);
	KUNIT_EXPECT_EQ(test, quality.stratum, (u8)16);
	clock_tear_down(nn);
}

static void clock_local_never_grows_stale(struct kunit *test)
{
	static const struct nts_clock local = {
		.mode = NTS_TIME_MODE_LOCAL, .stratum = 3, .refid = 0x7f7f0101,
		.root_dispersion = NSEC_PER_SEC / 2,
	};
	struct nts_net *nn = clock_set_up(test);
	struct nts_quality quality;
	s64 now;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	msleep(2000);
	now = nts_clock_read(nn);
	nts_clock_quality(nn, now, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, (u8)0);
	KUNIT_EXPECT_EQ(test, quality.stratum, (u8)3);
	KUNIT_EXPECT_EQ(test, quality.refid, 0x7f7f0101U);
	KUNIT_EXPECT_EQ(test, quality.root_dispersion, 1U << 15);
	KUNIT_EXPECT_EQ(test, quality.reftime, nts_ntptime_from_ns(now));
	clock_tear_down(nn);
}

/* 15 ppm from the moment it was told, while no daemon tells anything new. */
static void clock_system_dispersion_grows(struct kunit *test)
{
	static const struct nts_clock system = {
		.mode = NTS_TIME_MODE_SYSTEM, .stratum = 4, .reftime = 1000 * NSEC_PER_SEC,
		.root_delay = NSEC_PER_SEC / 4,
	};
	struct nts_net *nn = clock_set_up(test);
	struct nts_quality quality;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &system), 0);
	msleep(20000);
	nts_clock_quality(nn, nts_clock_read(nn), &quality);
	/* 300 us, in units of 2^-16 s. */
	KUNIT_EXPECT_GE(test, quality.root_dispersion, 20U);
	KUNIT_EXPECT_LE(test, quality.root_dispersion, 25U);
	KUNIT_EXPECT_EQ(test, quality.root_delay, 1U << 14);
	KUNIT_EXPECT_EQ(test, quality.reftime, (2208988800ULL + 1000) << 32);
	clock_tear_down(nn);
}

static void clock_times_of_moments(struct kunit *test)
{
	s64 raw = ktime_get_raw_ns();
	struct nts_timescale timescale = {
		.valid = true,
		.map = { .raw = raw, .time = 1790000000000000000LL, .freq = NTS_FREQ_PPM },
	};
	struct nts_net *nn = clock_set_up(test);
	s64 time;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	/* Of the system clock, a while ago. */
	time = nts_clock_at(nn, raw - NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, abs(time + NSEC_PER_SEC - (s64)ktime_get_real_ns()),
			(s64)NSEC_PER_SEC / 2);
	KUNIT_EXPECT_LE(test, abs(nts_clock_raw(nn, time) - (raw - NSEC_PER_SEC)),
			(s64)NSEC_PER_MSEC);

	/* Of the sources: 1 ppm faster. */
	nts_clock_publish(nn, &timescale);
	time = nts_clock_at(nn, raw + 10 * NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, abs(time - (timescale.map.time + 10 * NSEC_PER_SEC + 10000)), 1LL);
	KUNIT_EXPECT_LE(test, abs(nts_clock_raw(nn, time) - (raw + 10 * NSEC_PER_SEC)), 1LL);
	clock_tear_down(nn);
}

static void clock_precision_is_honest(struct kunit *test)
{
	nts_clock_init();
	KUNIT_EXPECT_GE(test, nts_clock_precision(), (s8)-29);
	KUNIT_EXPECT_LE(test, nts_clock_precision(), (s8)-1);
}

static void clock_follows_the_timescale(struct kunit *test)
{
	s64 raw = ktime_get_raw_ns(), before, after;
	struct nts_timescale timescale = {
		.valid = true,
		.map = { .raw = raw, .time = 1790000000000000000LL, .freq = 0 },
		.raw = raw,
		.root_dispersion = NSEC_PER_SEC,
		/* Half a second a second: what grows can be told. */
		.growth = 1LL << (NTS_FREQ_SHIFT - 1),
		.quality = { .leap = 1, .stratum = 2, .refid = 0x0a000001 },
	};
	static const struct nts_clock local = {
		.mode = NTS_TIME_MODE_LOCAL, .stratum = 9, .local.distance = 10LL * NSEC_PER_SEC,
	};
	struct nts_net *nn = clock_set_up(test);
	struct nts_quality quality;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	nts_clock_publish(nn, &timescale);
	before = ktime_get_raw_ns();
	mdelay(2);
	KUNIT_EXPECT_GE(test, nts_clock_read(nn), timescale.map.time + (before - raw));
	after = nts_clock_read(nn);
	KUNIT_EXPECT_LE(test, after, timescale.map.time + (s64)ktime_get_raw_ns() - raw);

	nts_clock_quality(nn, after, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, (u8)1);
	KUNIT_EXPECT_EQ(test, quality.stratum, (u8)2);
	KUNIT_EXPECT_EQ(test, quality.refid, 0x0a000001U);
	/* 2 ms grew by 1 ms. */
	KUNIT_EXPECT_GE(test, quality.root_dispersion,
			nts_ntptime_short(NSEC_PER_SEC + NSEC_PER_MSEC));

	/* Without sources it is the system clock again, and what was said of it. */
	timescale.valid = false;
	nts_clock_publish(nn, &timescale);
	KUNIT_EXPECT_LE(test, abs(nts_clock_read(nn) - (s64)ktime_get_real_ns()),
			(s64)NSEC_PER_SEC);
	nts_clock_quality(nn, after, &quality);
	KUNIT_EXPECT_EQ(test, quality.stratum, (u8)9);
	clock_tear_down(nn);
}

static u8 stratum_now(struct nts_net *nn)
{
	struct nts_quality quality;

	nts_clock_quality(nn, nts_clock_read(nn), &quality);
	return quality.stratum;
}

/* A clock that its sources have set just now, and whose error is @dispersion. */
static void follow(struct nts_net *nn, s64 dispersion, s64 age)
{
	s64 raw = ktime_get_raw_ns();
	struct nts_timescale timescale = {
		.valid = true,
		.map = { .raw = raw, .time = 1790000000000000000LL },
		.updated = raw - age,
		.raw = raw,
		.root_dispersion = dispersion,
		.quality = { .stratum = 2, .refid = 0x0a000001, .root_delay = 1 << 15 },
	};

	nts_clock_publish(nn, &timescale);
}

/* Half of the delay of 0.5 s counts, too. */
static void clock_local_beyond_a_distance(struct kunit *test)
{
	struct nts_clock local = {
		.mode = NTS_TIME_MODE_LOCAL, .stratum = 9, .refid = 0x7f7f0101,
		.local = { .distance = NSEC_PER_SEC, .wait_synced = 100LL * NSEC_PER_SEC },
	};
	struct nts_net *nn = clock_set_up(test);
	struct nts_clock told;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	follow(nn, 700 * NSEC_PER_MSEC, 200LL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)2);
	KUNIT_EXPECT_FALSE(test, nts_clock_is_local(nn, &told));
	follow(nn, 800 * NSEC_PER_MSEC, 50LL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)2);
	follow(nn, 800 * NSEC_PER_MSEC, 200LL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)9);
	KUNIT_EXPECT_TRUE(test, nts_clock_is_local(nn, &told));
	KUNIT_EXPECT_EQ(test, told.refid, 0x7f7f0101U);
	clock_tear_down(nn);
}

static void clock_local_after_it_was_good(struct kunit *test)
{
	struct nts_clock local = {
		.mode = NTS_TIME_MODE_LOCAL, .stratum = 9,
		.local = { .distance = NSEC_PER_SEC, .activate = 400 * NSEC_PER_MSEC },
	};
	struct nts_net *nn = clock_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)16);
	follow(nn, 200 * NSEC_PER_MSEC, 0);
	follow(nn, NSEC_PER_SEC, 0);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)2);
	follow(nn, 100 * NSEC_PER_MSEC, 0);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)2);
	follow(nn, NSEC_PER_SEC, 0);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)9);
	clock_tear_down(nn);
}

static void clock_local_waits_without_sources(struct kunit *test)
{
	struct nts_clock local = {
		.mode = NTS_TIME_MODE_LOCAL, .stratum = 9,
		.local = {
			.distance = NSEC_PER_SEC, .wait_unsynced = NSEC_PER_SEC, .orphan = true,
		},
	};
	struct nts_timescale none = { };
	struct nts_net *nn = clock_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_EXPECT_EQ(test, nts_clock_orphan(nn), (u8)0);
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	KUNIT_EXPECT_EQ(test, nts_clock_orphan(nn), (u8)9);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)16);
	msleep(500);
	/* It is told again and again, which is no new start. */
	KUNIT_ASSERT_EQ(test, clock_set(nn, &local), 0);
	msleep(600);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)9);
	follow(nn, 0, 0);
	nts_clock_publish(nn, &none);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)16);
	msleep(1100);
	KUNIT_EXPECT_EQ(test, stratum_now(nn), (u8)9);
	clock_tear_down(nn);
}

static struct kunit_case clock_cases[] = {
	KUNIT_CASE(clock_unsynchronised_until_told),
	KUNIT_CASE(clock_follows_the_timescale),
	KUNIT_CASE(clock_local_beyond_a_distance),
	KUNIT_CASE(clock_local_after_it_was_good),
	KUNIT_CASE(clock_local_waits_without_sources),
	KUNIT_CASE(clock_local_never_grows_stale),
	KUNIT_CASE(clock_system_dispersion_grows),
	KUNIT_CASE(clock_times_of_moments),
	KUNIT_CASE(clock_precision_is_honest),
	{ }
};

static struct kunit_suite clock_suite = {
	.name = "nts_clock",
	.test_cases = clock_cases,
};

kunit_test_suite(clock_suite);
