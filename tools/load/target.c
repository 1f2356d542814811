// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../ntsd/subnet.h"
#include "target.h"

/* In the order of their being looked at. */
static const struct {
	const char *prefix;
	enum target_class class;
} known[] = {
	{ "0.0.0.0/8", TARGET_NOBODY },
	{ "10.0.0.0/8", TARGET_NEAR },
	{ "127.0.0.0/8", TARGET_NEAR },
	{ "169.254.0.0/16", TARGET_NEAR },
	{ "172.16.0.0/12", TARGET_NEAR },
	{ "192.168.0.0/16", TARGET_NEAR },
	{ "224.0.0.0/3", TARGET_NOBODY },
	{ "::1/128", TARGET_NEAR },
	{ "::/128", TARGET_NOBODY },
	/* IPv4 in disguise: none of these is needed to name a server. */
	{ "::ffff:0:0/96", TARGET_NOBODY },
	{ "fc00::/7", TARGET_NEAR },
	{ "fe80::/10", TARGET_NEAR },
	{ "ff00::/8", TARGET_NOBODY },
};

/**
 * target_classify() - whose address is it?
 * @addr: IPv4 or IPv6
 *
 * Return: a class; what is not known to be near is public.
 */
enum target_class target_classify(const struct address *addr)
{
	bool v6 = addr->family == AF_INET6;
	struct nts_acl_key key = nts_acl_key(v6, addr->bytes), prefix;
	struct subnet net;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (subnet_parse(known[i].prefix, &net) != SUBNET_PREFIX || net.v6 != v6)
			continue;
		prefix = nts_acl_prefix(key, net.len);
		if (prefix.hi == net.key.hi && prefix.lo == net.key.lo)
			return known[i].class;
	}
	return TARGET_PUBLIC;
}

static bool resolve(const char *name, sa_family_t family, struct address *addr, char *why)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	bool ok;
	int code;

	errno = 0;
	code = getaddrinfo(name, NULL, &hints, &found);
	if (code) {
		snprintf(why, TARGET_WHY_LEN, "%.100s: %s", name,
			 code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code));
		return false;
	}
	ok = found && address_from_socket(found->ai_addr, addr);
	freeaddrinfo(found);
	if (!ok)
		snprintf(why, TARGET_WHY_LEN, "%.100s: it has no address", name);
	return ok;
}

/**
 * target_find() - look a server up, and see whether it may be loaded
 * @name: host name or address
 * @family: AF_INET, AF_INET6 or AF_UNSPEC
 * @public_ok: the user says of public servers that they are his
 * @target: filled in; refers to @name
 * @why: TARGET_WHY_LEN octets for why not
 *
 * Of several addresses only the first is ever used.
 *
 * Return: false with @why set.
 */
bool target_find(const char *name, sa_family_t family, bool public_ok, struct target *target,
		 char *why)
{
	char text[ADDRESS_TEXT_LEN];

	target->name = name;
	if (!resolve(name, family, &target->addr, why))
		return false;
	address_text(&target->addr, text);
	switch (target_classify(&target->addr)) {
	case TARGET_NEAR:
		return true;
	case TARGET_PUBLIC:
		if (public_ok)
			return true;
		snprintf(why, TARGET_WHY_LEN,
			 "%s is a public address: load only servers that you operate, and then say --i-operate-this-server",
			 text);
		return false;
	case TARGET_NOBODY:
		break;
	}
	snprintf(why, TARGET_WHY_LEN,
		 "%s is not the address of one host: name a server by its own address", text);
	return false;
}

/**
 * target_choose() - find whom an NTS-KE server names
 * @targets: those that were named on the command line
 * @n: how many
 * @record: name or address in its Server record
 *
 * It is compared, never looked up: what a server says does not choose targets.
 *
 * Return: the target, or NULL when it is none of them.
 */
const struct target *target_choose(const struct target *targets, unsigned int n,
				   const char *record)
{
	struct address addr;
	bool is_address = address_parse(record, &addr);

	for (unsigned int i = 0; i < n; i++) {
		if (!strcasecmp(targets[i].name, record))
			return &targets[i];
		if (is_address && address_same(&targets[i].addr, &addr))
			return &targets[i];
	}
	return NULL;
}
