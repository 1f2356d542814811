// SPDX-License-Identifier: GPL-2.0-or-later
/* Reference identifiers of addresses (RFC 5905, 7.3). */
#include <endian.h>
#include <math.h>
#include <string.h>

#include "ntsctl.h"

static uint32_t rotate(uint32_t x, unsigned int by)
{
	return x << by | x >> (32 - by);
}

/* The first word of MD5 (RFC 1321) of so little that it is one block. */
static uint32_t md5_word(const uint8_t *bytes, size_t len)
{
	static const uint8_t shifts[4][4] = {
		{ 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 }
	};
	uint32_t a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
	uint32_t word[16] = { 0 };

	memcpy(word, bytes, len);
	((uint8_t *)word)[len] = 0x80;
	word[14] = htole32((uint32_t)len * 8);
	for (unsigned int i = 0; i < 64; i++) {
		uint32_t f, next;
		unsigned int at;

		switch (i / 16) {
		case 0:
			f = (b & c) | (~b & d);
			at = i;
			break;
		case 1:
			f = (d & b) | (~d & c);
			at = 5 * i + 1;
			break;
		case 2:
			f = b ^ c ^ d;
			at = 3 * i + 5;
			break;
		default:
			f = c ^ (b | ~d);
			at = 7 * i;
		}
		f += a + le32toh(word[at % 16]) + (uint32_t)(fabs(sin(i + 1)) * 0x1p32);
		next = b + rotate(f, shifts[i / 16][i % 4]);
		a = d;
		d = c;
		c = b;
		b = next;
	}
	/* its octets as they come, the first one highest */
	return be32toh(htole32(a + 0x67452301));
}

/**
 * refid_address() - what identifies an address in NTP packets
 * @bytes: of the address
 * @len: 4 for IPv4, 16 for IPv6
 *
 * Return: an IPv4 address itself, the first octets of an IPv6 address's MD5; first
 * octet in the high bits.
 */
uint32_t refid_address(const uint8_t *bytes, size_t len)
{
	uint32_t word;

	if (len != sizeof(word))
		return md5_word(bytes, len);
	memcpy(&word, bytes, sizeof(word));
	return be32toh(word);
}
