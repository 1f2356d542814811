/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NTSD_BACKOFF_H
#define NTSD_BACKOFF_H

#include <stdint.h>

uint64_t backoff_ms(unsigned int attempts, unsigned int max_log2_s);

#endif
