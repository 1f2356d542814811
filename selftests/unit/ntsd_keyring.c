// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookie keys: rotation, and a file that is whole, private and chrony's. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sys/stat.h>

#include "../../ntsd/keyring.c"
#include "ntsd_ktap.h"

#define PERIOD 1000000

static char dir[] = "/tmp/ntsd_keyring.XXXXXX";
static char err[512];

static const char *file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *text)
{
	FILE *f;

	unlink(file(KEYRING_FILE));
	f = fopen(file(KEYRING_FILE), "w");
	fputs(text, f);
	fclose(f);
	chmod(file(KEYRING_FILE), 0600);
}

static int mode_of(const char *name)
{
	struct stat st;

	return stat(file(name), &st) ? -1 : (int)(st.st_mode & 07777);
}

static bool same_key(const struct keyring_key *a, const struct keyring_key *b)
{
	return a->id == b->id && a->held == b->held &&
	       !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static bool same_keys(const struct keyring *a, const struct keyring *b)
{
	for (int i = 0; i < KEYRING_SLOTS; i++)
		if (!same_key(&a->key[i], &b->key[i]))
			return false;
	return a->current == b->current;
}

static void four_different_keys(void)
{
	struct keyring ring;
	int role[3] = { 0 };

	EXPECT(keyring_generate(&ring, 5000));
	for (unsigned int i = 0; i < KEYRING_SLOTS; i++) {
		EXPECT(ring.key[i].id % 4 == i);
		role[keyring_role(&ring, i)]++;
		for (unsigned int k = 0; k < i; k++)
			EXPECT(memcmp(ring.key[i].bytes, ring.key[k].bytes,
				      KEYRING_KEY_LEN));
	}
	EXPECT(role[KEYRING_NEXT] == 1 && role[KEYRING_CURRENT] == 1 &&
	       role[KEYRING_OLD] == 2);
	EXPECT(keyring_due(&ring, PERIOD) == 5000 + PERIOD);
	EXPECT(keyring_due(&ring, 0) == INT64_MAX);
}

/* A cookie must open for 2 periods after the last one sealed with its key. */
static void a_key_lives_as_next_current_and_twice_old(void)
{
	struct keyring ring, was;

	EXPECT(keyring_generate(&ring, 0));
	for (int i = 1; i <= 9; i++) {
		unsigned int next = (ring.current + 1) % 4;

		was = ring;
		EXPECT(keyring_role(&ring, next) == KEYRING_NEXT);
		EXPECT(keyring_rotate(&ring, i * PERIOD));
		EXPECT(ring.current == next);
		EXPECT(same_key(&ring.key[next], &was.key[next]));
		EXPECT(same_key(&ring.key[was.current], &was.key[was.current]));
		EXPECT(keyring_role(&ring, was.current) == KEYRING_OLD);
		EXPECT(same_key(&ring.key[(was.current + 3) % 4],
				&was.key[(was.current + 3) % 4]));
		/* Only the oldest gave way, to the new next one. */
		EXPECT(!same_key(&ring.key[(next + 1) % 4],
				 &was.key[(next + 1) % 4]));
		EXPECT(ring.rotated_ms == i * PERIOD);
	}
}

static void saved_and_loaded(void)
{
	struct keyring ring, back;

	for (int i = 0; i < 5; i++) {
		EXPECT(keyring_generate(&ring, 0));
		for (int k = 0; k < i; k++)
			EXPECT(keyring_rotate(&ring, k));
		ring.rotated_ms = 1000;
		EXPECT(keyring_save(&ring, dir, 61500, err, sizeof(err)) == 0);
		/* Another boot: that clock began anew. */
		EXPECT(keyring_load(&back, dir, 2000, PERIOD, err,
				    sizeof(err)) == 0);
		EXPECT_STR(err, "");
		EXPECT(same_keys(&ring, &back));
		EXPECT(back.rotated_ms == 2000 - 60500);
		EXPECT(back.key[back.current].born_ms ==
		       back.rotated_ms - PERIOD);
	}
}

static void the_file_is_chronys(void)
{
	static const char want[] =
		"NKS1\n12.3\n"
		"00000004 0000000000000000000000000000000000000000000000000000000000000000 15\n"
		"00000005 0101010101010101010101010101010101010101010101010101010101010101 15\n"
		"00000006 0202020202020202020202020202020202020202020202020202020202020202 15\n"
		"ABCDEF07 0303030303030303030303030303030303030303030303030303030303030303 15\n";
	struct keyring ring = { .current = 2, .rotated_ms = 1000 };
	char text[1024] = "";
	FILE *f;

	for (int i = 0; i < KEYRING_SLOTS; i++) {
		ring.key[i].id = 4 + i;
		memset(ring.key[i].bytes, i, KEYRING_KEY_LEN);
	}
	ring.key[3].id = 0xabcdef07;
	EXPECT(keyring_save(&ring, dir, 13345, err, sizeof(err)) == 0);
	f = fopen(file(KEYRING_FILE), "r");
	EXPECT(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	EXPECT_STR(text, want);
}

/* As chrony 4.0 to 4.3 write it. */
static void the_older_format_is_read(void)
{
	struct keyring ring;

	put("NKS0\n15 5.5\n"
	    "0000000a 00000000000000000000000000000000000000000000000000000000000000aa\n"
	    "0000000b 00000000000000000000000000000000000000000000000000000000000000bb\n"
	    "00000010 00000000000000000000000000000000000000000000000000000000000000cc\n"
	    "00000015 00000000000000000000000000000000000000000000000000000000000000dd\n");
	EXPECT(keyring_load(&ring, dir, 10000, PERIOD, err, sizeof(err)) == 0);
	EXPECT(ring.current == 0 && ring.key[0].id == 0x10);
	EXPECT(ring.key[2].bytes[31] == 0xaa);
	EXPECT(ring.rotated_ms == 4500);
	EXPECT(keyring_role(&ring, 1) == KEYRING_NEXT);
}

static void mode_and_leftovers(void)
{
	struct keyring ring;
	mode_t mask = umask(0);

	EXPECT(keyring_generate(&ring, 0));
	unlink(file(KEYRING_FILE));
	EXPECT(keyring_save(&ring, dir, 0, err, sizeof(err)) == 0);
	EXPECT(mode_of(KEYRING_FILE) == 0600);
	umask(0777);
	EXPECT(keyring_save(&ring, dir, 0, err, sizeof(err)) == 0);
	EXPECT(mode_of(KEYRING_FILE) == 0600);
	umask(0);

	/* What is open to all is warned of, and mended by the next save. */
	chmod(file(KEYRING_FILE), 0644);
	EXPECT(keyring_load(&ring, dir, 0, PERIOD, err, sizeof(err)) == 0);
	EXPECT(strstr(err, "0644"));
	/* So is a temporary file that somebody put there. */
	fclose(fopen(file(KEYRING_FILE ".tmp"), "w"));
	EXPECT(mode_of(KEYRING_FILE ".tmp") == 0666);
	EXPECT(keyring_save(&ring, dir, 0, err, sizeof(err)) == 0);
	EXPECT(mode_of(KEYRING_FILE) == 0600);
	EXPECT(mode_of(KEYRING_FILE ".tmp") == -1);
	umask(mask);
}

static void a_failed_save_keeps_the_old_file(void)
{
	struct keyring ring, other, back;

	EXPECT(keyring_generate(&ring, 0) && keyring_generate(&other, 0));
	EXPECT(keyring_save(&ring, dir, 0, err, sizeof(err)) == 0);
	/* A directory in the way: not even root gets past it. */
	mkdir(file(KEYRING_FILE ".tmp"), 0700);
	EXPECT(keyring_save(&other, dir, 0, err, sizeof(err)) < 0);
	EXPECT(strstr(err, dir));
	rmdir(file(KEYRING_FILE ".tmp"));
	EXPECT(keyring_load(&back, dir, 0, PERIOD, err, sizeof(err)) == 0);
	EXPECT(same_keys(&ring, &back));
	EXPECT(keyring_save(&ring, "/none/at/all", 0, err, sizeof(err)) ==
	       -ENOENT);
	EXPECT(strstr(err, "/none/at/all"));
}

#define KEY "0000000000000000000000000000000000000000000000000000000000000000"
#define LINES "00000000 " KEY " 15\n00000001 " KEY " 15\n00000002 " KEY " 15\n"

static void bad_files_change_nothing(void)
{
	static const char *const bad[] = {
		"", "\n", "NKS1", "NKS1\n", "NKS2\n1.0\n" LINES "00000003 " KEY " 15\n",
		"NKS1\nx\n" LINES "00000003 " KEY " 15\n",
		"NKS1\nnan\n" LINES "00000003 " KEY " 15\n",
		"NKS1\n1e99\n" LINES "00000003 " KEY " 15\n",
		"NKS1\n1.0\n" LINES,
		"NKS1\n1.0\n" LINES "00000003 " KEY " 15\n00000004 " KEY " 15\n",
		"NKS1\n1.0\n" LINES "00000003 " KEY " 30\n",
		"NKS1\n1.0\n" LINES "00000003 " KEY "\n",
		"NKS1\n1.0\n" LINES "00000003 " KEY " 15 15\n",
		"NKS1\n1.0\n" LINES "00000003 " KEY "00 15\n",
		"NKS1\n1.0\n" LINES "00000003 0" KEY " 15\n",
		"NKS1\n1.0\n" LINES "00000003 z" KEY " 15\n",
		"NKS1\n1.0\n" LINES "000000003 " KEY " 15\n",
		"NKS1\n1.0\n" LINES "-0000003 " KEY " 15\n",
		"NKS1\n1.0\n" LINES "zz " KEY " 15\n",
		"NKS1\n1.0\n" LINES "00000000 " KEY " 15\n",
		"NKS0\n30 1.0\n" LINES "00000003 " KEY " 15\n",
	};
	struct keyring ring, was;
	char big[FILE_MAX * 2];

	EXPECT(keyring_generate(&ring, 0));
	was = ring;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(bad[i]);
		if (keyring_load(&ring, dir, 0, PERIOD, err, sizeof(err)) !=
		    -EBADMSG) {
			printf("# file %zu\n", i);
			EXPECT(!"-EBADMSG");
		}
		EXPECT(strstr(err, KEYRING_FILE));
	}
	memset(big, '1', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	put(big);
	EXPECT(keyring_load(&ring, dir, 0, PERIOD, err, sizeof(err)) ==
	       -EBADMSG);
	unlink(file(KEYRING_FILE));
	EXPECT(keyring_load(&ring, dir, 0, PERIOD, err, sizeof(err)) ==
	       -ENOENT);
	EXPECT(symlink("/etc/hostname", file(KEYRING_FILE)) == 0);
	EXPECT(keyring_load(&ring, dir, 0, PERIOD, err, sizeof(err)) == -ELOOP);
	unlink(file(KEYRING_FILE));
	EXPECT(!memcmp(&ring, &was, sizeof(ring)));
}

static void kernels_keys_become_the_old_ones(void)
{
	const struct keyring_told told[] = {
		{ 0x104, KEYRING_OLD, 3000 }, { 0x105, KEYRING_OLD, 2000 },
		{ 0x106, KEYRING_CURRENT, 1000 }, { 0x107, KEYRING_NEXT, 0 },
	};
	struct keyring ring, back;

	EXPECT(keyring_adopt(&ring, told, 4, 500));
	EXPECT(ring.current == 3);
	EXPECT(!ring.key[3].held && ring.key[3].id != 0x107);
	EXPECT(!ring.key[0].held && ring.key[0].id != 0x104);
	EXPECT(ring.key[1].held && ring.key[1].id == 0x105);
	EXPECT(ring.key[2].held && ring.key[2].id == 0x106);
	EXPECT(ring.key[2].born_ms == -500);
	EXPECT(keyring_role(&ring, 1) == KEYRING_OLD);

	/* On disk stand others for those whose bytes are not known. */
	EXPECT(keyring_save(&ring, dir, 0, err, sizeof(err)) == 0);
	EXPECT(keyring_load(&back, dir, 0, PERIOD, err, sizeof(err)) == 0);
	EXPECT(same_key(&back.key[3], &ring.key[3]));
	EXPECT(same_key(&back.key[0], &ring.key[0]));
	EXPECT(back.key[1].id != 0x105 && back.key[2].id != 0x106);

	EXPECT(keyring_drop_held(&ring, 0));
	EXPECT(!ring.key[1].held && !ring.key[2].held);
	EXPECT(ring.key[1].id % 4 == 1 && ring.key[1].id != 0x105);
	EXPECT(!keyring_drop_held(&ring, 0));
	EXPECT(keyring_adopt(&ring, NULL, 0, 0) && !keyring_drop_held(&ring, 0));
}

static void wiped(void)
{
	static const struct keyring zero;
	struct keyring ring;

	EXPECT(keyring_generate(&ring, 0));
	keyring_wipe(&ring);
	EXPECT(!memcmp(&ring, &zero, sizeof(ring)));
}

static const struct ktap_case cases[] = {
	CASE(four_different_keys),
	CASE(a_key_lives_as_next_current_and_twice_old),
	CASE(saved_and_loaded),
	CASE(the_file_is_chronys),
	CASE(the_older_format_is_read),
	CASE(mode_and_leftovers),
	CASE(a_failed_save_keeps_the_old_file),
	CASE(bad_files_change_nothing),
	CASE(kernels_keys_become_the_old_ones),
	CASE(wiped),
};

int main(void)
{
	char command[64];
	int ret;

	if (!mkdtemp(dir))
		return 1;
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
