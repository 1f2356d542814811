// SPDX-License-Identifier: GPL-2.0-or-later
/* The hardware clock of a card. */
#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "fnic.h"

static bool crosststamp;
module_param(crosststamp, bool, 0644);
MODULE_PARM_DESC(crosststamp, "clocks registered from now on know both times of one moment");

static struct fnic *of_info(struct ptp_clock_info *info)
{
	return container_of(info, struct fnic, ptp_info);
}

/**
 * fnic_phc_at() - what a card's clock reads
 * @f: card
 * @raw: moment of CLOCK_MONOTONIC_RAW
 *
 * Return: ns.
 */
s64 fnic_phc_at(struct fnic *f, u64 raw)
{
	unsigned long flags;
	s64 ns;

	spin_lock_irqsave(&f->clock_lock, flags);
	ns = fnic_clock_at(&f->clock, raw);
	spin_unlock_irqrestore(&f->clock_lock, flags);
	return ns;
}

static int gettimex(struct ptp_clock_info *info, struct timespec64 *ts,
		    struct ptp_system_timestamp *sts)
{
	struct fnic *f = of_info(info);
	unsigned long flags;
	u64 raw;

	spin_lock_irqsave(&f->clock_lock, flags);
	ptp_read_system_prets(sts);
	raw = ktime_get_raw_ns();
	ptp_read_system_postts(sts);
	*ts = ns_to_timespec64(fnic_clock_at(&f->clock, raw));
	spin_unlock_irqrestore(&f->clock_lock, flags);
	return 0;
}

#ifdef FNIC_HAS_SNAPSHOT_ID
static int getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *both)
{
	struct system_time_snapshot now;

	ktime_get_snapshot_id(both->clock_id, &now);
	both->sys_systime = now.systime;
	both->sys_monoraw = now.monoraw;
	both->device = ns_to_ktime(fnic_phc_at(of_info(info), ktime_to_ns(now.monoraw)));
	return 0;
}
#else
static int getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *both)
{
	struct system_time_snapshot now;

	ktime_get_snapshot(&now);
	both->sys_realtime = now.real;
	both->sys_monoraw = now.raw;
	both->device = ns_to_ktime(fnic_phc_at(of_info(info), ktime_to_ns(now.raw)));
	return 0;
}
#endif

static int settime(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct fnic *f = of_info(info);
	unsigned long flags;

	spin_lock_irqsave(&f->clock_lock, flags);
	fnic_clock_set(&f->clock, ktime_get_raw_ns(), timespec64_to_ns(ts));
	spin_unlock_irqrestore(&f->clock_lock, flags);
	return 0;
}

/**
 * fnic_phc_step() - let a card's clock jump
 * @f: card
 * @ns: how far
 */
void fnic_phc_step(struct fnic *f, s64 ns)
{
	unsigned long flags;

	spin_lock_irqsave(&f->clock_lock, flags);
	fnic_clock_step(&f->clock, ns);
	spin_unlock_irqrestore(&f->clock_lock, flags);
}

/**
 * fnic_phc_err() - give a card's clock another frequency from now on
 * @f: card
 * @ppb: how much too fast
 */
void fnic_phc_err(struct fnic *f, s64 ppb)
{
	unsigned long flags;

	spin_lock_irqsave(&f->clock_lock, flags);
	fnic_clock_err(&f->clock, ktime_get_raw_ns(), ppb);
	spin_unlock_irqrestore(&f->clock_lock, flags);
}

static int adjtime(struct ptp_clock_info *info, s64 delta)
{
	fnic_phc_step(of_info(info), delta);
	return 0;
}

static int adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct fnic *f = of_info(info);
	unsigned long flags;

	spin_lock_irqsave(&f->clock_lock, flags);
	fnic_clock_adjust(&f->clock, ktime_get_raw_ns(), scaled_ppm);
	spin_unlock_irqrestore(&f->clock_lock, flags);
	return 0;
}

/**
 * fnic_phc_add() - register a card's clock
 * @f: card; under RTNL
 *
 * As after the reset of a driver, it has been counting for a while already,
 * from nothing that means a date.
 *
 * Return: 0 or a negative error.
 */
int fnic_phc_add(struct fnic *f)
{
	struct ptp_clock *ptp;

	if (f->ptp)
		return -EEXIST;
	f->clock.adjusted = 0;
	fnic_clock_set(&f->clock, ktime_get_raw_ns(), 1000LL * NSEC_PER_SEC * (f->index + 1));
	f->ptp_info = (struct ptp_clock_info){
		.owner = THIS_MODULE,
		.max_adj = FNIC_MAX_PPB,
		.gettimex64 = gettimex,
		.settime64 = settime,
		.adjtime = adjtime,
		.adjfine = adjfine,
		.getcrosststamp = crosststamp ? getcrosststamp : NULL,
	};
	snprintf(f->ptp_info.name, sizeof(f->ptp_info.name), "fnic%u", f->index);
	ptp = ptp_clock_register(&f->ptp_info, NULL);
	if (IS_ERR(ptp))
		return PTR_ERR(ptp);
	if (!ptp)
		return -EOPNOTSUPP;
	WRITE_ONCE(f->ptp, ptp);
	return 0;
}

/**
 * fnic_phc_remove() - take a card's clock away, and with it its stamps
 * @f: card; under RTNL
 */
void fnic_phc_remove(struct fnic *f)
{
	struct ptp_clock *ptp = f->ptp;

	WRITE_ONCE(f->ptp, NULL);
	fnic_netdev_forget_stamping(f);
	if (ptp)
		ptp_clock_unregister(ptp);
}
