// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "phc_devices.h"

/* A device that was there and still is wanted. */
struct wanted {
	const struct link *link;
	const struct config_hwtimestamp *conf;
	bool quiet;
};

struct wishes {
	struct wanted at[PHC_DEVICES_MAX];
	unsigned int n;
	bool full;
};

static bool is_wished(const struct wishes *w, const struct link *link)
{
	for (unsigned int i = 0; i < w->n; i++)
		if (w->at[i].link->index == link->index)
			return true;
	return false;
}

/* What is said of a directive as a whole, once. */
static void tell(struct phc_devices *all, unsigned int i, const char *text)
{
	if (text && (!all->told[i] || strcmp(all->told[i], text)))
		log_warn("hwtimestamp %s: %s", all->conf[i].name, text);
	all->told[i] = text;
}

static void wish(struct phc_devices *all, unsigned int i, const struct links *links,
		 struct wishes *w)
{
	const struct config_hwtimestamp *conf = &all->conf[i];
	/* One more, to know that there are. */
	const struct link *found[PHC_DEVICES_MAX + 1];
	const struct link *named = links_named(links, conf->name);
	unsigned int n = links_resolve(links, conf->name, found,
				       PHC_DEVICES_MAX + 1);
	bool any = !strcmp(conf->name, "*");

	if (!any && !named)
		tell(all, i, "no such network device now, it is waited for");
	else if (!any && !n && named->kind == LINK_ON_ONE)
		tell(all, i, "the device below it is in another network namespace: name it in an ntsd there");
	else if (!any && !n)
		tell(all, i, "it has no ports now, they are waited for");
	else
		tell(all, i, NULL);
	for (unsigned int k = 0; k < n; k++) {
		if (is_wished(w, found[k]))
			continue;
		if (w->n == PHC_DEVICES_MAX) {
			w->full = true;
			return;
		}
		w->at[w->n].link = found[k];
		w->at[w->n].conf = conf;
		w->at[w->n++].quiet = any || found[k] != named;
	}
}

/* Devices named by themselves come before all the others there are. */
static void make_wishes(struct phc_devices *all, const struct links *links,
			struct wishes *w)
{
	w->n = 0;
	w->full = false;
	for (unsigned int i = 0; i < all->n_conf; i++)
		if (strcmp(all->conf[i].name, "*"))
			wish(all, i, links, w);
	for (unsigned int i = 0; i < all->n_conf; i++)
		if (!strcmp(all->conf[i].name, "*"))
			wish(all, i, links, w);
}

static void drop(struct phc_devices *all, unsigned int i)
{
	phc_device_stop(all->device[i]);
	free(all->device[i]);
	all->device[i] = all->device[--all->n];
}

static const struct wanted *still_wished(const struct wishes *w,
					 const struct phc_device *d)
{
	for (unsigned int i = 0; i < w->n; i++)
		if ((uint32_t)w->at[i].link->index == d->ifindex &&
		    !memcmp(w->at[i].conf, &d->conf, sizeof(d->conf)))
			return &w->at[i];
	return NULL;
}

static void add(struct phc_devices *all, const struct wanted *wanted)
{
	struct phc_device *d = malloc(sizeof(*d));

	if (!d) {
		log_err("%s: out of memory", wanted->link->name);
		return;
	}
	phc_device_init(d, wanted->conf, all->ops, all->arg);
	memcpy(d->name, wanted->link->name, sizeof(d->name));
	d->ifindex = wanted->link->index;
	d->quiet = wanted->quiet;
	all->device[all->n++] = d;
}

/* Nobody named them, so that none of them says that it cannot. */
static void tell_of_none(struct phc_devices *all, unsigned int i)
{
	unsigned int n = 0, incapable = 0;

	for (unsigned int k = 0; k < all->n; k++) {
		const struct phc_device *d = all->device[k];

		if (!d->quiet || strcmp(d->conf.name, all->conf[i].name))
			continue;
		n++;
		incapable += d->incapable;
	}
	if (!n || n > incapable) {
		all->none[i] = false;
	} else if (!all->none[i]) {
		all->none[i] = true;
		log_warn("hwtimestamp %s: no device there has hardware timestamps, see ethtool -T: the kernel's are used",
			 all->conf[i].name);
	}
}

/**
 * phc_devices_configure() - put directives in force
 * @all: with @ops and @arg filled in; follow this up by phc_devices_match()
 * @conf: the directives
 * @n: how many, CONFIG_MAX_HWTIMESTAMPS at most
 */
void phc_devices_configure(struct phc_devices *all,
			   const struct config_hwtimestamp *conf, unsigned int n)
{
	memcpy(all->conf, conf, n * sizeof(*conf));
	all->n_conf = n;
	memset(all->told, 0, sizeof(all->told));
	memset(all->none, 0, sizeof(all->none));
}

/**
 * phc_devices_match() - see what devices there are
 * @all: the devices
 * @links: as they are now
 * @now_ms: the time
 */
void phc_devices_match(struct phc_devices *all, const struct links *links,
		       uint64_t now_ms)
{
	static struct wishes w;
	const struct wanted *wanted;
	bool was_full = w.full;

	make_wishes(all, links, &w);
	if (w.full && !was_full)
		log_warn("more than %d devices could stamp packets: name those that are to",
			 PHC_DEVICES_MAX);
	for (unsigned int i = 0; i < all->n;) {
		struct phc_device *d = all->device[i];

		wanted = still_wished(&w, d);
		if (!wanted) {
			if (d->on)
				log_notice("%s: hardware timestamps are not used any more",
					   d->name);
			drop(all, i);
			continue;
		}
		memcpy(d->name, wanted->link->name, sizeof(d->name));
		d->quiet = wanted->quiet;
		phc_device_look(d, now_ms);
		i++;
	}
	for (unsigned int i = 0; i < w.n; i++)
		if (!phc_devices_find(all, w.at[i].link->index))
			add(all, &w.at[i]);
}

/**
 * phc_devices_find() - find a device
 * @all: the devices
 * @ifindex: of it
 *
 * Return: it, or NULL.
 */
struct phc_device *phc_devices_find(struct phc_devices *all, uint32_t ifindex)
{
	for (unsigned int i = 0; i < all->n; i++)
		if (all->device[i]->ifindex == ifindex)
			return all->device[i];
	return NULL;
}

/**
 * phc_devices_tick() - do what is due
 * @all: the devices
 * @now_ms: the time
 *
 * Return: when there is more to do.
 */
uint64_t phc_devices_tick(struct phc_devices *all, uint64_t now_ms)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int i = 0; i < all->n; i++) {
		struct phc_device *d = all->device[i];

		phc_device_tick(d, now_ms);
		if (d->next_ms < due)
			due = d->next_ms;
		if (d->on && d->check_ms < due)
			due = d->check_ms;
	}
	for (unsigned int i = 0; i < all->n_conf; i++)
		tell_of_none(all, i);
	return due;
}

/**
 * phc_devices_stop() - let go of all
 * @all: the devices
 */
void phc_devices_stop(struct phc_devices *all)
{
	while (all->n)
		drop(all, all->n - 1);
}
