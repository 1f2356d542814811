/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can become of an answer to our request; each is a counter of its own. */
#ifndef _NTS_CORE_REPLY_H
#define _NTS_CORE_REPLY_H

/* X(IDENTIFIER, "counter-name", KIND, "text for people") */
#define NTS_REPLIES(X) \
	X(REPLY_TIME, "client-time", INFO, "answers to our requests that tell the time") \
	X(REPLY_NAK, "client-nak", INFO, "NAKs to our requests: a server lost our cookie's key") \
	X(REPLY_DENY, "client-kod-deny", INFO, "servers refused service") \
	X(REPLY_RATE, "client-kod-rate", INFO, "servers asked for fewer requests") \
	X(REPLY_KOD, "client-kod-other", INFO, "other kiss-o'-death answers") \
	X(REPLY_SHORT, "client-drop-short", DROP, "answers too short, or longer than any") \
	X(REPLY_MODE, "client-drop-mode", DROP, "answers not of a server of our version") \
	X(REPLY_ORIGIN, "client-drop-origin", DROP, "answers to no request of ours") \
	X(REPLY_LATE, "client-drop-late", DROP, "answers too late, twice or replayed") \
	X(REPLY_EXT, "client-drop-ext", DROP, "answers with a malformed extension field") \
	X(REPLY_UID, "client-drop-uid", DROP, "answers with another unique identifier") \
	X(REPLY_UNPROTECTED, "client-drop-unprotected", DROP, "answers without authenticator") \
	X(REPLY_FORGED, "client-drop-forged", DROP, "answers whose authenticator is false") \
	X(REPLY_STAMPS, "client-drop-stamps", DROP, "answers without timestamps")

enum nts_reply {
#define NTS_REPLY_ENUM(id, name, kind, text) NTS_##id,
	NTS_REPLIES(NTS_REPLY_ENUM)
#undef NTS_REPLY_ENUM
	NTS_REPLY_COUNT
};

#endif /* _NTS_CORE_REPLY_H */
