/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files nl*.c share; nobody else includes this. */
#ifndef NTSD_NL_INTERNAL_H
#define NTSD_NL_INTERNAL_H

#include "nl.h"
#include "nlconn.h"

struct nl_sock;
struct nlattr;

/**
 * struct nl - the connection to the kernel
 * @conn: asks and is answered
 * @news: hears what is multicast
 * @group: of the module's events, or negative
 * @samples_group: of those about each sample, or negative
 * @samples: they are wanted
 * @heard: what became of the module
 * @take: is given events
 * @arg: for @take
 */
struct nl {
	struct nlconn *conn;
	struct nl_sock *news;
	int group;
	int samples_group;
	bool samples;
	enum nl_news heard;
	nl_event_take *take;
	void *arg;
};

void nl_event_parse(struct genlmsghdr *gen, nl_event_take *take, void *arg);
bool nl_take_source(struct genlmsghdr *gen, struct nlattr **attr, struct address *addr);
int nl_dump_sources(struct nl *nl, nlconn_take *take, void *list, unsigned int *n,
		    const char *what, char *err);
void nl_parse_phc(struct genlmsghdr *gen, struct nl_event *event);

#endif
