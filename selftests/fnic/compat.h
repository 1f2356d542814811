/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences between kernels; Kbuild probes the headers. */
#ifndef FNIC_COMPAT_H
#define FNIC_COMPAT_H

#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/timekeeping.h>

#ifdef FNIC_HAS_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifndef FNIC_HAS_KERNEL_TS_INFO
#define kernel_ethtool_ts_info ethtool_ts_info
#endif

static inline void fnic_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*function)(struct hrtimer *timer),
				      enum hrtimer_mode mode)
{
#ifdef FNIC_HAS_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

/* One moment by two clocks. */
static inline void fnic_now(u64 *raw, s64 *real)
{
	struct system_time_snapshot now;

#ifdef FNIC_HAS_SNAPSHOT_ID
	ktime_get_snapshot_id(CLOCK_REALTIME, &now);
	*raw = ktime_to_ns(now.monoraw);
	*real = ktime_to_ns(now.systime);
#else
	ktime_get_snapshot(&now);
	*raw = ktime_to_ns(now.raw);
	*real = ktime_to_ns(now.real);
#endif
}

#endif /* FNIC_COMPAT_H */
