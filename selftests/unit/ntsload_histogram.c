// SPDX-License-Identifier: GPL-2.0-or-later
/* How times are counted and told. */
#include "../../tools/load/histogram.c"
#include "ntsd_ktap.h"

static struct histogram h, other;

static void clear(void)
{
	memset(&h, 0, sizeof(h));
	memset(&other, 0, sizeof(other));
}

static void of_nothing(void)
{
	clear();
	EXPECT(!histogram_quantile(&h, 500));
	EXPECT(!histogram_mean(&h));
	histogram_merge(&h, &other);
	EXPECT(!h.n && !h.max);
}

/* Each value is in a bucket that holds it, and those are narrow and adjoin. */
static void buckets(void)
{
	for (unsigned int i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		EXPECT(bucket_of(top_of(i)) == i);
		EXPECT(bucket_of(top_of(i) + 1) == i + 1);
		EXPECT(top_of(i + 1) - top_of(i) <= 1 + top_of(i) / HISTOGRAM_STEPS);
	}
	EXPECT(top_of(HISTOGRAM_BUCKETS - 1) == UINT64_MAX);
	EXPECT(bucket_of(UINT64_MAX) == HISTOGRAM_BUCKETS - 1);
}

static bool about(uint64_t value, uint64_t want)
{
	return value >= want && value <= want + want / 64 + 1;
}

static void quantiles(void)
{
	clear();
	for (uint64_t i = 1; i <= 10000; i++)
		histogram_add(&h, i * 1000);
	EXPECT(about(histogram_quantile(&h, 500), 5000000));
	EXPECT(about(histogram_quantile(&h, 900), 9000000));
	EXPECT(about(histogram_quantile(&h, 999), 9990000));
	EXPECT(histogram_quantile(&h, 1000) == 10000000);
	EXPECT(about(histogram_quantile(&h, 0), 1000));
	EXPECT(histogram_mean(&h) == 5000500);
	EXPECT(h.min == 1000 && h.max == 10000000);
}

/* None is told that is larger than the largest, and of few the rank is right. */
static void of_few(void)
{
	clear();
	histogram_add(&h, 1000000);
	EXPECT(histogram_quantile(&h, 500) == 1000000);
	EXPECT(histogram_quantile(&h, 999) == 1000000);
	histogram_add(&h, 10);
	EXPECT(histogram_quantile(&h, 500) == 10);
	EXPECT(histogram_quantile(&h, 501) == 1000000);
}

static void merged(void)
{
	clear();
	histogram_add(&h, 100);
	histogram_add(&other, 7);
	histogram_add(&other, 500);
	histogram_merge(&h, &other);
	EXPECT(h.n == 3 && h.min == 7 && h.max == 500 && h.sum == 607);
	EXPECT(about(histogram_quantile(&h, 500), 100));
	clear();
	histogram_add(&other, 7);
	histogram_merge(&h, &other);
	EXPECT(h.min == 7 && h.max == 7);
}

static const struct ktap_case cases[] = {
	CASE(of_nothing),
	CASE(buckets),
	CASE(quantiles),
	CASE(of_few),
	CASE(merged),
};

KTAP_MAIN(cases)
