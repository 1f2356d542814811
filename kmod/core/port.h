/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place where the core learns in which world it is compiled: the
 * kernel module and its KUnit suites, or an ordinary program (ntsd, unit tests,
 * fuzzers, simulator).
 */
#ifndef _NTS_CORE_PORT_H
#define _NTS_CORE_PORT_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/prefetch.h>
#include <linux/siphash.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../compat.h"

/* One expanded AES-128 key of the kernel's AES library. */
struct nts_aes_key {
	struct nts_aes_ctx ctx;
};

static inline void nts_aes_expand(struct nts_aes_key *key, const u8 bytes[16])
{
	/* Fails only for key lengths AES does not have. */
	(void)nts_aes_prepare(&key->ctx, bytes);
}

static inline void nts_aes_encrypt(const struct nts_aes_key *key, u8 out[16],
				   const u8 in[16])
{
	aes_encrypt(&key->ctx, out, in);
}

/* A lock nobody waits for: whoever does not get it does without. */
typedef atomic_t nts_trylock_t;

static inline bool nts_trylock(nts_trylock_t *lock)
{
	return !atomic_cmpxchg_acquire(lock, 0, 1);
}

static inline void nts_tryunlock(nts_trylock_t *lock)
{
	atomic_set_release(lock, 0);
}

static inline bool nts_trylocked(const nts_trylock_t *lock)
{
	return atomic_read(lock);
}

#else /* !__KERNEL__ */

#include "port_user.h"

#endif /* !__KERNEL__ */

#endif /* _NTS_CORE_PORT_H */
