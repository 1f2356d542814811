// SPDX-License-Identifier: GPL-2.0-or-later
/* The notations of chrony's allow and deny. */
#include <stdio.h>

#include "../../ntsd/subnet.c"
#include "ntsd_ktap.h"

static struct subnet s;

static bool is4(const char *word, uint32_t address, unsigned int len)
{
	return subnet_parse(word, &s) == SUBNET_PREFIX && !s.v6 && s.len == len &&
	       s.key.hi == (uint64_t)address << 32 && !s.key.lo;
}

static bool is6(const char *word, uint64_t hi, uint64_t lo, unsigned int len)
{
	return subnet_parse(word, &s) == SUBNET_PREFIX && s.v6 && s.len == len &&
	       s.key.hi == hi && s.key.lo == lo;
}

static void of_ipv4(void)
{
	EXPECT(is4("1.2.3.4", 0x01020304, 32));
	EXPECT(is4("192.0.2.0/24", 0xc0000200, 24));
	EXPECT(is4("192.0.2.77/24", 0xc0000200, 24));
	EXPECT(is4("3.4.5", 0x03040500, 24));
	EXPECT(is4("1.2", 0x01020000, 16));
	EXPECT(is4("10", 0x0a000000, 8));
	EXPECT(is4("0/0", 0, 0));
	EXPECT(is4("10/7", 0x0a000000, 7));
	EXPECT(is4("172.16/12", 0xac100000, 12));
}

static void of_ipv6(void)
{
	EXPECT(is6("::1", 0, 1, 128));
	EXPECT(is6("::/0", 0, 0, 0));
	EXPECT(is6("2001:db8::/32", 0x20010db800000000, 0, 32));
	EXPECT(is6("2001:db8::ff/125", 0x20010db800000000, 0xf8, 125));
}

static void of_names(void)
{
	EXPECT(subnet_parse("ntp.example", &s) == SUBNET_NAME);
	EXPECT(subnet_parse("localhost", &s) == SUBNET_NAME);
	EXPECT(subnet_parse("3com.example", &s) == SUBNET_NAME);
}

static void that_are_none(void)
{
	static const char *const words[] = {
		"", "/", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/x", "1.2.3.4/-1",
		"1.2.3.256", "256", "1.256", "1.2.", ".1", "1..2", "1.2.3.4.5", "1000",
		"ntp.example/24", "-x", "a b", "2001:db8::%eth0", "1.2.3.4/024x", "a/0",
	};
	char longest[400];

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (subnet_parse(words[i], &s) != SUBNET_BAD) {
			printf("# \"%s\"\n", words[i]);
			EXPECT(!"is refused");
		}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	EXPECT(subnet_parse(longest, &s) == SUBNET_BAD);
}

static const struct ktap_case cases[] = {
	CASE(of_ipv4),
	CASE(of_ipv6),
	CASE(of_names),
	CASE(that_are_none),
};

KTAP_MAIN(cases)
