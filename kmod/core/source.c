// SPDX-License-Identifier: GPL-2.0-or-later
/* One source of time: its options, what it says of itself, its samples. */
#include "discipline.h"
#include "source.h"

#define SECOND		1000000000LL
#define POLLTARGET	8

/**
 * nts_source_defaults() - options of a server line that names none
 * @options: filled in
 */
void nts_source_defaults(struct nts_source_options *options)
{
	memset(options, 0, sizeof(*options));
	options->minpoll = 6;
	options->maxpoll = 10;
	options->polltarget = POLLTARGET;
	options->presend = NTS_SOURCE_NO_PRESEND;
	options->maxdelay = 3 * SECOND;
	options->maxdelaydevratio = 10 << 16;
}

/**
 * nts_source_reset() - forget what was measured
 * @source: the source
 */
void nts_source_reset(struct nts_source *source)
{
	nts_samples_reset(&source->samples);
	source->outlier = 0;
	source->score = 1 << 16;
	source->distance = 0;
	source->low = 0;
	source->high = 0;
	source->state = NTS_SOURCE_STATE_MISSING;
}

/**
 * nts_source_init() - a source about which nothing is known
 * @source: filled in
 * @options: copied
 * @address: what to say as reference identifier when it is selected
 */
void nts_source_init(struct nts_source *source, const struct nts_source_options *options,
		     u32 address)
{
	memset(source, 0, sizeof(*source));
	source->options = *options;
	if (!source->options.polltarget)
		source->options.polltarget = POLLTARGET;
	source->flags = options->flags & NTS_SOURCE_SELECT_FLAGS;
	source->address = address;
	source->server.leap = NTS_NTP_LEAP_UNSYNC;
	nts_samples_init(&source->samples, options->minsamples, options->maxsamples);
	nts_source_reset(source);
}

/**
 * nts_source_polled() - a request is sent
 * @source: the source
 */
void nts_source_polled(struct nts_source *source)
{
	source->reach = (u8)(source->reach << 1);
	if (source->reach_polls < 8)
		source->reach_polls++;
}

/**
 * nts_source_answered() - a valid answer came
 * @source: the source
 * @server: what it says of its sender
 */
void nts_source_answered(struct nts_source *source, const struct nts_source_server *server)
{
	source->reach |= 1;
	source->server = *server;
}

/**
 * nts_source_sample() - an answer gave a measurement
 * @source: the source
 * @d: the clock, for what it knows of our frequency
 * @sample: the measurement
 *
 * @source->error is set in either case.
 *
 * Return: whether it was taken; if not, @source->tests says why.
 */
bool nts_source_sample(struct nts_source *source, const struct nts_discipline *d,
		       const struct nts_sample *sample)
{
	const struct nts_samples_limits limits = {
		.delay = source->options.maxdelay,
		.ratio = source->options.maxdelayratio,
		.deviation = source->options.maxdelaydevratio,
	};
	struct nts_sample taken = *sample;

	taken.offset = nts_fixed_add(taken.offset, source->options.offset);
	/* In interleaved mode it may be older than a leap second. */
	if (taken.raw < d->leap_raw)
		taken.offset = nts_fixed_add(taken.offset, d->leap_shift);
	source->error = 0;
	if (source->samples.n)
		source->error = nts_fixed_abs(nts_fixed_sub(taken.offset,
							    nts_samples_predict(&source->samples,
										taken.raw)));
	source->tests = nts_samples_accept(&source->samples, &taken, &limits);
	if (source->tests)
		return false;
	if (!source->samples.n)
		nts_samples_prior(&source->samples, d->map.freq,
				  nts_fixed_clamp(d->skew, NTS_FREQ_PPM, NTS_SAMPLES_FREQ_SD));
	nts_samples_add(&source->samples, &taken);
	return true;
}

/**
 * nts_source_stats() - for the sourcestats report
 * @source: the source
 * @d: the clock it is compared with
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @stats: filled in; all zero but the skew and deviations without samples
 */
void nts_source_stats(const struct nts_source *source, const struct nts_discipline *d,
		      s64 raw, struct nts_sourcestats *stats)
{
	const struct nts_samples *s = &source->samples;
	s64 ours = nts_fixed_sub(nts_clockmap_time(&d->map, raw), raw);

	memset(stats, 0, sizeof(*stats));
	stats->np = s->n;
	stats->nr = s->runs;
	stats->skew = s->skew;
	stats->sd = s->sd;
	stats->offset_sd = s->offset_sd;
	if (!s->n)
		return;
	stats->span = nts_fixed_sub(s->raw, nts_samples_oldest(s)->raw);
	stats->freq = nts_fixed_sub(s->freq, d->map.freq);
	stats->offset = nts_fixed_sub(nts_samples_predict(s, raw), ours);
	stats->offset_sd = nts_samples_offset_sd(s, raw);
}

/**
 * nts_source_letter() - how the selectdata report shows a state
 * @state: enum nts_source_state
 *
 * Return: the letter, or '?'.
 */
char nts_source_letter(u8 state)
{
	static const char letters[] = {
#define NTS_SOURCE_STATE_LETTER(id, letter) letter,
		NTS_SOURCE_STATES(NTS_SOURCE_STATE_LETTER)
#undef NTS_SOURCE_STATE_LETTER
	};

	return state < NTS_SOURCE_STATE_COUNT ? letters[state] : '?';
}
