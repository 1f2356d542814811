/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for tests of the discipline: a clock that drifts, servers behind
 * jittery paths, and a client that does what the module does. Deterministic,
 * integer only, so that it runs in a kernel too.
 */
#ifndef _NTS_CORE_SIM_TEST_H
#define _NTS_CORE_SIM_TEST_H

#include "discipline.h"
#include "steer.h"

#define SIM_SECOND	1000000000LL
/* Clocks are counted in 2^-12 ns. */
#define SIM_SHIFT	12
#define SIM_SERVERS	3
/* UTC at the start, so that no two clocks begin alike. */
#define SIM_EPOCH	1700000000000000000LL

/**
 * struct sim_config - what a simulation is like
 * @seed: of all randomness
 * @length: ns
 * @settled: statistics begin then, ns
 * @offset: of the system clock at the start, ns; > 0: ahead of true time
 * @freq: of the oscillator at the start, 2^-48; > 0: fast
 * @wander: random walk of the frequency per second, 2^-48
 * @poll: log2 seconds
 * @delay: one way, without jitter, ns
 * @jitter: mean of the exponential jitter, each way, ns
 * @servers: how many
 * @wrong: added by the last server to its time, ns
 * @loss: percent of exchanges lost
 * @burst_every: a burst of congestion begins each so many ns; 0 = none
 * @burst_length: ns
 * @burst_delay: mean of what requests are delayed more, ns
 * @jump_at: the frequency jumps then, ns; 0 = never
 * @jump: by this, 2^-48
 * @step_at: another program steps the system clock then, ns; 0 = never
 * @step: by this, ns
 * @server_jitter: deviation of the server's own clock, ns
 * @late: timers are so late, ns
 * @makestep: threshold, ns; 0 = never step
 * @trace: called with each second's error, if set
 */
struct sim_config {
	u64 seed;
	s64 length;
	s64 settled;
	s64 offset;
	s64 freq;
	s64 wander;
	s8 poll;
	s64 delay;
	s64 jitter;
	u32 servers;
	s64 wrong;
	u32 loss;
	s64 burst_every;
	s64 burst_length;
	s64 burst_delay;
	s64 jump_at;
	s64 jump;
	s64 step_at;
	s64 step;
	s64 server_jitter;
	s64 late;
	s64 makestep;
	void (*trace)(const void *sim, s64 error);
};

/**
 * struct sim_result - what came of it
 * @rms: of the system clock's error from @settled on, ns
 * @max: its largest, ns
 * @map_rms: of NTP time's error, ns
 * @freq_rms: of the error of the system clock's rate, 2^-48
 * @first: when the clock was synchronised first, ns; 0 = never
 * @converged: from when on the error stayed below 1 ms, ns
 * @overshoot: largest error of the sign opposite to that of the start, ns
 * @outside: seconds in which NTP time was off by more than its root distance
 * @calls: of adjtimex
 * @foreign: acts taken for another program's
 */
struct sim_result {
	s64 rms;
	s64 max;
	s64 map_rms;
	s64 freq_rms;
	s64 first;
	s64 converged;
	s64 overshoot;
	u32 outside;
	u32 calls;
	u32 foreign;
};

struct sim {
	struct sim_config config;
	struct sim_result result;
	struct nts_discipline d;
	struct nts_steer steer;
	struct nts_source source[SIM_SERVERS];
	struct nts_source *sources[SIM_SERVERS];
	u64 random;
	s64 now;	/* true time, ns since the start */
	s64 raw;	/* 2^-12 ns */
	s64 real;	/* 2^-12 ns since the start */
	s64 freq;	/* of the oscillator */
	s64 tick;
	s64 kernel_freq;
	s64 next_wander;
	s64 next_poll[SIM_SERVERS];
	u32 polls[SIM_SERVERS];
	s64 next_plan;	/* raw, ns */
	struct nts_real squares, map_squares, freq_squares;
	u32 n;
};

static inline u64 sim_random(struct sim *sim)
{
	/* Marsaglia's xorshift. */
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return sim->random;
}

/* Normally distributed, nearly: the sum of twelve even ones. */
static inline s64 sim_normal(struct sim *sim, s64 deviation)
{
	s64 sum = -6 * 65536;
	int i;

	for (i = 0; i < 12; i++)
		sum += (s64)(sim_random(sim) >> 48);
	return nts_fixed_muldiv(deviation, sum, 65536);
}

/* Exponentially distributed: -ln of an even one, a bit at a time. */
static inline s64 sim_exponential(struct sim *sim, s64 mean)
{
	s64 x = (s64)(sim_random(sim) >> 2) | 1, squared;
	s64 log = 0;
	int i;

	/* x in [2^61, 2^62) and what was shifted out */
	while (!(x >> 61)) {
		x <<= 1;
		log += 1LL << 32;
	}
	for (i = 31; i >= 0; i--) {
		squared = (s64)((__int128)x * x >> 61);
		if (squared >> 62) {
			x = squared >> 1;
			log -= 1LL << i;
		} else {
			x = squared;
		}
	}
	/* From 1 at x = 2^62 on. */
	log += 1LL << 32;
	/* log2 to ln */
	return nts_fixed_muldiv(nts_fixed_muldiv(log, 2977044472LL, 1LL << 32), mean, 1LL << 32);
}

static inline s64 sim_rate(const struct sim *sim)
{
	return nts_fixed_muldiv(sim->tick - 10000, 1LL << NTS_FREQ_SHIFT, 10000) +
	       nts_fixed_muldiv(sim->kernel_freq, 4294967296LL, 1000000);
}

/* Let time pass. */
static inline void sim_advance(struct sim *sim, s64 until)
{
	while (sim->now < until) {
		s64 end = nts_fixed_min(until, sim->next_wander);
		s64 dt = (end - sim->now) << SIM_SHIFT;
		s64 draw = dt + nts_fixed_scale(dt, sim->freq);

		sim->raw += draw;
		sim->real += draw + nts_fixed_scale(draw, sim_rate(sim));
		sim->now = end;
		if (end == sim->next_wander) {
			sim->freq += sim_normal(sim, sim->config.wander);
			sim->next_wander += SIM_SECOND;
		}
	}
}

static inline s64 sim_raw(const struct sim *sim)
{
	return sim->raw >> SIM_SHIFT;
}

static inline s64 sim_real(const struct sim *sim)
{
	return SIM_EPOCH + (sim->real >> SIM_SHIFT);
}

/* What clock_gettime() and adjtimex() return. */
static inline void sim_read(const struct sim *sim, struct nts_steer_reading *now)
{
	memset(now, 0, sizeof(*now));
	now->raw = sim_raw(sim);
	now->real = sim_real(sim);
	now->known = true;
	now->freq = sim->kernel_freq;
	now->tick = sim->tick;
}

static inline void sim_plan(struct sim *sim)
{
	struct nts_steer_reading now;
	struct nts_adjust adjust;

	sim_read(sim, &now);
	if (nts_steer_plan(&sim->steer, &sim->d, &now, &adjust) & NTS_STEER_FOREIGN)
		sim->result.foreign++;
	if (adjust.modes) {
		sim->result.calls++;
		if (adjust.modes & NTS_ADJUST_SETOFFSET)
			sim->real += adjust.offset * (1LL << SIM_SHIFT);
		if (adjust.modes & NTS_ADJUST_FREQUENCY)
			sim->kernel_freq = adjust.freq;
		if (adjust.modes & NTS_ADJUST_TICK)
			sim->tick = adjust.tick;
		sim_read(sim, &now);
		nts_steer_done(&sim->steer, &adjust, 0, &now);
	}
	sim->next_plan = adjust.next;
}

static inline s64 sim_poll_interval(const struct sim *sim)
{
	return sim->config.poll >= 0 ? SIM_SECOND << sim->config.poll :
	       SIM_SECOND >> -sim->config.poll;
}

/* One exchange with a server, all at once: the answer's time is what counts. */
static inline void sim_exchange(struct sim *sim, u32 i)
{
	const struct sim_config *c = &sim->config;
	struct nts_source *source = &sim->source[i];
	const struct nts_source_server server = { .stratum = 1 };
	s64 up = c->delay + sim_exponential(sim, c->jitter);
	s64 down = c->delay + sim_exponential(sim, c->jitter);
	struct nts_sample sample = { 0 };
	s64 sent, served;

	if (c->burst_every && sim->now % c->burst_every < c->burst_length)
		up += sim_exponential(sim, c->burst_delay);
	nts_source_polled(source);
	sent = sim_raw(sim);
	sim_advance(sim, sim->now + up);
	served = SIM_EPOCH + sim->now + sim_normal(sim, c->server_jitter);
	if (i + 1 == c->servers)
		served += c->wrong;
	sim_advance(sim, sim->now + down);
	if (sim_random(sim) % 100 < c->loss)
		return;
	nts_source_answered(source, &server);
	sample.raw = sent + (sim_raw(sim) - sent) / 2;
	sample.offset = served - sample.raw;
	sample.delay = sim_raw(sim) - sent;
	sample.dispersion = 100;
	if (nts_source_sample(source, &sim->d, &sample) &&
	    nts_discipline_update(&sim->d, sim->sources, c->servers, (int)i, sim_raw(sim)) &
	    NTS_DISCIPLINE_UPDATED) {
		if (!sim->result.first)
			sim->result.first = sim->now;
		sim_plan(sim);
	}
}

/* Each second: how well does the clock do? */
static inline void sim_judge(struct sim *sim)
{
	struct sim_result *r = &sim->result;
	s64 error = sim_real(sim) - SIM_EPOCH - sim->now, map, rate;

	if (sim->config.trace)
		sim->config.trace(sim, error);
	if (nts_fixed_abs(error) > 1000000)
		r->converged = sim->now;
	if (sim->d.synchronised && (error ^ sim->config.offset) < 0)
		r->overshoot = nts_fixed_max(r->overshoot, nts_fixed_abs(error));
	map = nts_clockmap_time(&sim->d.map, sim_raw(sim)) - SIM_EPOCH - sim->now;
	if (sim->d.synchronised &&
	    nts_fixed_abs(map) > sim->d.root_delay / 2 +
				 nts_discipline_dispersion(&sim->d, sim_raw(sim)))
		r->outside++;
	if (sim->now < sim->config.settled)
		return;
	rate = sim->freq + sim_rate(sim);
	sim->n++;
	sim->squares = nts_real_add(sim->squares, nts_real_square(nts_real(error)));
	sim->map_squares = nts_real_add(sim->map_squares, nts_real_square(nts_real(map)));
	sim->freq_squares = nts_real_add(sim->freq_squares, nts_real_square(nts_real(rate)));
	r->max = nts_fixed_max(r->max, nts_fixed_abs(error));
}

/* The scenario all figures of chrony were measured in. */
static inline void sim_defaults(struct sim_config *c)
{
	memset(c, 0, sizeof(*c));
	c->seed = 1;
	c->length = 10000 * SIM_SECOND;
	c->settled = 2000 * SIM_SECOND;
	c->offset = SIM_SECOND / 10;
	c->freq = 100 * NTS_FREQ_PPM;
	c->wander = NTS_FREQ_PPM / 1000;
	c->poll = 6;
	c->delay = 100000;
	c->jitter = 100000;
	c->servers = 1;
}

static inline void sim_start(struct sim *sim, const struct sim_config *config)
{
	struct nts_discipline_config dc;
	struct nts_source_options options;
	u32 i;

	memset(sim, 0, sizeof(*sim));
	sim->config = *config;
	sim->random = config->seed * 0x9e3779b97f4a7c15ULL + 1;
	for (i = 0; i < 20; i++)
		sim_random(sim);
	sim->freq = config->freq;
	sim->tick = 10000;
	sim->raw = 1000 * SIM_SECOND << SIM_SHIFT;
	sim->real = config->offset * (1LL << SIM_SHIFT);
	sim->next_wander = SIM_SECOND;
	nts_discipline_defaults(&dc);
	if (config->makestep) {
		dc.makestep_threshold = config->makestep;
		dc.makestep_limit = 3;
	}
	nts_discipline_init(&sim->d, &dc, sim_raw(sim), sim_real(sim), 0, 0);
	nts_steer_init(&sim->steer);
	nts_source_defaults(&options);
	for (i = 0; i < config->servers; i++) {
		nts_source_init(&sim->source[i], &options, i + 1);
		sim->sources[i] = &sim->source[i];
		sim->next_poll[i] = SIM_SECOND / 5 + i * SIM_SECOND / 10;
	}
	sim->next_plan = sim_raw(sim);
}

static inline void sim_run(struct sim *sim, const struct sim_config *config)
{
	s64 next_second = SIM_SECOND, wait, until;
	u32 i, first;

	sim_start(sim, config);
	while (sim->now < config->length) {
		until = next_second;
		for (first = 0, i = 1; i < config->servers; i++)
			if (sim->next_poll[i] < sim->next_poll[first])
				first = i;
		until = nts_fixed_min(until, sim->next_poll[first]);
		/* How long that is in true time is right to a part in 10^4. */
		wait = sim->next_plan + config->late - sim_raw(sim);
		wait -= nts_fixed_scale(wait, sim->freq);
		until = nts_fixed_min(until, sim->now + nts_fixed_max(wait, 0));
		sim_advance(sim, until);
		if (config->jump_at && sim->now >= config->jump_at) {
			sim->freq += config->jump;
			sim->config.jump_at = 0;
			config = &sim->config;
		}
		if (config->step_at && sim->now >= config->step_at) {
			sim->real += config->step * (1LL << SIM_SHIFT);
			sim->config.step_at = 0;
			config = &sim->config;
		}
		if (sim->now >= next_second) {
			sim_judge(sim);
			next_second += SIM_SECOND;
		}
		if (sim_raw(sim) >= sim->next_plan + config->late)
			sim_plan(sim);
		if (sim->now >= sim->next_poll[first]) {
			sim->polls[first]++;
			sim->next_poll[first] += sim->polls[first] < 4 ?
				nts_fixed_min(2 * SIM_SECOND, sim_poll_interval(sim)) :
				sim_poll_interval(sim);
			sim_exchange(sim, first);
		}
	}
	if (!sim->n)
		return;
	sim->result.rms = nts_real_round(nts_real_sqrt(nts_real_div(sim->squares,
								    nts_real(sim->n))), 0);
	sim->result.map_rms = nts_real_round(nts_real_sqrt(nts_real_div(sim->map_squares,
									nts_real(sim->n))), 0);
	sim->result.freq_rms = nts_real_round(nts_real_sqrt(nts_real_div(sim->freq_squares,
									 nts_real(sim->n))), 0);
}

#endif /* _NTS_CORE_SIM_TEST_H */
