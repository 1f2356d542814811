// SPDX-License-Identifier: GPL-2.0-or-later
/* Files are old or new, never half. */
#include "../../ntsd/file.c"
#include "ntsd_dir.h"

static char buf[64];

static mode_t mode_of(const char *name)
{
	struct stat st;

	return stat(in_dir(name), &st) ? 0 : st.st_mode & 07777;
}

static void written_and_read(void)
{
	mode_t mode = 0;

	EXPECT(!file_replace(in_dir("a"), "text", 4, 0600));
	EXPECT(file_read(in_dir("a"), buf, sizeof(buf), &mode) == 4);
	EXPECT_STR(buf, "text");
	EXPECT((mode & 07777) == 0600 && mode_of("a") == 0600);
	EXPECT(!file_replace(in_dir("a"), "new", 3, 0644));
	EXPECT_STR(get_file("a"), "new");
	EXPECT(mode_of("a") == 0644);
	EXPECT(!mode_of("a.tmp"));
}

static void what_cannot_be_written_stays_old(void)
{
	int fd = open("/dev/full", O_WRONLY);

	/* /dev/full is no directory, so its errno is tried on write_all(). */
	EXPECT(write_all(fd, "x", 1) == -ENOSPC);
	close(fd);
	EXPECT(file_replace("/none/at/all", "x", 1, 0600) == -ENOENT);
	EXPECT(file_replace("relative", "x", 1, 0600) == -ENAMETOOLONG);
	/* Renaming onto a directory fails when all is written. */
	EXPECT(!mkdir(in_dir("d"), 0700));
	EXPECT(file_replace(in_dir("d"), "x", 1, 0600) == -EISDIR);
	EXPECT(!mode_of("d.tmp"));
}

static void what_a_crash_left_is_not_written_to(void)
{
	put_file("other", "other");
	EXPECT(!symlink(in_dir("other"), "/tmp/ntsd_file_link"));
	EXPECT(!rename("/tmp/ntsd_file_link", in_dir("c.tmp")));
	EXPECT(!file_replace(in_dir("c"), "x", 1, 0600));
	EXPECT_STR(get_file("other"), "other");
	EXPECT_STR(get_file("c"), "x");
}

static void what_cannot_be_read(void)
{
	char big[100];

	EXPECT(file_read(in_dir("none"), buf, sizeof(buf), NULL) == -ENOENT);
	EXPECT(file_read(dir, buf, sizeof(buf), NULL) < 0);
	EXPECT(file_read("/dev/zero", buf, sizeof(buf), NULL) == -EBADMSG);
	EXPECT(!symlink("/etc/hostname", in_dir("link")));
	EXPECT(file_read(in_dir("link"), buf, sizeof(buf), NULL) == -ELOOP);
	memset(big, 'x', sizeof(big));
	EXPECT(!file_replace(in_dir("big"), big, sizeof(buf) - 1, 0600));
	EXPECT(file_read(in_dir("big"), buf, sizeof(buf), NULL) == -EBADMSG);
	EXPECT(!file_replace(in_dir("big"), big, sizeof(buf) - 2, 0600));
	EXPECT(file_read(in_dir("big"), buf, sizeof(buf), NULL) ==
	       sizeof(buf) - 2);
	EXPECT(!file_replace(in_dir("nul"), "a\0b", 3, 0600));
	EXPECT(file_read(in_dir("nul"), buf, sizeof(buf), NULL) == -EBADMSG);
}

static void directories(void)
{
	char inner[PATH_MAX];
	mode_t old = umask(0077);

	EXPECT(!file_make_dir(in_dir("new"), 0755, geteuid(), getegid()));
	EXPECT(mode_of("new") == 0755);
	/* One that is there stays as it is, and so does what a link leads to. */
	EXPECT(!file_make_dir(in_dir("new"), 0700, geteuid(), getegid()));
	EXPECT(mode_of("new") == 0755);
	put_file("target", "x");
	strcpy(inner, in_dir("target"));
	EXPECT(!symlink(inner, in_dir("way")));
	EXPECT(!file_make_dir(in_dir("way"), 0711, 1, 1) && mode_of("target") != 0711);
	strcpy(inner, in_dir("none/inner"));
	EXPECT(file_make_dir(inner, 0700, 1, 1) == -ENOENT);
	umask(old);
}

static void hexadecimal(void)
{
	uint8_t bytes[3] = { 0, 0xab, 0xff };
	char text[7];

	file_to_hex(bytes, 3, text);
	EXPECT_STR(text, "00ABFF");
	EXPECT(file_from_hex("01aBfe", bytes, 3) == 3);
	EXPECT(bytes[0] == 1 && bytes[1] == 0xab && bytes[2] == 0xfe);
	EXPECT(file_from_hex("", bytes, 3) == 0);
	EXPECT(file_from_hex("1", bytes, 3) == -1);
	EXPECT(file_from_hex("0g", bytes, 3) == -1);
	EXPECT(file_from_hex("01020304", bytes, 3) == -1);
}

static const struct ktap_case cases[] = {
	CASE(written_and_read),
	CASE(what_cannot_be_written_stays_old),
	CASE(what_a_crash_left_is_not_written_to),
	CASE(what_cannot_be_read),
	CASE(directories),
	CASE(hexadecimal),
};

DIR_MAIN(cases)
