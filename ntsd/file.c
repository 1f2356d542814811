// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			len -= done;
		}
	}
	return 0;
}

static int write_new(int dir, const char *name, const char *text, size_t len,
		     mode_t mode)
{
	int fd, ret;

	/* What a crash left behind may have any mode: never write into it. */
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text, len);
	if (!ret && fchmod(fd, mode))
		ret = -errno;
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/**
 * file_replace() - write a file so that it is old or new, never half
 * @path: absolute
 * @text: all of it
 * @len: its length
 * @mode: of the file, whatever the umask
 *
 * Return: 0 or a negative errno.
 */
int file_replace(const char *path, const char *text, size_t len, mode_t mode)
{
	const char *name = strrchr(path, '/');
	char dir_name[PATH_MAX], tmp[NAME_MAX + 1];
	int dir, ret;

	if (!name || strlen(path) >= sizeof(dir_name) ||
	    strlen(name + 1) + 5 > sizeof(tmp))
		return -ENAMETOOLONG;
	snprintf(dir_name, sizeof(dir_name), "%.*s", (int)(name - path) + 1,
		 path);
	name++;
	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	ret = write_new(dir, tmp, text, len, mode);
	if (!ret && renameat(dir, tmp, dir, name))
		ret = -errno;
	if (!ret && fsync(dir))
		ret = -errno;
	if (ret)
		unlinkat(dir, tmp, 0);
	close(dir);
	return ret;
}

/**
 * file_make_dir() - make a directory, unless there is something of its name
 * @path: absolute
 * @mode: of the directory, whatever the umask
 * @uid: whose it becomes when root makes it
 * @gid: likewise
 *
 * Return: 0, also when it was there, or a negative errno.
 */
int file_make_dir(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	int fd, ret = 0;

	if (mkdir(path, mode))
		return errno == EEXIST ? 0 : -errno;
	/* Others may write around it: never change what a link leads to. */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) || (!geteuid() && fchown(fd, uid, gid)))
		ret = -errno;
	close(fd);
	return ret;
}

/**
 * file_read() - read a file as text
 * @path: where it is
 * @buf: filled in, with a NUL at the end
 * @size: of @buf
 * @mode: of the file, filled in; or NULL
 *
 * Return: the length; -EBADMSG when it is no file, is longer or holds a NUL;
 * or another negative errno.
 */
ssize_t file_read(const char *path, char *buf, size_t size, mode_t *mode)
{
	struct stat st;
	ssize_t len;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	len = fstat(fd, &st) ? -1 : read(fd, buf, size - 1);
	ret = -errno;
	close(fd);
	if (len < 0)
		return ret;
	buf[len] = '\0';
	if (mode)
		*mode = st.st_mode;
	if (!S_ISREG(st.st_mode) || (size_t)len == size - 1 ||
	    strlen(buf) != (size_t)len)
		return -EBADMSG;
	return len;
}

/**
 * file_to_hex() - write bytes as hexadecimal digits
 * @bytes: the bytes
 * @n: how many
 * @text: 2 * @n + 1 characters, filled in
 */
void file_to_hex(const uint8_t *bytes, size_t n, char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * n] = '\0';
}

/**
 * file_from_hex() - read hexadecimal digits
 * @text: nothing but an even number of them
 * @bytes: filled in
 * @max: room in @bytes
 *
 * Return: how many bytes, or -1.
 */
int file_from_hex(const char *text, uint8_t *bytes, size_t max)
{
	size_t len = strlen(text);

	if (len % 2 || len / 2 > max)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		bytes[i] = high << 4 | low;
	}
	return (int)(len / 2);
}
