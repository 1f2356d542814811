// SPDX-License-Identifier: GPL-2.0-or-later
/* Seeded random numbers; the generator is a counter through a 64-bit mixer. */
#include "random.h"

#include <math.h>

#define GOLDEN	0x9e3779b97f4a7c15ULL

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

void random_seed(struct random_stream *random, uint64_t seed, uint64_t stream)
{
	random->state = mix(mix(seed + GOLDEN) + stream);
}

uint64_t random_bits(struct random_stream *random)
{
	random->state += GOLDEN;
	return mix(random->state);
}

/* In (0, 1]: its logarithm is finite. */
double random_uniform(struct random_stream *random)
{
	return (double)((random_bits(random) >> 11) + 1) * 0x1p-53;
}

/* Mean 1. */
double random_exponential(struct random_stream *random)
{
	return -log(random_uniform(random));
}

/* Mean 0, variance 1. */
double random_normal(struct random_stream *random)
{
	double r = sqrt(2 * random_exponential(random));

	return r * cos(2 * M_PI * random_uniform(random));
}

/* Mean 1; from 0 on, and the more often very large the nearer @alpha is to 1. */
double random_pareto(struct random_stream *random, double alpha)
{
	return (pow(random_uniform(random), -1 / alpha) - 1) * (alpha - 1);
}
