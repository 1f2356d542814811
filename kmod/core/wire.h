/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on the wire: RFC 5905, RFC 7822, RFC 8915. */
#ifndef _NTS_CORE_WIRE_H
#define _NTS_CORE_WIRE_H

#include "port.h"

/* RFC 5905, figure 8: the packet header. */
struct nts_ntp_header {
	u8 lvm;			/* leap, version, mode */
	u8 stratum;
	s8 poll;		/* log2 seconds */
	s8 precision;		/* log2 seconds */
	__be32 root_delay;	/* NTP short format */
	__be32 root_dispersion;	/* NTP short format */
	__be32 refid;
	__be64 reftime;
	__be64 origin;
	__be64 receive;
	__be64 transmit;
} __packed;

#define NTS_NTP_HEADER_LEN	48
static_assert(sizeof(struct nts_ntp_header) == NTS_NTP_HEADER_LEN,
	      "RFC 5905 header is 48 octets");

#define NTS_NTP_LVM(leap, version, mode) \
	((u8)((leap) << 6 | (version) << 3 | (mode)))
#define NTS_NTP_VERSION(lvm)	(((lvm) >> 3) & 7)
#define NTS_NTP_MODE(lvm)	((lvm) & 7)

#define NTS_NTP_MODE_CLIENT	3
#define NTS_NTP_MODE_SERVER	4
#define NTS_NTP_LEAP_UNSYNC	3
#define NTS_NTP_MAX_STRATUM	16

/* RFC 7822: type and length, each two octets, precede the body. */
#define NTS_EXT_HEADER_LEN	4
#define NTS_EXT_MIN_LEN		16	/* any field */
#define NTS_EXT_MIN_LAST_LEN	28	/* the last one, no MAC behind it */

/* RFC 8915, section 7.5 */
#define NTS_EXT_UNIQUE_ID	0x0104
#define NTS_EXT_COOKIE		0x0204
#define NTS_EXT_PLACEHOLDER	0x0304
#define NTS_EXT_AUTH		0x0404

#define NTS_UNIQUE_ID_MIN_LEN	32	/* RFC 8915, 5.3, body */
#define NTS_AUTH_HEADER_LEN	4	/* nonce length, ciphertext length */
#define NTS_NONCE_LEN		16	/* the one we send */

/* Kiss codes: RFC 5905, 7.4; RFC 8915, 5.7. */
#define NTS_KOD_NAK		0x4e54534e	/* "NTSN" */
#define NTS_KOD_DENY		0x44454e59	/* "DENY" */
#define NTS_KOD_RSTR		0x52535452	/* "RSTR" */
#define NTS_KOD_RATE		0x52415445	/* "RATE" */

/*
 * What fits an unfragmented IPv6 datagram on Ethernet; no honest request
 * comes near it (eight cookies of 100 octets make 956).
 */
#define NTS_MAX_PACKET		1452

#endif /* _NTS_CORE_WIRE_H */
