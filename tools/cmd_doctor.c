// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl doctor: find by test why something does not work, and say what to do. */
#include <stdio.h>
#include <stdlib.h>

#include "doctor/doctor.h"
#include "option.h"

#define USAGE "doctor [-f FILE]"
#define CONFIG_FILE "/etc/ntsd/ntsd.conf"

/* From what all else rests on to what rests on it. */
static const struct {
	const char *name;
	doctor_check *run;
} checks[] = {
	{ "kernel", doctor_kernel },
	{ "module", doctor_module },
	{ "config", doctor_config },
	{ "files", doctor_files },
	{ "daemon", doctor_daemon },
	{ "rivals", doctor_rivals },
	{ "foreign", doctor_foreign },
	{ "ports", doctor_ports },
	{ "firewall", doctor_firewall },
	{ "clock", doctor_clock },
	{ "names", doctor_names },
	{ "servers", doctor_servers },
	{ "sources", doctor_sources },
	{ "hwclocks", doctor_hwclocks },
};

static const char * const results[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_PROBLEM] = "problem", [DOCTOR_UNKNOWN] = "unknown",
};

static bool take(void *arg, int option, const char *value)
{
	(void)option;
	*(const char **)arg = value;
	return true;
}

/* What is wrong with it says the test of it. */
static void tell_nobody(void *arg, bool is_error, const char *file, int line, const char *text)
{
	(void)arg;
	(void)is_error;
	(void)file;
	(void)line;
	(void)text;
}

static void prepare(struct doctor *d, struct ctl *ctl)
{
	char path[PATH_MAX], err[NLCONN_ERR_LEN];

	doctor_path(d, path, "%s", d->path);
	d->has_conf = doctor_exists(d, d->path) &&
		      config_read(&d->conf, path, tell_nobody, NULL);
	ctl->names = true;
	d->loaded = ask_open(ctl, err) && !snapshot_read(ctl, &d->snapshot) &&
		    !hwclocks_read(ctl, &d->hwclocks);
	ask_close(ctl);
}

static void print_finding(const struct doctor_finding *finding)
{
	printf("%s: %s: %s\n", results[finding->result], finding->check, finding->text);
	if (finding->remedy[0])
		printf("  remedy: %s\n", finding->remedy);
}

static int print_json(const struct doctor *d)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();

	for (unsigned int i = 0; i < d->n; i++) {
		const struct doctor_finding *finding = &d->finding[i];
		struct json_object *one = json_object_new_object();

		object_text(one, "check", finding->check);
		object_text(one, "result", results[finding->result]);
		object_text(one, "text", finding->text);
		if (finding->remedy[0])
			object_text(one, "remedy", finding->remedy);
		json_object_array_add(list, one);
	}
	json_object_object_add(object, "findings", list);
	return ask_print_json(object);
}

/* Return: exit status. */
static int print(const struct doctor *d, const struct ctl *ctl)
{
	unsigned int count[DOCTOR_UNKNOWN + 1] = { 0 };

	for (unsigned int i = 0; i < d->n; i++) {
		count[d->finding[i].result]++;
		if (ctl->form != OUT_JSON)
			print_finding(&d->finding[i]);
	}
	if (ctl->form == OUT_JSON)
		print_json(d);
	else
		printf("%u ok, %u problems, %u unknown\n", count[DOCTOR_OK],
		       count[DOCTOR_PROBLEM], count[DOCTOR_UNKNOWN]);
	return fflush(stdout) || count[DOCTOR_PROBLEM] ? 1 : 0;
}

int cmd_doctor(struct ctl *ctl)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ }
	};
	const char *path = CONFIG_FILE;
	struct doctor *d;
	int ret;

	if (!option_parse(ctl, "f:", longs, take, &path) || ctl->n_args) {
		ask_usage(USAGE);
		return 2;
	}
	d = calloc(1, sizeof(*d));
	if (!d)
		return ask_fail("out of memory");
	d->path = path;
	d->net = &doctor_net;
	prepare(d, ctl);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		d->check = checks[i].name;
		checks[i].run(d);
	}
	ret = print(d, ctl);
	config_free(&d->conf);
	free(d);
	return ret;
}
