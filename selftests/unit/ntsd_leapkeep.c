// SPDX-License-Identifier: GPL-2.0-or-later
/* When the kernel is told of a leap second, and of what kind. */
#include <stdarg.h>
#include <time.h>

static time_t now_s;

static time_t fake_time(time_t *to)
{
	(void)to;
	return now_s;
}

#define time(to) fake_time(to)
#include "../../ntsd/leapkeep.c"
#undef time
#include "ntsd_dir.h"

#define NTP_EPOCH 2208988800LL
#define JULY_1972 78796800LL
#define YEAR_1973 94694400LL

static struct leapkeep keep;
static struct config conf;
static int told_kind, told_times, says, warned;
static int64_t told_at;

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

int nl_set_leap(struct nl *nl, int kind, int64_t at, char *err)
{
	(void)nl;
	snprintf(err, NL_ERR_LEN, "no module");
	told_kind = kind;
	told_at = at;
	told_times++;
	return says;
}

static void note(void *arg, bool is_error, const char *file, int line,
		 const char *text)
{
	EXPECT(arg == &keep && !is_error && line == 7);
	EXPECT_STR(file, "f");
	EXPECT(strstr(text, "taken from the sources"));
	warned++;
}

static void load(time_t at)
{
	now_s = at;
	warned = 0;
	leapkeep_load(&keep, &conf, note, &keep);
}

static void begin(void)
{
	memset(&keep, 0, sizeof(keep));
	memset(&conf, 0, sizeof(conf));
	says = 0;
	told_times = 0;
	put_file("l", "#@ 2400000000\n2272060800 10\n2287785600 11\n2303683200 12\n");
	snprintf(conf.leap_list.path, sizeof(conf.leap_list.path), "%s", in_dir("l"));
	strcpy(conf.leap_list.place.file, "f");
	conf.leap_list.place.line = 7;
}

static void each_is_told_once(void)
{
	char err[NL_ERR_LEN];

	begin();
	load(JULY_1972 - 100);
	EXPECT(!warned && leapkeep_tai(&keep) == 10);
	EXPECT(leapkeep_attach(&keep, NULL, err));
	EXPECT(told_kind == 1 && told_at == JULY_1972 && told_times == 1);
	leapkeep_tick(&keep, NULL, 0);
	leapkeep_tick(&keep, NULL, LOOK_MS);
	EXPECT(told_times == 1);
	now_s = JULY_1972;
	EXPECT(leapkeep_tai(&keep) == 11);
	leapkeep_tick(&keep, NULL, LOOK_MS + 1);
	EXPECT(told_times == 1);	/* not due yet */
	leapkeep_tick(&keep, NULL, 2 * LOOK_MS);
	EXPECT(told_times == 2 && told_kind == 1 && told_at == YEAR_1973);
	now_s = YEAR_1973;
	leapkeep_tick(&keep, NULL, 3 * LOOK_MS);
	EXPECT(told_times == 3 && !told_kind);
	now_s = 2400000000LL - NTP_EPOCH;
	leapkeep_tick(&keep, NULL, 4 * LOOK_MS);
	EXPECT(told_times == 4 && told_kind == UNLISTED);
	leapkeep_tick(&keep, NULL, 5 * LOOK_MS);
	EXPECT(told_times == 4);
}

static void a_kernel_that_is_gone_is_told_again(void)
{
	char err[NL_ERR_LEN];

	begin();
	load(JULY_1972 - 100);
	says = -1;
	EXPECT(!leapkeep_attach(&keep, NULL, err));
	leapkeep_tick(&keep, NULL, 0);
	EXPECT(told_times == 2);
	says = 0;
	leapkeep_tick(&keep, NULL, LOOK_MS);
	leapkeep_tick(&keep, NULL, 2 * LOOK_MS);
	EXPECT(told_times == 3 && told_kind == 1);
}

static void without_a_list_sources_are_believed(void)
{
	char err[NL_ERR_LEN];

	begin();
	conf.leap_list.path[0] = '\0';
	load(JULY_1972);
	EXPECT(!warned && leapkeep_attach(&keep, NULL, err));
	EXPECT(told_kind == UNLISTED && !leapkeep_tai(&keep));
	leapkeep_tick(&keep, NULL, 0);
	EXPECT(told_times == 1);

	begin();
	unlink(in_dir("l"));
	load(JULY_1972);
	EXPECT(warned == 1 && leapkeep_attach(&keep, NULL, err));
	EXPECT(told_kind == UNLISTED);
	begin();
	load(2400000000LL - NTP_EPOCH);
	EXPECT(warned == 1 && leapkeep_attach(&keep, NULL, err));
	EXPECT(told_kind == UNLISTED);
}

static const struct ktap_case cases[] = {
	CASE(each_is_told_once),
	CASE(a_kernel_that_is_gone_is_told_again),
	CASE(without_a_list_sources_are_believed),
};

DIR_MAIN(cases)
