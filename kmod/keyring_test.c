// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of cookie keys: what it takes, keeps, refuses and tells. */
#include <kunit/test.h>

#include "keyring.c"

static u32 events, event_id;

void nts_notify_key(struct nts_net *nn, u32 id)
{
	events++;
	event_id = id;
}

static struct nts_net *ring_set_up(struct kunit *test)
{
	struct nts_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);

	if (nn)
		mutex_init(&nn->lock);
	events = 0;
	return nn;
}

static int ring_set(struct nts_net *nn, const struct nts_key_info *keys, u32 n,
		    const char **text)
{
	struct netlink_ext_ack extack = { };
	int err;

	mutex_lock(&nn->lock);
	err = nts_keyring_set(nn, keys, n, &extack);
	mutex_unlock(&nn->lock);
	if (text)
		*text = extack._msg;
	return err;
}

static u32 ring_get(struct nts_net *nn, struct nts_key_info *keys)
{
	u32 n;

	mutex_lock(&nn->lock);
	n = nts_keyring_get(nn, keys);
	mutex_unlock(&nn->lock);
	return n;
}

static const struct nts_key_info good[] = {
	{ .id = 1, .role = NTS_KEY_ROLE_OLD, .age_ms = 3000, .bytes = { 1 } },
	{ .id = 2, .role = NTS_KEY_ROLE_CURRENT, .age_ms = 2000, .bytes = { 2 } },
	{ .id = 3, .role = NTS_KEY_ROLE_NEXT, .bytes = { 3 } },
};

struct refused {
	const char *name;
	struct nts_key_info keys[5];
	u32 n;
	int err;
	const char *text;
};

static const struct refused refused_params[] = {
	{ "none", { }, 0, -EINVAL, "1 to 4" },
	{ "five", { { .id = 1 } }, 5, -EINVAL, "1 to 4" },
	{ "no current", { { .id = 1, .role = NTS_KEY_ROLE_OLD } }, 1, -EINVAL, "current" },
	{ "two current", {
		{ .id = 1, .role = NTS_KEY_ROLE_CURRENT },
		{ .id = 2, .role = NTS_KEY_ROLE_CURRENT } }, 2, -EINVAL, "current" },
	{ "two next", {
		{ .id = 1, .role = NTS_KEY_ROLE_CURRENT },
		{ .id = 2, .role = NTS_KEY_ROLE_NEXT },
		{ .id = 3, .role = NTS_KEY_ROLE_NEXT } }, 3, -EINVAL, "next" },
	{ "one id twice", {
		{ .id = 1, .role = NTS_KEY_ROLE_CURRENT },
		{ .id = 1, .role = NTS_KEY_ROLE_OLD } }, 2, -EEXIST, "same id" },
	{ "to be kept but not held", {
		{ .id = 9, .role = NTS_KEY_ROLE_CURRENT, .keep = true } }, 1, -ENOENT, "bytes" },
};

static void refused_desc(const struct refused *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refused, refused_params, refused_desc);

/* A ring that is refused leaves the one before in force. */
static void keyring_refuses(struct kunit *test)
{
	const struct refused *param = test->param_value;
	struct nts_net *nn = ring_set_up(test);
	struct nts_key_info told[NTS_MAX_KEYS];
	const char *text = NULL;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, ring_set(nn, good, 3, NULL), 0);

	KUNIT_EXPECT_EQ(test, ring_set(nn, param->keys, param->n, &text), param->err);
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_TRUE(test, !!strstr(text, param->text));
	KUNIT_EXPECT_EQ(test, ring_get(nn, told), 3U);
	KUNIT_EXPECT_EQ(test, told[1].id, 2U);
	nts_keyring_free(nn);
}

static void keyring_tells_no_bytes(struct kunit *test)
{
	struct nts_net *nn = ring_set_up(test);
	struct nts_key_info told[NTS_MAX_KEYS];
	static const u8 zeros[NTS_KEY_LEN];
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_EXPECT_EQ(test, ring_get(nn, told), 0U);
	KUNIT_ASSERT_EQ(test, ring_set(nn, good, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, ring_get(nn, told), 3U);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, told[i].id, good[i].id);
		KUNIT_EXPECT_EQ(test, told[i].role, good[i].role);
		KUNIT_EXPECT_GE(test, told[i].age_ms, good[i].age_ms);
		KUNIT_EXPECT_LE(test, told[i].age_ms, good[i].age_ms + 1000);
		KUNIT_EXPECT_MEMEQ(test, told[i].bytes, zeros, NTS_KEY_LEN);
	}
	nts_keyring_free(nn);
}

/* A cookie of before a rotation opens after it: key held by its id alone. */
static void keyring_keeps_by_id(struct kunit *test)
{
	static const struct nts_key_info rotated[] = {
		{ .id = 2, .role = NTS_KEY_ROLE_OLD, .keep = true },
		{ .id = 3, .role = NTS_KEY_ROLE_CURRENT, .keep = true },
		{ .id = 4, .role = NTS_KEY_ROLE_NEXT, .bytes = { 4 } },
	};
	u8 keys[2 * NTS_SIV_KEY_LEN], secret[NTS_SIV_KEY_LEN] = { 7 };
	struct nts_net *nn = ring_set_up(test);
	u8 nonce[NTS_NONCE_LEN] = { 5 }, cookie[NTS_COOKIE_LEN];
	const struct nts_cookie_ring *ring;
	const struct nts_cookie_key *key;
	struct nts_key_info told[NTS_MAX_KEYS];

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, ring_set(nn, good, 3, NULL), 0);
	rcu_read_lock();
	ring = nts_keyring_ring(nn);
	nts_cookie_seal(&ring->key[ring->current_key], NTS_SIV_LIB, nonce, secret, secret,
			cookie);
	rcu_read_unlock();

	KUNIT_ASSERT_EQ(test, ring_set(nn, rotated, 3, NULL), 0);
	rcu_read_lock();
	ring = nts_keyring_ring(nn);
	key = nts_cookie_open(ring, NTS_SIV_LIB, cookie, sizeof(cookie), keys);
	if (key)
		nts_keyring_count(ring, key);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_EXPECT_MEMEQ(test, keys, secret, sizeof(secret));

	KUNIT_EXPECT_EQ(test, ring_get(nn, told), 3U);
	KUNIT_EXPECT_EQ(test, told[0].opened, 1ULL);
	KUNIT_EXPECT_GE(test, told[0].age_ms, 2000ULL);

	/* The count survives the next replacement, the key does not. */
	KUNIT_ASSERT_EQ(test, ring_set(nn, rotated, 3, NULL), 0);
	ring_get(nn, told);
	KUNIT_EXPECT_EQ(test, told[0].opened, 1ULL);
	KUNIT_ASSERT_EQ(test, ring_set(nn, &rotated[1], 2, NULL), 0);
	rcu_read_lock();
	key = nts_cookie_open(nts_keyring_ring(nn), NTS_SIV_LIB, cookie, sizeof(cookie), keys);
	rcu_read_unlock();
	KUNIT_EXPECT_NULL(test, key);
	nts_keyring_free(nn);
}

static void keyring_tells_of_rotation_once(struct kunit *test)
{
	static const struct nts_key_info next[] = {
		{ .id = 3, .role = NTS_KEY_ROLE_CURRENT, .keep = true },
	};
	struct nts_net *nn = ring_set_up(test);

	KUNIT_ASSERT_NOT_NULL(test, nn);
	KUNIT_ASSERT_EQ(test, ring_set(nn, good, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, events, 1U);
	KUNIT_EXPECT_EQ(test, event_id, 2U);
	KUNIT_ASSERT_EQ(test, ring_set(nn, good, 3, NULL), 0);
	KUNIT_EXPECT_EQ(test, events, 1U);
	KUNIT_ASSERT_EQ(test, ring_set(nn, next, 1, NULL), 0);
	KUNIT_EXPECT_EQ(test, events, 2U);
	KUNIT_EXPECT_EQ(test, event_id, 3U);
	nts_keyring_free(nn);
}

static struct kunit_case keyring_cases[] = {
	KUNIT_CASE_PARAM(keyring_refuses, refused_gen_params),
	KUNIT_CASE(keyring_tells_no_bytes),
	KUNIT_CASE(keyring_keeps_by_id),
	KUNIT_CASE(keyring_tells_of_rotation_once),
	{ }
};

static struct kunit_suite keyring_suite = {
	.name = "nts_keyring",
	.test_cases = keyring_cases,
};

kunit_test_suite(keyring_suite);
