// SPDX-License-Identifier: GPL-2.0-or-later
/* NTP extension fields (RFC 7822). */
#include "ext.h"

/**
 * nts_ext_next() - step to the next extension field
 * @packet: an NTPv4 packet
 * @len: its length, at most NTS_MAX_PACKET
 * @offset: where to look, at first NTS_NTP_HEADER_LEN; moved behind the field
 * @ext: filled in when there is a field
 *
 * A rest too short for a last field is a MAC when it has the length of one
 * (RFC 7822, 7.5.1.4): key identifier alone (crypto-NAK), or with a 128-bit
 * or 160-bit digest.
 *
 * Return: NTS_EXT_FIELD with @ext filled in, NTS_EXT_END, NTS_EXT_MAC, or
 * NTS_EXT_MALFORMED.
 */
enum nts_ext_step nts_ext_next(const u8 *packet, u32 len, u32 *offset,
			       struct nts_ext *ext)
{
	u32 rest = len - *offset;
	u16 field_len;

	if (rest == 0)
		return NTS_EXT_END;
	if (rest == 4 || rest == 20 || rest == 24)
		return NTS_EXT_MAC;
	if (rest < NTS_EXT_MIN_LAST_LEN)
		return NTS_EXT_MALFORMED;

	field_len = get_unaligned_be16(packet + *offset + 2);
	if (field_len < NTS_EXT_MIN_LEN || field_len % 4 || field_len > rest)
		return NTS_EXT_MALFORMED;

	ext->type = get_unaligned_be16(packet + *offset);
	ext->offset = (u16)*offset;
	ext->len = field_len;
	*offset += field_len;
	return NTS_EXT_FIELD;
}

/**
 * nts_ext_put() - write the header of an extension field
 * @field: where the field goes, with room for it
 * @type: field type
 * @len: of the whole field, a multiple of four
 *
 * Return: where the body goes.
 */
u8 *nts_ext_put(u8 *field, u16 type, u16 len)
{
	put_unaligned_be16(type, field);
	put_unaligned_be16(len, field + 2);
	return field + NTS_EXT_HEADER_LEN;
}
