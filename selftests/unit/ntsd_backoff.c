// SPDX-License-Identifier: GPL-2.0-or-later
/* RFC 8915 section 4.2: how long to wait between attempts at NTS-KE. */
#include "../../ntsd/backoff.c"
#include "ntsd_ktap.h"

static void first_waits(void)
{
	EXPECT(backoff_ms(1, 19) == 10000);
	EXPECT(backoff_ms(2, 19) == 15000);
	EXPECT(backoff_ms(3, 19) == 22500);
	EXPECT(backoff_ms(4, 19) == 33750);
}

static void it_ends_at_the_ceiling(void)
{
	/* 10 * 1.5^26 is 378,767 s, 10 * 1.5^27 is more than the ceiling. */
	EXPECT(backoff_ms(27, 24) > 378700000 && backoff_ms(27, 24) < 378800000);
	EXPECT(backoff_ms(28, 24) == 432000000);
	EXPECT(backoff_ms(4000000000U, 24) == 432000000);
	EXPECT(backoff_ms(4000000000U, 19) == 432000000);
}

static void maxntsretry_caps_it(void)
{
	EXPECT(backoff_ms(5, 6) == 50625);
	EXPECT(backoff_ms(6, 6) == 64000);
	EXPECT(backoff_ms(100, 6) == 64000);
	EXPECT(backoff_ms(100, 12) == 4096000);
}

static const struct ktap_case cases[] = {
	CASE(first_waits),
	CASE(it_ends_at_the_ceiling),
	CASE(maxntsretry_caps_it),
};

KTAP_MAIN(cases)
