// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "certexpiry.h"
#include "certs.h"
#include "log.h"

#define RETRY_MS 60000
#define WARN_MS 60000
/* Whoever does not answer for so long hangs: on a network file system, say. */
#define LATE_MS 60000
/* One more process each time, which may not even be killed. */
#define LATE_RETRY_MS 1800000

static void drop(struct certs_found *f)
{
	for (int i = 0; f->there && i < 2; i++)
		if (f->fd[i] >= 0)
			close(f->fd[i]);
	memset(f, 0, sizeof(*f));
	f->fd[0] = -1;
	f->fd[1] = -1;
}

static void move(struct certs_found *to, struct certs_found *from)
{
	drop(to);
	*to = *from;
	from->there = false;
	drop(from);
}

/* Copies may not be had: of what UNUSABLE is there are none. */
static void take_found(struct certs_pair *pair, const struct certload *load,
		       int fd[2])
{
	drop(&pair->found);
	pair->found.there = true;
	pair->found.load = *load;
	pair->found.fd[0] = fd[0];
	pair->found.fd[1] = fd[1];
	fd[0] = -1;
	fd[1] = -1;
}

/* What serves, or will as soon as workers that are being started do. */
static const struct certs_found *current(const struct certs_pair *pair)
{
	return pair->starting.there ? &pair->starting : &pair->serves;
}

static bool is_current(const struct certs_pair *pair, const struct certload *load)
{
	const struct certs_found *now = current(pair);

	return now->there && load->fault != CERTLOAD_UNUSABLE &&
	       !memcmp(load->digest, now->load.digest, sizeof(load->digest));
}

static void take_fault(struct certs_pair *pair, const struct certload *load,
		       bool loud)
{
	drop(&pair->found);
	pair->state = CERTS_WAITING;
	memcpy(pair->why, load->why, sizeof(pair->why));
	if (loud)
		log_event(LOG_LEVEL_ERR, (const struct log_field[]){
				{ "NTS_EVENT", "certificate-refused" }, { } },
			  "new certificate not taken: %s; the one before goes on serving",
			  pair->why);
}

/* What the watcher says by itself, or of the configuration in force. */
static void take_change(struct certs_pair *pair,
			const struct certwatch_report *report, int fd[2])
{
	struct certload load = report->load;

	if (is_current(pair, &load)) {
		if (pair->state == CERTS_WAITING)
			log_notice("certificate and key are again those that serve: %s",
				   load.facts.names);
		pair->state = CERTS_SERVING;
		pair->why[0] = '\0';
		drop(&pair->found);
		return;
	}
	/* A watcher that just began does not know what was before. */
	if (current(pair)->there)
		certload_hold_against(&load, &current(pair)->load.facts,
				      time(NULL));
	if (load.fault == CERTLOAD_GOOD)
		take_found(pair, &load, fd);
	else
		take_fault(pair, &load, report->loud);
}

static enum certs_news take_report(struct certs *c,
				   const struct certwatch_report *report,
				   int fd[2])
{
	bool renewed = false;

	if (report->seq != c->seq)
		return CERTS_NOTHING;
	if (!report->end) {
		struct certs_pair *pair;

		pair = &c->pair[report->index % CONFIG_MAX_PAIRS];
		if (report->ordered && !c->restoring)
			take_found(pair, &report->load, fd);
		else
			take_change(pair, report, fd);
		return CERTS_NOTHING;
	}
	if (report->ordered)
		c->asked = false;
	if (report->ordered && !c->restoring)
		return CERTS_FOUND;
	for (unsigned int i = 0; i < CONFIG_MAX_PAIRS; i++)
		renewed |= c->pair[i].found.there;
	return renewed ? CERTS_RENEWED : CERTS_NOTHING;
}

static void hang_up(struct certs *c)
{
	if (c->helper.fd >= 0)
		epoll_ctl(c->epoll, EPOLL_CTL_DEL, c->helper.fd, NULL);
	helper_stop(&c->helper);
}

static bool start(struct certs *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = c->tag };

	if (!certwatch_start(&c->helper, c->user) ||
	    epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->helper.fd, &ev)) {
		log_err("no process to read certificates: %s", strerror(errno));
		hang_up(c);
		return false;
	}
	return true;
}

static enum certs_news lose(struct certs *c, uint64_t retry_ms)
{
	bool ordered = c->asked && !c->restoring;

	hang_up(c);
	c->asked = false;
	c->retry_ms = retry_ms;
	return ordered ? CERTS_FOUND : CERTS_NOTHING;
}

/**
 * certs_init() - nothing is watched yet
 * @c: filled in
 * @epoll: where to wait for news
 * @tag: of such events
 */
void certs_init(struct certs *c, int epoll, uint64_t tag)
{
	memset(c, 0, sizeof(*c));
	c->helper.fd = -1;
	c->epoll = epoll;
	c->tag = tag;
	c->retry_ms = UINT64_MAX;
}

/**
 * certs_order() - have the pairs of a configuration read, and watched
 * @c: with @user
 * @conf: names the files
 * @restore: it is the one in force already
 *
 * Return: false when there is nobody to do it; that was logged.
 */
bool certs_order(struct certs *c, const struct config *conf, bool restore)
{
	if (c->helper.fd < 0 && !start(c))
		return false;
	for (unsigned int i = 0; i < CONFIG_MAX_PAIRS; i++)
		drop(&c->pair[i].found);
	c->restoring = restore;
	c->asked = true;
	c->asked_ms = 0;
	if (!++c->seq)
		c->seq = 1;
	if (certwatch_order(&c->helper, c->seq, conf))
		return true;
	log_err("the process that reads certificates does not hear: %s",
		strerror(errno));
	hang_up(c);
	return false;
}

/**
 * certs_hear() - the watcher has something to say
 * @c: ordered
 * @now_ms: the time
 *
 * Return: what is to be done.
 */
enum certs_news certs_hear(struct certs *c, uint64_t now_ms)
{
	enum certs_news news = CERTS_NOTHING;
	struct certwatch_report report;
	int got, fd[2];

	while (c->helper.fd >= 0 && news == CERTS_NOTHING) {
		got = certwatch_take(&c->helper, &report, fd);
		if (!got)
			break;
		if (got < 0) {
			log_err("the process that reads certificates ended: it is started again, and can then read only what the user of ntsd can");
			return lose(c, now_ms + RETRY_MS);
		}
		news = take_report(c, &report, fd);
		for (int i = 0; i < 2; i++)
			if (fd[i] >= 0)
				close(fd[i]);
	}
	return news;
}

/**
 * certs_late() - give up a watcher that does not answer
 * @c: the certificates
 * @now_ms: the time
 *
 * Return: what is to be done.
 */
enum certs_news certs_late(struct certs *c, uint64_t now_ms)
{
	if (!c->asked)
		return CERTS_NOTHING;
	if (!c->asked_ms)
		c->asked_ms = now_ms;
	if (now_ms - c->asked_ms < LATE_MS)
		return CERTS_NOTHING;
	log_err("certificates and keys could not be read within %d s: new ones are looked for again in %d minutes",
		LATE_MS / 1000, LATE_RETRY_MS / 60000);
	return lose(c, now_ms + LATE_RETRY_MS);
}

/**
 * certs_wait() - wait for the answer to an order
 * @c: ordered
 * @ms: at most so long
 *
 * Return: true when it came.
 */
bool certs_wait(struct certs *c, int ms)
{
	struct pollfd pfd = { .fd = c->helper.fd, .events = POLLIN };

	while (c->asked && c->helper.fd >= 0 && poll(&pfd, 1, ms) == 1)
		certs_hear(c, 0);
	return !c->asked;
}

/**
 * certs_judge() - can those that were found be put in force?
 * @c: after CERTS_FOUND
 * @conf: that was ordered
 * @strict: there are older ones that serve, so expired ones are refused
 * @tell: is given each problem
 * @arg: for @tell
 *
 * Return: false when one of them cannot.
 */
bool certs_judge(struct certs *c, const struct config *conf, bool strict,
		 config_tell *tell, void *arg)
{
	bool ok = true;

	for (unsigned int i = 0; i < conf->n_certs; i++) {
		const struct certs_found *f = &c->pair[i].found;
		const struct config_place *place = f->load.of_key ?
			&conf->key[i].place : &conf->cert[i].place;
		bool bad = !f->there || f->load.fault == CERTLOAD_UNUSABLE ||
			   (strict && f->load.expired);

		if (!f->there)
			tell(arg, true, place->file, place->line,
			     "the certificate could not be read");
		else if (f->load.fault != CERTLOAD_GOOD)
			tell(arg, bad || f->load.expired, place->file,
			     place->line, f->load.why);
		if (f->there && f->load.remark[0])
			tell(arg, false, place->file, place->line,
			     f->load.remark);
		ok &= !bad;
	}
	return ok;
}

/**
 * certs_renewed() - are there others to be put in force?
 * @c: the certificates
 * @conf: in force
 *
 * Return: true if there are.
 */
bool certs_renewed(const struct certs *c, const struct config *conf)
{
	if (c->asked && !c->restoring)
		return false;
	for (unsigned int i = 0; i < conf->n_certs; i++)
		if (c->pair[i].found.there)
			return true;
	return false;
}

/**
 * certs_setup() - give workers what was found, and else what serves
 * @c: the certificates
 * @conf: that the workers are for
 *
 * Return: a setup with nothing else filled in, or NULL.
 */
struct worker_setup *certs_setup(struct certs *c, const struct config *conf)
{
	struct worker_setup *setup = calloc(1, sizeof(*setup));
	bool ok = setup;

	for (unsigned int i = 0; setup && i < conf->n_certs; i++) {
		struct worker_pair *to = &setup->pair[i];
		struct certs_pair *pair = &c->pair[i];
		const struct certs_found *from;

		if (pair->found.there)
			move(&pair->starting, &pair->found);
		else
			drop(&pair->starting);
		from = current(pair);
		to->cert.fd = from->there ? fcntl(from->fd[0], F_DUPFD_CLOEXEC, 3) : -1;
		to->key.fd = from->there ? fcntl(from->fd[1], F_DUPFD_CLOEXEC, 3) : -1;
		to->cert.name = strdup(conf->cert[i].path);
		to->key.name = strdup(conf->key[i].path);
		ok &= to->cert.fd >= 0 && to->key.fd >= 0 && to->cert.name &&
		      to->key.name;
		setup->n_pairs++;
	}
	if (!ok) {
		log_err("certificates cannot be given to workers: %s",
			strerror(errno));
		certs_close(setup);
		return NULL;
	}
	return setup;
}

/**
 * certs_commit() - workers serve with those of certs_setup()
 * @c: the certificates
 * @conf: in force now
 * @renewal: it was before, too
 */
void certs_commit(struct certs *c, const struct config *conf, bool renewal)
{
	for (unsigned int i = 0; i < CONFIG_MAX_PAIRS; i++) {
		struct certs_pair *pair = &c->pair[i];
		const struct tls_facts *facts = &pair->serves.load.facts;
		char until[32];

		if (i >= conf->n_certs) {
			drop(&pair->serves);
			drop(&pair->starting);
			pair->state = CERTS_NONE;
			continue;
		}
		if (!pair->starting.there)
			continue;
		move(&pair->serves, &pair->starting);
		pair->state = CERTS_SERVING;
		pair->why[0] = '\0';
		pair->warned = 0;
		c->warn_ms = 0;
		certexpiry_date(facts->not_after, until);
		if (renewal)
			log_event(LOG_LEVEL_NOTICE, (const struct log_field[]){
					{ "NTS_EVENT", "certificate-renewed" },
					{ "NTS_CERTIFICATE", conf->cert[i].path },
					{ } },
				  "certificate renewed: %s: for %.200s, by %.150s, until %s; new sessions get it",
				  conf->cert[i].path, facts->names,
				  facts->issuer, until);
		if (renewal && pair->serves.load.remark[0])
			log_warn("%s", pair->serves.load.remark);
	}
}

/**
 * certs_refuse() - workers could not start with those of certs_setup()
 * @c: the certificates
 * @why: said by the workers
 * @now_ms: the time; it is tried again later
 */
void certs_refuse(struct certs *c, const char *why, uint64_t now_ms)
{
	for (unsigned int i = 0; i < CONFIG_MAX_PAIRS; i++) {
		struct certs_pair *pair = &c->pair[i];

		if (!pair->starting.there)
			continue;
		drop(&pair->starting);
		if (!pair->serves.there)
			continue;
		pair->state = CERTS_WAITING;
		snprintf(pair->why, sizeof(pair->why), "%s", why);
	}
	c->retry_ms = now_ms + RETRY_MS;
}

/**
 * certs_tick() - the time passes: warn of what ends, and try again
 * @c: the certificates
 * @conf: in force
 * @now_ms: the time
 */
void certs_tick(struct certs *c, const struct config *conf, uint64_t now_ms)
{
	if (now_ms >= c->warn_ms) {
		c->warn_ms = now_ms + WARN_MS;
		for (unsigned int i = 0; i < conf->n_certs; i++)
			if (c->pair[i].serves.there)
				certexpiry_warn(&c->pair[i].serves.load.facts,
						conf->cert[i].path, time(NULL),
						&c->pair[i].warned);
	}
	if (now_ms >= c->retry_ms && !c->asked) {
		c->retry_ms = UINT64_MAX;
		if (conf->n_certs && !certs_order(c, conf, true))
			c->retry_ms = now_ms + RETRY_MS;
	}
}

/**
 * certs_print() - describe a pair, for ntsctl
 * @c: the certificates
 * @conf: in force
 * @index: of the pair
 * @text: filled in with lines "KEY=VALUE"
 * @size: of @text
 *
 * Return: false when there is no such pair.
 */
bool certs_print(const struct certs *c, const struct config *conf,
		 unsigned int index, char *text, size_t size)
{
	static const char *const states[] = {
		[CERTS_NONE] = "none",
		[CERTS_SERVING] = "serving",
		[CERTS_WAITING] = "waiting",
	};
	const struct certs_pair *pair = &c->pair[index];
	const struct tls_facts *f;

	if (index >= conf->n_certs)
		return false;
	f = &pair->serves.load.facts;
	snprintf(text, size,
		 "cert=%s\nkey=%s\nstate=%s\nwhy=%s\nsubject=%s\nnames=%s\nissuer=%s\nserial=%s\nfingerprint=%s\nkeytype=%s\nnot_before=%lld\nnot_after=%lld\ndays=%d\nchain=%u\n",
		 conf->cert[index].path, conf->key[index].path,
		 states[pair->state], pair->why, f->subject, f->names,
		 f->issuer, f->serial, f->fingerprint, f->key,
		 (long long)f->not_before, (long long)f->not_after,
		 certexpiry_days(f, time(NULL)), f->n_chain);
	return true;
}

/**
 * certs_stop() - watch nothing any more
 * @c: ordered or not
 */
void certs_stop(struct certs *c)
{
	hang_up(c);
	for (unsigned int i = 0; i < CONFIG_MAX_PAIRS; i++) {
		drop(&c->pair[i].found);
		drop(&c->pair[i].starting);
		drop(&c->pair[i].serves);
	}
}

/**
 * certs_close() - close what certs_setup() gave, and forget the setup
 * @setup: NULL is fine
 */
void certs_close(struct worker_setup *setup)
{
	if (!setup)
		return;
	for (unsigned int i = 0; i < setup->n_pairs; i++) {
		close(setup->pair[i].cert.fd);
		close(setup->pair[i].key.fd);
		free((char *)setup->pair[i].cert.name);
		free((char *)setup->pair[i].key.name);
	}
	explicit_bzero(setup, sizeof(*setup));
	free(setup);
}
