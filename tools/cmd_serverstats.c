// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl serverstats: in the layout of chronyc serverstats. */
#include <inttypes.h>
#include <stdio.h>

#include "status.h"

enum row {
	NTP_RECEIVED,
	NTP_DROPPED,
	CMD_RECEIVED,
	CMD_DROPPED,
	LOG_DROPPED,
	KE_ACCEPTED,
	KE_DROPPED,
	AUTHENTICATED,
	INTERLEAVED,
	HELD,
	SPAN,
	DAEMON_RX,
	DAEMON_TX,
	KERNEL_RX,
	KERNEL_TX,
	HARDWARE_RX,
	HARDWARE_TX,
	ROWS
};

static const struct {
	const char *label;
	const char *key;
} rows[ROWS] = {
	[NTP_RECEIVED] = { "NTP packets received", "ntp_packets_received" },
	[NTP_DROPPED] = { "NTP packets dropped", "ntp_packets_dropped" },
	[CMD_RECEIVED] = { "Command packets received", "command_packets_received" },
	[CMD_DROPPED] = { "Command packets dropped", "command_packets_dropped" },
	[LOG_DROPPED] = { "Client log records dropped", "client_log_records_dropped" },
	[KE_ACCEPTED] = { "NTS-KE connections accepted", "nts_ke_connections_accepted" },
	[KE_DROPPED] = { "NTS-KE connections dropped", "nts_ke_connections_dropped" },
	[AUTHENTICATED] = { "Authenticated NTP packets", "authenticated_ntp_packets" },
	[INTERLEAVED] = { "Interleaved NTP packets", "interleaved_ntp_packets" },
	[HELD] = { "NTP timestamps held", "ntp_timestamps_held" },
	[SPAN] = { "NTP timestamp span", "ntp_timestamp_span" },
	[DAEMON_RX] = { "NTP daemon RX timestamps", "ntp_daemon_rx_timestamps" },
	[DAEMON_TX] = { "NTP daemon TX timestamps", "ntp_daemon_tx_timestamps" },
	[KERNEL_RX] = { "NTP kernel RX timestamps", "ntp_kernel_rx_timestamps" },
	[KERNEL_TX] = { "NTP kernel TX timestamps", "ntp_kernel_tx_timestamps" },
	[HARDWARE_RX] = { "NTP hardware RX timestamps", "ntp_hardware_rx_timestamps" },
	[HARDWARE_TX] = { "NTP hardware TX timestamps", "ntp_hardware_tx_timestamps" },
};

/* Rows that stay 0: commands come by netlink, which loses none. */
static void fill(uint64_t value[ROWS], const struct counters *counters,
		 const struct daemon_state *daemon)
{
	for (unsigned int i = 0; i < counters->n; i++) {
		const struct counter *counter = &counters->row[i];

		if (counter->kind == NTS_COUNTER_KIND_INFO)
			continue;
		value[NTP_RECEIVED] += counter->value;
		if (counter->kind == NTS_COUNTER_KIND_DROP)
			value[NTP_DROPPED] += counter->value;
	}
	value[KE_ACCEPTED] = daemon->ke_accepted;
	value[KE_DROPPED] = daemon->ke_dropped;
	value[AUTHENTICATED] = counters_value(counters, "answer-nts");
	value[INTERLEAVED] = counters_value(counters, "answers-interleaved");
	value[LOG_DROPPED] = counters_value(counters, "client-log-dropped");
	value[HELD] = counters_value(counters, "client-log-held");
	value[SPAN] = counters_value(counters, "client-log-span");
	value[DAEMON_RX] = counters_value(counters, "rx-stamp-module");
	value[DAEMON_TX] = counters_value(counters, "tx-stamp-estimate");
	value[KERNEL_RX] = counters_value(counters, "rx-stamp-kernel");
	value[KERNEL_TX] = counters_value(counters, "tx-stamp-kernel");
	value[HARDWARE_RX] = counters_value(counters, "rx-stamp-hardware");
	value[HARDWARE_TX] = counters_value(counters, "tx-stamp-hardware");
}

int cmd_serverstats(struct ctl *ctl)
{
	struct daemon_state daemon = { 0 };
	uint64_t value[ROWS] = { 0 };
	struct json_object *object;
	struct counters counters;
	int ret;

	ret = counters_read(ctl, &counters);
	if (!ret)
		ret = status_daemon(ctl, &daemon);
	if (ret)
		return ret;
	fill(value, &counters, &daemon);

	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		for (unsigned int i = 0; i < ROWS; i++)
			json_object_object_add(object, rows[i].key,
					       json_object_new_uint64(value[i]));
		return ask_print_json(object);
	}
	for (unsigned int i = 0; i < ROWS; i++) {
		if (ctl->form == OUT_CSV)
			printf("%" PRIu64 "%c", value[i], i + 1 < ROWS ? ',' : '\n');
		else
			printf("%-27s: %" PRIu64 "\n", rows[i].label, value[i]);
	}
	return 0;
}
