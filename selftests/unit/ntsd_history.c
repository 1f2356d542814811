// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of the clock's last day, filled and read in parts. */
#include "../../ntsd/history.c"
#include "ntsd_ktap.h"

static struct history h;

/* Point number @n is at that many seconds. */
static void fill(unsigned int n)
{
	memset(&h, 0, sizeof(h));
	for (unsigned int i = 0; i < n; i++)
		history_add(&h, (uint64_t)i * HISTORY_PERIOD_MS,
			    &(struct history_point){ .time = i, .offset_ns = -(int64_t)i,
						     .fast_ppm = 0.5f, .skew_ppm = 0.25f });
}

static void lines(void)
{
	char text[1024];

	fill(0);
	EXPECT(history_print(&h, 0, text, sizeof(text)) == 0);
	EXPECT_STR(text, "");
	fill(2);
	EXPECT(history_print(&h, 0, text, sizeof(text)) == 2);
	EXPECT_STR(text, "0 0 0.500000 0.250000\n1 -1 0.500000 0.250000\n");
	EXPECT(history_print(&h, 1, text, sizeof(text)) == 2);
	EXPECT_STR(text, "1 -1 0.500000 0.250000\n");
	EXPECT(history_print(&h, 99, text, sizeof(text)) == 99);
	EXPECT_STR(text, "");
}

static void too_young(void)
{
	fill(1);
	history_add(&h, HISTORY_PERIOD_MS - 1, &(struct history_point){ .time = 5 });
	EXPECT(h.total == 1);
	history_add(&h, HISTORY_PERIOD_MS, &(struct history_point){ .time = 5 });
	EXPECT(h.total == 2);
}

/* Read in parts, each point comes once and in order; the oldest are gone. */
static void wraps(void)
{
	const unsigned int total = HISTORY_POINTS + 1000;
	uint64_t from = 0, next;
	long long want = 1000;
	char text[1024];

	fill(total);
	while ((next = history_print(&h, from, text, sizeof(text))), *text) {
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			EXPECT(atoll(line) == want++);
		from = next;
	}
	EXPECT(want == total && from == total);
}

/* The widest line there can be. */
static void room(void)
{
	const struct history_point longest = {
		.time = INT64_MIN,
		.offset_ns = INT64_MIN,
		.fast_ppm = -99999.5f,
		.skew_ppm = 1e6f,
	};
	char text[LINE_LEN + 1];

	memset(&h, 0, sizeof(h));
	history_add(&h, 0, &longest);
	EXPECT(history_print(&h, 0, text, sizeof(text)) == 1);
	EXPECT(strlen(text) < LINE_LEN && text[strlen(text) - 1] == '\n');
	EXPECT(history_print(&h, 0, text, LINE_LEN) == 0);
}

static const struct ktap_case cases[] = {
	CASE(lines),
	CASE(too_young),
	CASE(wraps),
	CASE(room),
};

KTAP_MAIN(cases)
