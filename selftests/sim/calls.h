/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the overriding calls share. */
#ifndef _SIM_CALLS_H
#define _SIM_CALLS_H

#include <dlfcn.h>
#include <stdbool.h>

#include "world.h"

#define EXPORT	__attribute__((visibility("default")))

/* The function of that name that ours hides. */
#define REAL(name)	((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* calls_time.c */
struct world *calls_world(void);
void calls_insist(bool ok, const char *what);
void calls_wait(bool (*ready)(void *arg), void *arg, simtime_t timeout);

/* calls_socket.c */
void calls_deliver(struct flight *flight);
bool calls_simulated(int fd);
bool calls_readable(int fd);

#endif /* _SIM_CALLS_H */
