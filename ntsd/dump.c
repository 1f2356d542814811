// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "file.h"

#define SUFFIX ".nts"
#define HEX_MAX (2 * KE_COOKIE_MAX + 1)
/* 8 cookies of the longest kind, and the rest. */
#define DUMP_FILE_MAX ((KE_COOKIES + 2) * HEX_MAX)

static bool path_of(const char *dir, const struct address *ke, char *path)
{
	char text[ADDRESS_TEXT_LEN];

	return snprintf(path, PATH_MAX, "%s/%s" SUFFIX, dir,
			address_text(ke, text)) < PATH_MAX;
}

static int print(const struct dump *dump, char *text, size_t size)
{
	char addr[ADDRESS_TEXT_LEN], hex[HEX_MAX], s2c[2 * TLS_EXPORT_LEN + 1];
	int used;

	file_to_hex(dump->s2c, TLS_EXPORT_LEN, s2c);
	file_to_hex(dump->c2s, TLS_EXPORT_LEN, hex);
	used = snprintf(text, size, "NNC0\n%s\n%" PRId64 ".0\n%s %u\n%u %u %s %s\n",
			dump->name, dump->ke_time,
			address_text(&dump->ntp, addr), dump->port, 0,
			KE_AEAD_AES_SIV_CMAC_256, s2c, hex);
	for (unsigned int i = 0; i < dump->n; i++) {
		file_to_hex(dump->cookie[i].bytes, dump->cookie[i].len, hex);
		used += snprintf(text + used, size - used, "%s\n", hex);
	}
	explicit_bzero(hex, sizeof(hex));
	explicit_bzero(s2c, sizeof(s2c));
	return used;
}

static bool parse_address(char *line, struct dump *dump)
{
	char *save = NULL, *addr = strtok_r(line, " ", &save);
	char *port = strtok_r(NULL, " ", &save), *end;
	unsigned long number = port ? strtoul(port, &end, 10) : 0;

	if (!number || number > 65535 || *end)
		return false;
	dump->port = number;
	return address_parse(addr, &dump->ntp);
}

static bool parse_keys(char *line, struct dump *dump)
{
	char *save = NULL, *id = strtok_r(line, " ", &save);
	char *aead = strtok_r(NULL, " ", &save);
	char *s2c = strtok_r(NULL, " ", &save);
	char *c2s = strtok_r(NULL, " ", &save);

	return id && aead && s2c && c2s && !strcmp(aead, "15") &&
	       file_from_hex(s2c, dump->s2c, TLS_EXPORT_LEN) == TLS_EXPORT_LEN &&
	       file_from_hex(c2s, dump->c2s, TLS_EXPORT_LEN) == TLS_EXPORT_LEN;
}

static bool parse(char *text, struct dump *dump)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save), *end;
	double when;

	if (!line || strcmp(line, "NNC0"))
		return false;
	line = strtok_r(NULL, "\n", &save);
	if (!line || strlen(line) > CONFIG_NAME_MAX)
		return false;
	strcpy(dump->name, line);
	line = strtok_r(NULL, "\n", &save);
	when = line ? strtod(line, &end) : -1;
	/* So put that NaN is refused. */
	if (!(when >= 0 && when < 1e11) || *end)
		return false;
	dump->ke_time = when;
	line = strtok_r(NULL, "\n", &save);
	if (!line || !parse_address(line, dump))
		return false;
	line = strtok_r(NULL, "\n", &save);
	if (!line || !parse_keys(line, dump))
		return false;

	while ((line = strtok_r(NULL, "\n", &save)) && dump->n < KE_COOKIES) {
		struct ke_cookie *cookie = &dump->cookie[dump->n];
		int len = file_from_hex(line, cookie->bytes, KE_COOKIE_MAX);

		if (len <= 0)
			return false;
		cookie->len = len;
		dump->n++;
	}
	return true;
}

/**
 * dump_load() - read a file
 * @dir: where it is
 * @file: its name, ADDRESS.nts
 * @dump: filled in; wants to be wiped
 *
 * Return: false when it is none of ours.
 */
bool dump_load(const char *dir, const char *file, struct dump *dump)
{
	char path[PATH_MAX], text[DUMP_FILE_MAX], addr[ADDRESS_TEXT_LEN];
	size_t len = strlen(file) - strlen(SUFFIX);
	bool ok = false;

	memset(dump, 0, sizeof(*dump));
	if (len >= sizeof(addr))
		return false;
	memcpy(addr, file, len);
	addr[len] = '\0';
	if (!address_parse(addr, &dump->ke) ||
	    snprintf(path, sizeof(path), "%s/%s", dir, file) >= PATH_MAX)
		return false;
	if (file_read(path, text, sizeof(text), NULL) > 0)
		ok = parse(text, dump);
	explicit_bzero(text, sizeof(text));
	return ok;
}

/**
 * dump_save() - write keys and cookies
 * @dir: directive ntsdumpdir
 * @dump: what is to be in the file
 * @err: text of what failed
 * @err_len: room for it
 *
 * Return: 0 or a negative errno.
 */
int dump_save(const char *dir, const struct dump *dump, char *err,
	      size_t err_len)
{
	char path[PATH_MAX], text[DUMP_FILE_MAX];
	int len, ret = -ENAMETOOLONG;

	if (path_of(dir, &dump->ke, path)) {
		len = print(dump, text, sizeof(text));
		ret = file_replace(path, text, len, 0600);
		explicit_bzero(text, sizeof(text));
	}
	if (ret)
		snprintf(err, err_len, "%s: %s", path, strerror(-ret));
	return ret;
}

/**
 * dump_find() - find the newest keys for a name
 * @dir: directive ntsdumpdir
 * @name: of the NTS-KE server
 * @skip: asked about each file of that name; NULL takes any
 * @arg: for @skip
 * @dump: filled in; wants to be wiped
 *
 * All files are looked at, so that no name server is needed. The file stays:
 * before a cookie of it is used, dump_remove() must have succeeded.
 *
 * Return: false when there are none.
 */
bool dump_find(const char *dir, const char *name, dump_skip *skip,
	       const void *arg, struct dump *dump)
{
	struct dump other;
	struct dirent *e;
	bool found = false;
	DIR *d = opendir(dir);

	if (!d)
		return false;
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len <= strlen(SUFFIX) ||
		    strcmp(e->d_name + len - strlen(SUFFIX), SUFFIX) ||
		    !dump_load(dir, e->d_name, &other) ||
		    strcasecmp(other.name, name) ||
		    (skip && skip(arg, &other)) ||
		    (found && other.ke_time <= dump->ke_time))
			continue;
		*dump = other;
		found = true;
	}
	closedir(d);
	explicit_bzero(&other, sizeof(other));
	return found;
}

/**
 * dump_remove() - remove a file, so that its cookies are never used twice
 * @dir: directive ntsdumpdir
 * @ke: address of the NTS-KE server
 *
 * Return: true when it is gone for sure, also after a crash.
 */
bool dump_remove(const char *dir, const struct address *ke)
{
	char path[PATH_MAX];
	int fd;
	bool ok;

	if (!path_of(dir, ke, path) || (unlink(path) && errno != ENOENT))
		return false;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return ok;
}
