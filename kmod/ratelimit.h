/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often clients ask and are answered. */
#ifndef _NTS_RATELIMIT_H
#define _NTS_RATELIMIT_H

#include "core/clientlog.h"
#include "nts.h"

/* ratelimit.c APIs: */
void nts_ratelimit_come(struct nts_net *nn, struct nts_clientlog_visit *visit, bool v6,
			struct nts_acl_key key);
enum nts_verdict nts_ratelimit_judge(struct nts_net *nn,
				     const struct nts_clientlog_visit *visit, u64 now);
void nts_ratelimit_near(const struct nts_clientlog_visit *visit);
void nts_ratelimit_leave(struct nts_net *nn, const struct nts_clientlog_visit *visit,
			 u64 now, bool dropped);
void nts_ratelimit_note(struct nts_net *nn, bool v6, struct nts_acl_key key,
			const struct nts_clientlog_use *use);
bool nts_ratelimit_next(struct nts_net *nn, u32 *at, u32 min_hits, bool reset, bool *v6,
			struct nts_clientlog_record *record);
int nts_ratelimit_resize(struct nts_net *nn, u32 clients);
int nts_ratelimit_set(struct nts_net *nn, const struct nts_ratelimit_options *options);
void nts_ratelimit_free(struct nts_net *nn);

#endif /* _NTS_RATELIMIT_H */
