/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a certificate and its key, and judges whether they can serve. */
#ifndef NTSD_CERTLOAD_H
#define NTSD_CERTLOAD_H

#include "tls.h"

#define CERTLOAD_DIGEST_LEN 32

enum certload_fault {
	CERTLOAD_GOOD,
	CERTLOAD_DOUBTFUL,	/* TLS can use it, but clients may refuse it */
	CERTLOAD_UNUSABLE,
};

/**
 * struct certload - what was found
 * @fault: may it serve?
 * @expired: clients refuse it for sure
 * @of_key: @why speaks of the key's file
 * @facts: what the certificate says, unless it is unusable
 * @digest: of both files, to tell whether they are others
 * @again: when a doubt ends by itself, seconds since 1970, or 0
 * @why: the fault
 * @remark: what is not as it should be, but no fault
 */
struct certload {
	enum certload_fault fault;
	bool expired;
	bool of_key;
	struct tls_facts facts;
	uint8_t digest[CERTLOAD_DIGEST_LEN];
	time_t again;
	char why[TLS_ERR_LEN];
	char remark[TLS_ERR_LEN];
};

void certload_read(struct certload *load, const char *cert, const char *key,
		   time_t now, int fd[2]);
bool certload_shares_name(const struct tls_facts *a, const struct tls_facts *b);
void certload_hold_against(struct certload *load, const struct tls_facts *before,
			   time_t now);

#endif
