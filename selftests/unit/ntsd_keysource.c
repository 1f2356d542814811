// SPDX-License-Identifier: GPL-2.0-or-later
/* Derived cookie keys: the same on all servers, and neighbours overlap. */
#include "../../ntsd/file.h"
#include "../../ntsd/keysource.c"
#include "ntsd_dir.h"

#define WEEK 604800LL
#define NOW_MS 5000000

static char err[512];

static struct keysource secret_of(const char *text)
{
	struct keysource source = { .len = strlen(text) };

	memcpy(source.secret, text, source.len);
	return source;
}

static const struct keyring_key *key_of(const struct keyring *ring, int64_t period)
{
	return &ring->key[period & 3];
}

static bool has(const struct keyring *ring, int64_t period, uint32_t id,
		const char *hex)
{
	char text[2 * KEYRING_KEY_LEN + 1];

	file_to_hex(key_of(ring, period)->bytes, KEYRING_KEY_LEN, text);
	return !strcmp(text, hex) && key_of(ring, period)->id == id;
}

/* As HMAC-SHA256 of another program gives them, by RFC 5869. */
static void known_answers(void)
{
	struct keysource source = { .len = 32 };
	struct keyring ring;

	for (unsigned int i = 0; i < 32; i++)
		source.secret[i] = i;
	EXPECT(keysource_derive(&source, WEEK, 3000 * WEEK * 1000 + 7, NOW_MS, &ring));
	EXPECT(ring.period == 3000 && ring.current == 0);
	EXPECT(has(&ring, 2998, 0x1DF5E2B6,
		   "661B2715EEA71BBDD52894D11EF09533210AFC9578160A273FF320F7064ABBB7"));
	EXPECT(has(&ring, 2999, 0xE8B211BF,
		   "A5BCAE41FB036C93A4039A7EA45E6DA86ADD24A661BD72AEE487BE2C5DDF52D6"));
	EXPECT(has(&ring, 3000, 0x2BFDA97C,
		   "5805BAD673CC4F6B58412DD2FAA1FAB6F916496308E39B75CB0B9F64BFE0487B"));
	EXPECT(has(&ring, 3001, 0xB8EA4B35,
		   "A9215D63E9F610C31706501468DE855FAAACD956BB4BE6730103D58809614EA5"));
	EXPECT(keyring_role(&ring, 2998 & 3) == KEYRING_OLD);
	EXPECT(keyring_role(&ring, 2999 & 3) == KEYRING_OLD);
	EXPECT(keyring_role(&ring, 3000 & 3) == KEYRING_CURRENT);
	EXPECT(keyring_role(&ring, 3001 & 3) == KEYRING_NEXT);

	source = secret_of("0000000000000000000000000000000000000000000000000000000000000000");
	EXPECT(keysource_derive(&source, 1, 1800000000999, NOW_MS, &ring));
	EXPECT(has(&ring, 1800000000, 0x197C8324,
		   "1BE3080692B8D9161107706544D4DBC65C143F8DCC1DD43F1215207DA6397D8D"));
}

static void ages_are_those_of_the_periods(void)
{
	struct keysource source = secret_of("01234567890123456789012345678901");
	struct keyring ring;

	EXPECT(keysource_derive(&source, 100, 1800000030000, NOW_MS, &ring));
	EXPECT(ring.rotated_ms == NOW_MS - 30000);
	EXPECT(keyring_due(&ring, 100000) == NOW_MS + 70000);
	EXPECT(key_of(&ring, 18000000)->born_ms == NOW_MS - 30000);
	EXPECT(key_of(&ring, 17999999)->born_ms == NOW_MS - 130000);
	EXPECT(key_of(&ring, 17999998)->born_ms == NOW_MS - 230000);
	EXPECT(key_of(&ring, 18000001)->born_ms == NOW_MS);
	for (int slot = 0; slot < KEYRING_SLOTS; slot++)
		EXPECT(!ring.key[slot].held && (int)(ring.key[slot].id & 3) == slot);
}

/* Can a server in one period open what another one in its own sealed? */
static bool takes(const struct keyring *one, const struct keyring *sealer)
{
	const struct keyring_key *key = &sealer->key[sealer->current];

	for (int slot = 0; slot < KEYRING_SLOTS; slot++)
		if (one->key[slot].id == key->id)
			return !memcmp(one->key[slot].bytes, key->bytes,
				       KEYRING_KEY_LEN);
	return false;
}

static void clocks_may_differ_by_a_period(void)
{
	struct keysource source = secret_of("01234567890123456789012345678901");
	struct keyring a, b;

	/* 1 s before the change, and from 2 periods before to 1 after. */
	EXPECT(keysource_derive(&source, 100, 1799999999000, NOW_MS, &a));
	EXPECT(keysource_derive(&source, 100, 1800000001000, 9, &b));
	EXPECT(a.period + 1 == b.period && takes(&a, &b) && takes(&b, &a));
	EXPECT(keysource_derive(&source, 100, 1799999799000, NOW_MS, &b));
	EXPECT(a.period - 2 == b.period && takes(&a, &b) && !takes(&b, &a));
	EXPECT(keysource_derive(&source, 100, 1799999699000, NOW_MS, &b));
	EXPECT(!takes(&a, &b));
}

static void all_that_is_agreed_on_matters(void)
{
	struct keysource source = secret_of("01234567890123456789012345678901");
	struct keysource other = secret_of("01234567890123456789012345678902");
	struct keyring a, b;

	EXPECT(keysource_derive(&source, 100, 1800000000000, NOW_MS, &a));
	EXPECT(keysource_derive(&other, 100, 1800000000000, NOW_MS, &b));
	EXPECT(a.period == b.period && !takes(&a, &b) && !takes(&b, &a));
	/* The same number of another length. */
	EXPECT(keysource_derive(&source, 50, 900000000000, NOW_MS, &b));
	EXPECT(a.period == b.period && !takes(&a, &b));
	/* Before there were 2 periods nothing can be derived. */
	EXPECT(!keysource_derive(&source, 100, 199999, NOW_MS, &b));
	EXPECT(keysource_derive(&source, 100, 200000, NOW_MS, &b));
	EXPECT(keysource_period(199999, 100) == 1);
}

static void secrets_of_files(void)
{
	static char text[KEYSOURCE_SECRET_MAX + 2];
	struct keysource source = { 0 };

	put_file("s", "0123456789abcdef0123456789abcdef\n");
	chmod(in_dir("s"), 0600);
	EXPECT(keysource_read(&source, in_dir("s"), err, sizeof(err)));
	EXPECT_STR(err, "");
	EXPECT(source.len == 32 && !memcmp(source.secret, "0123456789abcdef0123456789abcdef", 32));
	put_file("s", "0123456789abcdef0123456789abcdefX\r\n\n");
	chmod(in_dir("s"), 0644);
	EXPECT(keysource_read(&source, in_dir("s"), err, sizeof(err)) && source.len == 33);
	EXPECT(strstr(err, "0644") && strstr(err, "chmod 600"));

	/* What cannot be used leaves what there is. */
	put_file("s", "0123456789abcdef0123456789abcde\n");
	EXPECT(!keysource_read(&source, in_dir("s"), err, sizeof(err)));
	EXPECT(strstr(err, "less than 32") && source.len == 33);
	memset(text, 'x', KEYSOURCE_SECRET_MAX + 1);
	put_file("s", text);
	EXPECT(!keysource_read(&source, in_dir("s"), err, sizeof(err)));
	EXPECT(strstr(err, "more than 1024"));
	text[KEYSOURCE_SECRET_MAX] = '\0';
	put_file("s", text);
	EXPECT(keysource_read(&source, in_dir("s"), err, sizeof(err)));
	EXPECT(source.len == KEYSOURCE_SECRET_MAX);
	EXPECT(!keysource_read(&source, in_dir("none"), err, sizeof(err)));
	EXPECT(strstr(err, "No such file"));
	EXPECT(!keysource_read(&source, dir, err, sizeof(err)) && err[0]);
	keysource_wipe(&source);
	EXPECT(!source.len && !source.secret[0]);
}

static const struct ktap_case cases[] = {
	CASE(known_answers),
	CASE(ages_are_those_of_the_periods),
	CASE(clocks_may_differ_by_a_period),
	CASE(all_that_is_agreed_on_matters),
	CASE(secrets_of_files),
};

DIR_MAIN(cases)
