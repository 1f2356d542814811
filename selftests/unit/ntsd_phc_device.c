// SPDX-License-Identifier: GPL-2.0-or-later
/* A network device whose clock is a fake: what is set, measured, told and said. */
#include <linux/net_tstamp.h>

#include "../../ntsd/phc_device.c"
#include "ntsd_ktap.h"

#define S 1000000000LL
#define MS 1000000LL
#define START_MS 50000

/* The device, its driver and the kernel module. */
static struct stamping can;
static struct stamping_mode is;
static int ask_ret, set_ret, get_ret, open_ret, read_ret;
static int refused_filter;
static double freq;
static int64_t phase;
static int64_t way_in, way_out;
static int one_off;		/* the next reading alone is so wrong */
static struct nl_phc has;
static bool has_it;
static int installs, removes, reads;
static bool refusing;
static uint64_t now;
static char line[512];
static int lines;

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list args;

	if (level == LOG_LEVEL_DEBUG)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	lines++;
}

static int fake_ask(void *arg, const char *name, struct stamping *it)
{
	EXPECT(arg == &now);
	EXPECT_STR(name, "eth0");
	*it = can;
	return ask_ret;
}

static int fake_set(void *arg, const char *name, struct stamping_mode *mode)
{
	(void)arg;
	(void)name;
	if (mode->filter == refused_filter)
		return -ERANGE;
	if (!set_ret)
		is = *mode;
	return set_ret;
}

static int fake_get(void *arg, const char *name, struct stamping_mode *mode)
{
	(void)arg;
	(void)name;
	*mode = is;
	return get_ret;
}

static int fake_open(struct phc_reader *r, int clock, bool crossts)
{
	EXPECT(clock == can.clock);
	(void)crossts;
	r->fd = -1;
	return open_ret;
}

static int fake_read(struct phc_reader *r, struct phc_reading *reading)
{
	int64_t raw = (int64_t)now * MS;

	(void)r;
	reads++;
	for (int i = 0; !read_ret && i < PHC_READER_MAX; i++) {
		reading[i].before = raw;
		raw += way_in;
		reading[i].phc = raw + phase + llround(raw * freq) + one_off;
		raw += way_out;
		reading[i].after = raw;
	}
	one_off = 0;
	return read_ret ? read_ret : PHC_READER_MAX;
}

static bool fake_install(void *arg, const struct nl_phc *phc)
{
	EXPECT(arg == &now);
	if (refusing)
		return false;
	has = *phc;
	has_it = true;
	installs++;
	return true;
}

static void fake_remove(void *arg, uint32_t ifindex)
{
	(void)arg;
	EXPECT(ifindex == 7);
	has_it = false;
	removes++;
}

static const struct phc_device_ops fake = {
	.ask = fake_ask, .set = fake_set, .get = fake_get, .open = fake_open,
	.read = fake_read, .install = fake_install, .remove = fake_remove,
};

static struct phc_device d;

static void fresh_with(const struct config_hwtimestamp *conf)
{
	memset(&is, 0, sizeof(is));
	can = (struct stamping){
		.clock = 3, .sent = true,
		.filters = BIT(HWTSTAMP_FILTER_NONE) | BIT(HWTSTAMP_FILTER_ALL),
	};
	ask_ret = 0;
	set_ret = 0;
	get_ret = 0;
	open_ret = 0;
	read_ret = 0;
	refused_filter = -1;
	freq = 25e-6;
	phase = 100 * S;
	way_in = 500;
	way_out = 500;
	one_off = 0;
	has_it = false;
	installs = 0;
	removes = 0;
	reads = 0;
	refusing = false;
	now = START_MS;
	lines = 0;
	line[0] = '\0';
	phc_device_init(&d, conf, &fake, &now);
	strcpy(d.name, "eth0");
	d.ifindex = 7;
}

static struct config_hwtimestamp usual(void)
{
	return (struct config_hwtimestamp){
		.name = "eth0", .minpoll = 0, .maxpoll = 1, .minsamples = 2,
		.maxsamples = 16, .precision = 100e-9,
	};
}

static void fresh(void)
{
	const struct config_hwtimestamp conf = usual();

	fresh_with(&conf);
}

/* Let time pass. */
static void pass(int64_t ms)
{
	const uint64_t end = now + ms;

	while (now < end) {
		phc_device_tick(&d, now);
		now++;
	}
}

static int64_t stamp_error(void)
{
	int64_t raw = (int64_t)now * MS, phc = raw + phase + llround(raw * freq);

	return has.raw_ns + (phc - has.phc_ns) +
	       llround((double)(phc - has.phc_ns) * has.freq) - raw;
}

static void from_nothing_to_a_mapping(void)
{
	fresh();
	pass(1);
	EXPECT_STR(line, "eth0: hardware timestamping on, filter all, clock /dev/ptp3");
	EXPECT(is.sent && is.filter == HWTSTAMP_FILTER_ALL);
	EXPECT(!has_it);
	pass(1000);
	EXPECT(has_it && has.ifindex == 7 && has.clock == 3);
	EXPECT(has.filter == CONFIG_RXFILTER_ALL);
	EXPECT(llabs(stamp_error()) < 100);
	pass(60000);
	EXPECT(llabs(stamp_error()) < 20);
	EXPECT(fabs(has.freq + 25e-6) < 1e-9 && has.skew < 1e-6);
	EXPECT(has.error_ns >= 500 && has.error_ns < 700);
	EXPECT(has.valid_ms == 8000);
	EXPECT(lines == 1 && !removes);
}

static void options_reach_the_kernel(void)
{
	struct config_hwtimestamp conf = usual();

	conf.rxcomp = 645e-9;
	conf.txcomp = -300e-9;
	conf.precision = 5e-6;
	conf.rxfilter = CONFIG_RXFILTER_NTP;
	conf.minpoll = -6;
	conf.maxpoll = -5;
	fresh_with(&conf);
	pass(2000);
	EXPECT(has_it && has.rxcomp_ns == 645 && has.txcomp_ns == -300);
	EXPECT(has.error_ns == 5000);
	EXPECT(has.filter == CONFIG_RXFILTER_NTP);
	EXPECT(has.valid_ms == 2000);
	EXPECT(strstr(line, "filter ntp"));
	conf = usual();
	conf.maxpoll = 20;
	fresh_with(&conf);
	pass(2000);
	EXPECT(has_it && has.valid_ms > 4000000000U);
}

/* Who uses stamps has them measured more often. */
static void polls_between_min_and_max(void)
{
	struct config_hwtimestamp conf = usual();

	conf.maxpoll = 3;
	fresh_with(&conf);
	pass(20000);
	reads = 0;
	pass(80000);
	EXPECT(reads == 10);
	reads = 0;
	for (int i = 0; i < 80; i++) {
		d.used = true;
		pass(1000);
	}
	EXPECT(reads >= 72 && reads <= 80);
}

static void more_samples_can_be_wanted(void)
{
	struct config_hwtimestamp conf = usual();

	conf.minsamples = 8;
	fresh_with(&conf);
	pass(800);
	EXPECT(!has_it && reads == 7);
	pass(200);
	EXPECT(has_it);
}

static void filters(void)
{
	static const struct {
		unsigned int knows;
		int filter;
	} rows[] = {
		{ BIT(HWTSTAMP_FILTER_NTP_ALL) | BIT(HWTSTAMP_FILTER_ALL),
		  HWTSTAMP_FILTER_NTP_ALL },
		{ BIT(HWTSTAMP_FILTER_ALL) | BIT(HWTSTAMP_FILTER_PTP_V2_EVENT),
		  HWTSTAMP_FILTER_ALL },
		{ BIT(HWTSTAMP_FILTER_PTP_V2_EVENT), HWTSTAMP_FILTER_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fresh();
		can.filters = rows[i].knows;
		pass(1000);
		EXPECT(is.sent && is.filter == rows[i].filter);
		EXPECT(has_it);
	}
	/* The last one stamps no NTP: that is said, once. */
	EXPECT(lines == 1 && strstr(line, "sent packets only") && strstr(line, "none but PTP"));
	EXPECT(has.filter == CONFIG_RXFILTER_NONE);
}

static void a_filter_that_is_refused(void)
{
	struct config_hwtimestamp conf = usual();

	fresh();
	can.filters = BIT(HWTSTAMP_FILTER_NTP_ALL) | BIT(HWTSTAMP_FILTER_ALL);
	refused_filter = HWTSTAMP_FILTER_NTP_ALL;
	pass(1);
	EXPECT(is.filter == HWTSTAMP_FILTER_ALL && d.on);
	fresh();
	refused_filter = HWTSTAMP_FILTER_ALL;
	pass(1);
	EXPECT(is.filter == HWTSTAMP_FILTER_NONE && d.on);
	/* But not when it was asked for. */
	conf.rxfilter = CONFIG_RXFILTER_NTP;
	fresh_with(&conf);
	refused_filter = HWTSTAMP_FILTER_NTP_ALL;
	pass(1);
	EXPECT(!d.on && strstr(line, "leave rxfilter out"));
}

static void a_device_that_stamps_nothing(void)
{
	fresh();
	ask_ret = -EOPNOTSUPP;
	pass(100000);
	EXPECT(lines == 1 && strstr(line, "no hardware timestamps"));
	EXPECT(!reads && !has_it);
	fresh();
	d.quiet = true;
	ask_ret = -EOPNOTSUPP;
	pass(100000);
	EXPECT(!lines);
}

/* What cannot be set now may be later; it is said once. */
static void it_is_tried_again(void)
{
	fresh();
	set_ret = -EPERM;
	pass(100000);
	EXPECT(lines == 1 && strstr(line, "as root"));
	set_ret = 0;
	open_ret = -EACCES;
	pass(33000);
	EXPECT(lines == 2 && strstr(line, "/dev/ptp3 cannot be opened") &&
	       strstr(line, "CAP_DAC_READ_SEARCH"));
	open_ret = 0;
	phc_device_look(&d, now);
	pass(1000);
	EXPECT(has_it && lines == 3);
}

static void its_clock_is_stepped(void)
{
	fresh();
	pass(60000);
	phase += 3 * S;
	pass(2001);
	EXPECT(removes == 1 && lines == 2);
	EXPECT_STR(line, "eth0: its clock /dev/ptp3 was stepped by +3.000000000 s: measured anew");
	pass(1000);
	EXPECT(has_it && llabs(stamp_error()) < 100);
	/* The same again is news again. */
	phase += 3 * S;
	pass(3000);
	EXPECT(removes == 2 && lines == 3 && has_it);
}

/* Its own error is half a microsecond. */
static void a_small_step(void)
{
	fresh();
	pass(60000);
	phase -= 5000;
	pass(3001);
	EXPECT(removes == 1 && strstr(line, "stepped by -0.000005"));
	EXPECT(llabs(stamp_error()) < 100);
}

static void one_wrong_reading_is_no_step(void)
{
	fresh();
	pass(60000);
	one_off = 50000;
	pass(10000);
	EXPECT(!removes && lines == 1);
	EXPECT(has_it && llabs(stamp_error()) < 20);
}

/* The kernel says that a stamp contradicts its own. */
static void the_kernel_doubts(void)
{
	int before;

	fresh();
	pass(60000);
	before = reads;
	phase -= S;
	phc_device_again(&d, now);
	pass(1);
	EXPECT(reads == before + 2 && removes == 1);
	pass(1000);
	EXPECT(has_it && llabs(stamp_error()) < 100);
	/* This time for nothing: all is told to it again, but not too often. */
	pass(60000);
	before = installs;
	lines = 0;
	for (int i = 0; i < 1000; i++) {
		phc_device_again(&d, now);
		pass(1);
	}
	EXPECT(installs > before && installs <= before + 10);
	EXPECT(removes == 1 && lines == 1 && strstr(line, "contradicted"));
}

static void its_clock_goes_away(void)
{
	fresh();
	pass(60000);
	read_ret = -ENODEV;
	pass(3000);
	EXPECT(removes == 1 && !d.on && strstr(line, "went away"));
	/* One that its driver made anew comes soon. */
	read_ret = 0;
	pass(4500);
	EXPECT(has_it && lines == 3);
	/* That it comes never costs little. */
	ask_ret = -ENODEV;
	read_ret = -ENODEV;
	pass(200000);
	ask_ret = 0;
	read_ret = 0;
	EXPECT(!d.on);
	phc_device_look(&d, now);
	pass(1000);
	EXPECT(has_it);
	/* From then on it may be soon again. */
	read_ret = -ENODEV;
	pass(2000);
	read_ret = 0;
	pass(4000);
	EXPECT(has_it);
}

/* The mapping ends by itself when readings fail for long. */
static void it_cannot_be_read(void)
{
	fresh();
	pass(60000);
	read_ret = -EBUSY;
	pass(2500);
	EXPECT(lines == 1);
	pass(30000);
	EXPECT(!removes && lines == 2 && strstr(line, "cannot be read"));
	read_ret = 0;
	pass(3000);
	EXPECT(lines == 3 && strstr(line, "timestamping on"));
	EXPECT(llabs(stamp_error()) < 100);
}

static void no_clock_at_all(void)
{
	fresh();
	freq = 1.5;
	pass(100000);
	EXPECT(!has_it && lines == 2);
	EXPECT(strstr(line, "does not run evenly"));
}

/* A driver that reset the device, or another program. */
static void stamping_was_changed(void)
{
	fresh();
	pass(40000);
	is.filter = HWTSTAMP_FILTER_PTP_V2_EVENT;
	pass(33000);
	EXPECT(is.filter == HWTSTAMP_FILTER_ALL && lines == 3);
	EXPECT_STR(line, "eth0: hardware timestamping on, filter all, clock /dev/ptp3");
	is = (struct stamping_mode){ 0 };
	phc_device_look(&d, now);
	pass(2);
	EXPECT(is.sent && is.filter == HWTSTAMP_FILTER_ALL);
	/* A driver that cannot tell is believed. */
	get_ret = -EOPNOTSUPP;
	is.sent = false;
	lines = 0;
	pass(100000);
	EXPECT(!lines);
}

/* More than is needed does no harm, and others may need it. */
static void more_is_stamped(void)
{
	fresh();
	can.filters |= BIT(HWTSTAMP_FILTER_NTP_ALL);
	pass(1000);
	EXPECT(is.filter == HWTSTAMP_FILTER_NTP_ALL);
	is.filter = HWTSTAMP_FILTER_ALL;
	lines = 0;
	pass(60000);
	EXPECT(is.filter == HWTSTAMP_FILTER_ALL && !lines);
	EXPECT(has.filter == CONFIG_RXFILTER_ALL);
}

static void the_module_is_gone(void)
{
	fresh();
	pass(10000);
	refusing = true;
	has_it = false;
	pass(10000);
	phase += S;
	pass(3000);
	/* It has nothing to be taken back. */
	EXPECT(!removes);
	refusing = false;
	pass(1000);
	EXPECT(has_it && llabs(stamp_error()) < 20);
	phc_device_stop(&d);
	EXPECT(!has_it && removes == 1);
}

static const struct ktap_case cases[] = {
	CASE(from_nothing_to_a_mapping),
	CASE(options_reach_the_kernel),
	CASE(polls_between_min_and_max),
	CASE(more_samples_can_be_wanted),
	CASE(filters),
	CASE(a_filter_that_is_refused),
	CASE(a_device_that_stamps_nothing),
	CASE(it_is_tried_again),
	CASE(its_clock_is_stepped),
	CASE(a_small_step),
	CASE(one_wrong_reading_is_no_step),
	CASE(the_kernel_doubts),
	CASE(its_clock_goes_away),
	CASE(it_cannot_be_read),
	CASE(no_clock_at_all),
	CASE(stamping_was_changed),
	CASE(more_is_stamped),
	CASE(the_module_is_gone),
};

KTAP_MAIN(cases)
