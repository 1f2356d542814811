/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speaks with the kernel module (generic netlink family "nts"). */
#ifndef NTSD_NL_H
#define NTSD_NL_H

#include "address.h"
#include "clockfeed.h"
#include "config.h"
#include "core/clientlog.h"
#include "ke_session.h"
#include "keyring.h"
#include "tls.h"
#include "worker.h"

#define NL_ERR_LEN 512

struct nl;
struct timex;

enum nl_news {
	NL_NEWS_NONE,
	NL_NEWS_CAME,	/* the module was loaded and knows nothing */
	NL_NEWS_GONE,	/* it was unloaded */
};

/**
 * struct nl_source - an association, as the kernel has it
 * @id: by which it is named
 * @name: as configured
 * @addr: AF_UNSPEC while it has none
 * @port: host byte order
 * @nts: it uses NTS
 * @keyed: it has keys
 * @cookies: that are left
 * @ke_age_ms: since the keys were established, with @keyed
 * @reach: the last 8 polls
 */
struct nl_source {
	uint32_t id;
	char name[CONFIG_NAME_MAX + 1];
	struct address addr;
	uint16_t port;
	bool nts;
	bool keyed;
	unsigned int cookies;
	uint64_t ke_age_ms;
	uint8_t reach;
};

/**
 * struct nl_change - what to change of an association
 * @id: 0 to make one, which needs @name
 * @name: NULL to leave it
 * @conf: its options, NULL to leave them
 * @min_samples: of all sources, when it has none of its own
 * @max_samples: likewise; 0 for the kernel's default
 * @addr: NULL to leave it
 * @port: with @addr
 * @problem: "" when there is none, NULL to leave it and @attempts
 * @attempts: at NTS-KE, since the last success
 */
struct nl_change {
	uint32_t id;
	const char *name;
	const struct config_source *conf;
	unsigned int min_samples;
	unsigned int max_samples;
	const struct address *addr;
	uint16_t port;
	const char *problem;
	uint32_t attempts;
};

/**
 * struct nl_sample - what was measured of a source last; see uapi/nts.yaml
 * @last_rx_ns: how long ago, or UINT64_MAX
 *
 * The rest has the units of the kernel: nanoseconds, 16.16 fixed point.
 */
struct nl_sample {
	uint32_t id;
	char name[CONFIG_NAME_MAX + 1];
	struct address addr;
	uint64_t last_rx_ns;
	uint64_t total_valid;
	uint32_t tests;
	int32_t poll;
	int32_t remote_poll;
	int32_t poll_score;
	int64_t offset_ns;
	uint64_t delay_ns;
	uint64_t dispersion_ns;
	uint64_t root_delay_ns;
	uint64_t root_dispersion_ns;
	uint32_t refid;
	uint8_t leap;
	uint8_t stratum;
	uint8_t mode;
	uint8_t interleaved;
	uint8_t tx_stamp;
	uint8_t rx_stamp;
	uint32_t samples;
	uint32_t runs;
	int64_t freq;
	uint64_t skew;
	int64_t est_offset_ns;
	uint64_t est_offset_sd_ns;
	uint64_t sd_ns;
	int32_t asymmetry;
	uint8_t state;
	uint8_t reach;
	uint32_t effective_flags;
	uint32_t score;
	int64_t low_ns;
	int64_t high_ns;
};

/* How the clock does. */
struct nl_tracking {
	bool synchronised;
	bool by_daemon;		/* ntsd is to call clock_adjtime(2) */
	bool by_nobody;
	char reason[128];	/* why it is not the kernel */
	uint64_t updates;
	int64_t correction_ns;	/* how far NTP time is ahead of the system clock */
	double freq_ppm;	/* positive when the system clock is slow */
	double skew_ppm;
	struct address addr;	/* of the selected source */
	uint32_t refid;
	uint8_t stratum;
	uint8_t leap;
	double last_offset;	/* seconds NTP time was moved forward */
	double correction;	/* seconds NTP time is ahead of the system clock */
	double root_delay;	/* seconds */
	double root_dispersion;	/* seconds, now */
	double offset_sd;	/* seconds */
	unsigned int combined;
};

/**
 * struct nl_phc - how the clock of a network device runs
 * @ifindex: of the device
 * @clock: N of /dev/ptpN
 * @filter: which received packets it stamps
 * @phc_ns: a reading of it
 * @raw_ns: CLOCK_MONOTONIC_RAW then
 * @freq: by how much CLOCK_MONOTONIC_RAW runs faster
 * @error_ns: bound of the error of the two
 * @skew: by how much that grows
 * @valid_ms: how long this may be used
 * @rxcomp_ns: time a packet took before it was stamped
 * @txcomp_ns: time a packet takes after it was stamped
 */
struct nl_phc {
	uint32_t ifindex;
	uint32_t clock;
	enum config_rxfilter filter;
	int64_t phc_ns;
	int64_t raw_ns;
	double freq;
	double error_ns;
	double skew;
	uint32_t valid_ms;
	int64_t rxcomp_ns;
	int64_t txcomp_ns;
};

/* How many of its stamps the kernel took. */
struct nl_phc_use {
	uint32_t ifindex;
	uint64_t stamps;
};

enum nl_event_kind {
	NL_EVENT_SOURCE,
	NL_EVENT_CLOCK,
	NL_EVENT_ADJUST,
	NL_EVENT_PHC,
	NL_EVENT_SAMPLE,
};

/**
 * struct nl_event - what the kernel multicasts
 * @news: enum nts_source_news, nts_clock_news or nts_phc_news
 * @id: of the source, or index of the network device
 * @offset_ns: where it matters
 * @duration_ns: likewise
 * @seq: the rest is what clock_adjtime(2) is to be called with
 */
struct nl_event {
	enum nl_event_kind kind;
	unsigned int news;
	uint32_t id;
	char name[CONFIG_NAME_MAX + 1];
	struct address addr;
	int64_t offset_ns;
	uint64_t duration_ns;
	uint32_t seq;
	uint32_t modes;
	int64_t step_ns;
	int64_t freq;
	int64_t tick;
	int32_t status;
	int64_t maxerror;
	int64_t esterror;
};

typedef void nl_event_take(void *arg, const struct nl_event *event);
typedef void nl_source_take(void *arg, const struct nl_source *source);
typedef void nl_sample_take(void *arg, const struct nl_sample *sample);

/* nl.c: */
struct nl *nl_open(char *err);
bool nl_find_module(struct nl *nl, char *err);
int nl_set_server(struct nl *nl, const struct config *conf, bool serves,
		  char *err);
int nl_set_keys(struct nl *nl, const struct keyring *ring, int64_t now_ms,
		char *err);
int nl_get_keys(struct nl *nl, struct keyring_told told[KEYRING_SLOTS],
		char *err);
int nl_set_clock(struct nl *nl, const struct clockfeed *feed, char *err);
int nl_set_daemon(struct nl *nl, const struct worker_counts *counts, char *err);
int nl_news_fd(const struct nl *nl);
enum nl_news nl_news(struct nl *nl);
void nl_hear_events(struct nl *nl, nl_event_take *take, void *arg);
void nl_hear_samples(struct nl *nl, bool on);
void nl_hang_up(struct nl *nl);

/* nl_access.c: */
int nl_set_access(struct nl *nl, const struct nts_acl_rule *rules, uint32_t n,
		  char *err);
int nl_set_ratelimit(struct nl *nl, const struct config *conf, char *err);
int nl_note_visitor(struct nl *nl, bool v6, struct nts_acl_key key,
		    const struct nts_clientlog_use *use, uint64_t age_ms, char *err);

/* nl_source.c: */
int nl_get_sources(struct nl *nl, nl_source_take *take, void *arg, char *err);
int nl_set_source(struct nl *nl, const struct nl_change *change, uint32_t *id,
		  char *err);
int nl_del_source(struct nl *nl, uint32_t id, char *err);
int nl_set_nts(struct nl *nl, uint32_t id, const uint8_t c2s[TLS_EXPORT_LEN],
	       const uint8_t s2c[TLS_EXPORT_LEN],
	       const struct ke_cookie *cookies, unsigned int n, uint64_t age_ms,
	       char *err);
int nl_take_cookies(struct nl *nl, uint32_t id, unsigned int count,
		    struct ke_cookie *to, char *err);

/* nl_clock.c: */
int nl_set_discipline(struct nl *nl, const struct config_discipline *d,
		      bool steer, char *err);
int nl_set_leap(struct nl *nl, int kind, int64_t at, char *err);
int nl_set_drift(struct nl *nl, double freq_ppm, double skew_ppm, char *err);
int nl_get_tracking(struct nl *nl, struct nl_tracking *tracking, char *err);
int nl_tell_adjust(struct nl *nl, uint32_t seq, int result,
		   const struct timex *tx, char *err);

/* nl_sample.c: */
int nl_get_samples(struct nl *nl, nl_sample_take *take, void *arg, char *err);

/* nl_phc.c: */
int nl_set_phc(struct nl *nl, const struct nl_phc *phc, char *err);
int nl_del_phc(struct nl *nl, uint32_t ifindex, char *err);
int nl_get_phcs(struct nl *nl, struct nl_phc_use *use, unsigned int max,
		char *err);

#endif
