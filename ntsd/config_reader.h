/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read directives share; nobody else includes this. */
#ifndef NTSD_CONFIG_READER_H
#define NTSD_CONFIG_READER_H

#include "config.h"

#define CONFIG_MAX_DEPTH 10
#define CONFIG_MAX_WORDS 64

/**
 * struct config_reader - where the reading is
 * @conf: what becomes of it
 * @tell: is given each problem
 * @arg: for @tell
 * @file: being read
 * @line: of it, from 1
 * @depth: of files that include files
 * @lenient: what is wrong is left out, with a warning
 * @failed: there was an error
 */
struct config_reader {
	struct config *conf;
	config_tell *tell;
	void *arg;
	const char *file;
	int line;
	int depth;
	bool lenient;
	bool failed;
};

/**
 * struct config_directive - who takes it
 * @name: in lower case
 * @take: is given all words of the line, ended by NULL
 */
struct config_directive {
	const char *name;
	void (*take)(struct config_reader *r, char **words);
};

/* What becomes of a directive. */
enum config_fate {
	CONFIG_WORKS,
	CONFIG_IGNORED,		/* with a warning */
	CONFIG_REFUSED,
};

/**
 * struct config_entry - what becomes of a directive
 * @name: in lower case
 * @fate: what it says
 * @ours: chrony does not know it
 * @text: why it is ignored, or what to write instead of what is refused
 */
struct config_entry {
	const char *name;
	enum config_fate fate;
	bool ours;
	const char *text;
};

/* What an option's value becomes. */
enum config_kind {
	CONFIG_SWITCH,		/* bool, there or not */
	CONFIG_POLL,		/* int */
	CONFIG_COUNT,		/* unsigned int */
	CONFIG_PORT,		/* uint16_t */
	CONFIG_SET,		/* uint32_t */
	CONFIG_REAL,		/* double */
};

/**
 * struct config_option - a word that changes one field of what a line is about
 * @name: in lower case
 * @kind: of its value
 * @at: where in the structure the field is
 * @min: least value
 * @max: greatest value
 */
struct config_option {
	const char *name;
	enum config_kind kind;
	size_t at;
	double min;
	double max;
};

/* Each ends with one that has no name. */
extern const struct config_entry config_table[];
extern const struct config_directive config_access_directives[];
extern const struct config_directive config_clock_directives[];
extern const struct config_directive config_dirs_directives[];
extern const struct config_directive config_hwtimestamp_directives[];
extern const struct config_directive config_log_directives[];
extern const struct config_directive config_server_directives[];
extern const struct config_directive config_source_directives[];
extern const struct config_directive config_trust_directives[];

const struct config_entry *config_table_find(const char *name);

/* Of config.c, for what includes files. */
void config_take_file(struct config_reader *r, const char *path);
int config_split(struct config_reader *r, char *line, char **words);
void config_take_words(struct config_reader *r, char **words);

void config_dirs_each(struct config_reader *r, char **dirs, const char *suffix,
		      void (*take)(struct config_reader *r, const char *path));
void config_dirs_take_sources(struct config_reader *r);
void config_dirs_free(struct config *conf);
void config_access_check(struct config_reader *r);
void config_access_defaults(struct config *conf);
void config_clock_defaults(struct config_discipline *d);
void config_server_check(struct config_reader *r);
void config_server_defaults(struct config *conf);
void config_trust_defaults(struct config *conf);
void config_source_check(struct config_reader *r, unsigned int from);

void config_say(struct config_reader *r, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void config_here(const struct config_reader *r, struct config_place *place);
bool config_number(struct config_reader *r, char **words, long long min,
		   long long max, long long *value);
bool config_real(struct config_reader *r, char **words, double min, double max,
		 double *value);
bool config_to_number(const char *word, long long min, long long max,
		      long long *value);
bool config_to_real(const char *word, double min, double max, double *value);
int config_option(struct config_reader *r, const char *directive,
		  const struct config_option *options, size_t n, void *into,
		  char **words);
void config_path(struct config_reader *r, char **words, char *to);
bool config_nothing(struct config_reader *r, char **words);

#define config_error(r, ...) config_say(r, true, __VA_ARGS__)
#define config_warn(r, ...) config_say(r, false, __VA_ARGS__)

#endif
