/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SIM_SIMTIME_H
#define _SIM_SIMTIME_H

/* Nanoseconds since the simulation began; resolves 1e-6 ns after 10,000 s. */
typedef long double simtime_t;

#endif /* _SIM_SIMTIME_H */
