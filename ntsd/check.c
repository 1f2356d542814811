// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certload.h"
#include "check.h"
#include "keysource.h"
#include "leapkeep.h"
#include "tls.h"

static void tell_stdout(void *arg, bool is_error, const char *file, int line,
			const char *text)
{
	(void)arg;
	printf("%s:%d: %s%s\n", file, line, is_error ? "" : "warning: ", text);
}

static bool check_pair(const struct config *conf, unsigned int i)
{
	const struct config_path *cert = &conf->cert[i], *key = &conf->key[i];
	const struct config_place *place;
	struct certload load;
	int fd[2];

	certload_read(&load, cert->path, key->path, time(NULL), fd);
	for (int k = 0; k < 2; k++)
		if (fd[k] >= 0)
			close(fd[k]);
	/* It names a file: say the line that names it, too. */
	place = load.of_key ? &key->place : &cert->place;
	if (load.fault != CERTLOAD_GOOD)
		tell_stdout(NULL, load.fault == CERTLOAD_UNUSABLE || load.expired,
			    place->file, place->line, load.why);
	if (load.remark[0])
		tell_stdout(NULL, false, place->file, place->line, load.remark);
	return load.fault != CERTLOAD_UNUSABLE && !load.expired;
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

static bool check_secret(const struct config *conf)
{
	const struct config_path *secret = &conf->key_secret;
	struct keysource source;
	char err[PATH_MAX + 256];
	bool ok;

	if (!conf->derived_keys)
		return true;
	ok = keysource_read(&source, secret->path, err, sizeof(err));
	if (err[0])
		tell_stdout(NULL, !ok, secret->place.file, secret->place.line,
			    err);
	keysource_wipe(&source);
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
	static struct leapkeep leapkeep;
	struct config *conf = malloc(sizeof(*conf));
	struct passwd user;
	bool ok;

	if (!conf)
		return false;
	ok = config_read(conf, path, tell_stdout, NULL);
	if (ok) {
		ok = check_user(conf, &user, tell_stdout, NULL);
		ok &= check_trusted(conf);
		ok &= check_secret(conf);
		leapkeep_load(&leapkeep, conf, tell_stdout, NULL);
		for (unsigned int i = 0; i < conf->n_certs; i++)
			ok &= check_pair(conf, i);
	}
	config_free(conf);
	free(conf);
	return ok;
}
