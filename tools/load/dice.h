/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers at the price of a few instructions (splitmix64). They make
 * requests differ; secrets are not made of them: the keys are TLS's.
 */
#ifndef NTSLOAD_DICE_H
#define NTSLOAD_DICE_H

#include <stdint.h>
#include <stddef.h>
#include <string.h>

/* Seeded by getrandom(2). */
struct dice {
	uint64_t state;
};

static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* @len: a multiple of 8 */
static inline void dice_fill(struct dice *dice, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = dice_roll(dice);

		memcpy(to + i, &word, sizeof(word));
	}
}

#endif
