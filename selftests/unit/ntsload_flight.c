// SPDX-License-Identifier: GPL-2.0-or-later
/* How answers find their requests. */
#include "../../tools/load/flight.c"
#include "ntsd_ktap.h"

#define KEY 0x123456789abcdef0ULL

static struct flights f;

static struct flight *launch(s64 sent)
{
	struct flight *flight = flights_next(&f);

	EXPECT(flight);
	flight->exchange.transmit = (__be64)flights_stamp(&f, flight);
	flight->exchange.sent = sent;
	flights_launch(&f, flight);
	return flight;
}

static u64 stamp_of(const struct flight *flight)
{
	return (u64)flight->exchange.transmit;
}

static void matched(void)
{
	struct flight *a, *b;
	u32 place = 99;

	EXPECT(flights_init(&f, 4, KEY));
	a = launch(1);
	b = launch(2);
	EXPECT(a != b && stamp_of(a) != stamp_of(b) && f.n == 2);
	EXPECT(flights_match(&f, stamp_of(b), &place) == FLIGHT_MATCH && place == b->place);
	EXPECT(flights_match(&f, stamp_of(a), &place) == FLIGHT_MATCH && place == a->place);
	EXPECT(flights_match(&f, stamp_of(a) ^ FLIGHT_OTHER, &place) == FLIGHT_MATCH &&
	       place == a->place);
	flights_free(&f);
}

/* One that landed is late, also when another one took its place. */
static void late(void)
{
	struct flight *a, *b;
	u64 stamp;
	u32 place;

	EXPECT(flights_init(&f, 1, KEY));
	a = launch(1);
	stamp = stamp_of(a);
	EXPECT(!flights_next(&f));
	flights_land(&f, a);
	EXPECT(flights_match(&f, stamp, &place) == FLIGHT_LATE);
	b = launch(2);
	EXPECT(a == b);
	EXPECT(flights_match(&f, stamp, &place) == FLIGHT_LATE);
	EXPECT(flights_match(&f, stamp ^ FLIGHT_OTHER, &place) == FLIGHT_LATE);
	EXPECT(flights_match(&f, stamp_of(b), &place) == FLIGHT_MATCH);
	flights_free(&f);
}

static void of_others(void)
{
	u32 place;

	EXPECT(flights_init(&f, 4, KEY));
	launch(1);
	EXPECT(flights_match(&f, 0, &place) == FLIGHT_UNKNOWN);
	EXPECT(flights_match(&f, stamp_of(f.slot) ^ (u64)1 << 63, &place) == FLIGHT_UNKNOWN);
	/* A place that the table does not have. */
	EXPECT(flights_match(&f, stamp_of(f.slot) ^ 4, &place) == FLIGHT_UNKNOWN);
	EXPECT(flights_match(&f, KEY ^ (FLIGHT_PLACES - 1), &place) == FLIGHT_UNKNOWN);
	EXPECT(flights_match(&f, flights_stamp_invalid(&f, 3), &place) == FLIGHT_FORGED &&
	       place == 3);
	flights_free(&f);
}

/* Whatever lands when: the oldest is known, and all places are used in turn. */
static void overdue(void)
{
	struct flight *a, *b, *c;

	EXPECT(flights_init(&f, 3, KEY));
	EXPECT(!flights_overdue(&f, 100));
	a = launch(10);
	b = launch(20);
	c = launch(30);
	EXPECT(!flights_next(&f));
	EXPECT(!flights_overdue(&f, 10));
	EXPECT(flights_overdue(&f, 11) == a);
	flights_land(&f, b);
	EXPECT(flights_overdue(&f, 100) == a);
	flights_land(&f, a);
	EXPECT(flights_overdue(&f, 100) == c);
	EXPECT(launch(40) == b && launch(50) == a);
	EXPECT(flights_overdue(&f, 100) == c);
	flights_land(&f, a);
	flights_land(&f, c);
	EXPECT(flights_overdue(&f, 100) == b);
	flights_land(&f, b);
	EXPECT(!flights_overdue(&f, 100) && !f.n);
	EXPECT(f.oldest == FLIGHT_NONE && f.newest == FLIGHT_NONE);
	flights_free(&f);
}

/* Serial numbers begin anew without becoming something else. */
static void many(void)
{
	struct flight *a;
	u32 place;

	EXPECT(flights_init(&f, 3, KEY));
	f.serial = 0xfffffe;
	for (int i = 0; i < 7; i++) {
		a = launch(i);
		EXPECT(flights_match(&f, stamp_of(a), &place) == FLIGHT_MATCH && place == a->place);
		flights_land(&f, a);
	}
	flights_free(&f);
}

static const struct ktap_case cases[] = {
	CASE(matched),
	CASE(late),
	CASE(of_others),
	CASE(overdue),
	CASE(many),
};

KTAP_MAIN(cases)
