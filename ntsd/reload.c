// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keeper.h"
#include "log.h"
#include "module.h"
#include "notify.h"
#include "phc.h"
#include "refusal.h"
#include "reload.h"
#include "staff.h"
#include "status.h"

/* Return: false when it cannot be read; that was told. */
static bool read_config(const struct daemon *d, struct config *conf)
{
	if (!config_read(conf, d->path, log_problem, NULL))
		return false;
	conf->measure_only = d->measure_only;
	return true;
}

/**
 * reload_end() - workers were started, or were not: go on with what waited
 * @d: the daemon
 */
void reload_end(struct daemon *d)
{
	daemon_free_conf(d->conf_next);
	d->conf_next = NULL;
	d->renewing = false;
	if (d->reload_again) {
		d->reload_again = false;
		reload_begin(d);
	}
	staff_renew(d);
}

/**
 * reload_refuse() - leave all as it was
 * @d: the daemon
 */
void reload_refuse(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (d->listener_moves)
		listener_close(&d->listener_next);
	d->listener_moves = false;
	/* If it does not take it now, it is told again by and by. */
	if (d->tried && d->attached && !module_push(d, err))
		log_err("%s", err);
	d->tried = false;
	d->refused = true;
	log_err("the old configuration and certificates stay in force");
	if (d->conf->n_certs)
		certs_order(&d->certs, d->conf, true);
	notify_send("READY=1");
	status_say(d);
	reload_end(d);
}

/*
 * The kernel knows best what it takes: a port, an address, a device. Whatever is
 * denied anew is so when all of this is in force. Return: false when it is not
 * taken, which was told; reload_refuse() puts back what was.
 */
static bool try_kernel(struct daemon *d)
{
	const struct config *conf = d->conf_next;
	struct access_table table;
	char err[NL_ERR_LEN];

	if (!access_plan(&d->access, conf, &table))
		return false;
	/* One that comes later takes what it can. */
	d->tried = d->attached;
	if (d->tried && (nl_set_server(d->nl, conf, table.serves, err) ||
			 nl_set_access(d->nl, table.rule, table.n, err) ||
			 nl_set_ratelimit(d->nl, conf, err) ||
			 !timekeep_attach(d->nl, conf, err))) {
		refusal_tell(conf, d->conf, err);
		free(table.rule);
		return false;
	}
	free(table.rule);
	return true;
}

/**
 * reload_go_on() - certificates of a reload were read
 * @d: the daemon
 */
void reload_go_on(struct daemon *d)
{
	struct worker_setup *setup;

	if (!certs_judge(&d->certs, d->conf_next, true, log_problem, NULL) ||
	    !try_kernel(d)) {
		reload_refuse(d);
		return;
	}
	setup = staff_setup(d, d->conf_next, &d->listener_next);
	if (setup) {
		daemon_take_news(d, staff_start(d, setup, d->conf_next));
		return;
	}
	certs_refuse(&d->certs, strerror(errno), daemon_now_ms());
	reload_refuse(d);
}

/* What only a process that still is root, or a new one, can do. */
static void say_restart(const struct config *old, const struct config *new)
{
	const struct {
		const char *name;
		bool changed;
	} directives[] = {
		{ "user", strcmp(old->user, new->user) },
		{ "pidfile", strcmp(old->pidfile, new->pidfile) },
		{ "bindcmdaddress", strcmp(old->control, new->control) },
		{ "lock_all", old->lock_all != new->lock_all },
	};

	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++)
		if (directives[i].changed)
			log_warn("%s was changed: it takes effect when ntsd is restarted",
				 directives[i].name);
}

/**
 * reload_commit() - put it in force: the workers are ready
 * @d: the daemon
 */
void reload_commit(struct daemon *d)
{
	bool new_dir = strcmp(d->conf->dump_dir, d->conf_next->dump_dir);
	struct config *old;
	char err[NL_ERR_LEN];

	say_restart(d->conf, d->conf_next);
	/* It was written at the start, and is removed at the end. */
	memcpy(d->conf_next->pidfile, d->conf->pidfile,
	       sizeof(d->conf->pidfile));
	if (!access_configure(&d->access, d->conf_next, daemon_now_ms()))
		log_err("allow and deny: who was allowed before stays allowed");
	sources_configure(&d->sources, d->conf_next, daemon_now_ms());
	phc_configure(&d->phc, d->conf_next);
	old = d->conf;
	d->conf = d->conf_next;
	d->conf_next = NULL;
	keeper_commit(d, old);
	leapkeep_load(&d->leapkeep, d->conf, log_problem, NULL);
	daemon_free_conf(old);
	if (d->listener_moves)
		listener_close(&d->listener);
	d->listener = d->listener_next;
	d->listener_next.n = 0;
	d->tried = false;
	d->refused = false;
	daemon_configure_logs(d);
	if (new_dir)
		keeper_save(d);
	if (!module_push(d, err))
		log_err("%s", err);
	keeper_announce(d);
	log_notice("configuration reloaded");
}

/**
 * reload_begin() - read the configuration again and put it in force
 * @d: serving
 *
 * Whatever is wrong with it, what is in force stays.
 */
void reload_begin(struct daemon *d)
{
	char err[NL_ERR_LEN];

	if (d->conf_next || d->renewing || !d->serving) {
		d->reload_again = true;
		return;
	}
	status_reloading();
	d->listener_moves = false;
	d->conf_next = calloc(1, sizeof(*d->conf_next));
	if (!d->conf_next || !read_config(d, d->conf_next) ||
	    !keeper_prepare(d, d->conf_next))
		goto refuse;
	d->listener_moves = !d->conf_next->n_certs != !d->listener.n ||
			    !listener_same(d->conf, d->conf_next);
	d->listener_next = d->listener;
	if (d->listener_moves)
		d->listener_next.n = 0;
	if (d->listener_moves && d->conf_next->n_certs &&
	    !listener_move(&d->listener_next, d->conf_next, &d->listener, d->conf, err,
			   sizeof(err))) {
		refusal_tell_listener(d->conf_next, errno, err);
		goto refuse;
	}
	if (!d->conf_next->n_certs)
		reload_go_on(d);
	else if (!certs_order(&d->certs, d->conf_next, false))
		goto refuse;
	return;
refuse:
	reload_refuse(d);
}
