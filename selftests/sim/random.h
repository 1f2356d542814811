/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeded random numbers: the same seed and stream give the same sequence everywhere. */
#ifndef _SIM_RANDOM_H
#define _SIM_RANDOM_H

#include <stdint.h>

struct random_stream {
	uint64_t state;
};

void random_seed(struct random_stream *random, uint64_t seed, uint64_t stream);
uint64_t random_bits(struct random_stream *random);
double random_uniform(struct random_stream *random);
double random_exponential(struct random_stream *random);
double random_normal(struct random_stream *random);
double random_pareto(struct random_stream *random, double alpha);

#endif /* _SIM_RANDOM_H */
