// SPDX-License-Identifier: GPL-2.0-or-later
/* The line through measurements of unequal worth. */
#include <kunit/test.h>

#include "regress.c"

#define SECOND 1000000000LL
#define SPREAD 100000

static u64 random_state;

static s64 random_within(s64 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (s64)(random_state >> 1) % (2 * bound + 1) - bound;
}

/* A clock that gains @slope, measured @n times each 64 s, exact to @spread. */
static struct nts_regress *measured(struct kunit *test, u32 n, s64 ppm, s64 spread)
{
	struct nts_regress *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u32 i;

	if (!r)
		return NULL;
	r->n = n;
	for (i = 0; i < n; i++) {
		r->point[i].x = 64 * SECOND * i;
		r->point[i].y = 64000 * ppm * i + (spread ? random_within(spread) : 0);
		r->point[i].spread = spread;
	}
	return r;
}

static struct nts_regress_line wide(void)
{
	struct nts_regress_line prior = { 0 };

	prior.var_slope = nts_real_square(nts_real_ratio(100, 1000000));
	return prior;
}

static s64 slope_ppb(const struct nts_regress *r)
{
	return nts_real_round(nts_real_mul(r->line.slope, nts_real(SECOND)), 0);
}

/* What the fit claims to know of the slope, 1e-12. */
static s64 slope_sd(const struct nts_regress *r)
{
	return nts_real_round(nts_real_mul(nts_real_sqrt(r->line.var_slope),
					   nts_real(1000 * SECOND)), 0);
}

static s64 offset_sd(const struct nts_regress *r)
{
	return nts_real_round(nts_real_sqrt(r->line.var_offset), 0);
}

static void regress_exact_line(struct kunit *test)
{
	struct nts_regress *r = measured(test, 20, 40, 0);
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };

	KUNIT_ASSERT_NOT_NULL(test, r);
	nts_regress_fit(r, &prior, &tune);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(slope_ppb(r) - 40000), 1LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_real_round(r->line.offset, 0) -
					    r->point[19].y), 1LL);
	KUNIT_EXPECT_EQ(test, r->begin, 0U);
}

/* Errors are as large as claimed: most within 2 deviations, none beyond 5. */
static void regress_claims_hold(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { .wander = -8 };
	u32 i, slope_out = 0, offset_out = 0;
	struct nts_regress *r;
	s64 miss;

	random_state = 42;
	for (i = 0; i < 200; i++) {
		r = measured(test, 20, -7, SPREAD);
		KUNIT_ASSERT_NOT_NULL(test, r);
		nts_regress_fit(r, &prior, &tune);
		miss = nts_fixed_abs(slope_ppb(r) + 7000) * 1000;
		slope_out += miss > 2 * slope_sd(r);
		KUNIT_EXPECT_LE(test, miss, 5 * slope_sd(r));
		miss = nts_fixed_abs(nts_real_round(r->line.offset, 0) + 7 * 64000 * 19);
		offset_out += miss > 2 * offset_sd(r);
		KUNIT_EXPECT_LE(test, miss, 5 * offset_sd(r));
	}
	/* 5 % are expected; none would mean that the claims are too large. */
	KUNIT_EXPECT_LE(test, slope_out, 20U);
	KUNIT_EXPECT_GE(test, slope_out, 1U);
	KUNIT_EXPECT_LE(test, offset_out, 20U);
	KUNIT_EXPECT_GE(test, offset_out, 1U);
}

/* Measurements with short round trips decide. */
static void regress_weighs(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	struct nts_regress *r;
	u32 i;

	random_state = 7;
	r = measured(test, 30, 3, 1000);
	KUNIT_ASSERT_NOT_NULL(test, r);
	for (i = 1; i < 29; i += 2) {
		r->point[i].y += 5000000;
		r->point[i].spread = 5100000;
	}
	nts_regress_fit(r, &prior, &tune);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(slope_ppb(r) - 3000), 10LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_real_round(r->line.offset, 0) -
					    64000 * 3 * 29), 2000LL);
}

static void regress_follows_frequency_jump(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	struct nts_regress *r;
	u32 i;

	random_state = 9;
	r = measured(test, 30, 0, 10000);
	KUNIT_ASSERT_NOT_NULL(test, r);
	/* 5 ppm from the 27th measurement on. */
	for (i = 27; i < 30; i++)
		r->point[i].y += 320000 * (i - 26);
	nts_regress_fit(r, &prior, &tune);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(slope_ppb(r) - 5000), 300LL);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_real_round(r->line.offset, 0) - 960000), 15000LL);
	KUNIT_EXPECT_EQ(test, r->begin, 0U);
}

/* 5 ppm behind a path that hides it: 320 us each, seen through 1 ms of jitter. */
static void regress_finds_a_hidden_jump(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	s64 miss, blind = 0, found = 0;
	u32 i, round, missed = 0;
	struct nts_regress *r;

	random_state = 23;
	for (round = 0; round < 20; round++) {
		r = measured(test, 60, 0, 1000000);
		KUNIT_ASSERT_NOT_NULL(test, r);
		nts_regress_find_jump(r, &prior, &tune);
		KUNIT_EXPECT_EQ(test, r->jump, 0U);
		for (i = 48; i < 60; i++)
			r->point[i].y += 320000 * (i - 47);
		nts_regress_fit(r, &prior, &tune);
		blind += nts_fixed_abs(slope_ppb(r) - 5000);
		nts_regress_find_jump(r, &prior, &tune);
		KUNIT_EXPECT_GE(test, r->jump, 41U);
		KUNIT_EXPECT_LE(test, r->jump, 54U);
		nts_regress_fit(r, &prior, &tune);
		miss = nts_fixed_abs(slope_ppb(r) - 5000);
		found += miss;
		missed += miss > 4 * slope_sd(r) / 1000;
		/* What was found is kept, though it is none of the places to look at. */
		r->jump = 48;
		r->n = 58;
		nts_regress_find_jump(r, &prior, &tune);
		KUNIT_EXPECT_GE(test, r->jump, 41U);
	}
	KUNIT_EXPECT_LE(test, 3 * found, blind);
	KUNIT_EXPECT_LE(test, missed, 1U);
}

static void regress_ignores_a_lone_point(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	u32 where[] = { 10, 28, 29 }, i;
	struct nts_regress *r;

	for (i = 0; i < ARRAY_SIZE(where); i++) {
		random_state = 11;
		r = measured(test, 30, 0, 10000);
		KUNIT_ASSERT_NOT_NULL(test, r);
		r->point[where[i]].y += 3600 * SECOND;
		nts_regress_fit(r, &prior, &tune);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(slope_ppb(r)), 100LL);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_real_round(r->line.offset, 0)), 10000LL);
	}
}

/* A step counts once enough measurements agree on it. */
static void regress_believes_a_step(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	struct nts_regress *r;
	u32 after, i;

	for (after = 1; after <= 6; after++) {
		random_state = 13;
		r = measured(test, 30, 0, 10000);
		KUNIT_ASSERT_NOT_NULL(test, r);
		for (i = 30 - after; i < 30; i++)
			r->point[i].y -= 3600 * SECOND;
		nts_regress_fit(r, &prior, &tune);
		KUNIT_EXPECT_EQ(test, r->begin, after < STEP_POINTS ? 0 : 30 - after);
		KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_real_round(r->line.offset, 0) +
						    (after < STEP_POINTS ? 0 : 3600 * SECOND)),
				20000LL);
	}
}

static void regress_learns(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	struct nts_regress *r;
	s64 walk_slope = 0;
	u32 i;

	/* The delays say 1 us, the clocks are noisy by 50 us. */
	random_state = 17;
	r = measured(test, 64, 2, 50000);
	KUNIT_ASSERT_NOT_NULL(test, r);
	for (i = 0; i < 64; i++)
		r->point[i].spread = 1000;
	for (i = 0; i < 40; i++)
		nts_regress_tune(r, &prior, &tune);
	KUNIT_EXPECT_GE(test, tune.floor, 26);
	KUNIT_EXPECT_LE(test, tune.wander, 3);
	nts_regress_fit(r, &prior, &tune);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(slope_ppb(r) - 2000), 100LL);

	/* A frequency that walks by 0.8 ppm from one to the next. */
	tune = (struct nts_regress_tune){ 0 };
	r = measured(test, 64, 0, 10000);
	KUNIT_ASSERT_NOT_NULL(test, r);
	for (i = 1; i < 64; i++) {
		walk_slope += random_within(800);
		r->point[i].y = r->point[i - 1].y + 64 * walk_slope + random_within(10000);
	}
	for (i = 0; i < 40; i++)
		nts_regress_tune(r, &prior, &tune);
	KUNIT_EXPECT_GE(test, tune.wander, 8);
}

/* A quiet clock behind a noisy path is not called restless for a few odd measurements. */
static void regress_noise_is_no_walk(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune;
	u32 round, n, i, restless = 0;
	struct nts_regress *r;

	random_state = 2026;
	for (round = 0; round < 200; round++) {
		r = measured(test, 40, 2, 0);
		KUNIT_ASSERT_NOT_NULL(test, r);
		for (i = 0; i < 40; i++) {
			/* Most delays tell much more than the measurement is off. */
			r->point[i].x *= 16;
			r->point[i].y *= 16;
			r->point[i].spread = 5000000 + nts_fixed_abs(random_within(15000000));
			r->point[i].y += random_within(r->point[i].spread);
		}
		memset(&tune, 0, sizeof(tune));
		for (n = 12; n <= 40; n++) {
			r->n = n;
			r->begin = 0;
			nts_regress_tune(r, &prior, &tune);
			restless += tune.wander > 4;
		}
	}
	KUNIT_EXPECT_EQ(test, restless, 0U);
}

static void regress_counts_runs(struct kunit *test)
{
	/* 5 % points of the number of runs, by the normal approximation. */
	KUNIT_EXPECT_EQ(test, nts_regress_critical_runs(7), 0U);
	KUNIT_EXPECT_EQ(test, nts_regress_critical_runs(10), 3U);
	KUNIT_EXPECT_EQ(test, nts_regress_critical_runs(30), 11U);
	KUNIT_EXPECT_EQ(test, nts_regress_critical_runs(64), 25U);
	/* Student's distribution, 0.1 % two-sided. */
	KUNIT_EXPECT_EQ(test, nts_regress_t(0) / 65536, 636LL);
	KUNIT_EXPECT_EQ(test, nts_regress_t(3) / 65536, 636LL);
	KUNIT_EXPECT_EQ(test, nts_regress_t(5) * 1000 / 65536, 12924LL);
	KUNIT_EXPECT_EQ(test, nts_regress_t(64) * 10 / 65536, 35LL);
}

/* Anything at all may come in; nothing may overflow or loop. */
static void regress_random_input(struct kunit *test)
{
	struct nts_regress_line prior = wide();
	struct nts_regress_tune tune = { 0 };
	struct nts_regress *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u32 round, i;
	s64 x;

	KUNIT_ASSERT_NOT_NULL(test, r);
	random_state = 19;
	for (round = 0; round < 300; round++) {
		r->n = 1 + (u32)(random_state % NTS_REGRESS_MAX);
		r->begin = 0;
		for (x = 0, i = 0; i < r->n; i++) {
			x = nts_fixed_add(x, nts_fixed_abs(random_within(NTS_S64_MAX / 2)) >>
					     (random_state & 63));
			r->point[i].x = x;
			r->point[i].y = random_within(NTS_S64_MAX / 2) >> (random_state >> 8 & 63);
			r->point[i].spread = nts_fixed_abs(random_within(NTS_S64_MAX / 2)) >>
					     (random_state >> 16 & 63);
		}
		r->jump = 0;
		nts_regress_tune(r, &prior, &tune);
		nts_regress_find_jump(r, &prior, &tune);
		nts_regress_fit(r, &prior, &tune);
		KUNIT_EXPECT_TRUE(test, r->begin < r->n);
		KUNIT_EXPECT_GE(test, r->sd, 0LL);
		KUNIT_EXPECT_TRUE(test, r->line.var_slope.mantissa > 0);
		KUNIT_EXPECT_TRUE(test, r->line.var_offset.mantissa >= 0);
	}
}

static struct kunit_case regress_cases[] = {
	KUNIT_CASE(regress_exact_line),
	KUNIT_CASE(regress_claims_hold),
	KUNIT_CASE(regress_weighs),
	KUNIT_CASE(regress_follows_frequency_jump),
	KUNIT_CASE(regress_finds_a_hidden_jump),
	KUNIT_CASE(regress_ignores_a_lone_point),
	KUNIT_CASE(regress_believes_a_step),
	KUNIT_CASE(regress_learns),
	KUNIT_CASE(regress_noise_is_no_walk),
	KUNIT_CASE(regress_counts_runs),
	KUNIT_CASE(regress_random_input),
	{ }
};

static struct kunit_suite regress_suite = {
	.name = "nts_regress",
	.test_cases = regress_cases,
};

kunit_test_suite(regress_suite);
