/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All sources of time, in agreement with the kernel's associations. */
#ifndef NTSD_SOURCES_H
#define NTSD_SOURCES_H

#include "nl.h"
#include "source.h"

/**
 * struct sources - all of them
 * @nl: the kernel
 * @conf: in force
 * @user: directive user
 * @epoll: where their processes are watched
 * @tag: or'ed to the index of a source to make its epoll data
 * @slot: the sources, NULL where there is none
 * @last_time: lower bound of the time, seconds since 1970
 * @updates: of the clock, that the kernel told last
 * @attached: the kernel has all associations
 * @look_ms: when the kernel is asked for associations that others made
 * @renew_ms: when cookies on disk are replaced by fresh ones
 */
struct sources {
	struct nl *nl;
	const struct config *conf;
	const struct passwd *user;
	int epoll;
	uint64_t tag;
	struct source *slot[CONFIG_MAX_SOURCES];
	time_t last_time;
	uint64_t updates;
	bool attached;
	uint64_t look_ms;
	uint64_t renew_ms;
};

void sources_configure(struct sources *all, const struct config *conf,
		       uint64_t now_ms);
bool sources_attach(struct sources *all, uint64_t now_ms, char *err);
void sources_detach(struct sources *all);
void sources_hear(struct sources *all, unsigned int index, uint64_t now_ms);
void sources_take_event(struct sources *all, const struct nl_event *event,
			uint64_t now_ms);
void sources_tick(struct sources *all, uint64_t now_ms);
uint64_t sources_due(const struct sources *all);
bool sources_add(struct sources *all, const struct config_source *conf,
		 uint64_t now_ms);
bool sources_delete(struct sources *all, const char *name);
void sources_refresh(struct sources *all, uint64_t now_ms);
void sources_save(struct sources *all);
void sources_forget_keys(struct sources *all);
void sources_stop(struct sources *all);

/* What a source needs of the others. */
bool sources_watch(struct sources *all, const struct source *s);
void sources_unwatch(struct sources *all, const struct source *s);
bool sources_has(const struct sources *all, const struct source *but,
		 const struct address *addr);
void sources_share(struct sources *all, const struct source *from,
		   uint64_t now_ms);
bool sources_resolves(const struct sources *all, const char *name);

#endif
