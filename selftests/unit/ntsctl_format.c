// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats of numbers: what is expected is what chronyc printed. */
#include "../../tools/format.c"
#include "ntsd_ktap.h"

static void intervals(void)
{
	static const struct {
		uint32_t seconds;
		const char *want;
	} rows[] = {
		{ 0, "   0" }, { 1199, "1199" }, { 1200, " 20m" }, { 35999, "599m" },
		{ 36000, " 10h" }, { 345599, " 95h" }, { 345600, "  4d" },
		{ 86400 * 999, "999d" }, { 86400 * 1000, "  2y" }, { FORMAT_NEVER, "   -" },
		{ FORMAT_NEVER - 1, "136y" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EXPECT_STR(format_interval(rows[i].seconds).s, rows[i].want);
}

static void times(void)
{
	static const struct {
		int64_t ns;
		const char *bound;
		const char *offset;
	} rows[] = {
		{ 0, "   0ns", "   +0ns" },
		{ 1, "   1ns", "   +1ns" },
		{ 999, " 999ns", " +999ns" },
		{ 9999, "9999ns", "+9999ns" },
		{ 10000, "  10us", "  +10us" },
		{ 9999400, "9999us", "+9999us" },
		{ 9999600, "  10ms", "  +10ms" },
		{ 500000000, " 500ms", " +500ms" },
		{ 9999400000, "9999ms", "+9999ms" },
		{ 9999600000, " 10.0s", " +10.0s" },
		{ 999400000000, "999.4s", "+999.4s" },
		{ 999600000000, " 1000s", " +1000s" },
		{ 99999000000000, "99999s", "+99999s" },
		{ 100600000000000, " 1677m", " +1677m" },
		{ 5000000000000000, "83333m", "+83333m" },
		{ 30000000000000000, " 8333h", " +8333h" },
		{ 400000000000000000, " 4630d", " +4630d" },
		{ 9000000000000000000, "  285y", "  +285y" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_STR(format_bound((uint64_t)rows[i].ns).s, rows[i].bound);
		EXPECT_STR(format_offset(rows[i].ns).s, rows[i].offset);
	}
	EXPECT_STR(format_offset(-9999).s, "-9999ns");
	EXPECT_STR(format_offset(-999600000000).s, " -1000s");
	EXPECT_STR(format_offset(INT64_MIN).s, "  -292y");
	EXPECT_STR(format_bound(UINT64_MAX).s, "  585y");
}

static void exact_seconds(void)
{
	EXPECT_STR(format_seconds(0, false).s, "0.000000000");
	EXPECT_STR(format_seconds(0, true).s, "+0.000000000");
	EXPECT_STR(format_seconds(-1, true).s, "-0.000000001");
	EXPECT_STR(format_seconds(1485510557123456789, false).s, "1485510557.123456789");
	EXPECT_STR(format_seconds(INT64_MIN, false).s, "-9223372036.854775808");
}

static void frequencies(void)
{
	EXPECT(format_ppm(INT64_C(1) << 48) == 1e6);
	EXPECT(format_ppm(-(INT64_C(1) << 47)) == -5e5);
	EXPECT_STR(format_frequency(0, true).s, "    +0.000");
	EXPECT_STR(format_frequency(-0.0104, true).s, "    -0.010");
	EXPECT_STR(format_frequency(0.0104, false).s, "     0.010");
	EXPECT_STR(format_frequency(99999.4, true).s, "+99999.400");
	EXPECT_STR(format_frequency(99999.6, true).s, "   +100000");
	EXPECT_STR(format_frequency(99999.6, false).s, "    100000");
	EXPECT_STR(format_frequency(-12345000, true).s, " -12345000");
}

static void options(void)
{
	const uint32_t all = NTS_SOURCE_FLAG_NOSELECT | NTS_SOURCE_FLAG_PREFER |
			     NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_REQUIRE;

	EXPECT_STR(format_options(0, 0).s, "-----");
	EXPECT_STR(format_options(all, 0).s, "NPTR-");
	EXPECT_STR(format_options(all, ',').s, "N,P,T,R,-");
	EXPECT_STR(format_options(NTS_SOURCE_FLAG_TRUST | NTS_SOURCE_FLAG_NTS, 0).s, "--T--");
}

static void others(void)
{
	EXPECT_STR(format_refid(0x47505300).s, "GPS");
	EXPECT_STR(format_refid(0x47ff0a53).s, "GS");
	EXPECT_STR(format_refid(0x41204344).s, "A CD");
	EXPECT_STR(format_refid(0x7f7f0101).s, "");
	EXPECT_STR(format_date(0).s, "Thu Jan 01 00:00:00 1970");
	EXPECT_STR(format_date(1480087332123456789).s, "Fri Nov 25 15:22:12 2016");
	EXPECT_STR(format_date(-1).s, "Wed Dec 31 23:59:59 1969");
	EXPECT_STR(format_tests(0x3ff, ' ').s, "111 111 1111");
	EXPECT_STR(format_tests(0x2a5, ',').s, "101,010,0101");
	EXPECT_STR(format_leap(1), "Insert second");
	EXPECT_STR(format_leap(7), "Invalid");
}

static const struct ktap_case cases[] = {
	CASE(intervals),
	CASE(times),
	CASE(exact_seconds),
	CASE(frequencies),
	CASE(options),
	CASE(others),
};

KTAP_MAIN(cases)
