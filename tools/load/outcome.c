// SPDX-License-Identifier: GPL-2.0-or-later
#include "outcome.h"

static enum outcome kiss(const struct nts_answer *answer)
{
	if (answer->server.stratum)
		return OUTCOME_BAD;
	switch (answer->server.refid) {
	case NTS_KOD_NAK:
		return OUTCOME_NAK;
	case NTS_KOD_RATE:
		return OUTCOME_RATE;
	case NTS_KOD_DENY:
	case NTS_KOD_RSTR:
		return OUTCOME_DENY;
	}
	return OUTCOME_KISS;
}

/**
 * outcome_of() - judge an answer
 * @reply: what nts_exchange_reply() says of it
 * @answer: what it filled in
 *
 * Many servers refuse without authentication: that is told as what it says,
 * since it is counted here and not obeyed.
 *
 * Return: what became of the request.
 */
enum outcome outcome_of(enum nts_reply reply, const struct nts_answer *answer)
{
	switch (reply) {
	case NTS_REPLY_TIME:
		return OUTCOME_VERIFIED;
	case NTS_REPLY_NAK:
		return OUTCOME_NAK;
	case NTS_REPLY_RATE:
	case NTS_REPLY_DENY:
	case NTS_REPLY_KOD:
	case NTS_REPLY_UNPROTECTED:
		return kiss(answer);
	case NTS_REPLY_LATE:
		return OUTCOME_LATE;
	default:
		return OUTCOME_BAD;
	}
}

/**
 * outcome_key() - name an outcome for programs
 * @outcome: which one
 *
 * Return: its name.
 */
const char *outcome_key(enum outcome outcome)
{
	static const char *const keys[] = {
#define OUTCOME_KEY(id, key, text) key,
		OUTCOMES(OUTCOME_KEY)
#undef OUTCOME_KEY
	};

	return keys[outcome];
}

/**
 * outcome_text() - name an outcome for people
 * @outcome: which one
 *
 * Return: its name.
 */
const char *outcome_text(enum outcome outcome)
{
	static const char *const texts[] = {
#define OUTCOME_TEXT(id, key, text) text,
		OUTCOMES(OUTCOME_TEXT)
#undef OUTCOME_TEXT
	};

	return texts[outcome];
}
