/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of ntsctl share. */
#ifndef NTSCTL_H
#define NTSCTL_H

#include <json-c/json.h>

#include "../ntsd/nlconn.h"

/* How to print: as text, as chronyc -c does, or as JSON. */
enum out_form {
	OUT_TEXT,
	OUT_CSV,
	OUT_JSON,
};

struct ctl {
	struct nlconn *conn;
	enum out_form form;
};

int cmd_counters(struct ctl *ctl);
int cmd_keys(struct ctl *ctl);
int cmd_monitor(struct ctl *ctl);
int cmd_serverstats(struct ctl *ctl);
int cmd_status(struct ctl *ctl);

/* ask.c APIs: */
int ask_fail(const char *err);
int ask_kernel(struct ctl *ctl, uint8_t cmd, nlconn_take *take, void *arg);
int ask_print_json(struct json_object *object);

/* cmd_counters.c APIs: */
struct counter {
	char name[32];
	char text[96];
	uint8_t kind;
	uint64_t value;
};

#define COUNTERS_MAX 128

struct counters {
	struct counter row[COUNTERS_MAX];
	unsigned int n;
};

int counters_read(struct ctl *ctl, struct counters *counters);
uint64_t counters_value(const struct counters *counters, const char *name);

/* cmd_status.c APIs: */
struct daemon_state {
	uint8_t state;
	uint32_t pid;
	uint64_t ke_accepted;
	uint64_t ke_dropped;
};

int status_daemon(struct ctl *ctl, struct daemon_state *daemon);

#endif
