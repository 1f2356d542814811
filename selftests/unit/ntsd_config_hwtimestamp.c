// SPDX-License-Identifier: GPL-2.0-or-later
/* The directives hwtimestamp, clientloglimit and noclientlog. */
#include <unistd.h>

#include "../../ntsd/config_hwtimestamp.c"
#include "ntsd_ktap.h"

static struct config conf;
static char said[2048];
static int n_errors, n_warnings, last_line;

static void note(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	(void)arg;
	(void)file;
	n_errors += is_error;
	n_warnings += !is_error;
	last_line = line;
	snprintf(said, sizeof(said), "%s", text);
}

/* With a certificate for nothing, so that nobody warns of that. */
static bool read_conf(const char *text)
{
	char path[] = "/tmp/ntsd_hwts.XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	if (fd < 0 || dprintf(fd, "server ntp.test\n%s", text) < 0)
		abort();
	close(fd);
	n_errors = 0;
	n_warnings = 0;
	last_line = 0;
	said[0] = '\0';
	config_free(&conf);
	ok = config_read(&conf, path, note, NULL);
	unlink(path);
	return ok;
}

static bool bad(const char *line)
{
	return !read_conf(line) && n_errors == 1 && last_line == 2;
}

static void defaults_are_chronys(void)
{
	const struct config_hwtimestamp *h = conf.hwtimestamp;

	EXPECT(read_conf("hwtimestamp *\n") && !n_warnings);
	EXPECT(conf.n_hwtimestamps == 1);
	EXPECT_STR(h->name, "*");
	EXPECT(h->minpoll == 0 && h->maxpoll == 1);
	EXPECT(h->minsamples == 2 && h->maxsamples == 16);
	EXPECT(h->precision == 100e-9 && !h->rxcomp && !h->txcomp);
	EXPECT(h->rxfilter == CONFIG_RXFILTER_BEST && !h->nocrossts);
	EXPECT(read_conf("") && !conf.n_hwtimestamps);
}

static void all_options(void)
{
	const struct config_hwtimestamp *h = conf.hwtimestamp;

	EXPECT(read_conf("hwtimestamp eth0 minpoll -3 maxpoll 2 minsamples 3 maxsamples 64 "
			 "precision 2e-8 txcomp 300e-9 rxcomp -645e-9 rxfilter NTP nocrossts\n"
			 "hwtimestamp eth1 minpoll 4 minsamples 1\n"
			 "hwtimestamp * rxfilter none\n"));
	EXPECT(!n_warnings && conf.n_hwtimestamps == 3);
	EXPECT_STR(h[0].name, "eth0");
	EXPECT(h[0].minpoll == -3 && h[0].maxpoll == 2);
	EXPECT(h[0].minsamples == 3 && h[0].maxsamples == 64);
	EXPECT(h[0].precision == 2e-8 && h[0].txcomp == 300e-9 && h[0].rxcomp == -645e-9);
	EXPECT(h[0].rxfilter == CONFIG_RXFILTER_NTP && h[0].nocrossts);
	EXPECT(h[1].minpoll == 4 && h[1].maxpoll == 5 && h[1].minsamples == 2);
	EXPECT(h[2].rxfilter == CONFIG_RXFILTER_NONE);
	EXPECT(read_conf("hwtimestamp e rxfilter all\n") &&
	       h[0].rxfilter == CONFIG_RXFILTER_ALL);
}

static void ptp_alone_is_warned_of(void)
{
	EXPECT(read_conf("hwtimestamp eth0 rxfilter ptp\n"));
	EXPECT(n_warnings == 1 && strstr(said, "no received NTP packet"));
	EXPECT(conf.hwtimestamp[0].rxfilter == CONFIG_RXFILTER_PTP);
}

static void errors_name_line_and_remedy(void)
{
	static const char *const lines[] = {
		"hwtimestamp", "hwtimestamp a-name-of-sixteen",
		"hwtimestamp ../eth0", "hwtimestamp eth0 minpoll",
		"hwtimestamp eth0 minpoll -7", "hwtimestamp eth0 maxpoll 21",
		"hwtimestamp eth0 minpoll 2 maxpoll 1", "hwtimestamp eth0 minsamples 0",
		"hwtimestamp eth0 minsamples 8 maxsamples 7",
		"hwtimestamp eth0 maxsamples 65", "hwtimestamp eth0 precision 0",
		"hwtimestamp eth0 rxcomp 2", "hwtimestamp eth0 txcomp x",
		"hwtimestamp eth0 rxfilter", "hwtimestamp eth0 rxfilter some",
		"hwtimestamp eth0 crossts",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		EXPECT(bad(lines[i]));
		if (ktap_failed)
			printf("# %s\n", lines[i]);
	}
	EXPECT(bad("hwtimestamp eth0 rxfilter some") && strstr(said, "all, ntp, none, ptp"));
	EXPECT(!read_conf("hwtimestamp *\nhwtimestamp *\n") && last_line == 3 &&
	       strstr(said, "remove one"));
}

static void too_many(void)
{
	char text[2048] = "";

	for (int i = 0; i <= CONFIG_MAX_HWTIMESTAMPS; i++)
		sprintf(text + strlen(text), "hwtimestamp eth%d\n", i);
	EXPECT(!read_conf(text) && last_line == CONFIG_MAX_HWTIMESTAMPS + 2);
}

static void clients_remembered(void)
{
	EXPECT(read_conf("") && conf.clients == 65536);
	EXPECT(read_conf("noclientlog\n") && conf.clients == 0);
	EXPECT(read_conf("clientloglimit 1081344\n") && conf.clients == 4096);
	/* The limit is not exceeded. */
	EXPECT(read_conf("clientloglimit 1081343\n") && conf.clients == 2048);
	EXPECT(read_conf("clientloglimit 264\n") && conf.clients == 1 && !n_warnings);
	EXPECT(read_conf("clientloglimit 999999999999\n") &&
	       conf.clients == CONFIG_MAX_CLIENTS && n_warnings == 1);
	EXPECT(bad("clientloglimit"));
	EXPECT(bad("clientloglimit 263"));
	EXPECT(bad("noclientlog 1"));
}

static const struct ktap_case cases[] = {
	CASE(defaults_are_chronys),
	CASE(all_options),
	CASE(ptp_alone_is_warned_of),
	CASE(errors_name_line_and_remedy),
	CASE(too_many),
	CASE(clients_remembered),
};

int main(void)
{
	int ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));

	config_free(&conf);
	return ret;
}
