/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can become of a packet; each verdict is a counter of its own. */
#ifndef _NTS_CORE_VERDICT_H
#define _NTS_CORE_VERDICT_H

/* X(IDENTIFIER, "counter-name", KIND, "text for people") */
#define NTS_VERDICTS(X) \
	X(ANSWER_PLAIN, "answer-plain", ANSWER, "plain NTP requests answered") \
	X(ANSWER_NTS, "answer-nts", ANSWER, "authenticated requests answered") \
	X(ANSWER_NAK, "answer-nak", ANSWER, "NAKs sent: cookie or authenticator not opened") \
	X(ANSWER_RATE, "kod-rate", ANSWER, "told to ask less often") \
	X(DROP_DENIED, "drop-denied", DROP, "from an address that is not allowed") \
	X(DROP_RATE, "drop-rate", DROP, "of who asks too often") \
	X(DROP_SHORT, "drop-short", DROP, "shorter than an NTP header") \
	X(DROP_LONG, "drop-long", DROP, "longer than any request") \
	X(DROP_MODE, "drop-mode", DROP, "not a client request") \
	X(DROP_VERSION, "drop-version", DROP, "NTP version not 1 to 4") \
	X(DROP_MAC, "drop-mac", DROP, "with a MAC, for which there is no key") \
	X(DROP_EXT, "drop-ext", DROP, "malformed extension field") \
	X(DROP_UID_LENGTH, "drop-uid-length", DROP, "unique identifier shorter than 32 octets") \
	X(DROP_UID_MISSING, "drop-uid-missing", DROP, "NTS request without unique identifier") \
	X(DROP_COOKIE_MISSING, "drop-cookie-missing", DROP, "NTS request without cookie") \
	X(DROP_AUTH_MISSING, "drop-auth-missing", DROP, "NTS request without authenticator") \
	X(DROP_DUPLICATE, "drop-duplicate", DROP, "NTS field twice that may be there once") \
	X(DROP_PLACEHOLDER, "drop-placeholder", DROP, "placeholder not as long as the cookie") \
	X(DROP_AUTH_LENGTH, "drop-auth-length", DROP, "authenticator with impossible lengths") \
	X(DROP_AUTH_PADDING, "drop-auth-padding", DROP, "authenticator with too little padding") \
	X(DROP_NO_ROOM, "drop-no-room", DROP, "answer would be longer than its request") \
	X(DROP_ADDRESS, "drop-address", DROP, "source or destination not to be answered") \
	X(DROP_MEMORY, "drop-memory", DROP, "no memory to make the packet writable") \
	X(DROP_ROUTE, "drop-route", DROP, "no route back to the client") \
	X(DROP_CHECKSUM, "drop-checksum", DROP, "with a wrong UDP checksum, on the fast path")

enum nts_verdict {
#define NTS_VERDICT_ENUM(id, name, kind, text) NTS_##id,
	NTS_VERDICTS(NTS_VERDICT_ENUM)
#undef NTS_VERDICT_ENUM
	NTS_VERDICT_COUNT
};

/**
 * nts_verdict_answers() - tell answers from drops
 * @verdict: what became of a packet
 *
 * Return: true when an answer of some kind goes out.
 */
#define nts_verdict_answers(verdict) ((verdict) <= NTS_ANSWER_RATE)

#endif /* _NTS_CORE_VERDICT_H */
