// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl hwclocks: the clocks of network devices, as they are mapped to the kernel's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <netlink/genl/genl.h>

#include "hwclock.h"

#define NS_PER_S INT64_C(1000000000)

static const struct field {
	size_t at;
	size_t size;
} fields[NTS_A_PHC_MAX + 1] = {
#define FIELD(member) { offsetof(struct hwclock, member), sizeof(((struct hwclock *)0)->member) }
	[NTS_A_PHC_IFINDEX] = FIELD(ifindex),
	[NTS_A_PHC_INDEX] = FIELD(index),
	[NTS_A_PHC_FILTER] = FIELD(filter),
	[NTS_A_PHC_PHC] = FIELD(phc),
	[NTS_A_PHC_RAW] = FIELD(raw),
	[NTS_A_PHC_FREQ] = FIELD(freq),
	[NTS_A_PHC_ERROR] = FIELD(error),
	[NTS_A_PHC_SKEW] = FIELD(skew),
	[NTS_A_PHC_VALID_MS] = FIELD(valid_ms),
	[NTS_A_PHC_RXCOMP] = FIELD(rxcomp),
	[NTS_A_PHC_TXCOMP] = FIELD(txcomp),
	[NTS_A_PHC_USABLE] = FIELD(usable),
	[NTS_A_PHC_RX_STAMPS] = FIELD(rx_stamps),
	[NTS_A_PHC_TX_STAMPS] = FIELD(tx_stamps),
	[NTS_A_PHC_RX_REFUSED] = FIELD(rx_refused),
	[NTS_A_PHC_TX_REFUSED] = FIELD(tx_refused),
#undef FIELD
};

/* A device may have gone since. */
static void name_clock(struct hwclock *clock, bool numeric)
{
	if (numeric || !if_indextoname(clock->ifindex, clock->name))
		snprintf(clock->name, sizeof(clock->name), "%" PRIu32, clock->ifindex);
	format_clean(clock->name);
}

static void take_clock(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_PHC_MAX + 1];
	struct hwclocks *clocks = arg;
	struct hwclock *clock;

	if (clocks->n == NTS_MAX_PHCS ||
	    nla_parse(attr, NTS_A_PHC_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL) ||
	    !attr[NTS_A_PHC_IFINDEX])
		return;
	clock = &clocks->row[clocks->n++];
	memset(clock, 0, sizeof(*clock));
	for (int i = 0; i <= NTS_A_PHC_MAX; i++)
		if (attr[i] && fields[i].size && (size_t)nla_len(attr[i]) == fields[i].size)
			memcpy((char *)clock + fields[i].at, nla_data(attr[i]),
			       fields[i].size);
	name_clock(clock, clocks->numeric);
}

static const char *filter_name(const struct hwclock *clock)
{
	static const char * const names[] = {
		[NTS_PHC_FILTER_NONE] = "none",
		[NTS_PHC_FILTER_PTP] = "ptp",
		[NTS_PHC_FILTER_NTP] = "ntp",
		[NTS_PHC_FILTER_ALL] = "all",
	};

	return clock->filter < sizeof(names) / sizeof(names[0]) ? names[clock->filter] : "?";
}

/**
 * hwclock_age_ns() - how old the last measurement is
 * @clock: as read; it tells by CLOCK_MONOTONIC_RAW
 *
 * Return: nanoseconds.
 */
int64_t hwclock_age_ns(const struct hwclock *clock)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec - clock->raw;
}

static uint32_t age_s(const struct hwclock *clock)
{
	int64_t age = hwclock_age_ns(clock) / NS_PER_S;

	return age < 0 ? 0 : age < FORMAT_NEVER ? (uint32_t)age : FORMAT_NEVER - 1;
}

/**
 * hwclock_fast_ppm() - how fast the device's clock is
 * @clock: as read; it tells of the other one, which has the other sign
 *
 * Return: parts per million against CLOCK_MONOTONIC_RAW.
 */
double hwclock_fast_ppm(const struct hwclock *clock)
{
	double slow = format_ppm(clock->freq) / 1e6;

	return -slow / (1 + slow) * 1e6;
}

static void print_row(const struct hwclock *clock)
{
	printf("%c %-15s ptp%-4" PRIu32 " %-4s %s %s %s %s %10" PRIu64 " %10" PRIu64
	       " %8" PRIu64 "\n",
	       clock->usable ? '*' : '?', clock->name, clock->index, filter_name(clock),
	       format_frequency(hwclock_fast_ppm(clock), true).s,
	       format_frequency(format_ppm((int64_t)clock->skew), false).s,
	       format_bound(clock->error).s, format_interval(age_s(clock)).s,
	       clock->rx_stamps, clock->tx_stamps,
	       clock->rx_refused + clock->tx_refused);
}

static void print_values(const struct hwclock *clock)
{
	printf("%c,%s,%" PRIu32 ",%" PRIu32 ",%s,%.6f,%.6f,%s,%s,%" PRIu32 ".%03u,%s,%s,%" PRIu64
	       ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
	       clock->usable ? '*' : '?', clock->name, clock->ifindex, clock->index,
	       filter_name(clock), hwclock_fast_ppm(clock), format_ppm((int64_t)clock->skew),
	       format_seconds((int64_t)clock->error, false).s,
	       format_seconds(hwclock_age_ns(clock), false).s, clock->valid_ms / 1000,
	       (unsigned int)(clock->valid_ms % 1000),
	       format_seconds(clock->rxcomp, false).s, format_seconds(clock->txcomp, false).s,
	       clock->rx_stamps, clock->tx_stamps, clock->rx_refused, clock->tx_refused);
}

static struct json_object *make_object(const struct hwclock *clock)
{
	struct json_object *one = json_object_new_object();
	char name[16];

	snprintf(name, sizeof(name), "ptp%" PRIu32, clock->index);
	object_text(one, "device", clock->name);
	object_uint(one, "ifindex", clock->ifindex);
	object_text(one, "clock", name);
	object_text(one, "filter", filter_name(clock));
	object_bool(one, "usable", clock->usable);
	object_number(one, "frequency_ppm", hwclock_fast_ppm(clock), 6);
	object_number(one, "skew_ppm", format_ppm((int64_t)clock->skew), 6);
	object_uint(one, "error_ns", clock->error);
	object_int(one, "age_ns", hwclock_age_ns(clock));
	object_uint(one, "valid_ns", clock->valid_ms * UINT64_C(1000000));
	object_int(one, "rxcomp_ns", clock->rxcomp);
	object_int(one, "txcomp_ns", clock->txcomp);
	object_uint(one, "rx_stamps", clock->rx_stamps);
	object_uint(one, "tx_stamps", clock->tx_stamps);
	object_uint(one, "rx_refused", clock->rx_refused);
	object_uint(one, "tx_refused", clock->tx_refused);
	return one;
}

static int print_json(const struct hwclocks *clocks)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < clocks->n; i++)
		json_object_array_add(array, make_object(&clocks->row[i]));
	json_object_object_add(object, "hwclocks", array);
	return ask_print_json(object);
}

static const char legend[] =
	"S          '*' its timestamps are used, '?' its clock is being measured\n"
	"Clock      N of /dev/ptpN\n"
	"RX         which received packets it stamps: all, ntp, ptp or none\n"
	"Frequency  by how much its clock is fast against the raw clock, ppm\n"
	"Skew       bound of the error of that\n"
	"Error      bound of the error of its time against the raw clock's\n"
	"Age        how long ago it was measured\n"
	"Stamps     that were used, and those that contradicted the kernel's\n"
	"\n";

/**
 * hwclocks_read() - the clocks that are mapped in this network namespace
 * @ctl: connected
 * @clocks: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int hwclocks_read(struct ctl *ctl, struct hwclocks *clocks)
{
	clocks->numeric = ctl->numeric;
	return ask_dump(ctl, NTS_CMD_PHC_GET, take_clock, clocks, &clocks->n);
}

int cmd_hwclocks(struct ctl *ctl)
{
	struct hwclocks clocks;
	int ret = hwclocks_read(ctl, &clocks);

	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&clocks);
	if (ctl->form == OUT_TEXT) {
		const char *heading = "S Device          Clock   RX    Frequency       Skew"
				      "  Error  Age  RX stamps  TX stamps  Refused";

		if (ctl->verbose)
			fputs(legend, stdout);
		puts(heading);
		for (size_t i = 0; i < strlen(heading); i++)
			putchar('=');
		putchar('\n');
	}
	for (unsigned int i = 0; i < clocks.n; i++) {
		if (ctl->form == OUT_CSV)
			print_values(&clocks.row[i]);
		else
			print_row(&clocks.row[i]);
	}
	return fflush(stdout) ? 1 : 0;
}
