/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can become of a request; each is a counter of its own. */
#ifndef NTSLOAD_OUTCOME_H
#define NTSLOAD_OUTCOME_H

#include "core/exchange.h"

/* X(IDENTIFIER, "key", "text for people") */
#define OUTCOMES(X) \
	X(VERIFIED, "verified", "verified") \
	X(UNCHECKED, "unchecked", "not verified, as asked") \
	X(BAD, "bad", "bad") \
	X(NAK, "nak", "NAK") \
	X(RATE, "kiss_rate", "told RATE") \
	X(DENY, "kiss_deny", "told DENY") \
	X(KISS, "kiss_other", "another kiss-o'-death") \
	X(LATE, "late", "late or twice") \
	X(LOST, "lost", "lost") \
	X(UNMATCHED, "unmatched", "of no request")

enum outcome {
#define OUTCOME_ENUM(id, key, text) OUTCOME_##id,
	OUTCOMES(OUTCOME_ENUM)
#undef OUTCOME_ENUM
	OUTCOME_COUNT
};

enum outcome outcome_of(enum nts_reply reply, const struct nts_answer *answer);
const char *outcome_key(enum outcome outcome);
const char *outcome_text(enum outcome outcome);

#endif
