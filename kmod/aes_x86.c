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
typedef int words __attribute__((vector_size(16)));
typedef char octets __attribute__((vector_size(16)));

#define ROUNDS 10

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

static inline block expand_step(block key, block assist)
{
	assist = (block)__builtin_ia32_pshufd((words)assist, 0xff);
	key ^= __builtin_ia32_pslldqi128(key, 32);
	key ^= __builtin_ia32_pslldqi128(key, 64);
	return key ^ assist;
}

static void expand(unsigned char rk[][16], const unsigned char *bytes)
{
	block key = load(bytes);

	store(rk[0], key);
	/* The round constant must be an immediate operand. */
#define EXPAND(i, rcon) \
	do { \
		key = expand_step(key, __builtin_ia32_aeskeygenassist128(key, rcon)); \
		store(rk[i], key); \
	} while (0)
	EXPAND(1, 0x01);
	EXPAND(2, 0x02);
	EXPAND(3, 0x04);
	EXPAND(4, 0x08);
	EXPAND(5, 0x10);
	EXPAND(6, 0x20);
	EXPAND(7, 0x40);
	EXPAND(8, 0x80);
	EXPAND(9, 0x1b);
	EXPAND(10, 0x36);
#undef EXPAND
}

/* CMAC over data; the last full 16 octets are xored with tail first. */
static block cmac(const struct nts_ni_key *key, const unsigned char *data,
		  unsigned long len, block tail, int has_tail)
{
	block mac = { 0, 0 };

	if (has_tail) {
		unsigned char last[32];
		unsigned long head = (len - 16) & ~15UL, rest = len - head, i;

		for (i = 0; i < head; i += 16)
			mac = encrypt(key->mac, mac ^ load(data + i));
		/* 16 to 31 octets are left, their last 16 change. */
		store(last, load(data + head));
		for (i = 16; i < rest; i++)
			last[i] = data[head + i];
		store(last + rest - 16, load(last + rest - 16) ^ tail);
		if (rest == 16)
			return encrypt(key->mac, mac ^ load(last) ^ load(key->sub[0]));
		mac = encrypt(key->mac, mac ^ load(last));
		last[rest] = 0x80;
		for (i = rest + 1; i < 32; i++)
			last[i] = 0;
		return encrypt(key->mac, mac ^ load(last + 16) ^ load(key->sub[1]));
	}
	while (len > 16) {
		mac = encrypt(key->mac, mac ^ load(data));
		data += 16;
		len -= 16;
	}
	if (len == 16) {
		mac ^= load(data) ^ load(key->sub[0]);
	} else {
		unsigned char last[16];

		store(last, load_part(data, len));
		last[len] = 0x80;
		mac ^= load(last) ^ load(key->sub[1]);
	}
	return encrypt(key->mac, mac);
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

/**
 * nts_ni_setkey() - expand an AES-SIV-CMAC-256 key
 * @key: where to
 * @bytes: K1 and K2, 32 octets
 */
void nts_ni_setkey(struct nts_ni_key *key, const unsigned char *bytes)
{
	block sub = { 0, 0 };

	expand(key->mac, bytes);
	expand(key->ctr, bytes + 16);
	sub = twice(encrypt(key->mac, sub));
	store(key->sub[0], sub);
	store(key->sub[1], twice(sub));
	store(key->zero, encrypt(key->mac, sub));
}

/**
 * nts_ni_s2v() - the synthetic IV (RFC 5297, 2.4)
 * @key: expanded key
 * @ad: associated data
 * @n_ad: how many
 * @text: plaintext
 * @len: its octets
 * @out: receives 16 octets
 */
void nts_ni_s2v(const struct nts_ni_key *key, const struct nts_span *ad,
		unsigned int n_ad, const unsigned char *text, unsigned long len,
		unsigned char *out)
{
	const block none = { 0, 0 };
	block sum = load(key->zero);
	unsigned int i;

	for (i = 0; i < n_ad; i++)
		sum = twice(sum) ^ cmac(key, ad[i].data, ad[i].len, none, 0);
	if (len >= 16) {
		sum = cmac(key, text, len, sum, 1);
	} else {
		unsigned char last[16];

		store(last, load_part(text, len));
		last[len] = 0x80;
		sum = encrypt(key->mac, twice(sum) ^ load(last) ^ load(key->sub[0]));
	}
	store(out, sum);
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
