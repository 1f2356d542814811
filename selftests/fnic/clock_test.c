// SPDX-License-Identifier: GPL-2.0-or-later
/* The arithmetic of fnic: exact over days, at any rate, however often it is set. */
#include <stdint.h>

#include "../unit/ntsd_ktap.h"
#include "clock.h"

#define SECOND 1000000000LL
#define DAY (86400 * SECOND)

/* What a clock must read, rounded down, by another way. */
static s64 expected(s64 phase, s64 passed, s64 rate)
{
	__int128 gained = (__int128)passed * rate;
	__int128 whole = gained / FNIC_UNIT;

	if (gained < 0 && whole * FNIC_UNIT != gained)
		whole--;
	return phase + passed + (s64)whole;
}

static void known_values(void)
{
	struct fnic_clock c = { .raw = 5 * SECOND, .phase = 1000, .error_ppb = 20000 };

	EXPECT(fnic_clock_at(&c, 5 * SECOND) == 1000);
	EXPECT(fnic_clock_at(&c, 6 * SECOND) == 1000 + SECOND + 20000);
	EXPECT(fnic_clock_at(&c, 5 * SECOND + 30 * DAY) == 1000 + 30 * DAY + 30 * 86400 * 20000LL);
	/* Before it was set, too. */
	EXPECT(fnic_clock_at(&c, 4 * SECOND) == 1000 - SECOND - 20000);
	c.error_ppb = -35000;
	EXPECT(fnic_clock_at(&c, 5 * SECOND + 365 * DAY) ==
	       1000 + 365 * DAY - 365 * 86400 * 35000LL);
	/* 1 ppm is 65536 of adjfine(). */
	c.error_ppb = 0;
	c.adjusted = -65536 * 10;
	EXPECT(fnic_clock_at(&c, 5 * SECOND + DAY) == 1000 + DAY - 86400 * 10000LL);
}

static void rounds_down(void)
{
	struct fnic_clock c = { .error_ppb = 1 };

	EXPECT(fnic_clock_at(&c, SECOND - 1) == SECOND - 1);
	EXPECT(fnic_clock_at(&c, SECOND) == SECOND + 1);
	c.error_ppb = -1;
	EXPECT(fnic_clock_at(&c, 1) == 0);
	EXPECT(fnic_clock_at(&c, SECOND) == SECOND - 1);
	EXPECT(fnic_clock_at(&c, SECOND + 1) == SECOND - 1);
}

static void any_rate_and_moment(void)
{
	u64 seed = 1;

	for (int i = 0; i < 200000; i++) {
		struct fnic_clock c = {
			.raw = fnic_random(&seed) >> 8,
			.phase = (s64)fnic_random(&seed) >> 4,
			.error_ppb = (s64)fnic_random_below(&seed, 2 * FNIC_MAX_PPB) - FNIC_MAX_PPB,
			.adjusted = (s64)fnic_random_below(&seed, 13107200) - 6553600,
		};
		s64 passed = (s64)fnic_random(&seed) >> (8 + fnic_random_below(&seed, 40));

		EXPECT(fnic_clock_at(&c, c.raw + passed) ==
		       expected(c.phase, passed, fnic_clock_rate(&c)));
	}
}

static void never_backward(void)
{
	struct fnic_clock c = { .error_ppb = -99999999, .adjusted = 12345 };
	s64 before = fnic_clock_at(&c, 0);

	for (u64 raw = 1; raw < 100000; raw++) {
		s64 now = fnic_clock_at(&c, raw);

		EXPECT(now >= before);
		before = now;
	}
}

/* A million turns at odd moments leave not a nanosecond behind. */
static void no_drift_of_rounding(void)
{
	struct fnic_clock one = { .error_ppb = -12345, .adjusted = 7 }, other = one;
	u64 seed = 2, raw = 0;

	for (int i = 0; i < 1000000; i++) {
		raw += 1 + fnic_random_below(&seed, 100000000);
		fnic_clock_turn(&other, raw);
	}
	EXPECT(raw > DAY / 2);
	EXPECT(fnic_clock_at(&one, raw) == fnic_clock_at(&other, raw));
	EXPECT(fnic_clock_at(&one, raw + DAY) == fnic_clock_at(&other, raw + DAY));
}

/* There and back by as much: as if nothing had been. */
static void adjusting_is_exact(void)
{
	struct fnic_clock c = { .error_ppb = 20000 }, untouched = c;

	for (int i = 0; i < 1000; i++) {
		u64 raw = i * SECOND + i;

		fnic_clock_adjust(&c, raw, 98765);
		fnic_clock_adjust(&c, raw + 77777, -98765);
		fnic_clock_adjust(&c, raw + 2 * 77777, 0);
	}
	EXPECT(fnic_clock_at(&c, DAY) == fnic_clock_at(&untouched, DAY));
	fnic_clock_err(&c, DAY, -20000);
	EXPECT(fnic_clock_at(&c, 2 * DAY) == 2 * DAY);
}

static void steps_and_settings(void)
{
	struct fnic_clock c = { .error_ppb = 500 };
	s64 before = fnic_clock_at(&c, 3 * DAY);

	fnic_clock_step(&c, -123456789);
	EXPECT(fnic_clock_at(&c, 3 * DAY) == before - 123456789);
	fnic_clock_step(&c, 123456789);
	EXPECT(fnic_clock_at(&c, 3 * DAY) == before);
	fnic_clock_set(&c, 4 * DAY, -7);
	EXPECT(fnic_clock_at(&c, 4 * DAY) == -7);
	EXPECT(fnic_clock_at(&c, 5 * DAY) == -7 + DAY + 86400 * 500);
}

static void wire_delays(void)
{
	struct fnic_wire w = { .delay = 50000, .jitter = 1000 };
	u64 seed = 3, sum = 0, least = UINT64_MAX, most = 0;
	u64 sent = SECOND;

	for (int i = 0; i < 100000; i++, sent += 10000) {
		u64 took = fnic_wire_arrival(&w, sent, &seed) - sent;

		sum += took;
		least = took < least ? took : least;
		most = took > most ? took : most;
	}
	EXPECT(least == 50000);
	EXPECT(most == 50999);
	EXPECT(sum / 100000 >= 50490 && sum / 100000 <= 50510);
	w.jitter = 0;
	EXPECT(fnic_wire_arrival(&w, sent, &seed) == sent + 50000);
}

static void none_overtakes(void)
{
	struct fnic_wire w = { .delay = 1000, .jitter = 100000 };
	u64 seed = 4, before = 0;

	for (u64 sent = 0; sent < 1000000; sent += 100) {
		u64 moment = fnic_wire_arrival(&w, sent, &seed);

		EXPECT(moment >= before && moment >= sent + 1000);
		before = moment;
	}
}

static const struct ktap_case cases[] = {
	CASE(known_values),
	CASE(rounds_down),
	CASE(any_rate_and_moment),
	CASE(never_backward),
	CASE(no_drift_of_rounding),
	CASE(adjusting_is_exact),
	CASE(steps_and_settings),
	CASE(wire_delays),
	CASE(none_overtakes),
};

KTAP_MAIN(cases)
