// SPDX-License-Identifier: GPL-2.0-or-later
/* Turning a request into its answer, in the same buffer. */
#include "interleave.h"
#include "respond.h"

static void write_header(u8 *packet, const struct nts_request *request,
			 const struct nts_quality *quality, u64 receive)
{
	struct nts_ntp_header *header = (struct nts_ntp_header *)packet;

	header->lvm = NTS_NTP_LVM(quality->leap, request->version,
				  NTS_NTP_MODE_SERVER);
	/* RFC 5905, A.5.3: 16 is sent as 0. poll stays as it came. */
	header->stratum = quality->stratum < NTS_NTP_MAX_STRATUM ?
			  quality->stratum : 0;
	header->precision = quality->precision;
	header->root_delay = cpu_to_be32(quality->root_delay);
	header->root_dispersion = cpu_to_be32(quality->root_dispersion);
	header->refid = cpu_to_be32(quality->refid);
	header->reftime = cpu_to_be64(quality->reftime);
	header->origin = header->transmit;
	/* A kiss-o'-death has none. */
	header->receive = receive ? cpu_to_be64(nts_interleave_receive(receive)) : 0;
	header->transmit = 0;
}

/* The unique identifier leads the fields of each answer (RFC 8915, 5.3). */
static u32 echo_uid(u8 *packet, const struct nts_request *request)
{
	memmove(packet + NTS_NTP_HEADER_LEN, packet + request->uid.offset,
		request->uid.len);
	return NTS_NTP_HEADER_LEN + request->uid.len;
}

/**
 * nts_respond_kiss() - say no time, but a word
 * @quality: of the answer, filled in
 * @code: NTS_KOD_*
 *
 * A kiss-o'-death has leap 3, stratum 0 and no timestamps to be trusted (RFC
 * 5905, 7.4).
 */
void nts_respond_kiss(struct nts_quality *quality, u32 code)
{
	memset(quality, 0, sizeof(*quality));
	quality->leap = NTS_NTP_LEAP_UNSYNC;
	quality->refid = code;
}

/**
 * nts_respond_plain() - answer without authentication, or as far as that goes
 * @packet: the request, becomes the answer
 * @request: as parsed
 * @quality: of the clock
 * @receive: NTP timestamp of arrival
 *
 * The transmit timestamp is left to nts_respond_stamp() or
 * nts_respond_interleaved().
 *
 * Return: length of the answer, at most that of the request.
 */
u32 nts_respond_plain(u8 *packet, const struct nts_request *request,
		      const struct nts_quality *quality, u64 receive)
{
	write_header(packet, request, quality, receive);
	return request->uid.len ? echo_uid(packet, request) : NTS_NTP_HEADER_LEN;
}

/**
 * nts_respond_nak() - say that the cookie or authenticator was no good
 * @packet: the request, becomes the answer
 * @request: as parsed
 *
 * It carries neither cookie nor authenticator (RFC 8915, 5.7).
 *
 * Return: length of the answer, at most that of the request.
 */
u32 nts_respond_nak(u8 *packet, const struct nts_request *request)
{
	struct nts_quality kiss;

	nts_respond_kiss(&kiss, NTS_KOD_NAK);
	return nts_respond_plain(packet, request, &kiss, 0);
}

/**
 * nts_respond_timeless() - tell the client only the time it told us
 * @packet: a prepared kiss-o'-death, not yet sealed
 *
 * Who asks too often gets no time; but timestamps of 0 would make clients take
 * the answer for a broken one.
 */
void nts_respond_timeless(u8 *packet)
{
	struct nts_ntp_header *header = (struct nts_ntp_header *)packet;

	header->receive = header->origin;
	header->transmit = header->origin;
}

/**
 * nts_respond_stamp() - write the time of sending
 * @packet: a prepared answer, not yet sealed
 * @transmit: NTP timestamp
 */
void nts_respond_stamp(u8 *packet, u64 transmit)
{
	struct nts_ntp_header *header = (struct nts_ntp_header *)packet;

	transmit = nts_interleave_transmit(transmit, be64_to_cpu(header->receive));
	header->transmit = cpu_to_be64(transmit);
}

/**
 * nts_respond_interleaved() - write when the answer before was sent, instead
 * @packet: as for nts_respond_stamp()
 * @request: as parsed
 * @transmit: as nts_interleave_take() returned
 *
 * That it is interleaved the client sees by the origin timestamp (RFC 9769).
 */
void nts_respond_interleaved(u8 *packet, const struct nts_request *request, u64 transmit)
{
	struct nts_ntp_header *header = (struct nts_ntp_header *)packet;

	header->origin = cpu_to_be64(request->receive);
	header->transmit = cpu_to_be64(transmit);
}
