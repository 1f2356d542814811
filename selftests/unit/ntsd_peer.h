/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and TLS clients for the daemon's unit tests. */
#ifndef NTSD_PEER_H
#define NTSD_PEER_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include "ntsd_ktap.h"

enum peer_kind { PEER_ECDSA, PEER_ED25519, PEER_RSA };

/* A certificate with its key; both also lie in files. */
struct peer_cert {
	enum peer_kind kind;
	union {
		ecc_key ecc;
		ed25519_key ed;
		RsaKey rsa;
	};
	byte der[4096];
	int der_len;
	char crt[128];
	char key[128];
};

static char peer_dir[] = "/tmp/ntsd_unit.XXXXXX";
static WC_RNG peer_rng;
static int peer_days = 30;	/* that the next certificate is valid */
static int peer_later;		/* seconds until it becomes valid */
static const char *peer_dns;	/* that it is for, besides its name */
static const byte *peer_ip;	/* 4 octets, or NULL */
static bool peer_is_ca = true;

static inline void peer_append(const char *path, const byte *der, int len,
			       int type, const char *mode)
{
	byte pem[8192];
	int pem_len = wc_DerToPem(der, len, pem, sizeof(pem), type);
	FILE *f = fopen(path, mode);

	if (pem_len <= 0 || !f || fwrite(pem, 1, pem_len, f) != (size_t)pem_len)
		abort();
	fclose(f);
}

static inline void peer_make_key(struct peer_cert *c)
{
	byte der[4096];
	int len = 0, type = 0, ret = -1;

	switch (c->kind) {
	case PEER_ECDSA:
		wc_ecc_init(&c->ecc);
		ret = wc_ecc_make_key(&peer_rng, 32, &c->ecc);
		len = wc_EccKeyToDer(&c->ecc, der, sizeof(der));
		type = ECC_PRIVATEKEY_TYPE;
		break;
	case PEER_ED25519:
		wc_ed25519_init(&c->ed);
		ret = wc_ed25519_make_key(&peer_rng, 32, &c->ed);
		len = wc_Ed25519PrivateKeyToDer(&c->ed, der, sizeof(der));
		type = EDDSA_PRIVATEKEY_TYPE;
		break;
	case PEER_RSA:
		wc_InitRsaKey(&c->rsa, NULL);
		ret = wc_MakeRsaKey(&c->rsa, 2048, WC_RSA_EXPONENT, &peer_rng);
		len = wc_RsaKeyToDer(&c->rsa, der, sizeof(der));
		type = PRIVATEKEY_TYPE;
		break;
	}
	if (ret || len <= 0)
		abort();
	peer_append(c->key, der, len, type, "w");
}

/* SubjectAltName (RFC 5280 section 4.2.1.6): a short name and an address. */
static inline void peer_put_names(Cert *cert)
{
	byte *to = cert->altNames + 2;

	if (peer_dns) {
		*to++ = 0x82;
		*to++ = strlen(peer_dns);
		memcpy(to, peer_dns, strlen(peer_dns));
		to += strlen(peer_dns);
	}
	if (peer_ip) {
		*to++ = 0x87;
		*to++ = 4;
		memcpy(to, peer_ip, 4);
		to += 4;
	}
	cert->altNames[0] = 0x30;
	cert->altNames[1] = to - cert->altNames - 2;
	cert->altNamesSz = peer_dns || peer_ip ? to - cert->altNames : 0;
}

/* UTCTime (RFC 5280 section 4.1.2.5.1), valid for the usual days from later on. */
static inline void peer_put_date(byte *date, int *size, time_t when)
{
	struct tm tm;

	gmtime_r(&when, &tm);
	date[0] = 0x17;
	date[1] = 13;
	strftime((char *)date + 2, 14, "%y%m%d%H%M%SZ", &tm);
	*size = 15;
}

static inline void peer_put_dates(Cert *cert)
{
	time_t from = time(NULL) + peer_later;

	peer_put_date(cert->beforeDate, &cert->beforeDateSz, from);
	peer_put_date(cert->afterDate, &cert->afterDateSz, from + 86400L * peer_days);
}

static inline void *peer_key(struct peer_cert *c)
{
	return c->kind == PEER_ECDSA ? (void *)&c->ecc :
	       c->kind == PEER_ED25519 ? (void *)&c->ed : (void *)&c->rsa;
}

/* Signed by @issuer, or by itself. The file holds the chain without the root. */
static inline void peer_make_cert(struct peer_cert *c, const char *name,
				  enum peer_kind kind, struct peer_cert *issuer)
{
	static const int key_type[] = { ECC_TYPE, ED25519_TYPE, RSA_TYPE };
	static const int sig_type[] = { CTC_SHA256wECDSA, CTC_ED25519,
					CTC_SHA256wRSA };
	struct peer_cert *signer = issuer ? issuer : c;
	Cert cert;
	int len;

	memset(c, 0, sizeof(*c));
	c->kind = kind;
	snprintf(c->crt, sizeof(c->crt), "%s/%s.crt", peer_dir, name);
	snprintf(c->key, sizeof(c->key), "%s/%s.key", peer_dir, name);
	peer_make_key(c);

	wc_InitCert(&cert);
	snprintf(cert.subject.commonName, CTC_NAME_SIZE, "%s", name);
	cert.isCA = peer_is_ca;
	if (peer_is_ca)
		cert.keyUsage = KEYUSE_KEY_CERT_SIGN | KEYUSE_DIGITAL_SIG;
	peer_put_names(&cert);
	cert.daysValid = peer_days;
	if (peer_later)
		peer_put_dates(&cert);
	cert.sigType = sig_type[signer->kind];
	if (issuer && wc_SetIssuerBuffer(&cert, issuer->der, issuer->der_len))
		abort();
	if (!issuer)
		cert.selfSigned = 1;
	len = wc_MakeCert_ex(&cert, c->der, sizeof(c->der), key_type[kind],
			     peer_key(c), &peer_rng);
	if (len > 0)
		len = wc_SignCert_ex(cert.bodySz, cert.sigType, c->der,
				     sizeof(c->der), key_type[signer->kind],
				     peer_key(signer), &peer_rng);
	if (len <= 0)
		abort();
	c->der_len = len;
	peer_append(c->crt, c->der, len, CERT_TYPE, "w");
}

static inline void peer_free_cert(struct peer_cert *c)
{
	if (c->kind == PEER_ECDSA)
		wc_ecc_free(&c->ecc);
	else if (c->kind == PEER_ED25519)
		wc_ed25519_free(&c->ed);
	else
		wc_FreeRsaKey(&c->rsa);
}

static inline void peer_begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(peer_dir) || wolfSSL_Init() != WOLFSSL_SUCCESS ||
	    wc_InitRng(&peer_rng))
		abort();
}

static inline int peer_end(int ret)
{
	char command[64];

	wc_FreeRng(&peer_rng);
	wolfSSL_Cleanup();
	snprintf(command, sizeof(command), "rm -r %s", peer_dir);
	return system(command) ? 1 : ret;
}

/* A client; @root is what it trusts, @alpn may be NULL. */
struct peer {
	WOLFSSL_CTX *ctx;
	WOLFSSL *ssl;
	int fd;
};

static inline void peer_connect(struct peer *p, int fd, WOLFSSL_METHOD *method,
				const struct peer_cert *root, const char *alpn)
{
	char name[32];

	p->fd = fd;
	p->ctx = wolfSSL_CTX_new(method);
	if (!p->ctx ||
	    wolfSSL_CTX_load_verify_buffer(p->ctx, root->der, root->der_len,
					   WOLFSSL_FILETYPE_ASN1) !=
	    WOLFSSL_SUCCESS)
		abort();
	p->ssl = wolfSSL_new(p->ctx);
	wolfSSL_set_fd(p->ssl, fd);
	wolfSSL_KeepArrays(p->ssl);
	if (alpn) {
		snprintf(name, sizeof(name), "%s", alpn);
		wolfSSL_UseALPN(p->ssl, name, strlen(name),
				WOLFSSL_ALPN_CONTINUE_ON_MISMATCH);
	}
}

static inline void peer_export(struct peer *p, int direction, uint8_t key[32])
{
	const byte context[] = { 0, 0, 0, 15, direction };

	if (wolfSSL_export_keying_material(p->ssl, key, 32,
					   "EXPORTER-network-time-security", 30,
					   context, sizeof(context), 1) !=
	    WOLFSSL_SUCCESS)
		EXPECT(!"the client exports its keys");
}

static inline void peer_free(struct peer *p)
{
	wolfSSL_free(p->ssl);
	wolfSSL_CTX_free(p->ctx);
	close(p->fd);
}

#endif
