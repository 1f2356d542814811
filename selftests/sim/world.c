// SPDX-License-Identifier: GPL-2.0-or-later
/* True time passes from event to event: seconds begin and packets arrive. */
#include "world.h"

#include <math.h>

#define EPOCH	1767225600000000000LL	/* 2026-01-01 */
#define LEAP_DAY 1782864000000000000LL	/* 2026-07-01, when there may be a leap second */

void world_init(struct world *world, const char *words, void (*deliver)(struct flight *))
{
	struct scenario *scenario = &world->scenario;

	scenario_parse(scenario, words);
	world->epoch = EPOCH;
	if (scenario->leap != 0)
		world->epoch = LEAP_DAY - (long long)(scenario->leap_at * 1e9);
	world->now = 0;
	world->second = 1;
	world->ended = 0;
	world->delivered = 0;
	world->deliver = deliver;
	simclock_init(&world->clock, scenario->offset, scenario->freq);
	world->clock.midnight = scenario->leap != 0 ? scenario->leap_at * 1e9L : 0;
	network_init(&world->network, scenario, world->epoch);
	stats_init(&world->stats, scenario);
	random_seed(&world->wander, scenario->seed, 3);
	random_seed(&world->entropy, scenario->seed, 4);
	world->log = scenario->log ? fopen(scenario->log, "we") : NULL;
}

static void begin_second(struct world *world)
{
	const struct scenario *scenario = &world->scenario;
	struct simclock *clock = &world->clock;
	double now = (double)world->second++;
	double offset, freq;

	if (scenario->swing_period > 0)
		clock->error += scenario->swing *
			(sin(2 * M_PI * now / scenario->swing_period) -
			 sin(2 * M_PI * (now - 1) / scenario->swing_period));
	if (scenario->freq_jump_at == now)
		clock->error += scenario->freq_jump;
	if (scenario->step_at > 0 && scenario->step_at == now)
		simclock_step(clock, scenario->step * 1e9L);
	if (scenario->rate_at == now)
		clock->freq += (long)(scenario->rate * 65536e6);
	offset = (double)((clock->real - network_utc(scenario, world->now)) * 1e-9L);
	freq = simclock_rate(clock) - 1;
	/* Which of the two leaps first is no matter of accuracy. */
	if (scenario->leap == 0 || fabs(now - scenario->leap_at) > 2)
		stats_sample(&world->stats, now, offset, freq);
	if (world->log)
		fprintf(world->log, "%.0f %.10f %.6e %.6e\n", now, offset, freq, clock->error);
	clock->error += scenario->wander * random_normal(&world->wander);
	simclock_second(clock);
	if (scenario->probe > 0 && (long)now % (long)scenario->probe == 0)
		network_probe(&world->network, world->now);
	if (now >= scenario->duration)
		world->ended = 1;
}

static simtime_t earlier(simtime_t a, simtime_t b)
{
	return a < b ? a : b;
}

/* Until the next event, but at most @ns. */
void world_next(struct world *world, simtime_t ns)
{
	simtime_t until = earlier(world->now + ns, world->second * 1e9L);
	struct flight *flight = world->network.flights;

	if (flight)
		until = earlier(until, flight->at);
	if (until > world->now) {
		simclock_advance(&world->clock, until - world->now);
		world->now = until;
	}
	while ((flight = network_arrival(&world->network, world->now))) {
		flight->local = world->clock.real;
		world->delivered = 1;
		world->deliver(flight);
	}
	if (world->now >= world->second * 1e9L)
		begin_second(world);
}

void world_advance(struct world *world, simtime_t ns)
{
	simtime_t until = world->now + ns;

	while (world->now < until && !world->ended)
		world_next(world, until - world->now);
}

int world_adjust(struct world *world, struct timex *tx)
{
	double rate = simclock_rate(&world->clock);
	int result = simclock_adjust(&world->clock, tx, world->epoch);
	bool changed = (tx->modes & ADJ_SETOFFSET) || simclock_rate(&world->clock) != rate;

	/* What it sets before it has learnt anything is no update. */
	if (world->delivered && result >= 0 && changed)
		stats_update(&world->stats, (double)world->now * 1e-9);
	return result;
}
