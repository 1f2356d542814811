// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's side: whom to trust, and whether a certificate is that of the
 * server that was meant. By wolfSSL.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tls_wolfssl.h"

#include <wolfssl/error-ssl.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#define NAMES_LEN 128

/**
 * struct tls_client - what is the same for all servers
 * @ctx: wolfSSL's part, with the certificates that are trusted
 * @any_time: certificates are good whatever their dates
 * @leaf: the peer's certificate, DER
 * @leaf_len: its length
 * @wrong: text about the certificate that was refused, or ""
 *
 * Of one client one connection is open at a time.
 */
struct tls_client {
	WOLFSSL_CTX *ctx;
	bool any_time;
	byte *leaf;
	word32 leaf_len;
	char wrong[256];
};

/* wolfSSL knows one clock for all of a process. */
static time_t the_time;

static time_t tell_time(time_t *to)
{
	if (to)
		*to = the_time;
	return the_time;
}

static void print_date(const byte *date, int len, char *text, size_t size)
{
	const byte *at;
	struct tm tm;
	byte format;

	if (wc_GetDateInfo(date, len, &at, &format, &len) ||
	    wc_GetDateAsCalendarTime(at, len, format, &tm))
		snprintf(text, size, "an unknown date");
	else
		strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

/* Names that a certificate is for, as text. */
static void print_names(const DecodedCert *cert, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const DNS_entry *e = cert->altNames; e; e = e->next) {
		char addr[INET6_ADDRSTRLEN] = "";
		const char *name = e->name;
		int len = e->len;

		if (e->type == ASN_IP_TYPE &&
		    (len == 4 || len == 16)) {
			inet_ntop(len == 4 ? AF_INET : AF_INET6, e->name, addr,
				  sizeof(addr));
			name = addr;
			len = strlen(addr);
		} else if (e->type != ASN_DNS_TYPE) {
			continue;
		}
		used += snprintf(text + used, size - used, "%s%.*s",
				 used ? ", " : "", len, name);
		if (used >= size)
			return;
	}
	if (!used && cert->subjectCN)
		snprintf(text, size, "%.*s", cert->subjectCNLen,
			 cert->subjectCN);
	else if (!used)
		snprintf(text, size, "nobody");
}

static bool same_name(const byte *a, const byte *b)
{
	return !memcmp(a, b, KEYID_SIZE);
}

static void say_wrong(struct tls_client *client, const DecodedCert *cert,
		      int error, int depth)
{
	const char *whose = depth ? "a certificate of its chain" :
				    "its certificate";
	char date[64], issuer[128] = "an unnamed issuer";

	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
		print_date(cert->afterDate, cert->afterDateLen, date,
			   sizeof(date));
		snprintf(client->wrong, sizeof(client->wrong),
			 "%s expired on %s", whose, date);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
		print_date(cert->beforeDate, cert->beforeDateLen, date,
			   sizeof(date));
		snprintf(client->wrong, sizeof(client->wrong),
			 "%s is not valid before %s: is our clock right? (nocerttimecheck)",
			 whose, date);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		if (same_name(cert->subjectHash, cert->issuerHash)) {
			snprintf(client->wrong, sizeof(client->wrong),
				 "%s is self-signed and not trusted (ntstrustedcerts)",
				 whose);
			break;
		}
		if (cert->issuerCN)
			snprintf(issuer, sizeof(issuer), "\"%.*s\"",
				 cert->issuerCNLen, cert->issuerCN);
		snprintf(client->wrong, sizeof(client->wrong),
			 "%s was signed by %s, who is not trusted (ntstrustedcerts)",
			 whose, issuer);
		break;
	}
}

/* wolfSSL 5.5 gives the codes of its own that others have for bad dates. */
static bool is_about_dates(int error)
{
	return error == X509_V_ERR_CERT_HAS_EXPIRED ||
	       error == X509_V_ERR_CERT_NOT_YET_VALID ||
	       error == X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD ||
	       error == X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
}

/* wolfSSL forgets the peer's certificate when it is itself a trusted one. */
static void keep_leaf(struct tls_client *client,
		      const WOLFSSL_X509_STORE_CTX *store)
{
	if (store->totalCerts < 1 || client->leaf)
		return;
	client->leaf_len = store->certs[0].length;
	client->leaf = malloc(client->leaf_len);
	if (client->leaf)
		memcpy(client->leaf, store->certs[0].buffer, client->leaf_len);
}

/* Sees each certificate; what wolfSSL refuses is explained here. */
static int on_verify(int ok, WOLFSSL_X509_STORE_CTX *store)
{
	struct tls_client *client = store->userCtx;
	int depth = store->error_depth;
	DecodedCert cert;

	keep_leaf(client, store);
	if (ok || (client->any_time && is_about_dates(store->error)))
		return 1;
	if (depth < 0 || depth >= store->totalCerts)
		return 0;
	wc_InitDecodedCert(&cert, store->certs[depth].buffer,
			   store->certs[depth].length, NULL);
	if (!wc_ParseCert(&cert, CERT_TYPE, NO_VERIFY, NULL))
		say_wrong(client, &cert, store->error, depth);
	wc_FreeDecodedCert(&cert);
	return 0;
}

/* RFC 6125 section 6.4.3: "*" stands for the whole 1st label, and only it. */
static bool dns_matches(const char *pattern, size_t len, const char *name)
{
	const char *dot = strchr(name, '.');

	if (memchr(pattern, '\0', len))
		return false;
	if (len > 2 && pattern[0] == '*' && pattern[1] == '.' && dot &&
	    memchr(pattern + 2, '.', len - 2))
		return strlen(dot) == len - 1 &&
		       !strncasecmp(dot, pattern + 1, len - 1);
	return strlen(name) == len && !strncasecmp(name, pattern, len);
}

static bool cert_is_for(const DecodedCert *cert, const char *name)
{
	bool has_names = false;
	uint8_t addr[16];
	int len = 0;

	if (inet_pton(AF_INET, name, addr) == 1)
		len = 4;
	else if (inet_pton(AF_INET6, name, addr) == 1)
		len = 16;
	for (const DNS_entry *e = cert->altNames; e; e = e->next) {
		has_names |= e->type == ASN_DNS_TYPE || e->type == ASN_IP_TYPE;
		if (len && e->type == ASN_IP_TYPE && e->len == len &&
		    !memcmp(e->name, addr, len))
			return true;
		if (!len && e->type == ASN_DNS_TYPE &&
		    dns_matches(e->name, e->len, name))
			return true;
	}
	/* As chrony's library: the common name counts when it is all there is. */
	return !has_names && cert->subjectCN &&
	       (len ? strlen(name) == (size_t)cert->subjectCNLen &&
		!memcmp(name, cert->subjectCN, cert->subjectCNLen) :
		dns_matches(cert->subjectCN, cert->subjectCNLen, name));
}

/**
 * tls_client_name_ok() - is the peer's certificate that of the server meant?
 * @conn: after the handshake
 *
 * Return: false with the error of the connection set.
 */
bool tls_client_name_ok(struct tls_conn *conn)
{
	const struct tls_client *client = conn->client;
	char names[NAMES_LEN];
	DecodedCert cert;
	bool ok = false;

	snprintf(conn->error, sizeof(conn->error),
		 "handshake: no certificate of the server");
	if (client->leaf) {
		wc_InitDecodedCert(&cert, client->leaf, client->leaf_len, NULL);
		if (!wc_ParseCert(&cert, CERT_TYPE, NO_VERIFY, NULL)) {
			ok = cert_is_for(&cert, conn->name);
			print_names(&cert, names, sizeof(names));
			snprintf(conn->error, sizeof(conn->error),
				 "wrong name: its certificate is for %s, not for %.64s",
				 names, conn->name);
		}
		wc_FreeDecodedCert(&cert);
	}
	return ok;
}

static const char *alert_text(int code)
{
	switch (code) {
	case 40:
		return "handshake failure";
	case 70:
		return "protocol version: it has no TLS 1.3";
	case 80:
		return "internal error";
	case 112:
		return "unrecognized name";
	case 120:
		return "no application protocol: it is no NTS-KE server";
	}
	return "see RFC 8446";
}

/**
 * tls_client_explain() - say why a handshake failed
 * @conn: the connection, whose error is set
 * @code: of wolfSSL
 *
 * Return: false if there is nothing to say but wolfSSL's own text.
 */
bool tls_client_explain(struct tls_conn *conn, int code)
{
	WOLFSSL_ALERT_HISTORY h;

	if (conn->client->wrong[0]) {
		snprintf(conn->error, sizeof(conn->error), "%s",
			 conn->client->wrong);
		return true;
	}
	if (code == FATAL_ERROR &&
	    wolfSSL_get_alert_history(conn->ssl, &h) == WOLFSSL_SUCCESS &&
	    h.last_rx.level == alert_fatal) {
		snprintf(conn->error, sizeof(conn->error),
			 "handshake: the server sent alert %d (%s)",
			 h.last_rx.code, alert_text(h.last_rx.code));
		return true;
	}
	if (code == SOCKET_ERROR_E) {
		snprintf(conn->error, sizeof(conn->error),
			 "the server closed the connection");
		return true;
	}
	if (code == VERSION_ERROR) {
		snprintf(conn->error, sizeof(conn->error),
			 "handshake: the server does not speak TLS 1.3");
		return true;
	}
	return false;
}

/**
 * tls_client_new() - a client that trusts nobody yet
 * @now: the time to check certificates with, seconds since 1970
 * @any_time: do not check their dates
 *
 * The time is that of the whole process.
 *
 * Return: the client, or NULL when out of memory.
 */
struct tls_client *tls_client_new(time_t now, bool any_time)
{
	struct tls_client *client = calloc(1, sizeof(*client));

	if (!client || wolfSSL_Init() != WOLFSSL_SUCCESS)
		goto fail;
	the_time = now;
	if (wc_SetTimeCb(tell_time))
		goto fail;
	client->any_time = any_time;
	client->ctx = wolfSSL_CTX_new(wolfTLSv1_3_client_method());
	if (!client->ctx ||
	    wolfSSL_CTX_set_cipher_list(client->ctx, TLS_SUITES) !=
	    WOLFSSL_SUCCESS)
		goto fail;
	wolfSSL_CTX_set_verify(client->ctx, WOLFSSL_VERIFY_PEER, on_verify);
	wolfSSL_CTX_SetCertCbCtx(client->ctx, client);
	wolfSSL_CTX_set_session_cache_mode(client->ctx, WOLFSSL_SESS_CACHE_OFF);
	/*
	 * A server may then not send session tickets, of no use to us: wolfSSL
	 * ends the session over one whose nonce is longer than 8 octets, as
	 * those of rustls are.
	 */
	wolfSSL_CTX_no_dhe_psk(client->ctx);
	return client;
fail:
	tls_client_free(client);
	return NULL;
}

static bool load(WOLFSSL_CTX *ctx, const char *path, bool directory,
		 bool any_time)
{
	int ret;

	/* What is not to be verified is taken with any dates, too. */
	if (any_time)
		wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
	/* One bad file of a directory must not take away the good ones. */
	ret = wolfSSL_CTX_load_verify_locations_ex(ctx,
						   directory ? NULL : path,
						   directory ? path : NULL,
						   WOLFSSL_LOAD_FLAG_IGNORE_ERR);
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, on_verify);
	wolfSSL_ERR_clear_error();
	return ret == WOLFSSL_SUCCESS;
}

/**
 * tls_client_trust() - trust the certificates in a file or directory
 * @client: the client
 * @path: PEM file, or a directory of such
 * @err: TLS_ERR_LEN bytes for what is wrong
 *
 * Return: false with @err set when there is none.
 */
bool tls_client_trust(struct tls_client *client, const char *path, char *err)
{
	WOLFSSL_CTX *scratch;
	struct stat st;
	bool directory;
	struct tm tm;
	char date[32];

	if (stat(path, &st)) {
		snprintf(err, TLS_ERR_LEN, "%s: %s", path, strerror(errno));
		return false;
	}
	directory = S_ISDIR(st.st_mode);
	if (load(client->ctx, path, directory, client->any_time))
		return true;
	/* What can be read whatever its dates is wrong by them. */
	scratch = wolfSSL_CTX_new(wolfTLSv1_3_client_method());
	if (scratch && load(scratch, path, directory, true)) {
		strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&the_time, &tm));
		snprintf(err, TLS_ERR_LEN,
			 "%s: expired or not valid yet: is our clock right? It says %s (nocerttimecheck)",
			 path, date);
	} else {
		snprintf(err, TLS_ERR_LEN,
			 "%s: no certificate there that can be read", path);
	}
	wolfSSL_CTX_free(scratch);
	return false;
}

/**
 * tls_client_trust_system() - trust whom the system trusts
 * @client: the client
 * @err: TLS_ERR_LEN bytes for what is wrong
 *
 * Return: false with @err set when the system names nobody.
 */
bool tls_client_trust_system(struct tls_client *client, char *err)
{
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Arch */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora, RHEL */
		"/etc/ssl/ca-bundle.pem",		/* SUSE */
		"/etc/ssl/cert.pem",			/* Alpine */
	};

	for (size_t i = 0; i < sizeof(bundles) / sizeof(*bundles); i++)
		if (tls_client_trust(client, bundles[i], err))
			return true;
	snprintf(err, TLS_ERR_LEN,
		 "the system has no trusted certificates: install ca-certificates");
	return false;
}

/**
 * tls_client_connect() - prepare for a server
 * @client: outlives the connection
 * @fd: a non-blocking socket, not closed by tls_conn_free()
 * @name: host name or address that the certificate must be for
 *
 * Return: the connection, or NULL when out of memory.
 */
struct tls_conn *tls_client_connect(struct tls_client *client, int fd,
				    const char *name)
{
	struct tls_conn *conn = tls_conn_open(client->ctx, fd);
	uint8_t addr[16];
	size_t len;

	if (!conn)
		return NULL;
	client->wrong[0] = '\0';
	free(client->leaf);
	client->leaf = NULL;
	conn->client = client;
	conn->name = strdup(name);
	if (!conn->name)
		goto fail;
	/* Neither a zone nor the root's dot is part of what is certified. */
	conn->name[strcspn(conn->name, "%")] = '\0';
	len = strlen(conn->name);
	if (len && conn->name[len - 1] == '.')
		conn->name[--len] = '\0';
	if (inet_pton(AF_INET, conn->name, addr) == 1 ||
	    inet_pton(AF_INET6, conn->name, addr) == 1)
		return conn;
	if (wolfSSL_UseSNI(conn->ssl, WOLFSSL_SNI_HOST_NAME, conn->name, len) !=
	    WOLFSSL_SUCCESS)
		goto fail;
	return conn;
fail:
	tls_conn_free(conn);
	return NULL;
}

/**
 * tls_client_free() - forget whom it trusts
 * @client: NULL is fine
 */
void tls_client_free(struct tls_client *client)
{
	if (!client)
		return;
	wolfSSL_CTX_free(client->ctx);
	free(client->leaf);
	free(client);
}
