// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/nts.h>

#include "log.h"
#include "phc.h"
#include "phc_devices.h"
#include "sandbox.h"
#include "tsconfig.h"

/* How often it is asked whose stamps are used. */
#define USE_MS 1000
/* Of several changes of devices in a row not each one is looked at. */
#define CALM_MS 100

/* What the master sends. */
struct order {
	unsigned int n;
	struct config_hwtimestamp hwtimestamp[CONFIG_MAX_HWTIMESTAMPS];
};

/**
 * struct phc - the process
 * @user: whom to run as
 * @order: the directives
 * @nl: the kernel module
 * @fd: any socket, to ask devices by
 * @tsconfig: the newer way to set them
 * @links: what devices there are
 * @match_ms: when those are looked at
 * @devices: those that stamp
 * @use: what was counted of them
 * @n_use: how many of those
 * @use_ms: when it is counted next
 * @lost: the module is not there
 */
struct phc {
	const struct passwd *user;
	struct order order;
	struct nl *nl;
	int fd;
	struct tsconfig *tsconfig;
	struct links links;
	uint64_t match_ms;
	struct phc_devices devices;
	struct nl_phc_use use[PHC_DEVICES_MAX];
	int n_use;
	uint64_t use_ms;
	bool lost;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int do_ask(void *arg, const char *name, struct stamping *can)
{
	return stamping_ask(((struct phc *)arg)->fd, name, can);
}

static int do_set(void *arg, const char *name, struct stamping_mode *mode)
{
	struct phc *p = arg;
	int ret = tsconfig_set(p->tsconfig, name, mode);

	if (ret)
		return stamping_set(p->fd, name, mode);
	/* It may stamp more than it was asked to. */
	stamping_get(p->fd, name, mode);
	return 0;
}

static int do_get(void *arg, const char *name, struct stamping_mode *mode)
{
	return stamping_get(((struct phc *)arg)->fd, name, mode);
}

static bool do_install(void *arg, const struct nl_phc *phc)
{
	char err[NL_ERR_LEN], why[NL_ERR_LEN];
	struct phc *p = arg;

	if (!nl_set_phc(p->nl, phc, err)) {
		p->lost = false;
		return true;
	}
	/* That it is gone the master says. */
	if (!p->lost && nl_find_module(p->nl, why))
		log_err("%s", err);
	p->lost = true;
	return false;
}

static void do_remove(void *arg, uint32_t ifindex)
{
	char err[NL_ERR_LEN];

	/* It went with the device, perhaps. */
	if (nl_del_phc(((struct phc *)arg)->nl, ifindex, err))
		log_debug("%s", err);
}

static const struct phc_device_ops ops = {
	.ask = do_ask,
	.set = do_set,
	.get = do_get,
	.open = phc_reader_open,
	.read = phc_reader_read,
	.install = do_install,
	.remove = do_remove,
};

static void again(struct phc *p, uint64_t now)
{
	for (unsigned int i = 0; i < p->devices.n; i++)
		phc_device_again(p->devices.device[i], now);
}

static void take_event(void *arg, const struct nl_event *event)
{
	struct phc *p = arg;
	struct phc_device *d;

	if (event->kind == NL_EVENT_CLOCK &&
	    event->news == NTS_CLOCK_NEWS_SUSPENDED)
		again(p, now_ms());
	if (event->kind != NL_EVENT_PHC)
		return;
	d = phc_devices_find(&p->devices, event->id);
	log_debug("hardware clock of device %u: news %u", event->id, event->news);
	if (d)
		phc_device_again(d, now_ms());
}

static void count_use(struct phc *p)
{
	struct nl_phc_use use[PHC_DEVICES_MAX];
	char err[NL_ERR_LEN];
	int n = nl_get_phcs(p->nl, use, PHC_DEVICES_MAX, err);
	struct phc_device *d;

	for (int i = 0; i < n; i++) {
		bool same = false;

		for (int k = 0; k < p->n_use; k++)
			same |= p->use[k].ifindex == use[i].ifindex &&
				p->use[k].stamps == use[i].stamps;
		d = phc_devices_find(&p->devices, use[i].ifindex);
		if (d && !same)
			d->used = true;
	}
	p->n_use = n > 0 ? n : 0;
	memcpy(p->use, use, p->n_use * sizeof(*use));
}

static void on_module(struct phc *p)
{
	char err[NL_ERR_LEN];

	if (nl_news(p->nl) == NL_NEWS_CAME && nl_find_module(p->nl, err)) {
		p->lost = false;
		again(p, now_ms());
	}
}

/* Return: false when the master ended. */
static bool on_master(struct phc *p, int control)
{
	struct order order;
	ssize_t got = recv(control, &order, sizeof(order), MSG_DONTWAIT);

	if (got < 0 && errno == EAGAIN)
		return true;
	if (got != sizeof(order) || order.n > CONFIG_MAX_HWTIMESTAMPS)
		return false;
	p->order = order;
	phc_devices_configure(&p->devices, order.hwtimestamp, order.n);
	p->links.changed = true;
	return true;
}

static uint64_t tick(struct phc *p)
{
	uint64_t now = now_ms(), due;

	if (p->links.changed && now >= p->match_ms) {
		p->match_ms = now + CALM_MS;
		if (links_read(&p->links))
			phc_devices_match(&p->devices, &p->links, now);
	}
	if (p->devices.n && now >= p->use_ms) {
		p->use_ms = now + USE_MS;
		count_use(p);
	}
	due = phc_devices_tick(&p->devices, now);
	if (p->devices.n && p->use_ms < due)
		due = p->use_ms;
	if (p->links.changed && p->match_ms < due)
		due = p->match_ms;
	return due;
}

static int wait_ms(uint64_t due)
{
	uint64_t now = now_ms();

	if (due == UINT64_MAX)
		return -1;
	return due <= now ? 0 : due - now < 60000 ? (int)(due - now) : 60000;
}

static void loop(struct phc *p, int control)
{
	struct pollfd fds[] = {
		{ .fd = control, .events = POLLIN },
		{ .fd = links_fd(&p->links), .events = POLLIN },
		{ .fd = nl_news_fd(p->nl), .events = POLLIN },
	};

	for (;;) {
		int n = poll(fds, 3, wait_ms(tick(p)));

		if (n < 0 && errno != EINTR)
			return;
		if (n <= 0)
			continue;
		if (fds[0].revents && !on_master(p, control))
			return;
		if (fds[1].revents)
			links_hear(&p->links);
		if (fds[2].revents)
			on_module(p);
	}
}

static void job(void *arg, int control)
{
	struct phc *p = arg;
	char err[NL_ERR_LEN];

	p->nl = nl_open(err);
	if (!p->nl || !links_open(&p->links, err, sizeof(err))) {
		log_err("%s", err);
		return;
	}
	nl_hear_events(p->nl, take_event, p);
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		p->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	p->tsconfig = tsconfig_open();
	if (!sandbox_phc(p->user, err, sizeof(err))) {
		log_err("%s", err);
		return;
	}
	p->devices.ops = &ops;
	p->devices.arg = p;
	phc_devices_configure(&p->devices, p->order.hwtimestamp, p->order.n);
	loop(p, control);
}

static void make_order(struct order *order, const struct config *conf)
{
	memset(order, 0, sizeof(*order));
	order->n = conf->n_hwtimestamps;
	memcpy(order->hwtimestamp, conf->hwtimestamp, sizeof(order->hwtimestamp));
}

/**
 * phc_start() - start the process, while there is the right to
 * @h: filled in; its @fd is readable when the process ended
 * @conf: directives hwtimestamp
 * @user: directive user
 *
 * Return: false with errno set.
 */
bool phc_start(struct helper *h, const struct config *conf,
	       const struct passwd *user)
{
	static struct phc p;

	p.user = user;
	make_order(&p.order, conf);
	return helper_start(h, "ntsd-phc", job, &p, -1);
}

/**
 * phc_configure() - put other directives in force
 * @h: started, or not
 * @conf: directives hwtimestamp
 */
void phc_configure(struct helper *h, const struct config *conf)
{
	struct order order;

	if (h->fd < 0) {
		if (conf->n_hwtimestamps)
			log_warn("hwtimestamp takes effect at the next restart: the right to open clocks was given up");
		return;
	}
	make_order(&order, conf);
	if (send(h->fd, &order, sizeof(order), MSG_NOSIGNAL) != sizeof(order))
		log_err("hwtimestamp: the process for it does not hear: %s",
			strerror(errno));
}

/**
 * phc_hear() - the process ended
 * @h: its descriptor is readable
 */
void phc_hear(struct helper *h)
{
	helper_stop(h);
	log_err("the process for hwtimestamp ended: hardware timestamps are not used until ntsd is restarted");
}
