/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file: chrony's directives, see ntsd.conf(5). */
#ifndef NTSD_CONFIG_H
#define NTSD_CONFIG_H

#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define CONFIG_MAX_PAIRS 8
#define CONFIG_NAME_MAX 255

/* Where a directive was read, for messages that can only be told later. */
struct config_place {
	char file[PATH_MAX];
	int line;
};

struct config_path {
	char path[PATH_MAX];
	struct config_place place;
};

enum config_clock { CONFIG_CLOCK_SYSTEM, CONFIG_CLOCK_LOCAL };

struct config {
	struct config_path cert[CONFIG_MAX_PAIRS];
	struct config_path key[CONFIG_MAX_PAIRS];
	unsigned int n_certs;
	unsigned int n_keys;
	uint16_t ntp_port;
	uint16_t nts_port;
	unsigned int processes;
	unsigned int connections;
	int64_t rotate_s;
	char dump_dir[PATH_MAX];
	char ntp_server[CONFIG_NAME_MAX + 1];
	char user[64];
	struct config_place user_place;
	char pidfile[PATH_MAX];
	bool bind4_set;
	bool bind6_set;
	struct in_addr bind4;
	struct in6_addr bind6;
	enum config_clock clock;
	uint8_t stratum;
};

/**
 * typedef config_tell - takes the problems found
 * @arg: as given to config_read()
 * @is_error: or else a warning
 * @file: where
 * @line: where, from 1; 0 when it is about the whole file
 * @text: what is wrong and what to do
 */
typedef void config_tell(void *arg, bool is_error, const char *file, int line,
			 const char *text);

bool config_read(struct config *conf, const char *path, config_tell *tell,
		 void *arg);

#endif
