/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the addresses of a name, in a process that may wait for name servers. */
#ifndef NTSD_RESOLVER_H
#define NTSD_RESOLVER_H

#include "address.h"
#include "config.h"
#include "helper.h"

#define RESOLVER_MAX 16
#define RESOLVER_WHY_LEN 128
/* Longer than libc asks its servers by default. */
#define RESOLVER_TIMEOUT_MS 40000

/**
 * struct resolver_answer - what is known of a name
 * @n: how many addresses, by preference; 0 when there are none
 * @addr: the addresses
 * @why: then, why not
 */
struct resolver_answer {
	unsigned int n;
	struct address addr[RESOLVER_MAX];
	char why[RESOLVER_WHY_LEN];
};

bool resolver_start(struct helper *h, const char *name,
		    enum config_family family, const struct passwd *user);
bool resolver_hear(struct helper *h, struct resolver_answer *answer);

#endif
