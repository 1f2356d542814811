// SPDX-License-Identifier: GPL-2.0-or-later
#include "histogram.h"

static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < HISTOGRAM_STEPS)
		return (unsigned int)value;
	shift = 63 - (unsigned int)__builtin_clzll(value) - HISTOGRAM_BITS;
	return shift * HISTOGRAM_STEPS + (unsigned int)(value >> shift);
}

/* The largest value that is in a bucket. */
static uint64_t top_of(unsigned int bucket)
{
	unsigned int shift;
	uint64_t first;

	if (bucket < 2 * HISTOGRAM_STEPS)
		return bucket;
	shift = bucket / HISTOGRAM_STEPS - 1;
	first = (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << shift;
	return first + (((uint64_t)1 << shift) - 1);
}

/**
 * histogram_add() - count a value
 * @h: where
 * @value: the value
 */
void histogram_add(struct histogram *h, uint64_t value)
{
	if (!h->n || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->n++;
	h->sum += value;
	h->bucket[bucket_of(value)]++;
}

/**
 * histogram_merge() - count what another one counted
 * @h: where
 * @other: the other
 */
void histogram_merge(struct histogram *h, const struct histogram *other)
{
	if (!other->n)
		return;
	if (!h->n || other->min < h->min)
		h->min = other->min;
	if (other->max > h->max)
		h->max = other->max;
	h->n += other->n;
	h->sum += other->sum;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		h->bucket[i] += other->bucket[i];
}

/**
 * histogram_quantile() - what so many of the values do not exceed
 * @h: the values
 * @per_mille: how many of 1000 of them
 *
 * Return: the value, too large by 1.6 % at most; 0 when there are none.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned int per_mille)
{
	/* In two parts, so that no product is too large. */
	uint64_t rank = h->n / 1000 * per_mille + (h->n % 1000 * per_mille + 999) / 1000;
	uint64_t seen = 0;

	if (!h->n)
		return 0;
	if (!rank)
		rank = 1;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			return top_of(i) < h->max ? top_of(i) : h->max;
	}
	return h->max;
}

/**
 * histogram_mean() - the mean of the values
 * @h: the values
 *
 * Return: rounded down; 0 when there are none.
 */
uint64_t histogram_mean(const struct histogram *h)
{
	return h->n ? h->sum / h->n : 0;
}
