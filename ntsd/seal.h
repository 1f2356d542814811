/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes cookies with the current cookie key, the only one a worker knows. */
#ifndef NTSD_SEAL_H
#define NTSD_SEAL_H

#include "conn.h"
#include "keyring.h"

struct sealer;

struct sealer *sealer_new(void);
void sealer_set_key(struct sealer *sealer, uint32_t id,
		    const uint8_t bytes[KEYRING_KEY_LEN]);
bool sealer_make(void *sealer, const uint8_t c2s[TLS_EXPORT_LEN],
		 const uint8_t s2c[TLS_EXPORT_LEN], struct ke_cookie *cookies,
		 size_t n);
void sealer_free(struct sealer *sealer);

#endif
