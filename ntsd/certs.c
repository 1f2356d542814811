// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs.h"

/* The very file that is open already may be used again without permission. */
static int held_fd(const struct worker_setup *held, const char *path)
{
	struct stat now, then;

	if (!held || stat(path, &now))
		return -1;
	for (unsigned int i = 0; i < 2 * held->n_pairs; i++) {
		const struct worker_pair *pair = &held->pair[i / 2];
		const struct tls_file *file = i % 2 ? &pair->key : &pair->cert;

		if (!fstat(file->fd, &then) && now.st_dev == then.st_dev &&
		    now.st_ino == then.st_ino)
			return fcntl(file->fd, F_DUPFD_CLOEXEC, 3);
	}
	return -1;
}

static bool open_file(struct tls_file *file, const struct config_path *from,
		      const struct worker_setup *held, config_tell *tell,
		      void *arg)
{
	char text[PATH_MAX + 256];
	int saved;

	file->name = strdup(from->path);
	file->fd = open(from->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	saved = errno;
	if (file->fd < 0)
		file->fd = held_fd(held, from->path);
	if (file->fd >= 0 && file->name)
		return true;
	snprintf(text, sizeof(text), "%s: %s%s", from->path, strerror(saved),
		 saved == EACCES && geteuid() ?
		 ": ntsd no longer is root: let its user read the file, or restart it" :
		 "");
	tell(arg, true, from->place.file, from->place.line, text);
	return false;
}

/**
 * certs_open() - open certificates and keys
 * @conf: names them
 * @held: open already, or NULL
 * @tell: is given each problem
 * @arg: for @tell
 *
 * The master opens them and the workers, its children, read them: so a worker
 * can be started again although the master has no right any more to open
 * them, and the master never has a key in its memory.
 *
 * Return: a setup with nothing else filled in, or NULL.
 */
struct worker_setup *certs_open(const struct config *conf,
				const struct worker_setup *held,
				config_tell *tell, void *arg)
{
	struct worker_setup *setup = calloc(1, sizeof(*setup));
	bool ok = setup;

	for (unsigned int i = 0; setup && i < conf->n_certs; i++) {
		struct worker_pair *pair = &setup->pair[i];

		ok &= open_file(&pair->cert, &conf->cert[i], held, tell, arg);
		ok &= open_file(&pair->key, &conf->key[i], held, tell, arg);
		setup->n_pairs++;
	}
	if (!ok) {
		certs_close(setup);
		return NULL;
	}
	return setup;
}

/**
 * certs_close() - close what certs_open() opened, and forget the setup
 * @setup: NULL is fine
 */
void certs_close(struct worker_setup *setup)
{
	if (!setup)
		return;
	for (unsigned int i = 0; i < setup->n_pairs; i++) {
		close(setup->pair[i].cert.fd);
		close(setup->pair[i].key.fd);
		free((char *)setup->pair[i].cert.name);
		free((char *)setup->pair[i].key.name);
	}
	explicit_bzero(setup, sizeof(*setup));
	free(setup);
}
