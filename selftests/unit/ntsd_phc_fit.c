// SPDX-License-Identifier: GPL-2.0-or-later
/* The line through readings of a device's clock, against clocks that are known. */
#include "../../ntsd/phc_fit.c"
#include "ntsd_ktap.h"

#define S 1000000000LL
#define PPM 1e-6

/* A clock, and the bus that it is read over. */
struct fake {
	double freq;		/* by how much it is fast */
	int64_t phase;
	int64_t way_in;		/* ns from the call to the reading */
	int64_t way_out;
	int64_t jitter;		/* most that either takes longer */
};

static uint32_t seed;

static int64_t chance(int64_t below)
{
	seed = seed * 1664525 + 1013904223;
	return below ? (int64_t)(seed >> 8) % below : 0;
}

static int64_t clock_at(const struct fake *f, int64_t raw)
{
	return raw + f->phase + llround(raw * f->freq);
}

static int64_t read_at(const struct fake *f, int64_t raw, struct phc_reading *r)
{
	int64_t at;

	r->before = raw;
	at = raw + f->way_in + chance(f->jitter);
	r->phc = clock_at(f, at);
	r->after = at + f->way_out + chance(f->jitter);
	return r->after + 100;
}

static struct phc_sample sample_at(const struct fake *f, int64_t raw)
{
	struct phc_reading r[PHC_READER_MAX];
	struct phc_sample s = { 0 };

	for (int i = 0; i < PHC_READER_MAX; i++)
		raw = read_at(f, raw, &r[i]);
	EXPECT(phc_fit_pick(r, PHC_READER_MAX, &s));
	return s;
}

/* How wrong the raw time is that a stamp gets, @later than the last sample. */
static int64_t error_after(const struct phc_fit *fit, const struct fake *f, int64_t later)
{
	int64_t raw = fit->map.raw + later;

	return phc_map_raw(&fit->map, clock_at(f, raw)) - raw;
}

static void run(struct phc_fit *fit, const struct fake *f, int64_t from, int n,
		int64_t every)
{
	for (int i = 0; i < n; i++) {
		struct phc_sample s = sample_at(f, from + i * every);
		double miss;

		EXPECT(phc_fit_agrees(fit, &s, &miss));
		phc_fit_add(fit, &s);
	}
}

/* One of 5 was quick, and the others waited on the way in alone. */
static void the_quickest_count(void)
{
	const struct fake quick = { .way_in = 500, .way_out = 500 };
	const struct fake slow = { .way_in = 20500, .way_out = 500 };
	struct phc_reading r[PHC_READER_MAX];
	struct phc_sample s;
	int64_t raw = 50 * S;

	for (int i = 0; i < PHC_READER_MAX; i++)
		raw = read_at(i % 5 ? &slow : &quick, raw, &r[i]);
	EXPECT(phc_fit_pick(r, PHC_READER_MAX, &s));
	EXPECT(s.delay == 1000);
	EXPECT(s.phc == s.raw);
}

static void a_slow_bus_is_no_drift(void)
{
	const struct fake f = { .freq = 100 * PPM, .phase = S, .way_in = 900000,
				.way_out = 900000, .jitter = 90000 };
	struct phc_sample s = sample_at(&f, 10 * S);

	/* 25 readings take 45 ms, in which the clocks part by 4500 ns. */
	EXPECT(llabs(s.phc - clock_at(&f, s.raw)) < 45000);
	seed = 1;
	for (int i = 0; i < 20; i++) {
		const struct fake even = { .freq = 100 * PPM, .way_in = 900000,
					   .way_out = 900000 };

		s = sample_at(&even, (10 + i) * S);
		EXPECT(llabs(s.phc - clock_at(&even, s.raw)) <= 1);
	}
}

static void nonsense_is_no_reading(void)
{
	struct phc_reading r[3] = {
		{ .before = 100, .phc = 7, .after = 90 },
		{ .before = 200, .phc = 205, .after = 210 },
		{ .before = 300, .phc = 7, .after = 1 },
	};
	struct phc_sample s;

	EXPECT(phc_fit_pick(r, 3, &s) && s.raw == 205 && s.phc == 205);
	EXPECT(!phc_fit_pick(r, 0, &s));
	r[0] = (struct phc_reading){ .before = 2, .after = 1 };
	EXPECT(!phc_fit_pick(r, 1, &s));
}

static void two_samples_make_a_line(void)
{
	const struct fake f = { .freq = 50 * PPM, .phase = -3 * S, .way_in = 300,
				.way_out = 300, .jitter = 40 };
	struct phc_fit fit;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, 7 * S, 2, S);
	EXPECT(fit.n == 2);
	EXPECT(fabs(fit.map.freq + 50 * PPM) < PPM);
	EXPECT(fabs(fit.map.freq + 50 * PPM) < fit.map.skew);
	EXPECT(llabs(error_after(&fit, &f, 0)) < fit.map.error);
	EXPECT(llabs(error_after(&fit, &f, S)) <
	       fit.map.error + fit.map.skew * S);
}

static void more_make_it_better(void)
{
	const struct fake f = { .freq = -80 * PPM, .phase = 1000 * S, .way_in = 1000,
				.way_out = 1000, .jitter = 400 };
	struct phc_fit fit;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, 1000 * S, 40, S);
	EXPECT(fit.n == 16);
	EXPECT(fabs(fit.map.freq - 80 * PPM) < 0.02 * PPM);
	EXPECT(llabs(error_after(&fit, &f, 0)) < 60);
	EXPECT(llabs(error_after(&fit, &f, 2 * S)) < 80);
	EXPECT(fit.map.skew < 0.5 * PPM);
	/* The bound is not much more than a reading took. */
	EXPECT(fit.map.error >= 1000 && fit.map.error < 1600);
}

/* Nobody can see it, but the bound covers it. */
static void asymmetry_is_bounded(void)
{
	const struct fake f = { .freq = 10 * PPM, .way_in = 1900, .way_out = 100,
				.jitter = 20 };
	struct phc_fit fit;
	int64_t error;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, S, 20, S);
	error = llabs(error_after(&fit, &f, 0));
	EXPECT(error > 850 && error < 950);
	EXPECT(error < fit.map.error);
}

/* A burst of delays on one side does not move the line. */
static void lasting_delay_weighs_little(void)
{
	const struct fake calm = { .freq = 10 * PPM, .way_in = 500, .way_out = 500,
				   .jitter = 50 };
	struct fake busy = calm;
	struct phc_fit fit;

	busy.way_in = 15500;
	phc_fit_reset(&fit, 16);
	run(&fit, &calm, S, 12, S);
	run(&fit, &busy, 13 * S, 2, S);
	EXPECT(llabs(error_after(&fit, &calm, 0)) < 1000);
}

static void steps_are_seen(void)
{
	static const int64_t steps[] = { 3000, -3000, 100000, -2 * S, 1700000000 * S };
	struct fake f = { .freq = 30 * PPM, .way_in = 500, .way_out = 500,
			  .jitter = 100 };
	struct phc_sample s;
	struct phc_fit fit;
	double miss;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, S, 16, S);
	s = sample_at(&f, 17 * S);
	EXPECT(phc_fit_agrees(&fit, &s, &miss) && fabs(miss) < 200);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		f.phase = steps[i];
		s = sample_at(&f, 17 * S);
		EXPECT(!phc_fit_agrees(&fit, &s, &miss));
		EXPECT(fabs(miss - steps[i]) < 200 + fabs(steps[i] * 1e-9));
	}
	/* Time goes on. */
	f.phase = 0;
	s = sample_at(&f, 15 * S);
	EXPECT(!phc_fit_agrees(&fit, &s, &miss) && fabs(miss) < 200);
}

/* One sample tells no frequency, but that no clock is that wrong. */
static void a_step_after_the_first(void)
{
	struct fake f = { .freq = 900 * PPM, .way_in = 500, .way_out = 500 };
	struct phc_sample s;
	struct phc_fit fit;
	double miss;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, S, 1, S);
	s = sample_at(&f, 2 * S);
	EXPECT(phc_fit_agrees(&fit, &s, &miss));
	f.phase = 1000000;
	s = sample_at(&f, 2 * S);
	EXPECT(!phc_fit_agrees(&fit, &s, &miss));
}

/* Another program steers it by 200 ppb: no step, and the line follows. */
static void it_may_be_steered(void)
{
	struct fake f = { .freq = 20 * PPM, .way_in = 400, .way_out = 400,
			  .jitter = 60 };
	struct phc_fit fit;
	int64_t at = 20 * S;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, 4 * S, 16, S);
	for (int i = 0; i < 20; i++) {
		/* Its phase does not jump at that. */
		double freq = 20 * PPM + (i % 2 ? 0.2 : -0.2) * PPM;

		f.phase += llround(at * (f.freq - freq));
		f.freq = freq;
		run(&fit, &f, at, 1, S);
		at += S;
		EXPECT(llabs(error_after(&fit, &f, S / 2)) < 600);
	}
}

/* Readings that cost nothing, and are exact. */
static void cross_timestamps(void)
{
	const struct fake f = { .freq = -3 * PPM, .phase = 5 };
	struct phc_fit fit;

	phc_fit_reset(&fit, 16);
	run(&fit, &f, S, 16, S);
	EXPECT(llabs(error_after(&fit, &f, S)) <= 3);
	EXPECT(fit.map.error < 50);
}

static const struct ktap_case cases[] = {
	CASE(the_quickest_count),
	CASE(a_slow_bus_is_no_drift),
	CASE(nonsense_is_no_reading),
	CASE(two_samples_make_a_line),
	CASE(more_make_it_better),
	CASE(asymmetry_is_bounded),
	CASE(lasting_delay_weighs_little),
	CASE(steps_are_seen),
	CASE(a_step_after_the_first),
	CASE(it_may_be_steered),
	CASE(cross_timestamps),
};

KTAP_MAIN(cases)
