// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backoff.h"
#include "dump.h"
#include "log.h"
#include "source_keys.h"
#include "sources.h"

/* Try again what the kernel did not take. */
#define KERNEL_MS 60000

static const char *dump_dir(const struct source *s)
{
	return s->all->conf->dump_dir;
}

static int64_t to_s(double s)
{
	return (int64_t)s;
}

static int64_t clock_s(const struct source *s)
{
	time_t now = time(NULL);

	return now > s->all->last_time ? now : s->all->last_time;
}

static void write_file(struct source *s)
{
	struct dump dump = { .ke = s->ke_addr, .ke_time = s->ke_time,
			     .ntp = s->addr, .port = s->port, .n = s->n_held };
	char err[PATH_MAX + 128];

	if (!dump_dir(s)[0] || !s->known)
		return;
	strcpy(dump.name, s->conf.name);
	memcpy(dump.c2s, s->c2s, sizeof(dump.c2s));
	memcpy(dump.s2c, s->s2c, sizeof(dump.s2c));
	memcpy(dump.cookie, s->held, s->n_held * sizeof(*s->held));
	if (dump_save(dump_dir(s), &dump, err, sizeof(err)))
		log_warn("%s: keys are not saved: %s", s->conf.name, err);
	explicit_bzero(&dump, sizeof(dump));
}

/* Gives the kernel keys and all cookies but one for the disk. */
static bool give_keys(struct source *s, const struct ke_cookie *cookies,
		      unsigned int n, uint64_t now_ms)
{
	int64_t age_s = clock_s(s) - s->ke_time;
	unsigned int hold = n > 1 && dump_dir(s)[0];
	char err[NL_ERR_LEN];
	int ret;

	if (age_s < 0)
		age_s = 0;
	ret = nl_set_nts(s->all->nl, s->id, s->c2s, s->s2c, cookies, n - hold,
			 (uint64_t)age_s * 1000, err);
	if (ret) {
		log_err("%s: %s", s->conf.name, err);
		s->gone = ret == -ENOENT;
		s->due_ms = now_ms + KERNEL_MS;
		return false;
	}
	s->n_held = hold;
	if (hold)
		s->held[0] = cookies[n - 1];
	s->keyed = true;
	s->known = true;
	s->keyed_ms = now_ms - (uint64_t)age_s * 1000;
	s->due_ms = s->keyed_ms +
		    (uint64_t)(s->all->conf->nts_refresh_s * 1e3);
	if ((int64_t)s->due_ms < (int64_t)now_ms)
		s->due_ms = now_ms;
	return true;
}

/* Of a pool, each server has its own file. */
static bool is_anothers(const void *arg, const struct dump *dump)
{
	const struct source *s = arg;

	return sources_has(s->all, s, &dump->ke) ||
	       sources_has(s->all, s, &dump->ntp);
}

static bool is_elsewhere(const void *arg, const struct dump *dump)
{
	const struct source *s = arg;

	return !address_same(&s->addr, &dump->ntp);
}

/**
 * source_change() - change the kernel's association
 * @s: the source, which notes if there is no association any more
 * @change: how
 *
 * Return: false when that failed, which was logged.
 */
bool source_change(struct source *s, const struct nl_change *change)
{
	char err[NL_ERR_LEN];
	int ret;

	ret = nl_set_source(s->all->nl, change, &s->id, err);
	if (ret == -ENOENT && change->id)
		s->gone = true;
	else if (ret)
		log_err("%s: %s", s->conf.name, err);
	return !ret;
}

/**
 * source_make() - make the kernel's association, or tell it its options
 * @s: the source
 *
 * Return: false when that failed, which was logged.
 */
bool source_make(struct source *s)
{
	const struct config_discipline *d = &s->all->conf->discipline;
	const struct nl_change change = {
		.id = s->id, .name = s->conf.name, .conf = &s->conf,
		.min_samples = d->minsamples, .max_samples = d->maxsamples,
	};

	return source_change(s, &change);
}

/**
 * source_place() - tell the kernel where the source is
 * @s: the source; its association is made, if there is none
 * @addr: of the NTP server
 * @port: of the NTP server
 *
 * Return: false when that failed, which was logged.
 */
bool source_place(struct source *s, const struct address *addr, uint16_t port)
{
	struct nl_change change = { .addr = addr, .port = port,
				    .problem = s->problem,
				    .attempts = s->attempts };

	if (!s->id && !source_make(s))
		return false;
	change.id = s->id;
	if (!source_change(s, &change))
		return false;
	s->addr = *addr;
	s->port = port;
	return true;
}

/**
 * source_install() - take keys and cookies that a server gave
 * @s: with @got; @current is the server
 * @ntp: address of the NTP server
 * @now_ms: the time
 */
void source_install(struct source *s, const struct address *ntp,
		    uint64_t now_ms)
{
	const struct ke_response *res = &s->got.res;
	uint16_t port = res->port ? res->port : s->conf.port;
	char ke[ADDRESS_TEXT_LEN], at[ADDRESS_TEXT_LEN];

	s->problem[0] = '\0';
	s->again_ms = now_ms +
		      backoff_ms(s->attempts, s->all->conf->max_nts_retry);
	s->due_ms = s->again_ms;
	if (!source_place(s, ntp, port))
		return;
	/* No file may ever hold older keys than the kernel. */
	if (dump_dir(s)[0] && s->ke_addr.family != AF_UNSPEC)
		dump_remove(dump_dir(s), &s->ke_addr);
	s->ke_addr = s->current;
	s->ke_time = clock_s(s);
	memcpy(s->c2s, s->got.c2s, sizeof(s->c2s));
	memcpy(s->s2c, s->got.s2c, sizeof(s->s2c));
	if (!give_keys(s, res->cookie, res->n_cookies, now_ms))
		return;
	write_file(s);
	log_info("%s: NTS-KE with %s: keys and %u cookies for %s port %u",
		 s->conf.name, address_text(&s->ke_addr, ke), res->n_cookies,
		 address_text(ntp, at), port);
}

/**
 * source_load() - use keys and cookies from the disk instead of an exchange
 * @s: the source, whose association has no keys
 * @now_ms: the time
 *
 * Return: false when there are none that can be used.
 */
bool source_load(struct source *s, uint64_t now_ms)
{
	struct dump dump;
	char text[ADDRESS_TEXT_LEN];
	bool ok = false;

	if (!dump_dir(s)[0] ||
	    !dump_find(dump_dir(s), s->conf.name, is_anothers, s, &dump))
		return false;
	/* Whatever comes: its cookies are used once, so first it must go. */
	if (!dump_remove(dump_dir(s), &dump.ke)) {
		log_warn("%s: saved keys cannot be removed, so they are not used",
			 s->conf.name);
	} else if (dump.n && clock_s(s) - dump.ke_time <
		   to_s(s->all->conf->nts_refresh_s) &&
		   source_place(s, &dump.ntp, dump.port)) {
		s->ke_addr = dump.ke;
		s->ke_time = dump.ke_time;
		memcpy(s->c2s, dump.c2s, sizeof(s->c2s));
		memcpy(s->s2c, dump.s2c, sizeof(s->s2c));
		ok = give_keys(s, dump.cookie, dump.n, now_ms);
	}
	if (ok) {
		write_file(s);
		log_info("%s: saved keys and %u cookies for %s are used",
			 s->conf.name, dump.n, address_text(&s->addr, text));
	}
	explicit_bzero(&dump, sizeof(dump));
	return ok;
}

/**
 * source_recall() - learn from the disk the keys that the kernel has
 * @s: the source, whose association has keys
 * @now_ms: the time
 *
 * The kernel never tells keys; they are only needed to save them again.
 */
void source_recall(struct source *s, uint64_t now_ms)
{
	double refresh_s = s->all->conf->nts_refresh_s;
	struct dump dump;

	s->due_ms = s->keyed_ms + (uint64_t)(refresh_s * 1e3);
	if ((int64_t)s->due_ms < (int64_t)now_ms)
		s->due_ms = now_ms;
	if (!dump_dir(s)[0] ||
	    !dump_find(dump_dir(s), s->conf.name, is_elsewhere, s, &dump))
		return;
	s->known = true;
	s->ke_addr = dump.ke;
	s->ke_time = dump.ke_time;
	memcpy(s->c2s, dump.c2s, sizeof(s->c2s));
	memcpy(s->s2c, dump.s2c, sizeof(s->s2c));
	memcpy(s->held, dump.cookie, sizeof(s->held));
	s->n_held = dump.n;
	explicit_bzero(&dump, sizeof(dump));
}

/**
 * source_save() - keep half of the cookies on disk
 * @s: the source
 * @cookies: so many has the kernel; half of them is taken away from it
 */
void source_save(struct source *s, unsigned int cookies)
{
	unsigned int want = cookies / 2;
	char err[NL_ERR_LEN];
	int n;

	if (!s->known || !dump_dir(s)[0])
		return;
	if (want + s->n_held > KE_COOKIES / 2)
		want = s->n_held < KE_COOKIES / 2 ?
		       KE_COOKIES / 2 - s->n_held : 0;
	if (want) {
		n = nl_take_cookies(s->all->nl, s->id, want,
				    s->held + s->n_held, err);
		if (n > 0)
			s->n_held += n;
		else if (n < 0)
			log_warn("%s: %s", s->conf.name, err);
	}
	write_file(s);
}

/**
 * source_renew_held() - replace what is held by a fresh cookie
 * @s: the source
 *
 * Servers forget the keys that seal cookies after days or weeks.
 */
void source_renew_held(struct source *s)
{
	struct ke_cookie fresh;
	char err[NL_ERR_LEN];

	if (!s->known || !dump_dir(s)[0] ||
	    nl_take_cookies(s->all->nl, s->id, 1, &fresh, err) != 1)
		return;
	s->held[0] = fresh;
	s->n_held = 1;
	write_file(s);
}
