// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges, by the examples of the Monitoring Plugins' development guidelines. */
#include "../../tools/range.h"
#include "ntsd_ktap.h"

/* Is @value good by the range @text? */
static bool good(const char *text, double value)
{
	struct range range;

	EXPECT(range_read(text, &range));
	EXPECT_STR(range.text, text);
	return !range_alarms(&range, value);
}

static void examples(void)
{
	EXPECT(good("10", 0) && good("10", 10) && !good("10", 10.5) && !good("10", -1));
	EXPECT(good("10:", 10) && good("10:", 1e9) && !good("10:", 9.9));
	EXPECT(good("~:10", -1e9) && good("~:10", 10) && !good("~:10", 11));
	EXPECT(good("10:20", 10) && good("10:20", 20) && !good("10:20", 9) &&
	       !good("10:20", 21));
	EXPECT(good("@10:20", 9) && good("@10:20", 21) && !good("@10:20", 10));
	EXPECT(good("0.05", 0.05) && !good("0.05", 0.051));
	EXPECT(good("~:", 1e300) && good("~:", -1e300));
	EXPECT(good("-2:-1", -1.5) && !good("-2:-1", 0));
}

static void refused(void)
{
	static const char * const wrong[] = {
		"", ":", "a", "1a", "1:a", "20:10", "-1", "nan", "inf", "@", "~", "1:2:3", " 1 ",
		"0.0000000000000000000000000000000000000000000000001",
	};
	struct range range;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (range_read(wrong[i], &range))
			EXPECT_STR(wrong[i], "to be refused");
}

static const struct ktap_case cases[] = {
	CASE(examples),
	CASE(refused),
};

KTAP_MAIN(cases)
