// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of ntsctl doctor share: findings, files, programs. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

#define OUTPUT_MAX (1 << 20)

static void find(struct doctor *d, enum doctor_result result, const char *remedy,
		 const char *format, va_list args)
{
	struct doctor_finding *finding;

	if (d->n == DOCTOR_MAX)
		return;
	finding = &d->finding[d->n++];
	finding->check = d->check;
	finding->result = result;
	snprintf(finding->remedy, sizeof(finding->remedy), "%s", remedy);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	format_clean(finding->text);
	format_clean(finding->remedy);
}

/**
 * doctor_ok() - say that something is as it should be
 * @d: the examination
 * @format: what is so
 */
void doctor_ok(struct doctor *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	find(d, DOCTOR_OK, "", format, args);
	va_end(args);
}

/**
 * doctor_problem() - say what is wrong
 * @d: the examination
 * @remedy: what to do
 * @format: what is so
 */
void doctor_problem(struct doctor *d, const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	find(d, DOCTOR_PROBLEM, remedy, format, args);
	va_end(args);
}

/**
 * doctor_unknown() - say that something could not be tested
 * @d: the examination
 * @remedy: how it could
 * @format: why not
 */
void doctor_unknown(struct doctor *d, const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	find(d, DOCTOR_UNKNOWN, remedy, format, args);
	va_end(args);
}

/**
 * doctor_path() - where something is on the machine that is examined
 * @d: the examination
 * @path: receives it
 * @format: where it would be on this one
 */
void doctor_path(const struct doctor *d, char path[PATH_MAX], const char *format, ...)
{
	size_t at = (size_t)snprintf(path, PATH_MAX, "%s", d->root);
	va_list args;

	va_start(args, format);
	vsnprintf(path + at, PATH_MAX - at, format, args);
	va_end(args);
}

/**
 * doctor_exists() - is it there?
 * @d: the examination
 * @path: without the root
 *
 * Return: true if it is.
 */
bool doctor_exists(const struct doctor *d, const char *path)
{
	char full[PATH_MAX];

	doctor_path(d, full, "%s", path);
	return !access(full, F_OK);
}

/**
 * doctor_read() - read a small file
 * @d: the examination
 * @path: without the root
 * @text: receives what fits, without the last line's end
 * @size: of @text
 *
 * Return: false with errno set when it cannot be read.
 */
bool doctor_read(const struct doctor *d, const char *path, char *text, size_t size)
{
	char full[PATH_MAX];
	size_t len;
	FILE *f;

	doctor_path(d, full, "%s", path);
	f = fopen(full, "re");
	text[0] = '\0';
	if (!f)
		return false;
	len = fread(text, 1, size - 1, f);
	fclose(f);
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return true;
}

/**
 * doctor_apt_or_dnf() - which of two remedies is for this system
 * @d: the examination
 * @debian: the one of Debian and its kin
 * @fedora: the one of Fedora, RHEL and theirs
 *
 * Return: either.
 */
const char *doctor_apt_or_dnf(const struct doctor *d, const char *debian, const char *fedora)
{
	return doctor_exists(d, "/usr/bin/dnf") ? fedora : debian;
}

static void become(const struct doctor *d, char *const argv[], int out)
{
	static const char * const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	char path[PATH_MAX];

	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("LC_ALL", "C", 1);
	/* Installed programs come before those of whoever calls. */
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		doctor_path(d, path, "%s/%s", dirs[i], argv[0]);
		execv(path, argv);
	}
	if (!d->root[0])
		execvp(argv[0], argv);
	_exit(127);
}

/**
 * doctor_run() - what a program prints
 * @d: the examination
 * @argv: its name and arguments; it is looked for below the root
 * @status: receives its exit status, 127 when there is no such program
 *
 * Return: all it prints, to be freed; NULL when it could not be run.
 */
char *doctor_run(const struct doctor *d, char *const argv[], int *status)
{
	char *text = malloc(OUTPUT_MAX);
	size_t len = 0;
	ssize_t got;
	int fds[2];
	pid_t pid;

	*status = 127;
	if (!text || pipe(fds)) {
		free(text);
		return NULL;
	}
	fflush(NULL);
	pid = fork();
	if (!pid)
		become(d, argv, fds[1]);
	close(fds[1]);
	while (pid > 0 && (got = read(fds[0], text + len, OUTPUT_MAX - 1 - len)) > 0)
		len += (size_t)got;
	close(fds[0]);
	text[len] = '\0';
	if (pid < 0 || waitpid(pid, status, 0) < 0) {
		free(text);
		return NULL;
	}
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128;
	if (*status != 127)
		return text;
	free(text);
	return NULL;
}
