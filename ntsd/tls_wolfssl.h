/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the two files that know wolfSSL's TLS; written for 5.5.4 and later. */
#ifndef NTSD_TLS_WOLFSSL_H
#define NTSD_TLS_WOLFSSL_H

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "tls.h"

struct tls_server {
	WOLFSSL_CTX *ctx;
	char *name;
	time_t not_before;
	time_t not_after;
	word32 key_kind;
	word32 curve;
};

#endif
