// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl ntpdata: in the layout of chronyc ntpdata. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "source.h"

#define NS_PER_S 1e9
/* Up to this stratum a reference identifier is text (RFC 5905, 7.3). */
#define TEXT_STRATUM 1

static const char * const modes[] = {
	"Invalid", "Symmetric active", "Symmetric passive", "Client", "Server",
};

static const char * const stamps[] = {
	[NTS_STAMP_KIND_DAEMON] = "Daemon",
	[NTS_STAMP_KIND_KERNEL] = "Kernel",
	[NTS_STAMP_KIND_HARDWARE] = "Hardware",
};

static const char *mode(const struct source *source)
{
	const uint8_t n = source->remote_mode;

	return modes[n < sizeof(modes) / sizeof(modes[0]) ? n : 0];
}

static const char *stamp(const struct source *source, int attr, uint8_t kind)
{
	if (!source->has[attr] || kind >= sizeof(stamps) / sizeof(stamps[0]))
		return "Invalid";
	return stamps[kind];
}

static const char *tx_stamp(const struct source *source)
{
	return stamp(source, NTS_A_SOURCE_TX_STAMP, source->tx_stamp);
}

static const char *rx_stamp(const struct source *source)
{
	return stamp(source, NTS_A_SOURCE_RX_STAMP, source->rx_stamp);
}

static const char *yes(uint8_t value)
{
	return value ? "Yes" : "No";
}

static struct text refid_text(const struct source *source)
{
	return format_refid(source->stratum <= TEXT_STRATUM ? source->refid : 0);
}

static uint32_t local_refid(const struct source *source)
{
	if (!source->local_family)
		return 0;
	return refid_address(source->local_bytes, source->local_family == AF_INET ? 4 : 16);
}

static uint32_t remote_refid(const struct source *source)
{
	return refid_address(source->bytes, source->family == AF_INET ? 4 : 16);
}

static const char *local(const struct source *source)
{
	return source->local_family ? source->local : "[UNSPEC]";
}

static double seconds(uint64_t ns)
{
	return (double)ns / NS_PER_S;
}

static void print_totals(const struct source *source)
{
	const struct {
		const char *label;
		uint64_t value;
	} totals[] = {
		{ "Total TX", source->total_tx },
		{ "Total RX", source->total_rx },
		{ "Total valid RX", source->total_valid },
		{ "Total good RX", source->total_good },
		{ "Total kernel TX", source->total_kernel_tx },
		{ "Total kernel RX", source->total_kernel_rx },
		{ "Total HW TX", source->total_hw_tx },
		{ "Total HW RX", source->total_hw_rx },
	};

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		printf("%-16s: %" PRIu64 "\n", totals[i].label, totals[i].value);
}

static void print_text(const struct source *source)
{
	printf("Remote address  : %s (%08" PRIX32 ")\n", source->addr, remote_refid(source));
	printf("Remote port     : %u\n", source->port);
	printf("Local address   : %s (%08" PRIX32 ")\n", local(source), local_refid(source));
	printf("Leap status     : %s\n", format_leap(source->leap));
	printf("Version         : %u\n", source->version);
	printf("Mode            : %s\n", mode(source));
	printf("Stratum         : %u\n", source->stratum);
	printf("Poll interval   : %" PRId32 " (%.0f seconds)\n", source->remote_poll,
	       ldexp(1.0, source->remote_poll));
	printf("Precision       : %" PRId32 " (%.9f seconds)\n", source->precision,
	       ldexp(1.0, source->precision));
	printf("Root delay      : %.6f seconds\n", seconds(source->root_delay));
	printf("Root dispersion : %.6f seconds\n", seconds(source->root_dispersion));
	printf("Reference ID    : %08" PRIX32 " (%s)\n", source->refid,
	       refid_text(source).s);
	printf("Reference time  : %s\n", format_date(source->reftime).s);
	printf("Offset          : %s seconds\n",
	       format_seconds(source->sample_offset, true).s);
	printf("Peer delay      : %s seconds\n",
	       format_seconds((int64_t)source->peer_delay, false).s);
	printf("Peer dispersion : %s seconds\n",
	       format_seconds((int64_t)source->peer_dispersion, false).s);
	printf("Response time   : %s seconds\n",
	       format_seconds((int64_t)source->response_time, false).s);
	printf("Jitter asymmetry: %+.2f\n", source->asymmetry / 65536.0);
	printf("NTP tests       : %s\n", format_tests(source->tests, ' ').s);
	printf("Interleaved     : %s\n", yes(source->interleaved));
	printf("Authenticated   : %s\n", yes(source->authenticated));
	printf("TX timestamping : %s\n", tx_stamp(source));
	printf("RX timestamping : %s\n", rx_stamp(source));
	print_totals(source);
}

static void print_values(const struct source *source)
{
	printf("%s,%08" PRIX32 ",%u,%s,%08" PRIX32 ",%s,%u,%s,%u,%" PRId32 ",%.0f,%" PRId32
	       ",%.9f,%.6f,%.6f,%08" PRIX32 ",%s,%s,",
	       source->addr, remote_refid(source), source->port, local(source),
	       local_refid(source), format_leap(source->leap), source->version,
	       mode(source), source->stratum, source->remote_poll,
	       ldexp(1.0, source->remote_poll), source->precision,
	       ldexp(1.0, source->precision), seconds(source->root_delay),
	       seconds(source->root_dispersion), source->refid, refid_text(source).s,
	       format_seconds(source->reftime, false).s);
	printf("%s,%s,%s,%s,%.2f,%s,%s,%s,%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	       ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
	       format_seconds(source->sample_offset, false).s,
	       format_seconds((int64_t)source->peer_delay, false).s,
	       format_seconds((int64_t)source->peer_dispersion, false).s,
	       format_seconds((int64_t)source->response_time, false).s,
	       source->asymmetry / 65536.0, format_tests(source->tests, ',').s,
	       yes(source->interleaved), yes(source->authenticated), tx_stamp(source),
	       rx_stamp(source), source->total_tx, source->total_rx,
	       source->total_valid, source->total_good, source->total_kernel_tx,
	       source->total_kernel_rx, source->total_hw_tx, source->total_hw_rx);
}

static struct json_object *make_object(const struct source *source)
{
	struct json_object *one = source_object(source);
	struct text refid;

	snprintf(refid.s, sizeof(refid.s), "%08" PRIX32, source->refid);
	object_uint(one, "port", source->port);
	if (source->local_family)
		object_text(one, "local_address", source->local);
	object_text(one, "leap_status", format_leap(source->leap));
	object_int(one, "version", source->version);
	object_text(one, "mode", mode(source));
	object_int(one, "stratum", source->stratum);
	object_int(one, "poll", source->remote_poll);
	object_int(one, "precision", source->precision);
	object_uint(one, "root_delay_ns", source->root_delay);
	object_uint(one, "root_dispersion_ns", source->root_dispersion);
	object_text(one, "reference_id", refid.s);
	object_int(one, "ref_time_ns", source->reftime);
	object_int(one, "offset_ns", source->sample_offset);
	object_uint(one, "peer_delay_ns", source->peer_delay);
	object_uint(one, "peer_dispersion_ns", source->peer_dispersion);
	object_uint(one, "response_time_ns", source->response_time);
	object_number(one, "jitter_asymmetry", source->asymmetry / 65536.0, 3);
	object_text(one, "ntp_tests", format_tests(source->tests, ' ').s);
	object_bool(one, "interleaved", source->interleaved);
	object_bool(one, "authenticated", source->authenticated);
	object_text(one, "tx_timestamping", tx_stamp(source));
	object_text(one, "rx_timestamping", rx_stamp(source));
	object_uint(one, "total_tx", source->total_tx);
	object_uint(one, "total_rx", source->total_rx);
	object_uint(one, "total_valid_rx", source->total_valid);
	object_uint(one, "total_good_rx", source->total_good);
	object_uint(one, "total_kernel_tx", source->total_kernel_tx);
	object_uint(one, "total_kernel_rx", source->total_kernel_rx);
	object_uint(one, "total_hw_tx", source->total_hw_tx);
	object_uint(one, "total_hw_rx", source->total_hw_rx);
	return one;
}

static int print_json(const struct source_list *list)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < list->n; i++)
		if (list->row[i].family)
			json_object_array_add(array, make_object(&list->row[i]));
	json_object_object_add(object, "ntpdata", array);
	return ask_print_json(object);
}

int cmd_ntpdata(struct ctl *ctl)
{
	struct source_list list;
	int ret = source_list_read(ctl, &list);

	if (!ret && ctl->n_args)
		ret = source_list_pick(&list, ctl->args[0]);
	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&list);
	for (unsigned int i = 0; i < list.n; i++) {
		if (!list.row[i].family)
			continue;
		if (ctl->form == OUT_CSV) {
			print_values(&list.row[i]);
			continue;
		}
		/* chronyc has a line between them when it is asked for all */
		if (!ctl->n_args)
			putchar('\n');
		print_text(&list.row[i]);
	}
	return fflush(stdout) ? 1 : 0;
}
