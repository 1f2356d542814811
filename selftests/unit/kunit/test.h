/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of <kunit/test.h> as the core's suites use, for an ordinary program:
 * the same test file runs in a kernel and, here, under ASan and UBSan. Each
 * test file becomes one program, which prints KTAP.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KUNIT_PARAM_DESC_SIZE 128

/* An allocation that ends with its test. */
struct kunit_memory {
	struct kunit_memory *next;
	max_align_t data[];
};

struct kunit {
	const void *param_value;
	struct kunit_memory *memory;
	int failed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char name[256];
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn) { .run_case = fn, .name = #fn }
#define KUNIT_CASE_PARAM(fn, gen) \
	{ .run_case = fn, .name = #fn, .generate_params = gen }

#define KUNIT_ARRAY_PARAM(label, array, get_desc) \
	static const void *label##_gen_params(const void *prev, char *desc) \
	{ \
		__typeof__((array)[0]) *next = prev ? \
			(__typeof__(next))prev + 1 : (array); \
		if (next - (array) >= (long)(sizeof(array) / sizeof((array)[0]))) \
			return NULL; \
		get_desc(next, desc); \
		return next; \
	}

__attribute__((format(printf, 4, 5)))
static inline void kunit_note(struct kunit *test, const char *file, int line,
			      const char *format, ...)
{
	va_list args;

	test->failed = 1;
	printf("    # %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

#define KUNIT_CHECK_(test, cond, text, stop) do { \
	if (!(cond)) { \
		kunit_note(test, __FILE__, __LINE__, "expected %s", text); \
		stop; \
	} \
} while (0)

#define KUNIT_COMPARE_(test, a, op, b, stop) do { \
	__typeof__(a) kunit_a = (a); \
	__typeof__(b) kunit_b = (b); \
	if (!(kunit_a op kunit_b)) { \
		kunit_note(test, __FILE__, __LINE__, "expected %s %s %s, got %lld and %lld", \
			   #a, #op, #b, (long long)kunit_a, (long long)kunit_b); \
		stop; \
	} \
} while (0)

#define KUNIT_EXPECT_TRUE(test, c) KUNIT_CHECK_(test, c, #c, (void)0)
#define KUNIT_EXPECT_FALSE(test, c) KUNIT_CHECK_(test, !(c), "not " #c, (void)0)
#define KUNIT_EXPECT_NULL(test, p) KUNIT_CHECK_(test, !(p), "no " #p, (void)0)
#define KUNIT_EXPECT_EQ(test, a, b) KUNIT_COMPARE_(test, a, ==, b, (void)0)
#define KUNIT_EXPECT_NE(test, a, b) KUNIT_COMPARE_(test, a, !=, b, (void)0)
#define KUNIT_EXPECT_LE(test, a, b) KUNIT_COMPARE_(test, a, <=, b, (void)0)
#define KUNIT_EXPECT_GE(test, a, b) KUNIT_COMPARE_(test, a, >=, b, (void)0)
#define KUNIT_EXPECT_PTR_EQ(test, a, b) \
	KUNIT_CHECK_(test, (const void *)(a) == (const void *)(b), #a " == " #b, (void)0)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n) \
	KUNIT_CHECK_(test, !memcmp(a, b, n), #a " to hold " #b, (void)0)
#define KUNIT_EXPECT_MEMNEQ(test, a, b, n) \
	KUNIT_CHECK_(test, memcmp(a, b, n), #a " to differ from " #b, (void)0)
#define KUNIT_ASSERT_TRUE(test, c) KUNIT_CHECK_(test, c, #c, return)
#define KUNIT_ASSERT_EQ(test, a, b) KUNIT_COMPARE_(test, a, ==, b, return)
#define KUNIT_ASSERT_NOT_NULL(test, p) KUNIT_CHECK_(test, p, #p, return)

#define GFP_KERNEL 0
#define strscpy(to, from, size) snprintf(to, size, "%s", from)

static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	struct kunit_memory *memory = calloc(1, sizeof(*memory) + size);

	(void)gfp;
	if (!memory)
		return NULL;
	memory->next = test->memory;
	test->memory = memory;
	return memory->data;
}

static inline void kunit_free_all(struct kunit *test)
{
	struct kunit_memory *memory;

	while ((memory = test->memory)) {
		test->memory = memory->next;
		free(memory);
	}
}

static inline int kunit_run_case(const struct kunit_case *c)
{
	char desc[KUNIT_PARAM_DESC_SIZE];
	const void *param = NULL;
	struct kunit test = { 0 };
	int n = 0;

	if (!c->generate_params) {
		c->run_case(&test);
		kunit_free_all(&test);
		return test.failed;
	}
	while ((param = c->generate_params(param, desc))) {
		struct kunit one = { .param_value = param };

		c->run_case(&one);
		kunit_free_all(&one);
		if (one.failed)
			printf("    # %s: failed for %s\n", c->name, desc);
		test.failed |= one.failed;
		n++;
	}
	return test.failed || !n;
}

static inline int kunit_run_suite(const struct kunit_suite *suite)
{
	const struct kunit_case *c;
	int n = 0, failed = 0;

	/* A crash must not swallow what came before it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (c = suite->test_cases; c->run_case; c++)
		n++;
	printf("KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: %s\n  1..%d\n",
	       suite->name, n);
	n = 0;
	for (c = suite->test_cases; c->run_case; c++) {
		int bad = kunit_run_case(c);

		printf("  %sok %d %s\n", bad ? "not " : "", ++n, c->name);
		failed |= bad;
	}
	printf("%sok 1 %s\n", failed ? "not " : "", suite->name);
	return failed;
}

#define kunit_test_suite(suite) \
	int main(void) \
	{ \
		return kunit_run_suite(&(suite)); \
	}

#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)

#endif /* _KUNIT_TEST_H */
