/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases of the daemon's unit tests, printed as KTAP. */
#ifndef NTSD_KTAP_H
#define NTSD_KTAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ktap_failed;

#define EXPECT(cond) \
	do { \
		if (!(cond)) { \
			ktap_failed = true; \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, \
			       #cond); \
		} \
	} while (0)

/* A path or number that says more than the condition. */
#define EXPECT_STR(got, want) \
	do { \
		const char *g_ = (got), *w_ = (want); \
		if (strcmp(g_, w_)) { \
			ktap_failed = true; \
			printf("# %s:%d: got \"%s\", want \"%s\"\n", __FILE__, \
			       __LINE__, g_, w_); \
		} \
	} while (0)

struct ktap_case {
	const char *name;
	void (*run)(void);
};

#define CASE(function) { #function, function }

static inline int ktap_run(const struct ktap_case *cases, size_t n)
{
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		ktap_failed = false;
		cases[i].run();
		failed += ktap_failed;
		printf("%s %zu %s\n", ktap_failed ? "not ok" : "ok", i + 1,
		       cases[i].name);
	}
	return failed ? 1 : 0;
}

#define KTAP_MAIN(cases) \
	int main(void) \
	{ \
		return ktap_run(cases, sizeof(cases) / sizeof(*(cases))); \
	}

#endif
