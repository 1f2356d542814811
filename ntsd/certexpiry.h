/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long certificates are good for, and when to warn the operator. */
#ifndef NTSD_CERTEXPIRY_H
#define NTSD_CERTEXPIRY_H

#include "tls.h"

int certexpiry_days(const struct tls_facts *facts, time_t now);
void certexpiry_date(time_t date, char text[32]);
unsigned int certexpiry_stage(const struct tls_facts *facts, time_t now);
void certexpiry_warn(const struct tls_facts *facts, const char *path, time_t now,
		     unsigned int *warned);

#endif
