// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ke_session.h"

static void begin_answer(struct ke_session *s, struct ke_builder *b)
{
	memset(b, 0, sizeof(*b));
	b->buf = s->out;
	b->cap = sizeof(s->out);
	s->out_pos = 0;
}

static void end_answer(struct ke_session *s, struct ke_builder *b)
{
	ke_record_put_end(b);
	s->out_len = b->len;
	s->want = KE_WANT_WRITE;
}

static void answer_error(struct ke_session *s, enum ke_error error)
{
	struct ke_builder b;

	begin_answer(s, &b);
	ke_record_put_u16(&b, true, KE_ERROR, error);
	end_answer(s, &b);
}

/* RFC 8915 sections 4.1.2 and 4.1.5: nothing in common is no error. */
static void answer_nothing_common(struct ke_session *s)
{
	struct ke_builder b;

	begin_answer(s, &b);
	if (s->req.ntpv4) {
		ke_record_put_u16(&b, true, KE_NEXT_PROTOCOL,
				  KE_PROTOCOL_NTPV4);
		ke_record_put(&b, true, KE_AEAD, NULL, 0);
	} else {
		ke_record_put(&b, true, KE_NEXT_PROTOCOL, NULL, 0);
	}
	end_answer(s, &b);
}

static void judge(struct ke_session *s)
{
	if (s->req.error != KE_ERROR_NONE)
		answer_error(s, s->req.error);
	else if (!s->req.ntpv4 || s->req.aead < 0)
		answer_nothing_common(s);
	else
		s->want = KE_WANT_COOKIES;
}

/**
 * ke_session_init() - start the exchange, and its deadline
 * @s: the session
 * @policy: must live as long as the session
 * @now_ms: any clock that only goes forward
 */
void ke_session_init(struct ke_session *s, const struct ke_policy *policy,
		     uint64_t now_ms)
{
	s->policy = policy;
	s->want = KE_WANT_READ;
	s->encrypted = false;
	s->deadline_ms = now_ms + policy->timeout_ms;
	s->in_len = 0;
	s->out_len = 0;
	s->out_pos = 0;
}

/**
 * ke_session_encrypted() - the TLS handshake is done
 * @s: the session
 *
 * From here on a client that is too slow is told so by an Error record.
 */
void ke_session_encrypted(struct ke_session *s)
{
	s->encrypted = true;
}

/**
 * ke_session_room() - where the next decrypted bytes go
 * @s: the session, wanting KE_WANT_READ
 * @room: how many bytes fit, never 0
 *
 * Return: the place.
 */
uint8_t *ke_session_room(struct ke_session *s, size_t *room)
{
	*room = sizeof(s->in) - s->in_len;
	return s->in + s->in_len;
}

/**
 * ke_session_input() - bytes were put where ke_session_room() said
 * @s: the session, wanting KE_WANT_READ
 * @len: how many, at most the room
 */
void ke_session_input(struct ke_session *s, size_t len)
{
	s->in_len += len;
	if (ke_record_parse(s->in, s->in_len, s->policy->aeads,
			    s->policy->n_aeads, &s->req))
		judge(s);
}

/**
 * ke_session_eof() - the client sends no more
 * @s: the session
 *
 * It may still read: an unfinished request is answered as a bad one.
 */
void ke_session_eof(struct ke_session *s)
{
	if (s->want == KE_WANT_READ && s->encrypted && s->in_len)
		answer_error(s, KE_ERROR_BAD_REQUEST);
	else if (s->want == KE_WANT_READ)
		s->want = s->encrypted ? KE_WANT_BYE : KE_WANT_CLOSE;
	else if (s->want == KE_WANT_DRAIN)
		s->want = KE_WANT_CLOSE;
}

/**
 * ke_session_cookies() - answer with cookies
 * @s: the session, wanting KE_WANT_COOKIES
 * @cookies: they seal the keys exported for the AEAD @s->req.aead
 * @n: 1 to 8
 */
void ke_session_cookies(struct ke_session *s, const struct ke_cookie *cookies,
			size_t n)
{
	const struct ke_policy *p = s->policy;
	struct ke_builder b;

	begin_answer(s, &b);
	ke_record_put_u16(&b, true, KE_NEXT_PROTOCOL, KE_PROTOCOL_NTPV4);
	ke_record_put_u16(&b, true, KE_AEAD, s->req.aead);
	if (p->ntp_server[0])
		ke_record_put(&b, true, KE_NTPV4_SERVER, p->ntp_server,
			      strlen(p->ntp_server));
	if (p->ntp_port != 123)
		ke_record_put_u16(&b, true, KE_NTPV4_PORT, p->ntp_port);
	for (size_t i = 0; i < n; i++)
		ke_record_put(&b, false, KE_NEW_COOKIE, cookies[i].bytes,
			      cookies[i].len);
	end_answer(s, &b);
	if (b.full)
		answer_error(s, KE_ERROR_INTERNAL);
}

/**
 * ke_session_fail() - cookies could not be made: answer Error 2
 * @s: the session, wanting KE_WANT_COOKIES
 */
void ke_session_fail(struct ke_session *s)
{
	answer_error(s, KE_ERROR_INTERNAL);
}

/**
 * ke_session_output() - what to send
 * @s: the session, wanting KE_WANT_WRITE
 * @len: how many bytes
 *
 * Return: the bytes.
 */
const uint8_t *ke_session_output(const struct ke_session *s, size_t *len)
{
	*len = s->out_len - s->out_pos;
	return s->out + s->out_pos;
}

/**
 * ke_session_sent() - bytes of ke_session_output() were sent
 * @s: the session, wanting KE_WANT_WRITE
 * @len: how many
 */
void ke_session_sent(struct ke_session *s, size_t len)
{
	s->out_pos += len;
	if (s->out_pos == s->out_len)
		s->want = KE_WANT_BYE;
}

/**
 * ke_session_bye() - close_notify was sent
 * @s: the session, wanting KE_WANT_BYE
 *
 * What the client still sends is read and dropped: a close() with unread
 * bytes would reset the connection and could destroy the answer on its way.
 */
void ke_session_bye(struct ke_session *s)
{
	s->want = KE_WANT_DRAIN;
}

/**
 * ke_session_tick() - the time passes
 * @s: the session
 * @now_ms: the clock of ke_session_init()
 *
 * At the deadline an unfinished request gets Error 1 (RFC 8915 section 4.1.3)
 * and everything else ends.
 */
void ke_session_tick(struct ke_session *s, uint64_t now_ms)
{
	if (now_ms < s->deadline_ms)
		return;
	if (s->want == KE_WANT_READ && s->encrypted) {
		answer_error(s, KE_ERROR_BAD_REQUEST);
		s->deadline_ms = now_ms + KE_GRACE_MS;
	} else {
		s->want = KE_WANT_CLOSE;
	}
}
