// SPDX-License-Identifier: GPL-2.0-or-later
/* Whom ntsload loads, and whom it refuses. */
#include <stdio.h>

#include "../../tools/load/target.c"
#include "ntsd_ktap.h"

static struct target t;
static char why[TARGET_WHY_LEN];

static enum target_class class_of(const char *text)
{
	struct address addr;

	EXPECT(address_parse(text, &addr));
	return target_classify(&addr);
}

static void classes(void)
{
	static const char *const near[] = {
		"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.254",
		"192.168.7.7", "169.254.1.1", "::1", "fc00::1", "fdff::1", "fe80::1", "febf::1",
	};
	static const char *const everybodys[] = {
		"8.8.8.8", "9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1",
		"192.167.1.1", "192.169.1.1", "100.64.0.1", "198.18.0.1", "223.255.255.255",
		"126.255.255.255", "128.0.0.1", "2001:db8::1", "::2", "fec0::1", "fbff::1",
	};
	static const char *const nobodys[] = {
		"0.0.0.0", "0.1.2.3", "224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255", "::", "ff02::101", "ff0e::101", "::ffff:127.0.0.1",
		"::ffff:8.8.8.8",
	};

	for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++)
		if (class_of(near[i]) != TARGET_NEAR)
			EXPECT_STR(near[i], "near");
	for (size_t i = 0; i < sizeof(everybodys) / sizeof(*everybodys); i++)
		if (class_of(everybodys[i]) != TARGET_PUBLIC)
			EXPECT_STR(everybodys[i], "public");
	for (size_t i = 0; i < sizeof(nobodys) / sizeof(*nobodys); i++)
		if (class_of(nobodys[i]) != TARGET_NOBODY)
			EXPECT_STR(nobodys[i], "nobody's");
}

static void found(void)
{
	EXPECT(target_find("127.0.0.1", AF_UNSPEC, false, &t, why));
	EXPECT_STR(t.name, "127.0.0.1");
	EXPECT(t.addr.family == AF_INET && t.addr.bytes[0] == 127);
	EXPECT(target_find("::1", AF_INET6, false, &t, why));
	EXPECT(!target_find("::1", AF_INET, false, &t, why));
	EXPECT(!strncmp(why, "::1: ", 5));
}

static void refused(void)
{
	EXPECT(!target_find("192.0.2.1", AF_UNSPEC, false, &t, why));
	EXPECT_STR(why, "192.0.2.1 is a public address: load only servers that you operate, and then say --i-operate-this-server");
	EXPECT(target_find("192.0.2.1", AF_UNSPEC, true, &t, why));
	EXPECT(!target_find("224.0.1.1", AF_UNSPEC, true, &t, why));
	EXPECT_STR(why, "224.0.1.1 is not the address of one host: name a server by its own address");
	EXPECT(!target_find("ff02::101", AF_UNSPEC, true, &t, why));
	EXPECT(!target_find("255.255.255.255", AF_UNSPEC, true, &t, why));
	/* Notations of the resolver that hide an address. */
	EXPECT(!target_find("0", AF_UNSPEC, true, &t, why));
	EXPECT(!target_find("3221225985", AF_UNSPEC, false, &t, why));
	EXPECT(!target_find("::ffff:192.0.2.1", AF_UNSPEC, true, &t, why));
}

static void named_by_nts_ke(void)
{
	struct target targets[2] = { { .name = "ntp.example" }, { .name = "192.168.1.9" } };

	EXPECT(address_parse("192.168.1.8", &targets[0].addr));
	EXPECT(address_parse("192.168.1.9", &targets[1].addr));
	EXPECT(target_choose(targets, 2, "ntp.example") == &targets[0]);
	EXPECT(target_choose(targets, 2, "NTP.example") == &targets[0]);
	EXPECT(target_choose(targets, 2, "192.168.1.8") == &targets[0]);
	EXPECT(target_choose(targets, 2, "192.168.1.9") == &targets[1]);
	EXPECT(!target_choose(targets, 1, "192.168.1.9"));
	EXPECT(!target_choose(targets, 2, "192.168.1.10"));
	EXPECT(!target_choose(targets, 2, "other.example"));
	EXPECT(!target_choose(targets, 2, "localhost"));
	EXPECT(!target_choose(targets, 2, "::ffff:192.168.1.8"));
}

static const struct ktap_case cases[] = {
	CASE(classes),
	CASE(found),
	CASE(refused),
	CASE(named_by_nts_ke),
};

KTAP_MAIN(cases)
