// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony's driftfile. */
#include "../../ntsd/driftfile.c"
#include "ntsd_dir.h"

static double fast, skew;

static void chronys_format(void)
{
	EXPECT(!driftfile_write(in_dir("drift"), -12.3456789, 0.25));
	EXPECT_STR(get_file("drift"), "          -12.345679             0.250000\n");
	EXPECT(driftfile_read(in_dir("drift"), &fast, &skew));
	EXPECT(fast == -12.345679 && skew == 0.25);
}

static void nonsense_is_refused(void)
{
	static const char *const bad[] = {
		"", "1", "x 1", "1 x", "1 -1", "nan 1", "1 nan", "200000 1",
		"-200000 1", "1 inf",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_file("drift", bad[i]);
		if (driftfile_read(in_dir("drift"), &fast, &skew)) {
			printf("# \"%s\"\n", bad[i]);
			EXPECT(!"refused");
		}
	}
	EXPECT(!driftfile_read(in_dir("none"), &fast, &skew));
	EXPECT(driftfile_write("/none/drift", 1, 1));
}

static const struct ktap_case cases[] = {
	CASE(chronys_format),
	CASE(nonsense_is_refused),
};

DIR_MAIN(cases)
