// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time that is served without steps, while the clock makes them.
 *
 * What the clock was corrected by is taken back from the time that is served,
 * and then given away as fast as two limits permit: how far the frequency may
 * be from the clock's, and how fast that may change.  The frequency rises,
 * stays where its limit is reached, and falls, so that it and the offset are
 * gone at the same moment.  The method is that of chrony's smoothtime.
 */
#include "real.h"
#include "smooth.h"

#define SECOND 1000000000LL

/* What a stage has made of the frequency after so long. */
static s64 wandered(s64 wander, s64 length)
{
	return nts_fixed_muldiv(wander, length, SECOND);
}

/**
 * nts_smooth_at() - what is to be added to the clock
 * @smooth: of that clock
 * @raw: CLOCK_MONOTONIC_RAW, ns; before the stages it is as at their begin
 * @freq: filled in: how fast that shrinks, 2^-48; may be NULL
 *
 * Context: any; neither allocates nor divides by anything but a constant.
 *
 * Return: nanoseconds.
 */
s64 nts_smooth_at(const struct nts_smooth *smooth, s64 raw, s64 *freq)
{
	s64 left = nts_fixed_max(nts_fixed_sub(raw, smooth->raw), 0);
	s64 offset = smooth->offset, f = smooth->freq;
	u32 i;

	for (i = 0; i < NTS_SMOOTH_STAGES && left; i++) {
		const struct nts_smooth_stage *stage = &smooth->stage[i];
		s64 length = nts_fixed_min(stage->length, left);
		s64 change = wandered(stage->wander, length);

		/* Of a frequency that changes evenly the mean counts. */
		offset = nts_fixed_sub(offset, nts_fixed_scale(length, f + change / 2));
		f += change;
		left -= length;
	}
	/* What rounding left over is no reason to go on. */
	if (left) {
		offset = 0;
		f = 0;
	}
	if (freq)
		*freq = f;
	return offset;
}

/**
 * nts_smooth_wander() - how the frequency changes
 * @smooth: of that clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: by how much a second makes what nts_smooth_at() returns shrink faster, 2^-48.
 */
s64 nts_smooth_wander(const struct nts_smooth *smooth, s64 raw)
{
	s64 end = smooth->raw;
	u32 i;

	for (i = 0; i < NTS_SMOOTH_STAGES; i++) {
		end = nts_fixed_add(end, smooth->stage[i].length);
		if (raw < end)
			return smooth->stage[i].wander;
	}
	return 0;
}

/**
 * nts_smooth_reset() - serve the clock itself from now on
 * @smooth: of that clock; its limits stay
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Context: any but the path of answers.
 */
void nts_smooth_reset(struct nts_smooth *smooth, s64 raw)
{
	smooth->raw = raw;
	smooth->offset = 0;
	smooth->freq = 0;
	memset(smooth->stage, 0, sizeof(smooth->stage));
}

/* Lengths of the first and the last stage, in seconds, without a limit of the frequency. */
static bool lengths(const struct nts_smooth *smooth, s32 direction, struct nts_real *first,
		    struct nts_real *last)
{
	struct nts_real wander = nts_real(direction * smooth->max_wander);
	struct nts_real spent = nts_real_div(nts_real(smooth->freq), wander);
	/* ns to units of 2^-48 s */
	struct nts_real offset = nts_real_div(nts_real_make(smooth->offset, NTS_FREQ_SHIFT),
					      nts_real(SECOND));
	struct nts_real square;

	square = nts_real_add(nts_real_div(offset, wander),
			      nts_real_shift(nts_real_square(spent), -1));
	if (nts_real_cmp(square, NTS_REAL_ZERO) < 0)
		return false;
	*last = nts_real_sqrt(square);
	*first = nts_real_sub(*last, spent);
	return nts_real_cmp(*first, NTS_REAL_ZERO) >= 0;
}

static s64 in_ns(struct nts_real seconds)
{
	return nts_real_round(nts_real_mul(seconds, nts_real(SECOND)), 0);
}

static void plan(struct nts_smooth *smooth)
{
	struct nts_real first, last, middle = NTS_REAL_ZERO, over;
	s32 direction = 1;

	memset(smooth->stage, 0, sizeof(smooth->stage));
	if (!lengths(smooth, direction, &first, &last)) {
		direction = -1;
		/* Only rounding forbids both: it is the moment to stop. */
		if (!lengths(smooth, direction, &first, &last)) {
			smooth->offset = 0;
			smooth->freq = 0;
			return;
		}
	}
	over = nts_real_sub(last, nts_real_ratio(smooth->max_freq, smooth->max_wander));
	if (nts_real_cmp(over, NTS_REAL_ZERO) > 0) {
		struct nts_real top, area;

		if (nts_real_cmp(over, first) > 0)
			over = first;	/* by rounding only: the frequency is within its limit */
		top = nts_real_sub(last, over);
		/* What the peak would have given away, at the frequency that remains. */
		area = nts_real_mul(over, nts_real_add(top, last));
		middle = nts_real_div(area, top);
		first = nts_real_sub(first, over);
		last = top;
	}
	smooth->stage[0].wander = direction * smooth->max_wander;
	smooth->stage[0].length = in_ns(first);
	smooth->stage[1].length = in_ns(middle);
	smooth->stage[2].wander = -direction * smooth->max_wander;
	smooth->stage[2].length = in_ns(last);
}

/**
 * nts_smooth_shift() - the clock was corrected, the time that is served is not
 * @smooth: of that clock
 * @raw: CLOCK_MONOTONIC_RAW of the correction, ns
 * @shift: how much later the clock says it is than before, ns
 * @freq: how much faster it runs than before, 2^-48
 *
 * Context: any but the path of answers.
 */
void nts_smooth_shift(struct nts_smooth *smooth, s64 raw, s64 shift, s64 freq)
{
	s64 now;

	if (!smooth->max_freq)
		return;
	smooth->offset = nts_fixed_sub(nts_smooth_at(smooth, raw, &now), shift);
	/* The offset shrinks as fast as before when the clock runs no faster. */
	smooth->freq = nts_fixed_clamp(nts_fixed_add(now, freq), -smooth->max_freq,
				       smooth->max_freq);
	smooth->raw = raw;
	plan(smooth);
}

/**
 * nts_smooth_left() - how long until the clock itself is served
 * @smooth: of that clock
 * @raw: CLOCK_MONOTONIC_RAW, ns
 *
 * Return: nanoseconds, 0 when it is.
 */
s64 nts_smooth_left(const struct nts_smooth *smooth, s64 raw)
{
	s64 end = smooth->raw;
	u32 i;

	for (i = 0; i < NTS_SMOOTH_STAGES; i++)
		end = nts_fixed_add(end, smooth->stage[i].length);
	return nts_fixed_max(nts_fixed_sub(end, raw), 0);
}
