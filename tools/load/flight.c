// SPDX-License-Identifier: GPL-2.0-or-later
#include "flight.h"

/**
 * flights_init() - make an empty table
 * @f: filled in
 * @size: places, below FLIGHT_PLACES
 * @key: random
 *
 * Return: false when out of memory; flights_free() is due anyway.
 */
bool flights_init(struct flights *f, u32 size, u64 key)
{
	*f = (struct flights){
		.size = size, .oldest = FLIGHT_NONE, .newest = FLIGHT_NONE, .key = key,
	};
	f->slot = calloc(size, sizeof(*f->slot));
	f->vacant = calloc(size, sizeof(*f->vacant));
	if (!f->slot || !f->vacant)
		return false;
	for (u32 i = 0; i < size; i++) {
		f->slot[i].place = i;
		f->vacant[i] = i;
	}
	return true;
}

/**
 * flights_free() - give the table back
 * @f: was given to flights_init()
 */
void flights_free(struct flights *f)
{
	free(f->slot);
	free(f->vacant);
	f->slot = NULL;
	f->vacant = NULL;
}

/**
 * flights_next() - look at the place that is next
 * @f: the table
 *
 * Return: the place, or NULL when all are taken.
 */
struct flight *flights_next(const struct flights *f)
{
	return f->n < f->size ? &f->slot[f->vacant[f->vacant_first]] : NULL;
}

static u64 stamp(struct flights *f, u64 rest)
{
	u64 serial = f->serial++ & 0xffffff;

	return (serial << FLIGHT_SERIAL_SHIFT | rest) ^ f->key;
}

/**
 * flights_stamp() - choose the transmit timestamp of a request
 * @f: the table
 * @flight: its place
 *
 * Return: as on the wire.
 */
u64 flights_stamp(struct flights *f, const struct flight *flight)
{
	return stamp(f, flight->place);
}

/**
 * flights_stamp_invalid() - choose that of an invalid request
 * @f: the table
 * @kind: what is wrong with it
 *
 * Return: as on the wire.
 */
u64 flights_stamp_invalid(struct flights *f, u32 kind)
{
	return stamp(f, FLIGHT_INVALID | kind);
}

/**
 * flights_launch() - a request goes out
 * @f: the table
 * @flight: flights_next()
 */
void flights_launch(struct flights *f, struct flight *flight)
{
	f->vacant_first = f->vacant_first + 1 == f->size ? 0 : f->vacant_first + 1;
	f->n++;
	flight->up = true;
	flight->newer = FLIGHT_NONE;
	flight->older = f->newest;
	if (f->newest == FLIGHT_NONE)
		f->oldest = flight->place;
	else
		f->slot[f->newest].newer = flight->place;
	f->newest = flight->place;
}

/**
 * flights_land() - a request is over
 * @f: the table
 * @flight: in flight
 */
void flights_land(struct flights *f, struct flight *flight)
{
	u32 vacant = f->size - f->n;

	if (flight->older == FLIGHT_NONE)
		f->oldest = flight->newer;
	else
		f->slot[flight->older].newer = flight->newer;
	if (flight->newer == FLIGHT_NONE)
		f->newest = flight->older;
	else
		f->slot[flight->newer].older = flight->older;
	flight->up = false;
	flight->exchange.open = false;
	f->vacant[(f->vacant_first + vacant) % f->size] = flight->place;
	f->n--;
}

/**
 * flights_overdue() - find a request that waited too long
 * @f: the table
 * @sent_before: this time
 *
 * Return: the oldest one, or NULL when none was sent before.
 */
struct flight *flights_overdue(const struct flights *f, s64 sent_before)
{
	struct flight *flight;

	if (f->oldest == FLIGHT_NONE)
		return NULL;
	flight = &f->slot[f->oldest];
	return flight->exchange.sent < sent_before ? flight : NULL;
}

/**
 * flights_match() - find the request of an answer
 * @f: the table
 * @stamp: its origin timestamp, as on the wire
 * @place: filled in with the place of a match, or the kind of what is forged
 *
 * Whether the answer is one the request can have is nts_exchange_reply()'s to say.
 *
 * Return: what it refers to.
 */
enum flight_match flights_match(const struct flights *f, u64 stamp, u32 *place)
{
	u64 plain = stamp ^ f->key;
	u64 sent = stamp;

	if (plain >> FLIGHT_ZERO_SHIFT)
		return FLIGHT_UNKNOWN;
	*place = (u32)plain & (FLIGHT_PLACES - 1);
	if (plain & FLIGHT_INVALID)
		return FLIGHT_FORGED;
	if (*place >= f->size)
		return FLIGHT_UNKNOWN;
	if (plain & FLIGHT_OTHER)
		sent ^= FLIGHT_OTHER;
	if (!f->slot[*place].up || sent != (u64)f->slot[*place].exchange.transmit)
		return FLIGHT_LATE;
	return FLIGHT_MATCH;
}
