/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one source's clock was measured to be, and the line through it. */
#ifndef _NTS_CORE_SAMPLES_H
#define _NTS_CORE_SAMPLES_H

#include "fixed.h"
#include "regress.h"

#define NTS_SAMPLES_MAX		NTS_REGRESS_MAX
#define NTS_SAMPLES_MIN_DEFAULT	6

/* Of a clock about which nothing is known: 1000 ppm. */
#define NTS_SAMPLES_FREQ_SD	(1000 * NTS_FREQ_PPM)

/**
 * struct nts_sample - one measurement of a source
 * @raw: CLOCK_MONOTONIC_RAW at the middle between request and answer, ns
 * @offset: the source's UTC time then, minus @raw, ns
 * @delay: round trip without the time spent in the source, ns; below 1 counts as 1
 * @dispersion: resolution and stamping errors of this exchange, ns
 * @root_delay: the source's own, ns
 * @root_dispersion: the source's own, ns
 */
struct nts_sample {
	s64 raw;
	s64 offset;
	s64 delay;
	s64 dispersion;
	s64 root_delay;
	s64 root_dispersion;
};

/* Tests a sample can fail: chrony's A, B and C. */
#define NTS_SAMPLES_TEST_DELAY		BIT(0)
#define NTS_SAMPLES_TEST_RATIO		BIT(1)
#define NTS_SAMPLES_TEST_DEVIATION	BIT(2)

/**
 * struct nts_samples_limits - when a sample is not worth using
 * @delay: longest round trip, ns; 0 = no limit
 * @ratio: longest in terms of the shortest one seen, 16.16; 0 = no limit
 * @deviation: largest rise of half the delay in terms of the deviation of
 *             offsets, 16.16; 0 = no limit
 */
struct nts_samples_limits {
	s64 delay;
	u32 ratio;
	u32 deviation;
};

/**
 * struct nts_samples - the register of one source
 * @min: as many samples are kept even if they do not fit one line
 * @max: no more are kept, 4 to NTS_SAMPLES_MAX
 * @n: samples held
 * @first: index in @ring of the oldest
 * @runs: runs of residuals of one sign among them
 * @adds: samples ever added, wrapping
 * @raw: when the newest sample was made; the estimates are for this time
 * @offset: estimated source time minus raw, ns
 * @freq: estimated frequency against the raw clock, 2^-48
 * @skew: bound of the error of @freq, 2^-48
 * @freq_sd: standard deviation of the error of @freq, 2^-48
 * @offset_sd: standard deviation of the error of @offset, ns
 * @jumped: the frequency jumped while the samples were made
 * @jump: raw time of the first sample after that
 * @sd: standard deviation of the samples about the line, ns
 * @min_delay: shortest round trip among the samples, ns
 * @asymmetry: share of delays' rise found in the offsets, 16.16: 0.5 when all
 *             jitter is in requests, -0.5 in answers, else 0
 * @prior_freq: frequency expected before there are samples, 2^-48
 * @prior_sd: standard deviation of that, 2^-48
 * @tune: what is learnt of the clock and the path
 * @ring: the samples
 * @work: scratch, so that the stack stays small
 */
struct nts_samples {
	u8 min;
	u8 max;
	u8 n;
	u8 first;
	u8 runs;
	u8 adds;
	bool jumped;
	s64 jump;
	s64 raw;
	s64 offset;
	s64 freq;
	s64 skew;
	s64 freq_sd;
	s64 offset_sd;
	s64 sd;
	s64 min_delay;
	s32 asymmetry;
	s64 prior_freq;
	s64 prior_sd;
	struct nts_regress_tune tune;
	struct nts_sample ring[NTS_SAMPLES_MAX];
	struct nts_regress work;
};

/**
 * struct nts_sourcestats - one row of the sourcestats report
 * @np: samples used
 * @nr: runs of residuals of one sign
 * @span: from the oldest sample to the newest, ns
 * @freq: of the source against NTP time, 2^-48
 * @skew: bound of the error of @freq, 2^-48
 * @offset: estimated true time minus NTP time now, ns; > 0: NTP time is slow
 * @offset_sd: standard deviation of the error of that, ns
 * @sd: standard deviation of the samples about the line, ns
 */
struct nts_sourcestats {
	u32 np;
	u32 nr;
	s64 span;
	s64 freq;
	s64 skew;
	s64 offset;
	s64 offset_sd;
	s64 sd;
};

void nts_samples_init(struct nts_samples *s, u8 min, u8 max);
void nts_samples_reset(struct nts_samples *s);
void nts_samples_prior(struct nts_samples *s, s64 freq, s64 sd);
const struct nts_sample *nts_samples_newest(const struct nts_samples *s);
const struct nts_sample *nts_samples_oldest(const struct nts_samples *s);
u32 nts_samples_accept(const struct nts_samples *s, const struct nts_sample *sample,
		       const struct nts_samples_limits *limits);
void nts_samples_add(struct nts_samples *s, const struct nts_sample *sample);
s64 nts_samples_predict(const struct nts_samples *s, s64 raw);
s64 nts_samples_offset_sd(const struct nts_samples *s, s64 raw);
s64 nts_samples_distance(const struct nts_samples *s, s64 raw, s64 clock_error);
void nts_samples_shift(struct nts_samples *s, s64 ns);

#endif /* _NTS_CORE_SAMPLES_H */
