// SPDX-License-Identifier: GPL-2.0-or-later
/* The directive hwtimestamp: which network devices stamp packets themselves. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config_reader.h"

#define POLL_MIN (-6)
#define POLL_MAX 20
#define UNSET (POLL_MIN - 1)
/* Two readings are the least that tell a frequency. */
#define LEAST_SAMPLES 2

static const struct config_option options[] = {
#define OPTION(word, kind, min, max) \
	{ #word, CONFIG_##kind, offsetof(struct config_hwtimestamp, word), min, max }
	OPTION(maxpoll, POLL, POLL_MIN, POLL_MAX),
	OPTION(maxsamples, COUNT, 1, 64),
	OPTION(minpoll, POLL, POLL_MIN, POLL_MAX),
	OPTION(minsamples, COUNT, 1, 64),
	OPTION(nocrossts, SWITCH, 0, 0),
	OPTION(precision, REAL, 1e-9, 1),
	OPTION(rxcomp, REAL, -1, 1),
	OPTION(txcomp, REAL, -1, 1),
};

static const struct {
	const char *name;
	enum config_rxfilter filter;
} filters[] = {
	{ "all", CONFIG_RXFILTER_ALL },
	{ "none", CONFIG_RXFILTER_NONE },
	{ "ntp", CONFIG_RXFILTER_NTP },
	{ "ptp", CONFIG_RXFILTER_PTP },
};

static bool put_filter(struct config_reader *r, struct config_hwtimestamp *h,
		       const char *value)
{
	for (size_t i = 0; value && i < sizeof(filters) / sizeof(*filters); i++) {
		if (strcasecmp(value, filters[i].name))
			continue;
		h->rxfilter = filters[i].filter;
		if (h->rxfilter == CONFIG_RXFILTER_PTP)
			config_warn(r, "hwtimestamp: with rxfilter ptp no received NTP packet is stamped: leave it out to have the best one chosen");
		return true;
	}
	config_error(r, "hwtimestamp: rxfilter needs one of all, ntp, none, ptp");
	return false;
}

/* Return: how many words were taken, 0 after an error. */
static int take_option(struct config_reader *r, char **words,
		       struct config_hwtimestamp *h)
{
	int taken = config_option(r, "hwtimestamp", options,
				  sizeof(options) / sizeof(*options), h, words);

	if (taken >= 0)
		return taken;
	if (!strcasecmp(words[0], "rxfilter"))
		return put_filter(r, h, words[1]) ? 2 : 0;
	config_error(r, "hwtimestamp: unknown option \"%.64s\": correct or remove it, ntsd.conf(5) lists all",
		     words[0]);
	return 0;
}

static bool is_there(const struct config *conf, const char *name)
{
	for (unsigned int i = 0; i < conf->n_hwtimestamps; i++)
		if (!strcmp(conf->hwtimestamp[i].name, name))
			return true;
	return false;
}

static void defaults(struct config_hwtimestamp *h)
{
	memset(h, 0, sizeof(*h));
	h->maxpoll = UNSET;
	h->minsamples = LEAST_SAMPLES;
	h->maxsamples = 16;
	h->precision = 100e-9;
}

static void on_hwtimestamp(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;
	struct config_hwtimestamp h;
	int taken;

	defaults(&h);
	if (!words[1]) {
		config_error(r, "hwtimestamp needs the name of a network interface, or * for all");
		return;
	}
	if (strlen(words[1]) >= sizeof(h.name) || strchr(words[1], '/')) {
		config_error(r, "hwtimestamp: \"%.64s\" is no name of a network interface: see ip link",
			     words[1]);
		return;
	}
	strcpy(h.name, words[1]);
	for (char **word = words + 2; *word; word += taken) {
		taken = take_option(r, word, &h);
		if (!taken)
			return;
	}
	if (h.maxpoll == UNSET)
		h.maxpoll = h.minpoll < POLL_MAX ? h.minpoll + 1 : POLL_MAX;
	if (h.maxpoll < h.minpoll) {
		config_error(r, "hwtimestamp: maxpoll %d is less than minpoll, which is %d",
			     h.maxpoll, h.minpoll);
		return;
	}
	if (h.minsamples < LEAST_SAMPLES)
		h.minsamples = LEAST_SAMPLES;
	if (h.maxsamples < h.minsamples) {
		config_error(r, "hwtimestamp: maxsamples is less than minsamples, which is %u",
			     h.minsamples);
		return;
	}
	if (is_there(conf, h.name))
		config_error(r, "hwtimestamp %s is there already: remove one", h.name);
	else if (conf->n_hwtimestamps == CONFIG_MAX_HWTIMESTAMPS)
		config_error(r, "more than %d hwtimestamp", CONFIG_MAX_HWTIMESTAMPS);
	else
		conf->hwtimestamp[conf->n_hwtimestamps++] = h;
}

const struct config_directive config_hwtimestamp_directives[] = {
	{ "hwtimestamp", on_hwtimestamp },
	{ }
};
