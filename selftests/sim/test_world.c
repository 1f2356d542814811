// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulator's own arithmetic: what judges clocks must itself be right. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>

#include "../unit/ntsd_ktap.h"
#include "world.h"

static struct world world;
static struct flight *arrived;
static unsigned int arrivals;

static void keep(struct flight *flight)
{
	free(arrived);
	arrived = flight;
	arrivals++;
}

static void begin(const char *words)
{
	arrivals = 0;
	free(arrived);
	arrived = NULL;
	while (world.network.flights)
		free(network_arrival(&world.network, 1e18L));
	world_init(&world, words, keep);
}

static bool near(simtime_t a, simtime_t b, simtime_t within)
{
	if (fabsl(a - b) <= within)
		return true;
	printf("# %Lf is not %Lf\n", a, b);
	return false;
}

static void known_frequency(void)
{
	begin("offset=0.1 freq=100e-6 wander=0");
	world_advance(&world, 1000e9L);
	EXPECT(near(world.now, 1000e9L, 1e-3L));
	EXPECT(near(world.clock.raw, 1000.1e9L, 0.01L));
	EXPECT(near(world.clock.mono, 1000.1e9L, 0.01L));
	EXPECT(near(world.clock.real, 1000.2e9L, 0.01L));
}

static void adjusted_frequency(void)
{
	struct timex tx = {
		.modes = ADJ_FREQUENCY | ADJ_TICK,
		.freq = -50L * 65536,
		.tick = 10001,
	};

	begin("offset=0 freq=0 wander=0");
	EXPECT(world_adjust(&world, &tx) == TIME_ERROR);
	world_advance(&world, 100e9L);
	EXPECT(near(world.clock.raw, 100e9L, 0.001L));
	/* +100 ppm and -50 ppm */
	EXPECT(near(world.clock.mono, 100.005e9L, 0.001L));
	EXPECT(near(world.clock.real, 100.005e9L, 0.001L));
	EXPECT(tx.tick == 10001 && tx.freq == -50L * 65536);
}

static void limits_of_adjusting(void)
{
	struct timex tx = { .modes = ADJ_TICK, .tick = 11001 };

	begin("");
	EXPECT(world_adjust(&world, &tx) == -1 && errno == EINVAL);
	tx = (struct timex){ .modes = ADJ_TICK, .tick = 8999 };
	EXPECT(world_adjust(&world, &tx) == -1 && errno == EINVAL);
	tx = (struct timex){ .modes = ADJ_FREQUENCY, .freq = 600L << 16 };
	EXPECT(world_adjust(&world, &tx) >= 0 && tx.freq == 500L << 16);
	tx = (struct timex){ .modes = ADJ_FREQUENCY, .freq = -600L * 65536 };
	EXPECT(world_adjust(&world, &tx) >= 0 && tx.freq == -500L * 65536);
	tx = (struct timex){ .modes = ADJ_SETOFFSET, .time.tv_usec = 1000000 };
	EXPECT(world_adjust(&world, &tx) == -1 && errno == EINVAL);
	tx = (struct timex){ .modes = ADJ_SETOFFSET | ADJ_NANO, .time.tv_usec = -1 };
	EXPECT(world_adjust(&world, &tx) == -1 && errno == EINVAL);
}

static void steps(void)
{
	struct timex tx = {
		.modes = ADJ_SETOFFSET | ADJ_NANO | ADJ_STATUS,
		.time = { .tv_sec = -3, .tv_usec = 250000000 },
	};

	begin("offset=5 freq=0 wander=0");
	EXPECT(world_adjust(&world, &tx) == TIME_OK);
	EXPECT(near(world.clock.real, 2.25e9L, 1e-3L));
	EXPECT(near(world.clock.mono, 0, 1e-3L));
	EXPECT(tx.time.tv_sec == world.epoch / 1000000000 + 2);
	EXPECT(tx.time.tv_usec == 250000000);
	tx = (struct timex){ .modes = ADJ_SETOFFSET | ADJ_MICRO, .time = { 0, 500000 } };
	EXPECT(world_adjust(&world, &tx) == TIME_ERROR);
	EXPECT(near(world.clock.real, 2.75e9L, 1e-3L));
	EXPECT(tx.status & STA_UNSYNC && tx.time.tv_usec == 750000);
}

static void maxerror_grows(void)
{
	struct timex tx = { .modes = ADJ_MAXERROR | ADJ_STATUS, .maxerror = 15998000 };

	begin("wander=0 duration=100");
	EXPECT(world_adjust(&world, &tx) == TIME_OK);
	world_advance(&world, 3.5e9L);
	tx.modes = 0;
	EXPECT(world_adjust(&world, &tx) == TIME_OK && tx.maxerror == 15999500);
	world_advance(&world, 10e9L);
	EXPECT(world_adjust(&world, &tx) == TIME_ERROR && tx.maxerror == 16000000);
}

static void wander_is_a_random_walk(void)
{
	const int runs = 200;
	double squares = 0;
	int i;

	for (i = 1; i <= runs; i++) {
		char words[64];

		snprintf(words, sizeof(words), "seed=%d wander=1e-9 freq=0", i);
		begin(words);
		world_advance(&world, 1000e9L);
		squares += world.clock.error * world.clock.error;
	}
	/* sqrt(1000) steps of 1e-9, of which 200 runs give 5 % */
	EXPECT(near(sqrtl(squares / runs) * 1e9L, sqrtl(1000), 0.2L * sqrtl(1000)));
}

static void others_change_the_rate(void)
{
	begin("offset=0 freq=0 wander=0 rate=-5e-6@10");
	world_advance(&world, 20e9L);
	EXPECT(near(world.clock.raw, 20e9L, 0.01L));
	EXPECT(near(world.clock.real, 20e9L - 50e3L, 1));
}

static void jumps_at_their_time(void)
{
	begin("offset=0 freq=0 wander=0 freqjump=5e-6@10 step=-0.5@20");
	world_advance(&world, 9.5e9L);
	EXPECT(near(world.clock.real, 9.5e9L, 0.01L));
	world_advance(&world, 10e9L);
	EXPECT(near(world.clock.real, 19.5e9L + 9.5 * 5e3L, 0.01L));
	world_advance(&world, 1e9L);
	EXPECT(near(world.clock.real, 20.0e9L + 10.5 * 5e3L, 0.01L));
	EXPECT(near(world.clock.mono, 20.5e9L + 10.5 * 5e3L, 0.01L));
}

/* --- the network --------------------------------------------------------------- */

struct trip {
	simtime_t there, back;
};

static uint64_t stamp(const unsigned char *at)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

static simtime_t stamp_time(uint64_t ntp)
{
	return ((simtime_t)(ntp >> 32) - 2208988800.0L) * 1e9L - world.epoch +
	       (uint32_t)ntp * 1e9L / 0x1p32L;
}

/* Sends one request, lets 5 s pass. */
static bool travel(struct trip *trip)
{
	const struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(1234) };
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(123) };
	unsigned char request[48] = { 4 << 3 | 3, [40] = 1, [47] = 9 };
	simtime_t sent = world.now, received;

	arrivals = 0;
	inet_pton(AF_INET, "192.0.2.1", &server.sin_addr);
	network_send(&world.network, world.now, &self, &server, request, sizeof(request));
	world_advance(&world, 5e9L);
	if (!arrivals)
		return false;
	EXPECT(arrivals == 1 && arrived->len == 48);
	EXPECT(!memcmp(arrived->data + 24, request + 40, 8));
	received = stamp_time(stamp(arrived->data + 32));
	trip->there = received - sent;
	trip->back = arrived->at - received;
	return true;
}

static void travel_many(int n, struct trip *sum, int *lost)
{
	struct trip one;

	*sum = (struct trip){ 0, 0 };
	*lost = 0;
	while (n--) {
		if (!travel(&one)) {
			++*lost;
			continue;
		}
		sum->there += one.there;
		sum->back += one.back;
	}
}

static void plain_exchange(void)
{
	struct trip trip;

	begin("jitter=0 delay=0.25 server=192.0.2.1,offset=2,stratum=3,leap=1");
	EXPECT(travel(&trip));
	EXPECT(near(trip.there, 2.25e9L, 1));
	EXPECT(near(trip.back, 0.25e9L - 2e9L, 1));
	EXPECT(arrived->data[0] == (1 << 6 | 4 << 3 | 4) && arrived->data[1] == 3);
}

/* Sends a request that refers to @origin, lets 5 s pass. */
static void refer(const unsigned char *origin, unsigned char receive)
{
	const struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(1234) };
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(123) };
	unsigned char request[48] = { 4 << 3 | 3, [39] = receive, [47] = 9 };

	inet_pton(AF_INET, "192.0.2.1", &server.sin_addr);
	memcpy(request + 24, origin, 8);
	network_send(&world.network, world.now, &self, &server, request, sizeof(request));
	world_advance(&world, 5e9L);
}

static void interleaved_exchange(void)
{
	static const unsigned char none[8];
	unsigned char receive[8];
	uint64_t transmit;
	simtime_t sent, late;

	begin("jitter=0 delay=0.25 server=192.0.2.1,late=0.01");
	refer(none, 0);
	memcpy(receive, arrived->data + 32, 8);
	transmit = stamp(arrived->data + 40);
	sent = arrived->at - 0.25e9L;
	late = sent - stamp_time(transmit);
	EXPECT(transmit == stamp(receive) && late > 0);
	/* What is basic mode: both are equal, or another answer is meant. */
	refer(receive, 9);
	EXPECT(arrived->data[31] == 9 && stamp(arrived->data + 40) == stamp(arrived->data + 32));
	refer(receive, 7);
	EXPECT(arrived->data[31] == 9 && stamp(arrived->data + 40) == stamp(arrived->data + 32));
	/* It tells when the one before left. */
	memcpy(receive, arrived->data + 32, 8);
	sent = arrived->at - 0.25e9L;
	refer(receive, 7);
	EXPECT(arrived->data[31] == 7 && near(stamp_time(stamp(arrived->data + 40)), sent, 1));
}

static void jitter_has_its_mean(void)
{
	struct trip sum;
	int lost;

	begin("jitter=1e-3 delay=100e-6 duration=1e9");
	travel_many(4000, &sum, &lost);
	EXPECT(!lost);
	/* The mean of 4000 is good to 1.6 %. */
	EXPECT(near(sum.there / 4000, 1.1e6L, 0.06e6L));
	EXPECT(near(sum.back / 4000, 1.1e6L, 0.06e6L));
}

static void shapes_have_their_mean(void)
{
	static const char *const shapes[] = { "exponential", "gamma", "normal", "uniform" };
	struct trip sum;
	unsigned int i;
	int lost;

	for (i = 0; i < 4; i++) {
		char words[80];

		snprintf(words, sizeof(words), "shape=%s delay=0 jitter=1e-3 jitter_back=1e-4 "
			 "duration=1e9", shapes[i]);
		begin(words);
		travel_many(4000, &sum, &lost);
		EXPECT(near(sum.there / 4000, 1e6L, 0.06e6L));
		EXPECT(near(sum.back / 4000, 1e5L, 0.06e5L));
	}
	/* Half of these are below 2^(1/1.5) - 1 times half the mean. */
	begin("shape=pareto delay=0 jitter=1e-3 duration=1e9");
	for (i = 0, lost = 0; i < 1000; i++)
		lost += travel(&sum) && sum.there < 293.7e3L;
	EXPECT(lost > 430 && lost < 570);
}

static void frequency_swings(void)
{
	begin("offset=0 freq=0 wander=0 swing=1e-6@400");
	world_advance(&world, 100.5e9L);
	EXPECT(near(world.clock.error * 1e9L, 1000, 0.01L));
	world_advance(&world, 200e9L);
	EXPECT(near(world.clock.error * 1e9L, -1000, 0.01L));
}

static void loss_has_its_rate(void)
{
	struct trip sum;
	int lost;

	begin("loss=0.2254 duration=1e9");
	travel_many(4000, &sum, &lost);
	EXPECT(lost > 1480 && lost < 1720);
}

static void congestion_is_one_way(void)
{
	struct trip sum;
	int lost;

	begin("jitter=0 delay=0 bursts=300,100,10e-3 duration=1e9");
	travel_many(8000, &sum, &lost);
	EXPECT(near(sum.back / 8000, 0, 10));
	/* A quarter of the time. */
	EXPECT(near(sum.there / 8000, 2.5e6L, 0.7e6L));
}

static void servers_step_and_fall_silent(void)
{
	struct trip trip;

	begin("jitter=0 delay=0 server=192.0.2.1,step=3600@10,silent=30@20");
	EXPECT(travel(&trip) && near(trip.there, 0, 1));
	world_advance(&world, 6e9L);
	EXPECT(travel(&trip) && near(trip.there, 3600e9L, 1));
	world_advance(&world, 5e9L);
	EXPECT(!travel(&trip));
	world_advance(&world, 5e9L);
	EXPECT(travel(&trip));
}

static void leap_second(void)
{
	struct timex tx = { .modes = ADJ_STATUS, .status = STA_INS };
	struct trip trip;

	begin("offset=0 freq=0 wander=0 jitter=0 delay=0 leap=1@20");
	EXPECT((world.epoch / 1000000000 + 20) % 86400 == 0);
	EXPECT(travel(&trip) && near(trip.there, 0, 1) && arrived->data[0] >> 6 == 1);
	EXPECT(world_adjust(&world, &tx) >= 0);
	world_advance(&world, 15.25e9L);
	EXPECT(near(world.clock.real, 19.25e9L, 0.01L));
	EXPECT(near(world.clock.mono, 20.25e9L, 0.01L));
	EXPECT(travel(&trip) && near(trip.there, -1e9L, 1) && arrived->data[0] >> 6 == 0);
	/* Once. */
	EXPECT(near(world.clock.real, 24.25e9L, 0.01L));
}

static void same_seed_same_world(void)
{
	struct trip first, again, other;

	begin("seed=7");
	EXPECT(travel(&first));
	begin("seed=7");
	EXPECT(travel(&again));
	begin("seed=8");
	EXPECT(travel(&other));
	EXPECT(first.there == again.there && first.back == again.back);
	EXPECT(first.there != other.there);
}

/* --- what is reported ------------------------------------------------------------ */

static void statistics(void)
{
	const struct scenario scenario = { .from = 100, .limit = 1e-3, .offset = 0.1 };
	struct stats stats;
	int i;

	stats_init(&stats, &scenario);
	for (i = 1; i <= 300; i++)
		stats_sample(&stats, i, i < 40 ? 0.1 : i == 50 ? -0.02 : i == 200 ? 5e-4 :
			     i % 2 ? 3e-4 : -4e-4,
			     i % 2 ? 1e-6 : -1e-6);
	EXPECT(stats.samples == 201);
	EXPECT(near(sqrt(stats.squares / 201) * 1e9L, 354e3L, 1e3L));
	EXPECT(near(sqrt(stats.freq_squares / 201) * 1e9L, 1000, 1));
	EXPECT(stats.max == 5e-4);
	EXPECT(stats.synced == 51);
	EXPECT(near(stats.overshoot, 0.2L, 1e-6L));
}

static void never_synchronised(void)
{
	const struct scenario scenario = { .limit = 1e-3 };
	struct stats stats;
	int i;

	stats_init(&stats, &scenario);
	for (i = 1; i <= 300; i++)
		stats_sample(&stats, i, i % 50 ? 0 : 0.1, 0);
	EXPECT(stats.synced == -1);
}

static const struct ktap_case cases[] = {
	CASE(known_frequency),
	CASE(adjusted_frequency),
	CASE(limits_of_adjusting),
	CASE(steps),
	CASE(maxerror_grows),
	CASE(wander_is_a_random_walk),
	CASE(others_change_the_rate),
	CASE(jumps_at_their_time),
	CASE(plain_exchange),
	CASE(interleaved_exchange),
	CASE(jitter_has_its_mean),
	CASE(shapes_have_their_mean),
	CASE(frequency_swings),
	CASE(loss_has_its_rate),
	CASE(congestion_is_one_way),
	CASE(servers_step_and_fall_silent),
	CASE(leap_second),
	CASE(same_seed_same_world),
	CASE(statistics),
	CASE(never_synchronised),
};

KTAP_MAIN(cases)
