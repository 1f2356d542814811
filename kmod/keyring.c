// SPDX-License-Identifier: GPL-2.0-or-later
/* The cookie keys in force: replaced as one, read under RCU. */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "fpu.h"
#include "nts.h"

struct nts_keyring {
	struct nts_cookie_ring ring;
	u64 made_at[NTS_MAX_KEYS];	/* ktime_get_boottime_ns() less the age */
	u64 opened_before[NTS_MAX_KEYS];	/* in earlier rings */
	u64 __percpu *opened;		/* NTS_MAX_KEYS each */
};

static u64 key_opened(const struct nts_keyring *keyring, u32 index)
{
	u64 sum = keyring->opened_before[index];
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(keyring->opened, cpu)[index]);
	return sum;
}

static void keyring_destroy(struct nts_keyring *keyring)
{
	if (!keyring)
		return;
	free_percpu(keyring->opened);
	kfree_sensitive(keyring);
}

static int key_index(const struct nts_keyring *keyring, u32 id)
{
	u32 i;

	for (i = 0; keyring && i < keyring->ring.n; i++) {
		if (keyring->ring.key[i].id == id)
			return i;
	}
	return -ENOENT;
}

/* What one ring needs: known keys, one of them current, none twice. */
static int keys_check(const struct nts_keyring *old, const struct nts_key_info *keys,
		      u32 n, struct netlink_ext_ack *extack)
{
	u32 roles[NTS_KEY_ROLE_OLD + 1] = { 0 };
	u32 i, j;

	if (n == 0 || n > NTS_MAX_KEYS) {
		NL_SET_ERR_MSG(extack, "key: a ring has 1 to 4 keys");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		roles[keys[i].role]++;
		for (j = 0; j < i; j++) {
			if (keys[i].id == keys[j].id) {
				NL_SET_ERR_MSG(extack, "key: two keys have the same id");
				return -EEXIST;
			}
		}
		if (keys[i].keep && key_index(old, keys[i].id) < 0) {
			NL_SET_ERR_MSG(extack, "key: bytes missing, and none held under this id");
			return -ENOENT;
		}
	}
	if (roles[NTS_KEY_ROLE_CURRENT] != 1) {
		NL_SET_ERR_MSG(extack, "key: exactly one must have the role current");
		return -EINVAL;
	}
	if (roles[NTS_KEY_ROLE_NEXT] > 1) {
		NL_SET_ERR_MSG(extack, "key: only one may have the role next");
		return -EINVAL;
	}
	return 0;
}

/**
 * nts_keyring_set() - replace the ring
 * @nn: the network namespace
 * @keys: the new ones; bytes are not looked at where @keep is set
 * @n: how many
 * @extack: receives what is wrong
 *
 * Answers under way go on with the ring they have; when this returns, none
 * uses the old one any more and it is wiped.
 *
 * Context: process, @nn->lock held. May sleep.
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOENT, -ENOMEM.
 */
int nts_keyring_set(struct nts_net *nn, const struct nts_key_info *keys, u32 n,
		    struct netlink_ext_ack *extack)
{
	struct nts_keyring *keyring, *old;
	u64 now = ktime_get_boottime_ns();
	bool rotated;
	int err, index;
	u32 i;

	lockdep_assert_held(&nn->lock);
	old = rcu_dereference_protected(nn->keyring, lockdep_is_held(&nn->lock));
	err = keys_check(old, keys, n, extack);
	if (err)
		return err;

	keyring = kzalloc(sizeof(*keyring), GFP_KERNEL);
	if (!keyring)
		return -ENOMEM;
	keyring->opened = __alloc_percpu(NTS_MAX_KEYS * sizeof(u64), sizeof(u64));
	if (!keyring->opened) {
		keyring_destroy(keyring);
		return -ENOMEM;
	}

	keyring->ring.n = n;
	for (i = 0; i < n; i++) {
		struct nts_cookie_key *key = &keyring->ring.key[i];

		index = key_index(old, keys[i].id);
		if (keys[i].keep)
			*key = old->ring.key[index];
		else
			nts_fpu_setkey(key->siv, keys[i].bytes);
		key->id = keys[i].id;
		key->role = keys[i].role;
		if (key->role == NTS_KEY_ROLE_CURRENT)
			keyring->ring.current_key = i;
		keyring->made_at[i] = keys[i].keep ? old->made_at[index] :
				      now - keys[i].age_ms * NSEC_PER_MSEC;
		keyring->opened_before[i] = index >= 0 ? key_opened(old, index) : 0;
	}
	rotated = !old || old->ring.key[old->ring.current_key].id !=
			  keyring->ring.key[keyring->ring.current_key].id;

	rcu_assign_pointer(nn->keyring, keyring);
	if (rotated)
		nts_notify_key(nn, keyring->ring.key[keyring->ring.current_key].id);
	synchronize_net();
	keyring_destroy(old);
	return 0;
}

/**
 * nts_keyring_get() - what may be told about the keys
 * @nn: the network namespace
 * @keys: filled in, without bytes
 *
 * Context: process, @nn->lock held.
 *
 * Return: how many there are.
 */
u32 nts_keyring_get(struct nts_net *nn, struct nts_key_info keys[NTS_MAX_KEYS])
{
	const struct nts_keyring *keyring;
	u32 i;

	lockdep_assert_held(&nn->lock);
	keyring = rcu_dereference_protected(nn->keyring, lockdep_is_held(&nn->lock));
	if (!keyring)
		return 0;
	for (i = 0; i < keyring->ring.n; i++) {
		keys[i] = (struct nts_key_info){
			.id = keyring->ring.key[i].id,
			.role = keyring->ring.key[i].role,
			.age_ms = div_u64(ktime_get_boottime_ns() - keyring->made_at[i],
					  NSEC_PER_MSEC),
			.opened = key_opened(keyring, i),
		};
	}
	return keyring->ring.n;
}

/**
 * nts_keyring_ring() - the ring for one answer
 * @nn: the network namespace
 *
 * Context: RCU read section, which also bounds the use of the result.
 *
 * Return: the ring, or NULL when no key was ever set.
 */
const struct nts_cookie_ring *nts_keyring_ring(struct nts_net *nn)
{
	const struct nts_keyring *keyring = rcu_dereference(nn->keyring);

	return keyring ? &keyring->ring : NULL;
}

/**
 * nts_keyring_count() - note that a key opened a cookie
 * @ring: as nts_keyring_ring() gave it in this RCU read section
 * @key: one of its keys
 *
 * Context: softirq, RCU read section.
 */
void nts_keyring_count(const struct nts_cookie_ring *ring,
		       const struct nts_cookie_key *key)
{
	const struct nts_keyring *keyring =
		container_of(ring, const struct nts_keyring, ring);

	(*this_cpu_ptr(keyring->opened + (key - ring->key)))++;
}

/**
 * nts_keyring_free() - wipe the ring of a namespace that goes away
 * @nn: the network namespace; no answers are under way any more
 *
 * Context: process.
 */
void nts_keyring_free(struct nts_net *nn)
{
	keyring_destroy(rcu_dereference_protected(nn->keyring, 1));
	RCU_INIT_POINTER(nn->keyring, NULL);
}
