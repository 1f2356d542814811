/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes keys and certificates, by wolfSSL. */
#ifndef NTSCTL_CERTMAKE_H
#define NTSCTL_CERTMAKE_H

#include <stdbool.h>
#include <stddef.h>

#define CERTMAKE_NAMES 32
#define CERTMAKE_PEM_LEN 16384
#define CERTMAKE_ERR_LEN 256

enum certmake_kind { CERTMAKE_ECDSA, CERTMAKE_ED25519, CERTMAKE_RSA };

/**
 * struct certmake - what to make
 * @kind: of key
 * @name: common name
 * @dns: names it is for
 * @n_dns: how many
 * @ip: addresses it is for, as text
 * @n_ips: how many
 * @days: that it is valid
 * @ca: it certifies others
 */
struct certmake {
	enum certmake_kind kind;
	const char *name;
	const char *dns[CERTMAKE_NAMES];
	unsigned int n_dns;
	const char *ip[CERTMAKE_NAMES];
	unsigned int n_ips;
	int days;
	bool ca;
};

/* A certificate and its key, both PEM, as strings. */
struct certmake_pair {
	char cert[CERTMAKE_PEM_LEN];
	char key[CERTMAKE_PEM_LEN];
};

bool certmake_pair(const struct certmake *what, const struct certmake_pair *issuer,
		   struct certmake_pair *pair, char err[CERTMAKE_ERR_LEN]);

#endif
