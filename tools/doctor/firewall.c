// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does the firewall let requests in? The rules as the kernel has them are
 * followed for a new packet from somewhere, as far as they can be understood.
 */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define DEPTH_MAX 16

/**
 * struct packet - what rules are followed for
 * @protocol: udp or tcp
 * @port: it is for
 */
struct packet {
	const char *protocol;
	int port;
};

enum fate {
	GOES_ON,
	ACCEPTED,
	DROPPED,
	RETURNED,
};

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (object && json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return value && json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

/* Is the packet's value among those on the right? */
static bool has_value(struct json_object *right, const char *word, int number)
{
	struct json_object *list = get(right, "set");

	if (get(right, "range")) {
		struct json_object *range = get(right, "range");

		return number >= 0 &&
		       number >= json_object_get_int(json_object_array_get_idx(range, 0)) &&
		       number <= json_object_get_int(json_object_array_get_idx(range, 1));
	}
	if (!list && json_object_is_type(right, json_type_array))
		list = right;
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (has_value(json_object_array_get_idx(list, i), word, number))
			return true;
	if (json_object_is_type(right, json_type_int))
		return number >= 0 && json_object_get_int(right) == number;
	return json_object_is_type(right, json_type_string) &&
	       !strcmp(json_object_get_string(right), word);
}

/* What cannot be understood is taken not to match: such rules are exceptions. */
static bool matches(struct json_object *match, const struct packet *packet)
{
	struct json_object *left = get(match, "left"), *right = get(match, "right");
	struct json_object *payload = get(left, "payload");
	const char *meta = get_text(get(left, "meta"), "key");
	const char *field = get_text(payload, "field");
	const char *op = get_text(match, "op");
	bool equal;

	if (!strcmp(meta, "l4proto") || !strcmp(field, "protocol") ||
	    !strcmp(field, "nexthdr")) {
		equal = has_value(right, packet->protocol, -1);
	} else if (!strcmp(field, "dport")) {
		const char *of = get_text(payload, "protocol");

		if (strcmp(of, packet->protocol) && strcmp(of, "th"))
			return false;
		equal = has_value(right, "", packet->port);
	} else if (!strcmp(get_text(get(left, "ct"), "key"), "state")) {
		equal = has_value(right, "new", -1);
	} else if (!strcmp(meta, "nfproto")) {
		equal = has_value(right, "ipv4", -1);
	} else {
		return false;
	}
	return !strcmp(op, "!=") ? !equal : equal;
}

static enum fate follow(struct json_object *list, const char *family, const char *table,
			const char *chain, const struct packet *packet, int depth);

static enum fate follow_rule(struct json_object *list, struct json_object *rule,
			     const struct packet *packet, int depth)
{
	struct json_object *expr = get(rule, "expr");

	for (size_t i = 0; expr && i < json_object_array_length(expr); i++) {
		struct json_object *one = json_object_array_get_idx(expr, i);
		struct json_object *jump = get(one, "jump") ? get(one, "jump") : get(one, "goto");

		if (get(one, "match") && !matches(get(one, "match"), packet))
			return GOES_ON;
		/* an extension of iptables, or a list by name */
		if (get(one, "xt") || get(one, "vmap"))
			return GOES_ON;
		if (jump) {
			enum fate fate = follow(list, get_text(rule, "family"),
						get_text(rule, "table"),
						get_text(jump, "target"), packet, depth + 1);

			return fate == RETURNED ? GOES_ON : fate;
		}
		if (json_object_object_get_ex(one, "accept", NULL))
			return ACCEPTED;
		if (json_object_object_get_ex(one, "drop", NULL) ||
		    json_object_object_get_ex(one, "reject", NULL))
			return DROPPED;
		if (json_object_object_get_ex(one, "return", NULL))
			return RETURNED;
	}
	return GOES_ON;
}

static enum fate follow(struct json_object *list, const char *family, const char *table,
			const char *chain, const struct packet *packet, int depth)
{
	for (size_t i = 0; depth < DEPTH_MAX && i < json_object_array_length(list); i++) {
		struct json_object *rule = get(json_object_array_get_idx(list, i), "rule");
		enum fate fate;

		if (!rule || strcmp(get_text(rule, "family"), family) ||
		    strcmp(get_text(rule, "table"), table) ||
		    strcmp(get_text(rule, "chain"), chain))
			continue;
		fate = follow_rule(list, rule, packet, depth);
		if (fate != GOES_ON)
			return fate;
	}
	return GOES_ON;
}

/* Return: the chain of the input hook that drops it, NULL when none does. */
static struct json_object *find_dropping(struct json_object *list, const struct packet *packet)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *chain = get(json_object_array_get_idx(list, i), "chain");
		enum fate fate;

		if (!chain || strcmp(get_text(chain, "hook"), "input"))
			continue;
		fate = follow(list, get_text(chain, "family"), get_text(chain, "table"),
			      get_text(chain, "name"), packet, 0);
		if (fate == DROPPED ||
		    (fate != ACCEPTED && !strcmp(get_text(chain, "policy"), "drop")))
			return chain;
	}
	return NULL;
}

static void remedy_for(const struct doctor *d, struct json_object *chain,
		       const struct packet *packet, char remedy[DOCTOR_TEXT_LEN])
{
	char ufw[4096];

	if (doctor_read(d, "/etc/ufw/ufw.conf", ufw, sizeof(ufw)) && strstr(ufw, "\nENABLED=yes"))
		snprintf(remedy, DOCTOR_TEXT_LEN, "ufw allow %d/%s", packet->port,
			 packet->protocol);
	else if (doctor_process(d, "firewalld"))
		snprintf(remedy, DOCTOR_TEXT_LEN,
			 "firewall-cmd --permanent --add-port=%d/%s && firewall-cmd --reload",
			 packet->port, packet->protocol);
	else
		snprintf(remedy, DOCTOR_TEXT_LEN, "nft insert rule %s %s %s %s dport %d accept",
			 get_text(chain, "family"), get_text(chain, "table"),
			 get_text(chain, "name"), packet->protocol, packet->port);
}

static void check(struct doctor *d, struct json_object *list, const char *protocol, int port)
{
	const struct packet packet = { .protocol = protocol, .port = port };
	struct json_object *chain = find_dropping(list, &packet);
	char remedy[DOCTOR_TEXT_LEN];

	if (!chain) {
		doctor_ok(d, "the firewall lets %s port %d in", protocol, port);
		return;
	}
	remedy_for(d, chain, &packet, remedy);
	doctor_problem(d, remedy, "the firewall drops %s port %d (chain %s of table %s %s)",
		       protocol, port, get_text(chain, "name"), get_text(chain, "family"),
		       get_text(chain, "table"));
}

void doctor_firewall(struct doctor *d)
{
	static char nft[] = "nft", json[] = "-j", list[] = "list", ruleset[] = "ruleset";
	char *const argv[] = { nft, json, list, ruleset, NULL };
	struct json_object *object, *rules;
	int status;
	char *text;

	if (!d->has_conf || (!d->conf.ntp_port && !d->conf.n_certs))
		return;
	text = doctor_run(d, argv, &status);
	object = text && !status ? json_tokener_parse(text) : NULL;
	rules = get(object, "nftables");
	if (!rules || !json_object_is_type(rules, json_type_array)) {
		doctor_unknown(d, status != 127 ? "run this as root" :
			       doctor_apt_or_dnf(d, "apt install nftables", "dnf install nftables"),
			       "the firewall's rules cannot be read");
	} else {
		if (d->conf.ntp_port)
			check(d, rules, "udp", d->conf.ntp_port);
		if (d->conf.n_certs)
			check(d, rules, "tcp", d->conf.nts_port);
	}
	json_object_put(object);
	free(text);
}
