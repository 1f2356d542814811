// SPDX-License-Identifier: GPL-2.0-or-later
/* Leap seconds of files: IERS's list, and zones of RFC 8536. */
#include "../../ntsd/leaplist.c"
#include "ntsd_dir.h"

#define NEW_YEAR_2017 1483228800LL

static struct leaplist list;
static char err[512];
static uint8_t zone[512];
static size_t zone_len;

static void be(uint64_t value, int octets)
{
	while (octets--)
		zone[zone_len++] = value >> (8 * octets);
}

static void header(char version, uint32_t leaps)
{
	memcpy(zone + zone_len, "TZif", 4);
	zone[zone_len + 4] = version;
	memset(zone + zone_len + 5, 0, 15);
	zone_len += 20;
	be(1, 4);	/* isutc */
	be(1, 4);	/* isstd */
	be(leaps, 4);
	be(1, 4);	/* times */
	be(1, 4);	/* types */
	be(4, 4);	/* characters */
}

static void block(int width)
{
	be(0, width);
	be(0, 1);
	be(0, 6);
	be(0x55544300, 4);
}

static bool write_zone(void)
{
	FILE *f = fopen(in_dir("zone"), "w");

	fwrite(zone, 1, zone_len, f);
	fclose(f);
	return leaplist_read_zone(&list, in_dir("zone"), err, sizeof(err));
}

/* The 32 bit half has one leap second that is a lie: it is not looked at. */
static void begin_zone(uint32_t leaps)
{
	zone_len = 0;
	header('4', 1);
	block(4);
	be(1, 4);
	be(1, 4);
	be(0, 2);
	header('4', leaps);
	block(8);
}

static void a_zone(void)
{
	int64_t at;

	begin_zone(4);
	be(78796800, 8);	/* 1972-07-01 */
	be(1, 4);
	be(94694401, 8);	/* 1973-01-01, one second later for the first */
	be(2, 4);
	be(126230401 + 0, 8);	/* 1974-01-01, when one is left out */
	be(1, 4);
	be(200000001, 8);	/* it expires */
	be(1, 4);
	EXPECT(write_zone());
	EXPECT(list.n == 4 && list.expires == 200000000);
	EXPECT(leaplist_next(&list, 78796799, &at) == 1 && at == 78796800);
	EXPECT(leaplist_next(&list, 78796800, &at) == 1 && at == 94694400);
	EXPECT(leaplist_next(&list, 94694400, &at) == 2 && at == 126230400);
	EXPECT(leaplist_next(&list, 126230400, &at) == 0 && !at);
	EXPECT(leaplist_next(&list, 200000000, &at) == 3 && !at);
	EXPECT(leaplist_tai(&list, 63072000 - 1) == 0);
	EXPECT(leaplist_tai(&list, 78796799) == 10);
	EXPECT(leaplist_tai(&list, 100000000) == 12);
	EXPECT(leaplist_tai(&list, 126230400) == 11);

	/* Cut short anywhere it is none, and what there was stays. */
	for (size_t len = zone_len; len-- > 0;) {
		zone_len = len;
		EXPECT(!write_zone() && err[0]);
	}
	EXPECT(list.n == 4);
}

static void zones_that_are_none(void)
{
	begin_zone(0);
	EXPECT(!write_zone() && strstr(err, "not a list of leap seconds"));
	begin_zone(1);
	be(78796801, 8);	/* no midnight */
	be(1, 4);
	EXPECT(!write_zone());
	begin_zone(1);
	be(78796800, 8);
	be(2, 4);		/* two at once */
	EXPECT(!write_zone());
	EXPECT(!leaplist_read_zone(&list, "right/Nowhere", err, sizeof(err)));
	EXPECT(strstr(err, "/usr/share/zoneinfo/right/Nowhere: No such file"));
	EXPECT(strstr(err, "leapseclist"));
}

static void a_published_list(void)
{
	int64_t at;

	put_file("l", "#$ 3676924800\n#@\t4000000000\n# remark\n"
		 "2272060800\t10\t# 1 Jan 1972\n2287785600 11 # 1 Jul 1972\n"
		 "\n3692217600 12\t# 1 Jan 2017\n");
	EXPECT(leaplist_read_file(&list, in_dir("l"), err, sizeof(err)));
	EXPECT(list.n == 3 && list.expires == 4000000000LL - 2208988800LL);
	EXPECT(leaplist_next(&list, NEW_YEAR_2017 - 1, &at) == 1 &&
	       at == NEW_YEAR_2017);
	EXPECT(leaplist_next(&list, NEW_YEAR_2017, &at) == 0);
	EXPECT(leaplist_next(&list, list.expires, &at) == 3);
	EXPECT(leaplist_tai(&list, NEW_YEAR_2017) == 12);
	put_file("l", "2272060800 10\n2287785600 13\n");
	EXPECT(!leaplist_read_file(&list, in_dir("l"), err, sizeof(err)));
	put_file("l", "2287785600 11\n2272060800 10\n");
	EXPECT(!leaplist_read_file(&list, in_dir("l"), err, sizeof(err)));
	put_file("l", "hello\n");
	EXPECT(!leaplist_read_file(&list, in_dir("l"), err, sizeof(err)));
	EXPECT(list.n == 3);
}

/* Where the system has both, they agree. */
static void the_lists_of_this_system(void)
{
	static struct leaplist of_zone;

	if (!leaplist_read_zone(&of_zone, "right/UTC", err, sizeof(err)) ||
	    !leaplist_read_file(&list, ZONE_DIR "/leap-seconds.list", err,
				sizeof(err))) {
		printf("# %s\n", err);
		return;
	}
	EXPECT(leaplist_tai(&of_zone, NEW_YEAR_2017) == 37);
	EXPECT(of_zone.n == list.n &&
	       !memcmp(of_zone.second, list.second, sizeof(list.second[0]) * list.n));
}

static const struct ktap_case cases[] = {
	CASE(a_zone),
	CASE(zones_that_are_none),
	CASE(a_published_list),
	CASE(the_lists_of_this_system),
};

DIR_MAIN(cases)
