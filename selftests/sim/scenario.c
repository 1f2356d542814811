// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CLOCKSIM="seed=1 jitter=10e-6 freqjump=5e-6@5000
 *           server=192.0.2.1,offset=0.5,step=3600@5000 log=FILE"
 */
#include "scenario.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *why, const char *what)
{
	fprintf(stderr, "clocksim: %s: %s\n", why, what);
	_Exit(2);
}

static double number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end)
		die("not a number", text);
	return value;
}

/* VALUE@TIME */
static void timed(char *text, double *value, double *at)
{
	char *when = strchr(text, '@');

	if (!when)
		die("has no @TIME", text);
	*when++ = '\0';
	*value = number(text);
	*at = number(when);
}

static void parse_server(struct scenario *scenario, char *text)
{
	struct scenario_server *server = &scenario->server[scenario->servers];
	char *save, *word = strtok_r(text, ",", &save);

	if (scenario->servers++ == SCENARIO_SERVERS)
		die("too many servers", text);
	*server = (struct scenario_server){ .stratum = 1 };
	if (!word || inet_pton(AF_INET, word, &server->address) != 1)
		die("not an address", text);
	while ((word = strtok_r(NULL, ",", &save))) {
		char *value = strchr(word, '=');

		if (!value)
			die("has no value", word);
		*value++ = '\0';
		if (!strcmp(word, "offset"))
			server->offset = number(value);
		else if (!strcmp(word, "step"))
			timed(value, &server->step, &server->step_at);
		else if (!strcmp(word, "silent"))
			timed(value, &server->silent_to, &server->silent_from);
		else if (!strcmp(word, "stratum"))
			server->stratum = (int)number(value);
		else if (!strcmp(word, "leap"))
			server->leap = (int)number(value);
		else if (!strcmp(word, "late"))
			server->late = number(value);
		else
			die("unknown word of a server", word);
	}
}

static void parse_bursts(struct scenario *scenario, char *text)
{
	double *const field[] = { &scenario->burst_interval, &scenario->burst_length,
				  &scenario->burst_jitter };
	char *save, *word = strtok_r(text, ",", &save);
	unsigned int i;

	for (i = 0; i < 3; i++, word = strtok_r(NULL, ",", &save)) {
		if (!word)
			die("needs three numbers", "bursts");
		*field[i] = number(word);
	}
}

static double *plain_number(struct scenario *scenario, const char *name)
{
	const struct {
		const char *name;
		double *field;
	} numbers[] = {
		{ "duration", &scenario->duration }, { "from", &scenario->from },
		{ "sync_from", &scenario->sync_from }, { "limit", &scenario->limit },
		{ "offset", &scenario->offset }, { "freq", &scenario->freq },
		{ "wander", &scenario->wander }, { "delay", &scenario->delay },
		{ "jitter", &scenario->jitter }, { "loss", &scenario->loss },
		{ "probe", &scenario->probe }, { "reading", &scenario->reading },
		{ "strict", &scenario->strict }, { "jitter_back", &scenario->jitter_back },
	};
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(numbers[i].name, name))
			return numbers[i].field;
	return NULL;
}

static void parse_shape(struct scenario *scenario, const char *text)
{
	static const char *const names[] = {
		[SHAPE_EXPONENTIAL] = "exponential",
		[SHAPE_GAMMA] = "gamma",
		[SHAPE_NORMAL] = "normal",
		[SHAPE_UNIFORM] = "uniform",
		[SHAPE_PARETO] = "pareto",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], text)) {
			scenario->shape = i;
			return;
		}
	}
	die("unknown shape", text);
}

static void parse_word(struct scenario *scenario, char *word)
{
	char *value = strchr(word, '=');
	double *field;

	if (!value)
		die("has no value", word);
	*value++ = '\0';
	field = plain_number(scenario, word);
	if (field)
		*field = number(value);
	else if (!strcmp(word, "seed"))
		scenario->seed = strtoull(value, NULL, 0);
	else if (!strcmp(word, "freqjump"))
		timed(value, &scenario->freq_jump, &scenario->freq_jump_at);
	else if (!strcmp(word, "step"))
		timed(value, &scenario->step, &scenario->step_at);
	else if (!strcmp(word, "leap"))
		timed(value, &scenario->leap, &scenario->leap_at);
	else if (!strcmp(word, "rate"))
		timed(value, &scenario->rate, &scenario->rate_at);
	else if (!strcmp(word, "swing"))
		timed(value, &scenario->swing, &scenario->swing_period);
	else if (!strcmp(word, "shape"))
		parse_shape(scenario, value);
	else if (!strcmp(word, "bursts"))
		parse_bursts(scenario, value);
	else if (!strcmp(word, "server"))
		parse_server(scenario, value);
	else if (!strcmp(word, "log"))
		scenario->log = strdup(value);
	else
		die("unknown word", word);
}

void scenario_parse(struct scenario *scenario, const char *words)
{
	static const char blanks[] = "\t\n ";
	char *copy = strdup(words ? words : ""), *save, *word;

	if (!copy)
		die("out of memory", "CLOCKSIM");
	*scenario = (struct scenario){
		.seed = 1, .duration = 10000, .from = -1, .limit = 1e-3,
		.offset = 0.1, .freq = 100e-6, .wander = 1e-9,
		.delay = 100e-6, .jitter = 100e-6, .jitter_back = -1, .reading = 25e-9,
	};
	for (word = strtok_r(copy, blanks, &save); word; word = strtok_r(NULL, blanks, &save))
		parse_word(scenario, word);
	if (!scenario->servers) {
		char usual[] = "192.0.2.1";

		parse_server(scenario, usual);
	}
	if (scenario->from < 0)
		scenario->from = scenario->duration / 5;
	if (scenario->from >= scenario->duration)
		die("nothing would be counted", "from is not before duration");
	free(copy);
}
