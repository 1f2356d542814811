// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "pace.h"

static double step(const struct pace *pace, struct dice *dice)
{
	double uniform;

	if (!pace->poisson)
		return pace->interval;
	/* Never 0, of which there is no logarithm. */
	uniform = ((double)(dice_roll(dice) >> 11) + 1) / 9007199254740993.0;
	return -log(uniform) * pace->interval;
}

/**
 * pace_start() - begin a schedule
 * @pace: filled in
 * @rate: requests per second
 * @poisson: not evenly spaced
 * @now: ns
 * @dice: chance
 *
 * The first one is due at a random time within an interval, so that threads do
 * not send all at once.
 */
void pace_start(struct pace *pace, double rate, bool poisson, int64_t now, struct dice *dice)
{
	pace->interval = 1e9 / rate;
	pace->poisson = poisson;
	pace->next = (double)now +
		     (double)(dice_roll(dice) >> 11) / 9007199254740992.0 * pace->interval;
}

/**
 * pace_advance() - go on to the next request
 * @pace: started
 * @dice: chance
 *
 * Time that was missed is not given away: what is late is sent at once.
 */
void pace_advance(struct pace *pace, struct dice *dice)
{
	pace->next += step(pace, dice);
}
