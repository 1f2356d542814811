// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz the judge of NTS-KE requests. A verdict must not change what it depends
 * on: the same bytes give the same verdict, a request that is complete stays
 * judged, and what is found good must consist of the records it has to.
 */
#include <stdlib.h>

#include "../../ntsd/ke_record.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_good(const uint8_t *data, size_t size)
{
	bool protocol = false, aead = false, end = false;
	struct ke_record rec;
	size_t pos = 0;

	while (pos < size) {
		if (end || ke_record_next(data, size, &pos, &rec) !=
		    KE_MORE_RECORD)
			abort();
		protocol |= rec.type == KE_NEXT_PROTOCOL;
		aead |= rec.type == KE_AEAD;
		end |= rec.type == KE_END_OF_MESSAGE;
	}
	if (!protocol || !end || pos != size || !aead)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t aeads[] = { 15, 30 };
	struct ke_request req, again;
	bool done;

	if (size > KE_MSG_MAX)
		return 0;
	done = ke_record_parse(data, size, aeads, 2, &req);
	if (done != ke_record_parse(data, size, aeads, 2, &again) ||
	    req.error != again.error || req.aead != again.aead)
		abort();
	if (done && req.error == KE_ERROR_NONE && req.ntpv4)
		check_good(data, size);
	if (done && req.aead >= 0 && req.aead != 15 && req.aead != 30)
		abort();
	if (!done && size == KE_MSG_MAX)
		abort();
	return 0;
}
