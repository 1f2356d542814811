// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl cert new: a certificate and its key for trying out. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ntsd/file.h"
#include "certmake.h"
#include "option.h"

#define USAGE \
	"cert new [--name NAME]... [--ip ADDRESS]... [--days N] [--ca DIR] " \
	"[--key-type ecdsa|ed25519|rsa] [--out DIR] [--force]"
#define CA_DAYS 3650
/* RFC 5280 dates end in the year 9999; clocks may not. */
#define DAYS_MAX 36500

struct wish {
	struct certmake what;
	const char *out;
	const char *ca;
	bool force;
	char host[256];
};

static bool bad(const char *value, const char *why)
{
	fprintf(stderr, "ntsctl: %s: %s\n", value, why);
	return false;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(".-_*", *c))
			return false;
	return len && len <= 253 && name[0] != '.' && name[0] != '-';
}

static bool is_address(const char *text)
{
	unsigned char addr[16];

	return inet_pton(AF_INET, text, addr) == 1 || inet_pton(AF_INET6, text, addr) == 1;
}

static bool take_name(struct certmake *what, const char *value)
{
	if (!is_name(value))
		return bad(value, "not a host name");
	if (what->n_dns == CERTMAKE_NAMES)
		return bad(value, "too many names");
	what->dns[what->n_dns++] = value;
	return true;
}

static bool take_address(struct certmake *what, const char *value)
{
	if (!is_address(value))
		return bad(value, "not an IP address");
	if (what->n_ips == CERTMAKE_NAMES)
		return bad(value, "too many addresses");
	what->ip[what->n_ips++] = value;
	return true;
}

static bool take_days(struct certmake *what, const char *value)
{
	char *end;
	long days = strtol(value, &end, 10);

	if (*end || end == value || days < 1 || days > DAYS_MAX)
		return bad(value, "not a number of days from 1 to 36500");
	what->days = (int)days;
	return true;
}

static bool take_kind(struct certmake *what, const char *value)
{
	static const char *const kinds[] = {
		[CERTMAKE_ECDSA] = "ecdsa",
		[CERTMAKE_ED25519] = "ed25519",
		[CERTMAKE_RSA] = "rsa",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], value))
			continue;
		what->kind = (enum certmake_kind)i;
		return true;
	}
	return bad(value, "not a kind of key: ecdsa, ed25519 or rsa");
}

static bool take(void *arg, int option, const char *value)
{
	struct wish *wish = arg;

	switch (option) {
	case 'n':
		/* An address by which clients call the server is no DNS name. */
		return is_address(value) ? take_address(&wish->what, value) :
					   take_name(&wish->what, value);
	case 'i':
		return take_address(&wish->what, value);
	case 'd':
		return take_days(&wish->what, value);
	case 'k':
		return take_kind(&wish->what, value);
	case 'c':
		wish->ca = value;
		return true;
	case 'o':
		wish->out = value;
		return true;
	default:
		wish->force = true;
		return true;
	}
}

/* As hostname -f does. */
static bool find_host(struct wish *wish)
{
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME };
	struct addrinfo *found = NULL;

	if (gethostname(wish->host, sizeof(wish->host) - 1))
		return false;
	if (!getaddrinfo(wish->host, NULL, &hints, &found)) {
		if (found->ai_canonname)
			snprintf(wish->host, sizeof(wish->host), "%s", found->ai_canonname);
		freeaddrinfo(found);
	}
	return take_name(&wish->what, wish->host);
}

static bool put(const char *dir, const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ret = file_replace(path, text, strlen(text), mode);
	return !ret || bad(path, strerror(-ret));
}

static bool exists(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !lstat(path, &st);
}

static bool get(const char *dir, const char *name, char *text)
{
	char path[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	len = file_read(path, text, CERTMAKE_PEM_LEN, NULL);
	return len >= 0 || bad(path, strerror((int)-len));
}

/* The one that is there, or a new one. */
static bool find_ca(const struct wish *wish, struct certmake_pair *ca)
{
	const struct certmake what = { .kind = CERTMAKE_ECDSA, .name = "ntsctl test CA",
				       .days = CA_DAYS, .ca = true };
	const bool cert = exists(wish->ca, "ca.crt"), key = exists(wish->ca, "ca.key");
	char err[CERTMAKE_ERR_LEN];

	if (cert && key)
		return get(wish->ca, "ca.crt", ca->cert) && get(wish->ca, "ca.key", ca->key);
	if (cert || key)
		return bad(wish->ca, cert ? "there is ca.crt, but no ca.key" :
					    "there is ca.key, but no ca.crt");
	if (mkdir(wish->ca, 0700) && errno != EEXIST)
		return bad(wish->ca, strerror(errno));
	if (!certmake_pair(&what, NULL, ca, err))
		return bad(wish->ca, err);
	return put(wish->ca, "ca.key", ca->key, 0600) && put(wish->ca, "ca.crt", ca->cert, 0644);
}

static bool make(const struct wish *wish, struct certmake_pair *pair, struct certmake_pair *ca)
{
	char err[CERTMAKE_ERR_LEN];

	for (int i = 0; i < 2 && !wish->force; i++)
		if (exists(wish->out, i ? "server.crt" : "server.key"))
			return bad(wish->out,
				   i ? "server.crt is there already (--force replaces it)" :
				       "server.key is there already (--force replaces it)");
	if (mkdir(wish->out, 0750) && errno != EEXIST)
		return bad(wish->out, strerror(errno));
	if (wish->ca && !find_ca(wish, ca))
		return false;
	if (!certmake_pair(&wish->what, wish->ca ? ca : NULL, pair, err))
		return bad(wish->out, err);
	/* An ntsd that watches them waits for the second one. */
	return put(wish->out, "server.key", pair->key, 0600) &&
	       put(wish->out, "server.crt", pair->cert, 0644);
}

static int report(const struct ctl *ctl, const struct wish *wish)
{
	char out[PATH_MAX], ca[PATH_MAX], cert[PATH_MAX + 16], key[PATH_MAX + 16],
	     root[PATH_MAX + 16];
	struct json_object *object;

	if (!realpath(wish->out, out) || !realpath(wish->ca ? wish->ca : wish->out, ca))
		return ask_fail(strerror(errno));
	snprintf(cert, sizeof(cert), "%s/server.crt", out);
	snprintf(key, sizeof(key), "%s/server.key", out);
	snprintf(root, sizeof(root), "%s/%s", ca, wish->ca ? "ca.crt" : "server.crt");
	if (ctl->form == OUT_JSON) {
		object = json_object_new_object();
		object_text(object, "cert", cert);
		object_text(object, "key", key);
		object_text(object, "trust", root);
		return ask_print_json(object);
	}
	printf("# server\nntsservercert %s\nntsserverkey %s\n# clients\nntstrustedcerts %s\n", cert,
	       key, root);
	return fflush(stdout) ? 1 : 0;
}

int cmd_cert(struct ctl *ctl)
{
	static const struct option longs[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "ip", required_argument, NULL, 'i' },
		{ "days", required_argument, NULL, 'd' },
		{ "key-type", required_argument, NULL, 'k' },
		{ "ca", required_argument, NULL, 'c' },
		{ "out", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'f' },
		{ }
	};
	static struct certmake_pair pair, ca;
	struct wish wish = { .what.days = 365, .out = "." };
	bool ok;

	if (!option_parse(ctl, "", longs, take, &wish) || ctl->n_args != 1 ||
	    strcmp(ctl->args[0], "new"))
		return ask_usage(USAGE);
	if (!wish.what.n_dns && !wish.what.n_ips && !find_host(&wish))
		return ask_usage(USAGE);
	wish.what.name = wish.what.n_dns ? wish.what.dns[0] : wish.what.ip[0];
	ok = make(&wish, &pair, &ca);
	explicit_bzero(&pair, sizeof(pair));
	explicit_bzero(&ca, sizeof(ca));
	return ok ? report(ctl, &wish) : 1;
}
