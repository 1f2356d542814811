/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources as the kernel tells of them. */
#ifndef NTSCTL_SOURCE_H
#define NTSCTL_SOURCE_H

#include <arpa/inet.h>

#include <linux/nts.h>

#include "ntsctl.h"

/**
 * struct source - one association
 * @has: whether the kernel told the attribute, by NTS_A_SOURCE_*
 * @bytes: of the address
 * @family: of the address, 0 while it is not known
 * @addr: the address as text, empty while it is not known
 * @label: what reports call it: its name, or its address by -n
 * @local: ours, as text
 *
 * The rest are the attributes of the same names, 0 when absent.
 */
struct source {
	bool has[NTS_A_SOURCE_MAX + 1];
	int family;
	uint8_t bytes[16];
	uint8_t local_bytes[16];
	int local_family;
	char addr[INET6_ADDRSTRLEN];
	char label[NTS_MAX_NAME_LEN + 1];
	char local[INET6_ADDRSTRLEN];
	char name[NTS_MAX_NAME_LEN + 1];
	char problem[NTS_MAX_NAME_LEN + 1];
	uint64_t last_rx;
	uint64_t last_error;
	uint64_t root_delay;
	uint64_t root_dispersion;
	uint64_t peer_delay;
	uint64_t peer_dispersion;
	uint64_t response_time;
	uint64_t total_tx;
	uint64_t total_rx;
	uint64_t total_valid;
	uint64_t total_good;
	uint64_t total_kernel_tx;
	uint64_t total_kernel_rx;
	uint64_t total_hw_tx;
	uint64_t total_hw_rx;
	uint64_t span;
	uint64_t skew;
	uint64_t std_dev;
	uint64_t ke_age;
	int64_t next_tx;
	int64_t last_offset;
	int64_t last_offset_measured;
	int64_t reftime;
	int64_t sample_offset;
	int64_t freq;
	int64_t est_offset;
	int64_t interval_low;
	int64_t interval_high;
	uint32_t id;
	uint32_t flags;
	uint32_t effective_flags;
	uint32_t ke_attempts;
	uint32_t refid;
	uint32_t tests;
	uint32_t samples;
	uint32_t runs;
	uint32_t score;
	uint32_t ke_count;
	uint32_t naks;
	uint32_t cookies;
	uint32_t cookie_len;
	int32_t asymmetry;
	int32_t minpoll;
	int32_t maxpoll;
	int32_t poll;
	int32_t precision;
	int32_t remote_poll;
	uint16_t port;
	uint16_t aead;
	uint8_t online;
	uint8_t burst;
	uint8_t state;
	uint8_t reach;
	uint8_t leap;
	uint8_t stratum;
	uint8_t version;
	uint8_t remote_mode;
	uint8_t interleaved;
	uint8_t authenticated;
	uint8_t tx_stamp;
	uint8_t rx_stamp;
};

struct source_list {
	struct source row[NTS_MAX_SOURCES];
	unsigned int n;
};

/**
 * struct source_report - a table with a line for each source
 * @name: of the list in JSON
 * @legend: printed ahead by -v
 * @heading: without its underline
 * @width: of the underline
 * @row: prints a line as text
 * @values: prints a line of comma separated values
 * @add: adds to an object that identifies the source
 */
struct source_report {
	const char *name;
	const char *legend;
	const char *heading;
	unsigned int width;
	void (*row)(const struct source *source);
	void (*values)(const struct source *source);
	void (*add)(struct json_object *one, const struct source *source);
};

int source_list_read(struct ctl *ctl, struct source_list *list);
int source_list_pick(struct source_list *list, const char *which);
int source_report(struct ctl *ctl, const struct source_report *report);
struct json_object *source_object(const struct source *source);
uint32_t source_seconds(const struct source *source, int attr, uint64_t ns);

#endif
