/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of exchanges, and clients for it, as its tests use them. */
#ifndef _NTS_CORE_INTERLEAVE_TEST_H
#define _NTS_CORE_INTERLEAVE_TEST_H

#include <kunit/test.h>

#include "interleave.h"

/* Time passes by this much between two timestamps. */
#define TICK	0x100000ULL
#define BEGIN	0xeb000000fffff001ULL

struct interleave_fixture {
	struct nts_interleave table;
	u64 clock;
	u32 now;
	u8 kind;
	u64 transmit;	/* of the last answer that was saved */
	u32 ticket;
};

struct guest {
	u8 address[16];
	u64 origin;	/* our last receive timestamp */
};

static inline struct interleave_fixture *interleave_set_up(struct kunit *test, u32 clients)
{
	static const u64 secret[2] = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL };
	struct interleave_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, nts_interleave_size(clients), GFP_KERNEL);

	if (!f || !memory)
		return NULL;
	nts_interleave_init(&f->table, memory, clients, secret);
	f->clock = BEGIN;
	f->now = 0xfffffff0;
	return f;
}

static inline struct guest guest(u32 n)
{
	struct guest g = { .address = { [10] = 0xff, 0xff }, .origin = 0 };

	put_unaligned_be32(n, g.address + 12);
	return g;
}

static inline u64 take(struct interleave_fixture *f, const struct guest *g,
		       struct nts_interleave_visit *visit)
{
	const struct nts_request request = {
		.origin = g->origin, .receive = 5, .transmit = 6,
	};

	return nts_interleave_take(&f->table, visit, g->address, &request, f->now, &f->kind);
}

/* One request and its answer; returns what is told of the answer before. */
static inline u64 visit(struct interleave_fixture *f, struct guest *g)
{
	struct nts_interleave_visit v;
	u64 told = take(f, g, &v);

	f->clock += TICK;
	g->origin = nts_interleave_receive(f->clock);
	f->clock += TICK;
	f->transmit = f->clock & ~1ULL;
	f->ticket = nts_interleave_save(&f->table, &v, g->origin, f->clock, f->now);
	return told;
}

/* As one who interleaves from the start does. */
static inline void settle(struct interleave_fixture *f, struct guest *g)
{
	visit(f, g);
	visit(f, g);
	visit(f, g);
}

static inline u64 held(struct interleave_fixture *f)
{
	struct nts_interleave_count count = { 0 };
	u32 from = 0;

	do {
		from = nts_interleave_count(&f->table, from, &count);
	} while (from);
	return count.held;
}

static inline u32 proven(struct interleave_fixture *f, u32 index)
{
	u32 i, n = 0;

	for (i = 0; i < NTS_INTERLEAVE_WAYS; i++)
		n += f->table.bucket[index].entry[i].proven;
	return n;
}

#endif /* _NTS_CORE_INTERLEAVE_TEST_H */
