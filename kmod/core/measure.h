/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an answer to a measurement (RFC 5905 section 8, RFC 9769 section 2). */
#ifndef _NTS_CORE_MEASURE_H
#define _NTS_CORE_MEASURE_H

#include "exchange.h"

/* The tests of chronyc ntpdata, in its order. */
#define NTS_TEST_DUPLICATE	BIT(9)
#define NTS_TEST_ORIGIN		BIT(8)
#define NTS_TEST_STAMPS		BIT(7)
#define NTS_TEST_AUTH		BIT(6)
#define NTS_TEST_SYNC		BIT(5)
#define NTS_TEST_ROOT		BIT(4)
#define NTS_TEST_A		BIT(3)
#define NTS_TEST_B		BIT(2)
#define NTS_TEST_C		BIT(1)
#define NTS_TEST_D		BIT(0)
#define NTS_TEST_ALL		(BIT(10) - 1)
/* Those of the sample, which come last. */
#define NTS_TEST_SAMPLE		(NTS_TEST_A | NTS_TEST_B | NTS_TEST_C)

/**
 * struct nts_stamps - the four of one exchange, and whose they are
 * @sent: when the request left, raw ns
 * @receive: when the server got it, ns since 1970 UTC
 * @transmit: when the answer left, ns since 1970 UTC
 * @received: when it came, raw ns
 * @sent_kind: enum nts_stamp_kind of @sent
 * @received_kind: of @received
 * @again: this exchange was measured already, or is not known any more
 * @interleaved: they are those of the exchange before, and exact at the server's
 *	end
 */
struct nts_stamps {
	s64 sent;
	s64 receive;
	s64 transmit;
	s64 received;
	u8 sent_kind;
	u8 received_kind;
	bool again;
	bool interleaved;
};

void nts_measure_stamps(const struct nts_exchange *exchange,
			const struct nts_answer *answer, s64 received, u8 kind,
			const struct nts_previous *previous, struct nts_stamps *stamps);
void nts_measure_done(struct nts_previous *previous, const struct nts_exchange *exchange,
		      const struct nts_answer *answer, s64 received, u8 kind);
void nts_measure_sent(struct nts_exchange *exchange, struct nts_previous *previous,
		      s64 sent, u8 kind);
u32 nts_measure_tests(const struct nts_stamps *stamps, const struct nts_answer *answer,
		      u32 self);
void nts_measure_sample(const struct nts_stamps *stamps, const struct nts_answer *answer,
			s64 freq, s64 skew, s8 precision, struct nts_sample *sample);

#endif /* _NTS_CORE_MEASURE_H */
