// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz the NTS-KE session: the input is a script of bytes received, time that
 * passes and what else can happen. Whatever comes, the session asks only for
 * what its state allows, answers at most once, with whole records, and ends.
 */
#include <stdlib.h>

#include "../../ntsd/ke_record.c"
#include "../../ntsd/ke_session.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ke_session s;

static void check_answer(void)
{
	struct ke_record rec = { 0 };
	size_t len, pos = 0;
	const uint8_t *out = ke_session_output(&s, &len);

	if (!len || len > KE_ANSWER_MAX)
		abort();
	if (s.out_pos)
		return;
	while (pos < len)
		if (ke_record_next(out, len, &pos, &rec) != KE_MORE_RECORD)
			abort();
	if (rec.type != KE_END_OF_MESSAGE || !rec.critical)
		abort();
}

static void give(const uint8_t *data, size_t size)
{
	size_t room;
	uint8_t *to = ke_session_room(&s, &room);

	if (!room)
		abort();
	if (size > room)
		size = room;
	memcpy(to, data, size);
	ke_session_input(&s, size);
}

static void answer(uint8_t with)
{
	struct ke_cookie cookies[KE_COOKIES];

	memset(cookies, with, sizeof(cookies));
	for (int i = 0; i < KE_COOKIES; i++)
		cookies[i].len = with;
	if (with & 1)
		ke_session_fail(&s);
	else
		ke_session_cookies(&s, cookies, 1 + with % KE_COOKIES);
}

/* One step of the script; @take bytes follow the op. */
static void step(uint8_t op, uint8_t arg, const uint8_t *data, size_t take,
		 uint64_t *now)
{
	size_t len;

	if (op == 0xff)
		ke_session_eof(&s);
	else if (op == 0xfe)
		ke_session_tick(&s, *now += arg * 16);
	else if (op == 0xfd)
		ke_session_encrypted(&s);
	else if (s.want == KE_WANT_READ)
		give(data, take);

	switch (s.want) {
	case KE_WANT_COOKIES:
		answer(arg);
		break;
	case KE_WANT_WRITE:
		check_answer();
		ke_session_output(&s, &len);
		ke_session_sent(&s, arg < len ? arg : len);
		break;
	case KE_WANT_BYE:
		ke_session_bye(&s);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ke_policy policy = { .timeout_ms = 2000, .aeads = { 15 },
				    .n_aeads = 1, .ntp_port = 123 };
	uint64_t now = 0;

	if (!size)
		return 0;
	if (data[0] & 1)
		policy.ntp_port = 11123;
	if (data[0] & 2)
		memset(policy.ntp_server, 'a', KE_HOST_MAX);
	ke_session_init(&s, &policy, now);
	if (data[0] & 4)
		ke_session_encrypted(&s);

	for (size_t pos = 1; pos + 2 <= size;) {
		size_t take = data[pos] < size - pos - 2 ? data[pos] :
			      size - pos - 2;

		step(data[pos], data[pos + 1], data + pos + 2, take, &now);
		pos += 2 + take;
	}
	/* Time alone ends every session: once more for the grace. */
	ke_session_tick(&s, now + 10000);
	ke_session_tick(&s, now + 20000);
	if (s.want != KE_WANT_CLOSE)
		abort();
	return 0;
}
