// SPDX-License-Identifier: GPL-2.0-or-later
/* Which calls the filters know on machines whose libc makes others. */
#include <stdio.h>

#include "../../ntsd/sandbox.c"
#include "ntsd_ktap.h"

static char text[1 << 16];

/* The filter as it would be on another machine, in words. */
static bool write_filter(uint32_t arch, int (*more)(scmp_filter_ctx ctx))
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	FILE *f = tmpfile();
	size_t len = 0;
	bool ok;

	ok = ctx && f && (seccomp_arch_native() == arch ||
			  (!seccomp_arch_add(ctx, arch) &&
			   !seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE))) &&
	     !add_rules(ctx) && (!more || !more(ctx)) &&
	     !seccomp_export_pfc(ctx, fileno(f));
	if (ok) {
		rewind(f);
		len = fread(text, 1, sizeof(text) - 1, f);
	}
	text[len] = '\0';
	if (f)
		fclose(f);
	seccomp_release(ctx);
	return ok;
}

static bool knows(const char *name)
{
	char quoted[64];

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	return strstr(text, quoted);
}

static void time_of_64_bits(void)
{
	EXPECT(write_filter(SCMP_ARCH_ARM, NULL));
	EXPECT(knows("futex") && knows("futex_time64"));
	EXPECT(knows("clock_gettime64") && knows("clock_nanosleep_time64"));
	EXPECT(!knows("ppoll_time64") && !knows("clock_settime64"));
	EXPECT(write_filter(SCMP_ARCH_ARM, add_resolver_rules));
	EXPECT(knows("ppoll_time64") && knows("recvmmsg_time64") && knows("timerfd_settime64"));
	EXPECT(write_filter(SCMP_ARCH_ARM, add_certs_rules) && knows("ppoll_time64"));
	EXPECT(write_filter(SCMP_ARCH_ARM, add_phc_rules) && knows("ppoll_time64"));
}

/* Names that a machine does not have are no failure there. */
static void where_there_are_no_such_calls(void)
{
	EXPECT(write_filter(SCMP_ARCH_X86_64, add_resolver_rules));
	EXPECT(knows("futex") && knows("ppoll"));
	EXPECT(write_filter(SCMP_ARCH_AARCH64, add_certs_rules));
	EXPECT(knows("futex") && knows("ppoll"));
}

static const struct ktap_case cases[] = {
	CASE(time_of_64_bits),
	CASE(where_there_are_no_such_calls),
};

KTAP_MAIN(cases)
