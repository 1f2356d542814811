// SPDX-License-Identifier: GPL-2.0-or-later
/* What outlasts a reboot: when drift and time are written, and what is believed. */
#include <stdarg.h>
#include <time.h>

static time_t now_s;

static time_t fake_time(time_t *to)
{
	(void)to;
	return now_s;
}

#define time(to) fake_time(to)
#include "../../ntsd/timekeep.c"
#undef time
#include "ntsd_dir.h"

#define S 1000ULL
#define NOW 1800000000

static struct config conf;
static struct timekeep t;
static struct nl_tracking tracking;
static int kernel_says, discipline_says;
static unsigned int reads;
static bool steers;
static double told_freq, told_skew;
static unsigned int drifts, warnings;

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)fmt;
	warnings += level <= LOG_LEVEL_WARN;
}

int nl_get_tracking(struct nl *nl, struct nl_tracking *to, char *err)
{
	(void)nl;
	strcpy(err, "no module");
	reads++;
	*to = tracking;
	return kernel_says;
}

int nl_set_discipline(struct nl *nl, const struct config_discipline *d,
		      bool steer, char *err)
{
	(void)nl;
	(void)err;
	EXPECT(d == &conf.discipline);
	steers = steer;
	return discipline_says;
}

int nl_set_drift(struct nl *nl, double freq_ppm, double skew_ppm, char *err)
{
	(void)nl;
	(void)err;
	drifts++;
	told_freq = freq_ppm;
	told_skew = skew_ppm;
	return 0;
}

static void fresh(void)
{
	memset(&conf, 0, sizeof(conf));
	memset(&t, 0, sizeof(t));
	conf.n_sources = 1;
	snprintf(conf.dump_dir, sizeof(conf.dump_dir), "%s", dir);
	snprintf(conf.driftfile, sizeof(conf.driftfile), "%s/drift", dir);
	unlink(in_dir("drift"));
	unlink(in_dir("time"));
	tracking = (struct nl_tracking){
		.synchronised = true, .updates = 9, .freq_ppm = 2.5, .skew_ppm = 0.25,
	};
	kernel_says = 0;
	discipline_says = 0;
	reads = 0;
	drifts = 0;
	warnings = 0;
	now_s = NOW;
}

static void tick(uint64_t now_ms)
{
	timekeep_tick(&t, NULL, &conf, now_ms);
}

static void written_soon_and_then_each_hour(void)
{
	fresh();
	tick(100 * S);
	EXPECT(reads == 1 && t.updates == 9);
	EXPECT_STR(get_file("drift"), "no file");
	/* The kernel is not asked all the time. */
	tick(104 * S);
	EXPECT(reads == 1);
	tick(159 * S);
	EXPECT_STR(get_file("drift"), "no file");
	tick(165 * S);
	/* chrony's file says how much the clock gains, the kernel how slow it is. */
	EXPECT_STR(get_file("drift"), "           -2.500000             0.250000\n");
	EXPECT_STR(get_file("time"), "1800000000\n");
	EXPECT(t.last_time == NOW);
	/* a point of the past has the same signs */
	EXPECT(t.history.total > 1 && t.history.point[0].fast_ppm == -2.5f);
	now_s += 1800;
	tracking.freq_ppm = 3;
	tick(1965 * S);
	EXPECT_STR(get_file("time"), "1800000000\n");
	now_s += 1800;
	tick(3765 * S);
	EXPECT_STR(get_file("drift"), "           -3.000000             0.250000\n");
	EXPECT_STR(get_file("time"), "1800003600\n");
}

static void only_what_is_known(void)
{
	fresh();
	tracking.synchronised = false;
	tick(100 * S);
	tick(200 * S);
	tracking.synchronised = true;
	tracking.updates = 0;
	tick(300 * S);
	tick(400 * S);
	EXPECT_STR(get_file("drift"), "no file");
	EXPECT_STR(get_file("time"), "no file");
	timekeep_save(&t, NULL, &conf);
	EXPECT_STR(get_file("drift"), "no file");
	kernel_says = -EIO;
	tracking.updates = 1;
	timekeep_save(&t, NULL, &conf);
	tick(500 * S);
	EXPECT_STR(get_file("drift"), "no file");
	kernel_says = 0;
	timekeep_save(&t, NULL, &conf);
	EXPECT_STR(get_file("time"), "1800000000\n");
	/* Without sources there is nothing to know. */
	fresh();
	conf.n_sources = 0;
	tick(100 * S);
	timekeep_save(&t, NULL, &conf);
	EXPECT(!reads);
}

/* Servers that move the clock back do not move the bound. */
static void the_bound_never_goes_back(void)
{
	fresh();
	timekeep_save(&t, NULL, &conf);
	now_s -= 1000;
	timekeep_save(&t, NULL, &conf);
	EXPECT_STR(get_file("time"), "1800000000\n");
	EXPECT(t.last_time == NOW);
}

static void a_clock_that_is_behind(void)
{
	fresh();
	put_file("time", "1800000000\n");
	timekeep_load(&t, &conf);
	EXPECT(t.last_time == NOW && !warnings);
	now_s = 1000;
	timekeep_load(&t, &conf);
	EXPECT(t.last_time == NOW && warnings == 1);
	/* Even if nobody ever wrote one. */
	unlink(in_dir("time"));
	timekeep_load(&t, &conf);
	EXPECT(!t.last_time && warnings == 2);
}

static void the_kernel_is_told_the_drift(void)
{
	char err[NL_ERR_LEN];

	fresh();
	EXPECT(timekeep_attach(NULL, &conf, err) && steers && !drifts);
	put_file("drift", "-4.5 0.125\n");
	EXPECT(timekeep_attach(NULL, &conf, err));
	EXPECT(drifts == 1 && told_freq == 4.5 && told_skew == 0.125);
	conf.driftfile[0] = '\0';
	conf.measure_only = true;
	EXPECT(timekeep_attach(NULL, &conf, err) && !steers && drifts == 1);
	conf.measure_only = false;
	conf.n_sources = 0;
	EXPECT(timekeep_attach(NULL, &conf, err) && !steers);
	discipline_says = -EPERM;
	EXPECT(!timekeep_attach(NULL, &conf, err));
}

static void what_cannot_be_written_is_said_once(void)
{
	fresh();
	strcpy(conf.driftfile, "/none/drift");
	timekeep_save(&t, NULL, &conf);
	timekeep_save(&t, NULL, &conf);
	EXPECT(warnings == 1);
	EXPECT_STR(get_file("time"), "1800000000\n");
	fresh();
	strcpy(conf.dump_dir, "/none");
	timekeep_save(&t, NULL, &conf);
	now_s++;
	timekeep_save(&t, NULL, &conf);
	EXPECT(warnings == 1);
	EXPECT(get_file("drift")[0] == ' ');
}

static void where_it_is(void)
{
	fresh();
	EXPECT_STR(timekeep_dir(&conf), dir);
	conf.dump_dir[0] = '\0';
	EXPECT_STR(timekeep_dir(&conf), LASTTIME_DIR);
}

static const struct ktap_case cases[] = {
	CASE(written_soon_and_then_each_hour),
	CASE(only_what_is_known),
	CASE(the_bound_never_goes_back),
	CASE(a_clock_that_is_behind),
	CASE(the_kernel_is_told_the_drift),
	CASE(what_cannot_be_written_is_said_once),
	CASE(where_it_is),
};

DIR_MAIN(cases)
