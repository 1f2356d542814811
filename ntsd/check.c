// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certs.h"
#include "check.h"
#include "tls.h"

static void tell_stdout(void *arg, bool is_error, const char *file, int line,
			const char *text)
{
	(void)arg;
	printf("%s:%d: %s%s\n", file, line, is_error ? "" : "warning: ", text);
}

static bool check_pair(const struct config *conf, unsigned int i,
		       const struct worker_pair *pair)
{
	const struct config_place *place = &conf->cert[i].place;
	struct tls_server *server;
	char err[TLS_ERR_LEN];
	enum tls_cert cert;

	server = tls_server_new(&pair->cert, &pair->key, err);
	if (!server) {
		/* It names a file: say the line that names it, too. */
		if (!strncmp(err, pair->key.name, strlen(pair->key.name)))
			place = &conf->key[i].place;
		tell_stdout(NULL, true, place->file, place->line, err);
		return false;
	}
	cert = tls_server_check(server, time(NULL), err);
	tls_server_free(server);
	if (cert != TLS_CERT_GOOD)
		tell_stdout(NULL, cert == TLS_CERT_EXPIRED, place->file,
			    place->line, err);
	return cert != TLS_CERT_EXPIRED;
}

/* As an exchange would do it, which then only warns. */
static bool check_trusted(const struct config *conf)
{
	bool ok = true;

	for (unsigned int i = 0; i < conf->n_trusted; i++) {
		const struct config_place *place = &conf->trusted[i].path.place;
		struct tls_client *client = tls_client_new(time(NULL), false);
		char err[TLS_ERR_LEN] = "out of memory";

		if (!client || !tls_client_trust(client, conf->trusted[i].path.path,
						 err)) {
			tell_stdout(NULL, true, place->file, place->line, err);
			ok = false;
		}
		tls_client_free(client);
	}
	return ok;
}

/**
 * check_user() - find the user to run as
 * @conf: directive user
 * @user: filled in
 * @tell: is given the problem
 * @arg: for @tell
 *
 * Return: false when there is no such user.
 */
bool check_user(const struct config *conf, struct passwd *user,
		config_tell *tell, void *arg)
{
	const struct passwd *found = getpwnam(conf->user);
	char text[256];

	if (found) {
		*user = *found;
		return true;
	}
	snprintf(text, sizeof(text),
		 "user \"%s\" does not exist: name another, or: useradd --system %s",
		 conf->user, conf->user);
	tell(arg, true, conf->user_place.file, conf->user_place.line, text);
	return false;
}

/**
 * check_file() - print each problem of a configuration
 * @path: the file
 *
 * Return: false when ntsd would not start with it.
 */
bool check_file(const char *path)
{
	struct config *conf = malloc(sizeof(*conf));
	struct worker_setup *setup;
	struct passwd user;
	bool ok;

	if (!conf)
		return false;
	ok = config_read(conf, path, tell_stdout, NULL);
	if (ok) {
		ok = check_user(conf, &user, tell_stdout, NULL);
		ok &= check_trusted(conf);
		setup = certs_open(conf, NULL, tell_stdout, NULL);
		if (!setup)
			ok = false;
		for (unsigned int i = 0; setup && i < setup->n_pairs; i++)
			ok &= check_pair(conf, i, &setup->pair[i]);
		certs_close(setup);
	}
	config_free(conf);
	free(conf);
	return ok;
}
