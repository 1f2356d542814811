// SPDX-License-Identifier: GPL-2.0-or-later
/* Directives about NTS-KE as a client: whom to trust, how long to wait. */
#include <arpa/inet.h>
#include <string.h>

#include "config_reader.h"

static void on_trusted(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;
	struct config_trusted *t = &conf->trusted[conf->n_trusted];
	char *rest[3] = { words[0], words[1], NULL };
	long long set = 0;

	if (conf->n_trusted == CONFIG_MAX_TRUSTED) {
		config_error(r, "more than %d %s", CONFIG_MAX_TRUSTED, words[0]);
		return;
	}
	if (words[1] && words[2]) {
		if (!config_to_number(words[1], 0, UINT32_MAX, &set) ||
		    words[3]) {
			config_error(r, "%s needs [SET-ID] FILE or DIRECTORY",
				     words[0]);
			return;
		}
		rest[1] = words[2];
	}
	t->set = set;
	config_here(r, &t->path.place);
	config_path(r, rest, t->path.path);
	conf->n_trusted++;
}

static void on_no_system(struct config_reader *r, char **words)
{
	r->conf->no_system_certs = config_nothing(r, words);
}

static void on_no_time_check(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 0, INT32_MAX, &value))
		r->conf->no_cert_time_check = value;
}

static void on_timeout(struct config_reader *r, char **words)
{
	config_real(r, words, 0.1, 3600, &r->conf->nts_timeout_s);
}

static void on_refresh(struct config_reader *r, char **words)
{
	config_real(r, words, 1, 1e10, &r->conf->nts_refresh_s);
}

static void on_retry(struct config_reader *r, char **words)
{
	long long value;

	if (config_number(r, words, 6, 24, &value))
		r->conf->max_nts_retry = value;
}

static void on_bindacq(struct config_reader *r, char **words)
{
	struct config *conf = r->conf;

	if (words[1] && inet_pton(AF_INET, words[1], &conf->bind_acq4) == 1)
		conf->bind_acq4_set = true;
	else if (words[1] && inet_pton(AF_INET6, words[1], &conf->bind_acq6) == 1)
		conf->bind_acq6_set = true;
	else
		config_error(r, "bindacqaddress needs an IPv4 or IPv6 address");
}

const struct config_directive config_trust_directives[] = {
	{ "bindacqaddress", on_bindacq },
	{ "maxntsretry", on_retry },
	{ "nocerttimecheck", on_no_time_check },
	{ "nosystemcert", on_no_system },
	{ "ntsrefresh", on_refresh },
	{ "ntstimeout", on_timeout },
	{ "ntstrustedcerts", on_trusted },
	{ }
};

/**
 * config_trust_defaults() - what holds when nothing is said
 * @conf: filled in, as far as it is about NTS-KE as a client
 */
void config_trust_defaults(struct config *conf)
{
	conf->nts_timeout_s = 16;
	conf->nts_refresh_s = 2419200;
	conf->max_nts_retry = 19;
}
