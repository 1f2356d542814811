// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is allowed by what was said, in its order; names; limits of NTS-KE. */
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../ntsd/access.c"
#include "ntsd_ktap.h"

static struct config conf;
static struct config_access list[64];
static struct access a;
static struct passwd user;
static char asked[64];
static unsigned int stops;
static bool found;
static struct resolver_answer answer;

bool resolver_start(struct helper *h, const char *name, enum config_family family,
		    const struct passwd *as)
{
	EXPECT(family == CONFIG_FAMILY_ANY && as == &user);
	snprintf(asked, sizeof(asked), "%s", name);
	h->fd = dup(epoll_create1(0));	/* anything that can be watched */
	return true;
}

bool resolver_hear(struct helper *h, struct resolver_answer *to)
{
	close(h->fd);
	h->fd = -1;
	*to = answer;
	return found;
}

void helper_stop(struct helper *h)
{
	stops++;
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

static struct config_access read_said(const char *said)
{
	struct config_access what = { .allow = !strncmp(said, "allow", 5) };
	const char *rest = strchr(said, ' ');

	if (rest && !strncmp(rest, " all", 4) && (!rest[4] || rest[4] == ' ')) {
		what.all = true;
		rest = strchr(rest + 1, ' ');
	}
	what.every = !rest;
	if (rest && subnet_parse(rest + 1, &what.subnet) == SUBNET_NAME)
		what.name = (char *)rest + 1;
	return what;
}

/* Begins anew with lines of a configuration. */
static void configure(const char *const *lines)
{
	conf.access = list;
	conf.n_access = 0;
	for (; *lines; lines++)
		list[conf.n_access++] = read_said(*lines);
	EXPECT(access_configure(&a, &conf, 1000));
}

#define CONFIGURE(...) configure((const char *const []){ __VA_ARGS__, NULL })

static bool say(const char *said)
{
	struct config_access what = read_said(said);

	return access_say(&a, &what);
}

static struct sockaddr_storage from(const char *address)
{
	struct sockaddr_storage to = { .ss_family = AF_INET };

	if (strchr(address, ':')) {
		to.ss_family = AF_INET6;
		inet_pton(AF_INET6, address, &((struct sockaddr_in6 *)&to)->sin6_addr);
	} else {
		inet_pton(AF_INET, address, &((struct sockaddr_in *)&to)->sin_addr);
	}
	return to;
}

static enum gate_say ask(struct gate *gate, const char *address, uint64_t now_s)
{
	struct sockaddr_storage who = from(address);

	return gate_ask(gate, &who, now_s * 1000000000, 0xffffffff);
}

static bool allowed(const char *address)
{
	struct gate gate = a.gate;

	gate.logged = false;
	return ask(&gate, address, 1) == GATE_OPEN;
}

static void nobody_at_first(void)
{
	CONFIGURE(NULL);
	EXPECT(!a.serves && !a.n_rules);
	EXPECT(!allowed("127.0.0.1") && !allowed("::1"));
	CONFIGURE("deny");
	EXPECT(!a.serves && !allowed("127.0.0.1"));
}

static void everybody(void)
{
	CONFIGURE("allow");
	EXPECT(a.serves && a.changed);
	EXPECT(allowed("192.0.2.1") && allowed("2001:db8::1"));
	CONFIGURE("allow 0/0");
	EXPECT(allowed("192.0.2.1") && !allowed("2001:db8::1"));
}

static void the_longest_prefix(void)
{
	CONFIGURE("allow 1.2.3.4", "deny 1.2.3", "allow 1.2", "deny 2001:db8:1::/48",
		  "allow 2001:db8::/32");
	EXPECT(allowed("1.2.3.4") && !allowed("1.2.3.5") && allowed("1.2.4.5"));
	EXPECT(!allowed("1.3.4.5"));
	EXPECT(allowed("2001:db8::1") && !allowed("2001:db8:1::1"));
	CONFIGURE("allow 1.2.3.4", "deny 1.2.3", "allow all 1.2");
	EXPECT(allowed("1.2.3.5"));
}

static void it_is_said_while_it_runs(void)
{
	CONFIGURE("allow 10", "deny 10.9");
	EXPECT(say("allow 10.9.1.2"));
	EXPECT(allowed("10.9.1.2") && !allowed("10.9.1.3"));
	EXPECT(say("deny all 10.9"));
	EXPECT(!allowed("10.9.1.2") && allowed("10.8.1.2"));
	EXPECT(say("allow all"));
	EXPECT(allowed("10.9.1.2") && allowed("::1") && a.n == 1);
	EXPECT(say("deny all"));
	EXPECT(!allowed("10.9.1.2") && !a.serves && a.n == 1);
}

/* A script that changes its mind does not fill memory. */
static void it_is_said_again_and_again(void)
{
	CONFIGURE("allow all 10");
	for (int i = 0; i < 1000; i++) {
		EXPECT(say(i & 1 ? "allow 10.1" : "deny 10.1"));
		EXPECT(say(i & 1 ? "allow" : "deny"));
	}
	EXPECT(a.n == 3 && allowed("10.1.2.3"));
	/* What "all" once swept away does not come back. */
	CONFIGURE("deny 10.1", "allow all 10");
	EXPECT(say("allow 10"));
	EXPECT(allowed("10.1.2.3"));
}

static void names_are_looked_up(void)
{
	CONFIGURE("deny 192.0.2", "allow good.test", "allow bad.test");
	EXPECT(!allowed("192.0.2.9") && !a.serves);
	EXPECT(access_due(&a) == 1000);
	access_tick(&a, 1000);
	EXPECT(a.resolver.fd >= 0);
	answer = (struct resolver_answer){ .n = 2 };
	answer.addr[0].family = AF_INET;
	inet_pton(AF_INET, "192.0.2.9", answer.addr[0].bytes);
	answer.addr[1].family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::9", answer.addr[1].bytes);
	found = true;
	a.changed = false;
	if (!strcmp(asked, "bad.test")) {
		found = false;
		access_hear(&a, 1001);
		access_tick(&a, access_due(&a));
		found = true;
	}
	EXPECT_STR(asked, "good.test");
	access_hear(&a, 1001);
	EXPECT(a.changed && a.serves);
	EXPECT(allowed("192.0.2.9") && allowed("2001:db8::9") && !allowed("192.0.2.8"));

	/* The other is not found, and tried again ever more rarely. */
	found = false;
	access_tick(&a, 2000000);
	EXPECT_STR(asked, "bad.test");
	access_hear(&a, 2000000);
	EXPECT(access_due(&a) > 2000000 && access_due(&a) <= 2600000);
	EXPECT(allowed("192.0.2.9"));

	/* Known ones stay known over a reload. */
	CONFIGURE("allow GOOD.test");
	EXPECT(allowed("192.0.2.9"));
}

/* Too many with the addresses of names: refused, and nothing is forgotten. */
static void too_many_of_them(void)
{
	struct config_access *many = calloc(NTS_MAX_ACCESS_RULES, sizeof(*many));
	struct access_table table;

	CONFIGURE("allow good.test");
	EXPECT(allowed("192.0.2.9") && allowed("2001:db8::9"));
	for (int i = 0; i < NTS_MAX_ACCESS_RULES - 1; i++) {
		many[i].subnet.len = 32;
		many[i].subnet.key.hi = (uint64_t)(0x0a000000 + i) << 32;
	}
	many[NTS_MAX_ACCESS_RULES - 1].name = (char *)"good.test";
	many[NTS_MAX_ACCESS_RULES - 1].allow = true;
	conf.access = many;
	conf.n_access = NTS_MAX_ACCESS_RULES;
	EXPECT(!access_plan(&a, &conf, &table) && !table.rule);
	EXPECT(!access_configure(&a, &conf, 2000));
	EXPECT(a.n == 1 && allowed("192.0.2.9") && allowed("2001:db8::9"));
	EXPECT(say("deny 192.0.2.8"));
	EXPECT(allowed("192.0.2.9") && allowed("2001:db8::9"));
	/* One less makes room for it. */
	many[0] = many[NTS_MAX_ACCESS_RULES - 1];
	conf.n_access = NTS_MAX_ACCESS_RULES - 1;
	EXPECT(access_plan(&a, &conf, &table) && table.serves);
	EXPECT(table.n == NTS_MAX_ACCESS_RULES);
	free(table.rule);
	EXPECT(a.n == 2 && a.said[0].n == 2);
	EXPECT(access_configure(&a, &conf, 2000));
	EXPECT(a.n_rules == NTS_MAX_ACCESS_RULES && allowed("2001:db8::9"));
	free(many);
}

/* The process that looks for a name was told of a place that moved. */
static void names_while_lists_change(void)
{
	CONFIGURE("allow 10", "allow good.test");
	access_tick(&a, 1000);
	EXPECT_STR(asked, "good.test");
	EXPECT(say("deny 10"));
	EXPECT(a.resolver.fd < 0 && access_due(&a) == 0);
	access_tick(&a, 2000);
	EXPECT_STR(asked, "good.test");
	found = true;
	access_hear(&a, 2000);
	EXPECT(allowed("192.0.2.9") && !allowed("10.1.2.3"));
	asked[0] = '\0';
	access_tick(&a, 3000);
	EXPECT(!asked[0]);
	access_refresh(&a, 4000);
	access_tick(&a, 4000);
	EXPECT_STR(asked, "good.test");
	found = false;
	access_hear(&a, 4000);
	EXPECT(allowed("192.0.2.9"));
}

static void connections_are_limited(void)
{
	struct nts_clientlog_record record;
	uint32_t at = 0, hits = 0;
	struct gate gate;
	bool v6;

	CONFIGURE("allow", "deny 10");
	conf.nts_ratelimit = (struct config_ratelimit){
		.on = true, .interval = 6, .burst = 2, .leak = 2,
	};
	access_gate(&a, &conf, &gate);
	EXPECT(ask(&gate, "192.0.2.1", 100) == GATE_OPEN);
	EXPECT(ask(&gate, "192.0.2.2", 100) == GATE_OPEN);
	EXPECT(ask(&gate, "192.0.2.1", 100) == GATE_TOO_OFTEN);
	EXPECT(ask(&gate, "192.0.3.1", 100) == GATE_OPEN);
	EXPECT(ask(&gate, "10.0.0.1", 100) == GATE_DENIED);
	EXPECT(ask(&gate, "192.0.2.2", 165) == GATE_OPEN);
	conf.nts_ratelimit.on = false;
	access_gate(&a, &conf, &gate);
	for (int i = 0; i < 20; i++)
		EXPECT(ask(&gate, "2001:db8::1", 200) == GATE_OPEN);

	/* The master reads who came, once. Denied ones are not among them. */
	while (gate_take(&a.gate, &at, &v6, &record)) {
		hits += record.use[NTS_CLIENTLOG_KE].hits;
		EXPECT(record.use[NTS_CLIENTLOG_KE].drops ==
		       (!v6 && record.key.hi == 0xc000020100000000));
	}
	EXPECT(hits == 25);
	at = 0;
	EXPECT(!gate_take(&a.gate, &at, &v6, &record));
}

/* A process that was started before sees what is put in force later. */
static void workers_see_it(void)
{
	int to_child[2], status;
	char go;
	pid_t pid;

	CONFIGURE("deny");
	EXPECT(!allowed("192.0.2.1"));
	if (pipe(to_child))
		exit(1);
	pid = fork();
	if (!pid)
		_exit(read(to_child[0], &go, 1) == 1 && allowed("192.0.2.1") ? 0 : 1);
	EXPECT(say("allow 192.0.2"));
	EXPECT(write(to_child[1], "x", 1) == 1);
	EXPECT(waitpid(pid, &status, 0) == pid && !status);
	close(to_child[0]);
	close(to_child[1]);
}

/* What a worker can write to leads the master nowhere. */
static void a_worker_scribbles(void)
{
	CONFIGURE("deny");
	memset(a.gate.table, 0xff, 64);
	memset(a.gate.slot[0], 0xff, 64);
	memset(a.gate.slot[1], 0xff, 64);
	CONFIGURE("allow 192.0.2.0/24", "allow 2001:db8::/32", "deny 192.0.2.7");
	EXPECT(allowed("192.0.2.1") && !allowed("192.0.2.7") && allowed("2001:db8::1"));
	CONFIGURE("deny", "allow 192.0.2.7");
	EXPECT(!allowed("192.0.2.1") && allowed("192.0.2.7"));
}

/* Killed in the middle: nobody waits for a lock that is never given back. */
static void a_worker_dies(void)
{
	struct nts_clientlog_record record;
	uint32_t at = 0, hits = 0;
	struct gate gate;
	bool v6;

	CONFIGURE("allow");
	conf.nts_ratelimit = (struct config_ratelimit){
		.on = true, .interval = 6, .burst = 2, .leak = 2,
	};
	access_gate(&a, &conf, &gate);
	for (uint32_t i = 0; i <= gate.limit.mask; i++)
		EXPECT(nts_trylock(&gate.limit.bucket[i].lock));
	for (uint32_t i = 0; i <= gate.log.mask; i++)
		EXPECT(nts_trylock(&gate.log.bucket[i].lock));
	EXPECT(ask(&gate, "192.0.9.1", 900) == GATE_TOO_OFTEN);
	gate_unlock(&a.gate);
	EXPECT(ask(&gate, "192.0.9.1", 900) == GATE_OPEN);
	while (gate_take(&a.gate, &at, &v6, &record))
		hits += record.use[NTS_CLIENTLOG_KE].hits;
	EXPECT(hits);
	conf.nts_ratelimit.on = false;
}

static const struct ktap_case cases[] = {
	CASE(nobody_at_first),
	CASE(everybody),
	CASE(the_longest_prefix),
	CASE(it_is_said_while_it_runs),
	CASE(it_is_said_again_and_again),
	CASE(names_are_looked_up),
	CASE(too_many_of_them),
	CASE(names_while_lists_change),
	CASE(connections_are_limited),
	CASE(workers_see_it),
	CASE(a_worker_scribbles),
	CASE(a_worker_dies),
};

int main(void)
{
	int ret;

	a.epoll = epoll_create1(0);
	a.user = &user;
	a.resolver.fd = -1;
	conf.clients = 64;
	conf.ratelimit_prefix4 = 24;
	conf.ratelimit_prefix6 = 64;
	if (!access_init(&a, &conf))
		return 1;
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	access_stop(&a);
	return ret;
}
