/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network devices of this network namespace, and what lies on what. */
#ifndef NTSD_LINKS_H
#define NTSD_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#define LINKS_NAME_LEN 16

struct nl_sock;

/* What a device sends its packets by. */
enum link_kind {
	LINK_REAL,	/* itself */
	LINK_LOOPBACK,
	LINK_ON_ONE,	/* another: a VLAN, say */
	LINK_ON_MANY,	/* those it is the master of: a bond or bridge */
};

/**
 * struct link - a network device
 * @index: of it
 * @name: of it
 * @lower: LINK_ON_ONE: the device below, 0 if it is in another namespace
 * @master: what it is a port of, or 0
 * @up: it can send
 */
struct link {
	int index;
	char name[LINKS_NAME_LEN];
	enum link_kind kind;
	int lower;
	int master;
	bool up;
};

/**
 * struct links - all of them
 * @ask: is asked for the list
 * @news: hears that it changed
 * @at: the list as it was read last
 * @n: how many
 * @room: for so many
 * @changed: since it was read
 */
struct links {
	struct nl_sock *ask;
	struct nl_sock *news;
	struct link *at;
	unsigned int n;
	unsigned int room;
	bool changed;
};

bool links_open(struct links *l, char *err, size_t err_len);
int links_fd(const struct links *l);
void links_hear(struct links *l);
bool links_read(struct links *l);
const struct link *links_named(const struct links *l, const char *name);
unsigned int links_resolve(const struct links *l, const char *name,
			   const struct link **found, unsigned int max);
void links_close(struct links *l);

#endif
