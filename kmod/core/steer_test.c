// SPDX-License-Identifier: GPL-2.0-or-later
/* Steering of the system clock. */
#include <kunit/test.h>

#include "steer.c"

#define US	1000LL
#define MS	1000000LL
#define EPOCH	(1700000000 * SECOND)

/**
 * struct fixture - a clock that is steered, and one to follow
 * @d: says what is true: the raw clock is slow by 30 ppm
 * @s: under test
 * @now: the system clock
 * @adjust: last plan
 * @calls: plans that were calls
 */
struct fixture {
	struct nts_discipline d;
	struct nts_steer s;
	struct nts_steer_reading now;
	struct nts_adjust adjust;
	u32 calls;
};

static struct fixture *fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct nts_discipline_config config;

	if (!f)
		return NULL;
	nts_discipline_defaults(&config);
	nts_discipline_init(&f->d, &config, 1000 * SECOND, EPOCH, 30 * NTS_FREQ_PPM, NTS_FREQ_PPM);
	f->d.synchronised = true;
	f->d.updates = 1;
	f->d.interval = 64 * SECOND;
	f->d.rms_offset = 100 * US;
	f->d.offset_sd = 100 * US;
	nts_steer_init(&f->s);
	f->now.raw = 1000 * SECOND;
	f->now.real = EPOCH;
	f->now.tick = TICK;
	f->now.known = true;
	return f;
}

/* What the kernel does with the clock. */
static void let_pass(struct fixture *f, s64 ns)
{
	f->now.raw += ns;
	f->now.real += ns + nts_fixed_scale(ns, rate_of(f->now.tick, f->now.freq));
}

static u32 plan(struct fixture *f)
{
	u32 found = nts_steer_plan(&f->s, &f->d, &f->now, &f->adjust);

	if (!f->adjust.modes)
		return found;
	f->calls++;
	if (f->adjust.modes & NTS_ADJUST_SETOFFSET)
		f->now.real += f->adjust.offset;
	if (f->adjust.modes & NTS_ADJUST_FREQUENCY)
		f->now.freq = f->adjust.freq;
	if (f->adjust.modes & NTS_ADJUST_TICK)
		f->now.tick = f->adjust.tick;
	if (f->adjust.modes & NTS_ADJUST_STATUS)
		f->now.status = f->adjust.status;
	nts_steer_done(&f->s, &f->adjust, 0, &f->now);
	return found;
}

/* Plan as asked for until @raw. */
static u32 run_until(struct fixture *f, s64 raw)
{
	u32 found = 0;

	while (f->now.raw < raw) {
		let_pass(f, nts_fixed_min(f->adjust.next, raw) - f->now.raw);
		found |= plan(f);
	}
	return found;
}

static s64 error_of(const struct fixture *f)
{
	return nts_steer_correction(&f->s, &f->d, f->now.raw, f->now.real);
}

static void steer_splits_rates(struct kunit *test)
{
	static const s64 ppm[] = { 0, 1, 49, 51, -49, -51, 100, 12345, -99000, 99899 };
	struct nts_adjust adjust;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ppm); i++) {
		split(ppm[i] * NTS_FREQ_PPM, &adjust);
		/* Half a tick in 2^-16 ppm, and as near as those are. */
		KUNIT_EXPECT_LE(test, nts_fixed_abs(adjust.freq), 50 * 65536 + 1LL);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(rate_of(adjust.tick, adjust.freq) -
						    ppm[i] * NTS_FREQ_PPM), 60000LL);
	}
	split(NTS_S64_MAX, &adjust);
	KUNIT_EXPECT_LE(test, adjust.tick, 11000LL);
	split(NTS_S64_MIN, &adjust);
	KUNIT_EXPECT_GE(test, adjust.tick, 9000LL);
}

static void steer_leaves_alone_what_is_unknown(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->d.synchronised = false;
	f->now.real += SECOND;
	KUNIT_EXPECT_EQ(test, plan(f), 0U);
	KUNIT_EXPECT_EQ(test, f->calls, 0U);
}

static void steer_keeps_the_frequency(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	plan(f);
	KUNIT_EXPECT_EQ(test, f->calls, 1U);
	run_until(f, 5000 * SECOND);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(error_of(f)), 100LL);
	/* Nothing to do most of the time. */
	KUNIT_EXPECT_LE(test, f->calls, 200U);
}

struct slew_case {
	const char *desc;
	u32 updates;
	s64 error;
	s64 least;
	s64 within;
};

static const struct slew_case slew_cases[] = {
	{ "usual", 16, 100 * US, 92 * SECOND, 96 * SECOND },
	{ "usual much later", 1000, -100 * US, 92 * SECOND, 96 * SECOND },
	{ "usual in the beginning", 4, 100 * US, 22 * SECOND, 24 * SECOND },
	{ "ten times", 16, -1 * MS, 9 * SECOND, 11 * SECOND },
	{ "ten times in the beginning", 4, 1 * MS, 2 * SECOND, 3 * SECOND },
	{ "large", 16, 50 * MS, 1 * SECOND, 2 * SECOND },
	{ "at the limit", 16, -10 * SECOND, 115 * SECOND, 125 * SECOND },
};

static void slew_desc(const struct slew_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(slew, slew_cases, slew_desc);

static void steer_slews(struct kunit *test)
{
	const struct slew_case *c = test->param_value;
	struct fixture *f = fixture(test);
	s64 before;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->d.updates = c->updates;
	f->now.real -= c->error;
	while (nts_fixed_abs(error_of(f)) > 2 * US && f->now.raw < 2000 * SECOND) {
		plan(f);
		/* Never faster than maxslewrate, 83333 ppm, and the frequency. */
		KUNIT_EXPECT_LE(test, nts_fixed_abs(f->s.rate), 83370 * NTS_FREQ_PPM);
		before = error_of(f);
		let_pass(f, f->adjust.next - f->now.raw);
		/* Towards the truth, not beyond. */
		KUNIT_EXPECT_LE(test, nts_fixed_abs(error_of(f)), nts_fixed_abs(before));
	}
	KUNIT_EXPECT_GE(test, f->now.raw - 1000 * SECOND, c->least);
	KUNIT_EXPECT_LE(test, f->now.raw - 1000 * SECOND, c->within);
}

/* Timers may be late: slews must not overshoot for that. */
static void steer_late_timers(struct kunit *test)
{
	struct fixture *f = fixture(test);
	s64 worst = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 20; i++) {
		f->now.real -= 50 * MS;
		f->s.real -= 50 * MS;
		f->d.updates++;
		plan(f);
		do {
			let_pass(f, f->adjust.next - f->now.raw + 400 * MS);
			if (i > 2)
				worst = nts_fixed_min(worst, error_of(f));
			plan(f);
		} while (nts_fixed_abs(error_of(f)) > US);
	}
	/* 400 ms late in a slew of 2 s. */
	KUNIT_EXPECT_GE(test, worst, -11 * MS);
}

static void steer_steps_when_allowed(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->now.real -= 3600 * SECOND;
	f->d.config.makestep_threshold = SECOND;
	f->d.may_step = true;
	KUNIT_EXPECT_EQ(test, plan(f), NTS_STEER_STEP);
	KUNIT_EXPECT_EQ(test, error_of(f), 0LL);
	/* Our own step is nobody else's. */
	KUNIT_EXPECT_EQ(test, run_until(f, 1100 * SECOND), 0U);
	/* Below the threshold. */
	f->now.real -= SECOND / 2;
	f->s.real -= SECOND / 2;
	f->d.updates++;
	KUNIT_EXPECT_EQ(test, plan(f), 0U);
	KUNIT_EXPECT_GE(test, f->s.rate, 80000 * NTS_FREQ_PPM);
	/* By command it does not matter. */
	f->d.may_step = false;
	f->d.step = true;
	KUNIT_EXPECT_EQ(test, plan(f), NTS_STEER_STEP);
	KUNIT_EXPECT_EQ(test, error_of(f), 0LL);
	KUNIT_EXPECT_FALSE(test, f->d.step);
}

static void steer_tells_the_kernel(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->d.root_delay = 2 * MS;
	f->d.root_dispersion = 3 * MS;
	f->d.offset_sd = 50 * US;
	plan(f);
	KUNIT_EXPECT_EQ(test, f->adjust.status, NTS_ADJUST_STA_UNSYNC);
	KUNIT_EXPECT_EQ(test, f->adjust.maxerror, 4000LL);
	KUNIT_EXPECT_EQ(test, f->adjust.esterror, 50LL);
	f->d.config.rtcsync = true;
	plan(f);
	KUNIT_EXPECT_EQ(test, f->adjust.modes & NTS_ADJUST_STATUS, NTS_ADJUST_STATUS);
	KUNIT_EXPECT_EQ(test, f->adjust.status, 0);
	f->d.leap = 1;
	f->d.leap_at = EPOCH + 3600 * SECOND;
	plan(f);
	KUNIT_EXPECT_EQ(test, f->adjust.status, NTS_ADJUST_STA_INS);
	f->d.config.leap_mode = NTS_LEAPSEC_MODE_SLEW;
	plan(f);
	KUNIT_EXPECT_EQ(test, f->adjust.status, 0);
}

/* The kernel inserts the second by itself, a little before or after we do. */
static void steer_kernel_makes_the_leap(struct kunit *test)
{
	s64 midnight = 1500 * SECOND, early;
	struct fixture *f;
	u32 found = 0;

	for (early = -1; early <= 1; early += 2) {
		f = fixture(test);
		KUNIT_ASSERT_NOT_NULL(test, f);
		f->d.leap = 1;
		f->d.leap_at = nts_clockmap_time(&f->d.map, midnight);
		plan(f);
		found |= run_until(f, midnight - 10 * MS);
		if (early > 0)
			f->now.real -= SECOND;
		found |= run_until(f, midnight);
		f->d.map.time -= SECOND;
		f->d.leap = 0;
		f->d.leap_done = f->d.leap_at;
		f->d.shifts++;
		found |= plan(f);
		KUNIT_EXPECT_GE(test, f->adjust.next, f->now.raw + 1);
		found |= run_until(f, midnight + 10 * MS);
		if (early < 0)
			f->now.real -= SECOND;
		found |= run_until(f, midnight + 100 * SECOND);
		KUNIT_EXPECT_EQ(test, found, 0U);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(error_of(f)), US);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(f->s.rate - f->d.map.freq), NTS_FREQ_PPM);
		KUNIT_EXPECT_EQ(test, f->now.status & NTS_ADJUST_STA_INS, 0);
	}
}

struct foreign_case {
	const char *desc;
	s64 step;
	s64 freq;
	s64 tick;
	int status;
	bool unknown;
	bool foreign;
};

static const struct foreign_case foreign_cases[] = {
	{ "nothing", 0, 0, 0, 0, false, false },
	{ "step", 20 * MS, 0, 0, 0, false, true },
	{ "step back, not read", -20 * MS, 0, 0, 0, true, true },
	{ "small step", 300 * US, 0, 0, 0, false, false },
	{ "freq", 0, 65536, 0, 0, false, true },
	{ "freq rounded", 0, 1, 0, 0, false, false },
	{ "tick", 0, 0, 1, 0, false, true },
	{ "phase-locked loop", 0, 0, 0, NTS_ADJUST_STA_PLL, false, true },
	{ "kernel gave up", 0, 0, 0, NTS_ADJUST_STA_UNSYNC, false, false },
};

static void foreign_desc(const struct foreign_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(foreign, foreign_cases, foreign_desc);

static void meddle(struct fixture *f, const struct foreign_case *c)
{
	f->now.real += c->step;
	f->now.freq += c->freq;
	f->now.tick += c->tick;
	f->now.status |= c->status;
	f->now.known = !c->unknown;
}

static void steer_notices_others(struct kunit *test)
{
	const struct foreign_case *c = test->param_value;
	struct fixture *f = fixture(test);
	u32 found, calls;

	KUNIT_ASSERT_NOT_NULL(test, f);
	plan(f);
	run_until(f, 1100 * SECOND);
	meddle(f, c);
	found = plan(f);
	KUNIT_EXPECT_EQ(test, found, c->foreign ? NTS_STEER_FOREIGN : 0);
	KUNIT_EXPECT_EQ(test, f->s.foreign_count, c->foreign ? 1ULL : 0);
	if (!c->foreign)
		return;
	KUNIT_EXPECT_EQ(test, f->adjust.modes, 0U);
	f->now.status = 0;
	calls = f->calls;
	run_until(f, f->s.foreign_until - MS);
	KUNIT_EXPECT_EQ(test, f->calls, calls);
	found = run_until(f, 1100 * SECOND + HOLD_MIN + SECOND);
	KUNIT_EXPECT_EQ(test, found, NTS_STEER_RESUMED);
	run_until(f, 1300 * SECOND);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(error_of(f)), 2 * US);
}

/* One that comes again each minute is left alone for ever longer. */
static void steer_gives_way(struct kunit *test)
{
	struct fixture *f = fixture(test);
	u32 found, taken = 0, i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	plan(f);
	for (i = 0; i < 600; i++) {
		f->now.freq += i & 1 ? 1000 : -1000;
		found = run_until(f, f->now.raw + 60 * SECOND);
		taken += !!(found & NTS_STEER_RESUMED);
	}
	KUNIT_EXPECT_EQ(test, taken, 0U);
	for (i = 0; i < 600; i++) {
		if (i % 3 == 0)
			f->now.freq += i & 1 ? 1000 : -1000;
		found = run_until(f, f->now.raw + 60 * SECOND);
		taken += !!(found & NTS_STEER_RESUMED);
	}
	KUNIT_EXPECT_GE(test, taken, 1U);
	KUNIT_EXPECT_LE(test, taken, 3U);
	KUNIT_EXPECT_LE(test, f->s.hold, HOLD_MAX);
	/* When it is gone for good, so is the patience. */
	run_until(f, f->now.raw + 4 * HOLD_MAX);
	KUNIT_EXPECT_FALSE(test, f->s.held);
	f->now.freq += 1000;
	run_until(f, f->now.raw + 20 * SECOND);
	KUNIT_EXPECT_EQ(test, f->s.hold, HOLD_MIN);
}

static void steer_stops(struct kunit *test)
{
	struct fixture *f = fixture(test);
	struct nts_adjust adjust;

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_steer_stop(&f->s, &f->d, &f->now, &adjust);
	KUNIT_EXPECT_EQ(test, adjust.modes, 0U);
	f->now.real -= 20 * MS;
	plan(f);
	KUNIT_EXPECT_GE(test, f->s.rate, 1000 * NTS_FREQ_PPM);
	let_pass(f, SECOND / 2);
	nts_steer_stop(&f->s, &f->d, &f->now, &adjust);
	KUNIT_EXPECT_EQ(test, adjust.modes, (u32)(NTS_ADJUST_FREQUENCY | NTS_ADJUST_TICK));
	KUNIT_EXPECT_LE(test, nts_fixed_abs(rate_of(adjust.tick, adjust.freq) -
					    30 * NTS_FREQ_PPM), 10000LL);
}

/* A call that failed leaves everything open. */
static void steer_failed_call(struct kunit *test)
{
	struct fixture *f = fixture(test);

	KUNIT_ASSERT_NOT_NULL(test, f);
	nts_steer_plan(&f->s, &f->d, &f->now, &f->adjust);
	nts_steer_done(&f->s, &f->adjust, -1, &f->now);
	KUNIT_EXPECT_FALSE(test, f->s.active);
	f->now.real += 3600 * SECOND;
	KUNIT_EXPECT_EQ(test, nts_steer_plan(&f->s, &f->d, &f->now, &f->adjust), 0U);
	KUNIT_EXPECT_TRUE(test, f->adjust.modes & NTS_ADJUST_FREQUENCY);
}

static void steer_random_input(struct kunit *test)
{
	struct fixture *f = fixture(test);
	u64 random = 4321;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < 20000; i++) {
		s64 *field = (s64 *)&f->d.map;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		field[random >> 60 & 1] = (s64)random >> (random >> 32 & 63);
		f->d.map.freq = (s64)random % NTS_CLOCKMAP_FREQ_MAX;
		f->d.interval = (s64)(random >> (1 + (random >> 20 & 31)));
		f->d.rms_offset = (s64)(random >> (1 + (random >> 25 & 31)));
		f->d.updates += random >> 50 & 1;
		f->d.step = !(random >> 51 & 7);
		f->d.config.maxslewrate = nts_fixed_abs((s64)random) >> (random >> 8 & 63);
		f->d.config.corrtimeratio = (u32)(random >> 17);
		f->now.raw = nts_fixed_add(f->now.raw, nts_fixed_abs((s64)random) >> 20);
		f->now.real = (s64)(random * 3);
		f->now.freq = random >> 52 & 1 ? f->now.freq : (s64)random;
		f->now.tick = random >> 53 & 3 ? f->now.tick : (s64)random >> 44;
		plan(f);
		if (f->adjust.modes & NTS_ADJUST_TICK) {
			KUNIT_ASSERT_TRUE(test, f->adjust.tick >= 9000 && f->adjust.tick <= 11000);
			KUNIT_ASSERT_TRUE(test, nts_fixed_abs(f->adjust.freq) < 500 * 65536);
		}
		KUNIT_ASSERT_TRUE(test, f->adjust.next >= f->now.raw);
	}
}

static struct kunit_case steer_cases[] = {
	KUNIT_CASE(steer_splits_rates),
	KUNIT_CASE(steer_leaves_alone_what_is_unknown),
	KUNIT_CASE(steer_keeps_the_frequency),
	KUNIT_CASE_PARAM(steer_slews, slew_gen_params),
	KUNIT_CASE(steer_late_timers),
	KUNIT_CASE(steer_steps_when_allowed),
	KUNIT_CASE(steer_tells_the_kernel),
	KUNIT_CASE(steer_kernel_makes_the_leap),
	KUNIT_CASE_PARAM(steer_notices_others, foreign_gen_params),
	KUNIT_CASE(steer_gives_way),
	KUNIT_CASE(steer_stops),
	KUNIT_CASE(steer_failed_call),
	KUNIT_CASE(steer_random_input),
	{ }
};

static struct kunit_suite steer_suite = {
	.name = "nts_steer",
	.test_cases = steer_cases,
};

kunit_test_suite(steer_suite);
