// SPDX-License-Identifier: GPL-2.0-or-later
/* Directives about how sources are selected and the clock is disciplined. */
#include <string.h>

#include "config_reader.h"

#define YEAR_S 3.2e7

static void on_makestep(struct config_reader *r, char **words)
{
	struct config_discipline *d = &r->conf->discipline;
	long long limit;

	if (!words[1] || !words[2] || words[3] ||
	    !config_to_real(words[1], 0, YEAR_S * 100, &d->makestep_threshold) ||
	    !config_to_number(words[2], -1, INT32_MAX, &limit))
		config_error(r, "makestep needs a threshold in seconds and a number of updates (-1 for always)");
	else
		d->makestep_limit = limit;
}

static void on_maxchange(struct config_reader *r, char **words)
{
	struct config_discipline *d = &r->conf->discipline;
	long long start, ignore;

	if (!words[1] || !words[2] || !words[3] || words[4] ||
	    !config_to_real(words[1], 0, YEAR_S * 100, &d->maxchange_limit) ||
	    !config_to_number(words[2], 0, INT32_MAX, &start) ||
	    !config_to_number(words[3], -1, INT32_MAX, &ignore)) {
		config_error(r, "maxchange needs a limit in seconds, a first update and how many to ignore (-1 for all)");
		return;
	}
	d->maxchange_start = start;
	d->maxchange_ignore = ignore;
}

static void on_maxupdateskew(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 1e6, &r->conf->discipline.maxupdateskew);
}

static void on_maxslewrate(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 1e5, &r->conf->discipline.maxslewrate);
}

static void on_maxclockerror(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 1e5, &r->conf->discipline.maxclockerror);
}

static void on_corrtimeratio(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 1000, &r->conf->discipline.corrtimeratio);
}

static void on_maxdistance(struct config_reader *r, char **words)
{
	config_real(r, words, 0, YEAR_S, &r->conf->discipline.maxdistance);
}

static void on_maxjitter(struct config_reader *r, char **words)
{
	config_real(r, words, 0, YEAR_S, &r->conf->discipline.maxjitter);
}

static void on_stratumweight(struct config_reader *r, char **words)
{
	config_real(r, words, 0, YEAR_S, &r->conf->discipline.stratumweight);
}

static void on_reselectdist(struct config_reader *r, char **words)
{
	config_real(r, words, 0, YEAR_S, &r->conf->discipline.reselectdist);
}

static void on_combinelimit(struct config_reader *r, char **words)
{
	config_real(r, words, 0, 10000, &r->conf->discipline.combinelimit);
}

static void on_minsources(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 1, 255, &value))
		r->conf->discipline.minsources = value;
}

static void on_minsamples(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, 64, &value))
		r->conf->discipline.minsamples = value;
}

static void on_maxsamples(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, 64, &value))
		r->conf->discipline.maxsamples = value;
}

static void on_rtcsync(struct config_reader *r, char **words)
{
	r->conf->discipline.rtcsync = config_nothing(r, words);
}

static void on_smoothtime(struct config_reader *r, char **words)
{
	struct config_discipline *d = &r->conf->discipline;
	bool leaponly = words[1] && words[2] && words[3] && !strcasecmp(words[3], "leaponly");

	/* Below 1e-6 ppm a leap second would last for weeks. */
	if (!words[1] || !words[2] || (words[3] && (!leaponly || words[4])) ||
	    !config_to_real(words[1], 1e-3, 1e5, &d->smooth_freq) ||
	    !config_to_real(words[2], 1e-6, 1e5, &d->smooth_wander))
		config_error(r, "smoothtime needs a frequency in ppm, its change in ppm per second and, if nothing but leap seconds is smoothed, leaponly");
	d->smooth_leaponly = leaponly;
}

static void on_driftfile(struct config_reader *r, char **words)
{
	char *one[3] = { words[0], words[1], NULL };
	double interval;

	/* chrony 4.6 has "interval"; ours is an hour at least anyway. */
	if (words[1] && words[2] &&
	    (strcasecmp(words[2], "interval") || words[4] ||
	     !config_to_real(words[3], 0, YEAR_S, &interval))) {
		config_error(r, "driftfile needs one path");
		return;
	}
	if (words[1] && words[2])
		config_warn(r, "driftfile: interval has no effect, it is written each hour");
	config_path(r, one, r->conf->driftfile);
}

/* Return: the index of the one that was meant, or -1, which was told. */
static int one_of(struct config_reader *r, char **words,
		  const char *const *names, int n, const char *all)
{
	for (int i = 0; words[1] && !words[2] && i < n; i++)
		if (!strcasecmp(words[1], names[i]))
			return i;
	config_error(r, "%s needs one of %s", words[0], all);
	return -1;
}

static void on_authselectmode(struct config_reader *r, char **words)
{
	static const char *const names[] = {
		[CONFIG_AUTH_REQUIRE] = "require",
		[CONFIG_AUTH_PREFER] = "prefer",
		[CONFIG_AUTH_MIX] = "mix",
		[CONFIG_AUTH_IGNORE] = "ignore",
	};
	int i = one_of(r, words, names, 4, "require, prefer, mix, ignore");

	if (i >= 0)
		r->conf->discipline.auth = i;
}

static void on_leapsecmode(struct config_reader *r, char **words)
{
	static const char *const names[] = {
		[CONFIG_LEAP_SYSTEM] = "system",
		[CONFIG_LEAP_STEP] = "step",
		[CONFIG_LEAP_SLEW] = "slew",
		[CONFIG_LEAP_IGNORE] = "ignore",
	};
	int i = one_of(r, words, names, 4, "system, step, slew, ignore");

	if (i >= 0)
		r->conf->discipline.leap = i;
}

static void on_leapsectz(struct config_reader *r, char **words)
{
	struct config_path *zone = &r->conf->leap_zone;

	/* As an environment variable takes it; else it is a path below zoneinfo. */
	if (words[1] && words[1][0] == ':')
		words[1]++;
	if (!words[1] || words[2] || strlen(words[1]) >= PATH_MAX / 2 ||
	    strstr(words[1], "..")) {
		config_error(r, "leapsectz needs one time zone, right/UTC");
		return;
	}
	strcpy(zone->path, words[1]);
	config_here(r, &zone->place);
}

static void on_leapseclist(struct config_reader *r, char **words)
{
	config_here(r, &r->conf->leap_list.place);
	config_path(r, words, r->conf->leap_list.path);
}

const struct config_directive config_clock_directives[] = {
	{ "authselectmode", on_authselectmode },
	{ "combinelimit", on_combinelimit },
	{ "corrtimeratio", on_corrtimeratio },
	{ "driftfile", on_driftfile },
	{ "leapseclist", on_leapseclist },
	{ "leapsecmode", on_leapsecmode },
	{ "leapsectz", on_leapsectz },
	{ "makestep", on_makestep },
	{ "maxchange", on_maxchange },
	{ "maxclockerror", on_maxclockerror },
	{ "maxdistance", on_maxdistance },
	{ "maxjitter", on_maxjitter },
	{ "maxsamples", on_maxsamples },
	{ "maxslewrate", on_maxslewrate },
	{ "maxupdateskew", on_maxupdateskew },
	{ "minsamples", on_minsamples },
	{ "minsources", on_minsources },
	{ "reselectdist", on_reselectdist },
	{ "rtcsync", on_rtcsync },
	{ "smoothtime", on_smoothtime },
	{ "stratumweight", on_stratumweight },
	{ }
};

/**
 * config_clock_defaults() - what holds when nothing is said
 * @d: filled in; chrony's values
 */
void config_clock_defaults(struct config_discipline *d)
{
	memset(d, 0, sizeof(*d));
	d->maxchange_ignore = -1;
	d->maxupdateskew = 1000;
	d->maxslewrate = 1e6 / 12;
	d->maxclockerror = 1;
	d->corrtimeratio = 3;
	d->maxdistance = 3;
	d->maxjitter = 1;
	d->stratumweight = 0.001;
	d->reselectdist = 0.0001;
	d->combinelimit = 3;
	d->minsources = 1;
	d->minsamples = 6;
	d->auth = CONFIG_AUTH_MIX;
}
