/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cookie keys as the kernel tells of them, without their bytes. */
#ifndef NTSCTL_KEY_H
#define NTSCTL_KEY_H

#include <linux/nts.h>

#include "ntsctl.h"

struct key {
	uint32_t id;
	uint8_t role;
	uint16_t aead;
	uint64_t age_ms;
	uint64_t opened;
};

struct keys {
	struct key key[NTS_MAX_KEYS];
	unsigned int n;
};

int keys_read(struct ctl *ctl, struct keys *keys);
const char *key_role(const struct key *key);

#endif
