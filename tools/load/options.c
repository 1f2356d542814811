// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define DURATION_S 10
#define REQUESTS 100000
#define TIMEOUT_MS 1000
#define CLIENTS 16
#define BATCH 32
#define REKEYS 1000

const char options_usage[] =
	"Usage: ntsload [OPTION...] SERVER\n"
	"Load an NTP or NTS server that you operate, see ntsload(8).\n"
	"\n"
	"What is asked:\n"
	"      --plain             NTP without NTS\n"
	"      --interleaved       interleaved mode (RFC 9769)\n"
	"      --aead NAME         AES-SIV-CMAC-256, the one there is\n"
	"      --clients N         virtual clients with keys of their own (default 16)\n"
	"      --source PREFIX     addresses that they come from, one each\n"
	"      --invalid KIND[:N]  and N invalid requests for each valid one:\n"
	"                          cookie, tag, short or plain\n"
	"How much:\n"
	"      --window N          requests in flight (default: one of each client)\n"
	"      --rate R            instead: R requests per second, come what may\n"
	"      --poisson           at random times\n"
	"      --duration S        seconds (default 10)\n"
	"      --requests N        no more than these (default 100000)\n"
	"      --threads N         that send (default 1)\n"
	"      --batch N           datagrams in one system call (default 32)\n"
	"      --timeout MS        what comes later is late (default 1000)\n"
	"      --prepare           make all requests before; needs --reuse-cookies\n"
	"      --reuse-cookies     use the last cookie again when there is no other\n"
	"      --rekeys N          exchanges of keys after the first (default 1000)\n"
	"      --verify-every N    verify only some of the answers\n"
	"Whom:\n"
	"  -4, --ipv4              use IPv4\n"
	"  -6, --ipv6              use IPv6\n"
	"      --port PORT         of NTP (default: what NTS-KE says, or 123)\n"
	"      --ke-port PORT      of NTS-KE (default 4460)\n"
	"      --trust FILE        certificates to trust instead of the system's\n"
	"      --allow-server NAME NTS-KE may send us to this server, too\n"
	"      --i-operate-this-server\n"
	"                          load a server at a public address\n"
	"\n"
	"  -j, --json              print a flat object of JSON\n"
	"  -h, --help              print this\n"
	"  -V, --version           print the version\n";

enum {
	OPT_AEAD = 256, OPT_ALLOW, OPT_BATCH, OPT_CLIENTS, OPT_DURATION, OPT_INTERLEAVED,
	OPT_INVALID, OPT_KE_PORT, OPT_OPERATE, OPT_PLAIN, OPT_POISSON, OPT_PORT, OPT_PREPARE,
	OPT_RATE, OPT_REKEYS, OPT_REQUESTS, OPT_REUSE, OPT_SOURCE, OPT_THREADS, OPT_TIMEOUT,
	OPT_TRUST, OPT_VERIFY, OPT_WINDOW,
};

static const struct option longs[] = {
	{ "aead", required_argument, NULL, OPT_AEAD },
	{ "allow-server", required_argument, NULL, OPT_ALLOW },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "clients", required_argument, NULL, OPT_CLIENTS },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "help", no_argument, NULL, 'h' },
	{ "i-operate-this-server", no_argument, NULL, OPT_OPERATE },
	{ "interleaved", no_argument, NULL, OPT_INTERLEAVED },
	{ "invalid", required_argument, NULL, OPT_INVALID },
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "json", no_argument, NULL, 'j' },
	{ "ke-port", required_argument, NULL, OPT_KE_PORT },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "poisson", no_argument, NULL, OPT_POISSON },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "prepare", no_argument, NULL, OPT_PREPARE },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "rekeys", required_argument, NULL, OPT_REKEYS },
	{ "requests", required_argument, NULL, OPT_REQUESTS },
	{ "reuse-cookies", no_argument, NULL, OPT_REUSE },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "verify-every", required_argument, NULL, OPT_VERIFY },
	{ "version", no_argument, NULL, 'V' },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ }
};

__attribute__((format(printf, 2, 3)))
static bool wrong(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, OPTIONS_WHY_LEN, fmt, args);
	va_end(args);
	return false;
}

static bool whole(const char *option, const char *text, uint64_t min, uint64_t max,
		  uint64_t *value, char *why)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text < '0' || *text > '9' || *value < min ||
	    *value > max)
		return wrong(why, "--%s %.40s: it takes a whole number from %llu to %llu", option,
			     text, (unsigned long long)min, (unsigned long long)max);
	return true;
}

static bool count(const char *option, const char *text, unsigned int max, unsigned int *value,
		  char *why)
{
	uint64_t number;

	if (!whole(option, text, 1, max, &number, why))
		return false;
	*value = (unsigned int)number;
	return true;
}

static bool port(const char *option, const char *text, uint16_t *value, char *why)
{
	uint64_t number;

	if (!whole(option, text, 1, 65535, &number, why))
		return false;
	*value = (uint16_t)number;
	return true;
}

static bool real(const char *option, const char *text, double min, double max, double *value,
		 char *why)
{
	char *end;

	*value = strtod(text, &end);
	if (end == text || *end || !isfinite(*value) || *value < min || *value > max)
		return wrong(why, "--%s %.40s: it takes a number from %g to %g", option, text,
			     min, max);
	return true;
}

static bool aead(const char *text, char *why)
{
	if (!strcasecmp(text, "AES-SIV-CMAC-256") || !strcmp(text, "15"))
		return true;
	return wrong(why, "--aead %.40s: there is only AES-SIV-CMAC-256", text);
}

static bool invalid(struct options *o, const char *text, char *why)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	enum forge_kind kind;

	if (!forge_find(text, (unsigned int)len, &kind))
		return wrong(why, "--invalid %.40s: the kinds are cookie, tag, short, plain", text);
	o->share[kind] = 1;
	return !colon || count("invalid KIND:N, N", colon + 1, OPTIONS_MAX_SHARE, &o->share[kind],
			       why);
}

static bool source(struct options *o, const char *text, char *why)
{
	if (subnet_parse(text, &o->source) != SUBNET_PREFIX)
		return wrong(why, "--source %.60s: it takes an address or ADDRESS/BITS", text);
	o->sources = true;
	return true;
}

static bool allow(struct options *o, const char *text, char *why)
{
	if (o->n_allowed == OPTIONS_ALLOWED)
		return wrong(why, "--allow-server: no more than %d", OPTIONS_ALLOWED);
	o->allowed[o->n_allowed++] = text;
	return true;
}

static bool family(struct options *o, sa_family_t which, char *why)
{
	if (o->family != AF_UNSPEC && o->family != which)
		return wrong(why, "-4 and -6 exclude each other");
	o->family = which;
	return true;
}

static bool seconds(struct options *o, const char *text, char *why)
{
	double s;

	if (!real("duration", text, 0.001, OPTIONS_MAX_DURATION, &s, why))
		return false;
	o->duration_ns = (int64_t)(s * 1e9);
	return true;
}

static bool timeout(struct options *o, const char *text, char *why)
{
	uint64_t ms;

	if (!whole("timeout", text, 1, 60000, &ms, why))
		return false;
	o->timeout_ns = (int64_t)ms * 1000000;
	return true;
}

static bool take(struct options *o, int option, const char *text, char *why)
{
	switch (option) {
	case '4':
		return family(o, AF_INET, why);
	case '6':
		return family(o, AF_INET6, why);
	case 'j':
		o->json = true;
		return true;
	case OPT_AEAD:
		return aead(text, why);
	case OPT_ALLOW:
		return allow(o, text, why);
	case OPT_BATCH:
		return count("batch", text, OPTIONS_MAX_BATCH, &o->batch, why);
	case OPT_CLIENTS:
		return count("clients", text, OPTIONS_MAX_CLIENTS, &o->clients, why);
	case OPT_DURATION:
		return seconds(o, text, why);
	case OPT_INTERLEAVED:
		o->interleaved = true;
		return true;
	case OPT_INVALID:
		return invalid(o, text, why);
	case OPT_KE_PORT:
		return port("ke-port", text, &o->ke_port, why);
	case OPT_OPERATE:
		o->public_ok = true;
		return true;
	case OPT_PLAIN:
		o->plain = true;
		return true;
	case OPT_POISSON:
		o->poisson = true;
		return true;
	case OPT_PORT:
		return port("port", text, &o->port, why);
	case OPT_PREPARE:
		o->prepare = true;
		return true;
	case OPT_RATE:
		return real("rate", text, 0.1, OPTIONS_MAX_RATE, &o->rate, why);
	case OPT_REKEYS:
		return whole("rekeys", text, 0, OPTIONS_MAX_CLIENTS, &o->rekeys, why);
	case OPT_REQUESTS:
		return whole("requests", text, 1, OPTIONS_MAX_REQUESTS, &o->requests, why);
	case OPT_REUSE:
		o->reuse = true;
		return true;
	case OPT_SOURCE:
		return source(o, text, why);
	case OPT_THREADS:
		return count("threads", text, OPTIONS_MAX_THREADS, &o->threads, why);
	case OPT_TIMEOUT:
		return timeout(o, text, why);
	case OPT_TRUST:
		o->trust = text;
		return true;
	case OPT_VERIFY:
		return count("verify-every", text, OPTIONS_MAX_REQUESTS, &o->verify_every, why);
	case OPT_WINDOW:
		return count("window", text, OPTIONS_MAX_WINDOW, &o->window, why);
	}
	return wrong(why, "see ntsload --help");
}

static bool check_modes(const struct options *o, char *why)
{
	if (o->plain && (o->share[FORGE_COOKIE] || o->share[FORGE_TAG]))
		return wrong(why, "--invalid cookie and tag are made of NTS requests: not with --plain");
	if (o->prepare && !o->plain && !o->reuse)
		return wrong(why, "--prepare sends the same requests again: say --reuse-cookies, too");
	if (o->prepare && o->interleaved)
		return wrong(why, "--prepare and --interleaved: such a request depends on the answer before");
	if (o->verify_every > 1 && !o->plain && !o->reuse)
		return wrong(why, "--verify-every: new cookies are in what is verified; say --reuse-cookies, too");
	if (o->poisson && o->rate <= 0)
		return wrong(why, "--poisson needs --rate");
	if (o->sources && o->family == (o->source.v6 ? AF_INET : AF_INET6))
		return wrong(why, "--source is of the other family than asked for");
	return true;
}

/* After all was said: what follows from it, and what does not fit together. */
static bool check(struct options *o, char *why)
{
	unsigned int each = o->interleaved ? 1 : OPTIONS_PER_CLIENT;

	if (!check_modes(o, why))
		return false;
	if (o->rate > 0 && o->window)
		return wrong(why, "--window and --rate exclude each other");
	if (o->threads > o->clients)
		return wrong(why, "--threads %u: with --clients %u some would have nothing to do",
			     o->threads, o->clients);
	if (!o->window)
		o->window = o->rate > 0 ? o->clients * each : o->clients;
	if (o->rate > 0 && o->window > OPTIONS_MAX_WINDOW)
		o->window = OPTIONS_MAX_WINDOW;
	if (o->window > o->clients * each)
		return wrong(why, "--window %u: a client has %u requests in flight at most, so it takes --clients %u",
			     o->window, each, (o->window + each - 1) / each);
	if (o->window < o->threads)
		return wrong(why, "--window %u: less than one for each thread", o->window);
	if (o->sources && o->family == AF_UNSPEC)
		o->family = o->source.v6 ? AF_INET6 : AF_INET;
	return true;
}

/**
 * options_read() - read the command line
 * @o: filled in
 * @argc: as of main()
 * @argv: as of main()
 * @why: OPTIONS_WHY_LEN octets for what is wrong
 *
 * Return: what to do; if OPTIONS_BAD, @why is set.
 */
enum options_end options_read(struct options *o, int argc, char **argv, char *why)
{
	int c;

	*o = (struct options){
		.ke_port = 4460, .clients = CLIENTS, .threads = 1, .batch = BATCH,
		.duration_ns = DURATION_S * 1000000000LL, .requests = REQUESTS,
		.timeout_ns = TIMEOUT_MS * 1000000LL, .rekeys = REKEYS, .verify_every = 1,
	};
	why[0] = '\0';
	opterr = 0;
	/* glibc begins anew by this */
	optind = 0;
	while ((c = getopt_long(argc, argv, "46hjV", longs, NULL)) != -1) {
		if (c == 'h')
			return OPTIONS_HELP;
		if (c == 'V')
			return OPTIONS_VERSION;
		if (c == '?') {
			wrong(why, "%.60s is no option, or lacks its value: see ntsload --help",
			      argv[optind - 1]);
			return OPTIONS_BAD;
		}
		if (!take(o, c, optarg, why))
			return OPTIONS_BAD;
	}
	if (argc - optind != 1) {
		wrong(why, "name one server, after the options: see ntsload --help");
		return OPTIONS_BAD;
	}
	o->server = argv[optind];
	return check(o, why) ? OPTIONS_RUN : OPTIONS_BAD;
}
