/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of ntsctl share. */
#ifndef NTSCTL_H
#define NTSCTL_H

#include <json-c/json.h>

#include "../ntsd/nlconn.h"
#include "format.h"

/* How to print: as text, as chronyc -c does, or as JSON. */
enum out_form {
	OUT_TEXT,
	OUT_CSV,
	OUT_JSON,
};

/**
 * struct ctl - what the user asked for
 * @conn: to the kernel; NULL for what only the daemon can do
 * @form: how to print
 * @numeric: addresses instead of names (-n)
 * @names: names even in CSV (-N)
 * @all: also sources without an address (-a)
 * @verbose: with a legend (-v)
 * @args: words after the command
 * @n_args: how many
 */
struct ctl {
	struct nlconn *conn;
	enum out_form form;
	bool numeric;
	bool names;
	bool all;
	bool verbose;
	char **args;
	unsigned int n_args;
};

int cmd_accheck(struct ctl *ctl);
int cmd_activity(struct ctl *ctl);
int cmd_add(struct ctl *ctl);
int cmd_allow(struct ctl *ctl);
int cmd_authdata(struct ctl *ctl);
int cmd_burst(struct ctl *ctl);
int cmd_cert(struct ctl *ctl);
int cmd_certs(struct ctl *ctl);
int cmd_check(struct ctl *ctl);
int cmd_clients(struct ctl *ctl);
int cmd_counters(struct ctl *ctl);
int cmd_cyclelogs(struct ctl *ctl);
int cmd_delete(struct ctl *ctl);
int cmd_deny(struct ctl *ctl);
int cmd_doctor(struct ctl *ctl);
int cmd_dump(struct ctl *ctl);
int cmd_hwclocks(struct ctl *ctl);
int cmd_keys(struct ctl *ctl);
int cmd_makestep(struct ctl *ctl);
int cmd_smoothing(struct ctl *ctl);
int cmd_smoothtime(struct ctl *ctl);
int cmd_maxdelay(struct ctl *ctl);
int cmd_maxdelaydevratio(struct ctl *ctl);
int cmd_maxdelayratio(struct ctl *ctl);
int cmd_maxpoll(struct ctl *ctl);
int cmd_maxupdateskew(struct ctl *ctl);
int cmd_metrics(struct ctl *ctl);
int cmd_minpoll(struct ctl *ctl);
int cmd_monitor(struct ctl *ctl);
int cmd_ntpdata(struct ctl *ctl);
int cmd_offline(struct ctl *ctl);
int cmd_online(struct ctl *ctl);
int cmd_plot(struct ctl *ctl);
int cmd_polltarget(struct ctl *ctl);
int cmd_refresh(struct ctl *ctl);
int cmd_rekey(struct ctl *ctl);
int cmd_reload(struct ctl *ctl);
int cmd_reselect(struct ctl *ctl);
int cmd_reselectdist(struct ctl *ctl);
int cmd_reset(struct ctl *ctl);
int cmd_selectdata(struct ctl *ctl);
int cmd_serverstats(struct ctl *ctl);
int cmd_sourcename(struct ctl *ctl);
int cmd_sources(struct ctl *ctl);
int cmd_sourcestats(struct ctl *ctl);
int cmd_status(struct ctl *ctl);
int cmd_top(struct ctl *ctl);
int cmd_tracking(struct ctl *ctl);
int cmd_waitsync(struct ctl *ctl);

/* ask.c APIs: */
bool ask_open(struct ctl *ctl, char err[NLCONN_ERR_LEN]);
void ask_close(struct ctl *ctl);
int ask_fail(const char *err);
int ask_usage(const char *usage);
int ask_kernel(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg);
int ask_dump(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg, unsigned int *n);
int ask_about(struct ctl *ctl, struct nl_msg *msg, bool full, nlconn_take *take, void *arg);
struct nl_msg *ask_begin_dump(struct ctl *ctl, uint8_t cmd);
struct nl_msg *ask_begin(struct ctl *ctl, uint8_t cmd);
int ask_change(struct ctl *ctl, struct nl_msg *msg, bool full);
int ask_done(const struct ctl *ctl);
int ask_print_json(struct json_object *object);

/* control.c APIs: */
/* The longest answer of the daemon, and its end. */
#define CONTROL_ANSWER_LEN 8193

void control_use(const char *socket_path);
bool control_reachable(void);
int control_fetch(const char *command, char *answer, size_t size);
int control_ask(const struct ctl *ctl, const char *command);

/* cmd_certs.c APIs: */
/* What the daemon says of a certificate; dates are seconds since 1970. */
struct cert_report {
	const char *cert;
	const char *key;
	const char *state;	/* serving, waiting or none */
	const char *why;	/* the files at the paths are not taken, or "" */
	const char *subject;
	const char *names;
	const char *issuer;
	const char *serial;
	const char *fingerprint;
	const char *keytype;
	int64_t not_before;
	int64_t not_after;
	int64_t days;
	int64_t chain;
	char answer[CONTROL_ANSWER_LEN];
};

int certs_fetch(unsigned int index, struct cert_report *report);

/* number.c APIs: */
bool number_read(const char *word, double *value);
bool number_scaled(const char *word, double scale, double min, double max, int64_t *value);

/* object.c APIs: */
void object_int(struct json_object *object, const char *key, int64_t value);
void object_uint(struct json_object *object, const char *key, uint64_t value);
void object_number(struct json_object *object, const char *key, double value, int digits);
void object_bool(struct json_object *object, const char *key, bool value);
void object_text(struct json_object *object, const char *key, const char *value);
void object_key_id(struct json_object *object, uint32_t id);

/* refid.c APIs: */
uint32_t refid_address(const uint8_t *bytes, size_t len);

/* cmd_counters.c APIs: */
struct counter {
	char name[32];
	char text[96];
	uint8_t kind;
	uint64_t value;
};

#define COUNTERS_MAX 128

/* Of a histogram: answers that took at most so many nanoseconds, UINT64_MAX in the last. */
struct cost_bucket {
	uint64_t below;
	uint64_t count;
};

#define COST_BUCKETS_MAX 32

struct counters {
	struct counter row[COUNTERS_MAX];
	unsigned int n;
	struct cost_bucket cost[COST_BUCKETS_MAX];
	unsigned int n_cost;
	uint64_t cost_sum;
};

int counters_read(struct ctl *ctl, struct counters *counters);
uint64_t counters_value(const struct counters *counters, const char *name);

#endif
