// SPDX-License-Identifier: GPL-2.0-or-later
/* From the configuration's seconds and ppm to the core's units. */
#include "options.h"

#include <math.h>

#include "core/poll.h"

static s64 nanoseconds(double s)
{
	return (s64)(s * 1e9);
}

static u32 ratio(double value)
{
	return (u32)(value * 65536);
}

/* Return: 2^-48 */
s64 options_ppm(double ppm)
{
	return (s64)(ppm * 1e-6 * 0x1p48);
}

void options_of_discipline(const struct config *conf, struct nts_discipline_config *to)
{
	static const u8 auth[] = {
		[CONFIG_AUTH_REQUIRE] = NTS_AUTHSELECT_MODE_REQUIRE,
		[CONFIG_AUTH_PREFER] = NTS_AUTHSELECT_MODE_PREFER,
		[CONFIG_AUTH_MIX] = NTS_AUTHSELECT_MODE_MIX,
		[CONFIG_AUTH_IGNORE] = NTS_AUTHSELECT_MODE_IGNORE,
	};
	static const u8 leap[] = {
		[CONFIG_LEAP_SYSTEM] = NTS_LEAPSEC_MODE_SYSTEM,
		[CONFIG_LEAP_STEP] = NTS_LEAPSEC_MODE_STEP,
		[CONFIG_LEAP_SLEW] = NTS_LEAPSEC_MODE_SLEW,
		[CONFIG_LEAP_IGNORE] = NTS_LEAPSEC_MODE_IGNORE,
	};
	const struct config_discipline *from = &conf->discipline;

	nts_discipline_defaults(to);
	to->select.auth = auth[from->auth];
	to->select.minsources = (u8)from->minsources;
	to->select.maxdistance = nanoseconds(from->maxdistance);
	to->select.maxjitter = nanoseconds(from->maxjitter);
	to->select.reselectdist = nanoseconds(from->reselectdist);
	to->select.stratumweight = nanoseconds(from->stratumweight);
	to->select.combinelimit = ratio(from->combinelimit);
	to->select.maxclockerror = options_ppm(from->maxclockerror);
	to->makestep_threshold = nanoseconds(from->makestep_threshold);
	to->makestep_limit = from->makestep_limit;
	to->maxchange = nanoseconds(from->maxchange_limit);
	to->maxchange_start = from->maxchange_start;
	to->maxchange_ignore = from->maxchange_ignore;
	to->maxupdateskew = options_ppm(from->maxupdateskew);
	to->maxslewrate = options_ppm(from->maxslewrate);
	to->corrtimeratio = ratio(from->corrtimeratio);
	to->leap_mode = leap[from->leap];
	to->rtcsync = from->rtcsync;
}

void options_of_source(const struct config *conf, const struct config_source *source,
		       struct nts_source_options *to)
{
	const struct config_discipline *d = &conf->discipline;
	const unsigned int min = source->minsamples ? source->minsamples : d->minsamples;
	const unsigned int max = source->maxsamples ? source->maxsamples : d->maxsamples;

	nts_source_defaults(to);
	to->minpoll = (s8)source->minpoll;
	to->maxpoll = (s8)source->maxpoll;
	to->polltarget = (u8)source->polltarget;
	to->minsamples = (u8)min;
	to->maxsamples = (u8)max;
	to->presend = (s8)source->presend;
	to->maxdelay = nanoseconds(source->maxdelay);
	to->maxdelayratio = ratio(source->maxdelayratio);
	to->maxdelaydevratio = ratio(source->maxdelaydevratio);
	to->offset = nanoseconds(source->offset);
	to->flags = (source->iburst ? NTS_SOURCE_FLAG_IBURST : 0) |
		    (source->burst ? NTS_SOURCE_FLAG_BURST : 0) |
		    (source->xleave ? NTS_SOURCE_FLAG_XLEAVE : 0) |
		    (source->prefer ? NTS_SOURCE_FLAG_PREFER : 0) |
		    (source->trust ? NTS_SOURCE_FLAG_TRUST : 0) |
		    (source->require ? NTS_SOURCE_FLAG_REQUIRE : 0) |
		    (source->noselect ? NTS_SOURCE_FLAG_NOSELECT : 0);
}
