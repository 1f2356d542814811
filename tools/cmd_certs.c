// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl certs: the certificates that clients are shown, and until when. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ntsctl.h"

static const struct {
	const char *key;
	size_t at;
	bool number;
} fields[] = {
#define TEXT(name) { #name, offsetof(struct cert_report, name), false }
#define NUMBER(name) { #name, offsetof(struct cert_report, name), true }
	TEXT(cert), TEXT(key), TEXT(state), TEXT(why), TEXT(subject), TEXT(names),
	TEXT(issuer), TEXT(serial), TEXT(fingerprint), TEXT(keytype),
	NUMBER(not_before), NUMBER(not_after), NUMBER(days), NUMBER(chain),
#undef TEXT
#undef NUMBER
};

static void take_field(struct cert_report *report, const char *key, char *value)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char *at = (char *)report + fields[i].at;

		if (strcmp(fields[i].key, key))
			continue;
		if (fields[i].number)
			*(int64_t *)at = strtoll(value, NULL, 10);
		else
			*(const char **)at = value;
	}
}

static void parse(struct cert_report *report)
{
	char *save = NULL;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!fields[i].number)
			*(const char **)((char *)report + fields[i].at) = "";
	for (char *line = strtok_r(report->answer, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		format_clean(value);
		take_field(report, line, value);
	}
}

/**
 * certs_fetch() - ask the daemon for a certificate
 * @index: from 0, in the order of the configuration
 * @report: filled in; its texts live as long as it does
 *
 * Return: 0, -1 when there are not so many, or an exit status; why was then printed.
 */
int certs_fetch(unsigned int index, struct cert_report *report)
{
	char command[32];
	int ret;

	memset(report, 0, sizeof(*report));
	snprintf(command, sizeof(command), "certs %u", index);
	ret = control_fetch(command, report->answer, sizeof(report->answer));
	if (ret)
		return ret;
	if (!strncmp(report->answer, "404", 3))
		return -1;
	if (strncmp(report->answer, "200", 3)) {
		report->answer[strcspn(report->answer, "\n")] = '\0';
		return ask_fail(report->answer);
	}
	parse(report);
	return 0;
}

static const char *date(int64_t seconds)
{
	const time_t at = (time_t)seconds;
	static char text[2][40];
	static int turn;
	struct tm tm;

	turn = !turn;
	if (!gmtime_r(&at, &tm) ||
	    !strftime(text[turn], sizeof(text[turn]), "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(text[turn], sizeof(text[turn]), "%" PRId64, seconds);
	return text[turn];
}

static void print_text(const struct cert_report *r, const char *before)
{
	printf("%sCertificate     : %s\n", before, r->cert);
	printf("Key             : %s\n", r->key);
	printf("State           : %s%s%s\n", r->state, r->why[0] ? ": " : "", r->why);
	printf("Subject         : %s\n", r->subject);
	printf("Names           : %s\n", r->names);
	printf("Issuer          : %s\n", r->issuer);
	printf("Valid from      : %s\n", date(r->not_before));
	printf("Valid until     : %s\n", date(r->not_after));
	printf("Days left       : %" PRId64 "%s\n", r->days, r->days < 0 ? " (expired)" : "");
	printf("Serial          : %s\n", r->serial);
	printf("SHA-256         : %s\n", r->fingerprint);
	printf("Key type        : %s\n", r->keytype);
	printf("Chain           : %" PRId64 " certificate%s\n", r->chain,
	       r->chain == 1 ? "" : "s");
}

/* What could contain a comma comes last, or has none. */
static void print_values(const struct cert_report *r)
{
	printf("%s,%s,%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s,%s,%" PRId64 ",%s\n", r->cert,
	       r->key, r->state, r->days, r->not_before, r->not_after, r->serial,
	       r->fingerprint, r->keytype, r->chain, r->names);
}

static struct json_object *make_object(const struct cert_report *r)
{
	struct json_object *one = json_object_new_object();
	struct json_object *names = json_object_new_array();
	char copy[CONTROL_ANSWER_LEN], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", r->names);
	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		json_object_array_add(names, json_object_new_string(name));
	object_text(one, "cert", r->cert);
	object_text(one, "key", r->key);
	object_text(one, "state", r->state);
	object_text(one, "why", r->why);
	object_text(one, "subject", r->subject);
	json_object_object_add(one, "names", names);
	object_text(one, "issuer", r->issuer);
	object_int(one, "not_before", r->not_before);
	object_int(one, "not_after", r->not_after);
	object_int(one, "days_left", r->days);
	object_text(one, "serial", r->serial);
	object_text(one, "sha256", r->fingerprint);
	object_text(one, "key_type", r->keytype);
	object_int(one, "chain", r->chain);
	return one;
}

int cmd_certs(struct ctl *ctl)
{
	struct json_object *array = ctl->form == OUT_JSON ? json_object_new_array() : NULL;
	static struct cert_report one;
	unsigned int n = 0;
	int ret;

	while (!(ret = certs_fetch(n, &one))) {
		if (ctl->form == OUT_JSON)
			json_object_array_add(array, make_object(&one));
		else if (ctl->form == OUT_CSV)
			print_values(&one);
		else
			print_text(&one, n ? "\n" : "");
		n++;
	}
	if (ret > 0) {
		json_object_put(array);
		return ret;
	}
	if (ctl->form == OUT_JSON) {
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "certs", array);
		return ask_print_json(object);
	}
	if (!n && ctl->form == OUT_TEXT)
		puts("No certificates: this server has no NTS-KE (ntsservercert, ntsserverkey)");
	return fflush(stdout) ? 1 : 0;
}
