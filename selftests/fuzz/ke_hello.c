// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzz the look into a ClientHello, which comes before TLS has a say. */
#include <stdlib.h>
#include <string.h>

#include "../../ntsd/hello.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum hello_found found;
	struct hello hello;

	memset(&hello, 0xa5, sizeof(hello));
	found = hello_look(data, size, &hello);
	if (hello.n > HELLO_SCHEMES_MAX || hello.need > HELLO_MAX)
		abort();
	/* It must not ask for what is there already: that would never end. */
	if (found == HELLO_NEEDS_MORE && hello.need <= size)
		abort();
	return 0;
}
