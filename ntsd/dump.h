/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and cookies of a source on disk, in chrony's files: NAME.nts, where NAME
 * is the address of the NTS-KE server.
 */
#ifndef NTSD_DUMP_H
#define NTSD_DUMP_H

#include "address.h"
#include "config.h"
#include "ke_session.h"
#include "tls.h"

/**
 * struct dump - what is in a file
 * @name: of the NTS-KE server, as configured
 * @ke: its address, from the name of the file
 * @ke_time: when the keys were established, seconds since 1970
 * @ntp: address of the NTP server
 * @port: of it
 * @c2s: key of our packets
 * @s2c: key of the server's
 * @n: cookies, 0 to 8
 * @cookie: the cookies, which nobody has used
 */
struct dump {
	char name[CONFIG_NAME_MAX + 1];
	struct address ke;
	int64_t ke_time;
	struct address ntp;
	uint16_t port;
	uint8_t c2s[TLS_EXPORT_LEN];
	uint8_t s2c[TLS_EXPORT_LEN];
	unsigned int n;
	struct ke_cookie cookie[KE_COOKIES];
};

/**
 * typedef dump_skip - says which files not to take
 * @arg: as given
 * @dump: what is in one
 *
 * Return: true to pass over it.
 */
typedef bool dump_skip(const void *arg, const struct dump *dump);

int dump_save(const char *dir, const struct dump *dump, char *err,
	      size_t err_len);
bool dump_load(const char *dir, const char *file, struct dump *dump);
bool dump_find(const char *dir, const char *name, dump_skip *skip,
	       const void *arg, struct dump *dump);
bool dump_remove(const char *dir, const struct address *ke);

#endif
