/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The servers, and how long packets take to them and back. */
#ifndef _SIM_NETWORK_H
#define _SIM_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"
#include "scenario.h"
#include "simtime.h"

#define NETWORK_PACKET	512
#define NETWORK_PORT	123

/* A packet on its way to the process, or waiting in its socket. */
struct flight {
	struct flight *next;
	simtime_t at;			/* arrival, ns of true time */
	simtime_t local;		/* the process's clock then, ns since the epoch's */
	struct sockaddr_in from, to;
	size_t len;
	unsigned char data[NETWORK_PACKET];
};

/* What a server remembers for interleaved mode, as on the wire. */
struct exchanged {
	uint64_t receive, transmit;
};

struct network {
	const struct scenario *scenario;
	long long epoch;		/* ns since 1970 when the simulation began */
	struct random_stream paths, bursts, servers;
	struct exchanged exchanged[SCENARIO_SERVERS];
	double burst_from, burst_to;	/* the present or next congestion, s */
	struct flight *flights;		/* earliest first */
	unsigned long sent, lost;
	/* of the answers to our probes */
	unsigned long probes, probe_answers;
	double probe_squares, probe_max;	/* ns */
	double bounds_sum;			/* of what they said the error can be, ns */
	/* of all of them since the start: was the error within what they said? */
	unsigned long bounds, outside;
	double worst;		/* largest error in terms of the bound */
};

void network_init(struct network *network, const struct scenario *scenario,
		  long long epoch);
void network_send(struct network *network, simtime_t now, const struct sockaddr_in *from,
		  const struct sockaddr_in *to, const void *data, size_t len);
void network_probe(struct network *network, simtime_t now);
simtime_t network_utc(const struct scenario *scenario, simtime_t now);
struct flight *network_arrival(struct network *network, simtime_t now);

#endif /* _SIM_NETWORK_H */
