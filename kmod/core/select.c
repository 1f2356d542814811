// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which sources tell the true time, and which of them is followed.
 *
 * Each source gives an interval which holds the true time if the source is
 * right. Where most intervals overlap the truth is taken to be; sources that
 * do not reach there are falsetickers. Of the rest the one with the shortest
 * root distance is followed, and those nearly as good are averaged with it.
 */
#include "select.h"

#define MIN_SAMPLES	3
#define SCORE_ONE	65536
/* Another source must have been better so clearly or so often. */
#define SCORE_LIMIT	(10 * SCORE_ONE)
#define SCORE_LARGEST	(1000000LL * SCORE_ONE)
/* So many bits smaller than the root distance is a usual asymmetry. */
#define BIAS_SHIFT	4
/* Selections for which a source that was an outlier is not combined. */
#define OUTLIER_PENALTY	32
/* At the start sources are waited for that have answered so many polls or less. */
#define START_POLLS	4

/**
 * nts_select_init() - nothing is selected
 * @select: filled in
 */
void nts_select_init(struct nts_select *select)
{
	memset(select, 0, sizeof(*select));
	select->selected = -1;
	select->plain_since = NTS_S64_MIN;
}

static bool has(const struct nts_source *source, u32 flag)
{
	return source->flags & flag;
}

static bool selectable(const struct nts_source *source)
{
	return source->state >= NTS_SOURCE_STATE_NONPREFERRED;
}

/* What keeps this source out, whatever the others say. */
static u8 judge(struct nts_source *source, const struct nts_select_config *config, s64 raw)
{
	struct nts_samples *s = &source->samples;
	s64 offset;

	if (has(source, NTS_SOURCE_FLAG_NOSELECT))
		return NTS_SOURCE_STATE_NOSELECT;
	if (s->n < MIN_SAMPLES)
		return NTS_SOURCE_STATE_MISSING;
	source->distance = nts_samples_distance(s, raw, config->maxclockerror);
	offset = nts_samples_predict(s, raw);
	source->low = nts_fixed_sub(offset, source->distance);
	source->high = nts_fixed_add(offset, source->distance);
	if (source->server.leap == NTS_NTP_LEAP_UNSYNC || !source->server.stratum ||
	    source->server.stratum >= NTS_NTP_MAX_STRATUM)
		return NTS_SOURCE_STATE_UNSYNC;
	if (source->distance > config->maxdistance)
		return NTS_SOURCE_STATE_DISTANT;
	if (s->sd > config->maxjitter)
		return NTS_SOURCE_STATE_JITTERY;
	if (!source->reach)
		return NTS_SOURCE_STATE_STALE;
	return NTS_SOURCE_STATE_SELECTED;
}

/* Flags in effect under authselectmode. */
static void set_flags(struct nts_source *const *sources, u32 n, u8 auth, bool fall_back)
{
	bool authenticated = false, plain = false;
	u32 i;

	for (i = 0; i < n; i++) {
		if (sources[i]->options.flags & NTS_SOURCE_FLAG_NOSELECT)
			continue;
		authenticated |= sources[i]->authenticated;
		plain |= !sources[i]->authenticated;
	}
	for (i = 0; i < n; i++) {
		struct nts_source *source = sources[i];

		source->flags = source->options.flags & NTS_SOURCE_SELECT_FLAGS;
		if (auth == NTS_AUTHSELECT_MODE_MIX && authenticated && plain &&
		    source->authenticated)
			source->flags |= NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_REQUIRE;
		if (!source->authenticated &&
		    (auth == NTS_AUTHSELECT_MODE_REQUIRE ||
		     (auth == NTS_AUTHSELECT_MODE_PREFER && !fall_back)))
			source->flags |= NTS_SOURCE_FLAG_NOSELECT;
	}
}

/* Give all that could be selected this state. */
static void mark_selectable(struct nts_source *const *sources, u32 n, u8 state)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (selectable(sources[i]))
			sources[i]->state = state;
}

/* Put in an end at its place: by offset, low ends first where they meet. */
static void insert_end(struct nts_select *select, u32 *n, s64 offset, u8 source, u8 high)
{
	u32 i = (*n)++;

	for (; i && (select->end[i - 1].offset > offset ||
		     (select->end[i - 1].offset == offset && select->end[i - 1].high > high)); i--)
		select->end[i] = select->end[i - 1];
	select->end[i].offset = offset;
	select->end[i].source = source;
	select->end[i].high = high;
}

/**
 * struct overlap - where most intervals overlap
 * @trusted: how many of trusted sources do
 * @all: how many of all
 * @low: its lower end
 * @high: its upper end
 */
struct overlap {
	u32 trusted;
	u32 all;
	s64 low;
	s64 high;
};

/* Find the deepest overlap: of the trusted ones first, then of all. */
static void find_overlap(struct nts_select *select, struct nts_source *const *sources, u32 n,
			 struct overlap *best)
{
	struct overlap now = { 0 };
	u32 i, ends = 0;

	for (i = 0; i < n; i++) {
		if (!selectable(sources[i]))
			continue;
		insert_end(select, &ends, sources[i]->low, (u8)i, 0);
		insert_end(select, &ends, sources[i]->high, (u8)i, 1);
	}
	memset(best, 0, sizeof(*best));
	for (i = 0; i < ends; i++) {
		u32 trusted = has(sources[select->end[i].source], NTS_SOURCE_FLAG_TRUST);

		if (select->end[i].high) {
			now.trusted -= trusted;
			now.all--;
			continue;
		}
		now.trusted += trusted;
		now.all++;
		if (now.trusted > best->trusted ||
		    (now.trusted == best->trusted && now.all > best->all)) {
			*best = now;
			best->low = select->end[i].offset;
			/* A low end is never the last of the ends. */
			best->high = select->end[i + 1].offset;
		}
	}
}

/* Tell falsetickers from the rest. False if there is no majority. */
static bool find_truth(struct nts_select *select, struct nts_source *const *sources, u32 n)
{
	u32 i, all = 0, trusted = 0;
	s64 low = NTS_S64_MIN, high = NTS_S64_MAX;
	struct overlap best;

	for (i = 0; i < n; i++) {
		if (!selectable(sources[i]))
			continue;
		all++;
		trusted += has(sources[i], NTS_SOURCE_FLAG_TRUST);
	}
	find_overlap(select, sources, n, &best);
	if (best.trusted ? best.trusted <= trusted / 2 : best.all <= all / 2) {
		mark_selectable(sources, n, NTS_SOURCE_STATE_FALSETICKER);
		select->falsetickers = all;
		return false;
	}
	/* The interval in which all trusted sources that agree put the truth. */
	for (i = 0; i < n; i++) {
		if (!selectable(sources[i]) || !has(sources[i], NTS_SOURCE_FLAG_TRUST) ||
		    sources[i]->low > best.low || sources[i]->high < best.high)
			continue;
		low = nts_fixed_max(low, sources[i]->low);
		high = nts_fixed_min(high, sources[i]->high);
	}
	for (i = 0; i < n; i++) {
		struct nts_source *source = sources[i];

		if (!selectable(source))
			continue;
		if (source->low > best.low || source->high < best.high) {
			source->state = NTS_SOURCE_STATE_FALSETICKER;
			select->falsetickers++;
		} else if (best.trusted && !has(source, NTS_SOURCE_FLAG_TRUST) &&
			   (source->low < low || source->high > high)) {
			source->state = NTS_SOURCE_STATE_UNTRUSTED;
		}
	}
	return true;
}

/* Enough of them, the required ones among them; preferred ones first. */
static bool enough(struct nts_source *const *sources, u32 n,
		   const struct nts_select_config *config)
{
	bool wanted = false, found = false, preferred = false;
	u32 i, count = 0;

	for (i = 0; i < n; i++) {
		wanted |= has(sources[i], NTS_SOURCE_FLAG_REQUIRE) &&
			  !has(sources[i], NTS_SOURCE_FLAG_NOSELECT);
		if (!selectable(sources[i]))
			continue;
		count++;
		found |= has(sources[i], NTS_SOURCE_FLAG_REQUIRE);
		preferred |= has(sources[i], NTS_SOURCE_FLAG_PREFER);
	}
	if (!count || count < config->minsources || (wanted && !found)) {
		mark_selectable(sources, n, NTS_SOURCE_STATE_REQUIRING);
		return false;
	}
	for (i = 0; preferred && i < n; i++)
		if (selectable(sources[i]) && !has(sources[i], NTS_SOURCE_FLAG_PREFER))
			sources[i]->state = NTS_SOURCE_STATE_NONPREFERRED;
	return true;
}

/* Root distance, and what the stratum adds to it. */
static s64 cost(const struct nts_source *source, const struct nts_select_config *config)
{
	return nts_fixed_max(1, nts_fixed_add(source->distance,
					      nts_fixed_muldiv(source->server.stratum,
							       config->stratumweight, 1)));
}

/* The best of the sources, or the one followed already while it is good enough. */
static int choose(struct nts_select *select, struct nts_source *const *sources, u32 n,
		  const struct nts_select_config *config, int which)
{
	int best = -1, old = select->selected;
	s64 limit, score;
	u32 i;

	if (old >= (int)n || old < 0 || sources[old]->state != NTS_SOURCE_STATE_SELECTED)
		old = -1;
	for (i = 0; i < n; i++) {
		if (sources[i]->state != NTS_SOURCE_STATE_SELECTED) {
			sources[i]->score = SCORE_ONE;
			continue;
		}
		if (old < 0) {
			if (best < 0 || cost(sources[i], config) < cost(sources[best], config))
				best = (int)i;
			continue;
		}
		if ((int)i == old || (which != (int)i && which != old))
			continue;
		/* The one followed is given the benefit of reselectdist. */
		limit = nts_fixed_add(cost(sources[i], config), config->reselectdist);
		score = nts_fixed_muldiv((s64)sources[i]->score, cost(sources[old], config), limit);
		sources[i]->score = (u64)nts_fixed_clamp(score, SCORE_ONE, SCORE_LARGEST);
		if (sources[i]->score > SCORE_LIMIT &&
		    (best < 0 || sources[i]->score > sources[best]->score))
			best = (int)i;
	}
	if (best < 0)
		return old;
	for (i = 0; i < n; i++)
		sources[i]->score = SCORE_ONE;
	return best;
}

/* Which of the good sources are near enough to the best to be averaged with it. */
static void mark_combined(struct nts_select *select, struct nts_source *const *sources, u32 n,
			  const struct nts_select_config *config)
{
	const struct nts_source *best = sources[select->selected];
	s64 limit = nts_fixed_muldiv(nts_fixed_add(best->distance, config->reselectdist),
				     config->combinelimit, 65536);
	u32 i;

	for (i = 0; i < n; i++) {
		struct nts_source *source = sources[i];
		s64 apart = nts_fixed_abs(nts_fixed_sub(source->samples.freq, best->samples.freq));
		s64 skew = nts_fixed_add(nts_fixed_add(source->samples.skew, best->samples.skew),
					 config->maxclockerror);

		if ((int)i == select->selected || source->state != NTS_SOURCE_STATE_SELECTED)
			continue;
		if (source->distance > limit || apart / 3 > skew)
			source->outlier = OUTLIER_PENALTY;
		else if (source->outlier)
			source->outlier--;
		source->state = source->outlier ? NTS_SOURCE_STATE_OUTLIER :
						  NTS_SOURCE_STATE_COMBINED;
		select->combined += !source->outlier;
	}
}

/* The leap that more than half of the good sources announce. */
static u8 vote(struct nts_source *const *sources, u32 n)
{
	u32 i, all = 0, votes[4] = { 0 };

	for (i = 0; i < n; i++) {
		if (!selectable(sources[i]))
			continue;
		votes[sources[i]->server.leap & 3]++;
		all++;
	}
	return votes[1] > all / 2 ? 1 : votes[2] > all / 2 ? 2 : 0;
}

/*
 * Servers that are left alone with each other agree on one of them: that of the
 * smallest address serves its own clock, at this stratum, and the others follow it.
 */
static void settle_orphans(struct nts_source *const *sources, u32 n, u8 stratum)
{
	struct nts_source *least = NULL;
	bool better = false;
	u32 i;

	for (i = 0; i < n; i++) {
		struct nts_source *source = sources[i];

		if (!selectable(source))
			continue;
		if (source->server.stratum < stratum) {
			better = true;
			continue;
		}
		source->state = NTS_SOURCE_STATE_ORPHAN;
		if (source->server.stratum == stratum &&
		    (!least || source->address < least->address))
			least = source;
	}
	if (!better && least && least->address < least->local)
		least->state = NTS_SOURCE_STATE_SELECTED;
}

/*
 * Of sources started together one has enough samples first: it is not taken
 * before the others, which will have them soon, can have their say.
 */
static bool must_wait(const struct nts_select *select, struct nts_source *const *sources, u32 n)
{
	bool starting = false, coming = false;
	u32 i;

	for (i = 0; i < n; i++) {
		const struct nts_source *source = sources[i];

		if (source->reach_polls > START_POLLS || !source->reach)
			continue;
		starting |= selectable(source);
		coming |= source->state == NTS_SOURCE_STATE_MISSING;
	}
	return select->selected < 0 && starting && coming;
}

/* One round under the flags in effect. */
static int run(struct nts_select *select, struct nts_source *const *sources, u32 n,
	       const struct nts_select_config *config, int which, s64 raw)
{
	int selected;
	u32 i;

	select->falsetickers = 0;
	select->combined = 0;
	for (i = 0; i < n; i++)
		sources[i]->state = judge(sources[i], config, raw);
	if (config->orphan)
		settle_orphans(sources, n, config->orphan);
	for (i = 0; i < n && !selectable(sources[i]); i++)
		;
	if (i < n && must_wait(select, sources, n)) {
		mark_selectable(sources, n, NTS_SOURCE_STATE_WAITING);
		return -1;
	}
	if (i == n || !find_truth(select, sources, n) || !enough(sources, n, config))
		return -1;
	selected = choose(select, sources, n, config, which);
	if (selected < 0)
		return -1;
	select->selected = selected;
	select->combined = 1;
	select->leap = vote(sources, n);
	mark_combined(select, sources, n, config);
	return selected;
}

/**
 * nts_select_authenticated() - is any source authenticated that may be selected
 * @sources: all there are
 * @n: how many
 *
 * Return: whether there is one, even if it has no samples.
 */
bool nts_select_authenticated(struct nts_source *const *sources, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (sources[i]->authenticated &&
		    !(sources[i]->options.flags & NTS_SOURCE_FLAG_NOSELECT))
			return true;
	return false;
}

/**
 * nts_select() - select a source
 * @select: what was selected before
 * @sources: all there are; their states are filled in
 * @n: how many; those beyond NTS_SELECT_MAX take no part
 * @config: how to choose
 * @which: the source that just got a sample, or -1
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: the index of the source to follow, or -1.
 */
int nts_select(struct nts_select *select, struct nts_source *const *sources, u32 n,
	       const struct nts_select_config *config, int which, s64 raw)
{
	int selected;

	if (n > NTS_SELECT_MAX)
		n = NTS_SELECT_MAX;
	set_flags(sources, n, config->auth, false);
	selected = run(select, sources, n, config, which, raw);
	if (selected < 0 && config->auth == NTS_AUTHSELECT_MODE_PREFER) {
		if (select->plain_since == NTS_S64_MIN)
			select->plain_since = raw;
		if (nts_fixed_sub(raw, select->plain_since) >= NTS_SELECT_PATIENCE ||
		    !nts_select_authenticated(sources, n)) {
			set_flags(sources, n, config->auth, true);
			selected = run(select, sources, n, config, which, raw);
		}
	} else {
		select->plain_since = NTS_S64_MIN;
	}
	select->selected = selected;
	return selected;
}

/*
 * Variance of a source's offset: that of its samples, and what its path may be
 * asymmetric by, which a part of the root distance stands for.
 */
static struct nts_real uncertainty(const struct nts_source *source, s64 raw)
{
	struct nts_real sd = nts_real(nts_samples_offset_sd(&source->samples, raw));
	struct nts_real bias = nts_real_shift(nts_real(source->distance), -BIAS_SHIFT);

	return nts_real_add(nts_real_add(nts_real_square(sd), nts_real_square(bias)),
			    nts_real(1));
}

/**
 * nts_select_combine() - what the combined sources say
 * @select: after nts_select() selected one
 * @sources: the same
 * @n: the same
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @estimate: filled in
 *
 * Both are weighted by the inverse of their variance.
 */
void nts_select_combine(const struct nts_select *select,
			struct nts_source *const *sources, u32 n, s64 raw,
			struct nts_select_estimate *estimate)
{
	const struct nts_source *best = sources[select->selected];
	s64 base = nts_samples_predict(&best->samples, raw);
	struct nts_real offsets = NTS_REAL_ZERO, weights = NTS_REAL_ZERO;
	struct nts_real freqs = NTS_REAL_ZERO, freq_weights = NTS_REAL_ZERO;
	u32 i;

	estimate->offset = base;
	estimate->offset_sd = nts_samples_offset_sd(&best->samples, raw);
	estimate->freq = best->samples.freq;
	estimate->freq_sd = best->samples.freq_sd;
	estimate->skew = best->samples.skew;
	if (select->combined < 2)
		return;
	for (i = 0; i < n && i < NTS_SELECT_MAX; i++) {
		const struct nts_samples *s = &sources[i]->samples;
		struct nts_real weight, var;
		s64 apart;

		if (sources[i]->state < NTS_SOURCE_STATE_COMBINED)
			continue;
		weight = nts_real_div(nts_real(1), uncertainty(sources[i], raw));
		weights = nts_real_add(weights, weight);
		apart = nts_fixed_sub(nts_samples_predict(s, raw), base);
		offsets = nts_real_add(offsets, nts_real_mul(weight, nts_real(apart)));
		var = nts_real_square(nts_real(nts_fixed_max(1, s->freq_sd)));
		weight = nts_real_div(nts_real(1), var);
		freq_weights = nts_real_add(freq_weights, weight);
		freqs = nts_real_add(freqs, nts_real_mul(weight, nts_real(s->freq)));
	}
	estimate->offset = nts_fixed_add(base, nts_real_round(nts_real_div(offsets, weights), 0));
	estimate->freq = nts_real_round(nts_real_div(freqs, freq_weights), 0);
	estimate->freq_sd = nts_real_round(nts_real_sqrt(nts_real_div(nts_real(1), freq_weights)),
					   0);
}
