/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether AES-NI may be used here and now. */
#ifndef _NTS_FPU_H
#define _NTS_FPU_H

#include "core/siv.h"

#if defined(CONFIG_X86_64) && !defined(CONFIG_UML)

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <linux/jump_label.h>

DECLARE_STATIC_KEY_FALSE(nts_fpu_aesni);

static inline bool nts_fpu_has_aesni(void)
{
	return boot_cpu_has(X86_FEATURE_AES) && boot_cpu_has(X86_FEATURE_SSSE3);
}

/**
 * nts_fpu_begin() - choose the AES engine and enter its section
 *
 * Context: any; preemption is off until nts_fpu_end() for NTS_SIV_NI.
 *
 * Return: NTS_SIV_NI inside an FPU section, or NTS_SIV_LIB where the FPU is
 * not usable, the CPU lacks AES-NI, or the module parameter aesni says no.
 */
static inline enum nts_siv_engine nts_fpu_begin(void)
{
	if (!static_branch_likely(&nts_fpu_aesni) || !irq_fpu_usable())
		return NTS_SIV_LIB;
	kernel_fpu_begin();
	return NTS_SIV_NI;
}

static inline void nts_fpu_end(enum nts_siv_engine engine)
{
	if (engine == NTS_SIV_NI)
		kernel_fpu_end();
}

#else

static inline enum nts_siv_engine nts_fpu_begin(void)
{
	return NTS_SIV_LIB;
}

static inline void nts_fpu_end(enum nts_siv_engine engine)
{
}

#endif

/**
 * nts_fpu_setkey() - expand a key for each engine that there is
 * @key: where to
 * @bytes: K1, then K2
 *
 * Context: any.
 */
static inline void nts_fpu_setkey(struct nts_siv_key key[NTS_SIV_ENGINES],
				  const u8 bytes[NTS_SIV_KEY_LEN])
{
	enum nts_siv_engine engine;

	nts_siv_setkey(&key[NTS_SIV_LIB], bytes, NTS_SIV_LIB);
	engine = nts_fpu_begin();
	if (engine == NTS_SIV_NI)
		nts_siv_setkey(&key[NTS_SIV_NI], bytes, NTS_SIV_NI);
	nts_fpu_end(engine);
}

#endif /* _NTS_FPU_H */
