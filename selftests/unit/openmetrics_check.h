/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a text OpenMetrics 1.0? Judged are lines, names, escapes, the order of
 * families, suffixes and values by type, and that no sample is there twice.
 */
#ifndef OPENMETRICS_CHECK_H
#define OPENMETRICS_CHECK_H

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OM_NAME 96
#define OM_MAX 4096

struct om_family {
	char name[OM_NAME];
	char type[16];
	unsigned int samples;
	double last_le, last_bucket, count;
};

struct om_text {
	struct om_family family[512];
	unsigned int n;
	char *seen[OM_MAX];	/* name and labels of each sample */
	unsigned int n_seen;
	char why[512];
};

static inline bool om_fail(struct om_text *text, const char *why, const char *line)
{
	snprintf(text->why, sizeof(text->why), "%s: %.300s", why, line);
	return false;
}

/* Length of a name at @s, 0 when there is none. */
static inline size_t om_name(const char *s, bool colon)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s) && *s != '_')
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || (colon && s[n] == ':'))
		n++;
	return n;
}

static inline bool om_metadata(struct om_text *text, char *line)
{
	static const char * const types[] = {
		"counter", "gauge", "info", "histogram", "stateset", "unknown",
	};
	char *kind = line + 2, *name = strchr(kind, ' ');
	char *rest = name ? strchr(name + 1, ' ') : NULL;
	struct om_family *family = text->n ? &text->family[text->n - 1] : NULL;
	bool known = false;

	if (!rest)
		return om_fail(text, "metadata without its parts", line);
	*name++ = '\0';
	*rest++ = '\0';
	if (om_name(name, true) != strlen(name) || strlen(name) >= OM_NAME)
		return om_fail(text, "no name", name);
	if (!strcmp(kind, "TYPE")) {
		for (unsigned int i = 0; i < text->n; i++)
			if (!strcmp(text->family[i].name, name))
				return om_fail(text, "family twice", name);
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			known |= !strcmp(types[i], rest);
		if (!known)
			return om_fail(text, "no such type", rest);
		family = &text->family[text->n++];
		memset(family, 0, sizeof(*family));
		strcpy(family->name, name);
		strcpy(family->type, rest);
		family->last_le = -INFINITY;
		family->count = NAN;
		return true;
	}
	if (!family || strcmp(family->name, name) || family->samples)
		return om_fail(text, "metadata elsewhere than ahead of its family", name);
	if (!strcmp(kind, "UNIT")) {
		const size_t a = strlen(name), b = strlen(rest);

		if (a <= b + 1 || strcmp(name + a - b, rest) || name[a - b - 1] != '_')
			return om_fail(text, "name does not end in the unit", name);
		return true;
	}
	if (strcmp(kind, "HELP"))
		return om_fail(text, "metadata of no kind", kind);
	for (; *rest; rest++)
		if (*rest == '\\' && !strchr("\\\"n", *++rest))
			return om_fail(text, "escape in help", name);
	return true;
}

/* Reads {a="b",...}; *@le is the bound of a bucket, *@state that of a stateset. */
static inline const char *om_labels(struct om_text *text, const char *s,
				    const struct om_family *family, double *le, bool *state)
{
	char names[16][OM_NAME];
	unsigned int n = 0;

	if (*s != '{')
		return s;
	do {
		const size_t len = om_name(++s, false);
		char value[1024];
		size_t at = 0;

		if (!len || len >= OM_NAME || n == 16 || s[len] != '=' || s[len + 1] != '"') {
			om_fail(text, "label", s);
			return NULL;
		}
		memcpy(names[n], s, len);
		names[n][len] = '\0';
		for (s += len + 2; *s != '"'; s++) {
			if (!*s || at + 1 == sizeof(value) || (*s & 0x80) ||
			    (*s == '\\' && !strchr("\\\"n", *++s))) {
				om_fail(text, "label's value", s);
				return NULL;
			}
			value[at++] = *s;
		}
		value[at] = '\0';
		if (!strcmp(names[n], "le"))
			*le = strtod(value, NULL);
		*state |= !strcmp(names[n], family->name) && at;
		for (unsigned int i = 0; i < n; i++) {
			if (strcmp(names[i], names[n]))
				continue;
			om_fail(text, "label twice", names[n]);
			return NULL;
		}
		n++;
		s++;
	} while (*s == ',');
	if (*s != '}') {
		om_fail(text, "labels without end", s);
		return NULL;
	}
	return s + 1;
}

static inline bool om_bucket(struct om_text *text, struct om_family *family, const char *suffix,
			     double le, double value, const char *line)
{
	if (!strcmp(suffix, "_bucket")) {
		if (isnan(le) || le <= family->last_le || value < family->last_bucket)
			return om_fail(text, "buckets out of order", line);
		family->last_le = le;
		family->last_bucket = value;
	} else if (!strcmp(suffix, "_count")) {
		if (!isinf(family->last_le) || value != family->last_bucket)
			return om_fail(text, "count is not that of the last bucket", line);
		family->count = value;
	} else if (strcmp(suffix, "_sum") || isnan(family->count)) {
		return om_fail(text, "suffix of a histogram", line);
	}
	return true;
}

static inline bool om_sample(struct om_text *text, char *line)
{
	struct om_family *family = text->n ? &text->family[text->n - 1] : NULL;
	const size_t len = om_name(line, true), own = family ? strlen(family->name) : 0;
	char suffix[OM_NAME] = "", *end;
	bool state = false, ok;
	double le = NAN, value;
	const char *at;

	if (!family || len < own || len - own >= OM_NAME || strncmp(line, family->name, own))
		return om_fail(text, "sample without its family", line);
	memcpy(suffix, line + own, len - own);
	at = om_labels(text, line + len, family, &le, &state);
	if (!at)
		return false;
	if (*at != ' ')
		return om_fail(text, "no space before the value", line);
	value = strtod(at + 1, &end);
	if (end == at + 1 || *end)
		return om_fail(text, "value", line);
	for (unsigned int i = 0; i < text->n_seen; i++)
		if (strlen(text->seen[i]) == (size_t)(at - line) &&
		    !strncmp(text->seen[i], line, (size_t)(at - line)))
			return om_fail(text, "sample twice", line);
	if (text->n_seen < OM_MAX)
		text->seen[text->n_seen++] = strndup(line, (size_t)(at - line));
	family->samples++;
	if (!strcmp(family->type, "histogram"))
		return om_bucket(text, family, suffix, le, value, line);
	if (!strcmp(family->type, "counter"))
		ok = !strcmp(suffix, "_total") && value >= 0;
	else if (!strcmp(family->type, "info"))
		ok = !strcmp(suffix, "_info") && value == 1;
	else if (!strcmp(family->type, "stateset"))
		ok = !*suffix && state && (value == 0 || value == 1);
	else
		ok = !*suffix;
	return ok || om_fail(text, "suffix or value of that type", line);
}

/* Return: false with @text->why set. om_free() it either way. */
static inline bool om_read(struct om_text *text, const char *s)
{
	const char *end;
	bool ok = true;

	memset(text, 0, sizeof(*text));
	for (; ok && (end = strchr(s, '\n')); s = end + 1) {
		char *line = strndup(s, (size_t)(end - s));

		if (!strcmp(line, "# EOF")) {
			free(line);
			return !end[1] || om_fail(text, "text after the end", end + 1);
		}
		if (!*line)
			ok = om_fail(text, "empty line", s);
		else if (!strncmp(line, "# ", 2))
			ok = om_metadata(text, line);
		else
			ok = om_sample(text, line);
		free(line);
	}
	return ok && om_fail(text, "no end", "");
}

/* Is there a sample of that name? */
static inline bool om_has(const struct om_text *text, const char *name)
{
	const size_t len = strlen(name);

	for (unsigned int i = 0; i < text->n_seen; i++)
		if (!strncmp(text->seen[i], name, len) && strchr("{", text->seen[i][len]))
			return true;
	return false;
}

static inline void om_free(struct om_text *text)
{
	while (text->n_seen)
		free(text->seen[--text->n_seen]);
}

#endif
