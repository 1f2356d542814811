// SPDX-License-Identifier: GPL-2.0-or-later
/* Directives about log files. */
#include <string.h>

#include "config_reader.h"

/* Some are about what ntsd does not have. */
static const struct {
	const char *name;
	unsigned int log;
} logs[] = {
	{ "measurements", CONFIG_LOG_MEASUREMENTS },
	{ "rawmeasurements", CONFIG_LOG_RAWMEASUREMENTS },
	{ "refclocks", 0 },
	{ "rtc", 0 },
	{ "selection", CONFIG_LOG_SELECTION },
	{ "statistics", CONFIG_LOG_STATISTICS },
	{ "tempcomp", 0 },
	{ "tracking", CONFIG_LOG_TRACKING },
};

static void on_log(struct config_reader *r, char **words)
{
	const size_t n = sizeof(logs) / sizeof(*logs);

	if (!words[1])
		config_error(r, "log needs names, for example tracking measurements statistics");
	for (int i = 1; words[i]; i++) {
		size_t k = 0;

		while (k < n && strcasecmp(words[i], logs[k].name))
			k++;
		if (k == n)
			config_error(r, "log: there is no log \"%.64s\": there are tracking, measurements, rawmeasurements, statistics and selection",
				     words[i]);
		else if (!logs[k].log)
			config_warn(r, "log: %s is always empty, since there is no such clock",
				    words[i]);
		else
			r->conf->logs |= logs[k].log;
	}
}

static void on_logdir(struct config_reader *r, char **words)
{
	config_path(r, words, r->conf->log_dir);
}

static void on_logbanner(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, INT32_MAX, &value))
		r->conf->log_banner = value;
}

const struct config_directive config_log_directives[] = {
	{ "log", on_log },
	{ "logbanner", on_logbanner },
	{ "logdir", on_logdir },
	{ }
};
