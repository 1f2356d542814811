// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "phc_device.h"

#define NS_PER_S 1e9
/* A device that cannot now may be able to later, soon or never. */
#define RETRY_MS 500
#define MAX_RETRY_MS 32000
/* Drivers forget their settings when they reset a device; others change them. */
#define CHECK_MS 32000
/* In the beginning it is read more often, to know its frequency soon. */
#define EAGER 8
#define MIN_WAIT_MS 15
/* What is known may be used until so many readings have failed. */
#define VALID_POLLS 4
#define MIN_VALID_MS 2000
/* After so many in a row it is no clock. */
#define MANY_STEPS 5
#define MANY_FAILURES 3
/* The kernel's own stamps are better than that. */
#define GAIN_MAX_NS 1000

static void say(struct phc_device *d, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same thing is said once. */
static void say(struct phc_device *d, enum log_level level, const char *fmt, ...)
{
	char text[PHC_DEVICE_TEXT_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!strcmp(text, d->told))
		return;
	strcpy(d->told, text);
	log_line(level, "%s: %s", d->name, text);
}

static uint64_t poll_ms(int poll)
{
	double ms = ldexp(1000, poll);

	return ms > MIN_WAIT_MS ? (uint64_t)ms : MIN_WAIT_MS;
}

static void remove_map(struct phc_device *d)
{
	if (d->installed)
		d->ops->remove(d->arg, d->ifindex);
	d->installed = false;
}

static void stop(struct phc_device *d)
{
	remove_map(d);
	phc_reader_close(&d->reader);
	d->on = false;
	d->announced = false;
	d->steps = 0;
	d->failures = 0;
	d->missed = false;
	phc_fit_reset(&d->fit, d->conf.maxsamples);
}

static void retry(struct phc_device *d, uint64_t now_ms)
{
	stop(d);
	d->next_ms = now_ms + d->retry_ms;
	d->retry_ms *= 2;
	if (d->retry_ms > MAX_RETRY_MS)
		d->retry_ms = MAX_RETRY_MS;
}

static const char *remedy(int ret)
{
	switch (ret) {
	case -EPERM:
	case -EACCES:
		return ": start ntsd as root, with CAP_NET_ADMIN and CAP_DAC_READ_SEARCH";
	case -ERANGE:
		return ": its driver does not know that filter, see ethtool -T: leave rxfilter out";
	case -ENODEV:
		return ": is it down? ip link set up";
	default:
		return "";
	}
}

static void say_on(struct phc_device *d)
{
	enum config_rxfilter filter = stamping_kind(d->mode.filter);
	const char *sent = d->mode.sent ? "" : ", but sent packets are not stamped";

	if (filter == CONFIG_RXFILTER_ALL || filter == CONFIG_RXFILTER_NTP)
		say(d, LOG_LEVEL_NOTICE,
		    "hardware timestamping on, filter %s, clock /dev/ptp%d%s",
		    stamping_name(filter), d->clock, sent);
	else if (d->conf.rxfilter == CONFIG_RXFILTER_BEST)
		say(d, LOG_LEVEL_WARN,
		    "hardware timestamping on for sent packets only, filter %s, clock /dev/ptp%d: of received ones the device can stamp none but PTP, those of NTP get the kernel's stamps",
		    stamping_name(filter), d->clock);
	else
		say(d, LOG_LEVEL_NOTICE,
		    "hardware timestamping on for sent packets only, filter %s, clock /dev/ptp%d",
		    stamping_name(filter), d->clock);
}

static bool set_mode(struct phc_device *d, const struct stamping *can)
{
	enum config_rxfilter wanted = d->conf.rxfilter;
	int ret;

	d->mode = stamping_choose(can, wanted);
	ret = d->ops->set(d->arg, d->name, &d->mode);
	/* Some advertise a filter that they refuse. */
	if (ret == -ERANGE && wanted == CONFIG_RXFILTER_BEST && d->mode.filter) {
		d->mode = stamping_choose(can, CONFIG_RXFILTER_ALL);
		ret = d->ops->set(d->arg, d->name, &d->mode);
	}
	if (ret == -ERANGE && wanted == CONFIG_RXFILTER_BEST && d->mode.sent) {
		d->mode = stamping_choose(can, CONFIG_RXFILTER_NONE);
		ret = d->ops->set(d->arg, d->name, &d->mode);
	}
	if (ret)
		say(d, LOG_LEVEL_ERR,
		    "hardware timestamping cannot be set, filter %s: %s%s",
		    stamping_name(stamping_kind(d->mode.filter)),
		    strerror(-ret), remedy(ret));
	return !ret;
}

static bool start(struct phc_device *d, uint64_t now_ms)
{
	struct stamping can = { 0 };
	int ret = d->ops->ask(d->arg, d->name, &can);

	d->incapable = ret == -EOPNOTSUPP;
	if (ret == -EOPNOTSUPP) {
		if (!d->quiet)
			say(d, LOG_LEVEL_WARN,
			    "the device has no hardware timestamps, see ethtool -T: the kernel's are used");
		return false;
	}
	if (ret) {
		say(d, LOG_LEVEL_ERR, "its hardware timestamping is not known: %s%s",
		    strerror(-ret), remedy(ret));
		return false;
	}
	if (!set_mode(d, &can))
		return false;
	d->clock = can.clock;
	ret = d->ops->open(&d->reader, d->clock, !d->conf.nocrossts);
	if (ret) {
		say(d, LOG_LEVEL_ERR,
		    "its clock /dev/ptp%d cannot be opened: %s%s", d->clock,
		    strerror(-ret), remedy(ret));
		return false;
	}
	d->on = true;
	d->check_ms = now_ms + CHECK_MS;
	phc_fit_reset(&d->fit, d->conf.maxsamples);
	return true;
}

static bool is_eager(const struct phc_device *d)
{
	return !d->installed || d->fit.n < EAGER;
}

static uint64_t wait_ms(const struct phc_device *d)
{
	if (is_eager(d) && d->steps < MANY_STEPS)
		return poll_ms(d->conf.minpoll - 3);
	return poll_ms(d->used ? d->conf.minpoll : d->conf.maxpoll);
}

static bool is_known(const struct phc_device *d)
{
	const struct phc_map *map = &d->fit.map;
	double grows = map->skew * (double)poll_ms(d->conf.maxpoll) * 1e6;

	if (d->fit.n < d->conf.minsamples || d->fit.n < 2)
		return false;
	return grows <= 2 * map->error + GAIN_MAX_NS || d->fit.n >= EAGER;
}

static void install(struct phc_device *d)
{
	const struct phc_map *map = &d->fit.map;
	double precision_ns = d->conf.precision * NS_PER_S;
	uint64_t valid_ms = VALID_POLLS * poll_ms(d->conf.maxpoll);
	struct nl_phc phc = {
		.ifindex = d->ifindex,
		.clock = d->clock,
		.filter = stamping_kind(d->mode.filter),
		.phc_ns = map->phc,
		.raw_ns = map->raw,
		.freq = map->freq,
		.error_ns = map->error > precision_ns ? map->error : precision_ns,
		.skew = map->skew,
		.rxcomp_ns = llround(d->conf.rxcomp * NS_PER_S),
		.txcomp_ns = llround(d->conf.txcomp * NS_PER_S),
	};

	if (valid_ms < MIN_VALID_MS)
		valid_ms = MIN_VALID_MS;
	phc.valid_ms = valid_ms;
	d->retry_ms = RETRY_MS;
	if (!d->installed)
		log_debug("%s: /dev/ptp%d is fast by %+.3f ppm, error %.0f ns, after %u %s",
			  d->name, d->clock, -map->freq * 1e6, phc.error_ns, d->fit.n,
			  phc_reader_name(d->reader.way));
	d->installed = d->ops->install(d->arg, &phc);
}

static void reset(struct phc_device *d, double miss)
{
	struct phc_sample last = d->fit.sample[0];
	unsigned int n = d->fit.n;

	remove_map(d);
	if (n > 1) {
		say(d, LOG_LEVEL_WARN,
		    "its clock /dev/ptp%d was stepped by %+.9f s: measured anew",
		    d->clock, miss / NS_PER_S);
		/* The next one is news even if it is as large. */
		d->told[0] = '\0';
	}
	d->steps++;
	if (d->steps == MANY_STEPS)
		say(d, LOG_LEVEL_ERR,
		    "its clock /dev/ptp%d does not run evenly: its timestamps are not used%s",
		    d->clock, last.delay > 1000000 ?
		    ", and reading it takes longer than 1 ms" : "");
	phc_fit_reset(&d->fit, d->conf.maxsamples);
}

static void take(struct phc_device *d, const struct phc_sample *s, uint64_t now_ms)
{
	double miss;

	if (!phc_fit_agrees(&d->fit, s, &miss)) {
		/* One alone may be wrong: it is read again at once. */
		if (!d->missed) {
			d->missed = true;
			d->next_ms = now_ms;
			return;
		}
		reset(d, miss);
	} else if (d->doubted)
		say(d, LOG_LEVEL_WARN,
		    "timestamps contradicted its clock /dev/ptp%d, which was not stepped, or packets waited for long: they were not used",
		    d->clock);
	d->missed = false;
	d->doubted = false;
	phc_fit_add(&d->fit, s);
	d->next_ms = now_ms + wait_ms(d);
	if (!is_known(d))
		return;
	d->steps = 0;
	install(d);
	d->used = false;
}

static void measure(struct phc_device *d, uint64_t now_ms)
{
	struct phc_reading reading[PHC_READER_MAX];
	int n = d->ops->read(&d->reader, reading);
	struct phc_sample sample;

	d->read_ms = now_ms;
	d->next_ms = now_ms + wait_ms(d);
	if (n > 0 && phc_fit_pick(reading, n, &sample)) {
		if (!d->announced || d->failures >= MANY_FAILURES)
			say_on(d);
		d->announced = true;
		d->failures = 0;
		take(d, &sample, now_ms);
		return;
	}
	d->failures++;
	if (n == -ENODEV || n == -ENXIO) {
		say(d, LOG_LEVEL_WARN, "its clock /dev/ptp%d went away", d->clock);
		retry(d, now_ms);
	} else if (d->failures == MANY_FAILURES) {
		say(d, LOG_LEVEL_ERR, "its clock /dev/ptp%d cannot be read: %s",
		    d->clock, n < 0 ? strerror(-n) : "no reading makes sense");
	}
}

/* A driver that reset the device may have forgotten all; another program may want else. */
static void check(struct phc_device *d, uint64_t now_ms)
{
	enum config_rxfilter was = stamping_kind(d->mode.filter);
	struct stamping_mode is;

	d->check_ms = now_ms + CHECK_MS;
	/* Some drivers cannot tell. */
	if (d->ops->get(d->arg, d->name, &is))
		return;
	if (is.sent >= d->mode.sent &&
	    (stamping_kind(is.filter) == was ||
	     stamping_kind(is.filter) == CONFIG_RXFILTER_ALL)) {
		d->mode = is;
		return;
	}
	log_warn("%s: its driver or another program changed hardware timestamping (filter %s, sent packets %s): it is set again",
		 d->name, stamping_name(stamping_kind(is.filter)),
		 is.sent ? "stamped" : "not stamped");
	d->told[0] = '\0';
	stop(d);
	d->next_ms = now_ms;
}

/**
 * phc_device_init() - begin with a device
 * @d: filled in; the caller sets @name, @ifindex and @quiet
 * @conf: the directive for it
 * @ops: the world
 * @arg: for @ops
 */
void phc_device_init(struct phc_device *d, const struct config_hwtimestamp *conf,
		     const struct phc_device_ops *ops, void *arg)
{
	memset(d, 0, sizeof(*d));
	d->conf = *conf;
	d->ops = ops;
	d->arg = arg;
	d->reader.fd = -1;
	d->retry_ms = RETRY_MS;
	phc_fit_reset(&d->fit, conf->maxsamples);
}

/**
 * phc_device_tick() - do what is due
 * @d: the device
 * @now_ms: the time; @d->next_ms is when there is more to do
 */
void phc_device_tick(struct phc_device *d, uint64_t now_ms)
{
	if (d->on && now_ms >= d->check_ms)
		check(d, now_ms);
	if (now_ms < d->next_ms)
		return;
	if (!d->on && !start(d, now_ms)) {
		retry(d, now_ms);
		return;
	}
	measure(d, now_ms);
	if (d->on && d->missed)
		measure(d, now_ms);
}

/**
 * phc_device_look() - something happened to the device: see what
 * @d: the device
 * @now_ms: the time
 */
void phc_device_look(struct phc_device *d, uint64_t now_ms)
{
	if (d->on)
		d->check_ms = now_ms;
	else
		d->next_ms = now_ms;
}

/**
 * phc_device_again() - what is known may be wrong: read the clock now
 * @d: the device
 * @now_ms: the time
 *
 * The kernel says so when a timestamp contradicts its own. If the clock is where
 * it should be, it is told the same again; but not as fast as packets may come.
 */
void phc_device_again(struct phc_device *d, uint64_t now_ms)
{
	uint64_t soonest = d->read_ms + poll_ms(d->conf.minpoll - 3);

	if (!d->on)
		return;
	d->doubted = true;
	if (soonest < now_ms)
		soonest = now_ms;
	if (d->next_ms > soonest)
		d->next_ms = soonest;
}

/**
 * phc_device_stop() - let go of it
 * @d: the device, which stamps on
 */
void phc_device_stop(struct phc_device *d)
{
	stop(d);
}
