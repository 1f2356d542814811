/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a source meets: name servers, NTS-KE servers, the kernel and the other
 * sources, all of them played. Included after source.c and source_keys.c.
 */
#ifndef NTSD_STAGE_H
#define NTSD_STAGE_H

#include "ntsd_dir.h"

#define S 1000ULL

/* What the played resolver and servers say. */
static struct resolver_answer names;
static struct ke_exchange_result keys;
static unsigned int resolves, exchanges;
static char asked[CONFIG_NAME_MAX + 1];
static bool any_time;
static time_t checked_at;

/* What the kernel was told. */
static struct nl_change last;
static struct address placed;
static char problem[SOURCE_PROBLEM_LEN];
static unsigned int changes, installs, given, taken;
static uint64_t age_ms;
static uint8_t first_cookie, last_cookie;
static uint32_t next_id;
static int kernel_says;

static struct config conf;
static struct config_source line;
static struct sources all;
static struct address others[RESOLVER_MAX];
static unsigned int n_others, shares;
static bool keep_files;

bool resolver_start(struct helper *h, const char *name,
		    enum config_family family, const struct passwd *user)
{
	(void)family;
	(void)user;
	resolves++;
	strcpy(asked, name);
	h->fd = -1;
	return true;
}

bool resolver_hear(struct helper *h, struct resolver_answer *answer)
{
	(void)h;
	*answer = names;
	return names.n;
}

bool ke_client_start(struct helper *h, struct ke_client_job *job)
{
	h->fd = -1;
	exchanges++;
	any_time = job->any_time;
	checked_at = job->now;
	return true;
}

bool ke_client_hear(struct helper *h, struct ke_exchange_result *result)
{
	(void)h;
	*result = keys;
	return keys.ok;
}

void helper_stop(struct helper *h)
{
	h->fd = -1;
}

bool sources_watch(struct sources *set, const struct source *s)
{
	(void)set;
	(void)s;
	return true;
}

void sources_unwatch(struct sources *set, const struct source *s)
{
	(void)set;
	(void)s;
}

bool sources_has(const struct sources *set, const struct source *but,
		 const struct address *addr)
{
	(void)set;
	(void)but;
	for (unsigned int i = 0; i < n_others; i++)
		if (address_same(&others[i], addr))
			return true;
	return false;
}

bool sources_resolves(const struct sources *set, const char *name)
{
	(void)set;
	(void)name;
	return false;
}

void sources_share(struct sources *set, const struct source *from,
		   uint64_t now_ms)
{
	(void)set;
	(void)from;
	(void)now_ms;
	shares++;
}

int nl_set_source(struct nl *nl, const struct nl_change *change, uint32_t *id,
		  char *err)
{
	(void)nl;
	(void)err;
	if (kernel_says)
		return kernel_says;
	changes++;
	last = *change;
	if (change->addr)
		placed = *change->addr;
	if (change->problem)
		strcpy(problem, change->problem);
	*id = change->id ? change->id : ++next_id;
	return 0;
}

int nl_set_nts(struct nl *nl, uint32_t id, const uint8_t c2s[TLS_EXPORT_LEN],
	       const uint8_t s2c[TLS_EXPORT_LEN],
	       const struct ke_cookie *cookies, unsigned int n, uint64_t age,
	       char *err)
{
	(void)nl;
	(void)err;
	EXPECT(id && c2s[0] == 0xc2 && s2c[0] == 0x52);
	installs++;
	given = n;
	age_ms = age;
	first_cookie = cookies[0].bytes[0];
	last_cookie = cookies[n - 1].bytes[0];
	return 0;
}

int nl_take_cookies(struct nl *nl, uint32_t id, unsigned int count,
		    struct ke_cookie *to, char *err)
{
	(void)nl;
	(void)id;
	(void)err;
	taken += count;
	for (unsigned int i = 0; i < count; i++) {
		to[i].len = 100;
		memset(to[i].bytes, 0xf0 + i, 100);
	}
	return (int)count;
}

static const char *at(const struct address *addr)
{
	static char text[ADDRESS_TEXT_LEN];

	return address_text(addr, text);
}

static void find_names(unsigned int n)
{
	char text[32];

	memset(&names, 0, sizeof(names));
	names.n = n;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "127.0.0.%u", 11 + i);
		address_parse(text, &names.addr[i]);
	}
	if (!n)
		strcpy(names.why, "unknown host: ntp.test");
}

static void find_keys(unsigned int cookies)
{
	memset(&keys, 0, sizeof(keys));
	keys.ok = cookies;
	memset(keys.c2s, 0xc2, sizeof(keys.c2s));
	memset(keys.s2c, 0x52, sizeof(keys.s2c));
	keys.res.warning = -1;
	keys.res.n_cookies = cookies;
	for (unsigned int i = 0; i < cookies; i++) {
		keys.res.cookie[i].len = 100;
		memset(keys.res.cookie[i].bytes, i + 1, 100);
	}
	if (!cookies)
		strcpy(keys.why, "it has expired");
}

static struct source *begin(bool nts, bool pool)
{
	char rm_command[64];
	struct source *s;

	memset(&line, 0, sizeof(line));
	strcpy(line.name, "ntp.test");
	line.nts = nts;
	line.pool = pool;
	line.port = 123;
	line.nts_port = 4460;
	/* Files of the cases before are only for those that look for them. */
	snprintf(rm_command, sizeof(rm_command), "rm -f %s/*.nts", dir);
	if (!keep_files && system(rm_command))
		abort();
	resolves = 0;
	exchanges = 0;
	changes = 0;
	installs = 0;
	shares = 0;
	taken = 0;
	n_others = 0;
	kernel_says = 0;
	problem[0] = '\0';
	memset(&placed, 0, sizeof(placed));
	memset(&conf, 0, sizeof(conf));
	conf.nts_timeout_s = 16;
	conf.nts_refresh_s = 1000000;
	conf.refresh_s = 2000;
	conf.max_nts_retry = 19;
	strcpy(conf.dump_dir, dir);
	memset(&all, 0, sizeof(all));
	all.conf = &conf;
	s = source_new(&all, 0, &line);
	find_names(1);
	find_keys(8);
	return s;
}

#endif
