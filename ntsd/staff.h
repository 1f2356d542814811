/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's workers: what each generation is born with, and when there is one. */
#ifndef NTSD_STAFF_H
#define NTSD_STAFF_H

#include "daemon.h"

bool staff_find_certs(struct daemon *d);
struct worker_setup *staff_setup(struct daemon *d, const struct config *conf,
				 const struct listener *listener);
void staff_set_key(const struct daemon *d, struct worker_setup *setup);
enum pool_news staff_start(struct daemon *d, struct worker_setup *setup,
			   const struct config *conf);
void staff_renew(struct daemon *d);

#endif
