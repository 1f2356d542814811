/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests whose answers may still come, and how answers find them. */
#ifndef NTSLOAD_FLIGHT_H
#define NTSLOAD_FLIGHT_H

#include "core/exchange.h"

/*
 * The transmit timestamp of a request comes back in its answer. It is a number
 * of three parts, XORed with a random key: a zero, by which ours are known, a
 * serial number, and the request's place. The answer in interleaved mode
 * brings the receive timestamp instead, which differs by FLIGHT_OTHER.
 */
#define FLIGHT_PLACE_BITS 22
#define FLIGHT_PLACES (1U << FLIGHT_PLACE_BITS)
#define FLIGHT_INVALID ((u64)1 << FLIGHT_PLACE_BITS)
#define FLIGHT_OTHER ((u64)1 << (FLIGHT_PLACE_BITS + 1))
#define FLIGHT_SERIAL_SHIFT (FLIGHT_PLACE_BITS + 2)
#define FLIGHT_ZERO_SHIFT 48

#define FLIGHT_NONE UINT32_MAX

/**
 * struct flight - one request
 * @exchange: what is remembered of it
 * @client: whose it is
 * @place: in the table
 * @older: sent before; @newer sent after
 * @up: it is in flight
 */
struct flight {
	struct nts_exchange exchange;
	u32 client;
	u32 place;
	u32 older;
	u32 newer;
	bool up;
};

/**
 * struct flights - the table
 * @slot: its places
 * @size: how many
 * @n: in flight
 * @oldest: the first in flight; @newest the last
 * @vacant: free places, a ring from @vacant_first; used in turn, so that a late
 *	answer is known as such for as long as possible
 * @key: what stamps are XORed with
 * @serial: of the next request
 */
struct flights {
	struct flight *slot;
	u32 size;
	u32 n;
	u32 oldest;
	u32 newest;
	u32 *vacant;
	u32 vacant_first;
	u64 key;
	u32 serial;
};

/* What a stamp refers to. */
enum flight_match {
	FLIGHT_MATCH,
	FLIGHT_LATE,	/* to a request that is over */
	FLIGHT_FORGED,	/* to an invalid request, of the kind in the place's stead */
	FLIGHT_UNKNOWN,
};

bool flights_init(struct flights *f, u32 size, u64 key);
void flights_free(struct flights *f);
struct flight *flights_next(const struct flights *f);
u64 flights_stamp(struct flights *f, const struct flight *flight);
u64 flights_stamp_invalid(struct flights *f, u32 kind);
void flights_launch(struct flights *f, struct flight *flight);
void flights_land(struct flights *f, struct flight *flight);
struct flight *flights_overdue(const struct flights *f, s64 sent_before);
enum flight_match flights_match(const struct flights *f, u64 stamp, u32 *place);

#endif
