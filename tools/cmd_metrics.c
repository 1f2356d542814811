// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl metrics: every number there is, as OpenMetrics text. */
#include <stdlib.h>

#include "metrics/metrics.h"

#define USAGE "metrics"

/* All that is asked for a text. */
struct reading {
	struct snapshot snapshot;
	struct keys keys;
	struct hwclocks hwclocks;
};

static int read_all(struct ctl *ctl, struct reading *reading)
{
	int ret = snapshot_read(ctl, &reading->snapshot);

	if (!ret)
		ret = keys_read(ctl, &reading->keys);
	return ret ? ret : hwclocks_read(ctl, &reading->hwclocks);
}

/**
 * metrics_write() - write all metrics
 * @ctl: not connected: it is connected and hung up here
 * @out: where to write
 *
 * Without the module the text says so, and nothing else.
 *
 * Return: 0, or an exit status; the reason was then printed, and what was
 * written is no use.
 */
int metrics_write(struct ctl *ctl, FILE *out)
{
	struct reading *reading = malloc(sizeof(*reading));
	char err[NLCONN_ERR_LEN];
	bool loaded = reading && ask_open(ctl, err);
	int ret = reading ? 0 : 1;

	metric_gauge(out, "nts_module_loaded", NULL, "Whether the kernel module nts is loaded",
		     loaded);
	if (loaded)
		ret = read_all(ctl, reading);
	if (loaded && !ret) {
		metrics_server(out, &reading->snapshot);
		metrics_keys(out, &reading->keys);
		metrics_clock(out, &reading->snapshot);
		metrics_sources(out, &reading->snapshot.sources);
		metrics_hwclocks(out, &reading->hwclocks);
	}
	metric_end(out);
	if (loaded)
		ask_close(ctl);
	free(reading);
	return ret;
}

int cmd_metrics(struct ctl *ctl)
{
	int ret;

	if (ctl->n_args)
		return ask_usage(USAGE);
	ret = metrics_write(ctl, stdout);
	return fflush(stdout) ? 1 : ret;
}
