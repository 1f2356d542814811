// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics of the server: requests, what answers cost, keys, the daemon. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "metrics.h"

/* Facts that are told with the counters, but also get smaller. */
static const char * const levels[] = { "client-log-held", "client-log-span" };

static bool is_level(const struct counter *counter)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(counter->name, levels[i]))
			return true;
	return false;
}

/* What stands behind a prefix of the name, NULL when it has another. */
static const char *behind(const struct counter *counter, const char *prefix)
{
	const size_t len = strlen(prefix);

	return strncmp(counter->name, prefix, len) ? NULL : counter->name + len;
}

/* One family for all counters of a kind whose names begin alike. */
static void write_reasons(FILE *out, const struct counters *counters, uint8_t kind,
			  const char *prefix, const char *name, const char *label,
			  const char *help)
{
	metric_family(out, name, "counter", NULL, help);
	for (unsigned int i = 0; i < counters->n; i++) {
		const struct counter *counter = &counters->row[i];
		const char *reason = behind(counter, prefix);
		struct metric_labels labels = { "" };

		if (!reason || counter->kind != kind)
			continue;
		metric_label(&labels, label, reason);
		metric_count(out, name, "_total", &labels, counter->value);
	}
}

/* The others have a family each, by the name and text the kernel has for it. */
static void write_facts(FILE *out, const struct counters *counters)
{
	for (unsigned int i = 0; i < counters->n; i++) {
		const struct counter *counter = &counters->row[i];
		char name[64];

		if (counter->kind != NTS_COUNTER_KIND_INFO)
			continue;
		snprintf(name, sizeof(name), "nts_%s", counter->name);
		for (char *c = name; *c; c++)
			if (!isalnum((unsigned char)*c))
				*c = '_';
		if (is_level(counter))
			metric_gauge(out, name, NULL, counter->text, (double)counter->value);
		else
			metric_counter(out, name, counter->text, counter->value);
	}
}

static void write_cost(FILE *out, const struct counters *counters)
{
	static const char name[] = "nts_answer_cost_seconds";
	uint64_t sum = 0;

	if (!counters->n_cost)
		return;
	metric_family(out, name, "histogram", "seconds",
		      "Time from the reception of a request to its answer in the stack's hands");
	for (unsigned int i = 0; i < counters->n_cost; i++) {
		const struct cost_bucket *bucket = &counters->cost[i];
		struct metric_labels labels = { "" };
		char bound[32] = "+Inf";

		if (bucket->below != UINT64_MAX)
			snprintf(bound, sizeof(bound), "%.9f", (double)bucket->below / 1e9);
		metric_label(&labels, "le", bound);
		sum += bucket->count;
		metric_count(out, name, "_bucket", &labels, sum);
	}
	metric_count(out, name, "_count", NULL, sum);
	fprintf(out, "%s_sum %.9f\n", name, (double)counters->cost_sum / 1e9);
}

static void write_sessions(FILE *out, const struct daemon_state *daemon)
{
	static const char name[] = "nts_ke_sessions";
	struct metric_labels accepted = { "" }, dropped = { "" };

	metric_label(&accepted, "result", "accepted");
	metric_label(&dropped, "result", "dropped");
	metric_family(out, name, "counter", NULL,
		      "NTS-KE connections that ended with cookies, or without");
	metric_count(out, name, "_total", &accepted, daemon->ke_accepted);
	metric_count(out, name, "_total", &dropped, daemon->ke_dropped);
}

static void write_certs(FILE *out, const struct snapshot *snapshot)
{
	static const char name[] = "nts_certificate_expiry_timestamp_seconds";

	metric_family(out, name, "gauge", "seconds",
		      "When a certificate of the server expires, since 1970");
	for (unsigned int i = 0; i < snapshot->n_certs; i++) {
		struct metric_labels labels = { "" };

		metric_label(&labels, "file", snapshot->cert[i].path);
		metric_value(out, name, &labels, (double)snapshot->cert[i].not_after);
	}
}

/**
 * metrics_server() - write the metrics of the server
 * @out: where to write
 * @snapshot: as read
 */
void metrics_server(FILE *out, const struct snapshot *snapshot)
{
	const struct counters *counters = &snapshot->counters;

	metric_gauge(out, "nts_serving", NULL, "Whether requests are answered",
		     snapshot->server.enabled);
	metric_gauge(out, "nts_daemon_attached", NULL, "Whether ntsd is running",
		     snapshot->daemon.state == NTS_DAEMON_STATE_ATTACHED);
	write_reasons(out, counters, NTS_COUNTER_KIND_ANSWER, "answer-", "nts_answers", "kind",
		      "Requests that were answered");
	write_reasons(out, counters, NTS_COUNTER_KIND_DROP, "drop-", "nts_drops", "reason",
		      "Requests that were dropped");
	write_reasons(out, counters, NTS_COUNTER_KIND_DROP, "client-drop-", "nts_client_drops",
		      "reason", "Answers to our own requests that were dropped");
	write_facts(out, counters);
	write_cost(out, counters);
	write_sessions(out, &snapshot->daemon);
	write_certs(out, snapshot);
}

static void label_key(struct metric_labels *labels, const struct key *key)
{
	char id[16];

	labels->s[0] = '\0';
	snprintf(id, sizeof(id), "%08" PRIX32, key->id);
	metric_label(labels, "key", id);
}

/**
 * metrics_keys() - write the metrics of the cookie keys
 * @out: where to write
 * @keys: as read
 */
void metrics_keys(FILE *out, const struct keys *keys)
{
	struct metric_labels labels;

	metric_family(out, "nts_key_age_seconds", "gauge", "seconds",
		      "Time since a cookie key was made");
	for (unsigned int i = 0; i < keys->n; i++) {
		label_key(&labels, &keys->key[i]);
		metric_label(&labels, "role", key_role(&keys->key[i]));
		metric_value(out, "nts_key_age_seconds", &labels,
			     (double)keys->key[i].age_ms / 1e3);
	}
	metric_family(out, "nts_key_cookies_opened", "counter", NULL,
		      "Cookies opened with a key since it was installed");
	for (unsigned int i = 0; i < keys->n; i++) {
		label_key(&labels, &keys->key[i]);
		metric_count(out, "nts_key_cookies_opened", "_total", &labels,
			     keys->key[i].opened);
	}
}
