/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One NTS-KE exchange as a state machine (RFC 8915 section 4): decrypted bytes
 * in, bytes to send out. It does no I/O and reads no clock; the caller tells
 * it the time in milliseconds.
 */
#ifndef NTSD_KE_SESSION_H
#define NTSD_KE_SESSION_H

#include "ke_record.h"

/* A bit more than an answer of 8 cookies and the longest name takes. */
#define KE_ANSWER_MAX (KE_COOKIES * (KE_HEADER_LEN + KE_COOKIE_MAX) + 512)
/* After the deadline, the Error record and close_notify get this much. */
#define KE_GRACE_MS 500

enum ke_want {
	KE_WANT_READ,		/* give it bytes: ke_session_input() */
	KE_WANT_COOKIES,	/* ke_session_cookies() or ke_session_fail() */
	KE_WANT_WRITE,		/* send ke_session_output() */
	KE_WANT_BYE,		/* send close_notify, ke_session_bye() */
	KE_WANT_DRAIN,		/* discard what comes until it is closed */
	KE_WANT_CLOSE,		/* nothing is left to do */
};

/**
 * struct ke_policy - what is the same for every session
 * @timeout_ms: time for the whole exchange, TLS handshake included
 * @aeads: the AEAD algorithms that are served
 * @n_aeads: how many
 * @ntp_port: UDP port of the NTP server; named in the answer if not 123
 * @ntp_server: its name or address, or "" when it is the one of NTS-KE
 */
struct ke_policy {
	uint32_t timeout_ms;
	uint16_t aeads[4];
	size_t n_aeads;
	uint16_t ntp_port;
	char ntp_server[KE_HOST_MAX + 1];
};

struct ke_cookie {
	uint16_t len;
	uint8_t bytes[KE_COOKIE_MAX];
};

struct ke_session {
	const struct ke_policy *policy;
	enum ke_want want;
	bool encrypted;
	uint64_t deadline_ms;
	struct ke_request req;
	size_t in_len;
	size_t out_len;
	size_t out_pos;
	uint8_t in[KE_MSG_MAX];
	uint8_t out[KE_ANSWER_MAX];
};

void ke_session_init(struct ke_session *s, const struct ke_policy *policy,
		     uint64_t now_ms);
void ke_session_encrypted(struct ke_session *s);
uint8_t *ke_session_room(struct ke_session *s, size_t *room);
void ke_session_input(struct ke_session *s, size_t len);
void ke_session_eof(struct ke_session *s);
void ke_session_cookies(struct ke_session *s, const struct ke_cookie *cookies,
			size_t n);
void ke_session_fail(struct ke_session *s);
const uint8_t *ke_session_output(const struct ke_session *s, size_t *len);
void ke_session_sent(struct ke_session *s, size_t len);
void ke_session_bye(struct ke_session *s);
void ke_session_tick(struct ke_session *s, uint64_t now_ms);

#endif
