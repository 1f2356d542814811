// SPDX-License-Identifier: GPL-2.0-or-later
/* Each event of the kernel is one clear line. */
#include "../../ntsd/events.c"
#include "ntsd_ktap.h"

static char text[EVENTS_TEXT_LEN];

static const char *source(unsigned int news, const char *addr)
{
	struct nl_event event = { .kind = NL_EVENT_SOURCE, .news = news,
				  .offset_ns = -1500000000 };

	strcpy(event.name, "ntp.test");
	if (addr)
		EXPECT(address_parse(addr, &event.addr));
	events_text(&event, text);
	return text;
}

static const char *clock_news(unsigned int news)
{
	const struct nl_event event = { .kind = NL_EVENT_CLOCK, .news = news,
					.offset_ns = -2500000000,
					.duration_ns = 64000000000 };

	events_text(&event, text);
	return text;
}

static void sources_by_name_and_address(void)
{
	EXPECT_STR(source(NTS_SOURCE_NEWS_SELECTED, "192.0.2.1"),
		   "ntp.test (192.0.2.1): selected");
	EXPECT_STR(source(NTS_SOURCE_NEWS_SELECTED, "2001:db8::1"),
		   "ntp.test (2001:db8::1): selected");
	EXPECT_STR(source(NTS_SOURCE_NEWS_SELECTED, NULL), "ntp.test: selected");
	EXPECT(strstr(source(NTS_SOURCE_NEWS_FALSETICKER, NULL), "falseticker"));
	EXPECT(strstr(source(NTS_SOURCE_NEWS_UNREACHABLE, NULL), "unreachable"));
	EXPECT(strstr(source(NTS_SOURCE_NEWS_NAK, NULL), "NAK"));
	EXPECT(strstr(source(NTS_SOURCE_NEWS_KOD_DENY, NULL), "DENY"));
	EXPECT(strstr(source(NTS_SOURCE_NEWS_KOD_RATE, NULL), "RATE"));
	EXPECT(strstr(source(NTS_SOURCE_NEWS_STEP, NULL), "-1.500000 s"));
}

static void the_clock(void)
{
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_STEPPED), "-2.500000000 s"));
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_FOREIGN), "64 s"));
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_FOREIGN), "another program"));
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_REFUSED), "maxchange"));
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_PLAIN_FALLBACK), "fallback"));
	EXPECT(strstr(clock_news(NTS_CLOCK_NEWS_SUSPENDED), "64.000 s"));
}

/* Nothing the kernel can say lacks a line, and none is said twice. */
static void all_have_words(void)
{
	char seen[64][EVENTS_TEXT_LEN];
	unsigned int n = 0;

	for (unsigned int i = 0; i <= NTS_SOURCE_NEWS_REMOVED; i++)
		strcpy(seen[n++], source(i, NULL));
	for (unsigned int i = 0; i <= NTS_CLOCK_NEWS_SUSPENDED; i++)
		strcpy(seen[n++], clock_news(i));
	for (unsigned int i = 0; i < n; i++) {
		EXPECT(!strstr(seen[i], "news"));
		for (unsigned int k = 0; k < i; k++)
			EXPECT(strcmp(seen[i], seen[k]));
	}
	EXPECT_STR(source(200, NULL), "ntp.test: news 200");
	EXPECT_STR(clock_news(200), "clock: news 200");
}

static const struct ktap_case cases[] = {
	CASE(sources_by_name_and_address),
	CASE(the_clock),
	CASE(all_have_words),
};

KTAP_MAIN(cases)
