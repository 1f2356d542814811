// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives a virtual machine a bad oscillator: a clocksource that counts the TSC
 * but believes its frequency to be another than it is.  All clocks of the
 * kernel follow, CLOCK_MONOTONIC_RAW too, and adjtimex knows nothing of it.
 *
 *   modprobe drift ppb=80000	the clocks gain 80 us per second
 */
#include <linux/clocksource.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <asm/tsc.h>

static int ppb;
module_param(ppb, int, 0444);
MODULE_PARM_DESC(ppb, "how much too fast the clocks run, in 1e-9 (up to 10000000 either way)");

static u64 drift_read(struct clocksource *cs)
{
	return rdtsc_ordered();
}

/* Programs read the time without a system call, as they would from the TSC. */
static struct clocksource drift = {
	.name = "drift",
	.rating = 499,
	.read = drift_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
	.vdso_clock_mode = VDSO_CLOCKMODE_TSC,
	.owner = THIS_MODULE,
};

static int __init drift_init(void)
{
	if (!tsc_khz)
		return -ENODEV;
	if (abs(ppb) > 10000000)
		return -EINVAL;
	clocks_calc_mult_shift(&drift.mult, &drift.shift, tsc_khz, NSEC_PER_MSEC, 60);
	drift.mult += (s32)div_s64((s64)drift.mult * ppb, NSEC_PER_SEC);
	return __clocksource_register_scale(&drift, 1, 0);
}

static void __exit drift_exit(void)
{
	clocksource_unregister(&drift);
}

module_init(drift_init);
module_exit(drift_exit);

MODULE_DESCRIPTION("Clocksource with a frequency error, for tests");
MODULE_LICENSE("GPL");
