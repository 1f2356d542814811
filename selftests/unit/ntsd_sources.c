// SPDX-License-Identifier: GPL-2.0-or-later
/* All sources and the associations of the kernel; each source is played. */
#include <errno.h>

#include "../../ntsd/sources.c"
#include "ntsd_ktap.h"

#define S 1000ULL

static struct sources all;
static struct config conf, other;
static struct config_source lines_of_a[8], lines_of_b[8];
/* What the kernel has. */
static struct list kernel;
static int kernel_says;
static uint32_t deleted[8];
static unsigned int n_deleted;
/* What the sources were told. */
static unsigned int begins, makes, ticks, renewals, saves, shares, hears;
static unsigned int want_keys, want_address, authentics;
static int reached;
static unsigned int warnings;

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)fmt;
	warnings += level <= LOG_LEVEL_WARN;
}

int nl_get_sources(struct nl *nl, nl_source_take *to, void *arg, char *err)
{
	(void)nl;
	strcpy(err, "the kernel does not say");
	for (unsigned int i = 0; !kernel_says && i < kernel.n; i++)
		to(arg, &kernel.at[i]);
	return kernel_says;
}

int nl_del_source(struct nl *nl, uint32_t id, char *err)
{
	(void)nl;
	(void)err;
	deleted[n_deleted++] = id;
	for (unsigned int i = 0; i < kernel.n; i++)
		if (kernel.at[i].id == id)
			kernel.at[i] = kernel.at[--kernel.n];
	return 0;
}

void config_source_defaults(struct config_source *s, bool pool)
{
	memset(s, 0, sizeof(*s));
	s->pool = pool;
	s->maxsources = pool ? 4 : 1;
	s->port = 123;
	s->nts_port = 4460;
}

struct source *source_new(struct sources *set, unsigned int index,
			  const struct config_source *line)
{
	struct source *s = calloc(1, sizeof(*s));

	s->all = set;
	s->index = index;
	s->conf = *line;
	s->due_ms = SOURCE_NEVER;
	return s;
}

void source_free(struct source *s)
{
	free(s);
}

void source_begin(struct source *s, uint64_t now_ms)
{
	begins++;
	if (!s->id)
		s->id = 100 + s->index;
	s->due_ms = now_ms + 5 * S;
}

bool source_make(struct source *s)
{
	(void)s;
	makes++;
	return true;
}

void source_tick(struct source *s, uint64_t now_ms)
{
	(void)s;
	(void)now_ms;
	ticks++;
}

uint64_t source_due(const struct source *s)
{
	return s->due_ms;
}

void source_hear(struct source *s, uint64_t now_ms)
{
	(void)s;
	(void)now_ms;
	hears++;
}

void source_share(struct source *s, const struct resolver_answer *found,
		  uint64_t now_ms)
{
	(void)s;
	(void)found;
	(void)now_ms;
	shares++;
}

void source_want_keys(struct source *s, uint64_t now_ms)
{
	(void)s;
	(void)now_ms;
	want_keys++;
}

void source_want_address(struct source *s, uint64_t now_ms)
{
	(void)s;
	(void)now_ms;
	want_address++;
}

void source_reach(struct source *s, bool reachable, uint64_t now_ms)
{
	(void)now_ms;
	s->unreachable = !reachable;
	reached = reachable;
}

void source_authenticated(struct source *s)
{
	(void)s;
	authentics++;
}

void source_save(struct source *s, unsigned int cookies)
{
	(void)s;
	saves += cookies;
}

void source_renew_held(struct source *s)
{
	(void)s;
	renewals++;
}

static void line(struct config *to, const char *name, bool nts, unsigned int pool)
{
	struct config_source *s = &to->source[to->n_sources++];

	config_source_defaults(s, pool);
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->nts = nts;
	if (pool)
		s->maxsources = pool;
}

static void kernel_has(uint32_t id, const char *name, bool nts)
{
	struct nl_source *s = &kernel.at[kernel.n++];

	memset(s, 0, sizeof(*s));
	s->id = id;
	s->reach = 1;
	s->nts = nts;
	s->port = 123;
	snprintf(s->name, sizeof(s->name), "%s", name);
}

static void fresh(void)
{
	sources_stop(&all);
	memset(&all, 0, sizeof(all));
	memset(&conf, 0, sizeof(conf));
	memset(&other, 0, sizeof(other));
	conf.source = lines_of_a;
	other.source = lines_of_b;
	kernel.n = 0;
	kernel_says = 0;
	n_deleted = 0;
	begins = 0;
	makes = 0;
	ticks = 0;
	renewals = 0;
	saves = 0;
	shares = 0;
	hears = 0;
	want_keys = 0;
	want_address = 0;
	authentics = 0;
	reached = -1;
	warnings = 0;
}

static unsigned int count(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		n += !!all.slot[i];
	return n;
}

static struct source *named(const char *name)
{
	for (unsigned int i = 0; i < CONFIG_MAX_SOURCES; i++)
		if (all.slot[i] && !strcmp(all.slot[i]->conf.name, name))
			return all.slot[i];
	return NULL;
}

static void attach(uint64_t now_ms)
{
	char err[NL_ERR_LEN];

	EXPECT(sources_attach(&all, now_ms, err));
}

/* A daemon that starts again: the kernel polls on. */
static void the_kernels_are_taken_over(void)
{
	fresh();
	line(&conf, "a.test", false, 0);
	line(&conf, "b.test", true, 0);
	line(&conf, "c.test", false, 0);
	kernel_has(7, "B.TEST", true);
	kernel.at[0].keyed = true;
	kernel.at[0].cookies = 3;
	kernel.at[0].ke_age_ms = 40 * S;
	kernel_has(8, "old.test", false);
	/* It was without NTS, and is to be with it. */
	kernel_has(9, "c.test", true);
	sources_configure(&all, &conf, 100 * S);
	EXPECT(count() == 3 && !begins);
	attach(100 * S);
	EXPECT(named("b.test")->id == 7 && named("b.test")->keyed);
	EXPECT(named("b.test")->keyed_ms == 60 * S);
	EXPECT(n_deleted == 2 && deleted[0] == 8 && deleted[1] == 9);
	EXPECT(makes == 1 && begins == 3);
	/* Once is enough. */
	attach(100 * S);
	EXPECT(begins == 3);
}

/* Keys whose cookies are all used are none. */
static void keys_without_cookies(void)
{
	fresh();
	line(&conf, "b.test", true, 0);
	kernel_has(7, "b.test", true);
	kernel.at[0].keyed = true;
	kernel.at[0].reach = 0;
	sources_configure(&all, &conf, 0);
	attach(0);
	EXPECT(!named("b.test")->keyed && named("b.test")->unreachable);
}

static void the_kernel_does_not_say(void)
{
	char err[NL_ERR_LEN] = "";

	fresh();
	line(&conf, "a.test", false, 0);
	sources_configure(&all, &conf, 0);
	kernel_says = -EIO;
	EXPECT(!sources_attach(&all, 0, err) && err[0]);
	EXPECT(!all.attached && sources_due(&all) == SOURCE_NEVER);
	sources_tick(&all, 1000 * S);
	EXPECT(!ticks);
}

/* A reload: those that stay lose nothing. */
static void another_configuration(void)
{
	struct source *kept;

	fresh();
	line(&conf, "a.test", false, 0);
	line(&conf, "b.test", false, 0);
	line(&conf, "c.test", false, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	kept = named("b.test");
	EXPECT(kept && begins == 3);
	line(&other, "b.test", false, 0);
	other.source[0].minpoll = 4;
	line(&other, "c.test", true, 0);
	line(&other, "d.test", false, 0);
	sources_configure(&all, &other, 9 * S);
	EXPECT(count() == 3 && named("b.test") == kept);
	EXPECT(kept->conf.minpoll == 4 && makes == 1);
	EXPECT(begins == 5 && n_deleted == 2);
	EXPECT(!named("a.test") && named("c.test")->conf.nts && named("d.test"));
}

static void pools(void)
{
	fresh();
	line(&conf, "pool.test", false, 4);
	sources_configure(&all, &conf, 0);
	EXPECT(count() == 4);
	attach(0);
	/* What one of them found the others may use. */
	sources_share(&all, all.slot[0], 0);
	EXPECT(shares == 3);
	all.slot[2]->phase = SOURCE_RESOLVES;
	EXPECT(sources_resolves(&all, "POOL.test"));
	EXPECT(!sources_resolves(&all, "other.test"));
	all.slot[2]->conf.pool = false;
	EXPECT(!sources_resolves(&all, "pool.test"));
	all.slot[2]->conf.pool = true;
	line(&other, "pool.test", false, 2);
	sources_configure(&all, &other, 0);
	EXPECT(count() == 2 && n_deleted == 2);
	for (unsigned int i = 0; i < 4; i++)
		if (all.slot[i])
			all.slot[i]->conf.pool = false;
	shares = 0;
	sources_share(&all, all.slot[0], 0);
	EXPECT(!shares);
}

static void more_than_there_is_room_for(void)
{
	fresh();
	for (int i = 0; i < 5; i++)
		line(&conf, i % 2 ? "a.test" : "b.test", i > 2, 16);
	sources_configure(&all, &conf, 0);
	EXPECT(count() == CONFIG_MAX_SOURCES && warnings == 1);
}

static void the_module_is_loaded_again(void)
{
	struct source *s;

	fresh();
	line(&conf, "a.test", true, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	s = named("a.test");
	s->keyed = true;
	s->known = true;
	s->n_held = 1;
	config_source_defaults(&other.source[0], false);
	strcpy(other.source[0].name, "added.test");
	EXPECT(sources_add(&all, &other.source[0], 0));
	sources_detach(&all);
	EXPECT(count() == 1 && !s->id && !s->keyed && !s->known && !s->n_held);
	attach(0);
	EXPECT(s->id && begins == 3);
}

static void events(void)
{
	struct nl_event event = { .kind = NL_EVENT_SOURCE };

	fresh();
	line(&conf, "a.test", true, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	event.id = named("a.test")->id;
	event.news = NTS_SOURCE_NEWS_NEED_KEYS;
	sources_take_event(&all, &event, 1 * S);
	event.news = NTS_SOURCE_NEWS_NAK;
	sources_take_event(&all, &event, 1 * S);
	EXPECT(want_keys == 2);
	event.news = NTS_SOURCE_NEWS_AUTHENTICATED;
	sources_take_event(&all, &event, 1 * S);
	EXPECT(authentics == 1);
	event.news = NTS_SOURCE_NEWS_UNREACHABLE;
	sources_take_event(&all, &event, 1 * S);
	EXPECT(reached == 0);
	event.news = NTS_SOURCE_NEWS_REACHABLE;
	sources_take_event(&all, &event, 1 * S);
	EXPECT(reached == 1);
	event.news = NTS_SOURCE_NEWS_SELECTED;
	sources_take_event(&all, &event, 1 * S);
	EXPECT(sources_due(&all) == 5 * S);
	/* What is not known is looked at. */
	event.id = 999;
	sources_take_event(&all, &event, 2 * S);
	EXPECT(sources_due(&all) == 2 * S);
}

/* ntsctl of another program makes and ends associations. */
static void others_make_and_end_them(void)
{
	fresh();
	line(&conf, "a.test", false, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	kernel_has(named("a.test")->id, "a.test", false);
	kernel_has(55, "strange.test", true);
	kernel.at[1].port = 124;
	sources_tick(&all, 31 * S);
	EXPECT(count() == 2 && named("strange.test")->stranger);
	EXPECT(named("strange.test")->id == 55 && named("strange.test")->conf.nts);
	EXPECT(named("strange.test")->conf.port == 124);
	/* A reload leaves it alone. */
	line(&other, "a.test", false, 0);
	sources_configure(&all, &other, 32 * S);
	EXPECT(count() == 2 && !n_deleted);
	kernel.n = 1;
	sources_tick(&all, 62 * S);
	EXPECT(count() == 1 && !named("strange.test"));
	kernel.n = 0;
	sources_tick(&all, 93 * S);
	EXPECT(!count());
}

static void they_are_looked_at_in_time(void)
{
	fresh();
	line(&conf, "a.test", true, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	EXPECT(sources_due(&all) == 5 * S);
	named("a.test")->due_ms = SOURCE_NEVER;
	EXPECT(sources_due(&all) == 30 * S);
	kernel_has(named("a.test")->id, "a.test", true);
	sources_tick(&all, 30 * S);
	EXPECT(ticks == 1 && sources_due(&all) == 60 * S);
	/* The cookie that is kept back is renewed each day. */
	named("a.test")->keyed = true;
	sources_tick(&all, 86400 * S);
	sources_tick(&all, 86401 * S);
	EXPECT(renewals == 1);
	named("a.test")->attempts = 1;
	sources_tick(&all, 2 * 86400 * S);
	EXPECT(renewals == 1);
}

static void added_and_deleted(void)
{
	struct config_source wanted;

	fresh();
	line(&conf, "a.test", false, 0);
	sources_configure(&all, &conf, 0);
	attach(0);
	config_source_defaults(&wanted, false);
	strcpy(wanted.name, "A.test");
	EXPECT(!sources_add(&all, &wanted, 0));
	strcpy(wanted.name, "b.test");
	EXPECT(sources_add(&all, &wanted, 0) && count() == 2);
	EXPECT(named("b.test")->stranger && begins == 2);
	/* What ntsctl made is not the configuration's, even by the same name. */
	line(&other, "a.test", false, 0);
	line(&other, "b.test", false, 0);
	sources_configure(&all, &other, 0);
	EXPECT(count() == 3 && begins == 3);
	sources_configure(&all, &conf, 0);
	EXPECT(count() == 2 && n_deleted == 1);
	n_deleted = 0;
	EXPECT(!sources_delete(&all, "c.test"));
	EXPECT(sources_delete(&all, "B.test") && count() == 1 && n_deleted == 1);
	/* Or by its address. */
	EXPECT(!sources_delete(&all, "192.0.2.1"));
	address_parse("192.0.2.1", &named("a.test")->addr);
	EXPECT(sources_delete(&all, "192.0.2.1") && !count() && n_deleted == 2);
}

static void a_name_that_is_an_address(void)
{
	fresh();
	line(&conf, "192.0.2.1", false, 0);
	line(&conf, "a.test", false, 0);
	sources_configure(&all, &conf, 0);
	address_parse("192.0.2.1", &named("a.test")->addr);
	/* The one of that name is meant, not who has that address. */
	EXPECT(sources_delete(&all, "192.0.2.1"));
	EXPECT(count() == 1 && named("a.test"));
}

static void addresses_in_use(void)
{
	struct address addr;

	fresh();
	line(&conf, "a.test", true, 0);
	line(&conf, "b.test", true, 0);
	sources_configure(&all, &conf, 0);
	address_parse("192.0.2.1", &addr);
	EXPECT(!sources_has(&all, named("b.test"), &addr));
	named("a.test")->addr = addr;
	EXPECT(sources_has(&all, named("b.test"), &addr));
	EXPECT(!sources_has(&all, named("a.test"), &addr));
	named("a.test")->addr.family = AF_UNSPEC;
	/* One that it speaks with just now, */
	named("a.test")->current = addr;
	EXPECT(!sources_has(&all, named("b.test"), &addr));
	named("a.test")->phase = SOURCE_EXCHANGES;
	EXPECT(sources_has(&all, named("b.test"), &addr));
	named("a.test")->phase = SOURCE_RESTS;
	/* and one whose keys it has. */
	named("a.test")->ke_addr = addr;
	EXPECT(!sources_has(&all, named("b.test"), &addr));
	named("a.test")->keyed = true;
	EXPECT(sources_has(&all, named("b.test"), &addr));
}

static void the_rest_is_passed_on(void)
{
	fresh();
	line(&conf, "a.test", true, 0);
	line(&conf, "b.test", true, 0);
	sources_configure(&all, &conf, 0);
	sources_save(&all);
	EXPECT(!saves);
	attach(0);
	sources_hear(&all, 1, 0);
	sources_hear(&all, 7, 0);
	sources_hear(&all, CONFIG_MAX_SOURCES, 0);
	EXPECT(hears == 1);
	sources_refresh(&all, 0);
	EXPECT(want_address == 2);
	kernel_has(named("a.test")->id, "a.test", true);
	kernel.at[0].cookies = 6;
	sources_save(&all);
	EXPECT(saves == 6);
}

static void a_worker_knows_no_keys(void)
{
	static const uint8_t none[sizeof(struct ke_cookie)];
	struct source *s;

	fresh();
	line(&conf, "a.test", true, 0);
	sources_configure(&all, &conf, 0);
	s = named("a.test");
	memset(s->c2s, 1, sizeof(s->c2s));
	memset(s->s2c, 1, sizeof(s->s2c));
	memset(s->held, 1, sizeof(s->held));
	memset(&s->got, 1, sizeof(s->got));
	sources_forget_keys(&all);
	EXPECT(!memcmp(s->c2s, none, sizeof(s->c2s)));
	EXPECT(!memcmp(s->s2c, none, sizeof(s->s2c)));
	for (unsigned int i = 0; i < KE_COOKIES; i++)
		EXPECT(!memcmp(&s->held[i], none, sizeof(s->held[i])));
	EXPECT(!memcmp(s->got.c2s, none, sizeof(s->got.c2s)));
	EXPECT(!memcmp(&s->got.res.cookie[0], none, sizeof(none)));
}

static const struct ktap_case cases[] = {
	CASE(the_kernels_are_taken_over),
	CASE(keys_without_cookies),
	CASE(the_kernel_does_not_say),
	CASE(another_configuration),
	CASE(pools),
	CASE(more_than_there_is_room_for),
	CASE(the_module_is_loaded_again),
	CASE(events),
	CASE(others_make_and_end_them),
	CASE(they_are_looked_at_in_time),
	CASE(added_and_deleted),
	CASE(a_name_that_is_an_address),
	CASE(addresses_in_use),
	CASE(the_rest_is_passed_on),
	CASE(a_worker_knows_no_keys),
};

int main(void)
{
	int ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));

	sources_stop(&all);
	return ret;
}
