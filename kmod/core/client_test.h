/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client, as far as the tests of the server side need one. */
#ifndef _NTS_CORE_CLIENT_TEST_H
#define _NTS_CORE_CLIENT_TEST_H

#include "cookie.h"
#include "ext.h"

#define CLIENT_KEY_ID	0x11223344U
#define CLIENT_TRANSMIT	0x0123456789abcdefULL

struct client {
	struct nts_cookie_ring ring;
	u8 c2s[NTS_SIV_KEY_LEN], s2c[NTS_SIV_KEY_LEN];
	u8 packet[2048];
	u32 len;
};

static inline void client_init(struct client *c)
{
	static const u8 bytes[NTS_SIV_KEY_LEN] = { 9, 8, 7 };

	memset(c, 0, sizeof(*c));
	c->ring.n = 1;
	c->ring.key[0].id = CLIENT_KEY_ID;
	nts_siv_setkey(&c->ring.key[0].siv[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	memset(c->c2s, 0x21, sizeof(c->c2s));
	memset(c->s2c, 0x42, sizeof(c->s2c));
}

static inline void client_header(struct client *c, u8 version)
{
	struct nts_ntp_header *header = (struct nts_ntp_header *)c->packet;

	memset(c->packet, 0, sizeof(c->packet));
	header->lvm = NTS_NTP_LVM(0, version, NTS_NTP_MODE_CLIENT);
	header->poll = 6;
	header->transmit = cpu_to_be64(CLIENT_TRANSMIT);
	c->len = NTS_NTP_HEADER_LEN;
}

/* Appends a field; its body is filled with @fill. */
static inline u8 *client_field(struct client *c, u16 type, u16 body_len, u8 fill)
{
	u8 *body = nts_ext_put(c->packet + c->len, type, body_len + NTS_EXT_HEADER_LEN);

	memset(body, fill, body_len);
	c->len += body_len + NTS_EXT_HEADER_LEN;
	return body;
}

static inline void client_uid(struct client *c)
{
	client_field(c, NTS_EXT_UNIQUE_ID, 32, 0x55);
}

static inline void client_cookie(struct client *c)
{
	static const u8 nonce[NTS_NONCE_LEN] = { 3, 1, 4 };
	u8 *body = client_field(c, NTS_EXT_COOKIE, NTS_COOKIE_LEN, 0);

	nts_cookie_seal(&c->ring.key[0], NTS_SIV_LIB, nonce, c->c2s, c->s2c, body);
}

/* Appends the authenticator, over all before it, with @padding behind the tag. */
static inline void client_auth(struct client *c, u16 nonce_len, u16 padding)
{
	u16 nonce_room = (nonce_len + 3) & ~3;
	u32 aad_len = c->len;
	u8 *body = client_field(c, NTS_EXT_AUTH, 4 + nonce_room + 16 + padding, 0);
	const struct nts_span ad[] = { { c->packet, aad_len }, { body + 4, nonce_len } };
	struct nts_siv_key key;

	put_unaligned_be16(nonce_len, body);
	put_unaligned_be16(16, body + 2);
	memset(body + 4, 0x77, nonce_len);
	nts_siv_setkey(&key, c->c2s, NTS_SIV_LIB);
	nts_siv_seal(&key, ad, 2, body + 4 + nonce_room + 16, 0, body + 4 + nonce_room);
}

static inline void client_request(struct client *c, u16 placeholders)
{
	client_header(c, 4);
	client_uid(c);
	client_cookie(c);
	while (placeholders--)
		client_field(c, NTS_EXT_PLACEHOLDER, NTS_COOKIE_LEN, 0);
	client_auth(c, 16, 0);
}

#endif /* _NTS_CORE_CLIENT_TEST_H */
