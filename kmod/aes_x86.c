// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AES-SIV-CMAC-256 over AES-NI. Compiled with SSE allowed, hence no kernel
 * headers here, and no vector type in any interface. In the kernel call only
 * between kernel_fpu_begin() and kernel_fpu_end().
 */
#include "core/siv_ni.h"

/* sparse knows no vector types. */
#ifndef __CHECKER__

typedef long long block __attribute__((vector_size(16)));
typedef long long loose_block __attribute__((vector_size(16), aligned(1)));
typedef unsigned long long loose_half __attribute__((aligned(1), may_alias));
typedef int words __attribute__((vector_size(16)));
typedef char octets __attribute__((vector_size(16)));

#define ROUNDS	10
#define LANES	NTS_NI_LANES

static inline block load(const unsigned char *from)
{
	return *(const loose_block *)from;
}

static inline void store(unsigned char *to, block value)
{
	*(loose_block *)to = value;
}

/* Up to 15 octets, the rest zero; never reads beyond them. */
static inline block load_part(const unsigned char *from, unsigned long len)
{
	unsigned char buffer[16] = { 0 };
	unsigned long i;

	for (i = 0; i < len; i++)
		buffer[i] = from[i];
	return load(buffer);
}

static inline block reverse(block value)
{
	const octets order = { 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 };

	return (block)__builtin_ia32_pshufb128((octets)value, order);
}

/* Multiply by x in GF(2^128), big-endian as CMAC has it. */
static inline block twice(block value)
{
	block v = reverse(value);
	block top = (block)__builtin_ia32_psradi128((words)v, 31);
	block carries = (block)__builtin_ia32_pshufd((words)top, 0x93);
	const words mask = { 0x87, 1, 1, 1 };

	/* Shift each 32-bit lane, then bring in what its neighbour lost. */
	v = (block)__builtin_ia32_pslldi128((words)v, 1);
	return reverse(v ^ (carries & (block)mask));
}

static inline block encrypt(const unsigned char rk[][16], block value)
{
	int i;

	value ^= load(rk[0]);
	for (i = 1; i < ROUNDS; i++)
		value = __builtin_ia32_aesenc128(value, load(rk[i]));
	return __builtin_ia32_aesenclast128(value, load(rk[ROUNDS]));
}

/*
 * A step of the key schedule (FIPS 197, 5.2). Where all columns are equal
 * AESENCLAST is SubWord, and takes a quarter of AESKEYGENASSIST's time.
 */
static inline block expand_step(block key, int rcon)
{
	const octets rotated = { 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12 };
	const words constant = { rcon, rcon, rcon, rcon };
	block word = (block)__builtin_ia32_pshufb128((octets)key, rotated);

	word = __builtin_ia32_aesenclast128(word, (block)constant);
	key ^= __builtin_ia32_pslldqi128(key, 32);
	key ^= __builtin_ia32_pslldqi128(key, 64);
	return key ^ word;
}

/* Both halves of up to two keys, side by side as one waits for the other. */
static inline __attribute__((__always_inline__)) void
expand(struct nts_ni_key *const *key, const unsigned char *const *bytes, const unsigned int n)
{
	static const unsigned char rcon[ROUNDS] = {
		0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36
	};
	block mac[2], ctr[2];
	unsigned int i, j;

	for (j = 0; j < n; j++) {
		mac[j] = load(bytes[j]);
		ctr[j] = load(bytes[j] + 16);
		store(key[j]->mac[0], mac[j]);
		store(key[j]->ctr[0], ctr[j]);
	}
	for (i = 1; i <= ROUNDS; i++) {
		for (j = 0; j < n; j++) {
			mac[j] = expand_step(mac[j], rcon[i - 1]);
			ctr[j] = expand_step(ctr[j], rcon[i - 1]);
			store(key[j]->mac[i], mac[j]);
			store(key[j]->ctr[i], ctr[j]);
		}
	}
}

/* Encrypts a block for each lane, side by side as one waits for the round before. */
static inline __attribute__((__always_inline__)) void
encrypt_lanes(const struct nts_ni_key *const *key, block *value, const unsigned int width)
{
	unsigned int i, j;

	/* Else the compiler would keep all round keys of a loop on the stack. */
	__asm__ volatile("" : : : "memory");
#pragma GCC unroll 8
	for (j = 0; j < width; j++)
		value[j] ^= load(key[j]->mac[0]);
#pragma GCC unroll 9
	for (i = 1; i < ROUNDS; i++) {
#pragma GCC unroll 8
		for (j = 0; j < width; j++)
			value[j] = __builtin_ia32_aesenc128(value[j], load(key[j]->mac[i]));
	}
#pragma GCC unroll 8
	for (j = 0; j < width; j++)
		value[j] = __builtin_ia32_aesenclast128(value[j], load(key[j]->mac[ROUNDS]));
}

/* PSHUFB by 16 octets from SHIFT + 16 - n moves n octets up, from SHIFT + 16 + n down. */
static const unsigned char shift[48] = {
	128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
};

static inline block move_up(block value, unsigned long n)
{
	return (block)__builtin_ia32_pshufb128((octets)value, (octets)load(shift + 16 - n));
}

static inline block move_down(block value, unsigned long n)
{
	return (block)__builtin_ia32_pshufb128((octets)value, (octets)load(shift + 16 + n));
}

/* The bit behind n octets, of which there are at most 15 (RFC 4493, 2.4). */
static inline block padding(unsigned long n)
{
	return move_up((block){ 0x80, 0 }, n);
}

/* The last n octets, at most 15, of len. */
static inline block load_end(const unsigned char *from, unsigned long len, unsigned long n)
{
	if (len >= 16)
		return move_down(load(from + len - 16), 16 - n);
	return load_part(from, n);
}

/*
 * S2V (RFC 5297, 2.4) of up to @width jobs whose strings are equally long; the
 * lanes from @n on repeat the first.
 */
static inline __attribute__((__always_inline__)) void
s2v_lanes(const struct nts_siv_job *const *job, unsigned char *const *iv, const unsigned int n,
	  const unsigned int width)
{
	const struct nts_ni_key *keys[LANES];
	const unsigned char *data[LANES];
	const struct nts_siv_job *lane[LANES];
	block sum[LANES], mac[LANES];
	unsigned long len, at, rest;
	unsigned int j, k;

	for (j = 0; j < width; j++) {
		lane[j] = job[j < n ? j : 0];
		keys[j] = lane[j]->ni;
		sum[j] = load(keys[j]->zero);
	}
	for (k = 0; k < lane[0]->n_ad; k++) {
		len = lane[0]->ad[k].len;
		for (j = 0; j < width; j++) {
			data[j] = lane[j]->ad[k].data;
			mac[j] = (block){ 0, 0 };
		}
		for (at = 0; at + 16 < len; at += 16) {
#pragma GCC unroll 8
			for (j = 0; j < width; j++)
				mac[j] ^= load(data[j] + at);
			encrypt_lanes(keys, mac, width);
		}
		rest = len - at;
		for (j = 0; j < width; j++) {
			if (rest == 16)
				mac[j] ^= load(data[j] + at) ^ load(keys[j]->sub[0]);
			else
				mac[j] ^= load_end(data[j], len, rest) ^ padding(rest) ^
					  load(keys[j]->sub[1]);
		}
		encrypt_lanes(keys, mac, width);
		for (j = 0; j < width; j++)
			sum[j] = twice(sum[j]) ^ mac[j];
	}

	len = lane[0]->len;
	if (len < 16) {
		for (j = 0; j < width; j++)
			mac[j] = twice(sum[j]) ^ load_part(lane[j]->text, len) ^ padding(len) ^
				 load(keys[j]->sub[0]);
		goto last;
	}
	for (j = 0; j < width; j++)
		mac[j] = (block){ 0, 0 };
	for (at = 0; at + 32 <= len; at += 16) {
#pragma GCC unroll 8
		for (j = 0; j < width; j++)
			mac[j] ^= load(lane[j]->text + at);
		encrypt_lanes(keys, mac, width);
	}
	/* 16 to 31 octets are left, and the sum goes onto their last 16. */
	rest = len - at - 16;
	if (rest) {
		for (j = 0; j < width; j++)
			mac[j] ^= load(lane[j]->text + at) ^ move_up(sum[j], rest);
		encrypt_lanes(keys, mac, width);
		for (j = 0; j < width; j++)
			mac[j] ^= move_down(load(lane[j]->text + len - 16) ^ sum[j], 16 - rest) ^
				  padding(rest) ^ load(keys[j]->sub[1]);
	} else {
		for (j = 0; j < width; j++)
			mac[j] ^= load(lane[j]->text + at) ^ sum[j] ^ load(keys[j]->sub[0]);
	}
last:
	encrypt_lanes(keys, mac, width);
	for (j = 0; j < n; j++)
		store(iv[j], mac[j]);
}

/* Each with a frame of its own, as the stack of a kernel is small. */
static __attribute__((__noinline__)) void
s2v_some(const struct nts_siv_job *const *job, unsigned char *const *iv, unsigned int n)
{
	s2v_lanes(job, iv, n, 4);
}

static __attribute__((__noinline__)) void
s2v_many(const struct nts_siv_job *const *job, unsigned char *const *iv, unsigned int n)
{
	s2v_lanes(job, iv, n, 8);
}

static int same_shape(const struct nts_siv_job *a, const struct nts_siv_job *b)
{
	unsigned int i;

	if (a->len != b->len || a->n_ad != b->n_ad)
		return 0;
	for (i = 0; i < a->n_ad; i++) {
		if (a->ad[i].len != b->ad[i].len)
			return 0;
	}
	return 1;
}

/**
 * nts_ni_supported() - ask the CPU
 *
 * The kernel asks boot_cpu_has() instead, which knows what was masked.
 *
 * Return: nonzero when it has AES-NI and SSSE3.
 */
int nts_ni_supported(void)
{
	unsigned int eax = 1, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return (ecx & 1u << 25) && (ecx & 1u << 9);
}

/* What S2V and CMAC begin and end with, of keys whose round keys are there. */
static inline __attribute__((__always_inline__)) void
derive_lanes(struct nts_ni_key *const *key, const unsigned int n, const unsigned int width)
{
	const struct nts_ni_key *keys[LANES];
	block value[LANES];
	unsigned int j;

	for (j = 0; j < width; j++) {
		keys[j] = key[j < n ? j : 0];
		value[j] = (block){ 0, 0 };
	}
	encrypt_lanes(keys, value, width);
	for (j = 0; j < width; j++) {
		value[j] = twice(value[j]);
		if (j < n) {
			store(key[j]->sub[0], value[j]);
			store(key[j]->sub[1], twice(value[j]));
		}
	}
	encrypt_lanes(keys, value, width);
	for (j = 0; j < n; j++)
		store(key[j]->zero, value[j]);
}

/**
 * nts_ni_setkeys() - expand AES-SIV-CMAC-256 keys
 * @key: where to
 * @bytes: K1 and K2 of each, 32 octets
 * @n: how many, 1 to NTS_NI_LANES
 */
void nts_ni_setkeys(struct nts_ni_key *const *key, const unsigned char *const *bytes,
		    unsigned int n)
{
	unsigned int i;

	for (i = 0; i + 1 < n; i += 2)
		expand(key + i, bytes + i, 2);
	if (i < n)
		expand(key + i, bytes + i, 1);
	if (n == 1)
		derive_lanes(key, 1, 1);
	else if (n == 2)
		derive_lanes(key, 2, 2);
	else
		derive_lanes(key, n, 8);
}

/**
 * nts_ni_s2v() - the synthetic IVs of some texts (RFC 5297, 2.4)
 * @job: the texts
 * @n: how many, 1 to NTS_NI_LANES
 * @iv: receives them
 *
 * Those whose strings are equally long are computed side by side.
 */
void nts_ni_s2v(const struct nts_siv_job *job, unsigned int n, unsigned char iv[][16])
{
	const struct nts_siv_job *lane[LANES] = { job };
	unsigned char *to[LANES] = { iv[0] };
	unsigned int i, lanes, left = n, done = 0;

	if (n == 1) {
		s2v_lanes(lane, to, 1, 1);
		return;
	}
	while (left) {
		lanes = 0;
		for (i = 0; i < n; i++) {
			if (done & 1u << i || (lanes && !same_shape(lane[0], &job[i])))
				continue;
			done |= 1u << i;
			to[lanes] = iv[i];
			lane[lanes++] = &job[i];
		}
		if (lanes > 4)
			s2v_many(lane, to, lanes);
		else
			s2v_some(lane, to, lanes);
		left -= lanes;
	}
}

/**
 * nts_ni_ctr() - en- or decrypt in place (RFC 5297, 2.5)
 * @key: expanded key
 * @iv: 16 octets, the synthetic IV
 * @text: plain- or ciphertext
 * @len: its octets
 */
void nts_ni_ctr(const struct nts_ni_key *key, const unsigned char *iv,
		unsigned char *text, unsigned long len)
{
	const octets clear = { -1, -1, -1, -1, -1, -1, -1, -1,
			       0x7f, -1, -1, -1, 0x7f, -1, -1, -1 };
	const block one = { 1, 0 };
	block counter = reverse(load(iv) & (block)clear);

	/* Bit 31 was cleared and texts are short: no carry out of 64 bits. */
	while (len >= 64) {
		block a, b, c, d;
		int i;

		a = reverse(counter) ^ load(key->ctr[0]);
		b = reverse(counter + one) ^ load(key->ctr[0]);
		c = reverse(counter + one + one) ^ load(key->ctr[0]);
		d = reverse(counter + one + one + one) ^ load(key->ctr[0]);
		for (i = 1; i < ROUNDS; i++) {
			block rk = load(key->ctr[i]);

			a = __builtin_ia32_aesenc128(a, rk);
			b = __builtin_ia32_aesenc128(b, rk);
			c = __builtin_ia32_aesenc128(c, rk);
			d = __builtin_ia32_aesenc128(d, rk);
		}
		a = __builtin_ia32_aesenclast128(a, load(key->ctr[ROUNDS]));
		b = __builtin_ia32_aesenclast128(b, load(key->ctr[ROUNDS]));
		c = __builtin_ia32_aesenclast128(c, load(key->ctr[ROUNDS]));
		d = __builtin_ia32_aesenclast128(d, load(key->ctr[ROUNDS]));
		store(text, load(text) ^ a);
		store(text + 16, load(text + 16) ^ b);
		store(text + 32, load(text + 32) ^ c);
		store(text + 48, load(text + 48) ^ d);
		counter += one + one + one + one;
		text += 64;
		len -= 64;
	}
	while (len) {
		block pad = encrypt(key->ctr, reverse(counter));
		unsigned long n = len < 16 ? len : 16, i;

		if (n == 16) {
			store(text, load(text) ^ pad);
		} else if (n == 8) {
			*(loose_half *)text ^= (unsigned long long)pad[0];
		} else {
			unsigned char rest[16];

			store(rest, pad);
			for (i = 0; i < n; i++)
				text[i] ^= rest[i];
		}
		counter += one;
		text += n;
		len -= n;
	}
}

#endif /* !__CHECKER__ */
