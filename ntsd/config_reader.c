// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of the configuration. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_reader.h"

/**
 * config_say() - tell a problem of the line that is being read
 * @r: the reader
 * @is_error: or else a warning, which it always is to a lenient reader
 * @fmt: as for printf(3)
 */
void config_say(struct config_reader *r, bool is_error, const char *fmt, ...)
{
	char text[PATH_MAX + 256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	is_error &= !r->lenient;
	r->tell(r->arg, is_error, r->file, r->line, text);
	if (is_error)
		r->failed = true;
}

/**
 * config_here() - note which line is being read
 * @r: the reader
 * @place: filled in
 */
void config_here(const struct config_reader *r, struct config_place *place)
{
	snprintf(place->file, sizeof(place->file), "%s", r->file);
	place->line = r->line;
}

/**
 * config_to_number() - read a word as a whole number
 * @word: NULL is no number
 * @min: the least it may be
 * @max: the most
 * @value: filled in
 *
 * Return: false when it is not one.
 */
bool config_to_number(const char *word, long long min, long long max,
		      long long *value)
{
	char *end;

	errno = 0;
	*value = word ? strtoll(word, &end, 10) : 0;
	return word && !errno && end != word && !*end && *value >= min &&
	       *value <= max;
}

/**
 * config_to_real() - read a word as a number that may have a fraction
 * @word: NULL is no number
 * @min: the least it may be
 * @max: the most
 * @value: filled in
 *
 * Return: false when it is not one.
 */
bool config_to_real(const char *word, double min, double max, double *value)
{
	char *end;

	*value = word ? strtod(word, &end) : 0;
	return word && end != word && !*end && !isnan(*value) && *value >= min &&
	       *value <= max;
}

static void one_only(struct config_reader *r, char **words)
{
	if (words[2])
		config_warn(r, "%s takes one number: \"%s\" is ignored",
			    words[0], words[2]);
}

/**
 * config_number() - the only word of a directive is a whole number
 * @r: the reader
 * @words: of the line
 * @min: the least it may be
 * @max: the most
 * @value: filled in
 *
 * Return: false when it is not; that was told.
 */
bool config_number(struct config_reader *r, char **words, long long min,
		   long long max, long long *value)
{
	if (!config_to_number(words[1], min, max, value)) {
		config_error(r, "%s needs a number from %lld to %lld", words[0],
			     min, max);
		return false;
	}
	one_only(r, words);
	return true;
}

/**
 * config_real() - the only word of a directive is a number
 * @r: the reader
 * @words: of the line
 * @min: the least it may be
 * @max: the most
 * @value: filled in
 *
 * Return: false when it is not; that was told.
 */
bool config_real(struct config_reader *r, char **words, double min, double max,
		 double *value)
{
	if (!config_to_real(words[1], min, max, value)) {
		config_error(r, "%s needs a number from %g to %g", words[0], min,
			     max);
		return false;
	}
	one_only(r, words);
	return true;
}

static bool put(const struct config_option *o, void *into, const char *value)
{
	void *to = (char *)into + o->at;
	long long number = 0;
	double real = 0;

	if (o->kind == CONFIG_REAL ? !config_to_real(value, o->min, o->max, &real) :
	    o->kind != CONFIG_SWITCH &&
	    !config_to_number(value, o->min, o->max, &number))
		return false;
	switch (o->kind) {
	case CONFIG_SWITCH:
		*(bool *)to = true;
		break;
	case CONFIG_POLL:
		*(int *)to = number;
		break;
	case CONFIG_COUNT:
		*(unsigned int *)to = number;
		break;
	case CONFIG_PORT:
		*(uint16_t *)to = number;
		break;
	case CONFIG_SET:
		*(uint32_t *)to = number;
		break;
	case CONFIG_REAL:
		*(double *)to = real;
		break;
	}
	return true;
}

/**
 * config_option() - take one option of a line
 * @r: the reader
 * @directive: whose, for messages
 * @options: those there are
 * @n: how many
 * @into: the structure they are fields of
 * @words: the option and what follows it
 *
 * Return: how many words were taken, 0 after an error, -1 when it is none of
 * @options.
 */
int config_option(struct config_reader *r, const char *directive,
		  const struct config_option *options, size_t n, void *into,
		  char **words)
{
	for (size_t i = 0; i < n; i++) {
		const struct config_option *o = &options[i];

		if (strcasecmp(words[0], o->name))
			continue;
		if (put(o, into, words[1]))
			return o->kind == CONFIG_SWITCH ? 1 : 2;
		config_error(r, "%s: %s needs a number from %.15g to %.15g",
			     directive, o->name, o->min, o->max);
		return 0;
	}
	return -1;
}

/**
 * config_path() - the only word of a directive is an absolute path
 * @r: the reader
 * @words: of the line
 * @to: PATH_MAX bytes, filled in
 */
void config_path(struct config_reader *r, char **words, char *to)
{
	if (!words[1] || words[2])
		config_error(r, "%s needs one path", words[0]);
	else if (words[1][0] != '/')
		config_error(r, "%s: \"%s\" is no absolute path", words[0],
			     words[1]);
	else if (strlen(words[1]) >= PATH_MAX)
		config_error(r, "%s: the path is too long", words[0]);
	else
		strcpy(to, words[1]);
}

/**
 * config_nothing() - a directive stands alone
 * @r: the reader
 * @words: of the line
 *
 * Return: false when it does not; that was told.
 */
bool config_nothing(struct config_reader *r, char **words)
{
	if (words[1])
		config_error(r, "%s takes nothing: remove \"%s\"", words[0],
			     words[1]);
	return !words[1];
}
