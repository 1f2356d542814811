// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines in the columns of chrony: what it calls an example comes out as it stands. */
#include <signal.h>
#include <sys/resource.h>

#include "../../ntsd/logfiles.c"
#include "ntsd_dir.h"

static struct logfiles l;
static struct config conf;
static struct nl_sample one, all[2];
static struct nl_tracking tracking;
/* 2016-11-09 05:40:50 UTC */
static const time_t now = 1478670050;

int nl_get_samples(struct nl *nl, nl_sample_take *take, void *arg, char *err)
{
	(void)nl;
	(void)err;
	take(arg, &one);
	return 0;
}

int nl_get_tracking(struct nl *nl, struct nl_tracking *t, char *err)
{
	(void)nl;
	(void)err;
	*t = tracking;
	return 0;
}

static void begin(unsigned int logs)
{
	logfiles_init(&l);
	memset(&conf, 0, sizeof(conf));
	conf.logs = logs;
	conf.log_banner = 2;
	snprintf(conf.log_dir, sizeof(conf.log_dir), "%s", dir);
	for (int i = 0; i < LOGFILES_N; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.log", files[i].name);
		unlink(in_dir(name));
	}
	logfiles_configure(&l, &conf);

	memset(&one, 0, sizeof(one));
	one.id = 5;
	address_parse("203.0.113.15", &one.addr);
	one.last_rx_ns = 10000000;
	one.total_valid = 1;
	one.tests = 0x3ff;
	one.stratum = 2;
	one.poll = 10;
	one.remote_poll = 10;
	one.poll_score = 65536;
	one.offset_ns = -4966000;
	one.delay_ns = 229600000;
	one.dispersion_ns = 15770;
	one.root_delay_ns = 161500000;
	one.root_dispersion_ns = 7446000;
	one.refid = 0xcb00717b;
	one.mode = 4;
	one.rx_stamp = NTS_STAMP_KIND_KERNEL;
	one.samples = 16;
	one.runs = 8;
	one.sd_ns = 6261000;
	one.est_offset_ns = 3247000;
	one.est_offset_sd_ns = 2220000;
	one.freq = -(int64_t)(1.874e-6 * FREQ_ONE);
	one.skew = 1.080e-6 * FREQ_ONE;
	one.state = '*';
	one.reach = 0377;
	one.score = 65536;
	one.low_ns = -123900;
	one.high_ns = 157500;

	memset(&tracking, 0, sizeof(tracking));
	tracking.synchronised = true;
	tracking.updates = 1;
	tracking.addr = one.addr;
	tracking.stratum = 3;
	tracking.freq_ppm = 3.541;
	tracking.skew_ppm = 0.075;
	tracking.last_offset = 8.621e-6;
	tracking.combined = 2;
	tracking.offset_sd = 2.940e-3;
	tracking.correction = -2.084e-4;
	tracking.root_delay = 1.534e-2;
	tracking.root_dispersion = 3.472e-4;
}

static void write_one(void)
{
	logfiles_write(&l, 5, &one, 1, &tracking, now);
}

/* What is in a file with a banner before it. */
static void expect(const char *name, enum logfiles_kind kind, const char *lines)
{
	char want[2048], line[256];
	size_t len = strlen(files[kind].banner);

	memset(line, '=', len);
	line[len] = '\0';
	snprintf(want, sizeof(want), "%s\n%s\n%s\n%s", line, files[kind].banner,
		 line, lines);
	EXPECT_STR(get_file(name), want);
}

static void measurements(void)
{
	begin(CONFIG_LOG_MEASUREMENTS);
	write_one();
	expect("measurements.log", LOGFILES_MEASUREMENTS,
	       "2016-11-09 05:40:50 203.0.113.15    N  2 111 111 1111  10 10 1.00 -4.966e-03  2.296e-01  1.577e-05  1.615e-01  7.446e-03 CB00717B 4B D K\n");
	EXPECT_STR(get_file("statistics.log"), "no file");
	EXPECT_STR(get_file("tracking.log"), "no file");
	/* The same sample again is no other line, and a bad one is none. */
	write_one();
	one.total_valid = 2;
	one.tests = 0x3bf;
	write_one();
	EXPECT(l.lines[LOGFILES_MEASUREMENTS] == 1);
}

static void raw_measurements(void)
{
	begin(CONFIG_LOG_RAWMEASUREMENTS);
	one.tests = 0x3a7;
	one.leap = 3;
	one.interleaved = 1;
	one.tx_stamp = NTS_STAMP_KIND_HARDWARE;
	address_parse("2001:db8::1", &one.addr);
	write_one();
	expect("measurements.log", LOGFILES_MEASUREMENTS,
	       "2016-11-09 05:40:50 2001:db8::1     ?  2 111 010 0111  10 10 1.00 -4.966e-03  2.296e-01  1.577e-05  1.615e-01  7.446e-03 CB00717B 4I H K\n");
}

static void statistics(void)
{
	begin(CONFIG_LOG_STATISTICS);
	write_one();
	expect("statistics.log", LOGFILES_STATISTICS,
	       "2016-11-09 05:40:50 203.0.113.15     6.261e-03 -3.247e-03  2.220e-03  1.874e-06  1.080e-06 0.0e+00  16   0   8  0.00\n");
	one.total_valid++;
	one.freq += (int64_t)(2.16e-6 * FREQ_ONE);
	one.asymmetry = -32768;
	write_one();
	EXPECT(strstr(get_file("statistics.log"),
		      " -2.860e-07  1.080e-06 2.0e+00  16   0   8 -0.50\n"));
	one.total_valid++;
	one.samples = 2;
	write_one();
	EXPECT(l.lines[LOGFILES_STATISTICS] == 2);
}

static void selection(void)
{
	begin(CONFIG_LOG_SELECTION);
	all[0] = one;
	all[1] = one;
	all[1].id = 6;
	address_parse("203.0.113.9", &all[1].addr);
	all[1].state = 'x';
	all[1].reach = 017;
	all[1].score = 32768;
	all[1].last_rx_ns = 42280000000;
	all[1].effective_flags = NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_NOSELECT;
	logfiles_write(&l, 5, all, 2, &tracking, now);
	expect("selection.log", LOGFILES_SELECTION,
	       "2016-11-09 05:40:50 203.0.113.15    * -----  377  1.00  1.000e-02 -1.575e-04  1.239e-04\n"
	       "2016-11-09 05:40:50 203.0.113.9     x -N-T-   17  0.50  4.228e+01 -1.575e-04  1.239e-04\n");
}

static void tracking_lines(void)
{
	begin(CONFIG_LOG_TRACKING);
	write_one();
	expect("tracking.log", LOGFILES_TRACKING,
	       "2016-11-09 05:40:50 203.0.113.15     3     -3.541      0.075 -8.621e-06 N  2  2.940e-03 -2.084e-04  1.534e-02  3.472e-04  8.234e-03\n");
	write_one();
	EXPECT(l.lines[LOGFILES_TRACKING] == 1);
	tracking.updates = 2;
	write_one();
	EXPECT(l.lines[LOGFILES_TRACKING] == 2);
	tracking.synchronised = false;
	write_one();
	EXPECT(l.lines[LOGFILES_TRACKING] == 3);
	EXPECT(strstr(get_file("tracking.log"), " 0.0.0.0          0 "));
	EXPECT(strstr(get_file("tracking.log"), " ?  0 "));
	write_one();
	EXPECT(l.lines[LOGFILES_TRACKING] == 3);
}

static void banners_and_cycling(void)
{
	unsigned int banners = 0;
	char path[128];

	begin(CONFIG_LOG_MEASUREMENTS);
	for (int i = 0; i < 5; i++) {
		one.total_valid++;
		write_one();
	}
	for (const char *at = get_file("measurements.log");
	     (at = strstr(at, "Date (UTC)")); at++)
		banners++;
	EXPECT(banners == 3);	/* of 5 lines, one for each 2 */
	snprintf(path, sizeof(path), "%s/measurements.log", dir);
	if (rename(path, in_dir("old.log")))
		abort();
	one.total_valid++;
	write_one();
	EXPECT_STR(get_file("measurements.log"), "no file");
	logfiles_cycle(&l);
	one.total_valid++;
	write_one();
	EXPECT(strlen(get_file("measurements.log")) > 100);
	conf.log_banner = 0;
	logfiles_cycle(&l);
	unlink(in_dir("measurements.log"));
	one.total_valid++;
	write_one();
	EXPECT(!strncmp(get_file("measurements.log"), "2016-11-09", 10));
}

static void a_directory_that_is_not(void)
{
	const struct passwd me = { .pw_uid = getuid(), .pw_gid = getgid() };

	begin(CONFIG_LOG_MEASUREMENTS);
	snprintf(conf.log_dir, sizeof(conf.log_dir), "%s/none", dir);
	write_one();
	EXPECT(l.failed[LOGFILES_MEASUREMENTS]);
	logfiles_make_dir(&conf, &me);
	one.total_valid++;
	logfiles_take(&l, NULL, 5);
	EXPECT(strlen(get_file("none/measurements.log")) > 100);
	EXPECT(!l.failed[LOGFILES_MEASUREMENTS]);
}

static unsigned int times(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* Whole lines before and after, nothing between; told once, and that it is over. */
static void a_full_disk(void)
{
	struct rlimit limit, usual;
	int told, err = dup(2);
	size_t size;

	begin(CONFIG_LOG_MEASUREMENTS);
	conf.log_banner = 0;
	write_one();
	size = strlen(get_file("measurements.log"));
	EXPECT(size > 100);
	told = open(in_dir("told"), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	if (told < 0 || getrlimit(RLIMIT_FSIZE, &usual))
		abort();
	dup2(told, 2);
	limit = usual;
	limit.rlim_cur = size + 50;
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 5; i++) {
		one.total_valid++;
		write_one();
	}
	EXPECT(strlen(get_file("measurements.log")) == size);
	setrlimit(RLIMIT_FSIZE, &usual);
	for (int i = 0; i < 2; i++) {
		one.total_valid++;
		write_one();
	}
	dup2(err, 2);
	close(told);
	close(err);
	EXPECT(strlen(get_file("measurements.log")) == 3 * size);
	EXPECT(times(get_file("told"), "lines are lost") == 1);
	EXPECT(times(get_file("told"), "written again") == 1);
}

static const struct ktap_case cases[] = {
	CASE(measurements),
	CASE(raw_measurements),
	CASE(statistics),
	CASE(selection),
	CASE(tracking_lines),
	CASE(banners_and_cycling),
	CASE(a_directory_that_is_not),
	CASE(a_full_disk),
};

DIR_MAIN(cases)
