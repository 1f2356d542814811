/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of NTS-KE (RFC 8915 section 4): pure code, no I/O.
 */
#ifndef NTSD_KE_RECORD_H
#define NTSD_KE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest request that is read; RFC 8915 section 4 asks for 1024 at least. */
#define KE_MSG_MAX 16384
#define KE_HEADER_LEN 4
#define KE_COOKIES 8
#define KE_COOKIE_MAX 256
#define KE_HOST_MAX 255

enum ke_type {
	KE_END_OF_MESSAGE = 0,
	KE_NEXT_PROTOCOL = 1,
	KE_ERROR = 2,
	KE_WARNING = 3,
	KE_AEAD = 4,
	KE_NEW_COOKIE = 5,
	KE_NTPV4_SERVER = 6,
	KE_NTPV4_PORT = 7,
};

/* Bodies of the Error record, RFC 8915 section 4.1.3. */
enum ke_error {
	KE_ERROR_CRITICAL = 0,
	KE_ERROR_BAD_REQUEST = 1,
	KE_ERROR_INTERNAL = 2,
	KE_ERROR_NONE = -1,
};

#define KE_PROTOCOL_NTPV4 0
#define KE_AEAD_AES_SIV_CMAC_256 15

struct ke_record {
	bool critical;
	uint16_t type;
	uint16_t len;
	const uint8_t *body;
};

enum ke_more { KE_MORE_NEEDED, KE_MORE_RECORD };

enum ke_more ke_record_next(const uint8_t *buf, size_t len, size_t *pos,
			    struct ke_record *rec);

/**
 * struct ke_request - what a complete request asks for
 * @error: KE_ERROR_NONE, or what has to be answered instead
 * @ntpv4: the client offers NTPv4
 * @aead: the first AEAD algorithm of the client that we know, or -1
 */
struct ke_request {
	enum ke_error error;
	bool ntpv4;
	int aead;
};

bool ke_record_parse(const uint8_t *buf, size_t len, const uint16_t *aeads,
		     size_t n_aeads, struct ke_request *req);

struct ke_builder {
	uint8_t *buf;
	size_t cap;
	size_t len;
	bool full;
};

void ke_record_put(struct ke_builder *b, bool critical, uint16_t type,
		   const void *body, size_t len);
void ke_record_put_u16(struct ke_builder *b, bool critical, uint16_t type,
		       uint16_t value);
void ke_record_put_end(struct ke_builder *b);

bool ke_record_host_ok(const char *name);

#endif
