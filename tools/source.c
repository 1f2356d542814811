// SPDX-License-Identifier: GPL-2.0-or-later
/* Sources as the kernel tells of them, and the tables that show them. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "source.h"

#define NS_PER_S 1000000000ULL

enum kind {
	NONE,
	U8,
	U16,
	U32,
	U64,
	STRING,
};

#define FIELD(kind, member) { kind, offsetof(struct source, member) }

/* What a signed attribute is made of is the same as of an unsigned one. */
static const struct field {
	enum kind kind;
	size_t at;
} fields[NTS_A_SOURCE_MAX + 1] = {
	[NTS_A_SOURCE_ID] = FIELD(U32, id),
	[NTS_A_SOURCE_NAME] = FIELD(STRING, name),
	[NTS_A_SOURCE_PORT] = FIELD(U16, port),
	[NTS_A_SOURCE_FLAGS] = FIELD(U32, flags),
	[NTS_A_SOURCE_MINPOLL] = FIELD(U32, minpoll),
	[NTS_A_SOURCE_MAXPOLL] = FIELD(U32, maxpoll),
	[NTS_A_SOURCE_ONLINE] = FIELD(U8, online),
	[NTS_A_SOURCE_KE_ATTEMPTS] = FIELD(U32, ke_attempts),
	[NTS_A_SOURCE_PROBLEM] = FIELD(STRING, problem),
	[NTS_A_SOURCE_STATE] = FIELD(U8, state),
	[NTS_A_SOURCE_POLL] = FIELD(U32, poll),
	[NTS_A_SOURCE_REACH] = FIELD(U8, reach),
	[NTS_A_SOURCE_EFFECTIVE_FLAGS] = FIELD(U32, effective_flags),
	[NTS_A_SOURCE_LAST_RX] = FIELD(U64, last_rx),
	[NTS_A_SOURCE_NEXT_TX] = FIELD(U64, next_tx),
	[NTS_A_SOURCE_LAST_OFFSET] = FIELD(U64, last_offset),
	[NTS_A_SOURCE_LAST_OFFSET_MEASURED] = FIELD(U64, last_offset_measured),
	[NTS_A_SOURCE_LAST_ERROR] = FIELD(U64, last_error),
	[NTS_A_SOURCE_LEAP] = FIELD(U8, leap),
	[NTS_A_SOURCE_STRATUM] = FIELD(U8, stratum),
	[NTS_A_SOURCE_REFID] = FIELD(U32, refid),
	[NTS_A_SOURCE_REFTIME] = FIELD(U64, reftime),
	[NTS_A_SOURCE_ROOT_DELAY] = FIELD(U64, root_delay),
	[NTS_A_SOURCE_ROOT_DISPERSION] = FIELD(U64, root_dispersion),
	[NTS_A_SOURCE_PRECISION] = FIELD(U32, precision),
	[NTS_A_SOURCE_VERSION] = FIELD(U8, version),
	[NTS_A_SOURCE_REMOTE_MODE] = FIELD(U8, remote_mode),
	[NTS_A_SOURCE_REMOTE_POLL] = FIELD(U32, remote_poll),
	[NTS_A_SOURCE_TESTS] = FIELD(U32, tests),
	[NTS_A_SOURCE_SAMPLE_OFFSET] = FIELD(U64, sample_offset),
	[NTS_A_SOURCE_PEER_DELAY] = FIELD(U64, peer_delay),
	[NTS_A_SOURCE_PEER_DISPERSION] = FIELD(U64, peer_dispersion),
	[NTS_A_SOURCE_RESPONSE_TIME] = FIELD(U64, response_time),
	[NTS_A_SOURCE_ASYMMETRY] = FIELD(U32, asymmetry),
	[NTS_A_SOURCE_INTERLEAVED] = FIELD(U8, interleaved),
	[NTS_A_SOURCE_AUTHENTICATED] = FIELD(U8, authenticated),
	[NTS_A_SOURCE_TX_STAMP] = FIELD(U8, tx_stamp),
	[NTS_A_SOURCE_RX_STAMP] = FIELD(U8, rx_stamp),
	[NTS_A_SOURCE_TOTAL_TX] = FIELD(U64, total_tx),
	[NTS_A_SOURCE_TOTAL_RX] = FIELD(U64, total_rx),
	[NTS_A_SOURCE_TOTAL_VALID] = FIELD(U64, total_valid),
	[NTS_A_SOURCE_TOTAL_GOOD] = FIELD(U64, total_good),
	[NTS_A_SOURCE_TOTAL_KERNEL_TX] = FIELD(U64, total_kernel_tx),
	[NTS_A_SOURCE_TOTAL_KERNEL_RX] = FIELD(U64, total_kernel_rx),
	[NTS_A_SOURCE_TOTAL_HW_TX] = FIELD(U64, total_hw_tx),
	[NTS_A_SOURCE_TOTAL_HW_RX] = FIELD(U64, total_hw_rx),
	[NTS_A_SOURCE_SAMPLES] = FIELD(U32, samples),
	[NTS_A_SOURCE_RUNS] = FIELD(U32, runs),
	[NTS_A_SOURCE_SPAN] = FIELD(U64, span),
	[NTS_A_SOURCE_FREQ] = FIELD(U64, freq),
	[NTS_A_SOURCE_SKEW] = FIELD(U64, skew),
	[NTS_A_SOURCE_EST_OFFSET] = FIELD(U64, est_offset),
	[NTS_A_SOURCE_STD_DEV] = FIELD(U64, std_dev),
	[NTS_A_SOURCE_SCORE] = FIELD(U32, score),
	[NTS_A_SOURCE_INTERVAL_LOW] = FIELD(U64, interval_low),
	[NTS_A_SOURCE_INTERVAL_HIGH] = FIELD(U64, interval_high),
	[NTS_A_SOURCE_KE_COUNT] = FIELD(U32, ke_count),
	[NTS_A_SOURCE_AEAD] = FIELD(U16, aead),
	[NTS_A_SOURCE_KE_AGE] = FIELD(U64, ke_age),
	[NTS_A_SOURCE_NAKS] = FIELD(U32, naks),
	[NTS_A_SOURCE_COOKIES] = FIELD(U32, cookies),
	[NTS_A_SOURCE_COOKIE_LEN] = FIELD(U32, cookie_len),
	[NTS_A_SOURCE_BURST] = FIELD(U8, burst),
};

static const size_t sizes[] = {
	[U8] = sizeof(uint8_t),
	[U16] = sizeof(uint16_t),
	[U32] = sizeof(uint32_t),
	[U64] = sizeof(uint64_t),
};

static bool take_field(struct source *source, const struct nlattr *attr,
		       const struct field *field)
{
	char *to = (char *)source + field->at;

	if (field->kind == STRING) {
		nla_strlcpy(to, attr, NTS_MAX_NAME_LEN + 1);
		format_clean(to);
		return true;
	}
	if (field->kind == NONE || (size_t)nla_len(attr) != sizes[field->kind])
		return false;
	memcpy(to, nla_data(attr), sizes[field->kind]);
	return true;
}

static int take_address(struct nlattr *const *attr, int v4, int v6, uint8_t bytes[16],
			char text[INET6_ADDRSTRLEN])
{
	if (attr[v4] && nla_len(attr[v4]) == 4) {
		memcpy(bytes, nla_data(attr[v4]), 4);
		inet_ntop(AF_INET, bytes, text, INET6_ADDRSTRLEN);
		return AF_INET;
	}
	if (attr[v6] && nla_len(attr[v6]) == 16) {
		memcpy(bytes, nla_data(attr[v6]), 16);
		inet_ntop(AF_INET6, bytes, text, INET6_ADDRSTRLEN);
		return AF_INET6;
	}
	return 0;
}

struct reading {
	const struct ctl *ctl;
	struct source_list *list;
};

/* As chronyc: names where there is room for people, addresses for programs. */
static void name_source(struct source *source, const struct ctl *ctl)
{
	bool numeric = ctl->numeric || (ctl->form != OUT_TEXT && !ctl->names);

	if (!numeric && source->name[0])
		memcpy(source->label, source->name, sizeof(source->name));
	else if (source->family)
		memcpy(source->label, source->addr, sizeof(source->addr));
	else
		snprintf(source->label, sizeof(source->label), "ID#%010" PRIu32,
			 source->id);
}

static void take_source(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_SOURCE_MAX + 1];
	struct reading *reading = arg;
	struct source *source;

	if (reading->list->n == NTS_MAX_SOURCES ||
	    nla_parse(attr, NTS_A_SOURCE_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_SOURCE_ID])
		return;
	source = &reading->list->row[reading->list->n++];
	memset(source, 0, sizeof(*source));
	for (int i = 0; i <= NTS_A_SOURCE_MAX; i++)
		source->has[i] = attr[i] && take_field(source, attr[i], &fields[i]);
	source->family = take_address(attr, NTS_A_SOURCE_ADDR4, NTS_A_SOURCE_ADDR6,
				      source->bytes, source->addr);
	source->local_family = take_address(attr, NTS_A_SOURCE_LOCAL4, NTS_A_SOURCE_LOCAL6,
					    source->local_bytes, source->local);
	name_source(source, reading->ctl);
}

/**
 * source_list_read() - all sources of this network namespace
 * @ctl: connected
 * @list: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int source_list_read(struct ctl *ctl, struct source_list *list)
{
	struct reading reading = { .ctl = ctl, .list = list };

	return ask_dump(ctl, NTS_CMD_SOURCE_GET, take_source, &reading, &list->n);
}

/* ADDRESS, ADDRESS/BITS or, as chronyc has it, MASK/ADDRESS */
struct range {
	int family;
	uint8_t mask[16];
	uint8_t bytes[16];
};

static int read_address(const char *text, uint8_t bytes[16])
{
	if (inet_pton(AF_INET, text, bytes) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : 0;
}

static bool read_range(const char *which, struct range *range)
{
	char first[INET6_ADDRSTRLEN];
	const char *second = strchr(which, '/');
	size_t len = second ? (size_t)(second - which) : strlen(which);
	unsigned long bits;
	char *end;

	if (len >= sizeof(first))
		return false;
	memcpy(first, which, len);
	first[len] = '\0';
	memset(range, 0, sizeof(*range));
	range->family = read_address(first, range->bytes);
	if (!range->family)
		return false;
	if (!second) {
		memset(range->mask, 0xff, sizeof(range->mask));
		return true;
	}
	if (strpbrk(++second, ".:")) {
		memcpy(range->mask, range->bytes, sizeof(range->mask));
		return read_address(second, range->bytes) == range->family;
	}
	bits = strtoul(second, &end, 10);
	if (end == second || *end || *second == '-' || *second == '+' ||
	    bits > (range->family == AF_INET ? 32 : 128))
		return false;
	for (unsigned int i = 0; i < bits; i++)
		range->mask[i / 8] |= 0x80 >> i % 8;
	return true;
}

static bool in_range(const struct range *range, const struct source *source)
{
	if (source->family != range->family)
		return false;
	for (unsigned int i = 0; i < (range->family == AF_INET ? 4 : 16); i++)
		if ((source->bytes[i] ^ range->bytes[i]) & range->mask[i])
			return false;
	return true;
}

static bool has_id(const char *which, const struct source *source)
{
	char id[16];

	snprintf(id, sizeof(id), "ID#%010" PRIu32, source->id);
	return !strcmp(which, id);
}

/**
 * source_list_pick() - keep the sources that somebody means
 * @list: all
 * @which: an address, a range of them, a name as configured or ID#NUMBER
 *
 * Return: 0, or an exit status when there is none; that was then printed.
 */
int source_list_pick(struct source_list *list, const char *which)
{
	struct range range;
	bool ranged = read_range(which, &range);
	char err[NLCONN_ERR_LEN];
	unsigned int kept = 0;

	for (unsigned int i = 0; i < list->n; i++) {
		const struct source *source = &list->row[i];

		if ((ranged && in_range(&range, source)) ||
		    !strcmp(source->name, which) || has_id(which, source))
			list->row[kept++] = *source;
	}
	list->n = kept;
	if (kept)
		return 0;
	snprintf(err, sizeof(err), "no source is called %s", which);
	return ask_fail(err);
}

/**
 * source_seconds() - a duration of a source, for format_interval()
 * @source: told it or not
 * @attr: NTS_A_SOURCE_* that it is
 * @ns: its value
 *
 * Return: whole seconds, FORMAT_NEVER when it was not told.
 */
uint32_t source_seconds(const struct source *source, int attr, uint64_t ns)
{
	const uint64_t seconds = ns / NS_PER_S;

	if (!source->has[attr])
		return FORMAT_NEVER;
	return seconds < FORMAT_NEVER ? (uint32_t)seconds : FORMAT_NEVER - 1;
}

/**
 * source_object() - begin what is told of a source
 * @source: the source
 *
 * Return: an object that tells which source it is.
 */
struct json_object *source_object(const struct source *source)
{
	struct json_object *one = json_object_new_object();

	object_uint(one, "id", source->id);
	object_text(one, "name", source->name);
	if (source->family)
		object_text(one, "address", source->addr);
	if (source->problem[0])
		object_text(one, "problem", source->problem);
	return one;
}

static int print_json(const struct source_list *list, const struct source_report *report)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < list->n; i++) {
		struct json_object *one = source_object(&list->row[i]);

		report->add(one, &list->row[i]);
		json_object_array_add(array, one);
	}
	json_object_object_add(object, report->name, array);
	return ask_print_json(object);
}

/* Those without an address too: they have the most to tell. */
static void print_problems(const struct source_list *list)
{
	const char *before = "\n";

	for (unsigned int i = 0; i < list->n; i++) {
		if (!list->row[i].problem[0])
			continue;
		printf("%s%s: %s\n", before, list->row[i].label, list->row[i].problem);
		before = "";
	}
}

/**
 * source_report() - print a table with a line for each source
 * @ctl: connected
 * @report: the table
 *
 * In JSON all sources are told; elsewhere those without an address by -a only.
 *
 * Return: exit status.
 */
int source_report(struct ctl *ctl, const struct source_report *report)
{
	struct source_list list;
	int ret = source_list_read(ctl, &list);

	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&list, report);
	if (ctl->form == OUT_TEXT) {
		if (ctl->verbose)
			fputs(report->legend, stdout);
		puts(report->heading);
		for (unsigned int i = 0; i < report->width; i++)
			putchar('=');
		putchar('\n');
	}
	for (unsigned int i = 0; i < list.n; i++) {
		const struct source *source = &list.row[i];

		if (!source->family && !ctl->all)
			continue;
		if (ctl->form == OUT_CSV)
			report->values(source);
		else
			report->row(source);
	}
	if (ctl->form == OUT_TEXT && ctl->verbose)
		print_problems(&list);
	return fflush(stdout) ? 1 : 0;
}
