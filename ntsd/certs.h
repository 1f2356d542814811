/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and keys as open files, which workers read. */
#ifndef NTSD_CERTS_H
#define NTSD_CERTS_H

#include "worker.h"

struct worker_setup *certs_open(const struct config *conf,
				const struct worker_setup *held,
				config_tell *tell, void *arg);
void certs_close(struct worker_setup *setup);

#endif
