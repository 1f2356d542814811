/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells systemd how it goes, sd_notify(3). */
#ifndef NTSD_NOTIFY_H
#define NTSD_NOTIFY_H

#include <stdint.h>

void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
uint64_t notify_watchdog_ms(void);

#endif
