// SPDX-License-Identifier: GPL-2.0-or-later
/* What the user may ask for. */
#include "../../tools/load/options.c"
#include "ntsd_ktap.h"

static struct options o;
static char why[OPTIONS_WHY_LEN];

/* Words are separated by one space. */
static enum options_end read_line(const char *line)
{
	static char copy[512];
	char *argv[32], *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok(copy, " "); word && argc < 31; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_read(&o, argc, argv, why);
}

static bool good(const char *line)
{
	if (read_line(line) == OPTIONS_RUN)
		return true;
	printf("# %s: %s\n", line, why);
	return false;
}

static bool bad(const char *line, const char *what)
{
	if (read_line(line) != OPTIONS_BAD)
		return false;
	if (strstr(why, what))
		return true;
	printf("# %s: %s\n", line, why);
	return false;
}

static void defaults(void)
{
	EXPECT(good("ntsload ntp.example"));
	EXPECT_STR(o.server, "ntp.example");
	EXPECT(o.duration_ns == 10000000000LL && o.requests == 100000 && o.rekeys == 1000);
	EXPECT(o.clients == 16 && o.window == 16 && o.threads == 1 && o.rate <= 0);
	EXPECT(!o.port && o.ke_port == 4460 && o.timeout_ns == 1000000000);
	EXPECT(!o.plain && !o.interleaved && !o.reuse && !o.public_ok && !o.json);
	EXPECT(o.verify_every == 1 && o.family == AF_UNSPEC && !o.sources);
}

static void taken(void)
{
	EXPECT(good("ntsload -6 --port 1123 --ke-port 1460 --trust ca.pem --clients 100 "
		    "--threads 4 --window 800 --duration 0.5 --requests 7 --timeout 250 "
		    "--verify-every 1 --rekeys 0 --batch 1 -j s"));
	EXPECT(o.family == AF_INET6 && o.port == 1123 && o.ke_port == 1460 && o.clients == 100);
	EXPECT(o.threads == 4 && o.window == 800 && o.duration_ns == 500000000);
	EXPECT(o.requests == 7 && o.timeout_ns == 250000000 && !o.rekeys && o.batch == 1);
	EXPECT(o.json);
	EXPECT_STR(o.trust, "ca.pem");
	EXPECT(good("ntsload s --plain --rate 2.5 --poisson"));
	EXPECT(o.plain && o.rate > 2.4 && o.rate < 2.6 && o.poisson && o.window == 128);
	EXPECT(good("ntsload --interleaved --rate 1 s") && o.window == 16);
	EXPECT(good("ntsload --source 10.1.0.0/16 s"));
	EXPECT(o.sources && o.source.len == 16 && !o.source.v6 && o.family == AF_INET);
	EXPECT(good("ntsload --source fd00::/64 s") && o.family == AF_INET6);
	EXPECT(good("ntsload --aead 15 s") && good("ntsload --aead aes-siv-cmac-256 s"));
	EXPECT(good("ntsload --allow-server a --allow-server b s") && o.n_allowed == 2);
	EXPECT(read_line("ntsload --help") == OPTIONS_HELP);
	EXPECT(read_line("ntsload -V") == OPTIONS_VERSION);
}

static void invalid_requests(void)
{
	EXPECT(good("ntsload --invalid cookie:10 --invalid tag s"));
	EXPECT(o.share[FORGE_COOKIE] == 10 && o.share[FORGE_TAG] == 1 && !o.share[FORGE_SHORT]);
	EXPECT(good("ntsload --plain --invalid short:100 --invalid plain s"));
	EXPECT(o.share[FORGE_SHORT] == 100 && o.share[FORGE_PLAIN] == 1);
	EXPECT(bad("ntsload --invalid cook s", "the kinds are"));
	EXPECT(bad("ntsload --invalid cookies:3 s", "the kinds are"));
	EXPECT(bad("ntsload --invalid tag:0 s", "from 1 to 100"));
	EXPECT(bad("ntsload --invalid tag:101 s", "from 1 to 100"));
	EXPECT(bad("ntsload --plain --invalid tag s", "not with --plain"));
}

static void limits(void)
{
	EXPECT(bad("ntsload --duration 3601 s", "--duration"));
	EXPECT(bad("ntsload --duration nan s", "--duration"));
	EXPECT(bad("ntsload --duration 0 s", "--duration"));
	EXPECT(bad("ntsload --requests 1000000001 s", "--requests"));
	EXPECT(bad("ntsload --requests 0 s", "--requests"));
	EXPECT(bad("ntsload --requests -1 s", "--requests"));
	EXPECT(bad("ntsload --requests 1x s", "--requests"));
	EXPECT(bad("ntsload --rate 1e8 s", "--rate"));
	EXPECT(bad("ntsload --rate 0 s", "--rate"));
	EXPECT(bad("ntsload --clients 65537 s", "--clients"));
	EXPECT(bad("ntsload --threads 65 --clients 100 s", "--threads"));
	EXPECT(bad("ntsload --window 65537 --clients 65536 s", "--window"));
	EXPECT(bad("ntsload --port 0 s", "--port"));
	EXPECT(bad("ntsload --port 65536 s", "--port"));
	EXPECT(bad("ntsload --batch 65 s", "--batch"));
	EXPECT(good("ntsload --rate 1e6 --clients 65536 s") && o.window == OPTIONS_MAX_WINDOW);
}

static void contradictions(void)
{
	EXPECT(bad("ntsload", "name one server"));
	EXPECT(bad("ntsload a b", "name one server"));
	EXPECT(bad("ntsload --rate 5 --window 5 s", "exclude"));
	EXPECT(bad("ntsload -4 -6 s", "exclude"));
	EXPECT(bad("ntsload -6 --source 10.0.0.0/8 s", "family"));
	EXPECT(bad("ntsload --poisson s", "--rate"));
	EXPECT(bad("ntsload --window 129 s", "--clients 17"));
	EXPECT(good("ntsload --window 128 s"));
	EXPECT(bad("ntsload --window 17 --interleaved s", "--clients 17"));
	EXPECT(bad("ntsload --clients 2 --threads 3 s", "--threads 3"));
	EXPECT(bad("ntsload --threads 4 --window 3 s", "--window 3"));
	EXPECT(bad("ntsload --verify-every 2 s", "--reuse-cookies"));
	EXPECT(good("ntsload --verify-every 2 --plain s"));
	EXPECT(bad("ntsload --prepare s", "--reuse-cookies"));
	EXPECT(good("ntsload --prepare --reuse-cookies s"));
	EXPECT(bad("ntsload --prepare --reuse-cookies --interleaved s", "--interleaved"));
	EXPECT(bad("ntsload --aead 30 s", "AES-SIV-CMAC-256"));
	EXPECT(bad("ntsload --source ntp.example s", "--source"));
	EXPECT(bad("ntsload --no-verify s", "--no-verify"));
	EXPECT(bad("ntsload --rate", "--rate"));
}

static const struct ktap_case cases[] = {
	CASE(defaults),
	CASE(taken),
	CASE(invalid_requests),
	CASE(limits),
	CASE(contradictions),
};

KTAP_MAIN(cases)
