// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl allow, deny, accheck: who is served. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <linux/nts.h>
#include <netlink/genl/genl.h>

#include "../ntsd/subnet.h"
#include "ntsctl.h"

#define LINE_LEN 128
#define ANSWER_LEN 1024
#define NAME_LEN 300

/* The addresses of a name; NULL with the reason printed. */
static struct addrinfo *look_up(const char *name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *found;
	char err[NAME_LEN];
	int ret = getaddrinfo(name, NULL, &hints, &found);

	if (!ret)
		return found;
	snprintf(err, sizeof(err), "%.200s: %s", name, gai_strerror(ret));
	ask_fail(err);
	return NULL;
}

static const void *address_of(const struct addrinfo *info)
{
	return info->ai_family == AF_INET6 ?
	       (const void *)&((const struct sockaddr_in6 *)info->ai_addr)->sin6_addr :
	       (const void *)&((const struct sockaddr_in *)info->ai_addr)->sin_addr;
}

/* Whether the daemon did it; if not, why was printed. */
static bool tell(const char *line)
{
	char answer[ANSWER_LEN];

	if (control_fetch(line, answer, sizeof(answer)))
		return false;
	answer[strcspn(answer, "\n")] = '\0';
	if (!strncmp(answer, "200", 3))
		return true;
	ask_fail(answer);
	return false;
}

static bool tell_name(const char *verb, const char *all, const char *name)
{
	struct addrinfo *found = look_up(name);
	char line[LINE_LEN], text[INET6_ADDRSTRLEN];
	bool ok = found;

	for (const struct addrinfo *a = found; ok && a; a = a->ai_next) {
		if (!inet_ntop(a->ai_family, address_of(a), text, sizeof(text)))
			continue;
		snprintf(line, sizeof(line), "%s%s %s", verb, all, text);
		ok = tell(line);
	}
	if (found)
		freeaddrinfo(found);
	return ok;
}

static int change(struct ctl *ctl, const char *verb, const char *usage)
{
	const char *all = "", *word = NULL;
	unsigned int n = 0;
	struct subnet subnet;
	char line[LINE_LEN];
	bool ok;

	if (n < ctl->n_args && !strcmp(ctl->args[n], "all")) {
		all = " all";
		n++;
	}
	if (n < ctl->n_args)
		word = ctl->args[n++];
	if (n < ctl->n_args || (word && strlen(word) > LINE_LEN / 2))
		return ask_usage(usage);
	switch (word ? subnet_parse(word, &subnet) : SUBNET_PREFIX) {
	case SUBNET_PREFIX:
		snprintf(line, sizeof(line), "%s%s%s%s", verb, all, word ? " " : "",
			 word ? word : "");
		ok = tell(line);
		break;
	case SUBNET_NAME:
		ok = tell_name(verb, all, word);
		break;
	default:
		return ask_usage(usage);
	}
	return ok ? ask_done(ctl) : 1;
}

int cmd_allow(struct ctl *ctl)
{
	return change(ctl, "allow", "allow [all] [ADDRESS|SUBNET|NAME]");
}

int cmd_deny(struct ctl *ctl)
{
	return change(ctl, "deny", "deny [all] [ADDRESS|SUBNET|NAME]");
}

static void take_allowed(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr = nla_find(genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0),
				       NTS_A_ACCESS_ALLOWED);

	if (attr)
		*(int *)arg = nla_get_u8(attr);
}

static int check(struct ctl *ctl, int family, const void *address)
{
	struct nl_msg *msg = ask_begin(ctl, NTS_CMD_ACCESS_CHECK);
	int allowed = -1, ret;
	struct json_object *object;

	ret = ask_about(ctl, msg, msg && nla_put(msg, family == AF_INET6 ?
						 NTS_A_ACCESS_ADDR6 : NTS_A_ACCESS_ADDR4,
						 family == AF_INET6 ? 16 : 4, address),
			take_allowed, &allowed);
	if (ret)
		return ret;
	if (allowed < 0)
		return ask_fail("the kernel does not say");
	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		object_text(object, "address", ctl->args[0]);
		object_bool(object, "allowed", allowed);
		return ask_print_json(object);
	}
	puts(allowed ? "208 Access allowed" : "209 Access denied");
	return 0;
}

int cmd_accheck(struct ctl *ctl)
{
	struct addrinfo *found;
	uint8_t bytes[16];
	int ret = 1;

	if (ctl->n_args != 1)
		return ask_usage("accheck ADDRESS|NAME");
	if (inet_pton(AF_INET, ctl->args[0], bytes) == 1)
		return check(ctl, AF_INET, bytes);
	if (inet_pton(AF_INET6, ctl->args[0], bytes) == 1)
		return check(ctl, AF_INET6, bytes);
	found = look_up(ctl->args[0]);
	if (!found)
		return 1;
	if (found->ai_family == AF_INET || found->ai_family == AF_INET6)
		ret = check(ctl, found->ai_family, address_of(found));
	freeaddrinfo(found);
	return ret;
}
