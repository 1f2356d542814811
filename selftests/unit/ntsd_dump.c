// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and cookies on disk, as chrony writes and reads them. */
#include "../../ntsd/dump.c"
#include "ntsd_dir.h"

#define S2C "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define C2S "202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F"
#define HEAD "NNC0\nntp.test\n1790000000.0\n192.0.2.2 124\n0 15 " S2C " " C2S "\n"

static char err[256];

static struct dump sample(void)
{
	struct dump d = { .name = "ntp.test", .ke_time = 1790000000,
			  .port = 124, .n = 2 };

	address_parse("192.0.2.1", &d.ke);
	address_parse("192.0.2.2", &d.ntp);
	for (int i = 0; i < 32; i++) {
		d.s2c[i] = i;
		d.c2s[i] = 32 + i;
	}
	d.cookie[0].len = 100;
	memset(d.cookie[0].bytes, 0x5a, 100);
	d.cookie[1].len = 4;
	memcpy(d.cookie[1].bytes, "\1\2\3\4", 4);
	return d;
}

static bool is_elsewhere(const void *addr, const struct dump *d)
{
	return !address_same(addr, &d->ntp);
}

static void written_and_found(void)
{
	struct dump d = sample(), back;
	struct stat st;
	const char *text;

	EXPECT(!dump_save(dir, &d, err, sizeof(err)));
	EXPECT(!stat(in_dir("192.0.2.1.nts"), &st));
	EXPECT((st.st_mode & 07777) == 0600);
	text = get_file("192.0.2.1.nts");
	EXPECT(!strncmp(text, HEAD, strlen(HEAD)));
	EXPECT(strstr(text, "\n5A5A") && strstr(text, "\n01020304\n"));

	EXPECT(dump_find(dir, "NTP.test", NULL, NULL, &back));
	EXPECT(!memcmp(&d, &back, sizeof(d)));
	EXPECT(!dump_find(dir, "other.test", NULL, NULL, &back));
	EXPECT(dump_find(dir, "ntp.test", is_elsewhere, &d.ntp, &back));
	EXPECT(!dump_find(dir, "ntp.test", is_elsewhere, &d.ke, &back));
	EXPECT(dump_remove(dir, &d.ke));
	EXPECT(!dump_find(dir, "ntp.test", NULL, NULL, &back));
	/* What is gone already is gone. */
	EXPECT(dump_remove(dir, &d.ke));
	EXPECT(!dump_remove("/none/at/all", &d.ke));
}

static void as_long_as_it_gets(void)
{
	struct dump d = sample(), back;

	memset(d.name, 'n', CONFIG_NAME_MAX);
	address_parse("2001:db8::1", &d.ke);
	d.n = KE_COOKIES;
	for (unsigned int i = 0; i < d.n; i++) {
		d.cookie[i].len = KE_COOKIE_MAX;
		memset(d.cookie[i].bytes, i, KE_COOKIE_MAX);
	}
	EXPECT(!dump_save(dir, &d, err, sizeof(err)));
	EXPECT(dump_find(dir, d.name, NULL, NULL, &back));
	EXPECT(!memcmp(&d, &back, sizeof(d)));
	EXPECT(dump_remove(dir, &d.ke));
}

static void the_newest_of_several(void)
{
	struct dump d = sample(), back;

	for (int i = 0; i < 3; i++) {
		d.ke.bytes[3] = 10 + i;
		d.ke_time = 1790000000 + (i == 1);
		EXPECT(!dump_save(dir, &d, err, sizeof(err)));
	}
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &back));
	EXPECT(back.ke.bytes[3] == 11);
	for (int i = 0; i < 3; i++) {
		d.ke.bytes[3] = 10 + i;
		EXPECT(dump_remove(dir, &d.ke));
	}
}

static void chronys_own_file(void)
{
	struct dump back;

	put_file("192.0.2.1.nts", HEAD "0A0B\n0C0D");
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &back));
	EXPECT(back.n == 2 && back.cookie[1].bytes[1] == 0x0d);
	EXPECT(back.ke_time == 1790000000 && back.port == 124);
	EXPECT(back.s2c[31] == 31 && back.c2s[0] == 32);
}

static void nonsense_is_not_found(void)
{
	static const char *const bad[] = {
		"", "NNC0\n", "NNC1\nntp.test\n1.0\n192.0.2.2 124\n0 15 " S2C " " C2S,
		"NNC0\nntp.test\nx\n192.0.2.2 124\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\nnan\n192.0.2.2 124\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n-1\n192.0.2.2 124\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1e20\n192.0.2.2 124\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2 0\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2 65536\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\nntp.test 124\n0 15 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2 124\n0 30 " S2C " " C2S "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2 124\n0 15 " S2C "\n",
		"NNC0\nntp.test\n1.0\n192.0.2.2 124\n0 15 " S2C " 00\n",
		HEAD "0\n", HEAD "0A0B\nxy\n", HEAD "0A0B 0C\n",
	};
	struct dump back;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_file("192.0.2.1.nts", bad[i]);
		if (dump_find(dir, "ntp.test", NULL, NULL, &back)) {
			printf("# file %zu\n", i);
			EXPECT(!"not found");
		}
	}
	unlink(in_dir("192.0.2.1.nts"));
	put_file("ntp.test.nts", HEAD);
	put_file(".nts", HEAD);
	put_file("192.0.2.1.nts.tmp", HEAD);
	EXPECT(!dump_find(dir, "ntp.test", NULL, NULL, &back));
	EXPECT(!dump_find("/none/at/all", "ntp.test", NULL, NULL, &back));
}

static const struct ktap_case cases[] = {
	CASE(written_and_found),
	CASE(as_long_as_it_gets),
	CASE(the_newest_of_several),
	CASE(chronys_own_file),
	CASE(nonsense_is_not_found),
};

DIR_MAIN(cases)
