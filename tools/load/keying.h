/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that get keys and cookies for clients, by NTS-KE. */
#ifndef NTSLOAD_KEYING_H
#define NTSLOAD_KEYING_H

#include "client.h"
#include "options.h"
#include "target.h"

#define KEYING_WHY_LEN 512

struct keying;

/**
 * struct keyed - where clients go whose exchange is over
 * @first: the last one that came
 */
struct keyed {
	struct client *first;
};

/**
 * struct keying_figures - what was done
 * @done: exchanges that gave keys
 * @failed: that did not
 * @why: the first of those
 */
struct keying_figures {
	uint64_t done;
	uint64_t failed;
	char why[KEYING_WHY_LEN];
};

struct keying *keying_new(const struct options *o, const struct target *targets,
			  unsigned int n_targets, char *why);
void keying_ask(struct keying *k, struct client *c, struct keyed *to);
struct client *keying_take(struct keyed *keyed);
void keying_wait(struct keying *k);
bool keying_server(struct keying *k, struct address *addr, uint16_t *port);
void keying_figures(struct keying *k, struct keying_figures *figures);
void keying_free(struct keying *k);

#endif
