/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may be loaded: what was named, and nothing else. */
#ifndef NTSLOAD_TARGET_H
#define NTSLOAD_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "../../ntsd/address.h"

#define TARGET_WHY_LEN 256

enum target_class {
	TARGET_NEAR,	/* of this machine or a private network */
	TARGET_PUBLIC,
	TARGET_NOBODY,	/* no one host: multicast, broadcast, reserved */
};

/**
 * struct target - a server that was named
 * @name: as it was named; what its certificate must be for
 * @addr: what that was when it was looked up, once
 */
struct target {
	const char *name;
	struct address addr;
};

enum target_class target_classify(const struct address *addr);
bool target_find(const char *name, sa_family_t family, bool public_ok, struct target *target,
		 char *why);
const struct target *target_choose(const struct target *targets, unsigned int n,
				   const char *record);

#endif
