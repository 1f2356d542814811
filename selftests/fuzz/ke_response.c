// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz the judge of what NTS-KE servers answer. Byte by byte it comes to the
 * verdict that all at once gives; what it finds good can be used without a
 * further look; what it refuses, it refuses with a reason.
 */
#include <stdlib.h>

#include "../../ntsd/ke_response.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_good(const struct ke_response *res)
{
	if (res->why[0] || !res->n_cookies || res->n_cookies > KE_COOKIES)
		abort();
	for (unsigned int i = 0; i < res->n_cookies; i++)
		if (!res->cookie[i].len || res->cookie[i].len > KE_COOKIE_MAX)
			abort();
	if (!memchr(res->server, '\0', sizeof(res->server)) ||
	    (res->server[0] && !ke_record_host_ok(res->server)))
		abort();
	if (res->warning < -1 || res->warning > UINT16_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ke_response res, part;
	size_t len = 0;
	bool done;

	if (size > KE_RESPONSE_MAX)
		return 0;
	done = ke_response_parse(data, size, &res);
	if (!done)
		return 0;
	if (res.good)
		check_good(&res);
	else if (!memchr(res.why, '\0', sizeof(res.why)) || !res.why[0])
		abort();
	/* It is done no sooner than it has all that it judges. */
	while (len < size && !ke_response_parse(data, len, &part))
		len++;
	if (len < size && part.good && res.good)
		abort();	/* bytes after the end are no good */
	return 0;
}
