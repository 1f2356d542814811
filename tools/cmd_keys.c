// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl keys: the cookie keys in force, without their bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "key.h"

static const char * const roles[] = {
	[NTS_KEY_ROLE_NEXT] = "next",
	[NTS_KEY_ROLE_CURRENT] = "current",
	[NTS_KEY_ROLE_OLD] = "old",
};

static void take_key(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *nest, *attr[NTS_A_KEY_MAX + 1];
	struct keys *keys = arg;
	struct key *key;
	int left;

	nla_for_each_attr(nest, genlmsg_attrdata(gen, 0), genlmsg_attrlen(gen, 0), left) {
		if (nla_type(nest) != NTS_A_KEYS_KEY || keys->n == NTS_MAX_KEYS ||
		    nla_parse_nested(attr, NTS_A_KEY_MAX, nest, NULL) ||
		    !attr[NTS_A_KEY_ID] || !attr[NTS_A_KEY_ROLE] ||
		    !attr[NTS_A_KEY_AEAD] || !attr[NTS_A_KEY_AGE_MS] ||
		    !attr[NTS_A_KEY_OPENED])
			continue;
		key = &keys->key[keys->n++];
		key->id = nla_get_u32(attr[NTS_A_KEY_ID]);
		key->role = nla_get_u8(attr[NTS_A_KEY_ROLE]);
		key->aead = nla_get_u16(attr[NTS_A_KEY_AEAD]);
		key->age_ms = nla_get_u64(attr[NTS_A_KEY_AGE_MS]);
		key->opened = nla_get_u64(attr[NTS_A_KEY_OPENED]);
	}
}

/**
 * key_role() - the place of a key in the rotation
 * @key: as read
 *
 * Return: its name.
 */
const char *key_role(const struct key *key)
{
	return key->role <= NTS_KEY_ROLE_OLD ? roles[key->role] : "?";
}

/**
 * keys_read() - the cookie keys of this network namespace
 * @ctl: connected
 * @keys: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int keys_read(struct ctl *ctl, struct keys *keys)
{
	memset(keys, 0, sizeof(*keys));
	return ask_kernel(ctl, NTS_CMD_KEYS_GET, take_key, keys);
}

static int print_json(const struct keys *keys)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < keys->n; i++) {
		const struct key *key = &keys->key[i];
		struct json_object *one = json_object_new_object();

		object_key_id(one, key->id);
		object_text(one, "role", key_role(key));
		object_int(one, "aead", key->aead);
		object_uint(one, "age_ms", key->age_ms);
		object_uint(one, "opened", key->opened);
		json_object_array_add(list, one);
	}
	json_object_object_add(object, "keys", list);
	return ask_print_json(object);
}

int cmd_keys(struct ctl *ctl)
{
	struct keys keys;
	int ret = keys_read(ctl, &keys);

	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&keys);
	if (ctl->form == OUT_TEXT)
		printf("Key id    Role     AEAD          Age  Cookies opened\n"
		       "====================================================\n");
	for (unsigned int i = 0; i < keys.n; i++) {
		const struct key *key = &keys.key[i];

		printf(ctl->form == OUT_CSV ?
		       "%08" PRIX32 ",%s,%u,%" PRIu64 ".%03u,%" PRIu64 "\n" :
		       "%08" PRIX32 "  %-8s %4u %7" PRIu64 ".%03u s  %14" PRIu64 "\n",
		       key->id, key_role(key), key->aead, key->age_ms / 1000,
		       (unsigned int)(key->age_ms % 1000), key->opened);
	}
	return 0;
}
