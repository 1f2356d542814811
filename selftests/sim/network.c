// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Servers that know the true time (plus what the scenario adds to it) and
 * answer at once, or somewhat later than they say unless in interleaved mode;
 * and a client that asks the simulated process for its time.
 */
#include "network.h"

#include <arpa/inet.h>
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NTP_1970	2208988800ULL
#define PROBE_ADDRESS	0xc6336401	/* 198.51.100.1 */
#define PROBE_PORT	10123

struct ntp {
	uint8_t lvm, stratum;
	int8_t poll, precision;
	uint32_t root_delay, root_dispersion, refid;
	uint64_t reference, origin, receive, transmit;
} __attribute__((packed));

void network_init(struct network *network, const struct scenario *scenario, long long epoch)
{
	*network = (struct network){ .scenario = scenario, .epoch = epoch };
	random_seed(&network->paths, scenario->seed, 1);
	random_seed(&network->bursts, scenario->seed, 2);
	random_seed(&network->servers, scenario->seed, 5);
	network->burst_to = -1;
}

static uint64_t to_ntp(const struct network *network, simtime_t ns)
{
	long long whole = network->epoch + (long long)floorl(ns);
	uint64_t sec = (uint64_t)(whole / 1000000000);
	simtime_t frac = (simtime_t)(whole % 1000000000) + (ns - floorl(ns));

	return htobe64((sec + NTP_1970) << 32 | (uint64_t)(frac * 0x1p32L / 1e9L));
}

static simtime_t from_ntp(const struct network *network, uint64_t ntp)
{
	uint64_t value = be64toh(ntp);
	long long sec = (long long)(value >> 32) - (long long)NTP_1970;

	return (sec - network->epoch / 1000000000) * 1e9L +
	       (uint32_t)value * 1e9L / 0x1p32L - network->epoch % 1000000000;
}

/* Whether the way to the servers is congested at @s, which never falls. */
static bool congested(struct network *network, double s)
{
	const struct scenario *scenario = network->scenario;

	if (scenario->burst_interval <= 0)
		return false;
	while (s >= network->burst_to) {
		double pause = scenario->burst_interval * random_exponential(&network->bursts);

		network->burst_from = fmax(network->burst_to, 0) + pause;
		network->burst_to = network->burst_from +
			scenario->burst_length * random_exponential(&network->bursts);
	}
	return s >= network->burst_from;
}

/* Mean 1. */
static double jitter(struct network *network)
{
	struct random_stream *random = &network->paths;

	switch (network->scenario->shape) {
	case SHAPE_EXPONENTIAL:
		return random_exponential(random);
	case SHAPE_GAMMA:
		return (random_exponential(random) + random_exponential(random) +
			random_exponential(random) + random_exponential(random)) / 4;
	case SHAPE_NORMAL:
		return fabs(random_normal(random)) * sqrt(M_PI / 2);
	case SHAPE_UNIFORM:
		return 2 * random_uniform(random);
	case SHAPE_PARETO:
		return random_pareto(random, 1.5);
	}
	return 0;
}

/* One way's delay in ns; < 0: lost. */
static double travel(struct network *network, simtime_t now, bool there)
{
	const struct scenario *scenario = network->scenario;
	double mean = there || scenario->jitter_back < 0 ? scenario->jitter :
		      scenario->jitter_back;
	double delay = scenario->delay + mean * jitter(network);
	bool lost = random_uniform(&network->paths) <= scenario->loss;
	double extra = random_exponential(&network->paths);

	if (there && congested(network, (double)now * 1e-9))
		delay += scenario->burst_jitter * extra;
	return lost ? -1 : delay * 1e9;
}

static void insert(struct network *network, struct flight *flight)
{
	struct flight **link = &network->flights;

	while (*link && (*link)->at <= flight->at)
		link = &(*link)->next;
	flight->next = *link;
	*link = flight;
}

static struct flight *prepare(const struct sockaddr_in *from, const struct sockaddr_in *to)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (!flight)
		abort();
	flight->from = *from;
	flight->to = *to;
	flight->len = sizeof(struct ntp);
	return flight;
}

/* UTC as ns since the simulation began: seconds are inserted now and then. */
simtime_t network_utc(const struct scenario *scenario, simtime_t now)
{
	return now >= scenario->leap_at * 1e9L ? now - scenario->leap * 1e9L : now;
}

static simtime_t server_time(const struct scenario *scenario,
			     const struct scenario_server *server, simtime_t now)
{
	simtime_t time = network_utc(scenario, now) + server->offset * 1e9L;

	if (server->step_at > 0 && now >= server->step_at * 1e9L)
		time += server->step * 1e9L;
	return time;
}

static int leap_indicator(const struct scenario *scenario,
			  const struct scenario_server *server, simtime_t now)
{
	if (scenario->leap == 0 || now >= scenario->leap_at * 1e9L)
		return server->leap;
	return scenario->leap > 0 ? 1 : 2;
}

/* RFC 9769; each server has one client. */
static void interleave(const struct exchanged *last, const struct ntp *request,
		       struct ntp *reply)
{
	if (!last->receive || request->origin != last->receive ||
	    request->receive == request->transmit)
		return;
	reply->origin = request->receive;
	reply->transmit = last->transmit;
}

static void answer(struct network *network, const struct scenario_server *server,
		   simtime_t arrival, const struct sockaddr_in *client,
		   const struct sockaddr_in *self, const struct ntp *request)
{
	const struct scenario *scenario = network->scenario;
	double back = travel(network, arrival, false), late = 0;
	struct flight *flight;
	struct ntp *reply;

	if (server->late > 0)
		late = server->late * 1e9 * random_exponential(&network->servers);

	if (arrival >= server->silent_from * 1e9L && arrival < server->silent_to * 1e9L) {
		network->lost++;
		return;
	}
	flight = prepare(self, client);
	reply = (struct ntp *)flight->data;
	reply->lvm = (uint8_t)(leap_indicator(scenario, server, arrival) << 6 |
			       (request->lvm & 0x38) | 4);
	reply->stratum = (uint8_t)server->stratum;
	reply->poll = request->poll;
	reply->precision = -25;
	reply->refid = htonl(0x53494d00);
	reply->origin = request->transmit;
	reply->receive = to_ntp(network, server_time(scenario, server, arrival));
	reply->transmit = reply->receive;
	reply->reference = reply->receive;
	interleave(&network->exchanged[server - scenario->server], request, reply);
	network->exchanged[server - scenario->server] = (struct exchanged){
		.receive = reply->receive,
		.transmit = to_ntp(network, server_time(scenario, server, arrival + late)),
	};
	flight->at = arrival + late + back;
	if (back >= 0) {
		insert(network, flight);
	} else {
		network->lost++;
		free(flight);
	}
}

/* Root delay / 2 + root dispersion, ns. */
static double bound_of(const struct ntp *reply)
{
	return (ntohl(reply->root_delay) / 2.0 + ntohl(reply->root_dispersion)) / 65536 * 1e9;
}

/* An answer to our probe: what the process's clock was in error by. */
static void judge(struct network *network, simtime_t now, const struct ntp *reply)
{
	const struct scenario *scenario = network->scenario;
	const double from = scenario->sync_from > 0 ? fmin(scenario->sync_from, scenario->from) :
			    scenario->from;
	simtime_t sent = network_utc(scenario, from_ntp(network, reply->origin));
	double error = fabs((double)((from_ntp(network, reply->receive) - sent +
				      from_ntp(network, reply->transmit) -
				      network_utc(scenario, now)) / 2));
	double bound = bound_of(reply);

	if ((reply->lvm & 7) != 4 || reply->lvm >> 6 == 3)
		return;
	if (scenario->leap != 0 && fabs((double)now - scenario->leap_at * 1e9) < 2e9)
		return;
	network->bounds++;
	network->outside += error > bound;
	network->worst = fmax(network->worst, error / fmax(bound, 1));
	if ((double)now < from * 1e9)
		return;
	network->probe_answers++;
	network->bounds_sum += bound;
	network->probe_squares += error * error;
	network->probe_max = fmax(network->probe_max, error);
}

void network_send(struct network *network, simtime_t now, const struct sockaddr_in *from,
		  const struct sockaddr_in *to, const void *data, size_t len)
{
	const struct scenario *scenario = network->scenario;
	struct ntp request;
	double there;
	int i;

	if (len < sizeof(request))
		return;
	memcpy(&request, data, sizeof(request));
	if (to->sin_addr.s_addr == htonl(PROBE_ADDRESS)) {
		judge(network, now + scenario->delay * 1e9, &request);
		return;
	}
	network->sent++;
	if (to->sin_port != htons(NETWORK_PORT) || (request.lvm & 7) != 3)
		return;
	for (i = 0; i < scenario->servers; i++) {
		if (scenario->server[i].address.s_addr != to->sin_addr.s_addr)
			continue;
		there = travel(network, now, true);
		if (there < 0)
			network->lost++;
		else
			answer(network, &scenario->server[i], now + there, from, to, &request);
		return;
	}
}

void network_probe(struct network *network, simtime_t now)
{
	const struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(PROBE_ADDRESS),
		.sin_port = htons(PROBE_PORT),
	}, to = {
		.sin_family = AF_INET,
		.sin_port = htons(NETWORK_PORT),
	};
	struct flight *flight = prepare(&from, &to);
	struct ntp *request = (struct ntp *)flight->data;

	request->lvm = 4 << 3 | 3;
	request->transmit = to_ntp(network, now);
	flight->at = now + network->scenario->delay * 1e9;
	insert(network, flight);
	network->probes++;
}

/* The next packet that has arrived by @now, for the caller to free. */
struct flight *network_arrival(struct network *network, simtime_t now)
{
	struct flight *flight = network->flights;

	if (!flight || flight->at > now)
		return NULL;
	network->flights = flight->next;
	return flight;
}
