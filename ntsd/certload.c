// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files are copied to memory that nobody can write to any more, and the
 * copy is judged: so what serves is what was judged, whatever becomes of the
 * files, and a worker that has to start again finds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "certload.h"

static bool write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t done = write(fd, buf, len);

		if (done <= 0)
			return false;
		buf += done;
		len -= done;
	}
	return true;
}

/* Return: a descriptor, or -1 with errno set. */
static int keep(const char *name, const char *buf, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (write_all(fd, buf, len) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK |
				    F_SEAL_SEAL))
		return fd;
	close(fd);
	return -1;
}

/* Return: a copy of the file, or -1 with @load->why set. */
static int copy_file(struct certload *load, const char *path, char *buf,
		     wc_Sha256 *sha)
{
	struct tls_file file = { .name = path };
	struct stat st;
	ssize_t len;
	int fd = -1;

	file.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file.fd < 0) {
		snprintf(load->why, TLS_ERR_LEN, "%s: %s%s", path,
			 strerror(errno), errno == EACCES && geteuid() ?
			 ": ntsd has no right to read it: let its user do so, or restart it as "
			 "root" :
			 "");
		return -1;
	}
	len = tls_read_pem(&file, buf, load->why);
	if (len >= 0) {
		fd = keep(load->of_key ? "key" : "certificate", buf, len);
		if (fd < 0)
			snprintf(load->why, TLS_ERR_LEN, "%s: no memory: %s", path,
				 strerror(errno));
		wc_Sha256Update(sha, (const void *)buf, len);
		if (load->of_key && !fstat(file.fd, &st) && st.st_mode & 0007)
			snprintf(load->remark, TLS_ERR_LEN,
				 "%s: everybody can read the key: chmod 600",
				 path);
	}
	close(file.fd);
	return fd;
}

static bool copy_both(struct certload *load, const char *cert, const char *key,
		      int fd[2])
{
	char *buf = malloc(TLS_PEM_MAX);
	wc_Sha256 sha;

	snprintf(load->why, TLS_ERR_LEN, "%s: out of memory", cert);
	if (!buf || wc_InitSha256(&sha)) {
		free(buf);
		return false;
	}
	fd[0] = copy_file(load, cert, buf, &sha);
	load->of_key = fd[0] >= 0;
	if (fd[0] >= 0)
		fd[1] = copy_file(load, key, buf, &sha);
	explicit_bzero(buf, TLS_PEM_MAX);
	free(buf);
	wc_Sha256Final(&sha, load->digest);
	wc_Sha256Free(&sha);
	return fd[1] >= 0;
}

static bool try_pair(struct certload *load, const char *cert, const char *key,
		     const int fd[2])
{
	const struct tls_file files[] = { { fd[0], cert }, { fd[1], key } };
	struct tls_server *server;

	server = tls_server_new(&files[0], &files[1], load->why);
	load->of_key = !server && !strncmp(load->why, key, strlen(key)) &&
		       load->why[strlen(key)] == ':';
	if (!server)
		return false;
	load->facts = *tls_server_facts(server);
	tls_server_free(server);
	load->why[0] = '\0';
	return true;
}

static void judge(struct certload *load, const char *cert, time_t now)
{
	const struct tls_facts *facts = &load->facts;
	enum tls_cert date = tls_facts_check(facts, now, cert, load->why);

	load->fault = CERTLOAD_DOUBTFUL;
	load->expired = date == TLS_CERT_EXPIRED;
	if (date == TLS_CERT_TOO_EARLY)
		load->again = facts->not_before;
	if (date != TLS_CERT_GOOD)
		return;
	if (facts->chain[0]) {
		snprintf(load->why, TLS_ERR_LEN, "%s: %s", cert, facts->chain);
	} else if (!facts->names[0]) {
		snprintf(load->why, TLS_ERR_LEN,
			 "%s: the certificate is for no name at all: it needs a subjectAltName",
			 cert);
	} else {
		load->fault = CERTLOAD_GOOD;
		load->why[0] = '\0';
	}
	if (facts->only_cn && !load->remark[0])
		snprintf(load->remark, TLS_ERR_LEN,
			 "%s: the certificate has its name only as common name, without a subjectAltName: some clients will refuse it",
			 cert);
}

/**
 * certload_read() - read a pair and judge it
 * @load: filled in
 * @cert: path of the certificates, PEM, the server's first
 * @key: path of its key
 * @now: seconds since 1970
 * @fd: filled in with copies of both, or -1 when the pair is unusable
 */
void certload_read(struct certload *load, const char *cert, const char *key,
		   time_t now, int fd[2])
{
	memset(load, 0, sizeof(*load));
	load->fault = CERTLOAD_UNUSABLE;
	fd[0] = -1;
	fd[1] = -1;
	if (copy_both(load, cert, key, fd) && try_pair(load, cert, key, fd)) {
		judge(load, cert, now);
		return;
	}
	for (int i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

/**
 * certload_shares_name() - is there a name that both are for?
 * @a: a certificate
 * @b: another one
 *
 * Return: true if clients of the one can be clients of the other.
 */
bool certload_shares_name(const struct tls_facts *a, const struct tls_facts *b)
{
	char names[sizeof(a->names)], *save = NULL;

	strcpy(names, a->names);
	for (char *name = strtok_r(names, " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		size_t len = strlen(name);

		for (const char *at = b->names; *at; at += strspn(at, " ")) {
			size_t word = strcspn(at, " ");

			if (word == len && !strncasecmp(at, name, len))
				return true;
			at += word;
		}
	}
	return false;
}

/**
 * certload_hold_against() - doubt one that is not for clients of the one before
 * @load: what was found; changed
 * @before: what serves
 * @now: seconds since 1970
 *
 * Who renews a certificate wants to serve the same clients. One that ended has
 * no clients.
 */
void certload_hold_against(struct certload *load, const struct tls_facts *before,
			   time_t now)
{
	if (load->fault != CERTLOAD_GOOD || now > before->not_after ||
	    certload_shares_name(&load->facts, before))
		return;
	load->fault = CERTLOAD_DOUBTFUL;
	snprintf(load->why, sizeof(load->why),
		 "the certificate is for %.100s, and none of the names of the one before (%.100s): if that is meant, reload ntsd",
		 load->facts.names, before->names);
}
