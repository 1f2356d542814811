/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file: chrony's directives, see ntsd.conf(5). */
#ifndef NTSD_CONFIG_H
#define NTSD_CONFIG_H

#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "subnet.h"

#define CONFIG_MAX_FASTPATHS 16
#define CONFIG_MAX_PAIRS 8
#define CONFIG_NAME_MAX 255
#define CONFIG_MAX_TRUSTED 32
#define CONFIG_MAX_SOURCES 64
#define CONFIG_MAX_SOURCE_DIRS 10
#define CONFIG_REFRESH_S 1209600
#define CONFIG_MAX_HWTIMESTAMPS 32
#define CONFIG_IFNAME_MAX 15
/* Octets that one client takes in the kernel's tables, and how many there are. */
#define CONFIG_CLIENT_OCTETS 264
#define CONFIG_MAX_CLIENTS 16777216

/* Where a directive was read, for messages that can only be told later. */
struct config_place {
	char file[PATH_MAX];
	int line;
};

struct config_path {
	char path[PATH_MAX];
	struct config_place place;
};

/* Where the quality of served time comes from, while no source is followed. */
enum config_clock {
	CONFIG_CLOCK_NOWHERE,	/* it is unsynchronised then */
	CONFIG_CLOCK_SYSTEM,
	CONFIG_CLOCK_LOCAL,
};

/**
 * struct config_local - when directive local holds, while or before sources are followed
 * @distance: root distance beyond which it does, s
 * @activate: and below which it must have been once, s; 0 for no matter
 * @wait_synced: since the last update, s
 * @wait_unsynced: without any synchronisation, s
 * @orphan: of those of one stratum the one of the smallest address is followed
 */
struct config_local {
	double distance;
	double activate;
	double wait_synced;
	double wait_unsynced;
	bool orphan;
};

/* What sources without authentication may do, by chrony's names. */
enum config_auth {
	CONFIG_AUTH_REQUIRE,
	CONFIG_AUTH_PREFER,
	CONFIG_AUTH_MIX,
	CONFIG_AUTH_IGNORE,
};

enum config_leap {
	CONFIG_LEAP_SYSTEM,
	CONFIG_LEAP_STEP,
	CONFIG_LEAP_SLEW,
	CONFIG_LEAP_IGNORE,
};

/* Which log files are written. */
enum config_log {
	CONFIG_LOG_MEASUREMENTS = 1,
	CONFIG_LOG_RAWMEASUREMENTS = 2,	/* of bad answers, too */
	CONFIG_LOG_SELECTION = 4,
	CONFIG_LOG_STATISTICS = 8,
	CONFIG_LOG_TRACKING = 16,
};

enum config_family { CONFIG_FAMILY_ANY, CONFIG_FAMILY_4, CONFIG_FAMILY_6 };

/**
 * struct config_source - one directive server or pool
 * @name: host name or address, of the NTS-KE server with @nts
 * @pool: each address of the name is a source of its own
 * @maxsources: so many of them
 * @certset: the set of trusted certificates
 * @maxdelay: and @offset are seconds
 * @place: where it was read
 *
 * What else there is has the names and units of chrony.conf(5).
 */
struct config_source {
	char name[CONFIG_NAME_MAX + 1];
	bool pool;
	bool nts;
	bool iburst;
	bool burst;
	bool prefer;
	bool trust;
	bool require;
	bool noselect;
	bool xleave;
	bool offline;
	enum config_family family;
	unsigned int maxsources;
	uint16_t port;
	uint16_t nts_port;
	uint32_t certset;
	int minpoll;
	int maxpoll;
	int presend;
	unsigned int polltarget;
	unsigned int minsamples;
	unsigned int maxsamples;
	double maxdelay;
	double maxdelayratio;
	double maxdelaydevratio;
	double offset;
	struct config_place place;
};

/* How the clock is disciplined; seconds and ppm, as in chrony.conf(5). */
struct config_discipline {
	double makestep_threshold;
	int makestep_limit;
	double maxchange_limit;
	int maxchange_start;
	int maxchange_ignore;
	double maxupdateskew;
	double maxslewrate;
	double maxclockerror;
	double corrtimeratio;
	double maxdistance;
	double maxjitter;
	double stratumweight;
	double reselectdist;
	double combinelimit;
	unsigned int minsources;
	unsigned int minsamples;
	unsigned int maxsamples;
	enum config_auth auth;
	enum config_leap leap;
	bool rtcsync;
	double smooth_freq;
	double smooth_wander;
	bool smooth_leaponly;
};

/**
 * struct config_access - one directive allow or deny
 * @allow: or else deny
 * @all: it overrides what was said before of what is within
 * @every: all addresses of both families
 * @subnet: or else this
 * @name: or else the addresses of this
 */
struct config_access {
	bool allow;
	bool all;
	bool every;
	struct subnet subnet;
	char *name;
};

/* How often a client is answered; with the names and units of chrony.conf(5). */
struct config_ratelimit {
	bool on;
	int interval;
	unsigned int burst;
	unsigned int leak;
	unsigned int kod;
};

/* Which received packets a network device stamps. */
enum config_rxfilter {
	CONFIG_RXFILTER_BEST,	/* of those it knows that are of use */
	CONFIG_RXFILTER_NONE,
	CONFIG_RXFILTER_PTP,
	CONFIG_RXFILTER_NTP,
	CONFIG_RXFILTER_ALL,
};

/**
 * struct config_hwtimestamp - one directive hwtimestamp
 * @name: of the interface, or "*"
 *
 * What else there is has the names and units of chrony.conf(5).
 */
struct config_hwtimestamp {
	char name[CONFIG_IFNAME_MAX + 1];
	int minpoll;
	int maxpoll;
	unsigned int minsamples;
	unsigned int maxsamples;
	double precision;
	double rxcomp;
	double txcomp;
	enum config_rxfilter rxfilter;
	bool nocrossts;
};

/* Whom NTS-KE servers' certificates may come from. */
struct config_trusted {
	uint32_t set;
	struct config_path path;
};

/**
 * struct config_source_dir - one directive sourcedir
 * @dirs: the directories, separated by spaces
 * @place: where it was read
 */
struct config_source_dir {
	char *dirs;
	struct config_place place;
};

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
	bool derived_keys;
	struct config_path key_secret;
	char dump_dir[PATH_MAX];
	char ntp_server[CONFIG_NAME_MAX + 1];
	char user[64];
	struct config_place user_place;
	char pidfile[PATH_MAX];
	struct config_place ntp_port_place;
	struct config_place nts_port_place;
	bool bind4_set;
	bool bind6_set;
	struct in_addr bind4;
	struct in6_addr bind6;
	struct config_place bind_place;
	char bind_device[CONFIG_IFNAME_MAX + 1];
	struct config_place bind_device_place;
	char fastpath[CONFIG_MAX_FASTPATHS][CONFIG_IFNAME_MAX + 1];
	struct config_place fastpath_place[CONFIG_MAX_FASTPATHS];
	unsigned int n_fastpaths;
	uint8_t dscp;
	enum config_clock clock;
	bool clock_said;
	uint8_t stratum;
	struct config_local local;
	uint32_t clients;	/* remembered for interleaved mode, reports and limits */
	struct config_access *access;
	unsigned int n_access;
	struct config_ratelimit ratelimit;
	struct config_ratelimit nts_ratelimit;
	unsigned int ratelimit_prefix4;
	unsigned int ratelimit_prefix6;
	struct config_hwtimestamp hwtimestamp[CONFIG_MAX_HWTIMESTAMPS];
	unsigned int n_hwtimestamps;

	unsigned int logs;	/* enum config_log */
	char log_dir[PATH_MAX];
	int log_banner;		/* so many lines after each; 0 is never */
	bool lock_all;

	bool measure_only;
	struct config_source *source;
	unsigned int n_sources;
	unsigned int n_own_sources;	/* not from sourcedirs; they come first */
	struct config_source_dir source_dir[CONFIG_MAX_SOURCE_DIRS];
	unsigned int n_source_dirs;
	struct config_discipline discipline;
	char driftfile[PATH_MAX];
	struct config_path leap_zone;
	struct config_path leap_list;
	char control[PATH_MAX];
	struct config_trusted trusted[CONFIG_MAX_TRUSTED];
	unsigned int n_trusted;
	bool no_system_certs;
	uint32_t no_cert_time_check;
	double nts_timeout_s;
	double nts_refresh_s;
	double refresh_s;
	unsigned int max_nts_retry;
	bool bind_acq4_set;
	bool bind_acq6_set;
	struct in_addr bind_acq4;
	struct in6_addr bind_acq6;
};

/* Is the time of others followed? Also when there is none yet in a sourcedir. */
static inline bool config_follows(const struct config *conf)
{
	return conf->n_sources || conf->n_source_dirs;
}

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
void config_reread_sources(struct config *conf, config_tell *tell, void *arg);
bool config_read_access(char **words, struct config_access *access, const char **why);
bool config_read_source(const char *line, struct config_source *source,
			config_tell *tell, void *arg);
void config_source_defaults(struct config_source *s, bool pool);
void config_free(struct config *conf);

#endif
