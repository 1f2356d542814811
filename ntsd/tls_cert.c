// SPDX-License-Identifier: GPL-2.0-or-later
/* What certificates say, by wolfSSL. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls_wolfssl.h"

#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/rsa.h>
#include <wolfssl/wolfcrypt/sha256.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"
#define CHAIN_MAX 16

/* Return: seconds since 1970, or -1. */
static time_t to_time(const byte *date, int len)
{
	const byte *text;
	struct tm tm;
	byte format;

	if (wc_GetDateInfo(date, len, &text, &format, &len) ||
	    wc_GetDateAsCalendarTime(text, len, format, &tm))
		return -1;
	return timegm(&tm);
}

static void to_hex(const byte *bytes, size_t n, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < n && 2 * i + 2 < size; i++)
		snprintf(text + 2 * i, 3, "%02X", bytes[i]);
}

/* A name of a stranger must not look like two, nor end a line. */
static void copy_text(char *to, size_t size, const char *from, size_t len)
{
	size_t n = 0;

	while (n < len && n + 1 < size && from[n]) {
		to[n] = (unsigned char)from[n] < ' ' || from[n] == 127 ?
			'?' : from[n];
		n++;
	}
	to[n] = '\0';
}

static void add_name(struct tls_facts *f, const char *name, size_t len)
{
	size_t used = strlen(f->names);
	char copy[256];

	copy_text(copy, sizeof(copy), name, len);
	for (char *c = copy; *c; c++)
		if (*c == ' ')
			*c = '?';
	if (!copy[0] || used + strlen(copy) + 2 > sizeof(f->names))
		return;
	snprintf(f->names + used, sizeof(f->names) - used, "%s%s",
		 used ? " " : "", copy);
}

static void take_names(struct tls_facts *f, const DecodedCert *cert)
{
	char text[INET6_ADDRSTRLEN];

	for (const DNS_entry *e = cert->altNames; e; e = e->next) {
		if (e->type == ASN_DNS_TYPE)
			add_name(f, e->name, e->len);
		else if (e->type == ASN_IP_TYPE && (e->len == 4 || e->len == 16) &&
			 inet_ntop(e->len == 4 ? AF_INET : AF_INET6, e->name,
				   text, sizeof(text)))
			add_name(f, text, strlen(text));
	}
	f->only_cn = !f->names[0] && cert->subjectCN && cert->subjectCNLen > 0;
	if (f->only_cn)
		add_name(f, cert->subjectCN, cert->subjectCNLen);
}

static void take_key(struct tls_facts *f, const DecodedCert *cert)
{
	const size_t size = sizeof(f->key);
	word32 at = 0;
	RsaKey rsa;

	f->key_kind = cert->keyOID;
	f->curve = cert->pkCurveOID;
	if (cert->keyOID == ED25519k) {
		snprintf(f->key, size, "Ed25519");
	} else if (cert->keyOID == ECDSAk) {
		snprintf(f->key, size, "ECDSA %s",
			 cert->pkCurveOID == ECC_SECP256R1_OID ? "P-256" :
			 cert->pkCurveOID == ECC_SECP384R1_OID ? "P-384" :
			 cert->pkCurveOID == ECC_SECP521R1_OID ? "P-521" :
			 "curve");
	} else if (cert->keyOID == RSAk && !wc_InitRsaKey(&rsa, NULL)) {
		snprintf(f->key, size, "RSA");
		if (!wc_RsaPublicKeyDecode(cert->publicKey, &at, &rsa,
					   cert->pubKeySize))
			snprintf(f->key, size, "RSA %d",
				 8 * wc_RsaEncryptSize(&rsa));
		wc_FreeRsaKey(&rsa);
	}
}

static bool take_leaf(struct tls_facts *f, const DecodedCert *cert,
		      const byte *der, int len)
{
	byte hash[WC_SHA256_DIGEST_SIZE];

	copy_text(f->subject, sizeof(f->subject), cert->subject,
		  sizeof(cert->subject));
	copy_text(f->issuer, sizeof(f->issuer), cert->issuer,
		  sizeof(cert->issuer));
	to_hex(cert->serial, cert->serialSz, f->serial, sizeof(f->serial));
	if (!wc_Sha256Hash(der, len, hash))
		to_hex(hash, sizeof(hash), f->fingerprint,
		       sizeof(f->fingerprint));
	take_names(f, cert);
	take_key(f, cert);
	f->not_before = to_time(cert->beforeDate, cert->beforeDateLen);
	f->not_after = to_time(cert->afterDate, cert->afterDateLen);
	return f->not_before != -1 && f->not_after != -1;
}

/* What of a certificate its neighbours in the file are held against. */
struct link {
	byte subject[KEYID_SIZE];
	byte issuer[KEYID_SIZE];
	byte id[KEYID_SIZE];
	byte issuer_id[KEYID_SIZE];
	bool has_id;
	bool has_issuer_id;
};

static void take_link(struct link *link, const DecodedCert *cert)
{
	memcpy(link->subject, cert->subjectHash, KEYID_SIZE);
	memcpy(link->issuer, cert->issuerHash, KEYID_SIZE);
	memcpy(link->id, cert->extSubjKeyId, KEYID_SIZE);
	memcpy(link->issuer_id, cert->extAuthKeyId, KEYID_SIZE);
	link->has_id = cert->extSubjKeyIdSet;
	link->has_issuer_id = cert->extAuthKeyIdSet;
}

static bool issued(const struct link *by, const struct link *cert)
{
	if (memcmp(by->subject, cert->issuer, KEYID_SIZE))
		return false;
	return !by->has_id || !cert->has_issuer_id ||
	       !memcmp(by->id, cert->issuer_id, KEYID_SIZE);
}

/* RFC 8446 section 4.4.2: each certificate certifies the one before it. */
static void judge_chain(struct tls_facts *f, const struct link *link)
{
	for (unsigned int i = 1; i < f->n_chain && i < CHAIN_MAX; i++) {
		if (issued(&link[i], &link[i - 1]))
			continue;
		if (issued(&link[i - 1], &link[i]))
			snprintf(f->chain, sizeof(f->chain),
				 "certificates %u and %u are in the wrong order: the server's own comes first, then each one's issuer",
				 i, i + 1);
		else
			snprintf(f->chain, sizeof(f->chain),
				 "certificate %u of the file did not issue certificate %u: clients may not find a way to a root",
				 i + 1, i);
		return;
	}
}

static bool take_cert(struct tls_facts *f, struct link *link, const char *pem,
		      size_t len)
{
	byte *der = malloc(len);
	bool leaf = !f->n_chain;
	DecodedCert cert;
	bool ok = false;
	int der_len;

	if (!der)
		return false;
	der_len = wc_CertPemToDer((const void *)pem, len, der, len, CERT_TYPE);
	if (der_len > 0) {
		wc_InitDecodedCert(&cert, der, der_len, NULL);
		ok = !wc_ParseCert(&cert, CERT_TYPE, NO_VERIFY, NULL) &&
		     (!leaf || take_leaf(f, &cert, der, der_len));
		if (ok && f->n_chain < CHAIN_MAX)
			take_link(&link[f->n_chain], &cert);
		wc_FreeDecodedCert(&cert);
	}
	free(der);
	f->n_chain += ok;
	return ok;
}

/**
 * tls_read_facts() - take from a PEM file what it says of its server
 * @pem: the certificates, leaf first
 * @len: of @pem
 * @facts: filled in
 *
 * Return: false when there is something that is no certificate.
 */
bool tls_read_facts(const char *pem, size_t len, struct tls_facts *facts)
{
	const char *end = pem + len, *at = pem, *to;
	struct link link[CHAIN_MAX];

	memset(facts, 0, sizeof(*facts));
	while ((at = memmem(at, end - at, PEM_BEGIN, strlen(PEM_BEGIN)))) {
		to = memmem(at, end - at, PEM_END, strlen(PEM_END));
		if (!to)
			return false;
		to += strlen(PEM_END);
		if (!take_cert(facts, link, at, to - at))
			return false;
		at = to;
	}
	judge_chain(facts, link);
	return facts->n_chain;
}

/**
 * tls_facts_check() - may clients accept the certificate today?
 * @facts: of it
 * @now: seconds since 1970
 * @name: to call it by
 * @err: TLS_ERR_LEN bytes for why not
 *
 * Return: TLS_CERT_GOOD, or what is wrong with @err set.
 */
enum tls_cert tls_facts_check(const struct tls_facts *facts, time_t now,
			      const char *name, char *err)
{
	bool expired = now > facts->not_after;
	char date[32];
	struct tm tm;

	if (now >= facts->not_before && !expired)
		return TLS_CERT_GOOD;
	gmtime_r(expired ? &facts->not_after : &facts->not_before, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &tm);
	snprintf(err, TLS_ERR_LEN, "%s: the certificate %s %s", name,
		 expired ? "expired on" : "is not valid before", date);
	return expired ? TLS_CERT_EXPIRED : TLS_CERT_TOO_EARLY;
}
