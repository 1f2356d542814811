// SPDX-License-Identifier: GPL-2.0-or-later
/* What answers say about the clock: RFC 5905 section 7.3. */
#include "../../ntsd/clockfeed.c"
#include "ntsd_ktap.h"

static struct clockfeed feed;

static void judge(enum config_clock clock, int status, long maxerror)
{
	const struct config conf = { .clock = clock, .stratum = 5 };
	const struct timex tx = { .status = status, .maxerror = maxerror };

	clockfeed_judge(&feed, &conf, &tx, 1234567890);
}

static void synchronised_system_clock(void)
{
	judge(CONFIG_CLOCK_SYSTEM, STA_PLL, 2500);
	EXPECT(!feed.local && feed.leap == 0 && feed.stratum == 5);
	EXPECT(feed.root_dispersion_ns == 2500000);
	EXPECT(feed.reftime_ns == 1234567890);
}

static void unsynchronised_system_clock(void)
{
	judge(CONFIG_CLOCK_SYSTEM, STA_UNSYNC, 16000000);
	EXPECT(feed.leap == 3 && feed.stratum == 16);
	EXPECT(feed.root_dispersion_ns == 16000000000ULL);
}

static void leap_seconds(void)
{
	judge(CONFIG_CLOCK_SYSTEM, STA_INS, 0);
	EXPECT(feed.leap == 1 && feed.stratum == 5);
	judge(CONFIG_CLOCK_SYSTEM, STA_DEL, 0);
	EXPECT(feed.leap == 2);
	judge(CONFIG_CLOCK_SYSTEM, STA_INS | STA_UNSYNC, 0);
	EXPECT(feed.leap == 3);
	judge(CONFIG_CLOCK_LOCAL, STA_INS, 0);
	EXPECT(feed.leap == 1);
}

static void local_clock_is_vouched_for(void)
{
	judge(CONFIG_CLOCK_LOCAL, STA_UNSYNC, 16000000);
	EXPECT(feed.local && feed.leap == 0 && feed.stratum == 5);
	EXPECT(feed.root_dispersion_ns == 0);
}

static void what_cannot_wait(void)
{
	struct clockfeed other;

	judge(CONFIG_CLOCK_SYSTEM, 0, 100);
	other = feed;
	other.root_dispersion_ns++;
	other.reftime_ns++;
	EXPECT(!clockfeed_differs(&feed, &other));
	other.leap = 1;
	EXPECT(clockfeed_differs(&feed, &other));
	other = feed;
	other.stratum++;
	EXPECT(clockfeed_differs(&feed, &other));
}

static const struct ktap_case cases[] = {
	CASE(synchronised_system_clock),
	CASE(unsynchronised_system_clock),
	CASE(leap_seconds),
	CASE(local_clock_is_vouched_for),
	CASE(what_cannot_wait),
};

KTAP_MAIN(cases)
