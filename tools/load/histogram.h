/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often which time was taken: a histogram whose buckets grow with the value. */
#ifndef NTSLOAD_HISTOGRAM_H
#define NTSLOAD_HISTOGRAM_H

#include <stdint.h>

/* Each power of two is divided into so many buckets: a value is told to 1.6 %. */
#define HISTOGRAM_BITS 6
#define HISTOGRAM_STEPS (1 << HISTOGRAM_BITS)
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) * HISTOGRAM_STEPS)

/**
 * struct histogram - counts; zero when there are none
 * @n: values
 * @sum: of all
 * @min: the least
 * @max: the largest
 * @bucket: how many are in each
 */
struct histogram {
	uint64_t n;
	uint64_t sum;
	uint64_t min;
	uint64_t max;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);
void histogram_merge(struct histogram *h, const struct histogram *other);
uint64_t histogram_quantile(const struct histogram *h, unsigned int per_mille);
uint64_t histogram_mean(const struct histogram *h);

#endif
