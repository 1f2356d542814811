/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of it all. */
#ifndef NTSLOAD_REPORT_H
#define NTSLOAD_REPORT_H

#include <stdio.h>

#include "loop.h"

/**
 * struct report - of all threads together
 * @o: what was asked for
 * @addr: whom was asked
 * @port: where
 * @clients: that had keys in the end, or all without NTS
 * @ke_ns: what the first exchanges of keys took, together
 * @keying: exchanges of keys
 * @elapsed_ns: from the first request to the last answer
 * @why: why it ended
 * @figures: counts
 */
struct report {
	const struct options *o;
	struct address addr;
	uint16_t port;
	unsigned int clients;
	s64 ke_ns;
	struct keying_figures keying;
	s64 elapsed_ns;
	enum loop_end why;
	struct figures figures;
};

void report_add(struct report *r, const struct loop *loop);
bool report_good(const struct report *r);
void report_text(const struct report *r, FILE *out);
void report_json(const struct report *r, FILE *out);
void report_blame(const struct report *r, FILE *out);

#endif
