// SPDX-License-Identifier: GPL-2.0-or-later
/* The last good time: a lower bound of what time it is. */
#include "../../ntsd/lasttime.c"
#include "ntsd_dir.h"

static void written_and_read(void)
{
	EXPECT(lasttime_read(dir) == 0);
	EXPECT(!lasttime_write(dir, 1790000000));
	EXPECT_STR(get_file("time"), "1790000000\n");
	EXPECT(lasttime_read(dir) == 1790000000);
	EXPECT(lasttime_write("/none/at/all", 1) == -ENOENT);
}

static void nonsense_is_no_time(void)
{
	static const char *const bad[] = {
		"", "\n", "x\n", "-1\n", "1790000000", "1790000000x\n",
		"4102444801\n", "99999999999999999999\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_file("time", bad[i]);
		EXPECT(lasttime_read(dir) == 0);
	}
	put_file("time", "4102444800\n");
	EXPECT(lasttime_read(dir) == 4102444800);
}

static void the_latest_is_the_bound(void)
{
	EXPECT(lasttime_bound(3, 1, 2) == 3);
	EXPECT(lasttime_bound(0, 1, 2) == 2);
	EXPECT(lasttime_bound(0, 5, 2) == 5);
	EXPECT(lasttime_built() > 1763000000);
}

static const struct ktap_case cases[] = {
	CASE(written_and_read),
	CASE(nonsense_is_no_time),
	CASE(the_latest_is_the_bound),
};

DIR_MAIN(cases)
