/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core takes from the kernel, for an ordinary program. See port.h. */
#ifndef _NTS_CORE_PORT_USER_H
#define _NTS_CORE_PORT_USER_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __must_check __attribute__((warn_unused_result))
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef NSEC_PER_SEC
#define NSEC_PER_SEC 1000000000L
#endif

#ifndef BIT
#define BIT(n) (1UL << (n))
#endif

#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#endif

#define cpu_to_be16(x) ((__be16)htobe16(x))
#define cpu_to_be32(x) ((__be32)htobe32(x))
/* Also of a constant, in an initializer. */
#if BYTE_ORDER == LITTLE_ENDIAN
#define cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#else
#define cpu_to_be64(x) ((__be64)(x))
#endif
#define be16_to_cpu(x) be16toh((u16)(x))
#define be32_to_cpu(x) be32toh((u32)(x))
#define be64_to_cpu(x) be64toh((u64)(x))

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return (u16)(b[0] << 8 | b[1]);
}

static inline u32 get_unaligned_be32(const void *p)
{
	const u8 *b = p;

	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	u8 *b = p;

	b[0] = (u8)(v >> 8);
	b[1] = (u8)v;
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	put_unaligned_be16((u16)(v >> 16), p);
	put_unaligned_be16((u16)v, (u8 *)p + 2);
}

static inline void put_unaligned_be64(u64 v, void *p)
{
	put_unaligned_be32((u32)(v >> 32), p);
	put_unaligned_be32((u32)v, (u8 *)p + 4);
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	__asm__ __volatile__("" : : "r"(s) : "memory");
}

/* Nonzero when the two differ, in a time that depends on @n alone. */
static inline unsigned long crypto_memneq(const void *a, const void *b, size_t n)
{
	const volatile u8 *x = a, *y = b;
	unsigned long diff = 0;

	while (n--)
		diff |= (unsigned long)(*x++ ^ *y++);
	return diff;
}

static inline void sort(void *base, size_t n, size_t size,
			int (*compare)(const void *a, const void *b),
			void (*swap)(void *a, void *b, int size))
{
	(void)swap;
	qsort(base, n, size, compare);
}

static inline void prefetchw(const void *where)
{
	__builtin_prefetch(where, 1);
}

/* @n: not 0 */
static inline int ilog2(u64 n)
{
	return 63 - __builtin_clzll(n);
}

typedef struct {
	u64 key[2];
} siphash_key_t;

static inline u64 nts_rol64(u64 word, unsigned int shift)
{
	return word << shift | word >> (64 - shift);
}

static inline void nts_siphash_rounds(u64 v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[1] = nts_rol64(v[1], 13) ^ v[0];
		v[0] = nts_rol64(v[0], 32);
		v[2] += v[3];
		v[3] = nts_rol64(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = nts_rol64(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = nts_rol64(v[1], 17) ^ v[2];
		v[2] = nts_rol64(v[2], 32);
	}
}

/* SipHash-2-4 of two words. */
static inline u64 siphash_2u64(u64 first, u64 second, const siphash_key_t *key)
{
	const u64 words[] = { first, second, 16ULL << 56 };
	u64 v[] = {
		0x736f6d6570736575ULL ^ key->key[0], 0x646f72616e646f6dULL ^ key->key[1],
		0x6c7967656e657261ULL ^ key->key[0], 0x7465646279746573ULL ^ key->key[1],
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		v[3] ^= words[i];
		nts_siphash_rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	nts_siphash_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* A lock nobody waits for: whoever does not get it does without. */
typedef int nts_trylock_t;

static inline bool nts_trylock(nts_trylock_t *lock)
{
	return !__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE);
}

static inline void nts_tryunlock(nts_trylock_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static inline bool nts_trylocked(const nts_trylock_t *lock)
{
	return __atomic_load_n(lock, __ATOMIC_RELAXED);
}

/* Room for one expanded key of whichever library the program links. */
struct nts_aes_key {
	u8 opaque[1536];
} __aligned(16);

void nts_aes_expand(struct nts_aes_key *key, const u8 bytes[16]);
void nts_aes_encrypt(const struct nts_aes_key *key, u8 out[16], const u8 in[16]);

#endif /* _NTS_CORE_PORT_USER_H */
