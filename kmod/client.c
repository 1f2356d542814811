// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of a network namespace: its associations, its clock, and the one
 * work item in which polls, answers and steering happen one after the other.
 * The work is read from client_work(), last before the entry points.
 */
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "client.h"
#include "compat.h"

static struct workqueue_struct *client_wq;

static bool steers(const struct nts_client *client)
{
	return client->steer && net_eq(client->nn->net, &init_net);
}

/* Shows the discipline's clock to those who may not take the lock. */
static void publish(struct nts_client *client, s64 raw)
{
	static const s64 ahead = 1000 * NSEC_PER_SEC;
	const struct nts_discipline *d = &client->discipline;
	struct nts_timescale timescale = { .valid = d->synchronised && client->n };

	if (timescale.valid) {
		timescale.map = d->map;
		timescale.smooth = d->smooth;
		timescale.updated = d->update_raw;
		timescale.raw = raw;
		nts_discipline_quality(d, raw, &timescale.quality);
		timescale.root_dispersion = nts_discipline_dispersion(d, raw);
		timescale.growth =
			nts_fixed_freq(nts_discipline_dispersion(d, raw + ahead) -
				       timescale.root_dispersion, ahead);
	}
	nts_clock_publish(client->nn, &timescale);
}

static void announce_selection(struct nts_client *client)
{
	struct nts_assoc *now = nts_client_selected(client), *before;
	u32 id = now ? now->id : 0;

	if (id == client->selected)
		return;
	before = nts_client_find(client, client->selected);
	client->selected = id;
	if (now) {
		strscpy(client->reference.name, now->name, sizeof(client->reference.name));
		client->reference.address = now->address;
		nts_notify_source(now, NTS_SOURCE_NEWS_SELECTED, 0);
	} else if (before) {
		nts_notify_source(before, NTS_SOURCE_NEWS_UNSELECTED, 0);
	}
}

static void announce_falsetickers(struct nts_client *client)
{
	struct nts_assoc *assoc;
	bool is_false;

	list_for_each_entry(assoc, &client->assocs, list) {
		is_false = assoc->source.state == NTS_SOURCE_STATE_FALSETICKER;
		if (is_false == assoc->was_false)
			continue;
		/* Once said to be false, it is until it is selectable. */
		if (!is_false && assoc->source.state < NTS_SOURCE_STATE_NONPREFERRED)
			continue;
		assoc->was_false = is_false;
		nts_notify_source(assoc, is_false ? NTS_SOURCE_NEWS_FALSETICKER :
				  NTS_SOURCE_NEWS_TRUECHIMER, assoc->last.any.offset);
	}
}

static void announce(struct nts_client *client, u32 what)
{
	const struct nts_discipline *d = &client->discipline;
	struct nts_net *nn = client->nn;

	announce_selection(client);
	announce_falsetickers(client);
	if (what & NTS_DISCIPLINE_SYNCHRONISED)
		nts_notify_clock(nn, NTS_CLOCK_NEWS_SYNCHRONISED, d->last_offset, 0);
	if (what & NTS_DISCIPLINE_LOST)
		nts_notify_clock(nn, NTS_CLOCK_NEWS_UNSYNCHRONISED, 0, 0);
	/* Each sample is refused until one fits: once is enough to be told. */
	if (what & (NTS_DISCIPLINE_MAXCHANGE | NTS_DISCIPLINE_GAVE_UP) && !client->refused)
		nts_notify_clock(nn, NTS_CLOCK_NEWS_REFUSED, d->refused, 0);
	if (what & (NTS_DISCIPLINE_MAXCHANGE | NTS_DISCIPLINE_GAVE_UP))
		client->refused = true;
	else if (what & NTS_DISCIPLINE_UPDATED)
		client->refused = false;
	if (what & NTS_DISCIPLINE_LEAP)
		nts_notify_clock(nn, NTS_CLOCK_NEWS_LEAP, 0, 0);
	if (what & NTS_DISCIPLINE_AUTH)
		nts_notify_clock(nn, d->plain ? NTS_CLOCK_NEWS_PLAIN_FALLBACK :
				 NTS_CLOCK_NEWS_AUTHENTICATED_AGAIN, 0, 0);
}

/**
 * nts_client_update() - let the discipline see what is new
 * @client: the client
 * @which: index of the source with a new sample; negative to choose afresh
 * @raw: now
 *
 * Context: process, @client->lock held.
 */
void nts_client_update(struct nts_client *client, int which, s64 raw)
{
	u32 what;

	lockdep_assert_held(&client->lock);
	client->discipline.config.select.orphan = nts_clock_orphan(client->nn);
	what = nts_discipline_update(&client->discipline, client->source, client->n,
				     which, raw);
	publish(client, raw);
	announce(client, what);
	/* The system clock has another course to follow. */
	if (what)
		client->adjuster.next = raw;
}

/* What an interleaved answer may refer to. */
static void forget_exchanges(struct nts_client *client)
{
	struct nts_assoc *assoc;

	list_for_each_entry(assoc, &client->assocs, list)
		memset(&assoc->previous, 0, sizeof(assoc->previous));
}

/* The raw clock stands still while the machine sleeps. */
static void check_sleep(struct nts_client *client, s64 raw)
{
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns(), gap = slept - client->slept;

	/* The two are read one after the other. */
	if (gap < NSEC_PER_SEC)
		return;
	client->slept = slept;
	nts_discipline_suspend(&client->discipline, client->source, client->n, raw, gap);
	forget_exchanges(client);
	publish(client, raw);
	nts_notify_clock(client->nn, NTS_CLOCK_NEWS_SUSPENDED, 0, (u64)gap);
	client->adjuster.next = raw;
}

static void set_timer(struct nts_client *client)
{
	s64 next = nts_discipline_next(&client->discipline), wait;
	struct nts_assoc *assoc;

	list_for_each_entry(assoc, &client->assocs, list)
		next = min(next, assoc->poll.next);
	if (steers(client))
		next = min(next, client->adjuster.next);
	if (next == NTS_POLL_NEVER)
		return;
	wait = max(next - (s64)ktime_get_raw_ns(), 0LL);
	hrtimer_start(&client->timer, ns_to_ktime(wait), HRTIMER_MODE_REL);
}

static void client_work(struct work_struct *work)
{
	struct nts_client *client = container_of(work, struct nts_client, work);
	struct nts_assoc *assoc;
	s64 raw;

	mutex_lock(&client->lock);
	raw = ktime_get_raw_ns();
	check_sleep(client, raw);
	list_for_each_entry(assoc, &client->assocs, list)
		nts_assoc_receive(assoc);
	list_for_each_entry(assoc, &client->assocs, list) {
		if (raw >= assoc->poll.next)
			nts_assoc_poll(assoc, raw);
	}
	raw = ktime_get_raw_ns();
	if (raw >= nts_discipline_next(&client->discipline))
		nts_client_update(client, -1, raw);
	if (steers(client) && raw >= client->adjuster.next)
		nts_adjust_run(client);
	set_timer(client);
	mutex_unlock(&client->lock);
}

static enum hrtimer_restart timer_expired(struct hrtimer *timer)
{
	nts_client_wake(container_of(timer, struct nts_client, timer));
	return HRTIMER_NORESTART;
}

/**
 * nts_client_wake() - have the client look what there is to do
 * @client: the client
 *
 * Context: any.
 */
void nts_client_wake(struct nts_client *client)
{
	queue_work(client_wq, &client->work);
}

/**
 * nts_client_find() - find an association
 * @client: the client
 * @id: of the association
 *
 * Context: process, @client->lock held.
 *
 * Return: it, or NULL.
 */
struct nts_assoc *nts_client_find(struct nts_client *client, u32 id)
{
	struct nts_assoc *assoc;

	lockdep_assert_held(&client->lock);
	list_for_each_entry(assoc, &client->assocs, list) {
		if (assoc->id == id)
			return assoc;
	}
	return NULL;
}

/**
 * nts_client_selected() - the association the clock follows
 * @client: the client
 *
 * Context: process, @client->lock held.
 *
 * Return: it, or NULL.
 */
struct nts_assoc *nts_client_selected(struct nts_client *client)
{
	int selected = client->discipline.select.selected;

	lockdep_assert_held(&client->lock);
	return selected >= 0 && selected < (int)client->n ?
	       nts_assoc_of(client->source[selected]) : NULL;
}

/**
 * nts_client_add() - take an association in
 * @client: the client
 * @assoc: gets its id
 *
 * Context: process, @client->lock held.
 *
 * Return: 0, or -ENOSPC.
 */
int nts_client_add(struct nts_client *client, struct nts_assoc *assoc)
{
	lockdep_assert_held(&client->lock);
	if (client->n == NTS_MAX_SOURCES)
		return -ENOSPC;
	if (!client->n)
		net_enable_timestamp();
	assoc->id = ++client->last_id;
	list_add_tail(&assoc->list, &client->assocs);
	client->source[client->n++] = &assoc->source;
	client->generation++;
	nts_notify_source(assoc, NTS_SOURCE_NEWS_ADDED, 0);
	return 0;
}

/**
 * nts_client_remove() - end an association
 * @client: the client
 * @assoc: freed
 *
 * Context: process, @client->lock held. May sleep.
 */
void nts_client_remove(struct nts_client *client, struct nts_assoc *assoc)
{
	struct nts_select *select = &client->discipline.select;
	int gone = 0, i;

	lockdep_assert_held(&client->lock);
	while (client->source[gone] != &assoc->source)
		gone++;
	client->n--;
	for (i = gone; i < (int)client->n; i++)
		client->source[i] = client->source[i + 1];
	if (select->selected == gone)
		select->selected = -1;
	else if (select->selected > gone)
		select->selected--;
	list_del(&assoc->list);
	client->generation++;
	if (client->selected == assoc->id) {
		nts_notify_source(assoc, NTS_SOURCE_NEWS_UNSELECTED, 0);
		client->selected = 0;
	}
	nts_notify_source(assoc, NTS_SOURCE_NEWS_REMOVED, 0);
	nts_assoc_free(assoc);
	if (!client->n)
		net_disable_timestamp();
	nts_client_update(client, -1, ktime_get_raw_ns());
}

/**
 * nts_client_configure() - change how the clock is disciplined
 * @client: the client
 * @config: copied
 * @steer: steer the system clock, or measure only
 *
 * Context: process, @client->lock held.
 */
void nts_client_configure(struct nts_client *client,
			  const struct nts_discipline_config *config, bool steer)
{
	s64 raw = ktime_get_raw_ns();

	lockdep_assert_held(&client->lock);
	nts_discipline_configure(&client->discipline, config);
	if (steers(client) && !steer)
		nts_adjust_stop(client);
	if (steer && !client->steer)
		client->adjuster.next = raw;
	client->steer = steer;
	nts_client_update(client, -1, raw);
}

/**
 * nts_client_drift() - begin with a known frequency
 * @client: the client
 * @freq: of true time against the raw clock, 2^-48
 * @skew: bound of its error, 2^-48
 *
 * Without effect once the clock was updated: then more is known.
 *
 * Context: process, @client->lock held.
 */
void nts_client_drift(struct nts_client *client, s64 freq, s64 skew)
{
	struct nts_discipline *d = &client->discipline;
	struct nts_discipline_config config = d->config;
	s64 raw, real;

	lockdep_assert_held(&client->lock);
	if (d->updates)
		return;
	nts_clock_snapshot(&raw, &real);
	nts_discipline_init(d, &config, raw, real, freq, skew);
}

/**
 * nts_client_reset() - forget all samples
 * @client: the client
 *
 * Context: process, @client->lock held.
 */
void nts_client_reset(struct nts_client *client)
{
	struct nts_assoc *assoc;

	lockdep_assert_held(&client->lock);
	list_for_each_entry(assoc, &client->assocs, list)
		nts_source_reset(&assoc->source);
	forget_exchanges(client);
	nts_client_update(client, -1, ktime_get_raw_ns());
}

static struct nts_client *client_new(struct nts_net *nn)
{
	struct nts_client *client = kvzalloc(sizeof(*client), GFP_KERNEL);
	struct nts_discipline_config config;
	s64 raw, real;

	if (!client)
		return NULL;
	client->nn = nn;
	client->generation = 1;
	mutex_init(&client->lock);
	INIT_LIST_HEAD(&client->assocs);
	INIT_WORK(&client->work, client_work);
	nts_hrtimer_setup(&client->timer, timer_expired, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	client->slept = ktime_get_boottime_ns() - ktime_get_ns();

	nts_discipline_defaults(&config);
	nts_clock_snapshot(&raw, &real);
	nts_discipline_init(&client->discipline, &config, raw, real, 0, 0);
	nts_steer_init(&client->adjuster.steer);
	client->adjuster.next = NTS_POLL_NEVER;
	return client;
}

/**
 * nts_client_lock() - get hold of the client of a namespace
 * @nn: the network namespace; its client is made when first needed
 *
 * Context: process.
 *
 * Return: the client, its lock and that of @nn held, or NULL without memory.
 */
struct nts_client *nts_client_lock(struct nts_net *nn)
{
	mutex_lock(&nn->lock);
	if (!nn->client)
		nn->client = client_new(nn);
	if (!nn->client) {
		mutex_unlock(&nn->lock);
		return NULL;
	}
	mutex_lock(&nn->client->lock);
	return nn->client;
}

/**
 * nts_client_unlock() - let go of the client, which looks what is to be done
 * @client: as nts_client_lock() returned
 *
 * Context: process.
 */
void nts_client_unlock(struct nts_client *client)
{
	mutex_unlock(&client->lock);
	mutex_unlock(&client->nn->lock);
	nts_client_wake(client);
}

/**
 * nts_client_free() - end the client of a namespace that goes away
 * @nn: out of everybody's reach
 *
 * Context: process.
 */
void nts_client_free(struct nts_net *nn)
{
	struct nts_client *client = nn->client;
	struct nts_assoc *assoc, *next;

	if (!client)
		return;
	nn->client = NULL;
	/* Associations first: their hooks wake the work, which sets the timer. */
	mutex_lock(&client->lock);
	list_for_each_entry_safe(assoc, next, &client->assocs, list)
		nts_client_remove(client, assoc);
	if (steers(client))
		nts_adjust_stop(client);
	client->steer = false;
	mutex_unlock(&client->lock);
	hrtimer_cancel(&client->timer);
	cancel_work_sync(&client->work);
	hrtimer_cancel(&client->timer);
	kvfree(client);
}

int __init nts_client_init(void)
{
	/* Unbound: a poll must not wait for what else its CPU has to do. */
	client_wq = alloc_workqueue("nts", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!client_wq)
		return -ENOMEM;
	nts_adjust_init();
	return 0;
}

void nts_client_exit(void)
{
	destroy_workqueue(client_wq);
}
