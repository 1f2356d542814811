// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP time, and the system clock with it, in simulated worlds. */
#include <kunit/test.h>

#include "discipline.c"
#include "sim_test.h"

#define US	1000LL
#define MS	1000000LL
/* 2016-12-31 23:50:00 UTC, ten minutes before a leap second. */
#define LEAP_EVE (1483228200 * SECOND)

/**
 * struct world - a simulation and what must come of it
 * @desc: its name
 * @setup: changes the usual scenario
 * @rms: largest allowed, ns
 * @max: largest error allowed once settled, ns
 * @first: latest first synchronisation, ns
 * @converged: latest time of an error above 1 ms, ns
 *
 * The limits are about twice what is seen: they catch blunders, the figures
 * are measured elsewhere.
 */
struct world {
	const char *desc;
	void (*setup)(struct sim_config *c);
	s64 rms;
	s64 max;
	s64 first;
	s64 converged;
};

static void jitter_10us(struct sim_config *c)
{
	c->jitter = 10 * US;
}

static void jitter_100us(struct sim_config *c)
{
	c->jitter = 100 * US;
}

static void jitter_1ms(struct sim_config *c)
{
	c->jitter = MS;
}

static void falseticker(struct sim_config *c)
{
	c->servers = 3;
	c->wrong = 50 * MS;
}

static void loss(struct sim_config *c)
{
	c->loss = 40;
}

static void congestion(struct sim_config *c)
{
	c->burst_every = 1000 * SECOND;
	c->burst_length = 200 * SECOND;
	c->burst_delay = 5 * MS;
}

static void slow_poll(struct sim_config *c)
{
	c->poll = 10;
	c->length = 100000 * SECOND;
	c->settled = 20000 * SECOND;
}

static void fast_poll(struct sim_config *c)
{
	c->poll = -2;
	c->jitter = US;
	c->length = 600 * SECOND;
	c->settled = 300 * SECOND;
}

static void frequency_jump(struct sim_config *c)
{
	c->jump_at = 5000 * SECOND;
	c->jump = 5 * NTS_FREQ_PPM;
}

static void foreign_step(struct sim_config *c)
{
	c->step_at = 5000 * SECOND;
	c->step = 10 * MS;
}

static void may_step(struct sim_config *c)
{
	c->offset = -3600 * SECOND;
	c->makestep = SECOND;
}

static const struct world worlds[] = {
	{ "jitter 10 us", jitter_10us, 6 * US, 30 * US, 6 * SECOND, 12 * SECOND },
	{ "jitter 100 us", jitter_100us, 25 * US, 150 * US, 6 * SECOND, 200 * SECOND },
	{ "jitter 1 ms", jitter_1ms, 90 * US, 500 * US, 6 * SECOND, 700 * SECOND },
	{ "falseticker", falseticker, 25 * US, 100 * US, 6 * SECOND, 200 * SECOND },
	{ "40 % loss", loss, 40 * US, 250 * US, 400 * SECOND, 600 * SECOND },
	{ "congestion", congestion, 35 * US, 200 * US, 6 * SECOND, 400 * SECOND },
	{ "poll 10", slow_poll, 120 * US, 600 * US, 6 * SECOND, 4000 * SECOND },
	{ "poll -2", fast_poll, 200, 2 * US, 2 * SECOND, 12 * SECOND },
	{ "frequency jump", frequency_jump, 100 * US, 1500 * US, 6 * SECOND, 5200 * SECOND },
	{ "foreign step", foreign_step, 1500 * US, 10200 * US, 6 * SECOND, 5200 * SECOND },
	{ "makestep", may_step, 25 * US, 150 * US, 6 * SECOND, 200 * SECOND },
};

static void world_desc(const struct world *world, char *desc)
{
	strscpy(desc, world->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(world, worlds, world_desc);

static void discipline_keeps_time(struct kunit *test)
{
	const struct world *world = test->param_value;
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	struct sim_config config;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim_defaults(&config);
	world->setup(&config);
	sim_run(sim, &config);
	KUNIT_EXPECT_LE(test, sim->result.rms, world->rms);
	KUNIT_EXPECT_LE(test, sim->result.max, world->max);
	KUNIT_EXPECT_GE(test, sim->result.first, 1LL);
	KUNIT_EXPECT_LE(test, sim->result.first, world->first);
	KUNIT_EXPECT_LE(test, sim->result.converged, world->converged);
	/* 10 % of the 0.1 s at the start. */
	if (!config.makestep && !config.step_at)
		KUNIT_EXPECT_LE(test, sim->result.overshoot, 10 * MS);
	/* The bounds that are published hold, but while the oscillator jumps. */
	if (!config.jump_at)
		KUNIT_EXPECT_EQ(test, sim->result.outside, 0U);
	KUNIT_EXPECT_EQ(test, sim->result.foreign, config.step_at ? 1U : 0U);
}

/* A simulation that has run for a while. */
static struct sim *settled(struct kunit *test)
{
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	struct sim_config config;

	if (!sim)
		return NULL;
	sim_defaults(&config);
	config.jitter = 10 * US;
	config.length = 1000 * SECOND;
	sim_run(sim, &config);
	return sim;
}

static s64 ntp_error(const struct sim *sim)
{
	return nts_clockmap_time(&sim->d.map, sim_raw(sim)) - SIM_EPOCH - sim->now;
}

static void discipline_tells_its_quality(struct kunit *test)
{
	struct sim *sim = settled(test);
	struct nts_quality quality = { 0 };
	struct nts_tracking tracking;
	s64 raw;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	raw = sim_raw(sim);
	nts_discipline_quality(&sim->d, raw, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, 0);
	KUNIT_EXPECT_EQ(test, quality.stratum, 2);
	KUNIT_EXPECT_EQ(test, quality.refid, 1U);
	/* 200 us and a bit, in 2^-16 s */
	KUNIT_EXPECT_GE(test, quality.root_delay, 13U);
	KUNIT_EXPECT_LE(test, quality.root_delay, 20U);
	KUNIT_EXPECT_GE(test, quality.root_dispersion, 1U);
	KUNIT_EXPECT_LE(test, quality.root_dispersion, 20U);
	nts_discipline_tracking(&sim->d, raw, &tracking);
	KUNIT_EXPECT_TRUE(test, tracking.synchronised);
	KUNIT_EXPECT_EQ(test, tracking.stratum, 2);
	KUNIT_EXPECT_EQ(test, tracking.selected, 0);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(tracking.freq + 100 * NTS_FREQ_PPM), NTS_FREQ_PPM);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(tracking.interval - 64 * SECOND), SECOND);
	KUNIT_EXPECT_LE(test, tracking.skew, 5 * NTS_FREQ_PPM);
	KUNIT_EXPECT_LE(test, tracking.rms_offset, 300 * US);
	/* Nobody answers for a day: 1 ppm and the skew make it worse. */
	KUNIT_EXPECT_GE(test, nts_discipline_dispersion(&sim->d, raw + DAY), 86 * MS);
	KUNIT_EXPECT_LE(test, nts_discipline_dispersion(&sim->d, raw + DAY), SECOND);
}

static void discipline_begins_unsynchronised(struct kunit *test)
{
	struct nts_discipline_config config;
	struct nts_quality quality = { 0 };
	struct nts_discipline *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	nts_discipline_defaults(&config);
	nts_discipline_init(d, &config, 5 * SECOND, SIM_EPOCH, -3 * NTS_FREQ_PPM, 0);
	nts_discipline_quality(d, 6 * SECOND, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, NTS_NTP_LEAP_UNSYNC);
	KUNIT_EXPECT_EQ(test, quality.stratum, NTS_NTP_MAX_STRATUM);
	KUNIT_EXPECT_EQ(test, nts_clockmap_time(&d->map, 6 * SECOND), SIM_EPOCH + SECOND - 3001);
	KUNIT_EXPECT_EQ(test, nts_discipline_next(d), NTS_S64_MAX);
	KUNIT_EXPECT_EQ(test, nts_discipline_update(d, NULL, 0, -1, 7 * SECOND), 0U);
}

static void discipline_survives_suspend(struct kunit *test)
{
	struct sim *sim = settled(test);
	struct nts_quality quality = { 0 };
	u32 events;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	/* Asleep for an hour: the raw clock stands still, the system clock does not. */
	sim->now += 3600 * SECOND;
	sim->next_wander += 3600 * SECOND;
	sim->real += 3600 * SECOND * (1LL << SIM_SHIFT);
	events = nts_discipline_suspend(&sim->d, sim->sources, 1, sim_raw(sim), 3600 * SECOND);
	KUNIT_EXPECT_EQ(test, events, NTS_DISCIPLINE_LOST);
	nts_discipline_quality(&sim->d, sim_raw(sim), &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, NTS_NTP_LEAP_UNSYNC);
	/* The frequency is still known. */
	KUNIT_EXPECT_LE(test, nts_fixed_abs(ntp_error(sim)), 100 * US);
	for (i = 0; i < 4; i++) {
		sim_exchange(sim, 0);
		sim_advance(sim, sim->now + 2 * SECOND);
	}
	KUNIT_EXPECT_TRUE(test, sim->d.synchronised);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(ntp_error(sim)), 100 * US);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(sim->d.map.freq + 100 * NTS_FREQ_PPM), NTS_FREQ_PPM);
	KUNIT_EXPECT_EQ(test, sim->result.foreign, 0U);
}

static void discipline_refuses_large_changes(struct kunit *test)
{
	struct sim *sim = settled(test);
	struct nts_clockmap before;
	u32 i, refused = 0, events = 0;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim->d.config.maxchange = SECOND;
	sim->d.config.maxchange_start = 1;
	sim->d.config.maxchange_ignore = 2;
	before = sim->d.map;
	/* The only server is wrong by an hour from now on. */
	for (i = 0; i < 12; i++) {
		struct nts_sample sample = *nts_samples_newest(&sim->source[0].samples);

		sample.raw += 64 * SECOND;
		sample.offset = nts_clockmap_time(&before, sample.raw) - sample.raw + 3600 * SECOND;
		nts_source_sample(&sim->source[0], &sim->d, &sample);
		events = nts_discipline_update(&sim->d, sim->sources, 1, 0, sample.raw);
		refused += !!(events & NTS_DISCIPLINE_MAXCHANGE);
		if (events & NTS_DISCIPLINE_GAVE_UP)
			break;
	}
	KUNIT_EXPECT_EQ(test, refused, 2U);
	KUNIT_EXPECT_TRUE(test, events & NTS_DISCIPLINE_GAVE_UP);
	KUNIT_EXPECT_TRUE(test, sim->d.gave_up);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_clockmap_time(&sim->d.map, before.raw) -
					    before.time), MS);
}

static void discipline_loses_its_source(struct kunit *test)
{
	struct sim *sim = settled(test);
	u32 events;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim->source[0].server.leap = NTS_NTP_LEAP_UNSYNC;
	events = nts_discipline_update(&sim->d, sim->sources, 1, -1, sim_raw(sim));
	KUNIT_EXPECT_EQ(test, events, NTS_DISCIPLINE_LOST);
	events = nts_discipline_update(&sim->d, sim->sources, 1, -1, sim_raw(sim));
	KUNIT_EXPECT_EQ(test, events, 0U);
	sim->source[0].server.leap = 0;
	events = nts_discipline_update(&sim->d, sim->sources, 1, 0, sim_raw(sim));
	KUNIT_EXPECT_EQ(test, events & (NTS_DISCIPLINE_SELECTED | NTS_DISCIPLINE_UPDATED),
			NTS_DISCIPLINE_SELECTED | NTS_DISCIPLINE_UPDATED);
}

/* Each change between plain and authenticated is told, if there can be any. */
static void discipline_falls_back(struct kunit *test)
{
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	struct sim_config config;
	u32 events;
	s64 raw;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim_defaults(&config);
	config.servers = 2;
	config.length = 1000 * SECOND;
	sim_run(sim, &config);
	KUNIT_EXPECT_FALSE(test, sim->d.plain);
	sim->d.config.select.auth = NTS_AUTHSELECT_MODE_PREFER;
	sim->source[1].authenticated = true;
	raw = sim_raw(sim);
	nts_discipline_update(&sim->d, sim->sources, 2, 1, raw);
	KUNIT_EXPECT_EQ(test, sim->d.select.selected, 1);
	KUNIT_EXPECT_FALSE(test, sim->d.plain);
	sim->source[1].reach = 0;
	events = nts_discipline_update(&sim->d, sim->sources, 2, 0, raw);
	KUNIT_EXPECT_EQ(test, events, NTS_DISCIPLINE_LOST);
	KUNIT_EXPECT_EQ(test, nts_discipline_next(&sim->d), raw + NTS_SELECT_PATIENCE);
	raw = nts_discipline_next(&sim->d);
	events = nts_discipline_update(&sim->d, sim->sources, 2, -1, raw);
	KUNIT_EXPECT_TRUE(test, events & NTS_DISCIPLINE_AUTH);
	KUNIT_EXPECT_TRUE(test, sim->d.plain);
	KUNIT_EXPECT_EQ(test, sim->d.select.selected, 0);
	KUNIT_EXPECT_EQ(test, nts_discipline_next(&sim->d), NTS_S64_MAX);
	sim->source[1].reach = 1;
	events = nts_discipline_update(&sim->d, sim->sources, 2, 1, raw + SECOND);
	KUNIT_EXPECT_TRUE(test, events & NTS_DISCIPLINE_AUTH);
	KUNIT_EXPECT_FALSE(test, sim->d.plain);
	/* Where all are equal, a plain one is no fallback. */
	sim->d.config.select.auth = NTS_AUTHSELECT_MODE_IGNORE;
	sim->source[1].reach = 0;
	events = nts_discipline_update(&sim->d, sim->sources, 2, 0, raw + 2 * SECOND);
	KUNIT_EXPECT_EQ(test, sim->d.select.selected, 0);
	KUNIT_EXPECT_FALSE(test, events & NTS_DISCIPLINE_AUTH);
}

static void discipline_maxupdateskew(struct kunit *test)
{
	struct sim *sim = settled(test);
	s64 before;
	u32 events;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	before = sim->d.map.freq;
	sim->d.config.maxupdateskew = 1;
	sim->source[0].samples.freq += 1000;
	events = nts_discipline_update(&sim->d, sim->sources, 1, 0, sim_raw(sim));
	KUNIT_EXPECT_EQ(test, events, NTS_DISCIPLINE_UPDATED);
	KUNIT_EXPECT_EQ(test, sim->d.map.freq, before);
	sim->d.config.maxupdateskew = 1000 * NTS_FREQ_PPM;
	events = nts_discipline_update(&sim->d, sim->sources, 1, 0, sim_raw(sim));
	KUNIT_EXPECT_EQ(test, events, NTS_DISCIPLINE_UPDATED | NTS_DISCIPLINE_FREQUENCY);
	KUNIT_EXPECT_EQ(test, sim->d.map.freq, before + 1000);
}

struct leap_case {
	const char *desc;
	u8 announced;
	u8 mode;
	s64 begin;
	s64 shift;
	bool listed;
	u8 leap;
	s64 leap_at;
};

#define NO_LIST false, 0, 0

static const struct leap_case leap_cases[] = {
	{ "insert", 1, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE, -SECOND, NO_LIST },
	{ "delete", 2, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE, SECOND, NO_LIST },
	{ "step", 1, NTS_LEAPSEC_MODE_STEP, LEAP_EVE, -SECOND, NO_LIST },
	{ "slew", 1, NTS_LEAPSEC_MODE_SLEW, LEAP_EVE, -SECOND, NO_LIST },
	{ "ignore", 1, NTS_LEAPSEC_MODE_IGNORE, LEAP_EVE, 0, NO_LIST },
	{ "on a day without", 1, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE - 10 * DAY, 0, NO_LIST },
	{ "end of June 2015", 1, NTS_LEAPSEC_MODE_SYSTEM, 1435708200 * SECOND, -SECOND, NO_LIST },
	{ "listed and not announced", 0, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE, -SECOND,
	  true, 1, LEAP_EVE + 600 * SECOND },
	{ "listed as deleted, announced as inserted", 1, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE,
	  SECOND, true, 2, LEAP_EVE + 600 * SECOND },
	{ "announced and not listed", 1, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE, 0, true, 0, 0 },
	{ "listed for another day", 1, NTS_LEAPSEC_MODE_SYSTEM, LEAP_EVE, 0, true, 1,
	  LEAP_EVE + 600 * SECOND + DAY },
	{ "listed and ignored", 1, NTS_LEAPSEC_MODE_IGNORE, LEAP_EVE, 0, true, 1,
	  LEAP_EVE + 600 * SECOND },
	{ "end of June 2100", 1, NTS_LEAPSEC_MODE_SYSTEM, 4118082600 * SECOND, -SECOND, NO_LIST },
};

static void leap_desc(const struct leap_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(leap, leap_cases, leap_desc);

static void discipline_leap(struct kunit *test)
{
	const struct leap_case *c = test->param_value;
	struct sim *sim = settled(test);
	struct nts_source *source;
	struct nts_sample sample;
	s64 raw, before, next;
	u32 events;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	source = &sim->source[0];
	sim->d.config.leap_mode = c->mode;
	sim->d.config.leap_listed = c->listed;
	sim->d.config.leap = c->leap;
	sim->d.config.leap_at = c->leap_at;
	/* Ten minutes before the midnight. */
	raw = sim_raw(sim);
	nts_samples_shift(&source->samples, c->begin - nts_clockmap_time(&sim->d.map, raw));
	source->server.leap = c->announced;
	events = nts_discipline_update(&sim->d, sim->sources, 1, 0, raw);
	KUNIT_EXPECT_EQ(test, !!(events & NTS_DISCIPLINE_LEAP_SET), c->shift != 0);
	next = nts_discipline_next(&sim->d);
	if (!c->shift) {
		KUNIT_EXPECT_EQ(test, next, NTS_S64_MAX);
		return;
	}
	KUNIT_ASSERT_TRUE(test, next < NTS_S64_MAX);
	before = nts_clockmap_time(&sim->d.map, next);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(before - c->begin - 600 * SECOND +
					    (c->shift > 0 ? SECOND : 0)), 2LL);
	/* Not a moment too early. */
	events = nts_discipline_update(&sim->d, sim->sources, 1, -1, next - MS);
	KUNIT_EXPECT_FALSE(test, events & NTS_DISCIPLINE_LEAP);
	events = nts_discipline_update(&sim->d, sim->sources, 1, -1, next + 1);
	KUNIT_EXPECT_TRUE(test, events & NTS_DISCIPLINE_LEAP);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(nts_clockmap_time(&sim->d.map, next) -
					    before - c->shift), 2LL);
	KUNIT_EXPECT_EQ(test, sim->d.step, c->mode == NTS_LEAPSEC_MODE_STEP);
	/* In interleaved mode the next sample is still of the time before. */
	sample = *nts_samples_newest(&source->samples);
	sample.raw = next - MS;
	sample.offset = nts_clockmap_time(&sim->d.map, sample.raw) - c->shift - sample.raw;
	KUNIT_EXPECT_TRUE(test, nts_source_sample(source, &sim->d, &sample));
	KUNIT_EXPECT_LE(test, source->error, 100 * US);
	/* The server goes on announcing for a while; its samples fit. */
	sample.raw = next + MS;
	sample.offset = nts_clockmap_time(&sim->d.map, sample.raw) - sample.raw;
	KUNIT_EXPECT_TRUE(test, nts_source_sample(source, &sim->d, &sample));
	KUNIT_EXPECT_LE(test, source->error, 100 * US);
	events = nts_discipline_update(&sim->d, sim->sources, 1, 0, sample.raw);
	KUNIT_EXPECT_FALSE(test, events & (NTS_DISCIPLINE_LEAP | NTS_DISCIPLINE_LEAP_SET));
	KUNIT_EXPECT_LE(test, nts_fixed_abs(sim->d.last_offset), 100 * US);
	KUNIT_EXPECT_EQ(test, nts_discipline_next(&sim->d), NTS_S64_MAX);
}

static s64 served(const struct sim *sim, s64 raw)
{
	return nts_clockmap_time(&sim->d.map, raw) + nts_smooth_at(&sim->d.smooth, raw, NULL);
}

static void smooth_slowly(struct sim *sim, bool leaponly)
{
	struct nts_discipline_config config = sim->d.config;

	config.smooth_freq = 400 * NTS_FREQ_PPM;
	config.smooth_wander = NTS_FREQ_PPM / 1000;
	config.smooth_leaponly = leaponly;
	config.leap_mode = NTS_LEAPSEC_MODE_SLEW;
	nts_discipline_configure(&sim->d, &config);
	/* What was before is not smoothed any more. */
	nts_discipline_update(&sim->d, sim->sources, 1, 0, sim_raw(sim));
}

/* Clients are told neither of the leap second nor of a step. */
static void discipline_smooths_leap_seconds(struct kunit *test)
{
	struct sim *sim = settled(test);
	struct nts_quality quality;
	s64 raw, next, before;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	smooth_slowly(sim, true);
	raw = sim_raw(sim);
	nts_samples_shift(&sim->source[0].samples,
			  LEAP_EVE - nts_clockmap_time(&sim->d.map, raw));
	sim->source[0].server.leap = 1;
	nts_discipline_update(&sim->d, sim->sources, 1, 0, raw);
	KUNIT_EXPECT_EQ(test, nts_smooth_left(&sim->d.smooth, raw), 0LL);
	nts_discipline_quality(&sim->d, raw, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, 0);
	KUNIT_EXPECT_EQ(test, quality.refid, 1U);
	next = nts_discipline_next(&sim->d);
	KUNIT_ASSERT_TRUE(test, next < NTS_S64_MAX);
	before = served(sim, next);
	KUNIT_EXPECT_TRUE(test, nts_discipline_update(&sim->d, sim->sources, 1, -1, next + 1) &
			  NTS_DISCIPLINE_LEAP);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(served(sim, next + 1) - before), 2LL);
	KUNIT_EXPECT_EQ(test, nts_smooth_left(&sim->d.smooth, next) / SECOND, 63245LL);
	nts_discipline_quality(&sim->d, next + 1, &quality);
	KUNIT_EXPECT_EQ(test, quality.leap, 0);
	KUNIT_EXPECT_EQ(test, quality.refid, 0x7f7f01ffU);
	KUNIT_EXPECT_EQ(test, served(sim, next + DAY),
			nts_clockmap_time(&sim->d.map, next + DAY));
}

/* A correction that is at once in NTP time comes slowly to clients. */
static void discipline_smooths_corrections(struct kunit *test)
{
	struct sim *sim = settled(test);
	s64 raw, before, error;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	smooth_slowly(sim, false);
	raw = sim_raw(sim);
	before = served(sim, raw);
	error = nts_clockmap_time(&sim->d.map, raw);
	nts_samples_shift(&sim->source[0].samples, 10 * MS);
	nts_discipline_update(&sim->d, sim->sources, 1, 0, raw);
	error = nts_clockmap_time(&sim->d.map, raw) - error;
	KUNIT_EXPECT_GE(test, error, 9 * MS);
	KUNIT_EXPECT_LE(test, nts_fixed_abs(served(sim, raw) - before), 2LL);
	KUNIT_EXPECT_GE(test, nts_smooth_left(&sim->d.smooth, raw), 6000 * SECOND);
	raw += nts_smooth_left(&sim->d.smooth, raw) + 1;
	KUNIT_EXPECT_EQ(test, served(sim, raw), nts_clockmap_time(&sim->d.map, raw));
}

static struct kunit_case discipline_cases[] = {
	KUNIT_CASE_PARAM(discipline_keeps_time, world_gen_params),
	KUNIT_CASE(discipline_tells_its_quality),
	KUNIT_CASE(discipline_begins_unsynchronised),
	KUNIT_CASE(discipline_survives_suspend),
	KUNIT_CASE(discipline_refuses_large_changes),
	KUNIT_CASE(discipline_loses_its_source),
	KUNIT_CASE(discipline_falls_back),
	KUNIT_CASE(discipline_maxupdateskew),
	KUNIT_CASE_PARAM(discipline_leap, leap_gen_params),
	KUNIT_CASE(discipline_smooths_leap_seconds),
	KUNIT_CASE(discipline_smooths_corrections),
	{ }
};

static struct kunit_suite discipline_suite = {
	.name = "nts_discipline",
	.test_cases = discipline_cases,
};

kunit_test_suite(discipline_suite);
