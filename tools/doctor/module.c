// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the module loaded, and if not, what keeps it from being? */
#include <ctype.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define SIGNATURE "~Module signature appended~\n"
#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* nftw(3) hands nothing over. */
static char installed[PATH_MAX];

static int take_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (type != FTW_F || fnmatch("nts.ko*", path + ftw->base, 0))
		return 0;
	snprintf(installed, sizeof(installed), "%s", path);
	return 1;
}

static bool find_installed(const struct doctor *d, const char *release)
{
	char path[PATH_MAX];

	doctor_path(d, path, "/lib/modules/%s", release);
	installed[0] = '\0';
	nftw(path, take_file, 16, FTW_PHYS);
	return installed[0];
}

/* The last line of a log that says what failed. */
static void last_error(const char *path, char line[256])
{
	char text[1024];
	FILE *f = fopen(path, "re");

	line[0] = '\0';
	while (f && fgets(text, sizeof(text), f))
		if (strstr(text, "rror"))
			snprintf(line, 256, ": %.200s", text);
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

/* DKMS needs the headers of the kernel that runs. */
static void build_command(const struct doctor *d, const char *release, char command[512])
{
	char headers[PATH_MAX], install[256] = "";

	snprintf(headers, sizeof(headers), "/lib/modules/%.128s/build", release);
	if (!doctor_exists(d, headers))
		snprintf(install, sizeof(install), "%s-%.128s && ",
			 doctor_apt_or_dnf(d, "apt install linux-headers",
					   "dnf install kernel-devel"), release);
	snprintf(command, 512, "%sdkms autoinstall -k %.128s", install, release);
}

static void say_missing(struct doctor *d, const char *release)
{
	char pattern[PATH_MAX], remedy[DOCTOR_TEXT_LEN], error[256], command[512];
	glob_t logs = { 0 };

	doctor_path(d, pattern, "/var/lib/dkms/nts/*/build/make.log");
	if (!glob(pattern, 0, NULL, &logs)) {
		last_error(logs.gl_pathv[0], error);
		build_command(d, release, command);
		snprintf(remedy, sizeof(remedy), "%s (log: %s)", command,
			 logs.gl_pathv[0] + strlen(d->root));
		doctor_problem(d, remedy, "DKMS could not build the module for Linux %s%s",
			       release, error);
		globfree(&logs);
		return;
	}
	doctor_path(d, pattern, "/usr/src/nts-*/dkms.conf");
	if (!glob(pattern, 0, NULL, &logs)) {
		globfree(&logs);
		build_command(d, release, command);
		doctor_problem(d, command, "the module was not built for Linux %s", release);
		return;
	}
	doctor_problem(d, doctor_apt_or_dnf(d, "apt install ./nts-dkms_*.deb, or: tools/run --host",
					    "dnf install ./nts-dkms-*.rpm"),
		       "the module is not installed");
}

/* "blacklist nts" or "install nts /bin/false"; @where says file and line. */
static bool find_blacklist(const struct doctor *d, char where[PATH_MAX])
{
	static const char * const dirs[] = { "/etc", "/run", "/usr/lib", "/lib" };
	char pattern[PATH_MAX], line[512], verb[64], module[64];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		glob_t files = { 0 };
		bool found = false;

		doctor_path(d, pattern, "%s/modprobe.d/*.conf", dirs[i]);
		if (glob(pattern, 0, NULL, &files))
			continue;
		for (size_t j = 0; !found && j < files.gl_pathc; j++) {
			FILE *f = fopen(files.gl_pathv[j], "re");
			unsigned int n = 0;

			while (f && !found && fgets(line, sizeof(line), f)) {
				n++;
				found = sscanf(line, "%63s %63s", verb, module) == 2 &&
					(!strcmp(verb, "blacklist") || !strcmp(verb, "install")) &&
					!strcmp(module, "nts");
			}
			if (f)
				fclose(f);
			snprintf(where, PATH_MAX, "%s:%u", files.gl_pathv[j] + strlen(d->root), n);
		}
		globfree(&files);
		if (found)
			return true;
	}
	return false;
}

static bool is_blacklisted_at_boot(const struct doctor *d)
{
	char line[4096], *save;

	if (!doctor_read(d, "/proc/cmdline", line, sizeof(line)))
		return false;
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		const char *list = strchr(word, '=');

		if (strncmp(word, "module_blacklist=", 17) &&
		    strncmp(word, "modprobe.blacklist=", 19))
			continue;
		for (const char *at = list; at; at = strchr(at + 1, ','))
			if (!strncmp(at + 1, "nts", 3) && (!at[4] || at[4] == ','))
				return true;
	}
	return false;
}

static bool is_signed(const char *path)
{
	char end[sizeof(SIGNATURE)] = "";
	FILE *f = fopen(path, "re");

	if (f && !fseek(f, -(long)strlen(SIGNATURE), SEEK_END) &&
	    fread(end, 1, strlen(SIGNATURE), f) == strlen(SIGNATURE))
		end[strlen(SIGNATURE)] = '\0';
	if (f)
		fclose(f);
	return !strcmp(end, SIGNATURE);
}

/* What makes the kernel refuse modules that are not signed; NULL when it does not. */
static const char *signatures_needed(const struct doctor *d)
{
	char text[64];

	if (doctor_read(d, "/sys/kernel/security/lockdown", text, sizeof(text)) &&
	    !strstr(text, "[none]"))
		return "the kernel is locked down, as Secure Boot has it";
	if (doctor_read(d, "/sys/module/module/parameters/sig_enforce", text, sizeof(text)) &&
	    text[0] == 'Y')
		return "the kernel takes signed modules only";
	return NULL;
}

static bool secure_boot(const struct doctor *d)
{
	char path[PATH_MAX], bytes[5] = "";
	FILE *f;

	doctor_path(d, path, SECURE_BOOT);
	f = fopen(path, "re");
	/* four octets of attributes, then the value */
	if (f && fread(bytes, 1, sizeof(bytes), f) != sizeof(bytes))
		bytes[4] = 0;
	if (f)
		fclose(f);
	return bytes[4] == 1;
}

static void say_refused(struct doctor *d, const char *why)
{
	const char *boot = secure_boot(d) ? " (Secure Boot is on)" : "";

	if (fnmatch("*.ko", installed, 0) || is_signed(installed))
		doctor_problem(d, "ntsd-mok enrol, reboot and confirm the key; then: modprobe nts (see: ntsd-mok status)",
			       "%s%s, and may not know the key that signed the module", why, boot);
	else
		doctor_problem(d, "ntsd-mok make && ntsd-mok sign && ntsd-mok enrol, reboot and confirm the key; then: modprobe nts",
			       "%s%s, and the module is not signed", why, boot);
}

void doctor_module(struct doctor *d)
{
	char release[128] = "", text[64], where[PATH_MAX], remedy[DOCTOR_TEXT_LEN];
	const char *why;

	if (d->loaded || doctor_exists(d, "/sys/module/nts")) {
		doctor_ok(d, "the module is loaded%s", secure_boot(d) ? ", with Secure Boot" : "");
		return;
	}
	doctor_read(d, "/proc/sys/kernel/osrelease", release, sizeof(release));
	if (!find_installed(d, release)) {
		say_missing(d, release);
		return;
	}
	why = signatures_needed(d);
	if (doctor_read(d, "/proc/sys/kernel/modules_disabled", text, sizeof(text)) &&
	    text[0] == '1') {
		doctor_problem(d, "reboot, and load nts before kernel.modules_disabled is set: echo nts >/etc/modules-load.d/nts.conf",
			       "the kernel takes no more modules (kernel.modules_disabled)");
	} else if (is_blacklisted_at_boot(d)) {
		doctor_problem(d, "take nts out of the kernel's command line and reboot",
			       "the kernel's command line blacklists the module");
	} else if (find_blacklist(d, where)) {
		snprintf(remedy, sizeof(remedy), "remove %.500s, then: modprobe nts", where);
		doctor_problem(d, remedy, "the module is blacklisted at %s", where);
	} else if (why) {
		say_refused(d, why);
	} else {
		doctor_problem(d, "modprobe nts, or: systemctl restart ntsd",
			       "the module is installed but not loaded");
	}
}
