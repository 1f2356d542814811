// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices are measured, while they come and go. */
#include <stdarg.h>
#include <stdio.h>

#include "../../ntsd/phc_devices.c"
#include "ntsd_ktap.h"

static struct link table[40];
static struct links links = { .at = table };
static struct phc_devices all;
static char line[512];
static int lines, looks, stops;
static uint32_t capable_from;

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	lines++;
}

void phc_device_init(struct phc_device *d, const struct config_hwtimestamp *conf,
		     const struct phc_device_ops *ops, void *arg)
{
	memset(d, 0, sizeof(*d));
	d->conf = *conf;
	d->ops = ops;
	d->arg = arg;
}

void phc_device_tick(struct phc_device *d, uint64_t now_ms)
{
	d->next_ms = now_ms + d->ifindex;
	d->check_ms = now_ms + 1;
	d->incapable = d->ifindex < capable_from;
}

void phc_device_look(struct phc_device *d, uint64_t now_ms)
{
	(void)d;
	(void)now_ms;
	looks++;
}

void phc_device_stop(struct phc_device *d)
{
	(void)d;
	stops++;
}

static void there_is(int index, const char *name, enum link_kind kind, int lower,
		     int master)
{
	struct link *link = &table[links.n++];

	memset(link, 0, sizeof(*link));
	link->index = index;
	snprintf(link->name, sizeof(link->name), "%s", name);
	link->kind = kind;
	link->lower = lower;
	link->master = master;
}

static void there_are_all(void)
{
	links.n = 0;
	there_is(1, "lo", LINK_LOOPBACK, 0, 0);
	there_is(2, "eth0", LINK_REAL, 0, 4);
	there_is(3, "eth1", LINK_REAL, 0, 4);
	there_is(4, "bond0", LINK_ON_MANY, 0, 0);
	there_is(5, "eth2", LINK_REAL, 0, 0);
	there_is(6, "far.5", LINK_ON_ONE, 0, 0);
}

static void configure(const char *a, const char *b)
{
	struct config_hwtimestamp conf[2];

	memset(conf, 0, sizeof(conf));
	snprintf(conf[0].name, sizeof(conf[0].name), "%s", a);
	conf[0].minpoll = 1;
	if (b)
		snprintf(conf[1].name, sizeof(conf[1].name), "%s", b);
	phc_devices_configure(&all, conf, b ? 2 : 1);
}

static void fresh(const char *a, const char *b)
{
	phc_devices_stop(&all);
	there_are_all();
	configure(a, b);
	lines = 0;
	looks = 0;
	stops = 0;
	capable_from = 0;
	phc_devices_match(&all, &links, 0);
}

static void one_by_name(void)
{
	const struct phc_device *d;

	fresh("eth2", NULL);
	EXPECT(all.n == 1 && !lines);
	d = phc_devices_find(&all, 5);
	EXPECT(d && !strcmp(d->name, "eth2") && !d->quiet);
	EXPECT(!phc_devices_find(&all, 2));
}

/* That not all ports of a bond can stamp is not worth a line. */
static void those_of_a_bond(void)
{
	const struct phc_device *d;

	fresh("bond0", NULL);
	EXPECT(all.n == 2 && !lines);
	d = phc_devices_find(&all, 3);
	EXPECT(d && d->quiet);
}

static void names_come_before_all(void)
{
	fresh("*", "eth1");
	EXPECT(all.n == 3);
	EXPECT(phc_devices_find(&all, 3)->conf.minpoll == 0);
	EXPECT(!phc_devices_find(&all, 3)->quiet);
	EXPECT(phc_devices_find(&all, 2)->conf.minpoll == 1);
	EXPECT(phc_devices_find(&all, 2)->quiet);
}

static void they_come_and_go(void)
{
	fresh("eth2", "eth9");
	EXPECT(all.n == 1 && lines == 1);
	EXPECT_STR(line, "hwtimestamp eth9: no such network device now, it is waited for");
	phc_devices_match(&all, &links, 0);
	EXPECT(lines == 1 && looks == 1);
	there_is(9, "eth9", LINK_REAL, 0, 0);
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == 2 && lines == 1);
	all.device[0]->on = true;
	all.device[1]->on = true;
	there_are_all();
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == 1 && stops == 1 && lines == 3);
	EXPECT(phc_devices_find(&all, 5));
}

/* A device that went and came again has another index. */
static void another_of_the_same_name(void)
{
	fresh("eth2", NULL);
	links.n--;
	links.n--;
	there_is(15, "eth2", LINK_REAL, 0, 0);
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == 1 && stops == 1 && phc_devices_find(&all, 15));
}

static void one_is_renamed(void)
{
	fresh("*", NULL);
	strcpy(table[4].name, "lan");
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == 3 && !stops);
	EXPECT_STR(phc_devices_find(&all, 5)->name, "lan");
}

static void what_there_is_not(void)
{
	fresh("far.5", NULL);
	EXPECT(!all.n && lines == 1 && strstr(line, "another network namespace"));
	fresh("bond0", NULL);
	links.n = 0;
	there_is(4, "bond0", LINK_ON_MANY, 0, 0);
	phc_devices_match(&all, &links, 0);
	EXPECT(!all.n && strstr(line, "no ports"));
}

/* A reload leaves alone what did not change. */
static void other_directives(void)
{
	fresh("eth1", "eth2");
	configure("eth0", "eth2");
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == 2 && stops == 1 && looks == 1);
	EXPECT(phc_devices_find(&all, 2) && phc_devices_find(&all, 5));
	configure("eth2", NULL);
	phc_devices_match(&all, &links, 0);
	/* Its options are others now. */
	EXPECT(all.n == 1 && stops == 3);
}

static void more_than_there_is_room_for(void)
{
	char name[16];

	fresh("*", "eth7");
	links.n = 0;
	for (int i = 1; i <= PHC_DEVICES_MAX; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		there_is(i, name, LINK_REAL, 0, 0);
	}
	lines = 0;
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == PHC_DEVICES_MAX && !lines);
	there_is(99, "eth99", LINK_REAL, 0, 0);
	configure("*", "eth99");
	phc_devices_match(&all, &links, 0);
	EXPECT(all.n == PHC_DEVICES_MAX && lines == 1 && phc_devices_find(&all, 99));
	phc_devices_match(&all, &links, 0);
	EXPECT(lines == 1);
	/* Without a name for one. */
	links.n--;
	configure("*", NULL);
	phc_devices_match(&all, &links, 0);
	EXPECT(lines == 1);
	there_is(99, "eth99", LINK_REAL, 0, 0);
	phc_devices_match(&all, &links, 0);
	EXPECT(lines == 2 && !phc_devices_find(&all, 99));
}

/* It would be a riddle otherwise why nothing is there. */
static void none_can(void)
{
	fresh("*", NULL);
	capable_from = 5;
	phc_devices_tick(&all, 1000);
	EXPECT(!lines);
	capable_from = 6;
	phc_devices_tick(&all, 1000);
	phc_devices_tick(&all, 1000);
	EXPECT(lines == 1 && strstr(line, "hwtimestamp *: no device there"));
	phc_devices_match(&all, &links, 0);
	phc_devices_tick(&all, 1000);
	EXPECT(lines == 1);
	/* One came and went. */
	capable_from = 5;
	phc_devices_tick(&all, 1000);
	capable_from = 6;
	phc_devices_tick(&all, 1000);
	EXPECT(lines == 2);
	/* Who is named says so itself. */
	fresh("eth2", "bond0");
	capable_from = 6;
	phc_devices_tick(&all, 1000);
	EXPECT(lines == 1 && strstr(line, "hwtimestamp bond0"));
}

static void the_soonest_is_waited_for(void)
{
	fresh("eth1", "eth2");
	EXPECT(phc_devices_tick(&all, 1000) == 1003);
	phc_devices_find(&all, 5)->on = true;
	EXPECT(phc_devices_tick(&all, 1000) == 1001);
	phc_devices_stop(&all);
	EXPECT(phc_devices_tick(&all, 1000) == UINT64_MAX);
}

static const struct ktap_case cases[] = {
	CASE(one_by_name),
	CASE(those_of_a_bond),
	CASE(names_come_before_all),
	CASE(they_come_and_go),
	CASE(another_of_the_same_name),
	CASE(one_is_renamed),
	CASE(what_there_is_not),
	CASE(other_directives),
	CASE(more_than_there_is_room_for),
	CASE(none_can),
	CASE(the_soonest_is_waited_for),
};

KTAP_MAIN(cases)
