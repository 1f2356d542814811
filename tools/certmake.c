// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include "certmake.h"

#if !defined(WOLFSSL_CERT_GEN) || !defined(WOLFSSL_CERT_EXT) || \
	!defined(WOLFSSL_KEY_GEN) || !defined(WOLFSSL_ALT_NAMES) || !defined(HAVE_ED25519)
#error "this wolfSSL cannot make certificates: it needs --enable-certgen --enable-certext"
#endif

#define DER_LEN 8192
#define RSA_BITS 3072

struct key {
	enum certmake_kind kind;
	union {
		ecc_key ecc;
		ed25519_key ed;
		RsaKey rsa;
	};
};

static const int key_types[] = { ECC_TYPE, ED25519_TYPE, RSA_TYPE };
static const int sig_types[] = { CTC_SHA256wECDSA, CTC_ED25519, CTC_SHA256wRSA };

static bool say(char *err, const char *what, int code)
{
	snprintf(err, CERTMAKE_ERR_LEN, "%s: %s", what, wc_GetErrorString(code));
	return false;
}

static void init_key(struct key *key, enum certmake_kind kind)
{
	memset(key, 0, sizeof(*key));
	key->kind = kind;
	if (kind == CERTMAKE_ECDSA)
		wc_ecc_init(&key->ecc);
	else if (kind == CERTMAKE_ED25519)
		wc_ed25519_init(&key->ed);
	else
		wc_InitRsaKey(&key->rsa, NULL);
}

static void free_key(struct key *key)
{
	if (key->kind == CERTMAKE_ECDSA)
		wc_ecc_free(&key->ecc);
	else if (key->kind == CERTMAKE_ED25519)
		wc_ed25519_free(&key->ed);
	else
		wc_FreeRsaKey(&key->rsa);
}

static void *key_of(struct key *key)
{
	return key->kind == CERTMAKE_ECDSA ? (void *)&key->ecc :
	       key->kind == CERTMAKE_ED25519 ? (void *)&key->ed : (void *)&key->rsa;
}

static int to_pem(const byte *der, int der_len, char *pem, int type)
{
	int len = wc_DerToPem(der, (word32)der_len, (byte *)pem, CERTMAKE_PEM_LEN - 1, type);

	if (len > 0)
		pem[len] = '\0';
	return len;
}

/* PKCS#8 where it can be had: everybody reads that. */
static bool make_key(struct key *key, enum certmake_kind kind, WC_RNG *rng, char *pem, char *err)
{
	byte der[DER_LEN];
	word32 size = sizeof(der);
	int ret, len;

	init_key(key, kind);
	if (kind == CERTMAKE_ECDSA) {
		ret = wc_ecc_make_key_ex(rng, 32, &key->ecc, ECC_SECP256R1);
		len = ret ? ret : wc_EccKeyToPKCS8(&key->ecc, der, &size);
	} else if (kind == CERTMAKE_ED25519) {
		ret = wc_ed25519_make_key(rng, ED25519_KEY_SIZE, &key->ed);
		len = ret ? ret : wc_Ed25519PrivateKeyToDer(&key->ed, der, size);
	} else {
		ret = wc_MakeRsaKey(&key->rsa, RSA_BITS, WC_RSA_EXPONENT, rng);
		len = ret ? ret : wc_RsaKeyToDer(&key->rsa, der, size);
	}
	if (len > 0)
		len = to_pem(der, len, pem, kind == CERTMAKE_RSA ? PRIVATEKEY_TYPE :
								   PKCS8_PRIVATEKEY_TYPE);
	explicit_bzero(der, sizeof(der));
	return len > 0 || say(err, "making a key", len);
}

/* Whatever kind of key the issuer has. */
static bool read_key(struct key *key, const char *pem, char *err)
{
	byte der[DER_LEN];
	int len = wc_KeyPemToDer((const byte *)pem, (int)strlen(pem), der, sizeof(der), NULL);
	bool ok = false;

	for (int kind = CERTMAKE_ECDSA; len > 0 && !ok && kind <= CERTMAKE_RSA; kind++) {
		word32 at = 0;

		init_key(key, (enum certmake_kind)kind);
		if (kind == CERTMAKE_ECDSA)
			ok = !wc_EccPrivateKeyDecode(der, &at, &key->ecc, (word32)len);
		else if (kind == CERTMAKE_ED25519)
			ok = !wc_Ed25519PrivateKeyDecode(der, &at, &key->ed, (word32)len);
		else
			ok = !wc_RsaPrivateKeyDecode(der, &at, &key->rsa, (word32)len);
		if (!ok)
			free_key(key);
	}
	explicit_bzero(der, sizeof(der));
	if (!ok)
		snprintf(err, CERTMAKE_ERR_LEN, "the issuer's key is not understood");
	return ok;
}

static bool append(Cert *cert, byte tag, const void *value, size_t len)
{
	byte *at = cert->altNames + cert->altNamesSz;

	/* 4 octets stay free for the head of all. */
	if (len > 255)
		return false;
	if ((size_t)cert->altNamesSz + len + 7 > sizeof(cert->altNames))
		return false;
	*at++ = tag;
	if (len > 127)
		*at++ = 0x81;
	*at++ = (byte)len;
	memcpy(at, value, len);
	cert->altNamesSz = (int)(at + len - cert->altNames);
	return true;
}

/* SubjectAltName (RFC 5280 section 4.2.1.6): a SEQUENCE of [2] names and [7] addresses. */
static bool put_names(Cert *cert, const struct certmake *what)
{
	byte head[4] = { 0x30 }, addr[16];
	bool ok = true;
	int len, n;

	for (unsigned int i = 0; i < what->n_dns; i++)
		ok &= append(cert, 0x82, what->dns[i], strlen(what->dns[i]));
	for (unsigned int i = 0; i < what->n_ips; i++) {
		if (inet_pton(AF_INET, what->ip[i], addr) == 1)
			ok &= append(cert, 0x87, addr, 4);
		else
			ok &= inet_pton(AF_INET6, what->ip[i], addr) == 1 &&
			      append(cert, 0x87, addr, 16);
	}
	len = cert->altNamesSz;
	if (!ok || !len)
		return ok;
	if (len < 128) {
		head[1] = (byte)len;
		n = 2;
	} else {
		head[1] = 0x82;
		head[2] = (byte)(len >> 8);
		head[3] = (byte)len;
		n = 4;
	}
	memmove(cert->altNames + n, cert->altNames, (size_t)len);
	memcpy(cert->altNames, head, (size_t)n);
	cert->altNamesSz = len + n;
	return true;
}

static int describe(Cert *cert, const struct certmake *what, bool self)
{
	int ret = wc_InitCert(cert);

	if (ret)
		return ret;
	snprintf(cert->subject.commonName, CTC_NAME_SIZE, "%s", what->name);
	cert->daysValid = what->days;
	cert->isCA = what->ca || self;
	if (!put_names(cert, what))
		return BUFFER_E;
	/* One that signed itself is its own issuer, which clients are to trust. */
	ret = wc_SetKeyUsage(cert, what->ca ? "keyCertSign,cRLSign" :
			     self ? "digitalSignature,keyCertSign" : "digitalSignature");
	if (!ret && !what->ca)
		ret = wc_SetExtKeyUsage(cert, "serverAuth");
	return ret;
}

static bool make_cert(const struct certmake *what, struct key *key, struct key *signer,
		      const char *issuer, WC_RNG *rng, char *pem, char *err)
{
	byte der[DER_LEN], issuer_der[DER_LEN];
	Cert *cert = malloc(sizeof(*cert));
	int issuer_len = 0, ret, len = 0;

	if (!cert)
		return say(err, "making a certificate", MEMORY_E);
	ret = describe(cert, what, !issuer);
	cert->sigType = sig_types[signer->kind];
	cert->selfSigned = !issuer;
	if (!ret && issuer) {
		issuer_len = wc_CertPemToDer((const byte *)issuer, (int)strlen(issuer),
					     issuer_der, sizeof(issuer_der), CERT_TYPE);
		ret = issuer_len > 0 ? wc_SetIssuerBuffer(cert, issuer_der, issuer_len) :
				       issuer_len;
	}
	if (!ret)
		ret = wc_SetSubjectKeyIdFromPublicKey_ex(cert, key_types[key->kind], key_of(key));
	if (!ret)
		ret = wc_SetAuthKeyIdFromPublicKey_ex(cert, key_types[signer->kind],
						      key_of(signer));
	if (!ret)
		ret = wc_MakeCert_ex(cert, der, sizeof(der), key_types[key->kind], key_of(key),
				     rng);
	if (ret > 0)
		len = wc_SignCert_ex(cert->bodySz, cert->sigType, der, sizeof(der),
				     key_types[signer->kind], key_of(signer), rng);
	if (len > 0)
		len = to_pem(der, len, pem, CERT_TYPE);
	free(cert);
	return len > 0 || say(err, "making a certificate", ret < 0 ? ret : len);
}

/**
 * certmake_pair() - make a key and a certificate for it
 * @what: to make
 * @issuer: who signs it; NULL for itself
 * @pair: filled in
 * @err: filled in with what failed
 *
 * Return: false with @err set.
 */
bool certmake_pair(const struct certmake *what, const struct certmake_pair *issuer,
		   struct certmake_pair *pair, char err[CERTMAKE_ERR_LEN])
{
	struct key key, signer;
	bool ok = false;
	WC_RNG rng;
	int ret;

	ret = wc_InitRng(&rng);
	if (ret)
		return say(err, "random numbers", ret);
	if (make_key(&key, what->kind, &rng, pair->key, err)) {
		if (!issuer) {
			ok = make_cert(what, &key, &key, NULL, &rng, pair->cert, err);
		} else if (read_key(&signer, issuer->key, err)) {
			ok = make_cert(what, &key, &signer, issuer->cert, &rng, pair->cert, err);
			free_key(&signer);
		}
	}
	free_key(&key);
	wc_FreeRng(&rng);
	return ok;
}
